//! What passes between L1 and L2: messages, the tree of those that go down, and the proofs of those that go up.
//!
//! Pure: nothing here follows a chain or sends anything. Mirrors `contracts/src/types/Message.sol` and `contracts/src/bridge`.

pub mod message;
pub mod predeploys;
pub mod tree;
pub mod withdrawal;
