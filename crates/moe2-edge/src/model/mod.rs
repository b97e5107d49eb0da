//! Experts, language models, devices and links.

mod device;
mod expert;
mod link;
mod llm;

pub use device::{Device, PowerMode};
pub use expert::{CategoryCost, Expert};
pub(crate) use link::positive;
pub use link::{Link, Transfer};
pub use llm::Llm;
