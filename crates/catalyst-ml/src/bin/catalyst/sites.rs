//! `catalyst sites`.

use crate::error::Result;
use crate::input::{SlabOptions, crystal, miller};
use crate::output::{Table, print, save};
use catalyst_ml::surface::{Bulk, Picture, View, adsorption_sites};
use serde::Serialize;
use std::path::PathBuf;

/// Adsorption sites of a surface, those that symmetry tells apart.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  catalyst sites Pt --miller 2,1,1 --depth 2 --svg sites.svg
  catalyst sites POSCAR --miller 1,0,0 --json")]
pub struct Arguments {
    /// A metal, or a file.
    crystal: String,
    /// Planes.
    #[arg(long, value_name = "H,K,L", default_value = "1,1,1", allow_hyphen_values = true)]
    miller: String,
    /// Termination, from 0.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    termination: usize,
    /// Depth of the top layer, Å.
    #[arg(long, value_name = "ANGSTROM", default_value_t = 0.9)]
    depth: f64,
    #[command(flatten)]
    slab: SlabOptions,
    /// Draw the surface with all sites.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    position_angstrom: [f64; 3],
    atoms: Vec<usize>,
    /// How many sites of the cell are the same by symmetry.
    alike: usize,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let bulk = Bulk::new(&crystal(&arguments.crystal)?, 0.1)?;
    let planes = miller(&arguments.miller)?;
    let slabs = bulk.slabs(planes, &arguments.slab.settings())?;
    let slab = slabs.get(arguments.termination).ok_or(catalyst_ml::Error::Count {
        name: "termination",
        rule: "below the number of slabs of these planes",
        count: arguments.termination,
    })?;
    let slab = slab.tiled(arguments.slab.length)?.tagged(&bulk)?;
    let sites = adsorption_sites(&slab.atoms, arguments.depth)?;
    if let Some(path) = &arguments.svg {
        let title = format!("{} {planes}", arguments.crystal);
        let picture = Picture { slab: &slab.atoms, sites: &sites.all, view: View::Above, title: &title };
        save(path, &picture.svg()?)?;
    }
    let distinct = sites.all.iter().enumerate().filter(|(place, _)| sites.class[*place] == *place);
    let row = |(place, site): (usize, &catalyst_ml::surface::Site)| Row {
        kind: site.kind.name(),
        position_angstrom: site.position,
        atoms: site.atoms.clone(),
        alike: sites.class.iter().filter(|class| **class == place).count(),
    };
    let rows: Vec<Row> = distinct.map(row).collect();
    print(json, &rows, || {
        let mut table = Table::new(1, ["site", "x, Å", "y, Å", "z, Å", "alike"]);
        for row in &rows {
            let place = row.position_angstrom.map(|x| format!("{x:.4}"));
            table.row(std::iter::once(row.kind.into()).chain(place).chain([row.alike.to_string()]));
        }
        table.render()
    })
}
