//! Relaxations in files.
//!
//! A file begins with [`HEADER`], ends with the FNV-1a hash of all before it, and holds numbers of eight bytes, the lowest
//! first; floating-point numbers as their bits.

use super::fire::{Fire, Motion};
use super::lbfgs::{History, Lbfgs, Pair, Point};
use super::relaxation::{Relaxation, State, Status};
use super::{Method, Relax};
use crate::{Atoms, Cell, Element, Error, Result, Tag};
use std::io::Write as _;
use std::path::{Path, PathBuf};

const HEADER: &[u8] = b"catalyst-ml relaxation 1\n";

impl Relaxation {
    /// Writes the relaxation to a file. A file of this name is there in full, old or new, whenever the program is killed.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".partial");
        let partial = path.with_file_name(name);
        let write = || {
            let mut file = std::fs::File::create(&partial)?;
            file.write_all(&self.encode())?;
            file.sync_all()?;
            std::fs::rename(&partial, path)
        };
        write().map_err(|source| Error::Checkpoint { path: path.into(), source })
    }

    /// Reads a relaxation that was written by [`Relaxation::write`].
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] if the file cannot be read, [`Error::CheckpointContent`] if it holds no whole relaxation.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|source| Error::Checkpoint { path: path.into(), source })?;
        Self::decode(&bytes)
            .map_err(|problem| Error::CheckpointContent { path: PathBuf::from(path), problem })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Out(HEADER.to_vec());
        out.settings(&self.settings);
        out.atoms(&self.atoms);
        out.count(self.steps);
        out.count(match self.status {
            Status::Running => 0,
            Status::Converged => 1,
            Status::StepsExhausted => 2,
        });
        out.float(self.energy_ev);
        out.float(self.max_force);
        match &self.state {
            State::Lbfgs(_, History { pairs, previous, refused }) => {
                out.count(pairs.len());
                for Pair { s, y, rho } in pairs {
                    out.vectors(s);
                    out.vectors(y);
                    out.float(*rho);
                }
                out.count(previous.is_some().into());
                if let Some(Point { positions, forces }) = previous {
                    out.vectors(positions);
                    out.vectors(forces);
                }
                out.count(*refused as usize);
            }
            State::Fire(_, Motion { velocities, time_step, mixing, downhill }) => {
                out.count(velocities.is_some().into());
                if let Some(velocities) = velocities {
                    out.vectors(velocities);
                }
                out.float(*time_step);
                out.float(*mixing);
                out.count(*downhill as usize);
            }
        }
        let hash = fnv1a(&out.0);
        out.0.extend(hash.to_le_bytes());
        out.0
    }

    fn decode(bytes: &[u8]) -> std::result::Result<Self, &'static str> {
        let (bytes, hash) = bytes.split_last_chunk().ok_or("it is too short")?;
        let bytes_after = bytes.strip_prefix(HEADER).ok_or("it begins otherwise")?;
        if fnv1a(bytes) != u64::from_le_bytes(*hash) {
            return Err("its hash does not fit, it was cut or changed");
        }
        let mut content = In(bytes_after);
        let settings = content.settings()?;
        let atoms = content.atoms()?;
        let mut new = Self::new(settings, atoms).map_err(|_| "its settings are out of range")?;
        new.steps = content.count()?;
        new.status = match content.count()? {
            0 => Status::Running,
            1 => Status::Converged,
            2 => Status::StepsExhausted,
            _ => return Err("its status is unknown"),
        };
        (new.energy_ev, new.max_force) = (content.float()?, content.float()?);
        let atoms = new.atoms.len();
        match &mut new.state {
            State::Lbfgs(_, history) => {
                for _ in 0..content.count()? {
                    let (s, y) = (content.vectors(atoms)?, content.vectors(atoms)?);
                    history.pairs.push_back(Pair { s, y, rho: content.float()? });
                }
                if content.count()? == 1 {
                    let (positions, forces) = (content.vectors(atoms)?, content.vectors(atoms)?);
                    history.previous = Some(Point { positions, forces });
                }
                history.refused = content.small()?;
            }
            State::Fire(_, motion) => {
                if content.count()? == 1 {
                    motion.velocities = Some(content.vectors(atoms)?);
                }
                (motion.time_step, motion.mixing) = (content.float()?, content.float()?);
                motion.downhill = content.small()?;
            }
        }
        if content.0.is_empty() { Ok(new) } else { Err("something follows the relaxation") }
    }
}

/// What was written so far.
struct Out(Vec<u8>);

impl Out {
    fn count(&mut self, count: usize) {
        self.0.extend((count as u64).to_le_bytes());
    }

    fn float(&mut self, value: f64) {
        self.0.extend(value.to_bits().to_le_bytes());
    }

    fn floats<const N: usize>(&mut self, values: [f64; N]) {
        for value in values {
            self.float(value);
        }
    }

    fn vectors(&mut self, vectors: &[[f64; 3]]) {
        for &value in vectors.as_flattened() {
            self.float(value);
        }
    }

    fn settings(&mut self, Relax { method, force_tolerance_ev_angstrom, most_steps }: &Relax) {
        self.float(*force_tolerance_ev_angstrom);
        self.count(*most_steps);
        match *method {
            Method::Lbfgs(Lbfgs { max_step_angstrom, memory, damping, curvature_ev_angstrom2 }) => {
                self.count(0);
                self.count(memory);
                self.floats([max_step_angstrom, damping, curvature_ev_angstrom2]);
            }
            Method::Fire(fire) => {
                self.count(1);
                self.count(fire.patience as usize);
                self.floats([fire.time_step, fire.max_time_step, fire.growth, fire.shrink]);
                self.floats([fire.mixing, fire.mixing_decay, fire.max_step_angstrom]);
            }
        }
    }

    fn atoms(&mut self, atoms: &Atoms) {
        self.count(atoms.len());
        for ((element, tag), &fixed) in atoms.elements().iter().zip(atoms.tags()).zip(atoms.fixed()) {
            let tag = match tag {
                Tag::SubSurface => 0,
                Tag::Surface => 1,
                Tag::Adsorbate => 2,
            };
            self.0.extend([element.number(), tag, fixed.into()]);
        }
        self.vectors(atoms.positions());
        self.count(atoms.cell().is_some().into());
        if let Some(cell) = atoms.cell() {
            self.vectors(&cell.vectors());
            self.0.extend(atoms.periodic().map(u8::from));
        }
    }
}

/// What is left to read.
struct In<'a>(&'a [u8]);

const SHORT: &str = "it ends too early";

impl In<'_> {
    fn bytes<const N: usize>(&mut self) -> std::result::Result<[u8; N], &'static str> {
        let (bytes, left) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = left;
        Ok(*bytes)
    }

    fn count(&mut self) -> std::result::Result<usize, &'static str> {
        usize::try_from(u64::from_le_bytes(self.bytes()?)).map_err(|_| "a count is too large")
    }

    fn small(&mut self) -> std::result::Result<u32, &'static str> {
        u32::try_from(self.count()?).map_err(|_| "a count is too large")
    }

    fn float(&mut self) -> std::result::Result<f64, &'static str> {
        Ok(f64::from_bits(u64::from_le_bytes(self.bytes()?)))
    }

    fn floats<const N: usize>(&mut self) -> std::result::Result<[f64; N], &'static str> {
        let mut values = [0.0; N];
        for value in &mut values {
            *value = self.float()?;
        }
        Ok(values)
    }

    fn vectors(&mut self, count: usize) -> std::result::Result<Vec<[f64; 3]>, &'static str> {
        if self.0.len() / 24 < count {
            return Err(SHORT);
        }
        (0..count).map(|_| self.floats()).collect()
    }

    fn settings(&mut self) -> std::result::Result<Relax, &'static str> {
        let force_tolerance_ev_angstrom = self.float()?;
        let most_steps = self.count()?;
        let method = match self.count()? {
            0 => {
                let memory = self.count()?;
                let [max_step_angstrom, damping, curvature_ev_angstrom2] = self.floats()?;
                Method::Lbfgs(Lbfgs { max_step_angstrom, memory, damping, curvature_ev_angstrom2 })
            }
            1 => {
                let patience = self.small()?;
                let [time_step, max_time_step, growth, shrink] = self.floats()?;
                let [mixing, mixing_decay, max_step_angstrom] = self.floats()?;
                Method::Fire(Fire {
                    time_step,
                    max_time_step,
                    patience,
                    growth,
                    shrink,
                    mixing,
                    mixing_decay,
                    max_step_angstrom,
                })
            }
            _ => return Err("its method is unknown"),
        };
        Ok(Relax { method, force_tolerance_ev_angstrom, most_steps })
    }

    fn atoms(&mut self) -> std::result::Result<Atoms, &'static str> {
        const WRONG: &str = "its structure is none";
        let count = self.count()?;
        if self.0.len() / 27 < count {
            return Err(SHORT);
        }
        let (mut elements, mut tags, mut fixed) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let [number, tag, is_fixed] = self.bytes()?;
            elements.push(Element::new(number.into()).map_err(|_| WRONG)?);
            tags.push(match tag {
                0 => Tag::SubSurface,
                1 => Tag::Surface,
                2 => Tag::Adsorbate,
                _ => return Err(WRONG),
            });
            fixed.push(is_fixed == 1);
        }
        let positions = self.vectors(count)?;
        let mut atoms = Atoms::new(elements, positions).map_err(|_| WRONG)?;
        if self.count()? == 1 {
            let vectors = [self.floats()?, self.floats()?, self.floats()?];
            let periodic = self.bytes::<3>()?.map(|byte| byte == 1);
            atoms = atoms.in_cell(Cell::new(vectors).map_err(|_| WRONG)?, periodic);
        }
        atoms.with_tags(tags).and_then(|atoms| atoms.with_fixed(fixed)).map_err(|_| WRONG)
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
