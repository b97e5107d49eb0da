//! Which rails of a board to count.

/// Rails at the input of a board, which hold every other one.
const INPUT_RAILS: [&str; 3] = ["VDD_IN", "POM_5V_IN", "VIN"];

/// The total power of named rails in milliwatts: that of the input rail if there is one, else the sum. Adding the input
/// rail and the rails behind it counts the latter twice.
///
/// ```
/// use moe2_edge::meter::total_power_mw;
///
/// assert_eq!(total_power_mw([("VDD_IN", 5060.0), ("VDD_CPU_GPU_CV", 1051.0), ("VDD_SOC", 1482.0)]), 5060.0);
/// assert_eq!(total_power_mw([("VDD_GPU_SOC", 3000.0), ("VDD_CPU_CV", 800.0), ("VIN_SYS_5V0", 4000.0)]), 7800.0);
/// ```
#[must_use]
pub fn total_power_mw<'a>(rails: impl IntoIterator<Item = (&'a str, f64)>) -> f64 {
    let mut sum = 0.0;
    for (name, power) in rails {
        if is_input(name) {
            return power;
        }
        sum += power;
    }
    sum
}

/// Whether a rail holds all others of its board.
pub(super) fn is_input(name: &str) -> bool {
    INPUT_RAILS.contains(&name)
}
