//! EXECUTE: whether a [trace] proves that its block leads from one state root to another, without any state but its own
//! (`docs/protocol.md` section 24).
//!
//! The same tries, the same revm and, for blocks of ours, the same slots as everywhere; what is added is Ethereum's own block,
//! so that a mainnet block can be proven, too.

pub mod build;
pub mod encoding;
mod error;
mod ethereum;
mod execute;
mod header;
pub mod precompile;
pub mod scheme;
mod surety;
pub mod trace;
pub mod witness;

pub use error::NotProven;
pub use execute::{Proven, execute, record};
