//! Networks of electrocatalysis.
//!
//! Water is written without a phase: its free energy is that of the liquid at 298.15 K, which equals that of the vapour
//! at 0.035 bar.

use super::ReactionNetwork;
use crate::Result;

/// Hydrogen evolution by a proton that discharges on an adsorbed hydrogen atom (Volmer, Heyrovsky).
///
/// # Errors
///
/// None: the steps are balanced.
pub fn hydrogen_volmer_heyrovsky() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "hydrogen evolution, Volmer-Heyrovsky",
        "2 H+ + 2 e- -> H2",
        &[(1.0, "H+ + e- + * -> *H"), (1.0, "*H + H+ + e- -> H2 + *")],
    )
}

/// Hydrogen evolution by two adsorbed hydrogen atoms that join (Volmer, Tafel).
///
/// # Errors
///
/// None: the steps are balanced.
pub fn hydrogen_volmer_tafel() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "hydrogen evolution, Volmer-Tafel",
        "2 H+ + 2 e- -> H2",
        &[(2.0, "H+ + e- + * -> *H"), (1.0, "2 *H -> H2 + 2 *")],
    )
}

/// Oxygen reduction over OOH.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn oxygen_reduction_associative() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "oxygen reduction, associative",
        "O2 + 4 H+ + 4 e- -> 2 H2O",
        &[
            (1.0, "O2 + * + H+ + e- -> *OOH"),
            (1.0, "*OOH + H+ + e- -> *O + H2O"),
            (1.0, "*O + H+ + e- -> *OH"),
            (1.0, "*OH + H+ + e- -> H2O + *"),
        ],
    )
}

/// Oxygen reduction after the molecule has split: its first step is chemical.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn oxygen_reduction_dissociative() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "oxygen reduction, dissociative",
        "1/2 O2 + 2 H+ + 2 e- -> H2O",
        &[(1.0, "1/2 O2 + * -> *O"), (1.0, "*O + H+ + e- -> *OH"), (1.0, "*OH + H+ + e- -> H2O + *")],
    )
}

/// Oxygen evolution over OOH: [`oxygen_reduction_associative`] backwards.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn oxygen_evolution() -> Result<ReactionNetwork> {
    Ok(oxygen_reduction_associative()?.reversed("oxygen evolution"))
}

/// Reduction of nitrogen to ammonia, hydrogen added to the far atom first.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn nitrogen_reduction_distal() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "nitrogen reduction, distal",
        "N2 + 6 H+ + 6 e- -> 2 NH3",
        &[
            (1.0, "N2 + * + H+ + e- -> *NNH"),
            (1.0, "*NNH + H+ + e- -> *NNH2"),
            (1.0, "*NNH2 + H+ + e- -> *N + NH3"),
            (1.0, "*N + H+ + e- -> *NH"),
            (1.0, "*NH + H+ + e- -> *NH2"),
            (1.0, "*NH2 + H+ + e- -> NH3 + *"),
        ],
    )
}

/// Reduction of carbon dioxide to carbon monoxide.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn carbon_dioxide_to_monoxide() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "carbon dioxide to carbon monoxide",
        "CO2 + 2 H+ + 2 e- -> CO + H2O",
        &[(1.0, "CO2 + * + H+ + e- -> *COOH"), (1.0, "*COOH + H+ + e- -> *CO + H2O"), (1.0, "*CO -> CO + *")],
    )
}

/// Reduction of carbon dioxide to formic acid over formate.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn carbon_dioxide_to_formic_acid() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "carbon dioxide to formic acid",
        "CO2 + 2 H+ + 2 e- -> HCOOH",
        &[(1.0, "CO2 + * + H+ + e- -> *OCHO"), (1.0, "*OCHO + H+ + e- -> HCOOH + *")],
    )
}

/// Reduction of carbon dioxide to methane over formyl and methoxy.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn carbon_dioxide_to_methane() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "carbon dioxide to methane",
        "CO2 + 8 H+ + 8 e- -> CH4 + 2 H2O",
        &[
            (1.0, "CO2 + * + H+ + e- -> *COOH"),
            (1.0, "*COOH + H+ + e- -> *CO + H2O"),
            (1.0, "*CO + H+ + e- -> *CHO"),
            (1.0, "*CHO + H+ + e- -> *OCH2"),
            (1.0, "*OCH2 + H+ + e- -> *OCH3"),
            (1.0, "*OCH3 + H+ + e- -> *O + CH4"),
            (1.0, "*O + H+ + e- -> *OH"),
            (1.0, "*OH + H+ + e- -> H2O + *"),
        ],
    )
}

/// Methanation with gaseous hydrogen over carbon: no step takes an electron.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn methanation() -> Result<ReactionNetwork> {
    ReactionNetwork::new(
        "methanation",
        "CO2 + 4 H2 -> CH4 + 2 H2O",
        &[
            (4.0, "H2 + 2 * -> 2 *H"),
            (1.0, "CO2 + 2 * -> *CO + *O"),
            (1.0, "*CO + * -> *C + *O"),
            (2.0, "*O + *H -> *OH + *"),
            (2.0, "*OH + *H -> H2O + 2 *"),
            (1.0, "*C + *H -> *CH + *"),
            (1.0, "*CH + *H -> *CH2 + *"),
            (1.0, "*CH2 + *H -> *CH3 + *"),
            (1.0, "*CH3 + *H -> CH4 + 2 *"),
        ],
    )
}

/// All networks of this module.
///
/// # Errors
///
/// None: the steps are balanced.
pub fn all() -> Result<Vec<ReactionNetwork>> {
    [
        hydrogen_volmer_heyrovsky,
        hydrogen_volmer_tafel,
        oxygen_reduction_associative,
        oxygen_reduction_dissociative,
        oxygen_evolution,
        nitrogen_reduction_distal,
        carbon_dioxide_to_monoxide,
        carbon_dioxide_to_formic_acid,
        carbon_dioxide_to_methane,
        methanation,
    ]
    .into_iter()
    .map(|network| network())
    .collect()
}
