//! Water footprint of data centres.
#[cfg(feature = "experiments")]
pub mod experiments {
    //! x
    use common::experiment::Paper;
    /// x
    pub const PAPER: Paper =
        Paper { key: "water-dc", arxiv: "", title: "", version: "", experiments: &[], datasets: &[] };
}
