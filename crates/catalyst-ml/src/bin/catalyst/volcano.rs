//! `catalyst volcano`.

use crate::error::{Failure, Result};
use crate::output::{Table, draw, print};
use catalyst_ml::electrode::LimitingPotential;
use catalyst_ml::figure;
use catalyst_ml::reaction::{AdsorptionEnergies, Corrections, FreeEnergies, Molecules, networks};
use catalyst_ml::tables::FormationEnergies;
use catalyst_ml::volcano::oxygen_reduction;
use common::report::{Axis, Ground, LineChart, Point, PointChart, Series};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Limiting potentials of metals, ranked, and their volcano.
///
/// Energies are electronic, against H2 and H2O. Without --table those on (111) of seven metals are taken that the crate carries. OOH
/// follows from OH by a scaling relation; zero-point energies and entropies are the customary ones.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  catalyst volcano --svg orr.svg                       oxygen reduction
  catalyst volcano --reaction hydrogen --svg her.svg   hydrogen evolution
  catalyst volcano --solvation-oh -0.3 --json          with water that stabilises OH
  catalyst volcano --table mine.csv                    a CSV file with the columns metal, H, O, OH")]
pub struct Arguments {
    /// What is driven.
    #[arg(long, value_enum, default_value_t = Reaction::OxygenReduction)]
    reaction: Reaction,
    /// Energies of your own: CSV with the columns metal, H, O and OH, those that the reaction needs.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// How far OOH lies above OH, eV.
    #[arg(long, value_name = "EV", default_value_t = catalyst_ml::volcano::SCALING_OFFSET_EV)]
    offset: f64,
    /// What solvation adds to OH and OOH, eV.
    #[arg(long, value_name = "EV", default_value_t = 0.0, allow_hyphen_values = true)]
    solvation_oh: f64,
    /// Draw the volcano.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Reaction {
    /// Over OOH.
    OxygenReduction,
    /// Over OOH.
    OxygenEvolution,
    /// Over adsorbed hydrogen.
    Hydrogen,
}

#[derive(Serialize)]
struct Row {
    metal: String,
    descriptor_ev: f64,
    limiting_potential_v: f64,
    overpotential_v: f64,
    limiting_step: String,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let metals = if let Some(path) = &arguments.table {
        read(path)?
    } else {
        let table = FormationEnergies::catmap_111()?;
        table.iter().map(|(metal, energies)| (metal.to_owned(), energies.clone())).collect()
    };
    let mut rows = Vec::new();
    for (metal, energies) in &metals {
        let (descriptor_ev, limit) = limit(arguments, energies)?;
        rows.push(Row {
            metal: metal.clone(),
            descriptor_ev,
            limiting_potential_v: limit.potential.rhe_v(),
            overpotential_v: limit.overpotential_v,
            limiting_step: limit.name,
        });
    }
    rows.sort_by(|a, b| a.overpotential_v.total_cmp(&b.overpotential_v));
    if let Some(path) = &arguments.svg {
        draw(path, chart(arguments, &rows)?)?;
    }
    print(json, &rows, || {
        let mut table = Table::new(1, ["metal", "G, eV", "limiting, V", "overpotential, V", "limiting step"]);
        for row in &rows {
            let numbers = [row.descriptor_ev, row.limiting_potential_v, row.overpotential_v];
            let numbers = numbers.map(|value| format!("{value:.3}"));
            table.row(std::iter::once(row.metal.clone()).chain(numbers).chain([row.limiting_step.clone()]));
        }
        table.render()
    })
}

/// The descriptor, G of OH or of H, and the limiting potential.
fn limit(
    arguments: &Arguments,
    energies: &AdsorptionEnergies<Molecules>,
) -> Result<(f64, LimitingPotential)> {
    let corrections = Corrections::customary()?.with("solvation", "*OH", arguments.solvation_oh)?;
    let (network, needed, descriptor): (_, &[&str], _) = match arguments.reaction {
        Reaction::OxygenReduction => (networks::oxygen_reduction_associative()?, &["*O", "*OH"], "*OH"),
        Reaction::OxygenEvolution => (networks::oxygen_evolution()?, &["*O", "*OH"], "*OH"),
        Reaction::Hydrogen => (networks::hydrogen_volmer_heyrovsky()?, &["*H"], "*H"),
    };
    let mut free = FreeEnergies::of(&energies.only(needed)?, &corrections)?;
    if descriptor == "*OH" {
        free = free.with_scaled("*OOH", 1.0, "*OH", arguments.offset)?;
    }
    let missing = catalyst_ml::Error::UnknownSpecies { species: descriptor.into(), table: "the energies" };
    Ok((free.get(descriptor).ok_or(missing)?, network.diagram(&free)?.limiting_potential()?))
}

fn chart(arguments: &Arguments, rows: &[Row]) -> Result<PointChart> {
    let points: Vec<Point> = rows
        .iter()
        .map(|row| Point { label: row.metal.clone(), x: row.descriptor_ev, y: row.limiting_potential_v })
        .collect();
    let ends = rows.iter().fold((-0.2_f64, 0.2_f64), |(low, high), row| {
        (low.min(row.descriptor_ev), high.max(row.descriptor_ev))
    });
    let volts = "limiting potential, V";
    let plain = |title: &str, x: &str, points, curve: Vec<(f64, f64)>| PointChart {
        ground: Ground::Lines(LineChart {
            name: "volcano".into(),
            title: title.into(),
            x: Axis::linear(x),
            y: Axis::linear(volts),
            series: if curve.is_empty() {
                vec![]
            } else {
                vec![Series { label: "relations".into(), points: curve }]
            },
        }),
        points,
    };
    Ok(match arguments.reaction {
        Reaction::OxygenReduction => {
            let range = (ends.0.min(0.0), ends.1.max(2.0));
            let volcano = oxygen_reduction(arguments.offset, range)?;
            figure::volcano(("volcano", "Oxygen reduction"), volts, &volcano, points)?
        }
        Reaction::OxygenEvolution => plain("Oxygen evolution", "G(OH), eV", points, vec![]),
        Reaction::Hydrogen => {
            let curve = vec![(ends.0, ends.0.min(-ends.0)), (0.0, 0.0), (ends.1, -ends.1)];
            plain("Hydrogen evolution", "G(H), eV", points, curve)
        }
    })
}

/// A CSV file with the columns metal and some of H, O and OH.
fn read(path: &Path) -> Result<Vec<(String, AdsorptionEnergies<Molecules>)>> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::File { path: path.into(), source })?;
    let wrong = |line, needs| Failure::Table { path: path.into(), line, needs };
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let split = |line: &str| line.split(',').map(|field| field.trim().to_owned()).collect::<Vec<_>>();
    let (_, header) = lines.next().ok_or_else(|| wrong(1, "a header is needed"))?;
    let header = split(header);
    if header.first().map(String::as_str) != Some("metal") {
        return Err(wrong(1, "the first column must be metal"));
    }
    let mut metals = Vec::new();
    for (place, line) in lines {
        let fields = split(line);
        if fields.len() != header.len() {
            return Err(wrong(place + 1, "each row must have as many fields as the header"));
        }
        let mut energies = AdsorptionEnergies::new();
        for (name, field) in header.iter().zip(&fields).skip(1) {
            let energy = field.parse().map_err(|_| wrong(place + 1, "energies must be numbers"))?;
            energies = energies.with(&format!("*{name}"), energy)?;
        }
        metals.push((fields[0].clone(), energies));
    }
    Ok(metals)
}
