//! The whole protocol on the toy machine, deployed from the artifacts.

use std::path::Path;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::SolCall;
use surety_engine::deploy::{Artifacts, Protocol};
use surety_engine::dispute::observe::Deployment;
use surety_engine::execute::boundary::Boundary;
use surety_engine::l1::bindings::IInbox;
use surety_engine::machine::groups;
use surety_engine::rules::limits::Limits;
use surety_engine::rules::parameters::{BondSizes, Clocks, Parameters};

use crate::devnet::{Devnet, ETHER};

pub const DEPLOYER: Address = address!("00000000000000000000000000000000000d1e01");
const SEQUENCER: Address = address!("0000000000000000000000000000000000005e0e");
/// Number of the genesis block.
pub const GENESIS: u64 = 100;
const CLOCKS: Clocks = Clocks { censorship: 60, grace: 5, build: 40 };
/// A of the deployment.
pub const BUDGET: u64 = CLOCKS.budget();

/// The toy machine's start: its only word is the hash of the Block group, so that it is a boundary.
fn start(time: u64) -> Boundary {
    let block = groups::Block { number: GENESIS, timestamp: time, ..groups::Block::default() };
    Boundary { state_root: block.hash(), block }
}

/// Root bonds of 3 ETH, step bonds of 2.1.
fn parameters() -> Parameters {
    let bonds = BondSizes {
        honest_line: U256::from(7 * ETHER / 10),
        delay: U256::from(3 * ETHER),
        append_fee_floor: U256::from(ETHER / 10_000),
    };
    Parameters::new(Limits::SURETY, CLOCKS, bonds, Parameters::HEIGHTS).unwrap()
}

/// Deploys Inbox, Bonds, Tournament and Rollup around the toy verifier; proofs settle at `settlement`, if that is not 0. Gives
/// the toy machine's first word too.
pub fn deploy(chain: &mut Devnet, settlement: Address) -> (Deployment, B256) {
    let protocol = Protocol {
        verifier: chain.deploy_artifact(DEPLOYER, "ToyMachine", "ToyVerifier", []),
        start: start(chain.time() - 1000),
        parameters: parameters(),
        gas_price_cap: U256::from(50_000_000_000_u64),
        sunset: 0,
        settlement,
        bridge: false,
    };
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out");
    let creations =
        protocol.creations(&Artifacts::new(out), DEPLOYER, chain.nonce(DEPLOYER)).unwrap();
    let made: Vec<_> = creations
        .into_iter()
        .map(|creation| {
            let created = chain.create(DEPLOYER, creation.name, creation.initcode);
            assert_eq!(created, creation.address, "{}", creation.name);
            created
        })
        .collect();
    let deployment = Deployment {
        inbox: made[0],
        bonds: made[1],
        tournament: made[2],
        rollup: made[3],
        from: 0,
        genesis: GENESIS,
        boundary: protocol.start.hash(),
    };
    (deployment, protocol.start.state_root)
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
