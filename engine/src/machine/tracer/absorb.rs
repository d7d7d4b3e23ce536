//! Phase Absorb: long data, one bounded chunk a step. revm has dealt with all of it before.

use alloy_primitives::{B256, keccak256};

use super::{ActiveJob, Tracer};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    machine::{
        absorb::{Absorb, Keccak},
        error::{Divergence, TraceError},
        job_kind::JobKind,
        phase::Phase,
        step::StepSink,
        view::View,
    },
};

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// Ends the step, and takes all of `data` into `state`. The last of these steps stays open: what it does with the
    /// result depends on the job, which is over. Returns whether the data was valid.
    pub(super) fn absorb(
        &mut self,
        kind: JobKind,
        data: View,
        state: &mut impl Absorb,
    ) -> Result<bool, TraceError> {
        self.job = Some(ActiveJob::new(kind, data));
        self.phase = Phase::Absorb;
        self.finish()?;
        while let Some(ActiveJob { group, source, .. }) = &self.job {
            let count = (group.total - group.done).min(state.chunk());
            let (before, after) = (group.done, group.done + count);
            let is_last = after == group.total;
            let chunk = source.part(before.into(), count.into());
            self.begin(None)?;
            self.show_range(&chunk)?;
            if before > 0 {
                self.show_record(state.state());
            }
            let is_valid = state.absorb(&chunk.bytes()).is_ok();
            if is_last || !is_valid {
                self.job = None;
                return Ok(is_valid);
            }
            if let Some(ActiveJob { group, .. }) = &mut self.job {
                (group.done, group.accumulator) = (after, keccak256(state.state()));
            }
            self.finish()?;
        }
        Err(self.diverged(Divergence::Control))
    }

    /// Ends the step of a KECCAK256 or a LOG, and hashes its `data`; revm says `digest`.
    pub(super) fn absorb_memory(
        &mut self,
        kind: JobKind,
        data: View,
        digest: B256,
    ) -> Result<(), TraceError> {
        if kind == JobKind::Keccak {
            // revm has pushed what the last step will push
            self.frame()?.stack.pop();
        }
        let mut sponge = Keccak::default();
        self.absorb(kind, data, &mut sponge)?;
        if sponge.result()[..] != digest[..] {
            return Err(self.diverged(Divergence::LongData));
        }
        if kind == JobKind::Keccak {
            self.frame()?.stack.push(digest.into());
        } else {
            self.tx()?.add_log_data(digest);
        }
        self.phase = Phase::Running;
        self.finish()
    }
}
