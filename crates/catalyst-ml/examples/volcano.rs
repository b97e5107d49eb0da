//! Oxygen reduction on (111) of seven metals: a ranked table and a volcano plot, `volcano.svg`.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use catalyst_ml::figure;
use catalyst_ml::reaction::{Corrections, FreeEnergies, networks};
use catalyst_ml::tables::FormationEnergies;
use catalyst_ml::volcano::{SCALING_OFFSET_EV, oxygen_reduction};
use common::report::{Figure, Point};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (network, corrections) = (networks::oxygen_reduction_associative()?, Corrections::customary()?);
    let mut metals = Vec::new();
    for (metal, energies) in FormationEnergies::catmap_111()?.iter() {
        let free = FreeEnergies::of(&energies.only(&["*O", "*OH"])?, &corrections)?;
        let free = free.with_scaled("*OOH", 1.0, "*OH", SCALING_OFFSET_EV)?;
        let limit = network.diagram(&free)?.limiting_potential()?;
        let x = free.get("*OH").ok_or("no energy of OH")?;
        metals.push((Point { label: metal.into(), x, y: limit.potential.rhe_v() }, limit.name));
    }
    metals.sort_by(|a, b| b.0.y.total_cmp(&a.0.y));
    for (metal, step) in &metals {
        println!("{}  G(OH) {:.3} eV  limiting potential {:6.3} V by {step}", metal.label, metal.x, metal.y);
    }
    let points = metals.into_iter().map(|(point, _)| point).collect();
    let volcano = oxygen_reduction(SCALING_OFFSET_EV, (0.0, 2.0))?;
    let chart = figure::volcano(("volcano", "Oxygen reduction"), "limiting potential, V", &volcano, points)?;
    Ok(std::fs::write("volcano.svg", Figure::from(chart).svg_file(&[])?)?)
}
