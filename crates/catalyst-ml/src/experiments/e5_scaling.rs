//! E5: scaling relations of adsorption energies.

use super::{exact, near};
use crate::figure;
use crate::tables::{QuarterMonolayer, Site111};
use crate::volcano::LinearScaling;
use common::experiment::{Cell, Context, Expected, Experiment, Outcome, Record, Table};
use common::stats;

const NUMPY: &str = "NumPy on the energies of Xu and Kitchin 2014";
const FILE: &str = "independent recomputation in Python of the file";

/// E5.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e5-scaling",
    title: "Scaling relations between adsorption energies on (111) of seven metals",
    artefact: "section 3: descriptors",
    expected: EXPECTED,
    reference: &[],
    run,
};

const fn fit(name: &'static str, value: f64) -> Expected {
    near(name, "", NUMPY, value, 1e-6)
}

const fn whole(name: &'static str, unit: &'static str, value: f64, by: f64) -> Expected {
    near(name, unit, FILE, value, by)
}

const EXPECTED: &[Expected] = &[
    fit("O, fcc on hcp: slope", 0.947997),
    fit("O, fcc on hcp: intercept, eV", -0.410426),
    fit("O, fcc on hcp: correlation", 0.988537),
    fit("N, fcc on hcp: slope", 0.926184),
    fit("N, fcc on hcp: intercept, eV", -0.385828),
    fit("N, fcc on hcp: correlation", 0.995728),
    fit("C, fcc on hcp: slope", 0.938186),
    fit("C, fcc on hcp: intercept, eV", -0.341451),
    fit("C, fcc on hcp: correlation", 0.996812),
    fit("H, fcc on hcp: slope", 1.002428),
    fit("H, fcc on hcp: intercept, eV", -0.021895),
    fit("H, fcc on hcp: correlation", 0.998797),
    fit("S, fcc on hcp: slope", 0.938193),
    fit("S, fcc on hcp: intercept, eV", -0.363455),
    fit("S, fcc on hcp: correlation", 0.995008),
    fit("S on O: slope", 0.916727),
    fit("S on O: intercept, eV", -0.788308),
    fit("S on O: r²", 0.802097),
    fit("N on O: slope", 1.460376),
    fit("N on O: intercept, eV", 2.095713),
    fit("N on O: r²", 0.759293),
    fit("N on C: slope", 0.795781),
    fit("N on C: intercept, eV", 0.494979),
    fit("N on C: r²", 0.944514),
    fit("Cl on F: slope", 0.713618),
    fit("Cl on F: intercept, eV", -0.487485),
    fit("Cl on F: r²", 0.760024),
    whole("all energies: number", "", 882.0, 0.0),
    whole("all energies: mean", "eV", -3.456395, 1e-6),
    whole("all energies: standard deviation", "eV", 1.422575, 1e-6),
    whole("all energies: lowest", "eV", -7.363445, 1e-9),
    whole("all energies: highest", "eV", -0.166501, 1e-9),
    whole("all energies: error of the mean as a guess", "eV", 1.119499, 1e-6),
    whole("all energies: error of the median as a guess", "eV", 1.113786, 1e-6),
    whole("largest difference of the crate's table to the file", "eV", 0.0, 1e-9),
];

/// Hollows against each other.
const HOLLOWS: [&str; 5] = ["O", "N", "C", "H", "S"];
/// Adsorbates, y and x, in fcc hollows.
const PAIRS: [(&str, &str); 4] = [("S", "O"), ("N", "O"), ("N", "C"), ("Cl", "F")];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let table = QuarterMonolayer::xu_kitchin()?;
    let energies = |site, adsorbate: &str| table.energies_ev(site, &format!("*{adsorbate}"));
    let columns =
        ["relation", "slope", "intercept, eV", "correlation", "r²", "RMSE, eV", "leave-one-out MAE, eV"];
    let mut fits =
        Table::new("fits", "Linear relations over seven metals at a quarter of a monolayer", &columns);
    let mut fit = |name: &str, x: &[f64], y: &[f64]| -> crate::Result<LinearScaling> {
        let line = LinearScaling::fit(x, y)?;
        let numbers =
            [line.slope, line.intercept, line.correlation, line.r2(), line.rmse, line.leave_one_out_mae];
        fits.row(std::iter::once(Cell::from(name)).chain(numbers.map(Cell::from)));
        Ok(line)
    };
    for adsorbate in HOLLOWS {
        let name = format!("{adsorbate}, fcc on hcp");
        let (x, y) = (energies(Site111::Hcp, adsorbate)?, energies(Site111::Fcc, adsorbate)?);
        let line = fit(&name, &x, &y)?;
        exact(record, format!("{name}: slope"), line.slope);
        exact(record, format!("{name}: intercept, eV"), line.intercept);
        exact(record, format!("{name}: correlation"), line.correlation);
    }
    for (above, below) in PAIRS {
        let name = format!("{above} on {below}");
        let (x, y) = (energies(Site111::Fcc, below)?, energies(Site111::Fcc, above)?);
        let line = fit(&name, &x, &y)?;
        exact(record, format!("{name}: slope"), line.slope);
        exact(record, format!("{name}: intercept, eV"), line.intercept);
        exact(record, format!("{name}: r²"), line.r2());
        let metals = table.at(Site111::Fcc).zip(x.iter().zip(&y));
        let points = metals.map(|((metal, _), (x, y))| (metal.to_owned(), *x, *y));
        let file = format!("{}-on-{}", above.to_lowercase(), below.to_lowercase());
        let axes = [below, above].map(|adsorbate| format!("E({adsorbate}), eV"));
        let title = format!("Adsorption of {above} and {below} in fcc hollows");
        record.figure(figure::scaling((&file, &title), (&axes[0], &axes[1]), &line, points));
    }
    record.table(fits);
    record.note(
        "Energies are counted from isolated atoms (PBE). A relation over seven metals is no more certain than its \
         leave-one-out error says.",
    );
    whole_file(context, &table, record)
}

/// Statistics of all energies of the file, and the crate's table against it.
fn whole_file(context: &Context<'_>, table: &QuarterMonolayer, record: &mut Record) -> Outcome {
    let names: Vec<&str> = EXPECTED.iter().map(|row| row.name).filter(|name| is_of_file(name)).collect();
    let file = match context.csv("catalysis", "xu_kitchin_111_adsorption_energies.csv") {
        Err(error) if error.is_not_at_hand() => {
            record.unavailable(&names, &error);
            return Ok(());
        }
        found => found?,
    };
    let energies = file.numbers("adsorption_energy_ev_per_adsorbate");
    let mean = stats::mean(energies).unwrap_or(f64::NAN);
    let median = stats::quantile(energies, 0.5).unwrap_or(f64::NAN);
    let average = |of: &dyn Fn(f64) -> f64| {
        stats::mean(&energies.iter().map(|energy| of(*energy)).collect::<Vec<_>>()).unwrap_or(f64::NAN)
    };
    exact(record, "all energies: number", energies.len() as f64);
    exact(record, "all energies: mean", mean);
    exact(record, "all energies: standard deviation", average(&|e| (e - mean).powi(2)).sqrt());
    exact(record, "all energies: lowest", energies.iter().copied().fold(f64::INFINITY, f64::min));
    exact(record, "all energies: highest", energies.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    exact(record, "all energies: error of the mean as a guess", average(&|e| (e - mean).abs()));
    exact(record, "all energies: error of the median as a guess", average(&|e| (e - median).abs()));

    let rows = file.texts("metal").iter().zip(file.texts("adsorbate")).zip(file.texts("site"));
    let numbers = file.numbers("coverage_ml").iter().zip(energies);
    let (mut largest, mut compared) = (0.0_f64, 0);
    for (((metal, adsorbate), site), (coverage, energy)) in rows.zip(numbers) {
        let site = match site.as_str() {
            "fcc" => Site111::Fcc,
            "hcp" => Site111::Hcp,
            _ => continue,
        };
        if (*coverage - 0.25).abs() < 1e-9 {
            let ours = table.of(site, metal)?.get(&format!("*{adsorbate}")).unwrap_or(f64::NAN);
            let difference = (ours - energy).abs();
            largest = if difference.is_nan() { f64::NAN } else { largest.max(difference) };
            compared += 1;
        }
    }
    let all = if compared == 112 { largest } else { f64::NAN };
    exact(record, "largest difference of the crate's table to the file", all);
    Ok(())
}

fn is_of_file(name: &str) -> bool {
    name.starts_with("all energies") || name.starts_with("largest difference of the crate")
}
