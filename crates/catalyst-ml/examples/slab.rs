//! Slabs and adsorption sites of a crystal, written as extended XYZ and SVG.
//!
//! `cargo run -p catalyst-ml --example slab -- [BULK] [FOLDER]`: BULK is a POSCAR or an extended XYZ file (its first frame),
//! by default platinum; FOLDER is where files go, by default a folder `slabs` in the system's temporary one.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use catalyst_ml::adsorb::{Adsorbate, Orientation, place};
use catalyst_ml::io::{Frame, Frames, Value, read_poscar, write_extxyz};
use catalyst_ml::surface::{Bulk, Picture, SlabSettings, View, adsorption_sites};
use catalyst_ml::{Atoms, Cell, Error};
use common::rng::Streams;
use std::error::Error as Failure;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Failure>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let atoms = arguments.next().map_or_else(platinum, |path| bulk_file(&path))?;
    let folder = arguments.next().unwrap_or_else(|| std::env::temp_dir().join("slabs"));
    std::fs::create_dir_all(&folder)?;

    let bulk = Bulk::new(&atoms, 0.1)?;
    let oxygen = Adsorbate::named("*O")?;
    let mut rng = Streams::new(1).stream("placement");
    println!("{:<9} {:>5} {:>6} {:>10}  distinct sites", "plane", "cut", "atoms", "area, Å²");
    for (place_of, slab) in bulk.all_slabs(2, &SlabSettings::oc20())?.iter().enumerate() {
        let tiled = slab.tiled(8.0)?.tagged(&bulk)?;
        let sites = adsorption_sites(&tiled.atoms, 0.9)?;
        let kinds: Vec<&str> = sites.distinct().map(|site| site.kind.name()).collect();
        let area = slab.area_angstrom2();
        println!(
            "{:<9} {:>5.3} {:>6} {area:>10.4}  {}",
            slab.miller.to_string(),
            slab.shift,
            slab.atoms.len(),
            kinds.join(" ")
        );

        // The clean slab, then the same one with an oxygen atom on each distinct site.
        let mut out = BufWriter::new(File::create(folder.join(format!("slab-{place_of:02}.extxyz")))?);
        let mut write = |atoms: Atoms, site: &str| {
            let mut frame = Frame::new(atoms);
            frame.entries.insert("miller".into(), Value::Text(slab.miller.to_string()));
            frame.entries.insert("site".into(), Value::Text(site.into()));
            write_extxyz(&mut out, &frame)
        };
        write(tiled.atoms.clone(), "none")?;
        for site in sites.distinct() {
            match place(&tiled.atoms, &oxygen, site.position, Orientation::AsGiven, 0.1, &mut rng) {
                Ok(placed) => write(placed, site.kind.name())?,
                Err(Error::NoContact) => println!("{:>32} {} is over an open channel", "", site.kind.name()),
                Err(error) => return Err(error.into()),
            }
        }
        out.flush()?;
        for (view, name) in [(View::Above, "above"), (View::Side, "side")] {
            let title = slab.miller.to_string();
            let picture = Picture { slab: &tiled.atoms, sites: &sites.all, view, title: &title };
            std::fs::write(folder.join(format!("slab-{place_of:02}-{name}.svg")), picture.svg()?)?;
        }
    }
    println!("files: {}", folder.display());
    Ok(())
}

fn platinum() -> Result<Atoms, Box<dyn Failure>> {
    let h = 3.92 / 2.0;
    let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
    Ok(Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]))
}

fn bulk_file(path: &Path) -> Result<Atoms, Box<dyn Failure>> {
    let extended = [".extxyz", ".xyz", ".xz"].iter().any(|ending| path.to_string_lossy().ends_with(ending));
    if extended {
        return Ok(Frames::open(path)?.next().ok_or("the file must hold a frame")??.atoms);
    }
    Ok(read_poscar(BufReader::new(File::open(path)?))?.0)
}
