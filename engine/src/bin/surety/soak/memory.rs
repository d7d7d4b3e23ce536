//! What the daemons hold in memory over time, and whether that grows.

use eyre::ensure;
use serde::Serialize;

use crate::stage::daemons::Daemon;

const MEBIBYTE: u64 = 1 << 20;
/// Samples below which nothing is judged: what a start takes would hide the rest.
const FEWEST: usize = 40;
/// What the last quarter of a run may hold more than the second one: a twentieth, and this many bytes.
const SLACK: u64 = 16 * MEBIBYTE;

/// The memory of one daemon.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Memory {
    /// L2 block and resident bytes.
    samples: Vec<(u64, u64)>,
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
}

impl Memory {
    pub(super) fn sample(&mut self, block: u64, daemon: &Daemon) -> eyre::Result<()> {
        self.samples.push((block, daemon.memory()?));
        Ok(())
    }

    /// Mean over a quarter of the samples, bytes.
    fn mean(&self, quarter: usize) -> u64 {
        let length = self.samples.len() / 4;
        let part = self.samples.iter().skip(quarter * length).take(length);
        part.map(|(_, bytes)| bytes).sum::<u64>() / (length as u64).max(1)
    }

    pub(super) fn summary(&self) -> Summary {
        let peak = self.samples.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
        Summary {
            early: self.mean(1) / MEBIBYTE,
            late: self.mean(3) / MEBIBYTE,
            peak: peak / MEBIBYTE,
        }
    }

    /// Fails when it grows.
    pub(super) fn check(&self, name: &str) -> eyre::Result<()> {
        let (early, late) = (self.mean(1), self.mean(3));
        ensure!(
            self.samples.len() < FEWEST || late <= early + early / 20 + SLACK,
            "{name} grows: {} MiB, then {} MiB",
            early / MEBIBYTE,
            late / MEBIBYTE
        );
        Ok(())
    }
}
