//! Many relaxations at once.

use super::{Relax, Relaxation};
use crate::calculator::Calculator;
use crate::{Atoms, Result};
use rayon::prelude::*;

/// Relaxes many structures on all threads, each with a history of its own and to its own end. Each gives the same, bit by
/// bit, as it gives alone; one that fails does not keep the others from coming to rest.
///
/// ```
/// use catalyst_ml::{Atoms, calculator::Emt, relax::{Relax, relax_batch}};
///
/// let pair = |distance| Atoms::new(vec!["Cu".parse()?; 2], vec![[0.0; 3], [distance, 0.0, 0.0]]);
/// let relaxations = relax_batch(vec![pair(2.2)?, pair(2.6)?], Emt::new, Relax::ase(0.01));
/// for relaxation in relaxations {
///     assert!(relaxation?.is_converged());
/// }
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
pub fn relax_batch<C: Calculator>(
    structures: Vec<Atoms>,
    calculator: impl Fn() -> C + Sync,
    settings: Relax,
) -> Vec<Result<Relaxation>> {
    structures.into_par_iter().map(|atoms| settings.run(atoms, &mut calculator())).collect()
}
