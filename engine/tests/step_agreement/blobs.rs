//! Batches in blobs: the block begins element by element.

use alloy_primitives::{B256, Bytes, keccak256};
use surety_engine::{
    authenticated::blob::{Blob, ELEMENTS},
    conformance::Verifier,
    derive::{BatchData, BlockInput, batch},
    execute::{block::execute_block, boundary::Boundary, pending::Pending},
    machine::{JobKind, Leaves, Phase, SlotInput, StepInfo, StepProof, StepSink, trace_slot},
    rules::limits::Limits,
};

use crate::{
    empty::Empty,
    scenario::{Scenario, address, verifier},
};

/// A blob none of whose bytes is zero, in which no transaction is.
fn noise() -> Blob {
    let elements = (0..ELEMENTS).flat_map(|index| {
        let mut element = keccak256(index.to_be_bytes());
        element.iter_mut().for_each(|byte| *byte |= 1);
        element[0] = element[0] & 0x3f | 1;
        element
    });
    Blob::new(&elements.collect::<Vec<_>>()).unwrap()
}

/// A block whose batch is in `blob`, its parent and the state.
fn block(blob: Blob) -> (Boundary, BlockInput, Pending<Empty>) {
    let (parent, input, state) = Scenario::new().into_block();
    let record = BatchData::Blob(blob.clone()).commit(input.record().clone()).unwrap();
    (parent, BlockInput::new(record, blob, Vec::new()).unwrap(), state)
}

/// Lets the verifier repeat the steps of a blob that are wanted.
struct Repeat<F> {
    verifier: Verifier,
    wanted: F,
    repeated: u32,
}

impl<F: Fn(u32) -> bool> StepSink for Repeat<F> {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, index: u32) -> bool {
        (self.wanted)(index)
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        let gas = self.verifier.check(&proof);
        assert!(gas.as_ref().is_ok_and(|gas| *gas < 1_000_000), "{info:?}: {gas:?}");
        self.repeated += u32::from(info.phase == Phase::Blob);
    }
}

fn repeat(wanted: impl Fn(u32) -> bool) -> u32 {
    let (parent, input, state) = block(noise());
    let limits = Limits::SURETY;
    let slot = SlotInput { slot: 0, boundary: &parent, block: Some(&input), limits: &limits };
    let mut sink = Repeat { verifier: verifier(&limits), wanted, repeated: 0 };
    let traced = trace_slot(&state, &slot, &mut sink).unwrap();
    assert_eq!(traced.boundary.block.batch, input.slice());
    sink.repeated
}

#[test]
fn the_verifier_copies_what_the_blob_holds() {
    // element i is step i + 1; every 32nd fills a word exactly, the others reach into two
    let edges = [1, 2, 3, 31, 32, 33, 34, 2048, 2049, 4094, 4095, 4096];
    assert_eq!(repeat(|index| edges.contains(&index)), 12);
}

#[test]
#[ignore = "takes minutes"]
fn the_verifier_copies_every_element() {
    assert_eq!(repeat(|_| true), ELEMENTS);
}

#[test]
fn a_blob_takes_one_step_an_element() {
    #[derive(Default)]
    struct Kinds(Vec<(Phase, Option<JobKind>)>);
    impl StepSink for Kinds {
        fn step(&mut self, info: &StepInfo, _: B256) {
            self.0.push((info.phase, info.job));
        }
    }
    let (parent, input, state) = block(noise());
    let limits = Limits::SURETY;
    let slot = SlotInput { slot: 0, boundary: &parent, block: Some(&input), limits: &limits };
    let mut kinds = Kinds::default();
    trace_slot(&state, &slot, &mut kinds).unwrap();
    let count = ELEMENTS as usize;
    assert_eq!(kinds.0[0], (Phase::Boundary, None));
    assert!(kinds.0[1..=count].iter().all(|kind| *kind == (Phase::Blob, Some(JobKind::Blob))));
    assert_eq!(kinds.0[count + 1], (Phase::Enter, None));

    let mut leaves = Leaves::default();
    trace_slot(&state, &slot, &mut leaves).unwrap();
    let mut distinct = leaves.0.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), leaves.0.len(), "no state comes twice");
}

#[test]
fn a_blob_is_the_batch_it_holds() {
    let scenario = |in_blob| {
        let mut scenario = Scenario::new();
        scenario.in_blob = in_blob;
        scenario.call(address(2), 21_000);
        scenario.send(1, address(3).into(), 30_000, 5, &[1; 100]);
        scenario.entry([0xff; 40]);
        scenario.deposit(address(4), 5);
        scenario.check()
    };
    let (blob, calldata) = (scenario(true), scenario(false));
    assert_eq!(blob.statuses(), [true, true]);
    assert_eq!(blob.gas_used(), calldata.gas_used());
    let (blob, calldata) = (blob.outcome.boundary, calldata.outcome.boundary);
    assert_eq!(blob.state_root, calldata.state_root);
    assert_ne!(blob.block.head_hash, calldata.block.head_hash, "the batch root is another");
}

#[test]
fn zeros_behind_a_batch_end_it() {
    let mut scenario = Scenario::new();
    scenario.call(address(2), 21_000);
    let (parent, input, mut state) = scenario.into_block();
    // after the zeros an entry that is never reached
    let entries = input.batch().clone();
    let padded = Bytes::from([&entries[..], &[0; 50], &entries[..]].concat());
    let blob = Blob::of_batch(&padded).unwrap();
    assert!(batch::entry_at(&blob.batch(), entries.len() as u32).is_none());
    let input = BlockInput::committed(input.record().clone(), blob).unwrap();
    let outcome = execute_block(&mut state, &parent, &input, &Limits::SURETY).unwrap();
    assert_eq!((outcome.executed().count(), outcome.skipped().count()), (1, 0));
}
