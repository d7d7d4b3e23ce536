//! Copies into memory, one bounded chunk a step.

use super::{ActiveJob, Tracer};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    machine::{
        error::TraceError, groups::Job, job_kind::JobKind, phase::Phase, step::StepSink, view::View,
    },
};

/// A copy writes at most this many bytes a step, none beyond a multiple of it.
const CHUNK: u32 = 1024;

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// The next step copies the first chunk of `source` to `destination`; a copy of nothing is none.
    pub(super) fn start_copy(&mut self, source: View, destination: u32, total: u32) {
        if total > 0 {
            let mut job = ActiveJob::new(JobKind::Copy, source);
            // zeros follow the end of the source
            (job.group.destination, job.group.total) = (destination, total);
            self.job = Some(job);
            self.phase = Phase::Copy;
        }
    }

    /// Does the copy under way; `bytes` are what it writes.
    pub(super) fn run_copy(&mut self, bytes: &[u8]) -> Result<(), TraceError> {
        while let Some(job) = &self.job {
            let Job { destination, total, done, .. } = job.group;
            let at = destination + done;
            let count = (total - done).min(CHUNK - at % CHUNK);
            let source = job.source.part(done.into(), count.into());
            self.begin(None)?;
            self.show_range(&source)?;
            let target = self.frame()?.memory(at.into(), count.into());
            self.show_range(&target)?;
            // the memory tree must not be shared while it is written
            drop(target);
            let range = done as usize..(done + count) as usize;
            self.frame()?.write_memory(at.into(), bytes.get(range).unwrap_or_default())?;
            if done + count == total {
                self.job = None;
                self.phase = Phase::Running;
            } else if let Some(job) = &mut self.job {
                job.group.done += count;
            }
            self.finish()?;
        }
        Ok(())
    }
}
