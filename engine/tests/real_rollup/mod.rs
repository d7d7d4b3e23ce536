//! The second scenario as a rollup on an L1 in process: the real contracts with the real step verifier, the scenario's
//! genesis, its batches appended to the Inbox.

pub mod history;

use std::sync::Arc;

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolEvent};
use surety_engine::{
    deploy::{Artifacts, Plan, Settings},
    derive::BlockInput,
    dispute::{domain::Domain, observe::Deployment},
    execute::boundary::Genesis,
    l1::bindings::IInbox,
    machine::groups::Record,
    node::evidence::Execution,
    rules::{
        limits::Limits,
        parameters::{Clocks, Parameters},
    },
};

use crate::{
    devnet::{Devnet, ETHER},
    support::{
        root,
        scenario::{self, BLOCKS},
    },
};
use history::Blocks;

const DEPLOYER: Address = address!("00000000000000000000000000000000000d1e01");
const SEQUENCER: Address = address!("0000000000000000000000000000000000005e0e");

/// All four blocks: what every claim here is about.
pub const DOMAIN: Domain = Domain { first: 1, blocks: BLOCKS as u16 };

/// The rollup before anybody has claimed anything.
pub struct RealRollup {
    pub chain: Devnet,
    pub deployment: Deployment,
    pub parameters: Parameters,
    pub execution: Execution<Blocks>,
}

impl RealRollup {
    pub fn new() -> Self {
        let (genesis, memory) = scenario::genesis();
        let mut chain = Devnet::new();
        chain.wait_until(genesis.timestamp + 12);
        let parameters = parameters();
        let deployment = deploy(&mut chain, genesis, parameters);
        let inputs = (1..=BLOCKS).map(|number| {
            let batch = scenario::block(number).batch;
            append(&mut chain, deployment.inbox, batch)
        });
        let blocks = Blocks::execute(&genesis, memory, inputs);
        Self { chain, deployment, parameters, execution: Execution::new(Arc::new(blocks)) }
    }
}

/// Development's, with shorter clocks: an L1 in process censors nobody.
fn parameters() -> Parameters {
    let development = Parameters::development().unwrap();
    let clocks = Clocks { censorship: 20, grace: 5, build: 10 };
    Parameters::new(Limits::SURETY, clocks, development.bonds(), development.heights()).unwrap()
}

fn deploy(chain: &mut Devnet, genesis: Genesis, parameters: Parameters) -> Deployment {
    let settings = Settings::new(genesis, parameters);
    let from = chain.number();
    let plan =
        Plan::new(&Artifacts::new(root().join("out")), DEPLOYER, chain.nonce(DEPLOYER), &settings)
            .unwrap();
    for creation in &plan.creations {
        let created = chain.create(DEPLOYER, creation.name, creation.initcode.clone());
        assert_eq!(created, creation.address, "{}", creation.name);
    }
    let made = plan.deployment(1, from);
    Deployment {
        rollup: made.rollup,
        tournament: made.tournament,
        bonds: made.bonds,
        inbox: made.inbox,
        from,
        genesis: genesis.number,
        boundary: made.start().hash(),
    }
}

/// Appends a batch; gives what the Inbox announces.
fn append(chain: &mut Devnet, inbox: Address, batch: alloy_primitives::Bytes) -> BlockInput {
    chain.fund(SEQUENCER, U256::from(ETHER));
    let fee_recipient = scenario::address("fee-recipient");
    let call = IInbox::appendCall { feeRecipient: fee_recipient, batch: batch.clone() };
    let mined = chain.send(SEQUENCER, inbox, U256::from(ETHER), call.abi_encode()).unwrap();
    let event = IInbox::BatchAppended::decode_log_validate(&mined.logs[0]).unwrap();
    let (record, hash) = (Record::from(event.data.record), event.data.recordHash);
    assert_eq!(record.hash(), hash);
    BlockInput::new(record, batch, Vec::new()).unwrap()
}
