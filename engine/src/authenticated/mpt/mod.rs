//! Ethereum's hexary Merkle-Patricia trie over 32-byte hashed paths, functional and content-addressed: an operation takes
//! a root and gives a root, and old roots stay valid as long as their nodes are kept.
//!
//! Which nodes an operation looks up is part of the protocol, because a step's witness holds exactly these: [`get()`] and
//! [`put`] the nodes on the path; [`remove`] these, plus the one surviving child of a branch that collapses. The empty
//! trie and nodes embedded in their parent (under 32 bytes) need no look-up. A node that is not there is
//! [`MptError::MissingNode`], *unknown*, and never a guess.
//!
//! Mirrors `contracts/src/authenticated/Mpt.sol`.

mod build;
mod error;
mod get;
mod node;
mod overlay;
mod put;
mod remove;

#[cfg(test)]
mod tests;

pub use alloy_trie::EMPTY_ROOT_HASH as EMPTY_ROOT;
pub use build::build;
pub use error::MptError;
pub use get::get;
pub use overlay::{Overlay, RecordingError};
pub use put::put;
pub use remove::remove;
