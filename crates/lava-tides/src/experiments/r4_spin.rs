//! R4: spin states of close-in planets, and the time to reach synchronous rotation.

use super::planets::{SuperEarth, earth, molten};
use super::{agree, agreement, claim, sized, weigh};
use crate::constants::{DAY_S, SUN_MASS_KG, YEAR_S};
use crate::response::{ConstantTimeLag, HomogeneousBody, OceanCoupling};
use crate::rheology::Andrade;
use crate::spin::{SpinRate, TorqueCurve, pseudo_synchronous_ratio, spin_path};
use crate::{Body, Error, Orbit, Result, TidalResponse};
use common::experiment::{Bound, Cell, Expected, Experiment, Profile, Record, Table};
use common::report::{Axis, HeatMap, LineChart, Series, edges};
use rayon::prelude::*;

/// R4.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r4-spin",
    title: "Spin states and synchronisation of close-in planets",
    artefact: "abstract (C3)",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(1.0, context.profile(), record)?),
};

const ALL: Bound = Bound::AtLeast(100.0);
const EVADE: &str = "abstract: C3, evade resonances";
const FAST: &str = "abstract: C3, Myr rather than Gyr";

const EXPECTED: &[Expected] = &[
    claim("solid planets that are caught in a resonance, P <= 10 d, e = 0.05", "%", EVADE, ALL),
    claim("molten planets that become synchronous, P <= 10 d, e = 0.05, drag 1e-3", "%", EVADE, ALL),
    claim("molten planets that become synchronous, P <= 10 d, e = 0.05, drag 1e-4", "%", EVADE, ALL),
    claim("molten planets that become synchronous, P <= 10 d, e = 0.2, drag 1e-3", "%", EVADE, ALL),
    claim("stable spin states of the fluid alone, e = 0.3", "", EVADE, Bound::Between(1.0, 1.0)),
    claim("longest time of a solid planet of the grid", "yr", FAST, Bound::AtLeast(1e9)),
    claim("longest time of a molten planet where the solid one needs 1e8 yr", "yr", FAST, Bound::AtMost(1e7)),
    claim("largest ratio of times where the solid planet needs 1e8 yr", "", FAST, Bound::AtLeast(1e3)),
    claim(
        "largest ratio of times of a solid and a molten planet",
        "",
        "abstract: C3, faster",
        Bound::AtLeast(10.0),
    ),
    agreement("constant time lag: spin without torque against Hut's", "Hut 1981", 1e-11),
    agreement("constant time lag: time against the closed form", "closed form, circular orbit", 1e-9),
];

const PERIODS_D: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 150.0];
const ECCENTRICITIES: [f64; 3] = [0.0, 0.05, 0.2];
const START: f64 = 10.0;

/// One planet of the grid.
#[derive(Debug, Clone, Copy)]
struct Case {
    period_d: f64,
    eccentricity: f64,
    viscosity: f64,
    drag: f64,
}

/// Where the spin of a planet ends and when, solid and molten.
#[derive(Debug, Clone, Copy)]
struct Fate {
    case: Case,
    /// Spin over mean motion and years.
    solid: (f64, f64),
    molten: (f64, f64),
}

impl Fate {
    fn ratio(&self) -> f64 {
        self.solid.1 / self.molten.1
    }
}

/// Earth-size planets about a star of this mass, in solar masses, that start with ten rotations an orbit.
///
/// # Errors
/// A mass that is not positive.
pub fn measure(star_mass_sun: f64, profile: Profile, record: &mut Record) -> Result<()> {
    let star = star_mass_sun * SUN_MASS_KG;
    let mut cases = Vec::new();
    for period_d in PERIODS_D {
        for eccentricity in ECCENTRICITIES {
            for viscosity in [1e21, 1e23] {
                for drag in [1e-4, 1e-3] {
                    cases.push(Case { period_d, eccentricity, viscosity, drag });
                }
            }
        }
    }
    let fates: Vec<Fate> = cases.par_iter().map(|case| fate(*case, star)).collect::<Result<_>>()?;
    judge_fates(&fates, record);
    record.table(table(&fates));

    let planet = SuperEarth::new(1e-3)?;
    let fluid = planet.fluid(OceanCoupling::PaperEq7)?;
    let orbit = planet.orbit(0.3)?;
    let states = TorqueCurve::new(&orbit, &planet.body, &fluid)?.equilibria(0.3, 6.0)?;
    let stable = states.iter().filter(|state| state.stable).count();
    weigh(record, "stable spin states of the fluid alone, e = 0.3", stable as f64);
    closed_forms(star, record)?;
    torques(&planet, record)?;
    maps(star, sized(profile, [8, 12, 60]), record)?;
    record.note(
        "Earth-size planets with an ocean of R/50 and a drag of 1e-3 1/s pass the 3:2 resonance at e = 0.05 and become \
         synchronous where solid ones are caught: for periods up to ten days C3 holds there. With a drag of 1e-4 1/s, \
         or at e = 0.2, the molten planets are caught as well, because the sum of both tides keeps the kinks of the \
         solid; an ocean on a floor that does not yield has one spin state and is never caught.",
    );
    record.note(
        "A thousandfold gain, from a Gyr to a Myr, is not found anywhere on the grid: where the solid planet needs a \
         hundred million years, the molten one is a few times faster, and where it is tens of times faster, the solid \
         one is synchronous within a few million years already. Small viscosities, drags and orbits decide, and the \
         paper's own inputs are not known.",
    );
    Ok(())
}

fn solid(body: &Body, viscosity: f64) -> Result<HomogeneousBody<Andrade>> {
    Ok(HomogeneousBody::new(body, Andrade::new(6e10, viscosity, 0.3)?))
}

fn fate(case: Case, star: f64) -> Result<Fate> {
    let body = earth()?;
    let orbit = Orbit::from_period(&body, star, case.period_d * DAY_S, case.eccentricity)?;
    let ends = |response: &dyn TidalResponse| -> Result<(f64, f64)> {
        let path = spin_path(&orbit, &body, response, START, 1e-3)?;
        Ok((path.trap.spin.ratio(), path.time_s / YEAR_S))
    };
    let rock = Andrade::new(6e10, case.viscosity, 0.3)?;
    let ocean = molten(body, rock, case.drag, OceanCoupling::PaperEq7)?;
    Ok(Fate { case, solid: ends(&solid(&body, case.viscosity)?)?, molten: ends(&ocean)? })
}

fn is_synchronous(spin: f64) -> bool {
    (spin - 1.0).abs() < 0.25
}

fn judge_fates(fates: &[Fate], record: &mut Record) {
    let share = |e: f64, drag: f64, holds: &dyn Fn(&Fate) -> bool| {
        let near = |fate: &&Fate| {
            let case = fate.case;
            case.period_d <= 10.0
                && (case.eccentricity - e).abs() < 1e-9
                && (case.drag / drag - 1.0).abs() < 1e-9
        };
        let chosen: Vec<&Fate> = fates.iter().filter(near).collect();
        100.0 * chosen.iter().filter(|fate| holds(fate)).count() as f64 / chosen.len().max(1) as f64
    };
    let synchronous = |fate: &Fate| is_synchronous(fate.molten.0);
    let caught = share(0.05, 1e-3, &|fate| !is_synchronous(fate.solid.0));
    weigh(record, "solid planets that are caught in a resonance, P <= 10 d, e = 0.05", caught);
    for (e, drag, exponent) in [(0.05, 1e-3, -3), (0.05, 1e-4, -4), (0.2, 1e-3, -3)] {
        let name = format!("molten planets that become synchronous, P <= 10 d, e = {e}, drag 1e{exponent}");
        weigh(record, &name, share(e, drag, &synchronous));
    }
    let slow: Vec<&Fate> = fates.iter().filter(|fate| fate.solid.1 >= 1e8).collect();
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NAN, f64::max);
    let longest = largest(&mut fates.iter().map(|fate| fate.solid.1));
    weigh(record, "longest time of a solid planet of the grid", longest);
    let longest = largest(&mut slow.iter().map(|fate| fate.molten.1));
    weigh(record, "longest time of a molten planet where the solid one needs 1e8 yr", longest);
    let gain = largest(&mut slow.iter().map(|fate| fate.ratio()));
    weigh(record, "largest ratio of times where the solid planet needs 1e8 yr", gain);
    let gain = largest(&mut fates.iter().map(Fate::ratio));
    weigh(record, "largest ratio of times of a solid and a molten planet", gain);
}

fn table(fates: &[Fate]) -> Table {
    let columns = [
        "period, d",
        "e",
        "viscosity, Pa s",
        "drag, 1/s",
        "solid: spin/n",
        "solid: time, yr",
        "Eq. 28: spin/n",
        "Eq. 28: time, yr",
        "ratio of times",
    ];
    let mut table =
        Table::new("fates", "Spin reached from ten rotations an orbit, and the time to it", &columns);
    for fate in fates {
        let case = fate.case;
        let numbers = [
            case.period_d,
            case.eccentricity,
            case.viscosity,
            case.drag,
            fate.solid.0,
            fate.solid.1,
            fate.molten.0,
            fate.molten.1,
            fate.ratio(),
        ];
        table.row(numbers.map(Cell::from));
    }
    table
}

fn closed_forms(star: f64, record: &mut Record) -> Result<()> {
    let body = earth()?;
    let lag = ConstantTimeLag::new(0.3, 100.0)?;
    let orbit = |e| Orbit::from_period(&body, star, 5.0 * DAY_S, e);
    let eccentric = orbit(0.2)?;
    let states = TorqueCurve::new(&eccentric, &body, &lag)?.equilibria(0.5, 3.0)?;
    let state = states.first().ok_or(Error::Count { name: "spin states", rule: "one", count: 0 })?;
    let (ours, hut) = (state.spin.ratio(), pseudo_synchronous_ratio(0.2)?);
    agree(record, "constant time lag: spin without torque against Hut's", ours, hut);
    let circular = orbit(0.0)?;
    let curve = TorqueCurve::new(&circular, &body, &lag)?;
    let path = spin_path(&circular, &body, &lag, START, 1e-3)?;
    // The torque is proportional to Ω - n, so the spin falls exponentially.
    let slope = curve.torque_n_m(SpinRate::from_ratio(2.0))? / circular.mean_motion_rad_s();
    let closed = -body.moment_of_inertia_kg_m2() / slope * ((START - 1.0) / 1e-3).ln();
    agree(record, "constant time lag: time against the closed form", path.time_s, closed);
    Ok(())
}

/// Torque curves of the reference super-Earth.
fn torques(planet: &SuperEarth, record: &mut Record) -> Result<()> {
    let eq28 = planet.molten(OceanCoupling::PaperEq7)?;
    let fluid = planet.fluid(OceanCoupling::PaperEq7)?;
    let responses: [(&str, &dyn TidalResponse); 3] =
        [("solid", &planet.solid), ("Eq. 28", &eq28), ("fluid alone", &fluid)];
    let mut list = Table::new(
        "states",
        "Stable spins over mean motion of the reference super-Earth, 0.3 to 6",
        &["e", "response", "stable spins"],
    );
    for e in [0.05, 0.1, 0.2, 0.3] {
        let orbit = planet.orbit(e)?;
        let mut series = Vec::new();
        for (label, response) in responses {
            let curve = TorqueCurve::new(&orbit, &planet.body, response)?;
            let states = curve.equilibria(0.3, 6.0)?;
            let stable: Vec<String> =
                states.iter().filter(|s| s.stable).map(|s| format!("{:.6}", s.spin.ratio())).collect();
            list.row([Cell::from(e), Cell::from(label), Cell::from(stable.join(", "))]);
            let ratio = |step: u32| 0.5 + 2.5 * f64::from(step) / 700.0;
            let point = |step| Ok((ratio(step), curve.torque_n_m(SpinRate::from_ratio(ratio(step)))?));
            series.push(Series { label: label.into(), points: (0..=700).map(point).collect::<Result<_>>()? });
        }
        record.figure(LineChart {
            name: format!("torque-e-{}", format!("{e}").replace('.', "-")),
            title: format!("Torque on the reference super-Earth, e = {e}"),
            x: Axis::linear("spin over mean motion"),
            y: Axis::linear("torque, N m"),
            series,
        });
    }
    record.table(list);
    Ok(())
}

/// Times and states over period and eccentricity, solid and molten.
fn maps(star: f64, cells: usize, record: &mut Record) -> Result<()> {
    let (x_edges, y_edges) = (edges(1.0, 150.0, cells, true), edges(0.0, 0.3, cells, false));
    let periods: Vec<f64> = x_edges.windows(2).map(|pair| (pair[0] * pair[1]).sqrt()).collect();
    let eccentricities: Vec<f64> = y_edges.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
    let cases: Vec<Case> = eccentricities
        .iter()
        .flat_map(|&eccentricity| {
            periods.iter().map(move |&period_d| Case { period_d, eccentricity, viscosity: 1e21, drag: 1e-3 })
        })
        .collect();
    let fates: Vec<Fate> = cases.par_iter().map(|case| fate(*case, star)).collect::<Result<_>>()?;
    let map = |name: &str, title: &str, value: Axis, of: fn(&Fate) -> f64| HeatMap {
        name: name.into(),
        title: title.into(),
        x: Axis::log("period, d"),
        y: Axis::linear("eccentricity"),
        value,
        x_edges: x_edges.clone(),
        y_edges: y_edges.clone(),
        values: fates.iter().map(of).collect(),
        marked: None,
    };
    record.figure(map("time-solid", "Time to the first spin state, solid", Axis::log("time, yr"), |f| {
        f.solid.1
    }));
    record.figure(map("time-molten", "Time to the first spin state, Eq. 28", Axis::log("time, yr"), |f| {
        f.molten.1
    }));
    record.figure(map("state-solid", "First spin state, solid", Axis::linear("spin/n"), |f| f.solid.0));
    record.figure(map("state-molten", "First spin state, Eq. 28", Axis::linear("spin/n"), |f| f.molten.0));
    Ok(())
}
