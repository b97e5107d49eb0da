//! R6: where the assumption of strong friction holds.

use super::planets::{earth, over_rigid};
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::response::{Forcing, MagmaOcean, OceanCoupling, Order, Truncation};
use crate::{Body, Result, TidalResponse};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Record, Table};
use common::report::{Axis, LineChart, Series};

const ROTATING: OceanCoupling = OceanCoupling::Rotating(Truncation::Converged);

/// R6.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r6-rotation",
    title: "Rotating against non-rotating tides",
    artefact: "Eq. 7, assumption of strong friction",
    expected: &[
        Expected::unprinted(
            "error of leaving rotation out at a drag of 10 x 2 spin",
            "%",
            "assumption of strong friction",
        )
        .within(Bound::AtMost(10.0)),
        Expected::unprinted("error of leaving rotation out at a drag of 2 spin", "%", "free parameters"),
        Expected::unprinted(
            "error of leaving rotation out at a drag of 0.1 x 2 spin",
            "%",
            "free parameters",
        ),
        Expected::unprinted("without spin, difference of the two", "", "identity")
            .within(Bound::AtMost(1e-13)),
        Expected::unprinted("semidiurnal tide at the equator, beta 40", "", "Lamb, Hydrodynamics")
            .within(Bound::Between(-7.4345, -7.4335)),
        Expected::unprinted("semidiurnal tide at the equator, beta 20", "", "Lamb, Hydrodynamics")
            .within(Bound::Between(-1.8215, -1.8205)),
        Expected::unprinted("semidiurnal tide at the equator, beta 10", "", "Lamb, Hydrodynamics")
            .within(Bound::Between(11.2585, 11.26)),
        Expected::unprinted("semidiurnal tide at the equator, beta 5", "", "Lamb, Hydrodynamics")
            .within(Bound::Between(1.9235, 1.9245)),
    ],
    reference: &[],
    run: |_, record| Ok(measure(record)?),
};

/// Love numbers of an early Earth's ocean with and without the Coriolis force over the drag, and Lamb's tides.
///
/// # Errors
/// None that the constants of the experiment cause.
pub fn measure(record: &mut Record) -> Result<()> {
    // Of the early Earth with the Moon at ten radii.
    let (spin, sigma) = (2.84293e-4, 4.89584e-4);
    let body = earth()?;
    let k2 = |drag: f64, spin_rad_s: f64, coupling| {
        let ocean = MagmaOcean::new(1e5, drag, 0.55)?.with_coupling(coupling)?;
        let forcing = Forcing { frequency_rad_s: sigma, spin_rad_s, order: Order::Sectoral };
        Ok(over_rigid(body, ocean)?.k2(forcing))
    };
    let columns = [
        "2 spin over drag",
        "Re k2, rotating",
        "Im k2, rotating",
        "Re k2, without",
        "Im k2, without",
        "error, %",
    ];
    let mut table = Table::new("rotation", "An ocean of 100 km on the early Earth", &columns);
    let (mut with, mut without, mut errors) = (vec![], vec![], vec![]);
    for step in -60..=60 {
        let friction = 10f64.powf(f64::from(step) / 20.0);
        let drag = 2.0 * spin / friction;
        let rotating = k2(drag, spin, ROTATING)?;
        let still = k2(drag, spin, OceanCoupling::SelfAttracting)?;
        let error = 100.0 * (still - rotating).norm() / rotating.norm();
        with.push((friction, -rotating.im));
        without.push((friction, -still.im));
        errors.push((friction, error));
        if step % 20 == 0 {
            table.row([friction, rotating.re, rotating.im, still.re, still.im, error].map(Cell::from));
        }
        let name = match step {
            -20 => "error of leaving rotation out at a drag of 10 x 2 spin",
            0 => "error of leaving rotation out at a drag of 2 spin",
            20 => "error of leaving rotation out at a drag of 0.1 x 2 spin",
            _ => continue,
        };
        record.measure(name, error, Evidence::Synthetic);
    }
    record.table(table);
    let series = |label: &str, points| Series { label: label.to_owned(), points };
    record.figure(LineChart {
        name: "loss-against-friction".into(),
        title: "Loss of an ocean of 100 km on the early Earth".into(),
        x: Axis::log("2 spin over drag"),
        y: Axis::log("-Im k2"),
        series: vec![series("with rotation", with), series("without", without)],
    });
    record.figure(LineChart {
        name: "error-against-friction".into(),
        title: "Error of the Love number without rotation".into(),
        x: Axis::log("2 spin over drag"),
        y: Axis::log("error, %"),
        series: vec![series("|k2 without - k2| / |k2|", errors)],
    });
    let (still, rotating) = (k2(1e-4, 0.0, OceanCoupling::SelfAttracting)?, k2(1e-4, 0.0, ROTATING)?);
    let difference = (still - rotating).norm() / rotating.norm();
    record.measure("without spin, difference of the two", difference, Evidence::Exact);
    for beta in [40.0, 20.0, 10.0, 5.0] {
        let name = format!("semidiurnal tide at the equator, beta {beta}");
        record.measure(name, semidiurnal(beta)?, Evidence::Exact);
    }
    record.note(
        "Eq. 7 assumes a drag far above twice the spin. On the early Earth twice the spin is about 6e-4 1/s, and the \
         drags with which the Moon recedes within 1e4 to 1e5 yr lie far below it: there the form without rotation \
         misses the Love number of this ocean by most of its size.",
    );
    Ok(())
}

/// Ratio of the tide to the equilibrium tide at the equator of an ocean without drag and attraction on a planet that
/// turns once in two tides, for β = 4 Ω² R²/(g H).
fn semidiurnal(beta: f64) -> Result<f64> {
    let (radius, gravity, spin) = (6.371e6, 9.82, 7.292115e-5);
    let body = Body::new(gravity * radius * radius / G, radius, 0.33)?;
    let depth = 4.0 * f64::powi(spin, 2) * radius * radius / (gravity * beta);
    // A melt of next to no density does not attract itself.
    let ocean = MagmaOcean::new(depth, 0.0, 1e-12)?.with_coupling(ROTATING)?;
    let forcing =
        Forcing { frequency_rad_s: 2.0 * spin * (1.0 + 1e-9), spin_rad_s: spin, order: Order::Sectoral };
    // Orthonormal Legendre functions of order 2 at the equator, over that of degree 2, from degree to degree:
    // P_{j+2} = -sqrt((2j+5)/(2j+1) (j+m+1)(j-m+1)/((j+m+2)(j-m+2))) P_j.
    let mut legendre = 1.0;
    let mut tide = 0.0;
    for (degree, height) in over_rigid(body, ocean)?.rotating_spectrum(forcing, 80)? {
        tide += legendre * height.re;
        let j = f64::from(degree);
        let ratio = (2.0 * j + 5.0) / (2.0 * j + 1.0) * ((j + 3.0) * (j - 1.0)) / ((j + 4.0) * j);
        legendre *= -ratio.sqrt();
    }
    Ok(tide)
}
