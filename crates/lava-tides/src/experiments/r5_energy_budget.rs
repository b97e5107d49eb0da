//! R5: tidal heat against starlight on the surfaces of known planets.

use super::planets::SuperEarth;
use super::{agree, agreement, claim, known, weigh};
use crate::archive::{self, Eccentricity, PlanetRecord};
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::hansen::hut_functions;
use crate::response::{ConstantTimeLag, Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use crate::rheology::Andrade;
use crate::surface::{Redistribution, Surface, SurfaceBudget, eccentricity_for_flux, synchronous_budget};
use crate::{Error, Planet, Result, TidalResponse, TideTerms, Violation, tidal_state};
use common::experiment::{Bound, Cell, Context, Evidence, Expected, Experiment, Outcome, Record, Table};
use common::report::{Axis, Bar, BarChart, LineChart, Series};
use common::stats::quantile;

/// R5.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r5-energy-budget",
    title: "Tidal heat and starlight of known planets",
    artefact: "abstract (C4)",
    expected: EXPECTED,
    reference: &[],
    run,
};

const CONTROL: &str = "abstract: C4, likely to control";
const MOST: Bound = Bound::AtLeast(50.0);

const EXPECTED: &[Expected] = &[
    claim("measured eccentricities: planets whose tide exceeds the light", "%", CONTROL, MOST),
    claim("e = 0.01: planets whose tide exceeds the light", "%", CONTROL, MOST),
    claim("e = 0.001: planets whose tide exceeds the light", "%", CONTROL, MOST),
    claim("e = 0.01: the same, without those colder than melt or hotter than 4000 K", "%", CONTROL, MOST),
    claim(
        "e = 0.01: median change of the surface temperature",
        "K",
        "abstract: C4, change a lot",
        Bound::AtLeast(100.0),
    ),
    claim(
        "e = 0.01: median of the heat of the ocean over that of the solid",
        "",
        "abstract: C4, fluid-driven",
        Bound::AtLeast(10.0),
    ),
    claim("eccentricity at which tide equals light, median", "", "abstract: C4", Bound::AtMost(0.01)),
    agreement(
        "heat of m = 2 over that of all terms, synchronous, against 25/28",
        "closed form at small e",
        1e-7,
    ),
    agreement("heat at e = 1e-4 against (21/2) |Im k₂| G M_p² R⁵ n e²/a⁶", "closed form at small e", 1e-6),
    agreement("heat of a constant time lag at e = 0.4 against Hut's", "Hut 1981", 1e-11),
    agreement("temperature without a tide against T √(R/2a) ((1-A)/ε)^¼", "closed form", 1e-12),
    agreement("eccentricity for a wanted small flux against its closed form", "closed form", 1e-4),
    known(ARCHIVE[0], "", "archive, August 2025", Bound::Between(158.0, 158.0)),
    claim(ARCHIVE[1], "%", CONTROL, MOST),
];

/// The numbers that need the archive's file.
const ARCHIVE: [&str; 2] =
    ["archive: planets with a measured mass", "archive, e = 0.01: planets whose tide exceeds the light"];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    measure(&archive::builtin()?, record)?;
    match context.file("exoplanets", "pscomppars_rocky_short_period_2025-08.csv") {
        Ok(file) => measure_archive(&archive::read(file.open()?)?, record)?,
        Err(error) if error.is_not_at_hand() => {
            record.unavailable(&ARCHIVE, &error);
            record.note("The archive's file is not at hand: only the table inside the crate was used.");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// A planet's budgets at one eccentricity.
struct Row {
    name: String,
    known: &'static str,
    fluid: SurfaceBudget,
    solid: SurfaceBudget,
    equal: Option<f64>,
}

/// The responses of a planet: solid, and with an ocean of R/50 on the sphere below it, at a drag of 1e-3 1/s.
fn responses(planet: &Planet) -> Result<(HomogeneousBody<Andrade>, MoltenPlanet<Andrade>)> {
    let rock = Andrade::new(6e10, 1e21, 0.3)?;
    let ocean = MagmaOcean::new(planet.body.radius_m() / 50.0, 1e-3, 0.5)?;
    let below = HomogeneousBody::below_ocean(&planet.body, &ocean, rock)?;
    Ok((HomogeneousBody::new(&planet.body, rock), MoltenPlanet::new(planet.body, below, ocean)?))
}

fn rows(records: &[PlanetRecord], eccentricity: Option<f64>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for record in records {
        let planet = match record.planet() {
            Err(Error::MassNotMeasured { .. } | Error::MissingValue { .. }) => continue,
            planet => planet?,
        };
        let planet = match (eccentricity, record.eccentricity) {
            (Some(e), _) => planet.with_eccentricity(e)?,
            (None, Eccentricity::Measured(_)) => planet,
            (None, _) => continue,
        };
        let (solid, fluid) = responses(&planet)?;
        let budget = |response: &dyn TidalResponse| {
            synchronous_budget(&planet, response, TideTerms::All, &Surface::lava())
        };
        let fluid_budget = match budget(&fluid) {
            Err(Error::InsideRoche { .. }) => continue,
            budget => budget?,
        };
        rows.push(Row {
            name: record.name.clone(),
            known: match record.eccentricity {
                Eccentricity::Measured(_) => "measured",
                Eccentricity::UpperLimit(_) => "upper limit",
                Eccentricity::LowerLimit(_) => "lower limit",
                Eccentricity::AssumedCircular => "circle assumed",
                Eccentricity::Unknown => "unknown",
            },
            solid: budget(&solid)?,
            equal: eccentricity_for_flux(&planet, &fluid, TideTerms::All, fluid_budget.absorbed_w_m2)?,
            fluid: fluid_budget,
        });
    }
    Ok(rows)
}

/// Part of the planets whose tide exceeds the light, in percent; NaN for none.
fn share<'r>(rows: impl Iterator<Item = &'r Row>) -> f64 {
    let (count, above) = rows.fold((0_usize, 0_usize), |(count, above), row| {
        (count + 1, above + usize::from(row.fluid.flux_ratio() > 1.0))
    });
    100.0 * above as f64 / count as f64
}

/// Budgets of these planets at their measured eccentricities and at two assumed ones.
///
/// # Errors
/// Planets out of range.
pub fn measure(records: &[PlanetRecord], record: &mut Record) -> Result<()> {
    let measured = rows(records, None)?;
    let (hundredth, thousandth) = (rows(records, Some(0.01))?, rows(records, Some(0.001))?);
    let consistent = |row: &&Row| {
        !row.fluid.validity.has(Violation::Frozen) && !row.fluid.validity.has(Violation::Evaporating)
    };
    let median = |values: Vec<f64>| quantile(&values, 0.5).unwrap_or(f64::NAN);
    let of = |value: fn(&Row) -> f64| median(hundredth.iter().map(value).collect());
    let claims = [
        ("measured eccentricities: planets whose tide exceeds the light", share(measured.iter())),
        ("e = 0.01: planets whose tide exceeds the light", share(hundredth.iter())),
        ("e = 0.001: planets whose tide exceeds the light", share(thousandth.iter())),
        (
            "e = 0.01: the same, without those colder than melt or hotter than 4000 K",
            share(hundredth.iter().filter(consistent)),
        ),
        (
            "e = 0.01: median change of the surface temperature",
            of(|row| row.fluid.temperature_k - row.fluid.temperature_without_tide_k),
        ),
        (
            "e = 0.01: median of the heat of the ocean over that of the solid",
            of(|row| row.fluid.tidal_w_m2 / row.solid.tidal_w_m2),
        ),
        ("eccentricity at which tide equals light, median", of(|row| row.equal.unwrap_or(1.0))),
    ];
    for (name, value) in claims {
        weigh(record, name, value);
    }
    closed_forms(record)?;
    record.table(table("measured", "At the measured eccentricity", &measured));
    record.table(table("e-0-01", "At e = 0.01", &hundredth));
    record.table(table("e-0-001", "At e = 0.001", &thousandth));
    record.figure(ratios(&hundredth, &thousandth));
    record.figure(temperatures(&hundredth));
    let count =
        |rows: &[&Row], violation| rows.iter().filter(|row| row.fluid.validity.has(violation)).count();
    let flagged = |violation| count(&hundredth.iter().collect::<Vec<_>>(), violation);
    let exceeding: Vec<&Row> = measured.iter().filter(|row| row.fluid.flux_ratio() > 1.0).collect();
    record.note(format!(
        "At e = 0.01 {} of {} planets would be hotter than 4000 K, where the model says nothing, and {} colder than melt, \
         where there is no ocean to begin with. Nearly all eccentricities of such planets are assumed to be zero, not \
         measured; which ones they really have decides C4, and a planet alone on its orbit would have lost its \
         eccentricity to this very heat. Where they are measured, the heat exceeds the light on {} of {} planets, of \
         which {} are colder than melt even so and {} hotter than 4000 K.",
        flagged(Violation::Evaporating),
        hundredth.len(),
        flagged(Violation::Frozen),
        exceeding.len(),
        measured.len(),
        count(&exceeding, Violation::Frozen),
        count(&exceeding, Violation::Evaporating)
    ));
    Ok(())
}

/// The same for the planets of the archive's file.
///
/// # Errors
/// Planets out of range.
pub fn measure_archive(records: &[PlanetRecord], record: &mut Record) -> Result<()> {
    let measured = records.iter().filter(|planet| planet.measured_mass().is_ok()).count();
    record.measure(ARCHIVE[0], measured as f64, Evidence::Exact);
    let rows = rows(records, Some(0.01))?;
    weigh(record, ARCHIVE[1], share(rows.iter()));
    record.table(table("archive", "Planets of the archive with a measured mass, at e = 0.01", &rows));
    Ok(())
}

fn table(name: &str, title: &str, rows: &[Row]) -> Table {
    let columns = [
        "planet",
        "eccentricity in the archive",
        "light absorbed, W/m²",
        "tide with an ocean, W/m²",
        "tide of a solid, W/m²",
        "T without tide, K",
        "T solid, K",
        "T with an ocean, K",
        "e at which tide equals light",
        "assumptions broken",
    ];
    let mut table = Table::new(name, title, &columns);
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by(|a, b| b.fluid.flux_ratio().total_cmp(&a.fluid.flux_ratio()));
    for row in sorted {
        let (fluid, solid) = (&row.fluid, &row.solid);
        let numbers = [
            fluid.absorbed_w_m2,
            fluid.tidal_w_m2,
            solid.tidal_w_m2,
            fluid.temperature_without_tide_k,
            solid.temperature_k,
            fluid.temperature_k,
        ];
        let texts = [Cell::from(row.name.as_str()), Cell::from(row.known)];
        let equal = row.equal.map_or(Cell::from("none"), Cell::from);
        let last = [equal, Cell::from(fluid.validity.to_string())];
        table.row(texts.into_iter().chain(numbers.map(Cell::from)).chain(last));
    }
    table
}

/// The planets in the order of their ratios, which differs from curve to curve.
fn ratios(hundredth: &[Row], thousandth: &[Row]) -> LineChart {
    let series = |label: &str, rows: &[Row], ratio: fn(&Row) -> f64| {
        let mut values: Vec<f64> = rows.iter().map(ratio).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let points = values.into_iter().enumerate().map(|(place, value)| (place as f64 + 1.0, value));
        Series { label: label.into(), points: points.collect() }
    };
    LineChart {
        name: "flux-ratio".into(),
        title: "Tidal heat over light absorbed, planets in falling order".into(),
        x: Axis::linear("planets"),
        y: Axis::log("tidal heat over light absorbed"),
        series: vec![
            series("ocean, e = 0.01", hundredth, |row| row.fluid.flux_ratio()),
            series("solid, e = 0.01", hundredth, |row| row.solid.flux_ratio()),
            series("ocean, e = 0.001", thousandth, |row| row.fluid.flux_ratio()),
        ],
    }
}

fn temperatures(rows: &[Row]) -> BarChart {
    let change = |row: &Row| row.fluid.temperature_k - row.fluid.temperature_without_tide_k;
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by(|a, b| change(b).total_cmp(&change(a)));
    BarChart {
        name: "temperature-change".into(),
        title: "Change of the surface temperature by the tide of an ocean, e = 0.01".into(),
        axis: "K".into(),
        bars: sorted
            .iter()
            .map(|row| Bar { label: row.name.clone(), value: change(row), row: None })
            .collect(),
        lines: vec![],
    }
}

fn closed_forms(record: &mut Record) -> Result<()> {
    let reference = SuperEarth::new(1e-3)?;
    let molten = reference.molten(OceanCoupling::SelfAttracting)?;
    let heat = |e: f64, terms| -> Result<f64> {
        let orbit = reference.orbit(e)?;
        Ok(tidal_state(&orbit, &reference.body, orbit.mean_motion_rad_s(), &molten, terms)?.power_w)
    };
    let all = heat(1e-5, TideTerms::All)?;
    let part = heat(1e-5, TideTerms::SectoralOnly)? / all;
    agree(record, "heat of m = 2 over that of all terms, synchronous, against 25/28", part, 25.0 / 28.0);

    let orbit = reference.orbit(0.4)?;
    let (n, a, perturber) = (orbit.mean_motion_rad_s(), orbit.semi_major_axis_m(), orbit.perturber_mass_kg());
    let scale = G * perturber * perturber * reference.body.radius_m().powi(5) / a.powi(6);
    let loss = -molten.k2(Forcing::sectoral(n)).im;
    let closed = 10.5 * loss * scale * n * 1e-8;
    let small = heat(1e-4, TideTerms::All)?;
    agree(record, "heat at e = 1e-4 against (21/2) |Im k₂| G M_p² R⁵ n e²/a⁶", small, closed);

    let lag = ConstantTimeLag::new(0.3, 100.0)?;
    let [f1, f2, f3] = hut_functions(0.4)?;
    let hut = 3.0 * 30.0 * scale * n * n * (f1 - 2.0 * f2 + f3);
    let ours = tidal_state(&orbit, &reference.body, n, &lag, TideTerms::All)?.power_w;
    agree(record, "heat of a constant time lag at e = 0.4 against Hut's", ours, hut);

    let planets = archive::builtin()?;
    let planet = archive::find(&planets, "K2-141 b")?;
    let (radius, temperature) = (
        planet.need(planet.star_radius_sun, "st_rad")?.value * crate::constants::SUN_RADIUS_M,
        planet.need(planet.star_temperature_k, "st_teff")?.value,
    );
    let planet = planet.planet()?;
    let (solid, _) = responses(&planet)?;
    let gray = Surface::new(0.3, 0.95, Redistribution::Global)?;
    let bare = synchronous_budget(&planet, &solid, TideTerms::All, &gray)?.temperature_without_tide_k;
    let dilution = (radius / (2.0 * planet.orbit.semi_major_axis_m())).sqrt();
    let closed = temperature * dilution * (0.7_f64 / 0.95).powf(0.25);
    let name = "temperature without a tide against T √(R/2a) ((1-A)/ε)^¼";
    agree(record, name, bare, closed);

    let (_, fluid) = responses(&planet)?;
    let n = planet.orbit.mean_motion_rad_s();
    let flux = 1e-4 * Surface::lava().absorbed_w_m2(planet.stellar_flux_w_m2());
    let wanted = flux * planet.body.area_m2();
    let tide = 10.5 * -fluid.k2(Forcing::sectoral(n)).im * planet.body.radius_m().powi(5) * n.powi(5) / G;
    let mass = planet.star.mass_kg() / (planet.star.mass_kg() + planet.body.mass_kg());
    let closed = (wanted / (tide * mass * mass)).sqrt();
    let e = eccentricity_for_flux(&planet, &fluid, TideTerms::All, flux)?;
    let name = "eccentricity for a wanted small flux against its closed form";
    agree(record, name, e.unwrap_or(f64::NAN), closed);
    Ok(())
}
