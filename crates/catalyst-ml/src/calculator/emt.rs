//! Effective medium theory.

use super::exponential::exp;
use super::stress::stress;
use super::{Calculator, Evaluation, Wanted};
use crate::neighbors::{NeighborList, SkinList};
use crate::{Atoms, Element, Error, Result};
use common::width::{self, Loop, Width};

mod parameters;

use parameters::{CUTOFF, CUTOFF_SLOPE, LIST_CUTOFF, Parameters};

/// By how much lists reach farther, Å, so that they last for some steps.
const SKIN: f64 = 0.6;
/// Neighbours that are treated together.
const LANES: usize = 8;

/// Effective medium theory of Jacobsen, Stoltze and Nørskov (Surface Science 366, 394, 1996) for Al, Cu, Ag, Au, Ni, Pd, Pt
/// and their alloys, in the parametrisation of ASE 3.29; its H, C, N and O are for demonstrations only, their energies are
/// no chemistry.
///
/// ```text
/// σ_i = Σ_j χ_ij exp(-η_j (r_ij - β s_j)) w(r_ij),   χ_ij = n_j/n_i,   w(r) = 1/(1 + exp(a (r - rc)))
/// d_i = -ln(σ_i/(12 γ1_i))/(β η_i)
/// E = Σ_i E0_i [(1 + λ_i d_i) exp(-λ_i d_i) - 1] + 6 V_i exp(-κ_i d_i)
///       - V_i/(2 γ2_i) Σ_j χ_ij exp(-κ_j (r_ij/β - s_j)) w(r_ij)
/// ```
///
/// Pairs count up to 5.8768 Å, where they are near 1e-9 eV: the energy jumps by so much. Energies are relative to the
/// crystals at rest.
///
/// ```
/// use catalyst_ml::{Atoms, Cell, calculator::{Calculator, Emt, Wanted}};
///
/// let h = 3.92 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let platinum = Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// let energy_ev = Emt::new().evaluate(&platinum, Wanted::ENERGY)?.energy_ev;
/// assert!((energy_ev + 0.0001246084).abs() < 1e-9);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Emt {
    list: SkinList,
    scratch: Scratch,
}

impl Default for Emt {
    fn default() -> Self {
        Self::new()
    }
}

impl Emt {
    /// Which elements it has parameters for.
    pub const ELEMENTS: [&str; 11] = parameters::SYMBOLS;

    /// The potential with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self { list: SkinList::unchecked(LIST_CUTOFF, SKIN), scratch: Scratch::default() }
    }

    /// Evaluates the pairs of a list that need not be the present neighbours: differences between structures then hold no
    /// jumps.
    ///
    /// # Errors
    ///
    /// As [`Calculator::evaluate`], and [`Error::PerAtom`] if the list has not these atoms.
    pub fn evaluate_list(
        &mut self,
        atoms: &Atoms,
        list: &NeighborList,
        wanted: Wanted,
    ) -> Result<Evaluation> {
        evaluate(&mut self.scratch, Width::best(), atoms, list, wanted)
    }
}

impl Calculator for Emt {
    fn evaluate(&mut self, atoms: &Atoms, wanted: Wanted) -> Result<Evaluation> {
        let list = self.list.update(atoms)?;
        evaluate(&mut self.scratch, Width::best(), atoms, list, wanted)
    }
}

/// Buffers.
#[derive(Debug, Clone, Default)]
struct Scratch {
    kinds: Vec<u8>,
    elements: Vec<Element>,
    table: Vec<Parameters>,
    lanes: Vec<Lanes>,
}

/// Terms of some neighbours and their derivatives: of the density, and of the pair sum.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    vector: [[f64; LANES]; 3],
    distance: [f64; LANES],
    density_slope: [f64; LANES],
    pair_slope: [f64; LANES],
}

fn evaluate(
    scratch: &mut Scratch,
    width: Width,
    atoms: &Atoms,
    list: &NeighborList,
    wanted: Wanted,
) -> Result<Evaluation> {
    list.check(atoms)?;
    scratch.find_kinds(atoms)?;
    let mut forces = vec![[0.0; 3]; if wanted.forces { atoms.len() } else { 0 }];
    let (mut energy_ev, mut virial) = (0.0, [0.0; 6]);
    let (energy, virial_out, forces_out) = (&mut energy_ev, &mut virial, &mut forces[..]);
    width::run(width, Sum { scratch, list, wanted, energy, virial: virial_out, forces: forces_out });
    let stress_ev_angstrom3 = wanted.stress.then(|| stress(atoms, virial)).transpose()?;
    Ok(Evaluation { energy_ev, forces_ev_angstrom: forces, stress_ev_angstrom3 })
}

impl Scratch {
    /// Parameters of the elements that occur, and which of them each atom has.
    #[allow(clippy::cast_possible_truncation, reason = "eleven elements")]
    fn find_kinds(&mut self, atoms: &Atoms) -> Result<()> {
        let Self { kinds, elements, table, .. } = self;
        kinds.clear();
        elements.clear();
        table.clear();
        for &element in atoms.elements() {
            let known = elements.iter().position(|&known| known == element);
            if known.is_none() {
                let parameters = Parameters::of(element);
                table.push(parameters.ok_or(Error::UnsupportedElement { calculator: "EMT", element })?);
                elements.push(element);
            }
            kinds.push(known.unwrap_or(elements.len() - 1) as u8);
        }
        Ok(())
    }
}

/// The sum over atoms.
struct Sum<'a> {
    scratch: &'a mut Scratch,
    list: &'a NeighborList,
    wanted: Wanted,
    energy: &'a mut f64,
    virial: &'a mut [f64; 6],
    forces: &'a mut [[f64; 3]],
}

impl Loop for Sum<'_> {
    #[inline(always)]
    fn run(self, _: Width) {
        let Self { scratch: Scratch { kinds, table, lanes, .. }, list, wanted, energy, virial, forces } =
            self;
        let slopes = wanted.forces || wanted.stress;
        let mut strained = [[0.0; LANES]; 6];
        for (atom, &kind) in kinds.iter().enumerate() {
            let own = &table[usize::from(kind)];
            let (density, pairs) = neighbors(kinds, table, lanes, list, atom);
            let Local { energy: local, density_slope, pair_slope } = own.local(density, pairs);
            *energy += local;
            if !slopes {
                continue;
            }
            let mut pull = [[0.0; LANES]; 3];
            for (block, start) in lanes.iter().zip(list.of(atom).step_by(LANES)) {
                let mut force = [[0.0; LANES]; 3];
                for lane in 0..LANES {
                    let slope =
                        density_slope * block.density_slope[lane] + pair_slope * block.pair_slope[lane];
                    let per_distance = slope / block.distance[lane];
                    for axis in 0..3 {
                        force[axis][lane] = per_distance * block.vector[axis][lane];
                        pull[axis][lane] += force[axis][lane];
                    }
                }
                if wanted.forces {
                    let end = list.of(atom).end.min(start + LANES);
                    for (lane, &neighbor) in list.neighbors()[start..end].iter().enumerate() {
                        let other = &mut forces[neighbor as usize];
                        for axis in 0..3 {
                            other[axis] -= force[axis][lane];
                        }
                    }
                }
                if wanted.stress {
                    for (sum, [a, b]) in
                        strained.iter_mut().zip([[0, 0], [1, 1], [2, 2], [1, 2], [0, 2], [0, 1]])
                    {
                        for lane in 0..LANES {
                            sum[lane] += block.vector[a][lane] * force[b][lane];
                        }
                    }
                }
            }
            if wanted.forces {
                for axis in 0..3 {
                    forces[atom][axis] += total(pull[axis]);
                }
            }
        }
        *virial = strained.map(total);
    }
}

/// Fills the lanes of an atom and returns the sums of its density and of its pairs, both times its own density parameter.
#[inline(always)]
fn neighbors(
    kinds: &[u8],
    table: &[Parameters],
    lanes: &mut Vec<Lanes>,
    list: &NeighborList,
    atom: usize,
) -> (f64, f64) {
    let (mut density, mut pairs) = ([0.0; LANES], [0.0; LANES]);
    let [x, y, z] = list.components();
    lanes.clear();
    let range = list.of(atom);
    for start in range.clone().step_by(LANES) {
        let end = range.end.min(start + LANES);
        // lanes without a neighbour: weight 0
        let mut block = Lanes {
            vector: [[0.0; LANES]; 3],
            distance: [1.0; LANES],
            density_slope: [0.0; LANES],
            pair_slope: [0.0; LANES],
        };
        let (mut weight, mut eta, mut kappa) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (mut density_at_0, mut pair_at_0) = ([0.0; LANES], [0.0; LANES]);
        let count = end - start;
        block.distance[..count].copy_from_slice(&list.distances()[start..end]);
        for (to, from) in block.vector.iter_mut().zip([x, y, z]) {
            to[..count].copy_from_slice(&from[start..end]);
        }
        for (lane, &neighbor) in list.neighbors()[start..end].iter().enumerate() {
            let other = &table[usize::from(kinds[neighbor as usize])];
            weight[lane] = other.density;
            (eta[lane], density_at_0[lane]) = (other.eta, other.density_at_0);
            (kappa[lane], pair_at_0[lane]) = (other.kappa_per_beta, other.pair_at_0);
        }
        for lane in 0..LANES {
            let r = block.distance[lane];
            let cut = 1.0 / (1.0 + exp(CUTOFF_SLOPE * (r - CUTOFF)));
            let cut_slope = CUTOFF_SLOPE * (cut - 1.0);
            let own = weight[lane] * exp(density_at_0[lane] - eta[lane] * r) * cut;
            let pair = weight[lane] * exp(pair_at_0[lane] - kappa[lane] * r) * cut;
            density[lane] += own;
            pairs[lane] += pair;
            block.density_slope[lane] = own * (cut_slope - eta[lane]);
            block.pair_slope[lane] = pair * (cut_slope - kappa[lane]);
        }
        lanes.push(block);
    }
    (total(density), total(pairs))
}

/// A sum in a fixed order.
#[inline(always)]
fn total(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// Energy of an atom, and its derivatives with respect to the sums over its neighbours.
struct Local {
    energy: f64,
    density_slope: f64,
    pair_slope: f64,
}

impl Parameters {
    #[inline(always)]
    fn local(&self, density: f64, pairs: f64) -> Local {
        let pair_slope = -self.v0 / (2.0 * self.gamma2 * self.density);
        if density <= 0.0 {
            // alone
            return Local { energy: pair_slope * pairs - self.e0, density_slope: 0.0, pair_slope };
        }
        let sigma = density / self.density;
        let per_sigma = -1.0 / (parameters::BETA * self.eta);
        let ds = per_sigma * (sigma / (12.0 * self.gamma1)).ln();
        let cohesive = self.e0 * (-self.lambda * ds).exp();
        let pair_reference = 6.0 * self.v0 * (-self.kappa * ds).exp();
        let energy = cohesive * (1.0 + self.lambda * ds) + pair_reference + pair_slope * pairs - self.e0;
        let slope = -cohesive * self.lambda * self.lambda * ds - self.kappa * pair_reference;
        Local { energy, density_slope: slope * per_sigma / density, pair_slope }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cell;

    /// All widths give the same bits.
    #[test]
    fn widths_agree() {
        let symbols = ["Pt", "Cu", "O", "Al", "Pt"];
        let elements = (0..23).map(|k| symbols[k % 5].parse().unwrap()).collect();
        let spot =
            |k: u32| [2.0, 3.0, 5.0].map(|prime: f64| (f64::from(k) * 5.1 * prime.sqrt()).rem_euclid(9.0));
        let cell = Cell::new([[9.0, 0.0, 0.0], [1.0, 9.0, 0.0], [0.0, 2.0, 9.0]]).unwrap();
        let atoms = Atoms::new(elements, (0..23).map(spot).collect()).unwrap().in_cell(cell, [true; 3]);
        let list = NeighborList::build(&atoms, LIST_CUTOFF).unwrap();
        let results = Width::all()
            .map(|width| evaluate(&mut Scratch::default(), width, &atoms, &list, Wanted::ALL).unwrap());
        let results: Vec<Evaluation> = results.collect();
        assert!(results.iter().all(|result| *result == results[0]));
        assert!(results[0].energy_ev.is_finite());
    }
}
