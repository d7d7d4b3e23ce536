//! The provable machine: its committed groups, the trace of steps that revm's execution makes, and their witnesses.

mod absorb;
mod codes;
pub mod error;
pub mod family;
pub mod groups;
pub mod job_kind;
pub mod opcode;
pub mod outcome;
pub mod phase;
mod stack;
pub mod step;
pub mod tracer;
mod tries;
mod view;
pub mod witness;

pub use error::{Divergence, TraceError};
pub use family::Family;
pub use job_kind::JobKind;
pub use outcome::Outcome;
pub use phase::Phase;
pub use step::{Capture, Leaves, StepContext, StepInfo, StepProof, StepSink};
pub use tracer::{SlotInput, Traced, prove_step, trace_slot, trace_slot_with};
pub use witness::Witness;
