//! Numbers the protocol fixes, each with its source: gas prices, limits, addresses and a deployment's parameters.

pub mod addresses;
pub mod gas;
pub mod limits;
pub mod parameters;
