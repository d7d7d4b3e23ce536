//! Single steps of the machine: `surety inspect` tells what one does, `surety prove-step` makes the proof that L1 takes.

mod inspect;
mod prove;
mod which;

pub(crate) use inspect::Inspect;
pub(crate) use prove::ProveStep;
