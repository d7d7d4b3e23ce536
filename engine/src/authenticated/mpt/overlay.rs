//! New nodes over a source of old ones, and the record of which old ones a step needed.

use std::cell::RefCell;

use alloy_primitives::{
    B256, Bytes,
    map::{B256Map, B256Set},
};

use crate::authenticated::source::{NodeSource, NodeStore, SourceError};

/// A [`NodeStore`] that keeps new nodes in memory and finds old ones in `base`.
///
/// While it records, the nodes made before [`Overlay::start_recording`] count as old, those made since as new: what is
/// recorded is the pre-state a verifier must be given.
#[derive(Debug, Default)]
pub struct Overlay<S> {
    base: S,
    fresh: B256Map<Bytes>,
    // looking up is reading, yet it leaves traces: the base is asked once for a node, and steps are recorded
    found: RefCell<B256Map<Bytes>>,
    recording: RefCell<Option<Recording>>,
}

#[derive(Debug, Default)]
struct Recording {
    made: B256Set,
    seen: B256Set,
    witness: Vec<Bytes>,
}

/// Recordings do not nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// A recording was started during another.
    #[error("a recording is already running")]
    Running,
    /// There is no recording to finish.
    #[error("no recording is running")]
    NotRunning,
}

impl<S> Overlay<S> {
    /// An overlay without new nodes.
    pub fn new(base: S) -> Self {
        Self {
            base,
            fresh: B256Map::default(),
            found: RefCell::default(),
            recording: RefCell::default(),
        }
    }

    /// The source below.
    pub const fn base(&self) -> &S {
        &self.base
    }

    /// The nodes made so far, by hash.
    pub const fn fresh(&self) -> &B256Map<Bytes> {
        &self.fresh
    }

    /// Gives the nodes made so far away, to be persisted in the base, and forgets what the base answered.
    pub fn take_fresh(&mut self) -> B256Map<Bytes> {
        self.found.get_mut().clear();
        std::mem::take(&mut self.fresh)
    }

    /// From now on remembers the nodes that are looked up and were not made since.
    ///
    /// # Errors
    /// [`RecordingError::Running`].
    pub fn start_recording(&mut self) -> Result<(), RecordingError> {
        match self.recording.get_mut() {
            Some(_) => Err(RecordingError::Running),
            recording => {
                *recording = Some(Recording::default());
                Ok(())
            }
        }
    }

    /// Ends the recording: the nodes remembered, each once, in order of first look-up.
    ///
    /// # Errors
    /// [`RecordingError::NotRunning`].
    pub fn finish_recording(&mut self) -> Result<Vec<Bytes>, RecordingError> {
        let recording = self.recording.get_mut().take().ok_or(RecordingError::NotRunning)?;
        Ok(recording.witness)
    }
}

impl<S: NodeSource> Overlay<S> {
    fn find(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        if let Some(node) = self.fresh.get(&hash) {
            return Ok(Some(node.clone()));
        }
        if let Some(node) = self.found.borrow().get(&hash) {
            return Ok(Some(node.clone()));
        }
        let node = self.base.node(hash)?;
        if let Some(node) = &node {
            self.found.borrow_mut().insert(hash, node.clone());
        }
        Ok(node)
    }
}

impl<S: NodeSource> NodeSource for Overlay<S> {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        let Some(node) = self.find(hash)? else { return Ok(None) };
        if let Some(recording) = self.recording.borrow_mut().as_mut()
            && !recording.made.contains(&hash)
            && recording.seen.insert(hash)
        {
            recording.witness.push(node.clone());
        }
        Ok(Some(node))
    }
}

impl<S: NodeSource> NodeStore for Overlay<S> {
    fn insert(&mut self, hash: B256, node: Bytes) {
        if let Some(recording) = self.recording.get_mut() {
            recording.made.insert(hash);
        }
        self.fresh.entry(hash).or_insert(node);
    }
}
