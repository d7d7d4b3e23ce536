//! What one request may cost the node that answers it.

use std::time::Duration;

use crate::rules::limits::Limits;

/// Bounds of one simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Most gas of a call.
    pub gas: u64,
    /// Longest execution.
    pub time: Duration,
    /// Most bytes that a tracer may record.
    pub recorded: usize,
}

impl Quota {
    /// The gas of one transaction, 10 seconds, 64 MiB of trace.
    #[must_use]
    pub const fn of_transaction(limits: &Limits) -> Self {
        Self { gas: limits.transaction_gas, time: Duration::from_secs(10), recorded: 64 << 20 }
    }
}
