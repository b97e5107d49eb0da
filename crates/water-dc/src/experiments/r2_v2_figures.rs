//! R2: the figures of version 2, from the factors that its own bars imply.

use super::places::{self, REQUESTS};
use crate::{Profile, Result, Tables};
use common::experiment::{Bound, Evidence, Expected, Experiment, Record};

/// R2.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r2-v2-figures",
    title: "Litres of a request, version 2",
    artefact: "v2 Figures 2 and 4, abstract",
    expected: EXPECTED,
    reference: &[],
    run: |_, record| Ok(measure(Tables::embedded(), record)?),
};

/// A bar read off the vector graphics: within 0.1 % or half a unit of its last digit, whichever is more.
const fn bar(name: &'static str, liters: f64, decimals: i32) -> Expected {
    let mut half_unit = 0.5;
    let mut digit = 0;
    while digit < decimals {
        half_unit /= 10.0;
        digit += 1;
    }
    let by = if liters * 1e-3 > half_unit { liters * 1e-3 } else { half_unit };
    Expected::printed(name, "L", liters, "v2 Figures 2 and 4, read off the vector graphics")
        .within(Bound::Abs(by))
}

/// A headline: within half a unit of its last significant digit.
const fn headline(name: &'static str, liters: f64, half_unit: f64) -> Expected {
    Expected::printed(name, "L", liters, "v2 abstract and results").within(Bound::Abs(half_unit))
}

#[rustfmt::skip]
const EXPECTED: &[Expected] = &[
    headline("upper value: report, Llama-3-70B", 0.7, 0.05),
    headline("upper value: report, GPT-4", 60.0, 5.0),
    headline("upper value: email, Llama-3-70B", 0.13, 0.005),
    headline("upper value: email, GPT-4", 3.0, 0.5),
    Expected::printed("countries below the global average, of 11", "", 8.0, "v2 results").within(Bound::Abs(0.0)),
    Expected::printed("countries below the United States, of 11", "", 2.0, "v2 results: Morocco, South Africa")
        .within(Bound::Abs(0.0)),
    bar("Congo: report, Llama-3-70B", 0.6409, 4),
    bar("Congo: report, GPT-4", 57.158, 3),
    bar("Congo: email, Llama-3-70B", 0.1227, 4),
    bar("Congo: email, GPT-4", 2.846, 3),
    bar("Gabon: report, Llama-3-70B", 0.3845, 4),
    bar("Gabon: report, GPT-4", 34.296, 3),
    bar("Gabon: email, Llama-3-70B", 0.0736, 4),
    bar("Gabon: email, GPT-4", 1.707, 3),
    bar("Rwanda: report, Llama-3-70B", 0.3891, 4),
    bar("Rwanda: report, GPT-4", 34.703, 3),
    bar("Rwanda: email, Llama-3-70B", 0.0745, 4),
    bar("Rwanda: email, GPT-4", 1.728, 3),
    bar("Morocco: report, Llama-3-70B", 0.2139, 4),
    bar("Morocco: report, GPT-4", 19.079, 3),
    bar("Morocco: email, Llama-3-70B", 0.0409, 4),
    bar("Morocco: email, GPT-4", 0.9498, 4),
    bar("Tunisia: report, Llama-3-70B", 0.2636, 4),
    bar("Tunisia: report, GPT-4", 23.512, 3),
    bar("Tunisia: email, Llama-3-70B", 0.0505, 4),
    bar("Tunisia: email, GPT-4", 1.171, 3),
    bar("Egypt: report, Llama-3-70B", 0.2939, 4),
    bar("Egypt: report, GPT-4", 26.215, 3),
    bar("Egypt: email, Llama-3-70B", 0.0563, 4),
    bar("Egypt: email, GPT-4", 1.305, 3),
    bar("Libya: report, Llama-3-70B", 0.2672, 4),
    bar("Libya: report, GPT-4", 23.832, 3),
    bar("Libya: email, Llama-3-70B", 0.0511, 4),
    bar("Libya: email, GPT-4", 1.186, 3),
    bar("Namibia: report, Llama-3-70B", 0.6832, 4),
    bar("Namibia: report, GPT-4", 60.934, 3),
    bar("Namibia: email, Llama-3-70B", 0.1308, 4),
    bar("Namibia: email, GPT-4", 3.034, 3),
    bar("Ethiopia: report, Llama-3-70B", 0.5052, 4),
    bar("Ethiopia: report, GPT-4", 45.054, 3),
    bar("Ethiopia: email, Llama-3-70B", 0.0967, 4),
    bar("Ethiopia: email, GPT-4", 2.243, 3),
    bar("Algeria: report, Llama-3-70B", 0.2677, 4),
    bar("Algeria: report, GPT-4", 23.878, 3),
    bar("Algeria: email, Llama-3-70B", 0.0512, 4),
    bar("Algeria: email, GPT-4", 1.189, 3),
    bar("South Africa: report, Llama-3-70B", 0.1868, 4),
    bar("South Africa: report, GPT-4", 16.662, 3),
    bar("South Africa: email, Llama-3-70B", 0.0358, 4),
    bar("South Africa: email, GPT-4", 0.8295, 4),
    bar("United States: report, Llama-3-70B", 0.2241, 4),
    bar("United States: report, GPT-4", 19.988, 3),
    bar("United States: email, Llama-3-70B", 0.0429, 4),
    bar("United States: email, GPT-4", 0.9951, 4),
    bar("Global average: report, Llama-3-70B", 0.4126, 4),
    bar("Global average: report, GPT-4", 36.796, 3),
    bar("Global average: email, Llama-3-70B", 0.0790, 4),
    bar("Global average: email, GPT-4", 1.832, 3),];

/// Computes the bars from the on-site and off-site factors and the PUE of each place.
///
/// # Errors
/// Those of altered tables.
pub fn measure(tables: &Tables, record: &mut Record) -> Result<()> {
    let sites = tables.paper_sites(Profile::PaperV2)?;
    let places = places::places(tables, &sites)?;
    for (request, upper) in REQUESTS.iter().zip(places::upper(&places)) {
        record.measure(format!("upper value: {}", request.label), upper, Evidence::Exact);
    }
    let below = |reference| sites.below(reference).count() as f64;
    record.measure("countries below the global average, of 11", below(&sites.global), Evidence::Exact);
    record.measure("countries below the United States, of 11", below(&sites.united_states), Evidence::Exact);
    for place in &places {
        for (request, liters) in REQUESTS.iter().zip(place.liters) {
            record.measure(format!("{}: {}", place.name, request.label), liters, Evidence::Exact);
        }
    }
    record.table(places::table(&places));
    for (index, request) in REQUESTS.iter().enumerate() {
        let title = format!("Version 2: water of one {}", request.label);
        let row = |place: &places::Place| Some(format!("{}: {}", place.name, request.label));
        record.figure(places::figure(&places, index, &title, row, vec![]));
    }
    record.note(
        "The on-site and off-site factors were read off the bars of the same figures, so that this tests the \
         composition of a request's water and the energies, not the factors: version 2's on-site factors do not follow \
         from any plausible weather, a processing error that version 3 corrects.",
    );
    record.note(
        "The bars of the United States imply 0.520 L/kWh on site and a PUE of 1.2 off site; the text says 0.55 and \
         1.17. The figures' values are used here.",
    );
    Ok(())
}
