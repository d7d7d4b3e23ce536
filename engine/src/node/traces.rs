//! Step commitments on disk, so that a daemon that starts again in the midst of a dispute goes on without tracing again.
//!
//! They are a cache: what is missing, damaged or of another build is traced anew, and whoever loads one holds its first and
//! last state against execution. A file is named by what was traced, and holds, all numbers big-endian: the name, the state
//! before the slot, the steps taken, then each run of equal leaves as (leaf, count), then keccak256 of all before.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use alloy_primitives::{B256, Keccak256, keccak256};
use tracing::{info, warn};

use crate::{
    commitment::{FoldBuilder, Height, Steps},
    dispute::domain::Domain,
    rules::limits::Limits,
};

/// Files kept at most.
const FILES: usize = 1_024;
/// What a file's name ends with, and what one that is being written does.
const EXTENSION: &str = "trace";
const UNFINISHED: &str = "part";
/// Bytes of a file before the runs, of a run, and of the checksum.
const HEAD: usize = 32 + 32 + 4;
const RUN: usize = 32 + 4;
const SUM: usize = 32;

/// What was traced: by which build and limits, of which deployment, and which slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceName(B256);

impl TraceName {
    /// The name of the trace of `slot` of `domain`.
    #[must_use]
    pub fn new(deployment: B256, limits: &Limits, domain: Domain, slot: u32) -> Self {
        let mut name = Keccak256::new();
        name.update(env!("CARGO_PKG_VERSION"));
        name.update(include_bytes!("../../../contracts/machine.json"));
        name.update(format!("{limits:?}"));
        name.update(deployment);
        name.update(domain.first.to_be_bytes());
        name.update(domain.blocks.to_be_bytes());
        name.update(slot.to_be_bytes());
        Self(name.finalize())
    }
}

/// A directory of step commitments.
#[derive(Clone, Debug)]
pub struct Traces {
    directory: PathBuf,
    /// Bytes that they take at most, all together.
    budget: u64,
}

impl Traces {
    /// The traces in `directory`, which is made if it is missing. They take `budget` bytes at most.
    ///
    /// # Errors
    /// When the directory cannot be made or read.
    pub fn open(directory: &Path, budget: u64) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let traces = Self { directory: directory.to_owned(), budget };
        for path in traces.paths(UNFINISHED)? {
            fs::remove_file(path)?;
        }
        Ok(traces)
    }

    /// The commitment kept under `name`, if there is one and it is whole. A damaged one is removed.
    #[must_use]
    pub fn load(&self, name: TraceName) -> Option<Steps> {
        let path = self.path(name, EXTENSION);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                warn!(path = %path.display(), %error, "a trace cannot be read");
                return None;
            }
        };
        let steps = decode(name, &bytes);
        if steps.is_none() {
            warn!(path = %path.display(), "a trace is damaged: it is made anew");
            self.remove(&path);
            return None;
        }
        // the one that is used least is forgotten first
        if let Ok(file) = File::options().append(true).open(&path) {
            let _ = file.set_modified(SystemTime::now());
        }
        info!(path = %path.display(), "trace taken up again");
        steps
    }

    /// Keeps `steps` under `name`. A failure costs a later trace, and is only said.
    pub fn keep(&self, name: TraceName, steps: &Steps) {
        let bytes = encode(name, steps);
        if bytes.len() as u64 > self.budget {
            return;
        }
        let kept = self.write(name, &bytes).and_then(|()| self.fit());
        if let Err(error) = kept {
            warn!(directory = %self.directory.display(), %error, "a trace is not kept");
        }
    }

    /// All of the file is there or none.
    fn write(&self, name: TraceName, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.path(name, UNFINISHED);
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(unfinished, self.path(name, EXTENSION))
    }

    /// Forgets what was used longest ago until the rest fits.
    fn fit(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for path in self.paths(EXTENSION)? {
            let found = fs::metadata(&path)?;
            files.push((found.modified()?, found.len(), path));
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let mut count = files.len();
        for (_, size, path) in files {
            if bytes <= self.budget && count <= FILES {
                break;
            }
            fs::remove_file(path)?;
            bytes -= size;
            count -= 1;
        }
        Ok(())
    }

    fn paths(&self, extension: &str) -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.directory)?.collect::<io::Result<Vec<_>>>()?;
        let paths = entries.into_iter().map(|entry| entry.path());
        Ok(paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect())
    }

    fn path(&self, TraceName(name): TraceName, extension: &str) -> PathBuf {
        self.directory.join(format!("{name:x}.{extension}"))
    }

    fn remove(&self, path: &Path) {
        if let Err(error) = fs::remove_file(path) {
            warn!(path = %path.display(), %error, "a damaged trace cannot be removed");
        }
    }
}

fn encode(TraceName(name): TraceName, steps: &Steps) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(name.as_slice());
    bytes.extend_from_slice(steps.start().as_slice());
    bytes.extend_from_slice(&steps.taken().to_be_bytes());
    for (leaf, count) in steps.tree().runs() {
        bytes.extend_from_slice(leaf.as_slice());
        bytes.extend_from_slice(&count.to_be_bytes());
    }
    let sum = keccak256(&bytes);
    bytes.extend_from_slice(sum.as_slice());
    bytes
}

fn decode(TraceName(name): TraceName, bytes: &[u8]) -> Option<Steps> {
    let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
    let (head, runs) = content.split_at_checked(HEAD)?;
    if keccak256(content).as_slice() != sum || !head.starts_with(name.as_slice()) {
        return None;
    }
    let start = B256::try_from(head.get(32..64)?).ok()?;
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_be_bytes).ok();
    let taken = number(head.get(64..)?)?;
    let mut leaves = FoldBuilder::new(Height::STEPS);
    for run in runs.chunks(RUN) {
        let (leaf, count) = run.split_at_checked(32)?;
        leaves.repeat(B256::try_from(leaf).ok()?, number(count)?).ok()?;
    }
    let whole = leaves.len() == Height::STEPS.leaves();
    let tree = leaves.finish().ok()?;
    whole.then(|| Steps::new(start, taken, tree))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::commitment::StepsBuilder;

    fn steps(count: u32) -> Steps {
        let mut builder = StepsBuilder::new(B256::repeat_byte(1));
        for step in 0..count {
            builder.push(keccak256(step.to_be_bytes())).unwrap();
        }
        builder.finish().unwrap()
    }

    fn name(slot: u32) -> TraceName {
        TraceName::new(B256::ZERO, &Limits::SURETY, Domain { first: 7, blocks: 2 }, slot)
    }

    fn assert_same(found: &Steps, expected: &Steps) {
        assert_eq!(found.tree().root(), expected.tree().root());
        let (found, expected) =
            [found, expected].map(|it| (it.start(), it.taken(), it.boundary())).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_kept_is_found_again_by_its_name_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("traces");
        for count in [0, 1, 1_000] {
            let steps = steps(count);
            Traces::open(&path, 1 << 20).unwrap().keep(name(count), &steps);
            let again = Traces::open(&path, 1 << 20).unwrap();
            assert_same(&again.load(name(count)).unwrap(), &steps);
        }
        let traces = Traces::open(&path, 1 << 20).unwrap();
        assert!(traces.load(name(5)).is_none());
        let limits = Limits { transaction_gas: 1, ..Limits::SURETY };
        let domain = Domain { first: 7, blocks: 2 };
        for other in [
            TraceName::new(B256::repeat_byte(1), &Limits::SURETY, domain, 1),
            TraceName::new(B256::ZERO, &limits, domain, 1),
            TraceName::new(B256::ZERO, &Limits::SURETY, Domain { first: 8, ..domain }, 1),
            TraceName::new(B256::ZERO, &Limits::SURETY, Domain { blocks: 3, ..domain }, 1),
        ] {
            assert!(traces.load(other).is_none());
        }
    }

    #[test]
    fn a_damaged_trace_is_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let traces = Traces::open(directory.path(), 1 << 20).unwrap();
        let path = traces.path(name(3), EXTENSION);
        traces.keep(name(3), &steps(3));
        let whole = fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(9) {
            let mut damaged = whole.clone();
            damaged[at] ^= 4;
            for damaged in [damaged, whole[..at].to_vec()] {
                fs::write(&path, damaged).unwrap();
                assert!(traces.load(name(3)).is_none(), "byte {at}");
                assert!(!path.exists());
            }
        }
        // a trace under another's name
        fs::write(traces.path(name(4), EXTENSION), &whole).unwrap();
        assert!(traces.load(name(4)).is_none());
        // a checksum that fits does not make a tree
        let mut short = whole[..HEAD + RUN].to_vec();
        short.extend_from_slice(keccak256(&short).as_slice());
        fs::write(&path, short).unwrap();
        assert!(traces.load(name(3)).is_none());
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let directory = tempfile::tempdir().unwrap();
        let size = encode(name(0), &steps(100)).len() as u64;
        let traces = Traces::open(directory.path(), 2 * size).unwrap();
        let age = |slot, seconds| {
            let file = File::options().append(true).open(traces.path(name(slot), EXTENSION));
            let then = SystemTime::now() - std::time::Duration::from_secs(seconds);
            file.unwrap().set_modified(then).unwrap();
        };
        for (slot, seconds) in [(1, 100), (2, 50)] {
            traces.keep(name(slot), &steps(100));
            age(slot, seconds);
        }
        assert!(traces.load(name(1)).is_some(), "used again");
        traces.keep(name(3), &steps(100));
        let kept = [1, 2, 3].map(|slot| traces.load(name(slot)).is_some());
        assert_eq!(kept, [true, false, true]);
        traces.keep(name(4), &steps(1_000));
        assert!(traces.load(name(4)).is_none(), "larger than all that may be kept");
        assert!(traces.load(name(3)).is_some());
    }

    #[test]
    fn a_write_that_was_cut_short_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let unfinished = directory.path().join("0a.part");
        fs::write(&unfinished, "half").unwrap();
        let traces = Traces::open(directory.path(), 1 << 20).unwrap();
        assert!(!unfinished.exists() && traces.load(name(0)).is_none());
    }
}
