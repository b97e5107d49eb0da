//! Physical and astronomical constants, SI.

/// Gravitational constant, m³ kg⁻¹ s⁻² (CODATA 2018 and 2022).
pub const GRAVITATIONAL_CONSTANT: f64 = 6.674_30e-11;
/// Stefan-Boltzmann constant, W m⁻² K⁻⁴ (exact in the SI of 2019, rounded).
pub const STEFAN_BOLTZMANN: f64 = 5.670_374_419e-8;
/// Mass of the Sun, kg (IAU 2015 nominal solar mass parameter over [`GRAVITATIONAL_CONSTANT`], rounded).
pub const SUN_MASS_KG: f64 = 1.988_47e30;
/// Nominal radius of the Sun, m (IAU 2015 resolution B3).
pub const SUN_RADIUS_M: f64 = 6.957e8;
/// Mass of the Earth, kg (IAU 2015 nominal terrestrial mass parameter over [`GRAVITATIONAL_CONSTANT`], rounded).
pub const EARTH_MASS_KG: f64 = 5.9722e24;
/// Mean radius of the Earth, m (IUGG 1980, rounded).
pub const EARTH_RADIUS_M: f64 = 6.371e6;
/// Mass of the Moon, kg (DE440 mass parameter over [`GRAVITATIONAL_CONSTANT`], rounded).
pub const MOON_MASS_KG: f64 = 7.346e22;
/// Astronomical unit, m (IAU 2012 resolution B2, exact).
pub const ASTRONOMICAL_UNIT_M: f64 = 1.495_978_707e11;
/// Day, s.
pub const DAY_S: f64 = 86_400.0;
/// Julian year, s.
pub const YEAR_S: f64 = 365.25 * DAY_S;
