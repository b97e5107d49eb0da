//! R3: the figures of version 3, from weather, electricity mixes and leakage.

use super::places::{self, Place, REQUESTS};
use crate::{Profile, Result, Tables};
use common::experiment::{Bound, Evidence, Expected, Experiment, Record};

/// R3.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r3-v3-figures",
    title: "Litres of a request, version 3 as published",
    artefact: "v3 Figures 2 and 3, abstract",
    expected: EXPECTED,
    reference: &[],
    run: |_, record| Ok(measure(Tables::embedded(), record)?),
};

/// A headline: within half a unit of its last digit.
const fn headline(name: &'static str, liters: f64, half_unit: f64) -> Expected {
    Expected::printed(name, "L", liters, "v3 abstract and results").within(Bound::Abs(half_unit))
}

/// An ordering that the paper states in words, as a ratio.
const fn below(name: &'static str, source: &'static str) -> Expected {
    Expected::unprinted(name, "", source).within(Bound::AtMost(1.0))
}

const fn above(name: &'static str, source: &'static str) -> Expected {
    Expected::unprinted(name, "", source).within(Bound::AtLeast(1.0))
}

const BELOW_US: &str = "v3 results: below the United States";
const ABOVE_GLOBAL: &str = "v3 results: above the global average";

const EXPECTED: &[Expected] = &[
    headline("upper value: report, Llama-3-70B", 0.66, 0.005),
    headline("upper value: report, GPT-4", 59.0, 0.5),
    headline("upper value: email, Llama-3-70B", 0.13, 0.005),
    headline("upper value: email, GPT-4", 2.9, 0.05),
    Expected::printed("countries below the global average, of 11", "", 9.0, "v3 results")
        .within(Bound::Abs(0.0)),
    Expected::printed("countries below the United States, of 11", "", 3.0, "v3 results")
        .within(Bound::Abs(0.0)),
    below("Algeria / United States", BELOW_US),
    below("South Africa / United States", BELOW_US),
    below("Tunisia / United States", BELOW_US),
    above("Congo / Global average", ABOVE_GLOBAL),
    above("Ethiopia / Global average", ABOVE_GLOBAL),
    above("Libya / United States", "v3 results (its abstract says the opposite)"),
];

/// Computes the bars: Eq. 2 at the annual mean wet bulb, mix of 2022, additive leakage.
///
/// # Errors
/// Those of altered tables.
pub fn measure(tables: &Tables, record: &mut Record) -> Result<()> {
    let sites = tables.paper_sites(Profile::PaperV3)?;
    let places = places::places(tables, &sites)?;
    for (request, upper) in REQUESTS.iter().zip(places::upper(&places)) {
        record.measure(format!("upper value: {}", request.label), upper, Evidence::Exact);
    }
    let below = |reference| sites.below(reference).count() as f64;
    record.measure("countries below the global average, of 11", below(&sites.global), Evidence::Exact);
    record.measure("countries below the United States, of 11", below(&sites.united_states), Evidence::Exact);
    let water =
        |name: &str| places.iter().find(|place| place.name == name).map_or(f64::NAN, |p| p.liters_per_kwh);
    for (name, reference) in [
        ("Algeria", "United States"),
        ("South Africa", "United States"),
        ("Tunisia", "United States"),
        ("Congo", "Global average"),
        ("Ethiopia", "Global average"),
        ("Libya", "United States"),
    ] {
        record.measure(format!("{name} / {reference}"), water(name) / water(reference), Evidence::Exact);
    }
    record.table(places::table(&places));
    for (index, request) in REQUESTS.iter().enumerate() {
        let title = format!("Version 3: water of one {}", request.label);
        let lines = vec![format!("upper value: {}", request.label)];
        record.figure(places::figure(&places, index, &title, |_: &Place| None, lines));
    }
    notes(record);
    Ok(())
}

fn notes(record: &mut Record) {
    record.note(
        "Version 3 does not print its bars as numbers, so that only its printed upper values and the orderings of its \
         text are judged; the figures mark the printed values.",
    );
    record.note(
        "The row that the paper calls the Republic of the Congo was computed with an almost pure hydropower grid. That \
         is the mix of its neighbour, the Democratic Republic of the Congo; the Republic of the Congo itself made most \
         of its electricity from natural gas in 2022. All four upper values of the paper rest on this row; experiment \
         R4 shows what remains without the error.",
    );
    record.note(
        "Leakage rates are those of the first data set. It has none for Rwanda and the Congo: Rwanda gets the data \
         set's filler, the Congo the African mean that the paper quotes, which is the only one of the two that gives \
         its printed litres. The global average is taken with leakage too: only then is Namibia below it, as the \
         paper says. The abstract's sentence on Libya contradicts the paper's own results section.",
    );
}
