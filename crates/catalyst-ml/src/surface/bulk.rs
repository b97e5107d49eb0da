//! A crystal in its standard setting.

use super::miller::{Miller, gcd};
use crate::{Atoms, Cell, Element, Error, Result};
use moyo::MoyoDataset;
use nalgebra::Matrix3;
use std::collections::BTreeSet;

/// A crystal with its symmetry: its standardised conventional cell, which Miller indices refer to, and its primitive
/// cell, which slabs are built of.
///
/// Cells are standardised by the crate `moyo`, as the International Tables set them (monoclinic axis b, hexagonal axes for
/// rhombohedral lattices); small deviations from the symmetry are averaged out.
///
/// ```
/// use catalyst_ml::surface::Bulk;
/// use catalyst_ml::{Atoms, Cell};
///
/// let h = 3.92 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let platinum = Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// let bulk = Bulk::new(&platinum, 0.1)?;
/// assert_eq!(bulk.space_group(), 225);
/// assert_eq!(bulk.conventional().len(), 4);
/// let indices: Vec<String> = bulk.distinct_millers(2).iter().map(ToString::to_string).collect();
/// assert_eq!(indices, ["(100)", "(110)", "(111)", "(210)", "(211)", "(221)"]);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Bulk {
    conventional: Atoms,
    pub(super) primitive: Primitive,
    /// Rotations of the Laue class in the basis of the conventional cell.
    rotations: Vec<[[i32; 3]; 3]>,
    space_group: i32,
}

/// A primitive cell in the orientation of the conventional one.
#[derive(Debug, Clone)]
pub(super) struct Primitive {
    pub(super) cell: Cell,
    pub(super) elements: Vec<Element>,
    pub(super) fractional: Vec<[f64; 3]>,
    /// The lattice vectors in units of the conventional ones, times `per_conventional`: whole numbers.
    vectors: [[i32; 3]; 3],
}

impl Bulk {
    /// The crystal of these atoms; positions and lattice may deviate from its symmetry by a tolerance, Å (OC20: 0.1).
    ///
    /// # Errors
    ///
    /// [`Error::NotPeriodic`] unless the atoms have a cell and repeat along its three vectors, [`Error::Count`] for no or
    /// more than 1000 atoms, [`Error::Quantity`] for a tolerance that is not in (0, 1], [`Error::Overlap`] for atoms nearer
    /// to each other than twice the tolerance, [`Error::Symmetry`] if no space group fits.
    pub fn new(atoms: &Atoms, tolerance_angstrom: f64) -> Result<Self> {
        let cell = match atoms.cell() {
            Some(cell) if atoms.periodic() == [true; 3] => cell,
            _ => return Err(Error::NotPeriodic { periodic: atoms.periodic() }),
        };
        if !(1..=1000).contains(&atoms.len()) {
            return Err(Error::Count { name: "atoms of a bulk cell", rule: "1 to 1000", count: atoms.len() });
        }
        if !(tolerance_angstrom > 0.0 && tolerance_angstrom <= 1.0) {
            let name = "symmetry tolerance in Å";
            return Err(Error::Quantity { name, rule: "above 0 and at most 1", value: tolerance_angstrom });
        }
        let fractional: Vec<[f64; 3]> =
            atoms.positions().iter().map(|place| cell.fractional(*place)).collect();
        no_overlap(cell, &fractional, 2.0 * tolerance_angstrom)?;

        let symmetry = |error| Error::Symmetry { reason: error };
        let given = moyo::base::Cell::new(
            moyo::base::Lattice::from_basis(cell.vectors()),
            fractional.iter().map(|place| (*place).into()).collect(),
            atoms.elements().iter().map(|element| i32::from(element.number())).collect(),
        );
        let standard = MoyoDataset::with_default(&given, tolerance_angstrom).map_err(symmetry)?;
        let (conventional, _) = structure(&standard.std_cell)?;
        let (whole, fractional) = structure(&standard.prim_std_cell)?;
        no_short_vector(&whole, 2.0 * tolerance_angstrom)?;
        let primitive = Primitive::new(&whole, fractional, &conventional);
        let operations =
            MoyoDataset::with_default(&standard.std_cell, tolerance_angstrom).map_err(symmetry)?;
        let rotations: BTreeSet<[[i32; 3]; 3]> =
            operations.operations.iter().map(|operation| rows(&operation.rotation)).collect();
        Ok(Self {
            conventional,
            primitive,
            rotations: rotations.into_iter().collect(),
            space_group: standard.number,
        })
    }

    /// The conventional cell.
    #[must_use]
    pub fn conventional(&self) -> &Atoms {
        &self.conventional
    }

    /// The primitive cell.
    ///
    /// # Panics
    ///
    /// Never: the cell was read from finite numbers.
    #[must_use]
    pub fn primitive(&self) -> Atoms {
        let Primitive { cell, elements, fractional, .. } = &self.primitive;
        let positions = fractional.iter().map(|place| cell.cartesian(*place)).collect();
        let atoms = Atoms::new(elements.clone(), positions).expect("one finite position for each atom");
        atoms.in_cell(*cell, [true; 3])
    }

    /// Number of the space group, 1 to 230.
    #[must_use]
    pub fn space_group(&self) -> i32 {
        self.space_group
    }

    /// One family of planes of each kind that the Laue class tells apart, with indices from -`max` to `max`, simplest
    /// first. A family and its negative count as one: their slabs are each other's flipped ones.
    ///
    /// Indices beyond 100 are not listed.
    #[must_use]
    pub fn distinct_millers(&self, max: u32) -> Vec<Miller> {
        let max = i32::try_from(max.min(100)).unwrap_or(100);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut all: Vec<[i32; 3]> = (-max..=max)
            .flat_map(|h| (-max..=max).flat_map(move |k| (-max..=max).map(move |l| [h, k, l])))
            .filter(|[h, k, l]| gcd(gcd(*h, *k), *l) == 1)
            .collect();
        all.sort_unstable_by_key(|indices| {
            let size = indices.map(i32::abs);
            let negative = indices.iter().filter(|index| **index < 0).count();
            (size.iter().max().copied(), size.iter().sum::<i32>(), negative, indices.map(|index| -index))
        });
        for indices in all {
            if seen.contains(&indices) {
                continue;
            }
            for rotation in &self.rotations {
                let image = times(indices, rotation);
                seen.insert(image);
                seen.insert(image.map(|index| -index));
            }
            found.extend(Miller::new(indices[0], indices[1], indices[2]).ok());
        }
        found
    }
}

impl Primitive {
    /// The primitive cell, or the conventional one if the two do not lie as they should.
    fn new(primitive: &Atoms, fractional: Vec<[f64; 3]>, conventional: &Atoms) -> Self {
        let (Some(small), Some(large)) = (primitive.cell(), conventional.cell()) else {
            unreachable!("both were given a cell")
        };
        let many = (large.volume_angstrom3() / small.volume_angstrom3()).round();
        let scaled = small.vectors().map(|vector| large.fractional(vector).map(|x| x * many));
        let whole = scaled.as_flattened().iter().all(|x| (x - x.round()).abs() < 1e-3);
        if whole {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "centred cells hold at most four primitive ones"
            )]
            let vectors = scaled.map(|vector| vector.map(|x| x.round() as i32));
            return Self { cell: *small, elements: primitive.elements().to_vec(), fractional, vectors };
        }
        Self {
            cell: *large,
            elements: conventional.elements().to_vec(),
            fractional: conventional.positions().iter().map(|place| large.fractional(*place)).collect(),
            vectors: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        }
    }

    /// The indices of a family of planes in the basis of this cell.
    pub(super) fn indices(&self, miller: Miller) -> Result<Miller> {
        let [h, k, l] = self.vectors.map(|vector| {
            let [a, b, c] = vector;
            let [h, k, l] = miller.indices();
            a * h + b * k + c * l
        });
        let divisor = gcd(gcd(h, k), l).max(1);
        Miller::new(h / divisor, k / divisor, l / divisor)
    }
}

/// Row vector times matrix.
fn times(row: [i32; 3], matrix: &[[i32; 3]; 3]) -> [i32; 3] {
    std::array::from_fn(|k| (0..3).map(|j| row[j] * matrix[j][k]).sum())
}

fn rows(matrix: &Matrix3<i32>) -> [[i32; 3]; 3] {
    std::array::from_fn(|i| std::array::from_fn(|j| matrix[(i, j)]))
}

/// The structure of a standardised cell, and its fractional positions in [0, 1).
fn structure(cell: &moyo::base::Cell) -> Result<(Atoms, Vec<[f64; 3]>)> {
    let basis = &cell.lattice.basis;
    let lattice = Cell::new(std::array::from_fn(|i| std::array::from_fn(|j| basis[(j, i)])))?;
    let elements: Result<Vec<Element>> =
        cell.numbers.iter().map(|number| Element::new(number.unsigned_abs())).collect();
    let wrapped = |x: f64| {
        let inside = x - x.floor();
        if inside > 1.0 - 1e-9 { 0.0 } else { inside }
    };
    let fractional: Vec<[f64; 3]> =
        cell.positions.iter().map(|place| [0, 1, 2].map(|k| wrapped(place[k]))).collect();
    let positions = fractional.iter().map(|place| lattice.cartesian(*place)).collect();
    Ok((Atoms::new(elements?, positions)?.in_cell(lattice, [true; 3]), fractional))
}

/// Refuses a lattice that repeats an atom on itself.
fn no_short_vector(primitive: &Atoms, least_angstrom: f64) -> Result<()> {
    let Some(cell) = primitive.cell() else { return Err(Error::NoCell { what: "a bulk" }) };
    let steps = || [-1.0_f64, 0.0, 1.0];
    let all = steps()
        .into_iter()
        .flat_map(|i| steps().map(|j| (i, j)))
        .flat_map(|(i, j)| steps().map(|l| [i, j, l]));
    for step in all.filter(|step| step.iter().any(|x| x.abs() > 0.5)) {
        let [x, y, z] = cell.cartesian(step);
        let distance_angstrom = (x * x + y * y + z * z).sqrt();
        if distance_angstrom < least_angstrom {
            return Err(Error::Overlap { atoms: [0, 0], distance_angstrom, least_angstrom });
        }
    }
    Ok(())
}

fn no_overlap(cell: &Cell, fractional: &[[f64; 3]], least_angstrom: f64) -> Result<()> {
    for (a, first) in fractional.iter().enumerate() {
        for (b, second) in fractional.iter().enumerate().skip(a + 1) {
            // Near neighbours have a fractional difference near whole numbers, whatever the cell.
            let difference = std::array::from_fn(|k| {
                let apart = second[k] - first[k];
                apart - apart.round()
            });
            let [x, y, z] = cell.cartesian(difference);
            let distance_angstrom = (x * x + y * y + z * z).sqrt();
            if distance_angstrom < least_angstrom {
                return Err(Error::Overlap { atoms: [a, b], distance_angstrom, least_angstrom });
            }
        }
    }
    Ok(())
}
