//! R2: from solid to fluid tides as rock melts.

use super::planets::{DENSITY_RATIO, DRAG_PER_S, earth, earth_rock};
use crate::Result;
use crate::TidalResponse;
use crate::response::{Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet};
use crate::rheology::{Andrade, CostaLaw, LogisticLaw, MeltLaw, MushProperties};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Record, Table};
use common::report::{Axis, LineChart, Series};

/// Melt fraction from which on the planet counts as fluid.
const CRITICAL: f64 = 0.4;
/// Frequency of the tide, rad/s: of the early Moon.
const SIGMA: f64 = 4e-4;

/// R2.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r2-melting",
    title: "Loss against melt fraction",
    artefact: "abstract: fluid tides beyond a critical melt fraction",
    expected: &[
        Expected::unprinted(
            "fully molten, fluid over solid-type loss, smooth step",
            "",
            "abstract: solid-type models miss the fluid tide",
        )
        .within(Bound::AtLeast(10.0)),
        Expected::unprinted(
            "fully molten, fluid over solid-type loss, suspension law",
            "",
            "abstract: solid-type models miss the fluid tide",
        )
        .within(Bound::AtLeast(10.0)),
        Expected::unprinted(
            "largest solid-type loss over that of the fluid, smooth step",
            "",
            "free parameters",
        ),
        Expected::unprinted(
            "largest solid-type loss over that of the fluid, suspension law",
            "",
            "free parameters",
        ),
        Expected::unprinted(
            "viscosity of the suspension at half melt, over the liquid's",
            "",
            "40-digit evaluation in Python",
        )
        .within(Bound::Between(30.262172, 30.262174)),
    ],
    reference: &[],
    run: |_, record| Ok(measure(record)?),
};

/// Loss of an Earth whose rock follows either melt law, as a solid of that viscosity and rigidity, and with the ocean.
///
/// # Errors
/// None that the constants of the experiment cause.
pub fn measure(record: &mut Record) -> Result<()> {
    let solid = MushProperties { viscosity_pa_s: 1e21, rigidity_pa: 6e10 };
    let liquid = MushProperties { viscosity_pa_s: 1e2, rigidity_pa: 10.0 };
    let costa = MeltLaw::Costa(CostaLaw::new(1.0, 10.0)?);
    let laws = [
        ("smooth step", MeltLaw::Logistic(LogisticLaw::new(solid, liquid, CRITICAL, 0.15)?)),
        ("suspension law", costa),
    ];
    let body = earth()?;
    let ocean = MagmaOcean::new(body.radius_m() / 50.0, DRAG_PER_S, DENSITY_RATIO)?;
    let below = HomogeneousBody::below_ocean(&body, &ocean, earth_rock()?)?;
    let fluid = -MoltenPlanet::new(body, below, ocean)?.k2(Forcing::sectoral(SIGMA)).im;

    let fractions: Vec<f64> = (0..=200).map(|i| f64::from(i) / 200.0).collect();
    let mut table = Table::new(
        "melting",
        "Loss -Im k2",
        &["melt fraction", "smooth step", "suspension law", "with the ocean"],
    );
    let mut series = Vec::new();
    let mut curves = Vec::new();
    for (name, law) in laws {
        let mut points = Vec::new();
        for phi in &fractions {
            let mush = law.properties(*phi)?;
            let rock = Andrade::new(mush.rigidity_pa, mush.viscosity_pa_s, 0.3)?;
            points.push((*phi, -HomogeneousBody::new(&body, rock).k2(Forcing::sectoral(SIGMA)).im));
        }
        let molten = points.last().map_or(f64::NAN, |(_, loss)| *loss);
        let largest = points.iter().map(|(_, loss)| *loss).fold(0.0, f64::max);
        let name_of = |what: &str| format!("{what}, {name}");
        record.measure(
            name_of("fully molten, fluid over solid-type loss"),
            fluid / molten,
            Evidence::Synthetic,
        );
        let peak = name_of("largest solid-type loss over that of the fluid");
        record.measure(peak, largest / fluid, Evidence::Synthetic);
        series.push(Series { label: format!("solid-type, {name}"), points: points.clone() });
        curves.push(points);
    }
    let molten = fractions.iter().filter(|phi| **phi >= CRITICAL);
    series.push(Series {
        label: "with the magma ocean".into(),
        points: molten.map(|phi| (*phi, fluid)).collect(),
    });
    for (place, phi) in fractions.iter().enumerate().step_by(10) {
        let ocean = if *phi >= CRITICAL { Cell::from(fluid) } else { Cell::from("") };
        table.row([Cell::from(*phi), curves[0][place].1.into(), curves[1][place].1.into(), ocean]);
    }
    record.table(table);
    record.figure(LineChart {
        name: "loss-against-melt".into(),
        title: "Loss of an Earth against melt fraction, frequency 4e-4 rad/s".into(),
        x: Axis::linear("melt fraction"),
        y: Axis::log("-Im k2"),
        series,
    });
    let half = costa.properties(0.5)?.viscosity_pa_s;
    record.measure("viscosity of the suspension at half melt, over the liquid's", half, Evidence::Exact);
    record.note(
        "As a very weak solid, molten rock answers like a fluid sphere: hardly any loss is left when it is fully \
         molten, where the ocean has its own. Near the critical melt fraction the Maxwell time passes the tidal period, \
         and the solid-type loss has a peak; how high it is against the ocean's loss depends on the law, and on the \
         ocean's depth and drag.",
    );
    Ok(())
}
