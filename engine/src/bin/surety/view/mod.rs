//! Where a rollup stands: `surety status`, `claims`, `claim`, `matches` and `bonds`.
//!
//! All of them are read from L1 alone. With --verify a node of one's own executes the chain, too, and says of each claim whether
//! it is right.

mod bonds;
mod claim;
mod claims;
mod look;
mod matches;
mod status;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use bonds::Bonds;
pub(crate) use claim::Claim;
pub(crate) use claims::Claims;
pub(crate) use look::LookArguments;
pub(crate) use matches::Matches;
pub(crate) use status::Status;
