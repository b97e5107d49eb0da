//! R1: Love numbers of solid and molten planets against frequency.

use super::planets::{
    DENSITY_RATIO, DRAG_PER_S, log_points, molten_super_earth, over_rigid, super_earth, super_earth_rock,
};
use crate::constants::EARTH_RADIUS_M;
use crate::response::{Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use crate::rheology::{Elastic, Rheology};
use crate::{Body, Result, TidalResponse};
use common::experiment::{Bound, Cell, Context, Evidence, Expected, Experiment, Profile, Record, Table};
use common::report::{Axis, HeatMap, LineChart, Series, edges};
use num_complex::Complex64;
use std::f64::consts::PI;

/// R1.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r1-love-numbers",
    title: "Love numbers of solid and molten planets against frequency",
    artefact: "abstract: analytic model of fluid tides",
    expected: &[
        Expected::unprinted("loss, fluid over solid, at one day", "", "abstract: the fluid tide is added")
            .within(Bound::AtLeast(2.0)),
        Expected::unprinted("frequencies at which the molten planet loses more", "%", "free parameters"),
        Expected::unprinted(
            "largest deviation of the overdamped peak from half of xi",
            "",
            "closed form, Eq. 7",
        )
        .within(Bound::AtMost(1e-3)),
        Expected::unprinted(
            "largest deviation of the static tide over a rigid floor from xi/(1 - xi)",
            "",
            "closed form",
        )
        .within(Bound::AtMost(1e-10)),
        Expected::unprinted(
            "largest deviation over a rigid floor",
            "",
            "TidalPy 0.8.1 radial solver, H = 30 and 100 km",
        )
        .within(Bound::AtMost(0.01)),
        Expected::unprinted(
            "largest deviation over a yielding floor",
            "",
            "TidalPy 0.8.1 radial solver, off resonance",
        )
        .within(Bound::AtMost(0.03)),
        Expected::unprinted(
            "largest deviation of the paper's Eq. 28 over a yielding floor",
            "",
            "TidalPy 0.8.1 radial solver",
        )
        .within(Bound::AtLeast(0.1)),
    ],
    reference: &[],
    run: |context, record| Ok(measure(context, record)?),
};

/// Spectra of the reference super-Earth, a map over depth and drag, and the closed forms.
///
/// # Errors
/// None that the constants of the experiment cause.
pub fn measure(context: &Context<'_>, record: &mut Record) -> Result<()> {
    let body = super_earth()?;
    let solid = HomogeneousBody::new(&body, super_earth_rock()?);
    let depth = body.radius_m() / 50.0;
    let (eq7, attracting) = (OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting);
    let ocean = MagmaOcean::new(depth, DRAG_PER_S, DENSITY_RATIO)?.with_coupling(eq7)?;
    let ocean_alone = over_rigid(body, ocean)?;
    let paper = molten_super_earth(depth, DRAG_PER_S, eq7)?;
    let physical = molten_super_earth(depth, DRAG_PER_S, attracting)?;
    let responses: [(&str, &dyn TidalResponse); 4] = [
        ("solid", &solid),
        ("ocean alone, Eq. 7", &ocean_alone),
        ("Eq. 28", &paper),
        ("with self-attraction", &physical),
    ];
    spectra(&responses, record);

    let loss = |response: &dyn TidalResponse, sigma: f64| -response.k2(Forcing::sectoral(sigma)).im;
    let day = 2.0 * PI / 86_400.0;
    record.measure(
        "loss, fluid over solid, at one day",
        loss(&paper, day) / loss(&solid, day),
        Evidence::Synthetic,
    );
    let sigma = log_points(1e-9, 1e-2, 2000);
    let more = sigma.iter().filter(|sigma| loss(&paper, **sigma) > loss(&solid, **sigma)).count();
    let share = 100.0 * more as f64 / sigma.len() as f64;
    record.measure("frequencies at which the molten planet loses more", share, Evidence::Synthetic);

    closed_forms(&body, record)?;
    radial_solver(record)?;
    depth_and_drag(context, record)?;
    record.note(
        "Eq. 7 leaves out the attraction of the tide on itself and the yielding of the floor. A full radial solution \
         agrees with the closed form that keeps both, and not with Eq. 28: the library's default keeps them.",
    );
    Ok(())
}

fn spectra(responses: &[(&str, &dyn TidalResponse)], record: &mut Record) {
    let sigma = log_points(1e-9, 1e-2, 400);
    let curves = |part: fn(Complex64) -> f64| {
        let curve = |(label, response): &(&str, &dyn TidalResponse)| Series {
            label: (*label).to_owned(),
            points: sigma.iter().map(|s| (*s, part(response.k2(Forcing::sectoral(*s))))).collect(),
        };
        responses.iter().map(curve).collect()
    };
    record.figure(LineChart {
        name: "spectrum-loss".into(),
        title: "Loss -Im k2 of a super-Earth: ocean of R/50, drag 1e-3 1/s".into(),
        x: Axis::log("frequency, rad/s"),
        y: Axis::log("-Im k2"),
        series: curves(|k2| -k2.im),
    });
    record.figure(LineChart {
        name: "spectrum-real-part".into(),
        title: "Re k2 of a super-Earth: ocean of R/50, drag 1e-3 1/s".into(),
        x: Axis::log("frequency, rad/s"),
        y: Axis::linear("Re k2"),
        series: curves(|k2| k2.re),
    });
    let columns = ["response", "frequency, rad/s", "Re k2", "Im k2"];
    let mut table = Table::new("spectra", "Love numbers of the super-Earth", &columns);
    for (label, response) in responses {
        for sigma in log_points(1e-9, 1e-2, 15) {
            let k2 = response.k2(Forcing::sectoral(sigma));
            table.row([Cell::from(*label), sigma.into(), k2.re.into(), k2.im.into()]);
        }
    }
    record.table(table);
}

/// The Debye peak of an overdamped ocean, searched on a fine grid, and the static tide.
fn closed_forms(body: &Body, record: &mut Record) -> Result<()> {
    let (mut peaks, mut statics) = (0.0f64, 0.0f64);
    for depth in [3e3, 3e4, 3e5] {
        let alone = |drag, coupling| {
            over_rigid(*body, MagmaOcean::new(depth, drag, DENSITY_RATIO)?.with_coupling(coupling)?)
        };
        let xi = 0.6 * DENSITY_RATIO;
        let wave = alone(0.0, OceanCoupling::PaperEq7)?.wave_frequency_rad_s();
        let drag = 100.0 * wave;
        let overdamped = alone(drag, OceanCoupling::PaperEq7)?;
        let loss = |sigma: f64| -overdamped.k2(Forcing::sectoral(sigma)).im;
        let around = wave * wave / drag;
        let peak = log_points(0.5 * around, 2.0 * around, 2001).into_iter().map(loss).fold(0.0, f64::max);
        peaks = peaks.max((peak / (0.5 * xi) - 1.0).abs());
        let still = alone(drag, OceanCoupling::SelfAttracting)?.k2(Forcing::sectoral(0.0));
        statics = statics.max((still.re * (1.0 - xi) / xi - 1.0).abs());
    }
    record.measure("largest deviation of the overdamped peak from half of xi", peaks, Evidence::Exact);
    let name = "largest deviation of the static tide over a rigid floor from xi/(1 - xi)";
    record.measure(name, statics, Evidence::Exact);
    Ok(())
}

/// Planets of two layers (densities 5500 and 3000 kg/m³, no drag): depth, rigidity, frequency, Re k2.
const RADIAL: [[f64; 4]; 9] = [
    [3e4, 1e15, 1e-4, 0.7504],
    [3e4, 1e15, 2e-4, -1.2860],
    [1e5, 1e15, 1e-4, 0.56180],
    [1e5, 1e15, 2e-4, 0.87205],
    [1e5, 1e15, 4e-4, -0.72110],
    [3e4, 6e10, 1e-4, 0.9214],
    [3e4, 6e10, 6e-4, 0.5369],
    [3e4, 2e11, 1e-4, 0.8117],
    [1e5, 2e11, 2e-4, 0.9149],
];

fn radial_solver(record: &mut Record) -> Result<()> {
    let columns =
        ["depth, km", "rigidity, Pa", "frequency, rad/s", "radial solver", "with self-attraction", "Eq. 28"];
    let mut table = Table::new("radial-solver", "Re k2 against a full radial solution", &columns);
    let (mut rigid, mut yielding, mut paper_off) = (0.0f64, 0.0f64, 0.0f64);
    for [depth, rigidity, sigma, exact] in RADIAL {
        let volume = |r: f64| 4.0 / 3.0 * PI * r.powi(3);
        let inner = volume(EARTH_RADIUS_M - depth);
        let mass = inner * 5500.0 + (volume(EARTH_RADIUS_M) - inner) * 3000.0;
        let body = Body::new(mass, EARTH_RADIUS_M, 0.33)?;
        let k2 = |coupling| {
            let ocean =
                MagmaOcean::new(depth, 0.0, 3000.0 / body.mean_density_kg_m3())?.with_coupling(coupling)?;
            let below = HomogeneousBody::below_ocean(&body, &ocean, Elastic::new(rigidity)?)?;
            Ok(MoltenPlanet::new(body, below, ocean)?.k2(Forcing::sectoral(sigma)).re)
        };
        let (ours, paper) = (k2(OceanCoupling::SelfAttracting)?, k2(OceanCoupling::PaperEq7)?);
        let off = (ours / exact - 1.0).abs();
        if rigidity > 1e14 {
            rigid = rigid.max(off);
        } else {
            yielding = yielding.max(off);
            paper_off = paper_off.max((paper / exact - 1.0).abs());
        }
        table.row([depth / 1e3, rigidity, sigma, exact, ours, paper].map(Cell::from));
    }
    record.measure("largest deviation over a rigid floor", rigid, Evidence::Exact);
    record.measure("largest deviation over a yielding floor", yielding, Evidence::Exact);
    record.measure(
        "largest deviation of the paper's Eq. 28 over a yielding floor",
        paper_off,
        Evidence::Exact,
    );
    record.table(table);
    Ok(())
}

fn depth_and_drag(context: &Context<'_>, record: &mut Record) -> Result<()> {
    let cells = if context.profile() <= Profile::Quick { 30 } else { 48 };
    let x_edges = edges(1e-3, 0.4, cells, true);
    let y_edges = edges(1e-6, 1e-2, cells, true);
    let middle = |edges: &[f64], i: usize| (edges[i] * edges[i + 1]).sqrt();
    let radius = super_earth()?.radius_m();
    let day = 2.0 * PI / 86_400.0;
    let mut values = Vec::with_capacity(cells * cells);
    for row in 0..cells {
        for column in 0..cells {
            let (depth, drag) = (middle(&x_edges, column) * radius, middle(&y_edges, row));
            let planet = molten_super_earth(depth, drag, OceanCoupling::SelfAttracting)?;
            values.push(-planet.k2(Forcing::sectoral(day)).im);
        }
    }
    record.figure(HeatMap {
        name: "loss-over-depth-and-drag".into(),
        title: "Loss -Im k2 of a molten super-Earth at a period of one day".into(),
        x: Axis::log("ocean depth over radius"),
        y: Axis::log("drag, 1/s"),
        value: Axis::log("-Im k2"),
        x_edges,
        y_edges,
        values,
        marked: None,
    });
    // The compliance of the rock itself, so that the table's solid can be checked by hand.
    let rigidity = super_earth_rock()?.rigidity_pa(day);
    record.note(format!(
        "Rock of the super-Earth at a period of one day: rigidity {:.3e} + {:.3e} i Pa. Depths above R/10 leave the \
         shallow-water equations.",
        rigidity.re, rigidity.im
    ));
    Ok(())
}
