//! Whether engine, verifier and Ethereum agree: a mainnet block is executed in Ethereum's environment and as a Surety
//! block, Ethereum's state tests are run by revm and by the machine, and every step is repeated by the compiled verifier.

pub mod block;
pub mod check;
pub mod errors;
pub mod fuzz;
pub mod kind;
pub mod mutate;
pub mod report;
pub mod state_tests;
pub mod verifier;

pub use block::{BlockError, SuretyBlock};
pub use check::{CheckError, Selection, check_block};
pub use kind::Kind;
pub use report::{Failure, Report};
pub use verifier::{Cost, Rejection, Verifier, VerifierError};
