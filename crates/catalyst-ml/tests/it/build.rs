//! Crystals and slabs for tests.

use catalyst_ml::{Atoms, Cell, Element};

/// The primitive cell of an fcc crystal.
pub(crate) fn fcc(symbol: &str, a: f64) -> Atoms {
    let h = a / 2.0;
    let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]]).unwrap();
    Atoms::new(vec![element(symbol)], vec![[0.0; 3]]).unwrap().in_cell(cell, [true; 3])
}

/// `n` x `n` x `n` cubic cells of an fcc crystal.
pub(crate) fn cubic(symbol: &str, a: f64, n: u32) -> Atoms {
    let mut positions = Vec::new();
    for k in 0..n * n * n {
        let corner = [k / (n * n), k / n % n, k % n].map(f64::from);
        for basis in [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
            positions.push(std::array::from_fn(|axis| a * (corner[axis] + basis[axis])));
        }
    }
    let side = a * f64::from(n);
    let cell = Cell::new([[side, 0.0, 0.0], [0.0, side, 0.0], [0.0, 0.0, side]]).unwrap();
    Atoms::new(vec![element(symbol); positions.len()], positions).unwrap().in_cell(cell, [true; 3])
}

pub(crate) fn element(symbol: &str) -> Element {
    symbol.parse().unwrap()
}

/// A slab of an fcc crystal with 10 Å of vacuum on each side, repeated in all directions. Layers are numbered from the top;
/// `offset` is where a layer's first atom lies, in parts of the surface cell of one atom, whose two sides are `sides`.
fn slab(
    symbol: &str,
    repeats: [u32; 2],
    layers: u32,
    sides: [[f64; 2]; 2],
    spacing: f64,
    offset: fn(u32) -> [f64; 2],
) -> Atoms {
    let mut positions = Vec::new();
    for layer in (0..layers).rev() {
        for j in 0..repeats[1] {
            for i in 0..repeats[0] {
                let [u, v] = offset(layer);
                let (u, v) = (u + f64::from(i), v + f64::from(j));
                let [x, y] = [0, 1].map(|k| u * sides[0][k] + v * sides[1][k]);
                positions.push([x, y, 10.0 + spacing * f64::from(layers - 1 - layer)]);
            }
        }
    }
    let [a, b] = [0, 1].map(|k| sides[k].map(|side| side * f64::from(repeats[k])));
    let height = spacing * f64::from(layers - 1) + 20.0;
    let cell = Cell::new([[a[0], a[1], 0.0], [b[0], b[1], 0.0], [0.0, 0.0, height]]).unwrap();
    Atoms::new(vec![element(symbol); positions.len()], positions).unwrap().in_cell(cell, [true; 3])
}

pub(crate) fn fcc111(symbol: &str, a: f64, n: u32, layers: u32) -> Atoms {
    let s = a / 2.0_f64.sqrt();
    let sides = [[s, 0.0], [0.5 * s, 0.75_f64.sqrt() * s]];
    slab(symbol, [n, n], layers, sides, a / 3.0_f64.sqrt(), |layer| [-f64::from(layer % 3) / 3.0; 2])
}

pub(crate) fn fcc100(symbol: &str, a: f64, n: u32, layers: u32) -> Atoms {
    let s = a / 2.0_f64.sqrt();
    slab(symbol, [n, n], layers, [[s, 0.0], [0.0, s]], a / 2.0, |layer| [f64::from(layer % 2) / 2.0; 2])
}

pub(crate) fn fcc110(symbol: &str, a: f64, n: u32, layers: u32) -> Atoms {
    let s = a / 2.0_f64.sqrt();
    slab(symbol, [n, n], layers, [[a, 0.0], [0.0, s]], s / 2.0, |layer| [f64::from(layer % 2) / 2.0; 2])
}

/// `layers` counts planes of atoms.
pub(crate) fn fcc211(symbol: &str, a: f64, layers: u32) -> Atoms {
    let sides = [[3.0_f64.sqrt() * a, 0.0], [0.0, a / 2.0_f64.sqrt()]];
    slab(symbol, [1, 1], layers, sides, a / 24.0_f64.sqrt(), |layer| {
        [f64::from((2 * layer + 2) % 3) / 3.0, f64::from((layer + 1) % 2) / 2.0]
    })
}

/// Pt(111), 3 x 3 x 4 atoms, a = 3.92 Å, its two lowest layers fixed, with an adsorbate at so much height above the highest
/// layer, at a place in parts of the surface cell of one atom.
pub(crate) fn adsorbed(adsorbate: Option<(&str, [f64; 2], f64)>) -> Atoms {
    let slab = fcc111("Pt", 3.92, 3, 4);
    let (mut elements, mut positions) = (slab.elements().to_vec(), slab.positions().to_vec());
    let mut fixed: Vec<bool> = (0..36).map(|atom| atom < 18).collect();
    if let Some((symbol, [u, v], height)) = adsorbate {
        let s = 3.92 / 2.0_f64.sqrt();
        elements.push(element(symbol));
        positions.push([s * (u + 0.5 * v), s * 0.75_f64.sqrt() * v, positions[35][2] + height]);
        fixed.push(false);
    }
    let atoms = Atoms::new(elements, positions).unwrap().in_cell(*slab.cell().unwrap(), [true; 3]);
    atoms.with_fixed(fixed).unwrap()
}
