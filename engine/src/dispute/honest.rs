//! What we know by our own execution: the only source of truth that a plan trusts.

use std::sync::Arc;

use alloy_primitives::{B256, Bytes};
use async_trait::async_trait;

use super::domain::Domain;
use crate::commitment::{Slots, Steps};
use crate::machine::groups::Machine;

/// Something that has to be executed before a plan can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// The boundary after this L2 block.
    Boundary(u64),
    /// What the right claim over these blocks says.
    Answer(Domain),
    /// The slot commitment over these blocks.
    Slots(Domain),
    /// The step commitment of this slot of these blocks.
    Steps(Domain, u32),
}

impl Need {
    /// What kind of thing it is, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Boundary(_) => "boundary",
            Self::Answer(_) => "answer",
            Self::Slots(_) => "slots",
            Self::Steps(..) => "steps",
        }
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Boundary(block) => write!(out, "the boundary after block {block}"),
            Self::Answer(domain) => {
                write!(out, "the claim over blocks {} to {}", domain.first, domain.last())
            }
            Self::Slots(domain) => {
                write!(out, "the slots of blocks {} to {}", domain.first, domain.last())
            }
            Self::Steps(domain, slot) => {
                write!(out, "the steps of slot {slot} from block {}", domain.first)
            }
        }
    }
}

/// What our execution says, or what is missing to know it: then nothing may be done.
pub type Known<T> = Result<T, Need>;

/// What a claim says of its domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Root of the slot commitment.
    pub trace_root: B256,
    /// Hash of the machine at the end.
    pub boundary: B256,
}

impl From<&Slots> for Answer {
    fn from(slots: &Slots) -> Self {
        Self { trace_root: slots.tree().root(), boundary: slots.boundary() }
    }
}

/// Our own history of the L2 chain.
pub trait Honest: Send + Sync {
    /// The machine at the boundary after L2 block `block`.
    ///
    /// # Errors
    /// [`Need`] while it is unknown.
    fn boundary(&self, block: u64) -> Known<Machine>;

    /// What the right claim over `domain` says. A path of claims takes one answer each, a dispute the whole commitment.
    ///
    /// # Errors
    /// [`Need`] while it is unknown.
    fn answer(&self, domain: Domain) -> Known<Answer> {
        self.slots(domain).map(|slots| Answer::from(&*slots))
    }

    /// The slot commitment over `domain`.
    ///
    /// # Errors
    /// [`Need`] while it is unknown.
    fn slots(&self, domain: Domain) -> Known<Arc<Slots>>;

    /// The step commitment of slot `slot` of `domain`.
    ///
    /// # Errors
    /// [`Need`] while it is unknown.
    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>>;
}

/// The place of one transition in a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The claim's blocks.
    pub domain: Domain,
    /// The slot, counted from the first block's begin.
    pub slot: u32,
    /// The step of that slot.
    pub step: u32,
}

/// Why something could not be executed or proven: unknown, so retry and alert.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// It does not exist yet on our side, for example because we have not followed that far.
    #[error("{0} is not available yet")]
    NotYet(Need),
    /// Execution, tracing or reading the store failed.
    #[error(transparent)]
    Failed(#[from] Box<dyn std::error::Error + Send + Sync>),
}

/// Executes what a plan lacks.
#[async_trait]
pub trait Evidence: Honest {
    /// Makes `need` known, so that [`Honest`] answers from now on.
    ///
    /// # Errors
    /// [`EvidenceError`] when it stays unknown.
    async fn gather(&self, need: Need) -> Result<(), EvidenceError>;
}

/// Proves single steps.
#[async_trait]
pub trait StepProver: Send + Sync {
    /// The witness of `transition`, as the verifier on L1 takes it.
    ///
    /// # Errors
    /// [`EvidenceError`] when it cannot be made.
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError>;
}
