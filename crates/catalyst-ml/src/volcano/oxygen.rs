//! Volcanoes of oxygen reduction.

use super::{Barrier, Descriptor, Volcano, VolcanoStep};
use crate::Result;
use crate::reaction::OXYGEN_EV;

/// How far OOH lies above OH in free energy, eV; known to about 0.2 eV.
pub const SCALING_OFFSET_EV: f64 = 3.2;

/// Names of the four steps.
const NAMES: [&str; 4] = ["O2 to OOH", "OOH to O", "O to OH", "OH to H2O"];

/// Limiting potential over `G_OH` alone, with `G_O = 2 G_OH` and `G_OOH = G_OH + offset`.
///
/// With an offset above 2.46 eV no value reaches 1.23 V: at best the overpotential is `(offset - 2.46)/2`.
///
/// ```
/// use catalyst_ml::volcano::{SCALING_OFFSET_EV, oxygen_reduction};
///
/// let (_, best) = oxygen_reduction(SCALING_OFFSET_EV, (0.0, 2.0))?.peak();
/// assert!((1.23 - best.activity_ev - 0.37).abs() < 1e-12);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// # Errors
///
/// [`crate::Error::Quantity`] for a range that is empty or an offset that is not finite.
pub fn oxygen_reduction(offset_ev: f64, range: (f64, f64)) -> Result<Volcano<1>> {
    // states as constant and slope in G_OH
    build(["G(OH), eV"], [range], [(offset_ev, [1.0]), (0.0, [2.0]), (0.0, [1.0])])
}

/// Limiting potential over `G_O` and `G_OH`, with `G_OOH = G_OH + offset`.
///
/// # Errors
///
/// [`crate::Error::Quantity`] for a range that is empty or an offset that is not finite.
pub fn oxygen_reduction_o_oh(offset_ev: f64, o: (f64, f64), oh: (f64, f64)) -> Result<Volcano<2>> {
    let states = [(offset_ev, [0.0, 1.0]), (0.0, [1.0, 0.0]), (0.0, [0.0, 1.0])];
    build(["G(O), eV", "G(OH), eV"], [o, oh], states)
}

/// Limiting potential over `G_OH` and `G_OOH`, with `G_O = 2 G_OH`: the ideal catalyst is on the map, off the line of
/// the scaling relation.
///
/// # Errors
///
/// [`crate::Error::Quantity`] for a range that is empty.
pub fn oxygen_reduction_oh_ooh(oh: (f64, f64), ooh: (f64, f64)) -> Result<Volcano<2>> {
    let states = [(0.0, [0.0, 1.0]), (0.0, [2.0, 0.0]), (0.0, [1.0, 0.0])];
    build(["G(OH), eV", "G(OOH), eV"], [oh, ooh], states)
}

/// The volcano of the states OOH, O and OH, each a constant and slopes in the descriptors.
fn build<const D: usize>(
    names: [&str; D],
    ranges: [(f64, f64); D],
    states: [(f64, [f64; D]); 3],
) -> Result<Volcano<D>> {
    let mut before = (OXYGEN_EV, [0.0; D]);
    let mut steps = Vec::with_capacity(4);
    for (name, after) in NAMES.into_iter().zip(states.into_iter().chain([(0.0, [0.0; D])])) {
        steps.push(VolcanoStep {
            name: name.into(),
            offset_ev: after.0 - before.0,
            slopes: std::array::from_fn(|k| after.1[k] - before.1[k]),
            barrier: Barrier::Energy,
        });
        before = after;
    }
    let descriptor = |k: usize| Descriptor { name: names[k].into(), fitted: ranges[k] };
    Volcano::new(std::array::from_fn(descriptor), steps)
}
