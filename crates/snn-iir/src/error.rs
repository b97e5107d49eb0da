//! The crate's error type.

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// What was asked for and cannot be done. Each text states the rule and what was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A quantity breaks the rule of its name.
    #[error("{name} must be {rule}, got {value}")]
    Quantity {
        /// Name of the quantity.
        name: &'static str,
        /// What its values have to be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
    /// There are too few or too many items.
    #[error("{name} must be {rule}, got {count}")]
    Count {
        /// Name of the items.
        name: &'static str,
        /// How many there have to be.
        rule: &'static str,
        /// How many there are.
        count: usize,
    },
    /// A size of a layer is zero or too large.
    #[error("{name} of layer {layer} must be {rule}, got {value}")]
    LayerSize {
        /// Place of the layer in the specification, from 0.
        layer: usize,
        /// Name of the size.
        name: &'static str,
        /// What it has to be.
        rule: &'static str,
        /// The value given.
        value: usize,
    },
    /// A pool does not divide its map.
    #[error(
        "map under the {kernel}x{kernel} pool at layer {layer} must have sides divisible by {kernel}, got {height}x{width}"
    )]
    UnevenPool {
        /// Place of the pool in the specification, from 0.
        layer: usize,
        /// Side of the pool's window.
        kernel: usize,
        /// Height of the map.
        height: usize,
        /// Width of the map.
        width: usize,
    },
    /// A layer cannot stand where it stands.
    #[error("layer {layer} must be {rule}, got {found}")]
    LayerOrder {
        /// Place of the layer in the specification, from 0.
        layer: usize,
        /// What may stand there.
        rule: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// The text of a network cannot be read.
    #[error("network text must have {rule} at character {position}, got {token:?}")]
    NetworkText {
        /// Where the word begins, in characters from 0.
        position: usize,
        /// What has to stand there.
        rule: &'static str,
        /// The word that stands there; empty at the end.
        token: String,
    },
    /// No network has this name.
    #[error("network must be one of {known}, got {name:?}")]
    UnknownNetwork {
        /// The name given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A tensor or slice has another shape than its layer.
    #[error("shape of {what} must be {expected:?}, got {got:?}")]
    ShapeMismatch {
        /// The tensor.
        what: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// Its shape as given.
        got: Vec<usize>,
    },
    /// A number of timesteps outside its range.
    #[error("timesteps must be {rule}, got {0}", rule = "at least 1")]
    InvalidTimesteps(usize),
    /// A schedule of timesteps that does not go down.
    #[error("schedule must be strictly decreasing and at least 1, got {0:?}")]
    InvalidSchedule(Vec<usize>),
    /// The text of a schedule cannot be read.
    #[error("schedule must be numbers with commas between, got {token:?} at character {position}")]
    ScheduleText {
        /// Where the word begins, in characters from 0.
        position: usize,
        /// The word.
        token: String,
    },
    /// A firing threshold that is not positive.
    #[error("threshold of layer {layer} must be finite and positive, got {value}")]
    NonPositiveThreshold {
        /// Number of the spiking layer, from 0.
        layer: usize,
        /// The value given.
        value: f32,
    },
    /// A leak factor outside its range.
    #[error("leak of layer {layer} must be finite and at most 1, got {value}")]
    InvalidLeak {
        /// Number of the spiking layer, from 0.
        layer: usize,
        /// The value given.
        value: f32,
    },
    /// A percentile outside its range.
    #[error("percentile must lie in (0, 100], got {0}")]
    InvalidPercentile(f64),
    /// A number that is infinite or not a number.
    #[error("{what} must be finite, got {value} at place {place}")]
    NonFinite {
        /// Where it was met.
        what: String,
        /// Place in the slice, from 0.
        place: usize,
        /// The value.
        value: f64,
    },
    /// A spiking layer never fires.
    #[error("layer {layer} must fire at {timesteps} timesteps, got no spike of {neurons} neurons")]
    DeadNetwork {
        /// Number of the spiking layer, from 0.
        layer: usize,
        /// Timesteps of the run.
        timesteps: usize,
        /// Neurons of the layer.
        neurons: usize,
    },
    // --- training --------------------------------------------------------------------------------------------------
    /// A trained network must be told which images to validate with.
    #[error("selection by {selection} must have images of that name, got none")]
    MissingImages {
        /// The rule of selection.
        selection: &'static str,
    },
    /// A checkpoint holds another network.
    #[error("{}: network must be {expected:?}, got {found:?}", path.display())]
    OtherNetwork {
        /// The file.
        path: std::path::PathBuf,
        /// The network wanted.
        expected: String,
        /// The network in the file.
        found: String,
    },
    /// A checkpoint was made by another run: other settings, data or initial weights.
    #[error("{}: {field} must be that of this run, {expected}, got {found}", path.display())]
    OtherRun {
        /// The file.
        path: std::path::PathBuf,
        /// What differs.
        field: &'static str,
        /// Its value in this run.
        expected: String,
        /// Its value in the file.
        found: String,
    },
    /// A checkpoint lacks an entry, or the entry cannot be read.
    #[error("{}: entry {field} must be {rule}, got {found:?}", path.display())]
    CheckpointField {
        /// The file.
        path: std::path::PathBuf,
        /// Name of the entry.
        field: &'static str,
        /// What it has to be.
        rule: &'static str,
        /// The text found; empty if there is none.
        found: String,
    },
    /// The name of a stage cannot be that of a file.
    #[error("name of a stage must be letters, digits, - and _, got {name:?}")]
    StageName {
        /// The name.
        name: String,
    },
    /// The caller ended a run.
    #[error("stage {stage} must run to its end, it was stopped in epoch {epoch} at batch {batch}")]
    Interrupted {
        /// The stage.
        stage: String,
        /// Epoch, from 1.
        epoch: usize,
        /// Batch of the epoch, from 1.
        batch: usize,
    },
    /// Training or a checkpoint failed.
    #[cfg(feature = "train")]
    #[error(transparent)]
    Training(#[from] common::train::Error),
    /// A tensor operation failed.
    #[cfg(feature = "train")]
    #[error("{operation}: {source}")]
    Tensor {
        /// What was being computed.
        operation: &'static str,
        /// What candle says.
        source: Box<candle_core::Error>,
    },
    // --- end of training -------------------------------------------------------------------------------------------
    // --- data sets, energy, cart and pole -------------------------------------------------------------------------------------------------
    /// A data set, or a part of one, holds no images.
    #[error("data set must hold at least one image, {name} holds none")]
    EmptyDataset {
        /// The data set.
        name: String,
    },
    /// A file ends within a record, or goes on after the last one.
    #[error("{file}: byte {offset} must be followed by {expected} bytes, got {found}")]
    TruncatedRecord {
        /// The file.
        file: String,
        /// Where the record begins.
        offset: u64,
        /// Bytes that have to follow.
        expected: u64,
        /// Bytes that do.
        found: u64,
    },
    /// A number in a file, or about an image in it, breaks the format's rule.
    #[error("{file}: {field} must be {rule}, got {value}")]
    FileField {
        /// The file.
        file: String,
        /// Name of the number.
        field: &'static str,
        /// What it has to be.
        rule: String,
        /// What it is.
        value: u64,
    },
    /// A label names no class.
    #[error("{source_name}: label of image {index} must be below {classes}, got {label}")]
    BadLabel {
        /// The file or data set.
        source_name: String,
        /// The image, from 0.
        index: usize,
        /// The label.
        label: u32,
        /// Number of classes.
        classes: usize,
    },
    /// A pixel is not a number in its range.
    #[error("pixel {index} must be a number in [0, 1], got {value}")]
    Pixel {
        /// Place in the array, from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// An image has another shape than the first one.
    #[error("{file}: image {index} must have [channels, height, width] = {expected:?}, got {found:?}")]
    ImageShape {
        /// The file.
        file: String,
        /// The image, from 0.
        index: usize,
        /// Shape of the first image.
        expected: [usize; 3],
        /// Its shape.
        found: [usize; 3],
    },
    /// A JPEG file cannot be decoded.
    #[error("{file}: image {index} must be a whole JPEG file: {message}")]
    Jpeg {
        /// The file.
        file: String,
        /// The image, from 0.
        index: usize,
        /// What the decoder says.
        message: String,
    },
    /// A folder of images is not sorted into classes, or lacks one.
    #[error("{} must be a folder of images of one class, found none", path.display())]
    MissingClassDir {
        /// The folder.
        path: std::path::PathBuf,
    },
    /// A cell of a table cannot be read.
    #[error("{file}, line {line}: {column} must be {rule}, got {text:?}")]
    Cell {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What its cells have to be.
        rule: &'static str,
        /// The text.
        text: String,
    },
    /// A table cannot be read.
    #[error("{file}: {message}")]
    Table {
        /// The file.
        file: String,
        /// What the reader says.
        message: String,
    },
    /// A class has too few images.
    #[error("class {class} must have at least {wanted} images, got {found}")]
    TooFewOfClass {
        /// The class.
        class: u32,
        /// Images wanted.
        wanted: usize,
        /// Images there are.
        found: usize,
    },
    /// An image that does not exist.
    #[error("index of an image must be below {len}, got {index}")]
    ImageIndex {
        /// The index.
        index: usize,
        /// Number of images.
        len: usize,
    },
    /// Two numbers that have to be the same are not.
    #[error("{what} must be {expected}, got {found}")]
    CountMismatch {
        /// What is counted.
        what: &'static str,
        /// What it has to be.
        expected: usize,
        /// What it is.
        found: usize,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A firing rate that no network can have.
    #[error("rate of layer {layer} must be in [0, {timesteps}] spikes per neuron, got {value}")]
    Rate {
        /// Number of the spiking layer, from 0.
        layer: usize,
        /// Timesteps of the inference.
        timesteps: usize,
        /// The rate.
        value: f64,
    },
    /// A step after the end of an episode.
    #[error("episode must not be over, it ended after {steps} steps")]
    EpisodeOver {
        /// Steps of the episode.
        steps: usize,
    },
    // --- end of data sets ------------------------------------------------------------------------------------------
}

/// For `map_err`: names the operation that failed.
#[cfg(feature = "train")]
pub(crate) fn during(operation: &'static str) -> impl FnOnce(candle_core::Error) -> Error {
    move |source| Error::Tensor { operation, source: Box::new(source) }
}
