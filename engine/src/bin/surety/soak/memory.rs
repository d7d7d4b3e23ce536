//! What the daemons hold in memory over time, and whether that grows.
//!
//! A soak gives them a small cache and a store that is large from the start, so that both are full before the second quarter of
//! the run begins. From then on nothing may grow but what does so by nature: the store's table of its pages, some 2 KiB a
//! block; the blocks that the JSON-RPC keeps for filters, 1,024 of less than 1 KiB; the history, 2 KiB a claim.

use std::path::{Path, PathBuf};

use eyre::ensure;
use serde::Serialize;

use crate::stage::daemons::Daemon;

const MEBIBYTE: f64 = (1 << 20) as f64;
/// What the last quarter of a run may hold more than the second one: a share of it, since the allocator and disputes make it
/// waver, and for what grows by nature in the 1,000 blocks between them 3 MiB.
const PERCENT: u64 = 5;
const SLACK: u64 = 3 << 20;

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

/// A summary of it, bytes.
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
            early: early.resident,
            late: late.resident,
            peak,
            store: late.store.saturating_sub(early.store),
        }
    }

    /// Fails when it grows.
    pub(super) fn check(&self, name: &str) -> eyre::Result<()> {
        let Summary { early, late, .. } = self.summary();
        let most = early + early * PERCENT / 100 + SLACK;
        let [from, to] = [early, late].map(mebibytes);
        ensure!(late <= most, "{name} grows: from {from:.1} to {to:.1} MiB");
        Ok(())
    }
}

/// Bytes for people.
pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SAMPLES: u64 = 400;

    /// A daemon that holds so many bytes at each sample.
    fn held(resident: impl Fn(u64) -> u64) -> Memory {
        let sample = |number| Sample { resident: resident(number), store: 1_000 * number };
        Memory { store: PathBuf::new(), samples: (0..SAMPLES).map(sample).collect() }
    }

    /// 60 MiB at the start and `more` at the end, evenly.
    fn rising(more: u64) -> Memory {
        held(|number| (60 << 20) + more * number / SAMPLES)
    }

    #[test]
    fn what_wavers_or_fills_early_is_flat() {
        held(|number| (60 << 20) + ((number % 7) << 20)).check("it").unwrap();
        held(|number| (20 << 20) + ((number.min(SAMPLES / 5)) << 19)).check("it").unwrap();
        held(|number| if number == SAMPLES / 2 { 400 << 20 } else { 60 << 20 })
            .check("it")
            .unwrap();
        rising(0).check("it").unwrap();
    }

    #[test]
    fn growth_is_found() {
        let error = rising(28 << 20).check("it").unwrap_err().to_string();
        assert_eq!(error, "it grows: from 70.5 to 84.5 MiB");
        // eight kilobytes a block over 2,000 blocks
        assert!(rising(16 << 20).check("it").is_err());
        // what comes with the first dispute and stays, late
        let step = held(|number| (60 << 20) + (u64::from(number > SAMPLES / 2) * (7 << 20)));
        assert!(step.check("it").is_err());
    }

    #[test]
    fn a_summary_is_of_quarters() {
        let Summary { early, late, peak, store } = rising(40 << 20).summary();
        assert_eq!([early, late, peak].map(|it| it >> 20), [74, 94, 99]);
        assert_eq!(store, 200_000);
    }
}
