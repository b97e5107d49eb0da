//! E4: volcanoes of hydrogen evolution and oxygen reduction.

use super::e3_diagrams::surfaces;
use super::{exact, known, near};
use crate::Result;
use crate::figure;
use crate::reaction::{FreeEnergies, networks};
use crate::thermo::Temperature;
use crate::volcano::{
    ExchangeCurrent, SCALING_OFFSET_EV, oxygen_reduction, oxygen_reduction_o_oh, oxygen_reduction_oh_ooh,
    sites_per_cm2_fcc111,
};
use common::experiment::{Bound, Cell, Context, Expected, Experiment, Profile, Record, Table};
use common::report::{Axis, Ground, LineChart, Point, PointChart, Series};

const PYTHON: &str = "independent recomputation in Python";
const ALGEBRA: &str = "closed form: (3.2 - 2.46)/2";

/// E4.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e4-volcanoes",
    title: "Volcanoes and activity maps of hydrogen evolution and oxygen reduction",
    artefact: "section 3: volcano plots",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(context, record)?),
};

const fn factor(name: &'static str, value: f64) -> Expected {
    near(name, "", PYTHON, value, 1e-6 * value)
}

const EXPECTED: &[Expected] = &[
    factor("hydrogen at -0.09 eV: coverage factor", 2.922821e-2),
    factor("hydrogen at -0.14 eV: coverage factor", 4.281999e-3),
    factor("hydrogen at -0.27 eV: coverage factor", 2.729251e-5),
    factor("hydrogen at 0.03 eV: coverage factor", 2.372796e-1),
    factor("hydrogen at 0.19 eV: coverage factor", 6.138589e-4),
    factor("hydrogen at 0.45 eV: coverage factor", 2.474147e-8),
    known("hydrogen at 0 eV: coverage factor", "", "closed form", Bound::Between(0.5, 0.5)),
    near("sites of Pt(111)", "1/cm²", "geometry: 4/(√3 a²), a = 3.92 Å", 1.50289e15, 1e10),
    near("prefactor of the exchange current", "A/cm²", PYTHON, 0.048158, 1e-6),
    near("least overpotential of oxygen reduction on the scaling line", "V", ALGEBRA, 0.37, 1e-12),
    near("free energy of OH there", "eV", "closed form: 2.46 - 1.6", 0.86, 1e-12),
    near("limiting potential of the ideal catalyst", "V", "closed form: 4.92/4", 1.23, 1e-12),
    known("maps against free-energy diagrams", "V", "two ways to one number", Bound::AtMost(1e-12)),
];

fn measure(context: &Context<'_>, record: &mut Record) -> Result<()> {
    let cells = if context.profile() == Profile::Smoke { 60 } else { 160 };
    hydrogen(record)?;
    oxygen(cells, record)
}

fn hydrogen(record: &mut Record) -> Result<()> {
    let room = Temperature::STANDARD;
    for energy in [-0.09, -0.14, -0.27, 0.03, 0.19, 0.45, 0.0] {
        let factor = ExchangeCurrent::coverage_factor(energy, room)?;
        exact(record, format!("hydrogen at {energy} eV: coverage factor"), factor);
    }
    let sites = sites_per_cm2_fcc111(3.92)?;
    let current = ExchangeCurrent::new(200.0, sites)?;
    exact(record, "sites of Pt(111)", sites);
    exact(record, "prefactor of the exchange current", current.prefactor_a_cm2());

    let log = |energy: f64| Ok::<f64, crate::Error>(current.density_a_cm2(energy, room)?.log10());
    let mut table = Table::new(
        "hydrogen-evolution",
        "Hydrogen evolution on (111)",
        &["metal", "dG(H), eV", "log10 of the exchange current, A/cm²"],
    );
    let mut metals = Vec::new();
    for (metal, energies) in surfaces()? {
        let energy = energies.get("*H").unwrap_or(f64::NAN);
        metals.push((metal, energy, log(energy)?));
    }
    metals.sort_by(|a, b| b.2.total_cmp(&a.2));
    for (metal, energy, current) in &metals {
        table.row([Cell::from(*metal), (*energy).into(), (*current).into()]);
    }
    record.table(table);
    let mut points = Vec::new();
    for step in -60..=60 {
        let energy = 0.01 * f64::from(step);
        points.push((energy, log(energy)?));
    }
    record.figure(PointChart {
        ground: Ground::Lines(LineChart {
            name: "hydrogen-volcano".into(),
            title: "Hydrogen evolution, one site density for all metals".into(),
            x: Axis::linear("dG(H), eV"),
            y: Axis::linear("log10 of the exchange current, A/cm²"),
            series: vec![Series { label: "200 1/s a site".into(), points }],
        }),
        points: metals.into_iter().map(|(metal, x, y)| Point { label: metal.into(), x, y }).collect(),
    });
    Ok(())
}

fn oxygen(cells: usize, record: &mut Record) -> Result<()> {
    let line = oxygen_reduction(SCALING_OFFSET_EV, (-0.5, 2.5))?;
    let (at, peak) = line.peak();
    exact(record, "least overpotential of oxygen reduction on the scaling line", 1.23 - peak.activity_ev);
    exact(record, "free energy of OH there", at);
    let ideal = oxygen_reduction_oh_ooh((0.0, 2.0), (2.5, 5.5))?;
    exact(record, "limiting potential of the ideal catalyst", ideal.at([1.23, 3.69])?.activity_ev);

    let map = oxygen_reduction_o_oh(SCALING_OFFSET_EV, (0.0, 4.0), (0.0, 2.5))?;
    let network = networks::oxygen_reduction_associative()?;
    let surfaces = surfaces()?;
    let of = |energies: &FreeEnergies, name| energies.get(name).unwrap_or(f64::NAN);
    let mut own = Vec::new();
    let mut largest = 0.0_f64;
    let mut table = Table::new(
        "oxygen-reduction",
        "Oxygen reduction on (111), the most active first",
        &["metal", "G(O), eV", "G(OH), eV", "limiting potential, V", "limiting step", "by G(OH) alone, V"],
    );
    let placed = map.place(surfaces.iter().map(|(metal, e)| (*metal, [of(e, "*O"), of(e, "*OH")])))?;
    for place in &placed {
        let Some((metal, energies)) = surfaces.iter().find(|(metal, _)| *metal == place.name) else {
            continue;
        };
        let limit = network.diagram(energies)?.limiting_potential()?;
        largest = largest.max((place.activity.activity_ev - limit.potential.rhe_v()).abs());
        let alone = line.at([place.at[1]])?.activity_ev;
        table.row([
            Cell::from(*metal),
            place.at[0].into(),
            place.at[1].into(),
            place.activity.activity_ev.into(),
            map.steps()[place.activity.limiting_step].name.clone().into(),
            alone.into(),
        ]);
        own.push(Point { label: (*metal).into(), x: place.at[1], y: place.activity.activity_ev });
    }
    exact(record, "maps against free-energy diagrams", largest);
    record.table(table);
    let volts = "limiting potential, V";
    record.figure(figure::volcano(("oxygen-volcano", "Oxygen reduction over G(OH)"), volts, &line, own)?);
    let titles = ("oxygen-map-o-oh", "Oxygen reduction");
    record.figure(figure::activity_map(titles, volts, &map, cells, &placed)?);
    let scaled = surfaces.iter().map(|(metal, e)| (*metal, [of(e, "*OH"), of(e, "*OOH")]));
    let titles = ("oxygen-map-oh-ooh", "Oxygen reduction, G(O) = 2 G(OH)");
    record.figure(figure::activity_map(titles, volts, &ideal, cells, &ideal.place(scaled)?)?);
    record.note(
        "In the volcano over G(OH) the curve assumes G(O) = 2 G(OH); the metals stand at their own limiting potentials \
         and so lie beside it.",
    );
    Ok(())
}
