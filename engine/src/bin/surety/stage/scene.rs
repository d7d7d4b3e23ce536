//! The scene of every story: a rollup on an L1 of its own, whose one batch is a mainnet block.

use std::path::{Path, PathBuf};

use eyre::OptionExt as _;
use surety_engine::{
    l1::{
        append::{append, append_blob},
        send::Sent,
    },
    node::{
        Node,
        config::{GenesisSource, NodeConfig},
        deployment::Deployment,
    },
    state::witness::BlockWitness,
};

use super::{
    devnet::{Account, Devnet},
    mainnet,
};

/// A rollup on an L1 of its own.
pub(crate) struct Scene {
    root: PathBuf,
    data: PathBuf,
    pub(crate) devnet: Devnet,
    pub(crate) deployment: Deployment,
    /// The block that becomes the batch, with the state it needs.
    pub(crate) witness: BlockWitness,
}

impl Scene {
    /// Starts the L1 with `liars` liars' accounts and deploys the rollup; gives what that took.
    pub(crate) async fn deploy(
        root: &Path,
        data: &Path,
        liars: u32,
    ) -> eyre::Result<(Self, Vec<Sent>)> {
        let devnet = Devnet::start(root, data, Account::Liar(liars).index()).await?;
        let witness = BlockWitness::read(mainnet::fixture(root))?;
        let (deployment, made) = devnet.deploy(root, mainnet::genesis(&witness)).await?;
        deployment.write(&data.join("deployment.json"))?;
        let (root, data) = (root.to_owned(), data.to_owned());
        Ok((Self { root, data, devnet, deployment, witness }, made))
    }

    /// Appends the mainnet block as one batch, in calldata or in a blob; gives its bytes and what that took.
    pub(crate) async fn append(&self, in_blob: bool) -> eyre::Result<(usize, Sent)> {
        let Self { devnet, deployment, .. } = self;
        let batch = mainnet::batch(&self.witness)?;
        // what is asked of L1 before the append is judged by the newest block's time
        devnet.set_next_time(mainnet::APPEND_TIME - 12).await?;
        devnet.mine(1).await?;
        devnet.set_next_time(mainnet::APPEND_TIME).await?;
        let bytes = batch.len();
        let lane = devnet.lane(Account::Sequencer)?;
        let recipient = mainnet::FEE_RECIPIENT;
        let (l1, inbox) = (&devnet.l1, deployment.inbox);
        let sent = if in_blob {
            append_blob(l1, &lane, inbox, recipient, &batch).await?
        } else {
            append(l1, &lane, inbox, recipient, batch.into()).await?
        };
        Ok((bytes, sent))
    }

    /// A node in this process that has followed L1 to its head; its store goes by `name`.
    pub(crate) async fn node(&self, name: &str) -> eyre::Result<Node> {
        let genesis = GenesisSource::Witness { path: mainnet::fixture(&self.root) };
        let (deployment, store) = (self.data.join("deployment.json"), self.data.join(name));
        let config = NodeConfig {
            beacon: Some(self.devnet.beacon()),
            poll_ms: 200,
            ..NodeConfig::new(self.devnet.endpoint(), deployment, store, genesis)
        };
        let node = Node::open(&config).await?;
        while node.tick().await?.behind {}
        Ok(node)
    }

    /// Where the L1's accounts, the daemons' stores and logs are.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The repository.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

/// The number of the L2 block that everything is about.
pub(crate) fn block_number(node: &Node) -> eyre::Result<u64> {
    node.deployment().genesis.number.checked_add(1).ok_or_eyre("no block number left")
}
