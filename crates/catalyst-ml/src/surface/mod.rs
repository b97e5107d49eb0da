//! Slabs cut out of crystals, and where something can adsorb on them.
//!
//! [`Bulk`] finds the symmetry of a crystal, its [`Miller`] indices and their [`Slab`]s with all terminations;
//! [`Slab::tagged`] tells surface atoms from those below; [`adsorption_sites`] lists the sites.

mod bulk;
mod delaunay;
mod equivalence;
mod miller;
mod picture;
mod sites;
mod slab;
mod tags;
mod voronoi;

pub use bulk::Bulk;
pub use equivalence::{Isometry, isometries};
pub use miller::{Miller, slab_basis};
pub use picture::{Picture, View};
pub use sites::{Site, SiteKind, Sites, adsorption_sites};
pub use slab::{Slab, SlabSettings};
pub use tags::tag_surface;
pub use voronoi::coordination_numbers;
