//! Chains of one block that calls one contract, and CPU time.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::{eip2718::Encodable2718, eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE},
    genesis::GenesisAccount,
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, map::B256Map};
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use serde::Deserialize;
use surety_engine::{
    derive::{BlockInput, batch},
    execute::{block::execute_slot, boundary::Boundary, pending::Pending},
    genesis::{Alloc, GenesisFile},
    machine::{SlotInput, StepSink, groups::Record, trace_slot},
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::Limits,
    },
};
use xz2::read::XzDecoder;

const CHAIN_ID: u64 = 7;
/// JUMPDEST PUSH0 PUSH1 3 ADD PUSH1 5 MUL DUP1 PUSH0 MSTORE POP PUSH0 JUMP, until the gas is gone.
const LOOP: [u8; 14] = hex!("5b5f600301600502805f52505f56");

/// A contract's code and what it is called with.
#[derive(Clone, Debug, Deserialize)]
pub struct Program {
    pub name: String,
    pub code: Bytes,
    pub input: Bytes,
}

impl Program {
    pub fn new(name: &str, code: impl Into<Bytes>) -> Self {
        Self { name: name.into(), code: code.into(), input: Bytes::new() }
    }

    /// A loop that only computes.
    pub fn compute() -> Self {
        Self::new("compute", LOOP)
    }

    /// The programs of `fixtures/bench`.
    pub fn corpus() -> Vec<Self> {
        let file = fixture("bench/programs.json.xz");
        serde_json::from_reader(XzDecoder::new(File::open(file).unwrap())).unwrap()
    }
}

pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(path)
}

pub struct World {
    /// Nodes and codes, by their hashes.
    memory: B256Map<Bytes>,
    input: BlockInput,
    /// The boundary before slot 1.
    begun: Boundary,
}

impl World {
    pub fn new(program: &Program) -> Self {
        let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
        let contract = Address::repeat_byte(0xaa);
        let account = |code: &Bytes| GenesisAccount {
            nonce: Some(1),
            balance: U256::from(10).pow(U256::from(20)),
            code: Some(code.clone()),
            ..GenesisAccount::default()
        };
        let alloc = Alloc::from([
            (BEACON_ROOTS, account(&BEACON_ROOTS_CODE)),
            (BLOCK_HASHES, account(&HISTORY_STORAGE_CODE)),
            (contract, account(&program.code)),
            (signer.address(), account(&Bytes::new())),
        ]);
        let gas_limit = Limits::SURETY.block_gas;
        let file = GenesisFile::new(CHAIN_ID, 0, 1_000_000_000, gas_limit, alloc);
        let mut memory = B256Map::default();
        let (genesis, codes) = file.build(&mut memory).unwrap();
        memory.extend(codes);
        let mut transaction = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: 1,
            gas_limit: Limits::SURETY.transaction_gas,
            max_fee_per_gas: 2_000_000_000,
            to: TxKind::Call(contract),
            input: program.input.clone(),
            ..TxEip1559::default()
        };
        let signature = signer.sign_transaction_sync(&mut transaction).unwrap();
        let entry = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718();
        let batch = Bytes::from(batch::encode([entry]).unwrap());
        let record = Record { number: 1, timestamp: 1, ..Record::default() };
        let input = BlockInput::committed(record, batch).unwrap();
        let parent = Boundary::genesis(&genesis);
        let mut pending = Pending::new(&memory);
        let begun = execute_slot(&mut pending, &parent, 0, &input, &Limits::SURETY).unwrap();
        let (nodes, _) = pending.take();
        memory.extend(nodes);
        Self { memory, input, begun: begun.boundary }
    }

    /// The boundary before the transaction.
    pub fn start(&self) -> B256 {
        self.begun.hash()
    }

    /// Traces the transaction; gives the number of steps.
    pub fn trace(&self, sink: impl StepSink) -> u32 {
        let input = SlotInput {
            slot: 1,
            boundary: &self.begun,
            block: Some(&self.input),
            limits: &Limits::SURETY,
        };
        trace_slot(&self.memory, &input, sink).unwrap().steps
    }
}

/// Measures the time that the thread runs, so that what else the machine does matters less. Linux only.
pub struct CpuTime;

impl CpuTime {
    fn now() -> Duration {
        let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }

    fn end(&self, start: Duration) -> Duration {
        Self::now() - start
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}
