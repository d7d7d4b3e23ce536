//! What the daemons hold in memory over time, and whether that grows by more than what their stores' caches take up.

use std::path::{Path, PathBuf};

use eyre::ensure;
use serde::Serialize;

use crate::stage::daemons::Daemon;

const MEBIBYTE: u64 = 1 << 20;
/// Samples below which nothing is judged: what a start takes would hide the rest.
const FEWEST: usize = 40;
/// What the last quarter of a run may hold more than the second one beyond what the store has grown by, bytes: a store keeps
/// what it has in memory up to a fixed size.
const SLACK: u64 = 16 * MEBIBYTE;

/// The memory of one daemon, over time.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    store: PathBuf,
    samples: Vec<Sample>,
}

/// Bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    resident: u64,
    store: u64,
}

/// A summary of it, MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    /// Mean of the second quarter.
    pub(super) early: u64,
    /// Mean of the last quarter.
    pub(super) late: u64,
    /// The most there was.
    pub(super) peak: u64,
    /// What the store on the disk has grown by from the second quarter to the last.
    pub(super) store: u64,
}

impl Memory {
    /// Of a daemon whose store is in this directory.
    pub(super) const fn new(store: PathBuf) -> Self {
        Self { store, samples: Vec::new() }
    }

    pub(super) fn sample(&mut self, daemon: &Daemon) -> eyre::Result<()> {
        self.samples.push(Sample { resident: daemon.memory()?, store: size(&self.store)? });
        Ok(())
    }

    /// Means over a quarter of the samples.
    fn mean(&self, quarter: usize) -> Sample {
        let length = self.samples.len() / 4;
        let part = self.samples.iter().skip(quarter * length).take(length);
        let sum = part.fold(Sample::default(), |sum, sample| Sample {
            resident: sum.resident + sample.resident,
            store: sum.store + sample.store,
        });
        let count = (length as u64).max(1);
        Sample { resident: sum.resident / count, store: sum.store / count }
    }

    pub(super) fn summary(&self) -> Summary {
        let peak = self.samples.iter().map(|sample| sample.resident).max().unwrap_or_default();
        let (early, late) = (self.mean(1), self.mean(3));
        Summary {
            early: early.resident / MEBIBYTE,
            late: late.resident / MEBIBYTE,
            peak: peak / MEBIBYTE,
            store: late.store.saturating_sub(early.store) / MEBIBYTE,
        }
    }

    /// Fails when it grows.
    pub(super) fn check(&self, name: &str) -> eyre::Result<()> {
        let Summary { early, late, store, .. } = self.summary();
        ensure!(
            self.samples.len() < FEWEST || late <= early + store + SLACK / MEBIBYTE,
            "{name} grows: {early} MiB, then {late} MiB, and its store by {store} MiB"
        );
        Ok(())
    }
}

/// Bytes of the files in a directory and below.
fn size(directory: &Path) -> eyre::Result<u64> {
    let mut size = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        // a file that is gone by now was a temporary one
        let Ok(metadata) = entry.metadata() else { continue };
        size += if metadata.is_dir() { self::size(&entry.path())? } else { metadata.len() };
    }
    Ok(size)
}
