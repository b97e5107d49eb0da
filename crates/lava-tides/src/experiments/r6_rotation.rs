//! R6: what the Coriolis force changes.

use super::planets::over_rigid;
use super::{agree, agreement, claim, known, sized, weigh};
use crate::constants::{EARTH_RADIUS_M, GRAVITATIONAL_CONSTANT as G};
use crate::earth_moon::EarthMoon;
use crate::map::LogAxis;
use crate::response::{Forcing, MagmaOcean, OceanCoupling, Order, Truncation};
use crate::{Body, Result, TidalResponse};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Profile, Record, Table};
use common::report::{Axis, LineChart, Series};
use num_complex::Complex64;

const LAMB: &str = "Lamb, Hydrodynamics, §222; the last digits: independent recomputation, Python";

/// R6.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r6-rotation",
    title: "The Coriolis force",
    artefact: "Eq. 7, its assumption of strong friction",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(1e5, context.profile(), record)?),
};

const fn lamb(name: &'static str, value: f64) -> Expected {
    known(name, "", LAMB, Bound::Between(value - 1e-4, value + 1e-4))
}

const FRICTION: &str = "2Ω/σ_R of the fastest ocean of Eq. 7 (4.65e-5 1/s) at 10 Earth radii";
const FASTEST: &str = "loss with the Coriolis force over that without, the same ocean";
const STRONG: &str = "the same at a drag of ten times the spin";

const EXPECTED: &[Expected] = &[
    lamb("semidiurnal tide over equilibrium tide at the equator, β = 40", -7.43427),
    lamb("semidiurnal tide over equilibrium tide at the equator, β = 20", -1.82078),
    lamb("semidiurnal tide over equilibrium tide at the equator, β = 10", 11.25951),
    lamb("semidiurnal tide over equilibrium tide at the equator, β = 5", 1.92361),
    agreement("without spin: rotating against self-attracting", "limit", 1e-12),
    claim(FRICTION, "", "Eq. 7: strong friction", Bound::AtMost(1.0)),
    claim(FASTEST, "", "Eq. 7: strong friction", Bound::Between(0.5, 2.0)),
    claim(STRONG, "", "Eq. 7: strong friction", Bound::Between(0.9, 1.1)),
];

/// An Earth with an ocean of this depth, m.
///
/// # Errors
/// A depth out of range.
pub fn measure(depth_m: f64, profile: Profile, record: &mut Record) -> Result<()> {
    for beta in [40.0, 20.0, 10.0, 5.0] {
        let name = format!("semidiurnal tide over equilibrium tide at the equator, β = {beta}");
        record.measure(name, equator(beta)?, Evidence::Exact);
    }
    let earth = *EarthMoon::present().earth();
    let attracting = MagmaOcean::new(depth_m, 1e-4, 0.55)?;
    let with = |ocean: MagmaOcean, forcing: Forcing| -> Result<[Complex64; 2]> {
        let rotating = OceanCoupling::Rotating(Truncation::Converged);
        let still = over_rigid(earth, ocean)?.k2(forcing);
        Ok([over_rigid(earth, ocean.with_coupling(rotating)?)?.k2(forcing), still])
    };
    let [rotating, still] = with(attracting, Forcing::sectoral(3e-4))?;
    agree(record, "without spin: rotating against self-attracting", rotating.norm(), still.norm());

    let state = EarthMoon::present().at(10.0 * EARTH_RADIUS_M)?;
    let forcing = Forcing {
        frequency_rad_s: state.frequency_rad_s,
        spin_rad_s: state.spin_rad_s,
        order: Order::Sectoral,
    };
    weigh(record, FRICTION, 2.0 * state.spin_rad_s / 4.65e-5);
    for (name, depth, drag) in [(FASTEST, 1.15e5, 4.65e-5), (STRONG, depth_m, 10.0 * state.spin_rad_s)] {
        let [rotating, still] = with(MagmaOcean::new(depth, drag, 0.55)?, forcing)?;
        weigh(record, name, rotating.im / still.im);
    }

    let columns = ["2Ω/σ_R", "drag, 1/s", "-Im k₂ rotating", "-Im k₂ not rotating"];
    let mut table = Table::new("friction", "Loss at the lunar tide of ten Earth radii", &columns);
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for ratio in LogAxis::new(1e-2, 1e3, sized(profile, [60, 120, 600]))?.values() {
        let drag = 2.0 * state.spin_rad_s / ratio;
        let [rotating, still] = with(MagmaOcean::new(depth_m, drag, 0.55)?, forcing)?;
        table.row([ratio, drag, -rotating.im, -still.im].map(Cell::from));
        on.push((ratio, -rotating.im));
        off.push((ratio, -still.im));
    }
    record.table(table);
    record.figure(chart("friction", "Loss over friction", "2Ω/σ_R", on, off));
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for frequency_rad_s in LogAxis::new(1e-6, 3e-3, sized(profile, [150, 300, 1500]))?.values() {
        let [rotating, still] = with(attracting, Forcing { frequency_rad_s, ..forcing })?;
        on.push((frequency_rad_s, -rotating.im));
        off.push((frequency_rad_s, -still.im));
    }
    record.figure(chart("spectrum", "Loss over frequency, drag 1e-4 1/s", "frequency, rad/s", on, off));
    record.note(
        "The closed forms leave the Coriolis force out, which is right where the drag exceeds twice the spin. On the early \
         Earth 2Ω is near 6e-4 1/s, while the oceans that are fast enough for C2 have drags below 1e-4 1/s: there the \
         assumption does not hold, the resonance splits and moves, and the losses differ by factors.",
    );
    Ok(())
}

fn chart(name: &str, title: &str, axis: &str, on: Vec<(f64, f64)>, off: Vec<(f64, f64)>) -> LineChart {
    LineChart {
        name: name.into(),
        title: title.into(),
        x: Axis::log(axis),
        y: Axis::log("-Im k₂"),
        series: vec![
            Series { label: "rotating".into(), points: on },
            Series { label: "not rotating".into(), points: off },
        ],
    }
}

/// The semidiurnal tide of Lamb's ocean, `β = 4 Ω² R²/(g H)`, at the equator over the equilibrium tide.
fn equator(beta: f64) -> Result<f64> {
    let (gravity, spin) = (9.82, 7.292_115e-5);
    let body = Body::new(gravity * EARTH_RADIUS_M.powi(2) / G, EARTH_RADIUS_M, 0.33)?;
    let depth = 4.0 * spin * spin * EARTH_RADIUS_M.powi(2) / (gravity * beta);
    // A melt of hardly any weight does not attract itself.
    let planet = over_rigid(body, MagmaOcean::new(depth, 0.0, 1e-12)?)?;
    let forcing =
        Forcing { frequency_rad_s: 2.0 * spin * (1.0 + 1e-9), spin_rad_s: spin, order: Order::Sectoral };
    let (mut legendre, mut sum) = (1.0, 0.0);
    for (degree, height) in planet.rotating_spectrum(forcing, 80)? {
        sum += height.re * legendre;
        // Orthonormal Legendre function of order 2 at the equator, over that of degree 2.
        let n = f64::from(degree);
        let norm = (2.0 * n + 5.0) / (2.0 * n + 1.0) * (n * (n - 1.0)) / ((n + 4.0) * (n + 3.0));
        legendre *= -(n + 3.0) / n * norm.sqrt();
    }
    Ok(sum)
}
