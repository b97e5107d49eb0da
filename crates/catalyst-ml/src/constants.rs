//! Physical constants, CODATA 2018 (exact where the SI defines them).

/// Boltzmann constant, eV/K.
pub const BOLTZMANN_EV_K: f64 = 8.617333262e-5;
/// Boltzmann constant, J/K.
pub const BOLTZMANN_J_K: f64 = 1.380649e-23;
/// Planck constant, J s.
pub const PLANCK_J_S: f64 = 6.62607015e-34;
/// Speed of light, cm/s.
pub const LIGHT_CM_S: f64 = 2.99792458e10;
/// Elementary charge, C; also the joules of an electronvolt.
pub const CHARGE_C: f64 = 1.602176634e-19;
/// Faraday constant, C/mol.
pub const FARADAY_C_MOL: f64 = 96485.33212;
/// Gas constant, J/(mol K).
pub const GAS_J_MOL_K: f64 = 8.314462618;
/// Atomic mass constant, kg.
pub const ATOMIC_MASS_KG: f64 = 1.66053906660e-27;
/// Energy of a quantum of 1 cm⁻¹, eV.
pub const EV_PER_WAVENUMBER: f64 = PLANCK_J_S * LIGHT_CM_S / CHARGE_C;
/// Kilojoules a mole of one electronvolt a particle.
pub const KJ_MOL_PER_EV: f64 = FARADAY_C_MOL / 1000.0;
/// Electronvolts a particle of one kilocalorie (4.184 kJ) a mole.
pub const EV_PER_KCAL_MOL: f64 = 4.184 / KJ_MOL_PER_EV;
