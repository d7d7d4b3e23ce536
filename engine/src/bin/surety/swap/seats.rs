//! The nodes and keys at both rollups of a swap.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use surety_engine::{
    l1::{send::Lane, signer::KeyError},
    node::{layers::Layers, opening::Opened},
    swap::{driver::Driver, observe::Seat, terms::Terms},
};

use crate::terminal::failure::Usage;

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
    let Opened { node, key } = Opened::new(&config).await?;
    let key = key.ok_or(KeyError::None)?;
    let lane = Arc::new(Lane::new(node.l1().clone(), key.clone(), (&config.lane).into()));
    Ok((Seat::new(node, lane, key), config.node.poll()))
}

/// Reads a file of terms.
pub(crate) fn read(path: &Path) -> eyre::Result<Terms> {
    let unusable = |why: &dyn fmt::Display| Usage(format!("{}: {why}", path.display()));
    let text = std::fs::read(path).map_err(|error| unusable(&error))?;
    Ok(serde_json::from_slice(&text).map_err(|error| unusable(&error))?)
}
