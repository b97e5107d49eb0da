//! Readers and writers. References: files that ASE 3.29 wrote, and what ASE reads from them.
#![expect(clippy::float_cmp, reason = "files hold numbers exactly")]

use crate::same_cases;
use catalyst_ml::io::{
    Coordinates, FormatFault, Frame, Frames, Value, read_poscar, write_extxyz, write_poscar, write_xyz,
};
use catalyst_ml::{Atoms, Cell, Error, Tag};
use proptest::prelude::*;
use std::path::Path;

const SLABS: &str = include_str!("../golden/ase_slabs.extxyz");

fn frames(text: &str) -> Vec<Frame> {
    Frames::extended(text.as_bytes()).collect::<Result<_, _>>().unwrap()
}

fn written(frame: &Frame) -> String {
    let mut out = Vec::new();
    write_extxyz(&mut out, frame).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn frames_of_ase_read_as_ase_reads_them() {
    let frames = frames(SLABS);
    let mut rows = 0;
    for line in include_str!("../golden/ase_slabs.csv").lines().skip(2) {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |place: usize| fields[place].parse::<f64>().unwrap();
        let place = |field: usize| fields[field].parse::<usize>().unwrap();
        let (frame, atom) = (&frames[place(0)], place(1));
        assert_eq!(frame.atoms.elements()[atom].symbol(), fields[2]);
        assert_eq!(frame.atoms.positions()[atom], [number(3), number(4), number(5)]);
        let forces = frame.forces_ev_angstrom.as_ref().map_or([0.0; 3], |forces| forces[atom]);
        assert_eq!(forces, [number(6), number(7), number(8)]);
        assert_eq!(frame.atoms.fixed()[atom], fields[9] == "1");
        assert_eq!(frame.atoms.tags()[atom] as i64, fields[10].parse::<i64>().unwrap());
        rows += 1;
    }
    assert_eq!((rows, frames.len()), (frames.iter().map(|frame| frame.atoms.len()).sum(), 3));

    let [slab, thin, methanol] = &frames[..] else { panic!() };
    assert_eq!(slab.energy_ev, Some(300.49600357555096));
    assert_eq!(slab.atoms.periodic(), [true; 3]);
    let cell = slab.atoms.cell().unwrap().vectors();
    assert_eq!(cell[1], [2.7718585822512662, 4.800999895855028, 0.0]);
    assert_eq!(slab.entries["name"], Value::Text("CO on Pt(111)".into()));
    assert_eq!(slab.entries["index"], Value::Integer(3));
    assert_eq!(slab.entries["ratio"], Value::Real(0.5));
    assert_eq!(slab.entries["relaxed"], Value::Flag(false));
    assert_eq!(slab.entries["weights"], Value::Reals(vec![1.0, 2.5]));
    assert_eq!(slab.entries["sizes"], Value::Integers(vec![2, 2, 3]));
    assert_eq!(slab.entries["quote"], Value::Text("say \"hi\"".into()));
    assert_eq!((thin.energy_ev, thin.atoms.periodic()), (None, [true, true, false]));
    assert!(methanol.atoms.cell().is_none());
}

#[test]
fn what_is_written_reads_back_unchanged() {
    for frame in frames(SLABS) {
        assert_eq!(frames(&written(&frame)), [frame]);
    }
}

#[test]
fn poscars_of_ase_in_both_kinds_of_coordinates() {
    let slab = &frames(SLABS)[0].atoms;
    for (text, tolerance) in [
        (include_str!("../golden/ase_slab_cartesian.poscar"), 1e-8),
        (include_str!("../golden/ase_slab_direct.poscar"), 1e-8),
    ] {
        let (read, _) = read_poscar(text.as_bytes()).unwrap();
        assert_eq!((read.elements(), read.fixed()), (slab.elements(), slab.fixed()));
        for (a, b) in read.positions().iter().flatten().zip(slab.positions().iter().flatten()) {
            assert!((a - b).abs() < tolerance, "{a} {b}");
        }
        for kind in [Coordinates::Direct, Coordinates::Cartesian] {
            let mut out = Vec::new();
            write_poscar(&mut out, &read, "slab", kind).unwrap();
            let (again, comment) = read_poscar(&out[..]).unwrap();
            assert_eq!((comment.as_str(), again.fixed()), ("slab", read.fixed()));
            for (a, b) in again.positions().iter().flatten().zip(read.positions().iter().flatten()) {
                assert!((a - b).abs() < 1e-12);
            }
        }
    }
}

/// A scale multiplies lattice and Cartesian positions; a negative one is the volume (VASP's manual).
#[test]
fn scales_of_poscar() {
    let read = |scale: &str, kind: &str| {
        let text = format!("Pt\n{scale}\n1 0 0\n0 2 0\n0 0 4\n1\n{kind}\n0.5 0.5 0.5\n");
        read_poscar(text.as_bytes()).unwrap().0
    };
    assert_eq!(read("3", "Cartesian").positions()[0], [1.5; 3]);
    assert_eq!(read("3", "Direct").positions()[0], [1.5, 3.0, 6.0]);
    assert_eq!(read("1 2 3", "kartesian").positions()[0], [0.5, 1.0, 1.5]);
    let by_volume = read("-64", "Direct");
    assert!((by_volume.cell().unwrap().volume_angstrom3() - 64.0).abs() < 1e-12);
    assert!((by_volume.positions()[0][2] - 4.0).abs() < 1e-12);
}

#[test]
fn plain_xyz_keeps_its_comment() {
    let read: Vec<Frame> =
        Frames::plain(&include_bytes!("../golden/ase_co.xyz")[..]).collect::<Result<_, _>>().unwrap();
    assert_eq!(read[0].atoms.positions()[0], [0.0, 0.0, 0.493003]);
    assert_eq!(read[0].entries["comment"], Value::Text("ASE 3.29 molecule".into()));
    let mut out = Vec::new();
    write_xyz(&mut out, &read[0].atoms, "again").unwrap();
    assert_eq!(Frames::plain(&out[..]).next().unwrap().unwrap().atoms, read[0].atoms);
}

/// Larger tags are layers of ASE's surfaces; they are kept, and mean nothing.
#[test]
fn other_tags_become_an_entry() {
    let text = "2\nProperties=species:S:1:pos:R:3:tags:I:1\nPt 0 0 0 1\nPt 0 0 2 3\n";
    let frame = &frames(text)[0];
    assert_eq!(frame.entries["tags"], Value::Integers(vec![1, 3]));
    assert_eq!(frame.atoms.tags(), [Tag::SubSurface; 2]);
}

/// Frame, line and kind of the fault of a text.
fn fault(text: &[u8]) -> (usize, usize, FormatFault) {
    match Frames::extended(text).find_map(Result::err) {
        Some(Error::Format { frame, line, fault }) => (frame, line, fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn faults_name_frame_and_line() {
    let one = "1\npbc=\"F F F\"\nH 0 0 0\n";
    let after = |text: &str| fault(format!("{one}{text}").as_bytes());
    assert!(matches!(after("2\n\nH 0 0 0\n"), (1, 7, FormatFault::Truncated { .. })));
    assert!(matches!(after("4294967295\n\nH 0 0 0\n"), (1, 7, FormatFault::Truncated { .. })));
    assert!(matches!(after("99999999999999\n"), (1, 4, FormatFault::Count { .. })));
    assert!(matches!(after("-1\n"), (1, 4, FormatFault::Count { .. })));
    assert!(matches!(after("1\n"), (1, 5, FormatFault::Truncated { .. })));
    assert!(matches!(after("1\n\nH 0 0\n"), (1, 6, FormatFault::Fields { expected: 4, found: 3 })));
    assert!(matches!(after("1\n\nH 0 nan 0\n"), (1, 6, FormatFault::Field { what: "position", .. })));
    assert!(matches!(after("1\n\nH 0 1e999 0\n"), (1, 6, FormatFault::Field { what: "position", .. })));
    assert!(matches!(after("1\nenergy=NaN\nH 0 0 0\n"), (1, 5, FormatFault::Field { what: "energy", .. })));
    assert!(matches!(after("1\npbc=\"T T T\"\nH 0 0 0\n"), (1, 5, FormatFault::Key { key: "pbc", .. })));
    for flat in ["1 0 0 0 1 0 1 1 0", "0 0 0 0 0 1 0 0 0"] {
        let text = format!("1\nLattice=\"{flat}\"\nH 0 0 0\n");
        assert!(
            matches!(after(&text), (1, 5, FormatFault::Structure(error)) if matches!(*error, Error::Cell { .. }))
        );
    }
    let unknown = after("1\n\nXx 0 0 0\n");
    assert!(
        matches!(unknown, (1, 6, FormatFault::Structure(error)) if matches!(&*error, Error::Symbol { .. }))
    );
    for properties in
        ["species:S:1", "species:S:1:pos:R:2", "species:S:1:pos:R:3:x:R:99999", "pos:R:3:Z:Q:1", "::"]
    {
        let text = format!("1\nProperties={properties}\nH 0 0 0\n");
        assert!(matches!(after(&text), (1, 5, FormatFault::Key { key: "Properties", .. })), "{properties}");
    }
    assert!(matches!(fault(b"1\n\xff\n"), (0, 2, FormatFault::Utf8)));
    let long = vec![b'1'; 2 << 20];
    assert!(matches!(fault(&long), (0, 1, FormatFault::LongLine { .. })));
    let text = Frames::extended(&b"1\n\nPt 0 x 0\n"[..]).next().unwrap().unwrap_err().to_string();
    assert_eq!(text, "frame 0, line 3: position must be a finite number, got \"x\"");
}

#[test]
fn nothing_follows_a_fault() {
    let mut frames = Frames::extended(&b"x\n1\n\nH 0 0 0\n"[..]);
    assert!(frames.next().unwrap().is_err());
    assert!(frames.next().is_none());
}

#[test]
fn faults_of_poscar() {
    let fault = |text: &str| match read_poscar(text.as_bytes()) {
        Err(Error::Format { line, fault, .. }) => (line, fault),
        other => panic!("{other:?}"),
    };
    let cube = "c\n1\n2 0 0\n0 2 0\n0 0 2\n";
    assert!(matches!(fault("c\n0\n"), (2, FormatFault::Field { what: "scale", .. })));
    assert!(matches!(fault("c\n1\n1 0 0\n1 0 0\n0 0 1\n"), (5, FormatFault::Structure(_))));
    assert!(matches!(
        fault(&format!("{cube}Pt\n4000000000\nDirect\n0 0 0\n")),
        (10, FormatFault::Truncated { .. })
    ));
    assert!(matches!(fault(&format!("{cube}Pt\n-4\nDirect\n")), (7, FormatFault::Count { .. })));
    assert!(matches!(
        fault(&format!("{cube}Pt O\n4\nDirect\n")),
        (7, FormatFault::Fields { expected: 1, found: 2 })
    ));
    assert!(matches!(fault(&format!("{cube}4 4\nDirect\n")), (6, FormatFault::Structure(_))));
    assert!(matches!(fault(&format!("{cube}Pt\n1\nhere\n")), (8, FormatFault::Field { .. })));
    let selective = format!("{cube}Pt\n1\nSelective\nDirect\n0 0 0 T\n");
    assert!(matches!(fault(&selective), (10, FormatFault::Fields { expected: 6, found: 4 })));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let atoms = Atoms::new(vec!["H".parse().unwrap()], vec![[0.0; 3]]).unwrap();
    for (key, value) in [
        ("energy", Value::Integer(1)),
        ("two words", Value::Integer(1)),
        ("", Value::Integer(1)),
        ("a", Value::Text("x\ny".into())),
    ] {
        let mut frame = Frame::new(atoms.clone());
        frame.entries.insert(key.into(), value);
        assert!(matches!(write_extxyz(&mut Vec::new(), &frame), Err(Error::Entry { .. })), "{key}");
    }
    let poscar = write_poscar(&mut Vec::new(), &atoms, "", Coordinates::Direct);
    assert!(matches!(poscar, Err(Error::NoCell { .. })));
    let missing = Frame { forces_ev_angstrom: Some(vec![]), ..Frame::new(atoms) };
    assert!(matches!(write_extxyz(&mut Vec::new(), &missing), Err(Error::PerAtom { .. })));
}

#[cfg(feature = "xz")]
#[test]
fn compressed_files_read_as_a_stream() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slabs.extxyz.xz");
    let file = std::fs::File::create(&path).unwrap();
    let mut out = lzma_rust2::XzWriter::new(file, lzma_rust2::XzOptions::with_preset(1)).unwrap();
    out.write_all(SLABS.as_bytes()).unwrap();
    out.finish().unwrap();
    let read: Vec<Frame> = Frames::open(&path).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(read, frames(SLABS));
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(Frames::open(&path).unwrap().any(|frame| matches!(frame, Err(Error::Read { .. }))));
}

#[test]
fn a_missing_file_is_named() {
    let text = Frames::open(Path::new("no/such.extxyz")).unwrap_err().to_string();
    assert!(text.starts_with("cannot open no/such.extxyz"), "{text}");
}

proptest! {
    #![proptest_config(same_cases(400))]

    #[test]
    fn altered_bytes_give_a_frame_or_a_fault(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let poscar = include_bytes!("../golden/ase_slab_direct.poscar");
        for original in [SLABS.as_bytes(), &poscar[..]] {
            let mut bytes = original.to_vec();
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            bytes.truncate(bytes.len() / 2 + cut.index(bytes.len() / 2));
            for frame in Frames::extended(&bytes[..]).flatten() {
                prop_assert_eq!(frame.atoms.elements().len(), frame.atoms.positions().len());
            }
            let _ = Frames::plain(&bytes[..]).count();
            let _ = read_poscar(&bytes[..]);
        }
    }

    #[test]
    fn any_frame_comes_back(
        vectors in prop::array::uniform3(prop::array::uniform3(-10.0..10.0)),
        positions in prop::collection::vec(prop::array::uniform3(-1e3..1e3), 0..6),
        fixed in any::<bool>(),
        energy_ev in prop::option::of(-1e9..1e9),
        text in "[ -~]{0,12}",
        real in any::<f64>().prop_filter("finite", |value| value.is_finite()),
    ) {
        let mut atoms = Atoms::new(vec!["Au".parse().unwrap(); positions.len()], positions.clone()).unwrap();
        if let Ok(cell) = Cell::new(vectors) {
            atoms = atoms.in_cell(cell, [true, false, true]);
        }
        atoms = atoms.with_fixed(vec![fixed; positions.len()]).unwrap();
        let mut frame = Frame { energy_ev, forces_ev_angstrom: Some(positions), ..Frame::new(atoms) };
        frame.entries.insert("text".into(), Value::Text(format!("a {text}")));
        frame.entries.insert("real".into(), Value::Real(real));
        prop_assert_eq!(frames(&written(&frame)), [frame]);
    }
}
