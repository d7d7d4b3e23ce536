#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
    num::NonZeroU32,
    path::Path,
    thread,
    time::Duration,
};

use alloy_primitives::{B256, Bloom, Bytes, U256, keccak256, map::B256Map};
use tempfile::TempDir;

use super::*;
use crate::authenticated::{
    mpt::{EMPTY_ROOT, Overlay},
    source::{CodeSource, NodeSource},
    storage,
};

fn number(n: u64) -> B256 {
    B256::from(U256::from(n))
}

fn progress(head: u64, state_root: B256) -> Progress {
    Progress {
        head: Head { number: head, hash: number(head), state_root },
        l1: (head..head + 3).map(|n| L1Block { number: n, hash: number(n) }).collect(),
    }
}

/// Block `n` has `n` transactions.
fn block(n: u64) -> BlockRow {
    let transaction =
        |slot: u64| TransactionRow { hash: transaction(n, slot - 1), ..TransactionRow::default() };
    BlockRow {
        hash: number(n),
        batch: vec![7; 100_000].into(),
        transactions: (1..=n).map(transaction).collect(),
        ..BlockRow::default()
    }
}

fn transaction(block: u64, index: u64) -> B256 {
    number(1000 * block + index)
}

/// Commits block `n`, which sets storage slot `n`, and gives the new root.
fn commit_block(store: &Store, root: B256, n: u64) -> B256 {
    let mut tries = Overlay::new(store);
    let root = storage::write(&mut tries, root, U256::from(n), U256::from(n + 1)).unwrap();
    let leaves = LeavesRow { begin: number(n), entries: vec![number(1); 3], sealed: number(2) };
    let mut commit = Commit::new();
    commit
        .nodes(tries.take_fresh())
        .codes([Bytes::from(n.to_be_bytes())])
        .block(n, &block(n))
        .bloom(n, &Bloom::repeat_byte(n as u8))
        .leaves(n, &leaves)
        .boundary(n, 0, b"begin")
        .boundary(n, 1023, b"sealed")
        .progress(&progress(n, root));
    store.commit(commit).unwrap();
    root
}

fn filled(dir: &Path, blocks: u64) -> Vec<B256> {
    let store = Store::open(dir).unwrap();
    let mut roots = vec![EMPTY_ROOT];
    for n in 1..=blocks {
        roots.push(commit_block(&store, roots[roots.len() - 1], n));
    }
    roots
}

fn files(dir: &Path, prefix: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let dir = TempDir::new().unwrap();
    let roots = filled(dir.path(), 5);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.progress().unwrap(), Some(progress(5, roots[5])));
    for n in 1..=5u64 {
        assert_eq!(store.block(n).unwrap(), Some(block(n)));
        assert_eq!(store.leaves(n).unwrap().unwrap().begin, number(n));
        assert_eq!(store.bloom(n).unwrap(), Some(Bloom::repeat_byte(n as u8)));
        assert_eq!(store.boundary(n, 1023).unwrap(), Some(Bytes::from_static(b"sealed")));
        assert_eq!(store.boundary(n, 1).unwrap(), None);
        let code = Bytes::from(n.to_be_bytes());
        assert_eq!(store.code(keccak256(&code)).unwrap(), Some(code));
        // every earlier state is whole
        for slot in 1..=5u64 {
            let expected = if slot <= n { slot + 1 } else { 0 };
            let value = storage::read(&store, roots[n as usize], U256::from(slot)).unwrap();
            assert_eq!(value, U256::from(expected));
        }
    }
    assert_eq!(store.block(6).unwrap(), None);
    assert_eq!(store.node(B256::repeat_byte(1)).unwrap(), None);
    assert_eq!(store.code(B256::repeat_byte(1)).unwrap(), None);
}

#[test]
fn a_store_beyond_its_cache_has_all_that_was_committed() {
    let dir = TempDir::new().unwrap();
    let store = Store::open_with(dir.path(), CacheSize::megabytes(NonZeroU32::MIN)).unwrap();
    let node = |index: u64| Bytes::from(index.to_be_bytes().repeat(64));
    for lot in 0..40 {
        let nodes = (lot * 200..(lot + 1) * 200).map(node);
        let mut commit = Commit::new();
        commit.nodes(nodes.map(|node| (keccak256(&node), node)));
        store.commit(commit).unwrap();
    }
    for index in 0..8_000 {
        let node = node(index);
        assert_eq!(store.node(keccak256(&node)).unwrap(), Some(node));
    }
}

#[test]
fn blocks_and_transactions_are_found_by_hash_until_they_fall_out() {
    let dir = TempDir::new().unwrap();
    let roots = filled(dir.path(), 5);
    let store = Store::open(dir.path()).unwrap();
    for n in 1..=5 {
        assert_eq!(store.block_number(number(n)).unwrap(), Some(n));
        let place = store.transaction_place(transaction(n, n - 1)).unwrap();
        assert_eq!(place, Some(TransactionPlace { number: n, index: n - 1 }));
        assert_eq!(store.transaction_place(transaction(n, n)).unwrap(), None);
    }

    store.rollback(&progress(3, roots[3])).unwrap();
    assert_eq!(store.block_number(number(4)).unwrap(), None);
    assert_eq!(store.transaction_place(transaction(4, 0)).unwrap(), None);

    // another block 4, with what was in block 5
    let other = BlockRow { hash: number(40), transactions: block(5).transactions, ..block(4) };
    let mut commit = Commit::new();
    commit.block(4, &other).progress(&progress(4, roots[4]));
    store.commit(commit).unwrap();
    assert_eq!(store.block_number(number(4)).unwrap(), None, "the hint leads to another block");
    assert_eq!(store.block_number(number(40)).unwrap(), Some(4));
    assert_eq!(store.transaction_place(transaction(4, 0)).unwrap(), None);
    let place = store.transaction_place(transaction(5, 2)).unwrap();
    assert_eq!(place, Some(TransactionPlace { number: 4, index: 2 }));
}

#[test]
fn an_empty_store_knows_nothing() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.progress().unwrap(), None);
    assert_eq!(store.meta("x").unwrap(), None);
    assert_eq!(store.metas("").unwrap(), []);
}

#[test]
fn a_rollback_undoes_blocks_and_keeps_nodes() {
    let dir = TempDir::new().unwrap();
    let roots = filled(dir.path(), 5);
    let store = Store::open(dir.path()).unwrap();
    let back = progress(2, roots[2]);
    store.rollback(&back).unwrap();
    assert_eq!(store.progress().unwrap(), Some(back.clone()));
    for n in 1..=5 {
        let kept = n <= 2;
        assert_eq!(store.block(n).unwrap().is_some(), kept);
        assert_eq!(store.leaves(n).unwrap().is_some(), kept);
        assert_eq!(store.bloom(n).unwrap().is_some(), kept);
        assert_eq!(store.boundary(n, 0).unwrap().is_some(), kept);
        assert_eq!(store.boundary(n, 1023).unwrap().is_some(), kept);
    }
    assert!(store.node(roots[5]).unwrap().is_some());
    let result = store.rollback(&progress(4, roots[4]));
    assert!(matches!(result, Err(StoreError::NoSuchBlock(4))));
    assert_eq!(store.progress().unwrap(), Some(back));
    // block 0 is the genesis, which has no row
    store.rollback(&progress(0, EMPTY_ROOT)).unwrap();
    assert_eq!(store.block(1).unwrap(), None);
}

#[test]
fn a_rollback_forgets_the_messages_of_l1_blocks_that_are_gone() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.messages().unwrap(), 0);
    let row = |l1_block| MessageRow { l1_block, hash: number(l1_block), ..MessageRow::default() };
    let mut commit = Commit::new();
    for (index, l1_block) in (0..).zip([7, 7, 8, 9, 9]) {
        commit.message(index, &row(l1_block));
    }
    store.commit(commit).unwrap();
    assert_eq!(store.messages().unwrap(), 5);
    let l1 = |number| vec![L1Block { number, hash: B256::ZERO }];
    for (block, kept) in [(9, 5), (8, 3), (7, 2), (6, 0)] {
        store.rollback(&Progress { l1: l1(block), ..progress(0, EMPTY_ROOT) }).unwrap();
        assert_eq!(store.messages().unwrap(), kept);
        assert_eq!(store.message(kept).unwrap(), None);
    }
}

#[test]
fn batches_wait_until_they_are_executed_or_their_l1_blocks_are_gone() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.last_appended().unwrap(), None);
    let row = |l1_block| AppendedRow { l1_block, ..AppendedRow::default() };
    let mut commit = Commit::new();
    for (number, l1_block) in (1..).zip([7, 7, 8, 9]) {
        commit.appended(number, &row(l1_block));
    }
    store.commit(commit).unwrap();
    let mut commit = Commit::new();
    commit.block(1, &BlockRow { l1_block: 7, ..BlockRow::default() });
    store.commit(commit).unwrap();
    assert_eq!(store.appended(1).unwrap(), None, "it is executed");
    assert_eq!(store.appended(2).unwrap(), Some(row(7)));
    let back = |head, l1| {
        let l1 = vec![L1Block { number: l1, hash: B256::ZERO }];
        store.rollback(&Progress { l1, ..progress(head, EMPTY_ROOT) }).unwrap();
        store.last_appended().unwrap()
    };
    assert_eq!([back(1, 9), back(1, 8), back(1, 7)], [Some(4), Some(3), Some(2)]);
    assert_eq!(back(0, 6), None);
    assert_eq!(store.block(1).unwrap(), None);
}

#[test]
fn named_bytes_are_listed_by_prefix() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let mut commit = Commit::new();
    commit.meta("claim/2", b"two").meta("claim/1", b"one").meta("key", b"");
    store.commit(commit).unwrap();
    let claim = |n: &str, value: &'static [u8]| (format!("claim/{n}"), Bytes::from_static(value));
    assert_eq!(store.metas("claim/").unwrap(), [claim("1", b"one"), claim("2", b"two")]);
    assert_eq!(store.meta("key").unwrap(), Some(Bytes::new()));
    let mut commit = Commit::new();
    commit.remove_meta("claim/1");
    store.commit(commit).unwrap();
    assert_eq!(store.metas("claim/").unwrap(), [claim("2", b"two")]);
}

/// The database without the store. What was closed just now may still be locked.
fn raw(dir: &Path) -> sled::Db {
    let patient = (0..200).find_map(|_| {
        sled::open(dir).inspect_err(|_| thread::sleep(Duration::from_millis(10))).ok()
    });
    patient.unwrap()
}

/// Writes a raw row past the store.
fn overwrite(dir: &Path, key: &[u8], change: impl FnOnce(&mut Vec<u8>)) {
    let db = raw(dir);
    let mut row = db.get(key).unwrap().unwrap().to_vec();
    change(&mut row);
    db.insert(key, row).unwrap();
    db.flush().unwrap();
}

#[test]
fn a_changed_row_is_an_error_and_not_an_answer() {
    let dir = TempDir::new().unwrap();
    let roots = filled(dir.path(), 2);
    let code_hash = keccak256(1u64.to_be_bytes());
    overwrite(dir.path(), &Table::Node.hash_key(roots[1]), |row| row[0] ^= 1);
    overwrite(dir.path(), &Table::Code.hash_key(code_hash), Vec::clear);
    overwrite(dir.path(), &Table::Block.number_key(1), |row| row[50] ^= 1);
    overwrite(dir.path(), &Table::Boundary.slot_key(1, 0), |row| row.truncate(3));
    let moved = {
        let db = raw(dir.path());
        db.get(Table::Leaves.number_key(1)).unwrap().unwrap().to_vec()
    };
    overwrite(dir.path(), &Table::Leaves.number_key(2), |row| *row = moved);

    let store = Store::open(dir.path()).unwrap();
    assert!(store.node(roots[1]).is_err());
    assert!(store.code(code_hash).is_err());
    let is_damaged = |error: StoreError, expected| {
        error.is_corruption()
            && matches!(error, StoreError::Damaged { table, .. } if table == expected)
    };
    assert!(is_damaged(store.block(1).unwrap_err(), Table::Block));
    assert!(is_damaged(store.boundary(1, 0).unwrap_err(), Table::Boundary));
    assert!(is_damaged(store.leaves(2).unwrap_err(), Table::Leaves), "the row of another block");
    assert_eq!(store.block(2).unwrap(), Some(block(2)));
}

#[test]
fn a_store_without_its_heads_state_or_of_another_format_is_refused() {
    let dir = TempDir::new().unwrap();
    let roots = filled(dir.path(), 1);
    {
        let db = raw(dir.path());
        db.remove(Table::Node.hash_key(roots[1])).unwrap();
        db.flush().unwrap();
    }
    let result = Store::open(dir.path());
    assert!(matches!(result, Err(StoreError::HeadStateMissing(root)) if root == roots[1]));

    let key = Table::Format.key(&[]);
    overwrite(dir.path(), &key, |row| *row = rows::seal(&key, &[9]));
    assert!(matches!(Store::open(dir.path()), Err(StoreError::UnknownFormat(_))));
}

#[test]
fn a_damaged_snapshot_is_set_aside() {
    let dir = TempDir::new().unwrap();
    let roots = filled(dir.path(), 20);
    // opening writes one
    drop(Store::open(dir.path()).unwrap());
    let snapshots = files(dir.path(), "snap.");
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        fs::write(snapshot, []).unwrap();
    }
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.progress().unwrap(), Some(progress(20, roots[20])));
    assert_eq!(storage::read(&store, roots[20], U256::from(20)).unwrap(), U256::from(21));
    assert!(!files(dir.path(), "damaged-snap.").is_empty());
}

#[test]
fn a_corrupt_store_is_an_error_and_is_rebuilt_only_on_request() {
    let parent = TempDir::new().unwrap();
    let dir = parent.path().join("store");
    filled(&dir, 40);
    Damage::All.apply(&dir);
    let result = Store::open(&dir);
    assert!(result.as_ref().is_err_and(StoreError::is_corruption), "{result:?}");
    let (store, aside) = Store::open_or_rebuild(&dir, CacheSize::default()).unwrap();
    assert_eq!(store.progress().unwrap(), None);
    assert_eq!(aside, Some(parent.path().join("store.corrupt-1")));
    assert!(parent.path().join("store.corrupt-1/db").exists());

    let dir = TempDir::new().unwrap();
    filled(dir.path(), 1);
    let (_, aside) = Store::open_or_rebuild(dir.path(), CacheSize::default()).unwrap();
    assert_eq!(aside, None, "a sound store stays");
}

#[test]
fn a_damaged_log_never_gives_a_wrong_answer() {
    for damage in [Damage::Tail, Damage::Middle] {
        let dir = TempDir::new().unwrap();
        let roots = filled(dir.path(), 40);
        damage.apply(dir.path());
        // when sled last wrote a snapshot decides: it refuses the log, or stops at the damage, at an earlier head, from
        // which the node executes the rest again
        let store = match Store::open(dir.path()) {
            Ok(store) => store,
            Err(error) => {
                assert!(error.is_corruption(), "{damage:?} {error}");
                continue;
            }
        };
        let Some(Progress { head, .. }) = store.progress().unwrap() else { continue };
        assert_eq!(head.state_root, roots[head.number as usize]);
        for n in 1..=head.number {
            assert_eq!(store.block(n).unwrap(), Some(block(n)));
            let value = storage::read(&store, head.state_root, U256::from(n)).unwrap();
            assert_eq!(value, U256::from(n + 1));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    /// The second half of the log is gone.
    Tail,
    /// Bytes in its middle are changed.
    Middle,
    /// Bytes are changed everywhere.
    All,
}

impl Damage {
    fn apply(self, dir: &Path) {
        let mut file = OpenOptions::new().write(true).open(dir.join("db")).unwrap();
        let length = file.metadata().unwrap().len();
        let places = match self {
            Self::Tail => return file.set_len(length / 2).unwrap(),
            Self::Middle => length / 2..length / 2 + 40_000,
            Self::All => 0..length,
        };
        for at in places.step_by(4096) {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(&[0xff; 64]).unwrap();
        }
    }
}

#[test]
fn nodes_of_a_witness_are_found() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let mut commit = Commit::new();
    let mut nodes = B256Map::default();
    let root = storage::write(&mut nodes, EMPTY_ROOT, U256::from(1), U256::from(2)).unwrap();
    commit.nodes(nodes);
    store.commit(commit).unwrap();
    assert_eq!(storage::read(&store, root, U256::from(1)).unwrap(), U256::from(2));
}

#[test]
fn events_are_read_a_stretch_of_whole_blocks_at_a_time() {
    let directory = TempDir::new().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let event = |l1_block, index| EventRow { l1_block, index, ..EventRow::default() };
    let rows = [event(3, 0), event(5, 0), event(5, 7), event(5, 9), event(8, 1)];
    let mut commit = Commit::new();
    for row in &rows {
        commit.event(row);
    }
    store.commit(commit).unwrap();
    let read = |from, enough| store.events(from, 10, enough).unwrap();
    assert_eq!(read(0, 100), (rows.to_vec(), 10));
    assert_eq!(read(0, 1), (rows[..1].to_vec(), 3));
    assert_eq!(read(4, 1), (rows[1..4].to_vec(), 5), "what is in one block stays together");
    assert_eq!(read(6, 1), (rows[4..].to_vec(), 10));
    assert_eq!(read(9, 1), (vec![], 10));
}
