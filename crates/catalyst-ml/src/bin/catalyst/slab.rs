//! `catalyst slab`.

use crate::error::{Failure, Result};
use crate::input::{SlabOptions, crystal, miller};
use crate::output::{Table, print, save};
use catalyst_ml::io::{Frame, Value, write_extxyz};
use catalyst_ml::surface::{Bulk, Picture, View};
use serde::Serialize;
use std::path::PathBuf;

/// Slabs of a crystal: one for each termination of a family of planes, or of all planes up to an index.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  catalyst slab Pt --miller 1,1,1 --out slab.extxyz --svg slab.svg
  catalyst slab POSCAR --max 2 --json")]
pub struct Arguments {
    /// A metal, or a file.
    crystal: String,
    /// Planes, like 1,1,1; several may be given.
    #[arg(long, value_name = "H,K,L", conflicts_with = "max", allow_hyphen_values = true)]
    miller: Vec<String>,
    /// All distinct planes with indices up to this.
    #[arg(long, value_name = "INDEX", default_value_t = 1)]
    max: u32,
    #[command(flatten)]
    slab: SlabOptions,
    /// Write the tiled slabs as extended XYZ.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw the first slab from above.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Serialize)]
struct Row {
    miller: [i32; 3],
    shift: f64,
    top: bool,
    atoms: usize,
    area_angstrom2: f64,
    atoms_tiled: usize,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let bulk = Bulk::new(&crystal(&arguments.crystal)?, 0.1)?;
    let settings = arguments.slab.settings();
    let mut slabs = Vec::new();
    if arguments.miller.is_empty() {
        slabs = bulk.all_slabs(arguments.max, &settings)?;
    }
    for text in &arguments.miller {
        slabs.extend(bulk.slabs(miller(text)?, &settings)?);
    }
    let (mut rows, mut file) = (Vec::new(), Vec::new());
    for slab in &slabs {
        let tiled = slab.tiled(arguments.slab.length)?.tagged(&bulk)?;
        rows.push(Row {
            miller: slab.miller.indices(),
            shift: slab.shift,
            top: slab.top,
            atoms: slab.atoms.len(),
            area_angstrom2: slab.area_angstrom2(),
            atoms_tiled: tiled.atoms.len(),
        });
        if let Some(path) = arguments.svg.as_ref().filter(|_| rows.len() == 1) {
            let title = format!("{} {}", arguments.crystal, slab.miller);
            let picture = Picture { slab: &tiled.atoms, sites: &[], view: View::Above, title: &title };
            save(path, &picture.svg()?)?;
        }
        let mut frame = Frame::new(tiled.atoms);
        frame.entries.insert("miller".into(), Value::Text(slab.miller.to_string()));
        write_extxyz(&mut file, &frame)?;
    }
    if let Some(path) = &arguments.out {
        std::fs::write(path, &file).map_err(|source| Failure::File { path: path.into(), source })?;
    }
    print(json, &rows, || {
        let mut table = Table::new(2, ["planes", "side", "cut", "atoms", "area, Å²", "tiled"]);
        for (row, slab) in rows.iter().zip(&slabs) {
            table.row([
                slab.miller.to_string(),
                if row.top { "up" } else { "down" }.into(),
                format!("{:.3}", row.shift),
                row.atoms.to_string(),
                format!("{:.4}", row.area_angstrom2),
                row.atoms_tiled.to_string(),
            ]);
        }
        table.render()
    })
}
