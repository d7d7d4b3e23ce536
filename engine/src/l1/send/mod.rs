//! One transaction lane a key: the only place that signs.

mod budget;
mod call;
mod error;
mod fees;
mod lane;
mod market;
mod measure;
mod pending;
mod preflight;
mod refusal;
mod settings;
mod transaction;

pub use call::{Call, Sent};
pub use error::LaneError;
pub use fees::Fees;
pub use lane::Lane;
pub use settings::{LaneConfig, LaneSettings};
