//! The crate's error type.

use crate::io::FormatFault;
use std::path::PathBuf;

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// What was asked for and cannot be done. Each text states the rule and what was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // ---- values
    /// A quantity breaks the rule of its name.
    #[error("{name} must be {rule}, got {value}")]
    Quantity {
        /// Name of the quantity, with its unit.
        name: &'static str,
        /// What its values have to be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
    /// A count breaks the rule of its name.
    #[error("{name} must be {rule}, got {count}")]
    Count {
        /// What is counted.
        name: &'static str,
        /// What the count has to be.
        rule: &'static str,
        /// The count given.
        count: usize,
    },
    // ---- structures
    /// No element has this number here.
    #[error("atomic number must be 1 to 96, got {number}")]
    AtomicNumber {
        /// The number given.
        number: u32,
    },
    /// No element has this symbol.
    #[error("element must be a chemical symbol from H to Cm, got {symbol:?}")]
    Symbol {
        /// The symbol given, its first eight characters.
        symbol: String,
    },
    /// A coordinate is not a number.
    #[error("{what} of atom {atom} must be finite, got {value}")]
    NonFinite {
        /// Which property.
        what: &'static str,
        /// Place of the atom, from 0.
        atom: usize,
        /// The value given.
        value: f64,
    },
    /// A list has not one entry for each atom.
    #[error("{what} must have one entry for each of {atoms} atoms, got {count}")]
    PerAtom {
        /// Which property.
        what: &'static str,
        /// How many atoms there are.
        atoms: usize,
        /// How many entries were given.
        count: usize,
    },
    /// The lattice vectors span no volume.
    #[error("lattice vectors must be finite and span a volume, got {volume_angstrom3} Å³")]
    Cell {
        /// Volume of what was given, Å³.
        volume_angstrom3: f64,
    },
    // ---- reactions and electrodes
    /// A vibration of negative wavenumber.
    #[error("wavenumbers must be real for a free energy, got {wavenumber_per_cm} 1/cm for mode {mode}")]
    ImaginaryFrequency {
        /// Place of the mode, from 0.
        mode: usize,
        /// The wavenumber given, 1/cm.
        wavenumber_per_cm: f64,
    },
    /// A text is not the formula of a species.
    #[error("a species must be written as a chemical formula with {rule}, got {text:?}")]
    Formula {
        /// The text given, its first 64 characters.
        text: String,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// A text is not a reaction step.
    #[error("a step must be written \"A + 2 B -> C\" with {rule}, got {text:?}")]
    Step {
        /// The text given, its first 200 characters.
        text: String,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// A step makes or destroys something.
    #[error("step {step:?} must keep {what}: products minus reactants must be 0, got {excess}")]
    Unbalanced {
        /// The step.
        step: String,
        /// An element, "charge" or "sites".
        what: String,
        /// Products minus reactants.
        excess: f64,
    },
    /// The steps of a network do not add up to its overall reaction.
    #[error("steps of {network} must add up to {overall:?}: {species} must come out as 0, got {excess}")]
    Overall {
        /// The network.
        network: String,
        /// The overall reaction.
        overall: String,
        /// A species.
        species: String,
        /// Sum of the steps minus the overall reaction.
        excess: f64,
    },
    /// A species of a step has no energy.
    #[error("step {step:?} needs an energy of {species}, got none")]
    MissingEnergy {
        /// The step.
        step: String,
        /// The species.
        species: String,
    },
    /// A species has no entry in a table.
    #[error("{species} must be in {table}, got none")]
    UnknownSpecies {
        /// The species.
        species: String,
        /// The table.
        table: &'static str,
    },
    /// An energy is given for a species whose energy the reference fixes.
    #[error("the energy of {species} must be left to the reference {reference}, got {energy_ev} eV")]
    FixedByReference {
        /// The species.
        species: String,
        /// The reference.
        reference: &'static str,
        /// The energy given, eV.
        energy_ev: f64,
    },
    /// No step of a network transfers one electron.
    #[error("a limiting potential needs a step with one electron, got none in {network}")]
    NoElectrochemicalStep {
        /// The network.
        network: String,
    },
    /// A network has reductions and oxidations.
    #[error(
        "electrochemical steps must all be reductions or all be oxidations, got both at {step:?} of {network}"
    )]
    MixedDirections {
        /// The network.
        network: String,
        /// The first step of the other direction.
        step: String,
    },
    /// A step of a volcano depends on descriptors that it does not have.
    #[error("{what} must be given for each of {expected}, got {found}")]
    Lengths {
        /// What is counted.
        what: &'static str,
        /// How many are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    // ---- neighbours
    /// A cutoff would make a list without use.
    #[error("cutoff must {rule}, got {cutoff_angstrom} Å")]
    Cutoff {
        /// The cutoff given, Å.
        cutoff_angstrom: f64,
        /// What it has to do.
        rule: &'static str,
    },
    /// An atom lies too far away from its cell.
    #[error("atoms must lie within {most} cells of their own, atom {atom} is {cells} cells away")]
    FarOutside {
        /// Place of the atom, from 0.
        atom: usize,
        /// How many cells it is away.
        cells: f64,
        /// How many it may be away.
        most: f64,
    },
    // ---- energies
    /// A calculator knows nothing of an element.
    #[error("{calculator} has no parameters for {element}")]
    UnsupportedElement {
        /// Name of the calculator.
        calculator: &'static str,
        /// The element it does not know.
        element: crate::Element,
    },
    /// Stress is energy per volume.
    #[error("stress needs a structure in a cell, got none")]
    NoVolume,
    // ---- relaxations
    /// A file of a relaxation cannot be read or written.
    #[error("{} must be readable and writable: {source}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file holds no relaxation.
    #[error("{} must hold a relaxation, but {problem}", path.display())]
    CheckpointContent {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A structure without a cell where one is needed.
    #[error("{what} must have a cell, got atoms without one")]
    NoCell {
        /// What needs it.
        what: &'static str,
    },
    /// Atoms that do not repeat along three vectors where a crystal is needed.
    #[error("a crystal must have a cell and repeat along its three vectors, got periodic {periodic:?}")]
    NotPeriodic {
        /// Along which vectors the atoms repeat.
        periodic: [bool; 3],
    },
    /// Two atoms are in one place.
    #[error("atoms must be at least {least_angstrom} Å apart, got {distance_angstrom} Å between atoms {} and {}", atoms[0], atoms[1])]
    Overlap {
        /// Places of the two atoms, from 0.
        atoms: [usize; 2],
        /// Their distance, Å.
        distance_angstrom: f64,
        /// The least distance, Å.
        least_angstrom: f64,
    },
    // ---- surfaces
    /// These are no Miller indices.
    #[error("Miller indices must not all be zero and be at most 100, got {indices:?}")]
    Miller {
        /// The indices given.
        indices: [i32; 3],
    },
    /// A structure that is no slab.
    #[error(
        "a slab must have its first two vectors in the xy plane and repeat along them, got periodic {periodic:?}"
    )]
    NotSlab {
        /// Along which vectors the atoms repeat.
        periodic: [bool; 3],
    },
    /// An element is not among those that are known there.
    #[error("{what} must have its elements only, got {element}")]
    Element {
        /// What knows some elements only.
        what: &'static str,
        /// The element given.
        element: crate::Element,
    },
    /// No space group fits the crystal.
    #[error("the crystal must have a space group within the tolerance: {reason}")]
    Symmetry {
        /// Why none was found.
        reason: moyo::Error,
    },
    // ---- adsorbates
    /// No adsorbate has this name.
    #[error("adsorbate must be a name of the table such as *OH, got {name:?}")]
    Adsorbate {
        /// The name given, its beginning.
        name: String,
    },
    /// An adsorbate would fall through.
    #[error("an adsorbate must have slab atoms below it within bonding distance, got none")]
    NoContact,
    // ---- files
    /// A file cannot be opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A reader fails.
    #[error("frame {frame}, line {line}: cannot read: {source}")]
    Read {
        /// Number of the frame, from 0.
        frame: usize,
        /// Number of the line in the file, from 1.
        line: usize,
        /// Why.
        source: std::io::Error,
    },
    /// A writer fails.
    #[error("cannot write: {source}")]
    Write {
        /// Why.
        source: std::io::Error,
    },
    /// A line of a file is not what its format asks for.
    #[error("frame {frame}, line {line}: {fault}")]
    Format {
        /// Number of the frame, from 0.
        frame: usize,
        /// Number of the line in the file, from 1.
        line: usize,
        /// What is wrong.
        fault: FormatFault,
    },
    /// An entry cannot be written into a comment line.
    #[error("keys must be words that mean nothing else and texts must be of one line, got the entry {key:?}")]
    Entry {
        /// Its key, the beginning.
        key: String,
    },
    /// The file of a screening cannot be used.
    #[error("{}: {source}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of a screening does not hold this one.
    #[error("{}, line {line}: {problem}", path.display())]
    JournalContent {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}
