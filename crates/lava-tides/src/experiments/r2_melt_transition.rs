//! R2: the loss of the tide as a planet melts.

use super::planets::SuperEarth;
use super::{claim, known, sized, weigh};
use crate::response::{Forcing, HomogeneousBody, MoltenPlanet, OceanCoupling};
use crate::rheology::{Andrade, CostaLaw, LogisticLaw, MeltLaw, MushProperties};
use crate::{Result, TidalResponse};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Profile, Record, Table};
use common::report::{Axis, LineChart, Series};

/// R2.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r2-melt-transition",
    title: "The tide of a melting planet",
    artefact: "abstract (C1)",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(0.4, context.profile(), record)?),
};

const EXPECTED: &[Expected] = &[
    claim(SMOOTH[0], "", "abstract: C1", Bound::AtMost(0.1)),
    claim(SUSPENSION[0], "", "abstract: C1", Bound::AtMost(0.1)),
    claim(SMOOTH[1], "", "abstract: C1", Bound::AtLeast(10.0)),
    claim(SUSPENSION[1], "", "abstract: C1", Bound::AtLeast(10.0)),
    claim(SMOOTH[2], "", "abstract: C1", Bound::AtLeast(1.0)),
    claim(SUSPENSION[2], "", "abstract: C1", Bound::AtLeast(1.0)),
    known(
        "suspension law: largest relative difference of the viscosity",
        "",
        "40-digit evaluation, Python with mpmath",
        Bound::AtMost(1e-9),
    ),
];

const SMOOTH: [&str; 3] = [
    "smooth law: largest loss of the weak solid beyond the critical melt fraction over its largest",
    "smooth law: loss of the ocean over that of the weak solid at full melt",
    "smooth law: loss of the ocean over the largest of the weak solid",
];
const SUSPENSION: [&str; 3] = [
    "suspension law: largest loss of the weak solid beyond the critical melt fraction over its largest",
    "suspension law: loss of the ocean over that of the weak solid at full melt",
    "suspension law: loss of the ocean over the largest of the weak solid",
];

/// Viscosities of the suspension law for a liquid of 1 Pa s.
const VISCOSITIES: [(f64, f64); 5] = [
    (0.0, 9.979771237e18),
    (0.1, 6.655124283e17),
    (0.2, 3.225532176e16),
    (0.4, 27292.74808),
    (0.5, 30.26217283),
];

/// The loss at the tide of one day of the reference super-Earth over its melt fraction: as a weak solid, and, from the
/// critical melt fraction on, as an ocean on unmelted rock.
///
/// # Errors
/// A critical melt fraction that is not positive.
pub fn measure(critical: f64, profile: Profile, record: &mut Record) -> Result<()> {
    let planet = SuperEarth::new(1e-3)?;
    let tide = Forcing::sectoral(planet.orbit(0.0)?.mean_motion_rad_s());
    let solid = MushProperties { viscosity_pa_s: 1e21, rigidity_pa: 3e11 };
    let liquid = MushProperties { viscosity_pa_s: 1e2, rigidity_pa: 10.0 };
    let smooth = MeltLaw::Logistic(LogisticLaw::new(solid, liquid, critical, 0.15)?);
    // Five times the liquid rigidity of the law gives 3e11 Pa without melt.
    let suspension = MeltLaw::Costa(CostaLaw::new(1.0, 50.0)?);

    let ocean = planet.ocean(OceanCoupling::SelfAttracting)?;
    let rock = HomogeneousBody::below_ocean(&planet.body, &ocean, Andrade::new(3e11, 1e21, 0.3)?)?;
    let fluid = -MoltenPlanet::new(planet.body, rock, ocean)?.k2(tide).im;
    let points = sized(profile, [200, 400, 2000]);
    let mut curves = Vec::new();
    for (names, law) in [(SMOOTH, smooth), (SUSPENSION, suspension)] {
        let mut curve = Vec::with_capacity(points + 1);
        for step in 0..=points {
            let phi = step as f64 / points as f64;
            let mush = law.properties(phi)?;
            let rheology = Andrade::new(mush.rigidity_pa, mush.viscosity_pa_s, 0.3)?;
            curve.push((phi, -HomogeneousBody::new(&planet.body, rheology).k2(tide).im));
        }
        let largest = |from: f64| curve.iter().filter(|p| p.0 >= from).map(|p| p.1).fold(0.0, f64::max);
        weigh(record, names[0], largest(critical) / largest(0.0));
        weigh(record, names[1], fluid / curve[points].1);
        weigh(record, names[2], fluid / largest(0.0));
        curves.push(curve);
    }
    let unit_liquid = MeltLaw::Costa(CostaLaw::new(1.0, 10.0)?);
    let mut worst = 0.0_f64;
    for (phi, exact) in VISCOSITIES {
        worst = worst.max((unit_liquid.properties(phi)?.viscosity_pa_s / exact - 1.0).abs());
    }
    record.measure("suspension law: largest relative difference of the viscosity", worst, Evidence::Exact);

    let columns = ["melt fraction", "weak solid, smooth law", "weak solid, suspension law", "ocean"];
    let mut table = Table::new("loss", "-Im k₂ at a tide of one day", &columns);
    let mut ocean_curve = Vec::new();
    for (smooth, suspension) in curves[0].iter().zip(&curves[1]) {
        let of_ocean = if smooth.0 >= critical { fluid } else { f64::NAN };
        ocean_curve.push((smooth.0, of_ocean));
        table.row([smooth.0, smooth.1, suspension.1, of_ocean].map(Cell::from));
    }
    record.table(table);
    let labels = ["weak solid, smooth law", "weak solid, suspension law", "ocean"];
    let series = curves.into_iter().chain([ocean_curve]);
    record.figure(LineChart {
        name: "loss".into(),
        title: "Loss at a tide of one day as the planet melts".into(),
        x: Axis::linear("melt fraction"),
        y: Axis::log("-Im k₂"),
        series: labels
            .into_iter()
            .zip(series)
            .map(|(label, points)| Series { label: label.into(), points })
            .collect(),
    });
    record.note(
        "Both laws let the rigidity fall along with the viscosity. The mush then follows the tide like a fluid long \
         before it loses much, and its loss is gone beyond the critical melt fraction; at full melt a weak solid \
         loses nothing to speak of. This is what C1 says of earlier models, and there the ocean takes over. How much \
         the ocean loses is set by its drag: at 1e-3 1/s more than the mush of the smooth law ever does, and half of \
         what the mush of the suspension law loses at its worst. The constants of the suspension \
         law for the rigidity are not verified.",
    );
    Ok(())
}
