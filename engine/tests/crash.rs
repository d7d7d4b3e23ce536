//! kill -9 of a process that writes to the store, at random moments: a commit is all or nothing, and one that was
//! acknowledged is never lost. Power loss is another matter; against it the store syncs its file before it acknowledges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{
    env, fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use alloy_primitives::{B256, Bytes, U256, keccak256, map::B256Map};
use surety_engine::{
    authenticated::{
        mpt::{EMPTY_ROOT, Overlay},
        source::NodeStore,
        storage,
    },
    state::{AppendedRow, BlockRow, Commit, Head, L1Block, LeavesRow, Progress, Store},
};

const DIRECTORY: &str = "SURETY_CRASH_DIRECTORY";
const DURATION: Duration = Duration::from_secs(8);
/// Every so many blocks the writer rolls some back.
const REORG_EVERY: u64 = 13;
const REORG_DEPTH: u64 = 4;
const SLOTS_PER_BLOCK: u64 = 24;

/// The state after block `n`, a function of the state before and `n`.
fn execute(store: &mut impl NodeStore, root: B256, n: u64) -> B256 {
    (0..SLOTS_PER_BLOCK).fold(root, |root, i| {
        let seed = keccak256([n.to_be_bytes(), i.to_be_bytes()].concat());
        let key = U256::from(seed[0]) << (8 * (i % 20));
        // some are zero and remove
        let value = U256::from_be_bytes(seed.0) * U256::from(i % 3);
        storage::write(store, root, key, value).unwrap()
    })
}

fn block_row(n: u64, state_root: B256) -> BlockRow {
    let batch = keccak256(n.to_be_bytes()).repeat(1 + n as usize % 200);
    BlockRow { hash: hash(n), state_root, batch: batch.into(), ..BlockRow::default() }
}

/// What waits after block `n - 1`; where that is rolled back to, its L1 block is gone.
fn appended(n: u64) -> AppendedRow {
    AppendedRow { l1_block: n + 6, messages: n, ..AppendedRow::default() }
}

fn hash(n: u64) -> B256 {
    B256::from(U256::from(n))
}

fn leaves(n: u64) -> LeavesRow {
    LeavesRow { begin: hash(n), entries: vec![hash(n + 1); n as usize % 9], sealed: hash(n + 2) }
}

fn progress(number: u64, state_root: B256) -> Progress {
    Progress {
        head: Head { number, hash: hash(number), state_root },
        l1: (number..number + 8).map(|number| L1Block { number, hash: hash(number) }).collect(),
    }
}

/// Writes until it is killed, and says so after each commit that the store has acknowledged.
#[test]
#[ignore = "the process that a_kill_at_any_moment_loses_nothing_acknowledged kills"]
fn writer() {
    let store = Store::open(env::var(DIRECTORY).expect("run by its parent")).unwrap();
    println!();
    let mut reorged = 0;
    loop {
        let head = store
            .progress()
            .unwrap()
            .map_or_else(|| Head { state_root: EMPTY_ROOT, ..Head::default() }, |p| p.head);
        let next = if head.number.is_multiple_of(REORG_EVERY)
            && head.number > REORG_DEPTH
            && reorged != head.number
        {
            reorged = head.number;
            let number = head.number - REORG_DEPTH;
            let root = store.block(number).unwrap().unwrap().state_root;
            store.rollback(&progress(number, root)).unwrap();
            number
        } else {
            let number = head.number + 1;
            let mut tries = Overlay::new(&store);
            let root = execute(&mut tries, head.state_root, number);
            let mut commit = Commit::new();
            commit
                .nodes(tries.take_fresh())
                .codes([Bytes::from(number.to_be_bytes())])
                .block(number, &block_row(number, root))
                .appended(number + 1, &appended(number + 1))
                .leaves(number, &leaves(number))
                .boundary(number, 1023, root.as_slice())
                .meta("head", &number.to_be_bytes())
                .progress(&progress(number, root));
            store.commit(commit).unwrap();
            number
        };
        println!("ack {next}");
        std::io::stdout().flush().unwrap();
    }
}

/// What the writer should have written, computed apart from it.
struct Expected {
    nodes: B256Map<Bytes>,
    roots: Vec<B256>,
}

impl Expected {
    fn root(&mut self, n: u64) -> B256 {
        while self.roots.len() as u64 <= n {
            let number = self.roots.len() as u64;
            let root = execute(&mut self.nodes, self.roots[self.roots.len() - 1], number);
            self.roots.push(root);
        }
        self.roots[n as usize]
    }

    /// Everything up to the head is there and right, nothing beyond it is.
    fn check(&mut self, store: &Store, head: u64) {
        let root = self.root(head);
        assert_eq!(store.progress().unwrap(), Some(progress(head, root)));
        for n in head.saturating_sub(20).max(1)..=head {
            let root = self.root(n);
            assert_eq!(store.block(n).unwrap(), Some(block_row(n, root)), "block {n}");
            assert_eq!(store.leaves(n).unwrap(), Some(leaves(n)), "leaves {n}");
            assert_eq!(store.boundary(n, 1023).unwrap(), Some(root.0.into()), "boundary {n}");
        }
        let waiting = store.appended(head + 1).unwrap();
        assert!(waiting.is_none_or(|row| row == appended(head + 1)));
        assert_eq!(store.appended(head).unwrap(), None, "block {head} is executed");
        for n in head + 1..head + 8 {
            assert_eq!(store.appended(n + 1).unwrap(), None, "block {n} does not wait");
            assert_eq!(store.block(n).unwrap(), None, "block {n}");
            assert_eq!(store.leaves(n).unwrap(), None, "leaves {n}");
            assert_eq!(store.boundary(n, 1023).unwrap(), None, "boundary {n}");
        }
        for n in [head, head / 2, 1] {
            let root = self.root(n);
            for key in (0..256u64)
                .step_by(8)
                .flat_map(|byte| (0..20).map(move |i| U256::from(byte) << (8 * i)))
            {
                let expected = storage::read(&self.nodes, root, key).unwrap();
                assert_eq!(storage::read(store, root, key).unwrap(), expected, "state {n}");
            }
        }
    }
}

fn damaged_files(directory: &Path) -> usize {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("damaged")).count()
}

#[test]
fn a_kill_at_any_moment_loses_nothing_acknowledged() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut expected = Expected { nodes: B256Map::default(), roots: vec![EMPTY_ROOT] };
    let (mut kills, mut acknowledged, mut head) = (0u64, 0, 0);
    let started = Instant::now();
    while started.elapsed() < DURATION {
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["--exact", "writer", "--ignored", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let moment = keccak256(kills.to_be_bytes())[0];
        sleep(Duration::from_millis(20 + u64::from(moment)));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let mut output = String::new();
        writer.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        let acks: Vec<u64> =
            output.lines().filter_map(|line| line.strip_prefix("ack ")?.parse().ok()).collect();
        kills += 1;
        acknowledged += acks.len();

        let last = acks.last().copied().unwrap_or(head);
        let store = Store::open(directory.path()).unwrap();
        head = store.progress().unwrap().map_or(0, |progress| progress.head.number);
        // the commit under way is there or not; it is one block, or one roll-back
        let possible = [last, last + 1, last.saturating_sub(REORG_DEPTH)];
        assert!(possible.contains(&head), "acknowledged {last}, found {head}");
        if head > 0 {
            expected.check(&store, head);
        }
        assert_eq!(damaged_files(directory.path()), 0, "a kill damages no snapshot");
    }
    println!("{kills} kills, {acknowledged} acknowledged commits, head {head}");
    assert!(kills >= 5 && acknowledged > 50, "{kills} kills, {acknowledged} commits");
}
