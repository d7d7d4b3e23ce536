//! An oracle that shares nothing with revm: the steps of state tests as the Python reference client (execution-specs)
//! traced them (EIP-3155) are the machine's steps. The machine's own groups are compared, as witnesses commit to them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::{collections::BTreeMap, fs::File, path::Path};

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256, keccak256, map::B256Map};
use serde::Deserialize;
use surety_engine::{
    authenticated::{
        account::{self, Account},
        hash_chain,
        mpt::EMPTY_ROOT,
        storage,
    },
    derive::{BlockInput, batch},
    execute::boundary::Boundary,
    machine::{
        Outcome, Phase, SlotInput, StepInfo, StepProof, StepSink, Traced, Witness,
        groups::{Block, Record},
        trace_slot,
    },
    rules::limits::Limits,
};
use xz2::read::XzDecoder;

#[derive(Deserialize)]
struct Case {
    name: String,
    test: Test,
    steps: Vec<Line>,
    end: End,
}

#[derive(Deserialize)]
struct Test {
    env: Environment,
    pre: BTreeMap<Address, PreAccount>,
    post: BTreeMap<String, Vec<Post>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Environment {
    current_coinbase: Address,
    current_gas_limit: U64,
    current_number: U64,
    current_timestamp: U64,
    current_random: B256,
    current_base_fee: U256,
}

#[derive(Deserialize)]
struct PreAccount {
    nonce: U64,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

#[derive(Deserialize)]
struct Post {
    hash: B256,
    txbytes: Bytes,
}

impl Test {
    fn post(&self) -> &Post {
        &self.post["Osaka"][0]
    }

    /// The machine's steps of the transaction, as the only entry of a batch.
    fn trace(&self, steps: &mut Steps) -> Traced {
        let (mut known, mut state_root) = (B256Map::<Bytes>::default(), EMPTY_ROOT);
        for (address, it) in &self.pre {
            let mut storage_root = EMPTY_ROOT;
            for (key, value) in it.storage.iter().filter(|(_, value)| !value.is_zero()) {
                storage_root = storage::write(&mut known, storage_root, *key, *value).unwrap();
            }
            let (nonce, code_hash) = (it.nonce.to(), keccak256(&it.code));
            known.insert(code_hash, it.code.clone());
            let account = Account { nonce, balance: it.balance, storage_root, code_hash };
            state_root = account::write(&mut known, state_root, *address, &account).unwrap();
        }
        let batch = Bytes::from(batch::encode([&self.post().txbytes]).unwrap());
        let slice = batch::slice(&batch).unwrap();
        let block = Block {
            number: self.env.current_number.to(),
            timestamp: self.env.current_timestamp.to(),
            prev_randao: self.env.current_random,
            fee_recipient: self.env.current_coinbase,
            base_fee: self.env.current_base_fee,
            gas_limit: self.env.current_gas_limit.to(),
            chain_id: 1,
            batch: slice,
            deposits_hash: KECCAK256_EMPTY,
            open: true,
            ..Block::default()
        };
        let record = Record { number: block.number, ..Record::default() };
        let input = BlockInput::committed(record, batch).unwrap();
        let boundary = Boundary { state_root, block };
        let limits = Limits::ETHEREUM;
        let slot = SlotInput { slot: 1, boundary: &boundary, block: Some(&input), limits: &limits };
        trace_slot(&known, &slot, steps).unwrap()
    }
}

/// A line of a trace: the frame before an opcode, except that `refund` is counted after it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    pc: u32,
    op: u8,
    gas: U64,
    gas_cost: U64,
    mem_size: u32,
    stack: Vec<U256>,
    depth: u16,
    refund: u64,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct End {
    gas_used: U64,
    error: Option<String>,
}

/// The steps of a slot.
#[derive(Default)]
struct Steps(Vec<(StepInfo, Witness)>);

impl StepSink for Steps {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, _: u32) -> bool {
        true
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        self.0.push((*info, proof.witness));
    }
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/eip3155/traces.json.xz");
    serde_json::from_reader(XzDecoder::new(File::open(path).unwrap())).unwrap()
}

/// Gas that the frame has left when the opcode has been paid for, while it is suspended if the opcode calls; `None` if
/// the opcode ends the frame.
fn left_after(steps: &[(StepInfo, Witness)], at: usize) -> Option<u64> {
    let depth = steps[at].0.depth;
    let later = &steps[at + 1..];
    let (next, witness) = later.first()?;
    if next.depth > depth {
        let ends = later.iter().filter(|(info, _)| info.depth == depth + 1);
        return ends.filter_map(|(_, witness)| witness.resumed.as_ref()).next().map(|it| it.gas);
    }
    let frame = witness.frame.as_ref().filter(|_| next.depth == depth)?;
    Some(frame.frame.gas)
}

/// Whether a trace has a line for it: the reference client does not run empty code at all.
fn is_traced((info, witness): &(StepInfo, Witness)) -> bool {
    let code = witness.frame.as_ref().map(|frame| frame.call.code_hash);
    info.phase == Phase::Running && code != Some(KECCAK256_EMPTY)
}

/// Compares step `at` with `line`; `authorized` is the refund that came before the first step.
fn compare(name: &str, line: &Line, steps: &[(StepInfo, Witness)], at: usize, authorized: u64) {
    let (info, witness) = &steps[at];
    let context = format!("{name}: step {}: {line:?}", info.index);
    let frame = witness.frame.as_ref().unwrap();
    let (group, call) = (&frame.frame, &frame.call);
    assert_eq!((group.pc, info.opcode), (line.pc, Some(line.op)), "{context}");
    assert_eq!(call.depth + 1, line.depth, "{context}");
    assert_eq!(U64::from(group.gas), line.gas, "{context}");
    assert_eq!(group.memory_words * 32, line.mem_size, "{context}");
    let stack = hash_chain::extend(B256::ZERO, line.stack.iter().map(|item| B256::from(*item)));
    assert_eq!(usize::from(group.stack_size), line.stack.len(), "{context}");
    assert_eq!(group.stack_hash, stack, "{context}");
    let after = steps[at + 1].1.tx.as_ref().unwrap();
    assert_eq!(after.refund - authorized, line.refund, "{context}");

    // what only ends a creation, or does not begin a frame, is no error of the opcode
    let goes_on = matches!(
        info.outcome,
        Outcome::Success | Outcome::Balance | Outcome::Collision | Outcome::CodePrefix
    );
    assert_eq!(goes_on, line.error.is_none(), "{context}: {}", info.outcome);
    if info.outcome == Outcome::Success
        && let Some(left) = left_after(steps, at)
    {
        assert_eq!(U64::from(left), line.gas - line.gas_cost, "{context}");
    }
}

#[test]
fn steps_are_the_reference_clients() {
    let (mut lines, mut tests) = (0, 0);
    for Case { name, test, steps: expected, end } in cases() {
        let mut steps = Steps::default();
        let traced = test.trace(&mut steps);
        let steps = steps.0;
        assert_eq!(traced.boundary.state_root, test.post().hash, "{name}");
        let tx = |phase| {
            let step = steps.iter().find(|(info, _)| info.phase == phase).unwrap();
            step.1.tx.clone().unwrap()
        };
        let (enter, settle) = (tx(Phase::Enter), tx(Phase::Settle));
        assert_eq!(U64::from(enter.gas_left - settle.gas_left), end.gas_used, "{name}");
        assert_eq!(settle.status, end.error.is_none(), "{name}");

        let opcodes: Vec<usize> = (0..steps.len()).filter(|at| is_traced(&steps[*at])).collect();
        assert_eq!(opcodes.len(), expected.len(), "{name}");
        for (line, at) in expected.iter().zip(opcodes) {
            compare(&name, line, &steps, at, enter.refund);
        }
        lines += expected.len();
        tests += 1;
    }
    assert_eq!((tests, lines), (137, 8_338));
}
