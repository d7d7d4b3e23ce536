//! Executed blocks: from the store of a daemon that does not run, or by a node of one's own that reads them from L1.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use eyre::WrapErr as _;
use surety_engine::{
    dispute::domain::Domain,
    inspect::{self, InspectError, Inspection, Page},
    machine::StepProof,
    node::{Node, archive::Archive, config::GenesisSource, deployment::Deployment},
    state::{Head, Store},
};
use tempfile::TempDir;

use crate::{
    place::Place,
    terminal::{
        failure::{Advise as _, Usage},
        progress,
    },
};

/// Where executed blocks come from.
#[derive(Clone, Debug, Args)]
pub(crate) struct BlocksArguments {
    /// Read nothing but the store, of a daemon that is not running. Without it a node of one's own reads L1 from the genesis on.
    #[arg(long)]
    offline: bool,
    /// The rollup's genesis file. Default: the configuration's, else genesis.json.
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    genesis: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Executed blocks.
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
pub(crate) enum Blocks {
    Kept(Archive),
    Followed(Follower),
}

impl BlocksArguments {
    /// Opens the store, or follows L1 to its head.
    pub(crate) async fn open(&self) -> eyre::Result<Blocks> {
        if !self.offline {
            let follower = Follower::open(&self.place, self.genesis.as_deref());
            return Ok(Blocks::Followed(follower.await?));
        }
        let store = self.place.layers.part::<PathBuf>("node.store")?;
        let store = store
            .ok_or_else(|| Usage("which store?".to_owned()))
            .advise(|| "name it with --store")?;
        let archive = Archive::open(&store, self.place.deployment()?);
        Ok(Blocks::Kept(archive.wrap_err_with(|| format!("the store {}", store.display()))?))
    }
}

/// A node of one's own.
pub(crate) struct Follower {
    pub(crate) node: Arc<Node>,
    /// The node's store, if nobody named one: it goes with the node.
    _store: Option<TempDir>,
}

impl Follower {
    /// Opens a node and follows L1 to its head. The genesis file is the configuration's unless `genesis` names one.
    pub(crate) async fn open(place: &Place, genesis: Option<&Path>) -> eyre::Result<Self> {
        let mut config = place.daemon()?.node;
        if let Some(path) = genesis {
            config.genesis = GenesisSource::Geth { path: path.to_owned() };
        }
        // a store that is named is kept, and the next time goes on from there
        let named = place.layers.part::<PathBuf>("node.store")?.is_some();
        let directory = if named { None } else { Some(tempfile::tempdir()?) };
        if let Some(directory) = &directory {
            config.store = directory.path().join("store");
        }
        let node = Arc::new(Node::open(&config).await?);
        follow(&node).await?;
        Ok(Self { node, _store: directory })
    }
}

/// Follows L1 to its head, and shows how far it has come.
pub(crate) async fn follow(node: &Node) -> eyre::Result<()> {
    let spinner = progress::spinner("following L1");
    loop {
        let tick = node.tick().await?;
        spinner.set_message(format!("L1 block {}, L2 block {}", tick.l1.number, tick.l2));
        if !tick.behind {
            spinner.finish_and_clear();
            return Ok(());
        }
    }
}

impl Blocks {
    pub(crate) fn deployment(&self) -> &Deployment {
        match self {
            Self::Kept(archive) => archive.deployment(),
            Self::Followed(Follower { node, .. }) => node.deployment(),
        }
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        match self {
            Self::Kept(archive) => archive.store(),
            Self::Followed(Follower { node, .. }) => node.store(),
        }
    }

    pub(crate) fn head(&self) -> eyre::Result<Head> {
        Ok(match self {
            Self::Kept(archive) => archive.head()?,
            Self::Followed(Follower { node, .. }) => node.head()?,
        })
    }

    /// Tells of a step, and gives its proof.
    pub(crate) fn inspect(
        &self,
        domain: Domain,
        slot: u32,
        step: u32,
    ) -> Result<(Inspection, StepProof), InspectError> {
        match self {
            Self::Kept(archive) => inspect::inspect(archive, domain, slot, step),
            Self::Followed(Follower { node, .. }) => inspect::inspect(&**node, domain, slot, step),
        }
    }

    /// Lists steps of a slot.
    pub(crate) fn list(
        &self,
        domain: Domain,
        slot: u32,
        range: Range<u32>,
    ) -> Result<Page, InspectError> {
        match self {
            Self::Kept(archive) => inspect::list(archive, domain, slot, range),
            Self::Followed(Follower { node, .. }) => inspect::list(&**node, domain, slot, range),
        }
    }

    /// The row of an executed block.
    pub(crate) fn row(&self, number: u64) -> eyre::Result<surety_engine::state::BlockRow> {
        let head = self.head()?.number;
        self.store()
            .block(number)?
            .ok_or_else(|| Usage(format!("block {number} is not executed")))
            .advise(|| {
                format!(
                    "blocks {} to {head} are",
                    self.deployment().genesis.number.saturating_add(1)
                )
            })
    }
}
