//! An exhaustive model of pairing and clocks at both levels, which asks the contracts' own libraries for every rule. What it
//! takes for granted and what it finds is in `docs/model.md`.

mod bounds;
mod contract;
mod delay;
mod event;
mod explore;
mod matches;
mod pairing;
mod parameters;
mod process;
mod rules;
mod seats;
mod tournament;

pub use bounds::{Terms, budgets, log2_ceil, step_rounds};
pub use contract::{Contract, ContractError};
pub use delay::Delays;
pub use explore::{Explorer, Finding, RunBlock, Scope, Worst};
pub use pairing::{Pairings, pairings};
pub use parameters::{Blocks, Mutation, Parameters, Shape};
pub use process::Following;
pub use rules::Rules;

/// Why the model cannot go on: it is wrong, or the contracts are.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The contract gives no answer.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// Contract and engine answer differently.
    #[error("{question}: the contract says {answer}, the engine {mirror}")]
    Disagree {
        /// What was asked.
        question: String,
        /// The contract's answer.
        answer: String,
        /// The engine's.
        mirror: String,
    },
    /// An answer of another kind than the question.
    #[error("{question} was answered with {answer}")]
    Kind {
        /// What was asked.
        question: String,
        /// What came back.
        answer: String,
    },
    /// The model's books and Pairing's differ.
    #[error("the contract has the seats {expected}, the model {actual}")]
    Seats {
        /// The contract's.
        expected: String,
        /// The model's.
        actual: String,
    },
    /// Nobody waits with that rank, or the model has no such rank.
    #[error("rank {0}")]
    Rank(u8),
    /// A node of another table.
    #[error("no such node")]
    NoNode,
    /// A state can take longer than the contract's bound says.
    #[error("bounded by {bound} blocks, but it can take {worst}: {state}")]
    Delay {
        /// The state.
        state: String,
        /// How long it can take.
        worst: u32,
        /// The bound.
        bound: u32,
    },
    /// The contract's bound moves away.
    #[error("the bound {bound} becomes {later} with the next block: {state}, then {next}")]
    DelayGrows {
        /// The state.
        state: String,
        /// The one a block later.
        next: String,
        /// Its bound, from the first on.
        bound: u32,
        /// The next one's, from the first on.
        later: u32,
    },
    /// A state that nothing can leave.
    #[error("no way forward from {0}")]
    Stuck(String),
}
