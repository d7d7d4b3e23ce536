//! One transaction lane a key: the only place that signs.

mod fees;
mod lane;
mod measure;
mod refusal;
mod settings;

pub use fees::Fees;
pub use lane::{Call, Lane, LaneError, Sent};
pub use settings::{LaneConfig, LaneSettings};
