//! Copies a blob into the block's batch, one element a step (`docs/protocol.md` section 23).

use alloy_primitives::Bytes;

use super::{ActiveJob, Tracer};
use crate::{
    authenticated::{
        blob::{BATCH_BYTES, Blob, ELEMENT_BYTES, ELEMENTS},
        source::{CodeSource, NodeSource},
        word_tree::{WordTree, to_words, words_for},
    },
    machine::{
        error::{Divergence, TraceError},
        groups::Job,
        job_kind::JobKind,
        phase::Phase,
        step::StepSink,
        view::{View, word_range},
    },
};

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// Ends the step that has opened the block and makes all that fill its batch. The last of them is still under way:
    /// the block begins in it.
    pub(super) fn copy_blob(&mut self, blob: &Blob) -> Result<(), TraceError> {
        let (whole, batch) = (self.block.batch.root, blob.batch());
        let mut tree = WordTree::default();
        tree.grow(words_for(BATCH_BYTES))?;
        self.edit_block(|block| block.batch.root = tree.root());
        let mut job = ActiveJob::new(JobKind::Blob, View::default());
        job.group = Job { total: ELEMENTS, accumulator: blob.versioned_hash(), ..job.group };
        self.job = Some(job);
        self.phase = Phase::Blob;
        for index in 0..ELEMENTS {
            self.finish()?;
            self.begin(None)?;
            self.copy_element(blob, index, &batch, &mut tree)?;
        }
        self.job = None;
        if self.block.batch.root == whole { Ok(()) } else { Err(self.diverged(Divergence::Batch)) }
    }

    fn copy_element(
        &mut self,
        blob: &Blob,
        index: u32,
        batch: &Bytes,
        tree: &mut WordTree,
    ) -> Result<(), TraceError> {
        let (from, length) = (index * ELEMENT_BYTES, ELEMENT_BYTES);
        let Some((first, count)) = word_range(from.into(), length.into()) else {
            return Err(self.diverged(Divergence::Batch));
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.record(Bytes::copy_from_slice(&blob.open(index)?.encode()));
            recorder.range(tree.range(first, count)?);
        }
        // what follows the element is still zero
        let written = batch.get(32 * first as usize..(from + length) as usize);
        tree.set(first, &to_words(written.unwrap_or_default()))?;
        self.edit_block(|block| block.batch.root = tree.root());
        if let Some(job) = &mut self.job {
            job.group.done += 1;
        }
        Ok(())
    }
}
