//! The nodes and keys at both rollups of a swap.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use eyre::WrapErr as _;
use surety_engine::{
    l1::send::Lane,
    node::{Node, layers::Layers, wiring},
    swap::{driver::Driver, observe::Seat, terms::Terms},
};

/// Which swap, and whose nodes and keys.
#[derive(Clone, Debug, Args)]
pub(crate) struct SeatsArguments {
    /// The swap's terms.
    #[arg(long)]
    terms: PathBuf,
    /// Configuration file (TOML) like a daemon's, with a store of its own, at the first leg's rollup.
    #[arg(long)]
    one: PathBuf,
    /// The same at the second leg's rollup.
    #[arg(long)]
    two: PathBuf,
}

impl SeatsArguments {
    /// Opens both nodes; gives the time between looks, too.
    pub(crate) async fn open(&self) -> eyre::Result<(Driver, Duration)> {
        let (one, poll) = open(&self.one).await?;
        let one = Arc::new(one);
        let two = match self.two == self.one {
            true => Arc::clone(&one),
            false => Arc::new(open(&self.two).await?.0),
        };
        Ok((Driver::new(read(&self.terms)?, one, two)?, poll))
    }
}

/// Opens a node with its key; gives the time between looks, too.
pub(crate) async fn open(config: &Path) -> eyre::Result<(Seat, Duration)> {
    let config = Layers::of(config).shared()?;
    let key = config.key()?;
    let node = Arc::new(Node::open(&config.node).await?);
    wiring::check(node.l1(), node.deployment()).await?;
    wiring::check_code(node.l1(), node.deployment(), config.node.unknown_code).await?;
    let lane = Arc::new(Lane::new(node.l1().clone(), key.clone(), (&config.lane).into()));
    Ok((Seat::new(node, lane, key), config.node.poll()))
}

/// Reads a file of terms.
pub(crate) fn read(path: &Path) -> eyre::Result<Terms> {
    let text = std::fs::read(path).wrap_err_with(|| path.display().to_string())?;
    serde_json::from_slice(&text).wrap_err_with(|| path.display().to_string())
}
