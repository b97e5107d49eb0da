//! E2: reaction thermochemistry, equilibrium potentials and entropies of gases.

use super::{exact, near};
use crate::Result;
use crate::constants::CHARGE_C;
use crate::electrode::ElectrodePotential;
use crate::reaction::{FormationTable, ReactionThermochemistry};
use crate::thermo::{IdealGas, Pressure, Rotor, Temperature, Vibrations};
use common::experiment::{Cell, Expected, Experiment, Record, Table};

const HANDBOOK: &str = "CRC Handbook enthalpies and entropies (chemicals 1.5.2)";
const JANAF: &str = "NIST-JANAF tables";
const REVIEW: &str = "Nano Convergence 6, 8 (2019), Table 1: SHE at pH 7";

/// E2.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e2-thermochemistry",
    title: "Reaction thermochemistry, equilibrium potentials and entropies of gases",
    artefact: "reactions of section 2",
    expected: EXPECTED,
    reference: &[],
    run: |_, record| Ok(measure(record)?),
};

const EXPECTED: &[Expected] = &[
    near("water from hydrogen and oxygen: enthalpy", "kJ/mol", HANDBOOK, -285.8, 1.0),
    near("water from hydrogen and oxygen: equilibrium", "V", HANDBOOK, 1.2287, 0.005),
    near("water from hydrogen and oxygen: thermoneutral", "V", HANDBOOK, 1.4811, 0.005),
    near("methane from CO2, steam: enthalpy", "kJ/mol", HANDBOOK, -164.7, 1.0),
    near("methane from CO2, steam: free energy", "kJ/mol", HANDBOOK, -113.209, 1.0),
    near("methane from CO, steam: enthalpy", "kJ/mol", HANDBOOK, -205.9, 1.0),
    near("methane from CO, steam: free energy", "kJ/mol", HANDBOOK, -141.887, 1.0),
    near("reverse water-gas shift, steam: enthalpy", "kJ/mol", HANDBOOK, 41.2, 1.0),
    near("reverse water-gas shift, steam: free energy", "kJ/mol", HANDBOOK, 28.678, 1.0),
    near("ammonia: enthalpy", "kJ/mol", HANDBOOK, -45.9, 1.0),
    near("ammonia: equilibrium", "V", HANDBOOK, 0.0565, 0.005),
    near("ammonia: equilibrium constant", "", HANDBOOK, 737.2, 3.0),
    near("CO2 to CO: equilibrium", "V", HANDBOOK, -0.1042, 0.005),
    near("CO2 to HCOOH: equilibrium", "V", HANDBOOK, -0.1697, 0.005),
    near("CO2 to CH3OH: equilibrium", "V", HANDBOOK, 0.0165, 0.005),
    near("CO2 to CH4: equilibrium", "V", HANDBOOK, 0.1689, 0.005),
    near("CO2 to C2H4: equilibrium", "V", HANDBOOK, 0.0789, 0.005),
    near("CO2 to C2H5OH: equilibrium", "V", HANDBOOK, 0.0840, 0.005),
    near("CO2 to CO: against SHE at pH 7", "V", REVIEW, -0.53, 0.03),
    near("CO2 to HCOOH: against SHE at pH 7", "V", REVIEW, -0.61, 0.03),
    near("CO2 to CH3OH: against SHE at pH 7", "V", REVIEW, -0.38, 0.03),
    near("CO2 to CH4: against SHE at pH 7", "V", REVIEW, -0.24, 0.03),
    near("entropy of H2", "J/(mol K)", JANAF, 130.680, 0.5),
    near("entropy of H2O", "J/(mol K)", JANAF, 188.834, 0.5),
    near("entropy of O2", "J/(mol K)", JANAF, 205.147, 0.5),
    near("entropy of N2", "J/(mol K)", JANAF, 191.609, 0.5),
    near("entropy of CO", "J/(mol K)", JANAF, 197.653, 0.5),
    near("entropy of CO2", "J/(mol K)", JANAF, 213.795, 0.5),
];

/// Reactions, and which of their numbers are rows: enthalpy, free energy, equilibrium potential, also at pH 7.
const REACTIONS: [(&str, &str, [bool; 4]); 11] = [
    ("water from hydrogen and oxygen", "1/2 O2 + 2 H+ + 2 e- -> H2O(l)", [true, false, true, false]),
    ("methane from CO2, steam", "CO2 + 4 H2 -> CH4 + 2 H2O(g)", [true, true, false, false]),
    ("methane from CO, steam", "CO + 3 H2 -> CH4 + H2O(g)", [true, true, false, false]),
    ("reverse water-gas shift, steam", "CO2 + H2 -> CO + H2O(g)", [true, true, false, false]),
    ("ammonia", "1/2 N2 + 3 H+ + 3 e- -> NH3", [true, false, true, false]),
    ("CO2 to CO", "CO2 + 2 H+ + 2 e- -> CO + H2O(l)", [false, false, true, true]),
    ("CO2 to HCOOH", "CO2 + 2 H+ + 2 e- -> HCOOH(l)", [false, false, true, true]),
    ("CO2 to CH3OH", "CO2 + 6 H+ + 6 e- -> CH3OH(l) + H2O(l)", [false, false, true, true]),
    ("CO2 to CH4", "CO2 + 8 H+ + 8 e- -> CH4 + 2 H2O(l)", [false, false, true, true]),
    ("CO2 to C2H4", "2 CO2 + 12 H+ + 12 e- -> C2H4 + 4 H2O(l)", [false, false, true, false]),
    ("CO2 to C2H5OH", "2 CO2 + 12 H+ + 12 e- -> C2H5OH(l) + 3 H2O(l)", [false, false, true, false]),
];

fn measure(record: &mut Record) -> Result<()> {
    let formation = FormationTable::standard();
    let columns =
        ["reaction", "dH, kJ/mol", "dG, kJ/mol", "electrons", "E0 against RHE, V", "at pH 7 against SHE, V"];
    let mut table = Table::new("reactions", "Reactions at 298.15 K and 1 bar", &columns);
    for (name, text, [enthalpy, gibbs, potential, neutral]) in REACTIONS {
        let reaction = formation.reaction(&text.parse()?)?;
        let mut row = vec![
            Cell::from(text),
            reaction.enthalpy_kj_mol.into(),
            reaction.gibbs_kj_mol.into(),
            reaction.electrons.into(),
        ];
        if enthalpy {
            exact(record, format!("{name}: enthalpy"), reaction.enthalpy_kj_mol);
        }
        if gibbs {
            exact(record, format!("{name}: free energy"), reaction.gibbs_kj_mol);
        }
        if let Some(volt) = reaction.equilibrium_potential_v() {
            let she = ElectrodePotential::rhe(volt)?.she_v(7.0, Temperature::STANDARD)?;
            row.extend([volt.into(), she.into()]);
            if potential {
                exact(record, format!("{name}: equilibrium"), volt);
            }
            if neutral {
                exact(record, format!("{name}: against SHE at pH 7"), she);
            }
        }
        table.row(row);
    }
    record.table(table);
    let of = |text: &str| -> Result<ReactionThermochemistry> { formation.reaction(&text.parse()?) };
    let water = of(REACTIONS[0].1)?.thermoneutral_potential_v().unwrap_or(f64::NAN);
    exact(record, "water from hydrogen and oxygen: thermoneutral", water);
    let ammonia = of("1/2 N2 + 3/2 H2 -> NH3")?.equilibrium_constant(Temperature::STANDARD);
    exact(record, "ammonia: equilibrium constant", ammonia);
    entropies(record)
}

/// Mass, rotor, spin and wavenumbers of molecules: moments of inertia of ASE's G2 geometries.
fn molecules() -> Result<Vec<(&'static str, IdealGas)>> {
    let linear = |moment_u_angstrom2, symmetry| Rotor::Linear { moment_u_angstrom2, symmetry };
    let bent = Rotor::Nonlinear { moments_u_angstrom2: [0.636637, 1.174388, 1.811025], symmetry: 2 };
    [
        ("H2", 2.016, linear(0.273881, 2), 0.0, &[4401.2][..]),
        ("H2O", 18.015, bent, 0.0, &[3657.1, 1594.7, 3755.9]),
        ("O2", 31.998, linear(12.418475, 2), 1.0, &[1580.2]),
        ("N2", 28.014, linear(8.942453, 2), 0.0, &[2358.6]),
        ("CO", 28.010, linear(9.078442, 1), 0.0, &[2169.8]),
        ("CO2", 44.009, linear(44.452731, 2), 0.0, &[667.4, 667.4, 1333.0, 2349.1]),
    ]
    .into_iter()
    .map(|(name, mass, rotor, spin, wavenumbers)| {
        Ok((name, IdealGas::new(mass, rotor, spin, Vibrations::from_wavenumbers(wavenumbers)?)?))
    })
    .collect()
}

fn entropies(record: &mut Record) -> Result<()> {
    let columns = ["molecule", "zero-point energy, eV", "heat to 298 K, eV", "T S, eV", "S, J/(mol K)"];
    let mut table = Table::new("gases", "Ideal gases at 298.15 K and 1 bar", &columns);
    for (name, gas) in molecules()? {
        let free = gas.free_energy(0.0, Temperature::STANDARD, Pressure::STANDARD)?;
        let entropy = gas.entropy_ev_k(Temperature::STANDARD, Pressure::STANDARD) * CHARGE_C * AVOGADRO;
        exact(record, format!("entropy of {name}"), entropy);
        let numbers = [free.zero_point_ev(), free.thermal_ev(), -free.minus_ts_ev(), entropy];
        table.row(std::iter::once(Cell::from(name)).chain(numbers.map(Cell::from)));
    }
    record.table(table);
    record.note(
        "Hydrogen is the worst: at 298 K it has too few rotational states for the classical rotor, which misses 0.4 \
         J/(mol K).",
    );
    Ok(())
}

/// Particles in a mole.
const AVOGADRO: f64 = 6.02214076e23;
