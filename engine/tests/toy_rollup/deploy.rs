//! The whole protocol on the toy machine, deployed from the artifacts.

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, SolValue, sol};
use surety_engine::dispute::observe::Deployment;
use surety_engine::l1::bindings::IInbox;
use surety_engine::machine::groups;

use super::machine::boundary;
use crate::devnet::{Devnet, ETHER};

pub const DEPLOYER: Address = address!("00000000000000000000000000000000000d1e01");
const SEQUENCER: Address = address!("0000000000000000000000000000000000005e0e");
/// Number of the genesis block.
pub const GENESIS: u64 = 100;
/// A of the deployment: C 60, G 5, T 40.
pub const BUDGET: u64 = 115;

sol! {
    struct Machine {
        uint8 phase;
        bytes32 blockHash;
        bytes32 txHash;
        bytes32 frameHash;
        bytes32 jobHash;
        bytes32 stateRoot;
        bytes32 scratchRoot;
    }

    struct Slice {
        bytes32 root;
        uint32 words;
        uint32 offset;
        uint32 length;
    }

    struct Block {
        uint64 number;
        uint64 timestamp;
        bytes32 prevRandao;
        address feeRecipient;
        uint256 baseFee;
        uint64 gasLimit;
        uint64 chainId;
        bytes32 headHash;
        bytes32 l1MessageRoot;
        Slice batch;
        uint32 cursor;
        uint64 gasUsed;
        bytes32 receiptsHash;
        bytes32 depositsHash;
        uint8 depositCount;
        uint8 depositsDone;
        bool open;
    }

    struct Timing {
        uint40 censorship;
        uint40 response;
        uint40 build;
        uint40 budget;
    }
}

/// The toy machine's state at genesis: the hash of its Block group, so that it is a boundary.
pub fn genesis_core(time: u64) -> B256 {
    groups::Block { number: GENESIS, timestamp: time, ..groups::Block::default() }.hash()
}

/// Deploys Inbox, Bonds, Tournament and Rollup around the toy verifier.
pub fn deploy(chain: &mut Devnet) -> (Deployment, B256) {
    let time = chain.time() - 1000;
    let core = genesis_core(time);
    let verifier = chain.deploy_artifact(DEPLOYER, "ToyMachine", "ToyVerifier", []);
    let nonce = chain.nonce(DEPLOYER);
    let (tournament, rollup) = (DEPLOYER.create(nonce + 2), DEPLOYER.create(nonce + 3));
    let floor = 100_000_000_000_000_u128;
    let inbox = chain.deploy(DEPLOYER, "Inbox", (GENESIS, time, floor, 0_u64).abi_encode_params());
    let bonds = chain.deploy(DEPLOYER, "Bonds", (rollup, tournament).abi_encode_params());
    let number = alloy_primitives::aliases::U40::from;
    let timing = Timing {
        censorship: number(60),
        response: number(5),
        build: number(40),
        budget: number(BUDGET),
    };
    let (root_bond, step_bond) = (U256::from(3 * ETHER), U256::from(21 * ETHER / 10));
    let price_cap = U256::from(50_000_000_000_u64);
    let arguments =
        (rollup, bonds, inbox, verifier, timing, step_bond, price_cap).abi_encode_params();
    assert_eq!(chain.deploy(DEPLOYER, "Tournament", arguments), tournament);
    let genesis = Machine {
        phase: 0,
        blockHash: core,
        txHash: B256::ZERO,
        frameHash: B256::ZERO,
        jobHash: B256::ZERO,
        stateRoot: core,
        scratchRoot: B256::ZERO,
    };
    let block = Block {
        number: GENESIS,
        timestamp: time,
        prevRandao: B256::ZERO,
        feeRecipient: Address::ZERO,
        baseFee: U256::ZERO,
        gasLimit: 0,
        chainId: 0,
        headHash: B256::ZERO,
        l1MessageRoot: B256::ZERO,
        batch: Slice { root: B256::ZERO, words: 0, offset: 0, length: 0 },
        cursor: 0,
        gasUsed: 0,
        receiptsHash: B256::ZERO,
        depositsHash: B256::ZERO,
        depositCount: 0,
        depositsDone: 0,
        open: false,
    };
    let arguments = (inbox, bonds, tournament, genesis, block, root_bond).abi_encode_params();
    assert_eq!(chain.deploy(DEPLOYER, "Rollup", arguments), rollup);
    let from = 0;
    let boundary = boundary(core).hash();
    (Deployment { rollup, tournament, bonds, inbox, from, genesis: GENESIS, boundary }, core)
}

/// Appends one batch. Returns the record hash of its block.
pub fn append(chain: &mut Devnet, inbox: Address) -> B256 {
    chain.fund(SEQUENCER, U256::from(ETHER));
    let call = IInbox::appendCall { feeRecipient: SEQUENCER, batch: vec![0, 1, 0xaa].into() };
    chain.send(SEQUENCER, inbox, U256::from(ETHER), call.abi_encode()).unwrap();
    let latest = chain.call(inbox, IInbox::latestBlockCall {}.abi_encode()).unwrap();
    let number = IInbox::latestBlockCall::abi_decode_returns(&latest).unwrap();
    let record = chain.call(inbox, IInbox::recordHashCall { number }.abi_encode()).unwrap();
    IInbox::recordHashCall::abi_decode_returns(&record).unwrap()
}
