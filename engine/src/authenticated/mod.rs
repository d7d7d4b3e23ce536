//! The three authenticated structures everything is committed with: Merkle-Patricia tries, word trees and hash chains.

pub mod slice;
