//! One transaction lane a key: the only place that signs.

mod fees;
mod lane;
mod measure;

pub use fees::Fees;
pub use lane::{Call, Lane, LaneError, LaneSettings, Sent};
