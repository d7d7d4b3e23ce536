//! An L1 with a rollup on it, followed by nodes.

use alloy::{
    network::TransactionBuilder as _,
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    rpc::types::{TransactionRequest, anvil::ReorgOptions},
};
use alloy_sol_types::SolCall;
use surety_engine::{
    deploy::{Artifacts, Plan, Settings},
    derive::{BatchData, BlockInput},
    execute::boundary::Genesis,
    l1::{
        append::{append, append_blob},
        beacon::{BeaconClient, BeaconConfig, BlockNames},
        bindings::IInbox,
        client::L1Client,
        follow::Headers,
        send::{Lane, LaneSettings},
        signer::{Key, KeySource, write_secret},
    },
    node::{
        Node, NodeError,
        batches::batches,
        config::{GenesisSource, NodeConfig},
        deployment::Deployment,
        history::History as _,
    },
    rules::parameters::Parameters,
};
use tempfile::TempDir;

use crate::{
    history::Blocks,
    support::{self, scenario},
};

/// When L1 starts: late enough for the scenario's genesis.
const TIME: &str = "1800000100";

/// An L1 with a rollup, and a place for stores.
pub struct Devnet {
    anvil: support::L1,
    pub l1: L1Client,
    pub directory: TempDir,
    pub config: NodeConfig,
    pub deployment: Deployment,
    pub sequencer: Lane,
}

impl Devnet {
    /// The second scenario's genesis.
    pub async fn new() -> Self {
        let path = support::root().join("fixtures/scenario/genesis.json");
        Self::with(scenario::genesis().0, GenesisSource::Geth { path }).await
    }

    pub async fn with(genesis: Genesis, source: GenesisSource) -> Self {
        let anvil = support::anvil(&["--timestamp", TIME]);
        let directory = tempfile::tempdir().unwrap();
        let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
        let sequencer = Lane::new(l1.clone(), key(&directory, 0), LaneSettings::default());
        let deployment = deploy(&l1, &sequencer, genesis).await;
        let at = |name: &str| directory.path().join(name);
        let config = NodeConfig {
            beacon: Some(beacon(&anvil)),
            poll_ms: 100,
            ..NodeConfig::new(anvil.endpoint(), at("deployment.json"), at("store"), source)
        };
        deployment.write(&config.deployment).unwrap();
        Self { anvil, l1, directory, config, deployment, sequencer }
    }

    /// The L1's own beacon API.
    pub fn beacon(&self) -> BeaconConfig {
        beacon(&self.anvil)
    }

    /// Appends the scenario's batch `number`; gives the L1 block.
    pub async fn append(&self, number: u64) -> u64 {
        let batch = scenario::block(number).batch;
        let recipient = scenario::address("fee-recipient");
        let inbox = self.deployment.inbox;
        append(&self.l1, &self.sequencer, inbox, recipient, batch).await.unwrap().block
    }

    /// Appends the scenario's batch `number` in a blob; gives the L1 block.
    pub async fn append_blob(&self, number: u64) -> u64 {
        let batch = scenario::block(number).batch;
        let recipient = scenario::address("fee-recipient");
        let inbox = self.deployment.inbox;
        append_blob(&self.l1, &self.sequencer, inbox, recipient, &batch).await.unwrap().block
    }

    /// Appends the scenario's batches in one L1 block.
    pub async fn append_together(&self, numbers: [u64; 2]) {
        let provider = self.l1.provider();
        provider.anvil_set_auto_mine(false).await.unwrap();
        for number in numbers {
            let fee_recipient = scenario::address("fee-recipient");
            let batch = scenario::block(number).batch;
            let request = TransactionRequest::default()
                .with_from(self.sequencer.address())
                .with_to(self.deployment.inbox)
                .with_value(U256::from(10).pow(U256::from(18)))
                .with_gas_limit(10_000_000)
                .with_input(IInbox::appendCall { feeRecipient: fee_recipient, batch }.abi_encode());
            let _ = provider.send_transaction(request).await.unwrap();
        }
        provider.anvil_mine(Some(1), None).await.unwrap();
        provider.anvil_set_auto_mine(true).await.unwrap();
    }

    /// Takes the newest L1 blocks back and leaves the chain shorter.
    pub async fn take_back(&self, blocks: u64) {
        self.l1.provider().anvil_rollback(Some(blocks)).await.unwrap();
    }

    /// Replaces the newest L1 blocks with empty ones.
    pub async fn replace(&self, depth: u64) {
        let options = ReorgOptions { depth, tx_block_pairs: Vec::new() };
        self.l1.provider().anvil_reorg(options).await.unwrap();
    }

    /// What executing L1's batches by themselves leads to.
    pub async fn reference(&self) -> Blocks {
        let (genesis, memory) = scenario::genesis();
        let head = self.l1.provider().get_block_number().await.unwrap();
        let mut blocks = Vec::new();
        for number in self.deployment.l1_block + 1..=head {
            blocks.push(self.l1.at(number).await.unwrap().unwrap());
        }
        let inbox = self.deployment.inbox;
        let logs = self.l1.proven_logs(&[inbox], &blocks).await.unwrap();
        let beacon = BeaconClient::new(&self.beacon()).unwrap();
        let at = |number| *blocks.iter().find(|block| block.number == number).unwrap();
        let mut inputs = Vec::new();
        for batch in batches(&logs, inbox).unwrap() {
            let hash = batch.record.blob_hash;
            let data: BatchData = if hash.is_zero() {
                batch.bytes.into()
            } else {
                beacon.blob(&at(batch.place.block), hash).await.unwrap().into()
            };
            inputs.push(BlockInput::new(batch.record, data, batch.deposits).unwrap());
        }
        Blocks::execute(&genesis, memory, inputs.into_iter())
    }

    /// The node has executed just the first `head` blocks, each as it should.
    pub async fn check(&self, node: &Node, head: u64) {
        let reference = self.reference().await;
        for number in 1..=head {
            for slot in [0, 1, 2, 17, 500, 1022, 1023] {
                let expected = reference.boundary(number, slot).unwrap();
                assert_eq!(node.boundary(number, slot).unwrap(), expected, "{number}/{slot}");
            }
            assert_eq!(node.input(number).unwrap(), reference.input(number).unwrap());
        }
        for after in 0..head {
            let (ours, theirs) = (node.slots(after, head), reference.slots(after, head));
            assert_eq!(ours.unwrap().tree().root(), theirs.unwrap().tree().root());
        }
        let next = head + 1;
        assert!(reference.sealed(next).is_err());
        assert!(
            matches!(node.sealed(next), Err(NodeError::Missing { number, .. }) if number == next)
        );
        assert!(node.slots(0, next).is_err());
    }
}

fn beacon(anvil: &support::L1) -> BeaconConfig {
    BeaconConfig { urls: vec![anvil.endpoint()], blocks: BlockNames::Number }
}

async fn deploy(l1: &L1Client, lane: &Lane, genesis: Genesis) -> Deployment {
    let settings = Settings::new(genesis, Parameters::development().unwrap());
    let artifacts = Artifacts::new(support::root().join("out"));
    let plan = Plan::new(&artifacts, lane.address(), 0, &settings).unwrap();
    let before = l1.provider().get_block_number().await.unwrap();
    for creation in &plan.creations {
        creation.send(lane).await.unwrap();
    }
    plan.deployment(l1.chain_id(), before)
}

pub fn key(directory: &TempDir, index: u32) -> Key {
    let path = directory.path().join("phrase");
    write_secret(&path, "test test test test test test test test test test test junk").unwrap();
    KeySource::Mnemonic { path, index }.load().unwrap()
}

/// Ticks until there is nothing to follow; gives the last executed block.
pub async fn catch_up(node: &Node) -> u64 {
    for _ in 0..8 {
        let tick = node.tick().await.unwrap();
        if !tick.behind {
            assert_eq!(tick.lag, 0);
            return tick.l2;
        }
    }
    panic!("the node does not catch up");
}
