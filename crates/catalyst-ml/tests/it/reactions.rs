//! Species, steps, networks and their energies.

use crate::same_cases;
use catalyst_ml::Error;
use catalyst_ml::electrode::{DiagramStep, Direction, ElectrodePotential, FreeEnergyDiagram};
use catalyst_ml::reaction::{
    AdsorptionEnergies, Corrections, Formation, FormationTable, FreeEnergies, GasAtoms, Molecules,
    ReactionNetwork, ReactionStep, Species, networks,
};
use catalyst_ml::tables::FormationEnergies;
use catalyst_ml::thermo::Temperature;
use common::assert_close;
use proptest::prelude::*;

fn counted(formula: &str) -> (String, i32, u32) {
    let species: Species = formula.parse().unwrap();
    let atoms: Vec<String> = species.elements().map(|(element, count)| format!("{element}{count}")).collect();
    (atoms.concat(), species.charge(), species.sites())
}

#[test]
fn formulas() {
    for (formula, atoms, charge, sites) in [
        ("H2O(l)", "H2O1", 0, 0),
        ("*OCHO", "H1C1O2", 0, 1),
        ("OH*", "H1O1", 0, 1),
        ("*CH2*O", "H2C1O1", 0, 2),
        ("*", "", 0, 1),
        ("e-", "", -1, 0),
        ("H+", "H1", 1, 0),
        ("SO4^2-", "O4S1", -2, 0),
        ("Ca(OH)2", "H2O2Ca1", 0, 0),
        ("CH3(CH2)10CH3", "H26C12", 0, 0),
        ("C2H5OH(l)", "H6C2O1", 0, 0),
        ("Co", "Co1", 0, 0),
        ("CO", "C1O1", 0, 0),
    ] {
        assert_eq!(counted(formula), (atoms.into(), charge, sites), "{formula}");
    }
    let star: Species = "OH*".parse().unwrap();
    assert_eq!(star, "*OH".parse().unwrap());
    for wrong in [
        "",
        "X2",
        "h2",
        "H(",
        "H)",
        "(H",
        "2",
        "H99999",
        "H^0+",
        "*+",
        "H 2",
        "Q",
        "((((C9999)9999)9999)9999)",
    ] {
        assert!(matches!(wrong.parse::<Species>(), Err(Error::Formula { .. })), "{wrong}");
    }
}

#[test]
fn steps_keep_elements_charge_and_sites() {
    for (text, lost) in [
        ("O2 + * + H+ + e- -> *OH", "O"),
        ("*OH + H+ -> H2O + *", "charge"),
        ("*OH + H+ + e- -> H2O", "sites"),
        ("2 H2 -> H2", "H"),
    ] {
        let error = text.parse::<ReactionStep>().unwrap_err();
        assert!(
            matches!(&error, Error::Unbalanced { step, what, .. } if step == text && what == lost),
            "{error}"
        );
    }
    for wrong in ["H2", "H2 -> ", "x H2 -> H2", "1/0 H2 -> H2", "H2 -> H2 -> H2"] {
        assert!(wrong.parse::<ReactionStep>().is_err(), "{wrong}");
    }
    let alkaline: ReactionStep = "*O + H2O + e- -> *OH + OH-".parse().unwrap();
    assert_close!(alkaline.electrons(), 1.0, abs = 0.0);
    assert_eq!(alkaline.reversed().to_string(), "*OH + OH- -> *O + H2O + e-");
    let same: ReactionStep = "O2 + 2H2 -> 2 H2O".parse().unwrap();
    assert_close!(same.coefficient("H2O"), 2.0, abs = 0.0);
    assert_close!(same.coefficient("CO"), 0.0, abs = 0.0);
}

#[test]
fn networks_add_up_to_their_overall_reaction() {
    for network in networks::all().unwrap() {
        assert!(network.intermediates().iter().all(|species| species.sites() == 1), "{}", network.name());
    }
    let short = ReactionNetwork::new(
        "oxygen",
        "O2 + 4 H+ + 4 e- -> 2 H2O",
        &[(1.0, "1/2 O2 + * -> *O"), (1.0, "*O + 2 H+ + 2 e- -> H2O + *")],
    );
    assert!(matches!(short, Err(Error::Overall { species, .. }) if species == "H+"));
    let never = ReactionNetwork::new("none", "H2 -> H2", &[(0.0, "H2 -> H2")]);
    assert!(matches!(never, Err(Error::Quantity { .. })));
}

proptest! {
    #![proptest_config(same_cases(60))]

    /// The steps sum to the overall reaction, and at the limiting potential the largest step is level.
    #[test]
    fn cycles_close(values in prop::collection::vec(-5.0..5.0f64, 40), volt in -2.0..2.0f64) {
        for network in networks::all().unwrap() {
            let mut energies = FreeEnergies::new();
            let (_, steps): (Vec<_>, Vec<_>) = network.steps().iter().cloned().unzip();
            let mut value = values.iter();
            for species in steps.iter().flat_map(ReactionStep::terms).map(|(_, species)| species.clone()) {
                if energies.get(species.name()).is_none() {
                    energies = energies.with(species.name(), *value.next().unwrap()).unwrap();
                }
            }
            let diagram = network.diagram(&energies).unwrap();
            prop_assert!((diagram.total_ev() - energies.reaction_ev(network.overall()).unwrap()).abs() < 1e-12);
            let potential = ElectrodePotential::rhe(volt).unwrap();
            let levels = diagram.levels_ev(potential);
            let whole = diagram.total_ev() + diagram.electrons() * volt;
            prop_assert!((levels.last().unwrap() - levels[0] - whole).abs() < 1e-12);
            let Ok(limit) = diagram.limiting_potential() else {
                prop_assert_eq!(network.name(), "methanation");
                continue;
            };
            let at_limit = diagram.steps_ev(limit.potential);
            let single = diagram.steps().iter().zip(&at_limit).filter(|(step, _)| step.electrons != 0.0);
            let largest = single.map(|(_, energy)| *energy).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(largest.abs() <= 0.0);
            prop_assert!(at_limit[limit.step].abs() <= 0.0);
        }
    }

    #[test]
    fn any_text_is_a_step_or_an_error(text in "[ -~é]{0,60}", arrow in "[A-Z*+ 0-9/()^-]{0,30}") {
        let _ = text.parse::<Species>();
        let _ = format!("{arrow}->{text}").parse::<ReactionStep>();
        let _ = format!("{text} + {arrow} -> {arrow} + {text}").parse::<ReactionStep>();
    }
}

/// Free energies of the (111) surfaces with +0.05 eV for O, +0.35 eV for OH and OOH 3.2 eV above OH.
fn surfaces() -> Vec<(&'static str, FreeEnergies)> {
    let corrections = Corrections::customary().unwrap();
    let water_only = |energies: &AdsorptionEnergies<Molecules>| {
        let kept = energies.only(&["*H", "*O", "*OH"]).unwrap();
        FreeEnergies::of(&kept, &corrections).unwrap().with_scaled("*OOH", 1.0, "*OH", 3.2).unwrap()
    };
    let table = FormationEnergies::catmap_111().unwrap();
    table.iter().map(|(metal, energies)| (metal, water_only(energies))).collect()
}

/// Independent recomputation in Python from the same table.
#[test]
fn oxygen_on_seven_metals() {
    let associative = networks::oxygen_reduction_associative().unwrap();
    let dissociative = networks::oxygen_reduction_dissociative().unwrap();
    let evolution = networks::oxygen_evolution().unwrap();
    let expected = [
        ("Au", -0.056, 0, 0.926, 2.274),
        ("Ag", 0.673, 0, 1.047, 2.033),
        ("Cu", 0.553, 2, 0.553, 2.647),
        ("Rh", -0.107, 2, -0.107, 3.307),
        ("Ni", 0.037, 2, 0.037, 3.163),
        ("Pt", 0.291, 0, 0.568, 2.632),
        ("Pd", 0.446, 0, 0.467, 2.733),
    ];
    for ((metal, energies), (name, reduction, step, split, oxidation)) in surfaces().iter().zip(expected) {
        assert_eq!(*metal, name);
        let limit =
            |network: &ReactionNetwork| network.diagram(energies).unwrap().limiting_potential().unwrap();
        let whole = limit(&associative);
        assert_close!(whole.potential.rhe_v(), reduction, abs = 1e-9, "{metal}");
        assert_eq!((whole.step, whole.direction), (step, Direction::Reduction), "{metal}");
        assert_close!(whole.overpotential_v, 1.23 - reduction, abs = 1e-9, "{metal}");
        assert_close!(limit(&dissociative).potential.rhe_v(), split, abs = 1e-9, "{metal}");
        let evolved = limit(&evolution);
        assert_close!(evolved.potential.rhe_v(), oxidation, abs = 1e-9, "{metal}");
        assert_eq!((evolved.step, evolved.direction), (2, Direction::Oxidation), "{metal}");
        assert_close!(evolved.overpotential_v, oxidation - 1.23, abs = 1e-9, "{metal}");
    }
}

#[test]
fn ideal_and_platinum() {
    let network = networks::oxygen_reduction_associative().unwrap();
    let diagram = |oh, o, ooh| {
        let energies = FreeEnergies::new().with("*OH", oh).unwrap().with("*O", o).unwrap();
        network.diagram(&energies.with("*OOH", ooh).unwrap()).unwrap()
    };
    let platinum = diagram(0.78, 1.56, 3.98);
    let steps: Vec<f64> = platinum.steps().iter().map(|step| step.free_energy_ev).collect();
    for (ours, expected) in steps.iter().zip([-0.94, -2.42, -0.78, -0.78]) {
        assert_close!(*ours, expected, abs = 1e-12);
    }
    let limit = diagram(1.23, 2.46, 3.69).limiting_potential().unwrap();
    assert_close!(limit.overpotential_v, 0.0, abs = 1e-12);
    // uphill by 0.45 eV in both last steps at 1.23 V
    let uphill = platinum.steps_ev(ElectrodePotential::rhe(1.23).unwrap());
    assert_close!(uphill[2], 0.45, abs = 1e-12);
    assert_close!(uphill[3], 0.45, abs = 1e-12);
}

/// Over adsorbed hydrogen the limiting potential is minus the distance of its free energy from zero.
#[test]
fn hydrogen_evolution() {
    let network = networks::hydrogen_volmer_heyrovsky().unwrap();
    for energy in [-0.3, 0.2] {
        let energies = FreeEnergies::new().with("*H", energy).unwrap();
        let limit = network.diagram(&energies).unwrap().limiting_potential().unwrap();
        assert_close!(limit.potential.rhe_v(), -energy.abs(), abs = 1e-15);
        let tafel = networks::hydrogen_volmer_tafel().unwrap().diagram(&energies).unwrap();
        assert_close!(tafel.limiting_potential().unwrap().potential.rhe_v(), -energy, abs = 1e-15);
        assert_close!(tafel.chemical_steps().next().unwrap().free_energy_ev, -2.0 * energy, abs = 1e-15);
    }
}

#[test]
fn diagrams_name_what_is_missing() {
    let network = networks::nitrogen_reduction_distal().unwrap();
    let energies = FreeEnergies::new().with("*NNH", 1.0).unwrap();
    let error = network.diagram(&energies).unwrap_err();
    assert!(
        matches!(&error, Error::MissingEnergy { step, species } if species == "*NNH2" && step.starts_with("*NNH +")),
        "{error}"
    );
    let chemical = networks::methanation().unwrap();
    let mut all = FreeEnergies::new().with("CO2", 0.1).unwrap().with("CH4", -1.0).unwrap();
    for name in ["*H", "*CO", "*O", "*C", "*OH", "*CH", "*CH2", "*CH3"] {
        all = all.with(name, 0.3).unwrap();
    }
    let none = chemical.diagram(&all).unwrap().limiting_potential();
    assert!(matches!(none, Err(Error::NoElectrochemicalStep { network }) if network == "methanation"));
    let step =
        |name: &str, electrons| DiagramStep { name: name.into(), times: 1.0, electrons, free_energy_ev: 0.1 };
    let mixed = FreeEnergyDiagram::new("mixed", vec![step("a", 1.0), step("b", 1.0), step("c", -1.0)]);
    let error = mixed.unwrap().limiting_potential().unwrap_err();
    assert!(matches!(&error, Error::MixedDirections { step, .. } if step == "c"), "{error}");
    assert!(FreeEnergyDiagram::new("none", vec![]).is_err());
    assert!(FreeEnergyDiagram::new("nan", vec![step("a", f64::NAN)]).is_err());
}

#[test]
fn references_fix_their_own_energies() {
    for name in ["O2", "H2", "H2O(l)", "*", "H+", "e-", "CO"] {
        let error = FreeEnergies::new().with(name, -0.5).unwrap_err();
        assert!(matches!(&error, Error::FixedByReference { species, .. } if species == name), "{error}");
    }
    assert!(matches!(FreeEnergies::new().with("HCOO-", -0.5), Err(Error::Formula { .. })));
    assert!(AdsorptionEnergies::<Molecules>::new().with("H2", 1.0).is_err());
    assert!(AdsorptionEnergies::<GasAtoms>::new().with("H2", 1.0).is_ok());
    assert!(AdsorptionEnergies::<GasAtoms>::new().with("O", 1.0).is_err());
    assert!(AdsorptionEnergies::<GasAtoms>::new().with("*O", f64::NAN).is_err());
    let bare = AdsorptionEnergies::new().with("*OCHO", 0.1).unwrap();
    let uncorrected = FreeEnergies::of(&bare, &Corrections::customary().unwrap());
    assert!(matches!(uncorrected, Err(Error::UnknownSpecies { species, .. }) if species == "*OCHO"));
    assert_close!(FreeEnergies::uncorrected(&bare).get("*OCHO").unwrap(), 0.1, abs = 0.0);
    assert!(FreeEnergies::new().with_scaled("*OOH", 1.0, "*OH", 3.2).is_err());
}

/// From atoms to molecules and back to atoms of a whole molecule: D(H2O) = 232.974 kcal/mol (W4-11).
#[test]
fn atomisation_leads_from_atoms_to_molecules() {
    let atoms = |species: &str, energy| {
        AdsorptionEnergies::<GasAtoms>::new().with(species, energy).unwrap().to_molecules()
    };
    let kcal = 4.184 / 96.48533212;
    for (molecule, energy) in [("H2O", 232.974), ("H2", 109.493), ("N2", 228.485), ("CO", 259.727)] {
        // a molecule that lies loosely on the surface is worth nothing against itself
        let adsorbed = format!("*{molecule}");
        assert_close!(atoms(&adsorbed, -energy * kcal).unwrap().get(&adsorbed).unwrap(), 0.0, abs = 1e-9);
    }
    // two hydrogen atoms and CO2: 390.141 kcal/mol against CO + H2O - H2 is the water-gas shift, -6.7 kcal/mol electronic
    let dioxide = atoms("*CO2", -390.141 * kcal).unwrap().get("*CO2").unwrap();
    assert_close!(dioxide, -(390.141 + 109.493 - 259.727 - 232.974) * kcal, abs = 1e-9);
    assert!(matches!(atoms("*S", -4.0), Err(Error::UnknownSpecies { species, .. }) if species == "S"));
}

/// Enthalpies and free energies, kJ/mol, and potentials, V, of the reactions with liquid water; K of ammonia.
#[test]
fn reactions_at_standard_conditions() {
    let table = FormationTable::standard();
    for (text, enthalpy, gibbs, potential) in [
        ("2 H+ + 2 e- + 1/2 O2 -> H2O(l)", -285.830, -237.140, Some(1.2289)),
        ("CO2 + 4 H2 -> CH4 + 2 H2O(g)", -165.003, -113.543, None),
        ("CO + 3 H2 -> CH4 + H2O(g)", -206.172, -142.187, None),
        ("CO + 6 H+ + 6 e- -> CH4 + H2O(g)", -206.172, -142.187, Some(0.2456)),
        ("CO2 + H2 -> CO + H2O(g)", 41.169, 28.644, None),
        ("CO2 + 2 H+ + 2 e- -> HCOOH(l)", -31.478, 32.989, Some(-0.1710)),
        ("CO2 + 6 H+ + 6 e- -> CH3OH(l) + H2O(l)", -130.708, -9.351, Some(0.0162)),
        ("2 CO2 + 12 H+ + 12 e- -> C2H4 + 4 H2O(l)", -303.809, -91.361, Some(0.0789)),
        ("2 CO2 + 12 H+ + 12 e- -> C2H5OH(l) + 3 H2O(l)", -347.446, -97.442, Some(0.0842)),
        ("1/2 N2 + 3 H+ + 3 e- -> NH3", -45.898, -16.367, Some(0.0565)),
    ] {
        let reaction = table.reaction(&text.parse().unwrap()).unwrap();
        assert_close!(reaction.enthalpy_kj_mol, enthalpy, abs = 1e-9, "{text}");
        assert_close!(reaction.gibbs_kj_mol, gibbs, abs = 1e-9, "{text}");
        assert_eq!(reaction.equilibrium_potential_v().is_some(), potential.is_some());
        if let Some(volt) = potential {
            assert_close!(reaction.equilibrium_potential_v().unwrap(), volt, abs = 6e-5, "{text}");
        }
    }
    let of = |text: &str| table.reaction(&text.parse().unwrap()).unwrap();
    let methane = of("CO2 + 8 H+ + 8 e- -> CH4 + 2 H2O(l)");
    assert_close!(methane.equilibrium_potential_v().unwrap(), 0.1693, abs = 6e-5);
    let monoxide = of("CO2 + 2 H+ + 2 e- -> CO + H2O(l)");
    assert_close!(monoxide.equilibrium_potential_v().unwrap(), -0.1041, abs = 6e-5);
    let water = of("1/2 O2 + 2 H+ + 2 e- -> H2O(l)");
    assert_close!(water.thermoneutral_potential_v().unwrap(), 1.4812, abs = 6e-5);
    let ammonia = of("1/2 N2 + 3/2 H2 -> NH3");
    assert_close!(ammonia.equilibrium_constant(Temperature::STANDARD), 737.0, abs = 1.0);
    // less ammonia when hot, by the slope of van 't Hoff
    let hot = ammonia.equilibrium_constant(Temperature::kelvin(700.0).unwrap());
    let slope: f64 = -45898.0 / 8.314462618 * (1.0 / 298.15 - 1.0 / 700.0);
    assert_close!(hot, ammonia.equilibrium_constant(Temperature::STANDARD) * slope.exp(), rel = 1e-12);

    let unknown = table.reaction(&"C2H6 + H2 -> 2 CH4".parse().unwrap()).unwrap_err();
    assert!(matches!(&unknown, Error::MissingEnergy { species, .. } if species == "C2H6"), "{unknown}");
    let ethane = Formation { gibbs_kj_mol: -32.0, enthalpy_kj_mol: -84.0 };
    let more = FormationTable::standard().with("C2H6(g)", ethane).unwrap();
    let cracked = more.reaction(&"C2H6 + H2 -> 2 CH4".parse().unwrap()).unwrap();
    assert_close!(cracked.gibbs_kj_mol, 2.0 * -50.768 + 32.0, abs = 1e-9);
}

/// Measured free energies, in the reference of the electrode, give the equilibrium potential of the table.
#[test]
fn measured_molecules_close_the_networks() {
    let table = FormationTable::standard();
    for (network, molecules) in [
        (networks::nitrogen_reduction_distal().unwrap(), &["NH3"][..]),
        (networks::carbon_dioxide_to_methane().unwrap(), &["CO2", "CH4"]),
        (networks::carbon_dioxide_to_formic_acid().unwrap(), &["CO2", "HCOOH"]),
        (networks::carbon_dioxide_to_monoxide().unwrap(), &["CO2"]),
    ] {
        let energies =
            molecules.iter().try_fold(FreeEnergies::new(), |e, name| e.with_measured(name, &table));
        let energies =
            network.intermediates().iter().try_fold(energies.unwrap(), |e, s| e.with(s.name(), 0.4));
        let ours = network.diagram(&energies.unwrap()).unwrap().equilibrium_potential_v().unwrap();
        let known = table.reaction(network.overall()).unwrap().equilibrium_potential_v().unwrap();
        assert_close!(ours, known, abs = 1e-12, "{}", network.name());
    }
}

#[test]
fn potentials_on_both_scales() {
    let slope = 298.15 * 8.617333262e-5 * std::f64::consts::LN_10;
    assert_close!(slope, 0.05916, abs = 1e-5);
    let acid = ElectrodePotential::she(0.4, 0.0, Temperature::STANDARD).unwrap();
    assert_close!(acid.rhe_v(), 0.4, abs = 0.0);
    let alkaline = ElectrodePotential::she(0.4, 14.0, Temperature::STANDARD).unwrap();
    assert_close!(alkaline.rhe_v(), 0.4 + 14.0 * slope, abs = 1e-12);
    assert!(matches!(
        ElectrodePotential::she(0.0, 17.0, Temperature::STANDARD),
        Err(Error::Quantity { name: "pH", .. })
    ));
    assert!(ElectrodePotential::rhe(f64::NAN).is_err());
}
