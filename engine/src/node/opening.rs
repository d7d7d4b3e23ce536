//! What every program that acts at a rollup begins with: its key, a node of its own, and contracts on L1 that are those of the
//! deployment file.

use std::{future::Future, sync::Arc};

use futures_util::future::OptionFuture;
use tokio::{select, time::sleep};
use tracing::warn;

use super::{
    Node,
    daemon::{DaemonConfig, StartError},
    wiring,
};
use crate::l1::signer::{Key, KeySource};

/// An open node, whose deployment is checked, and the key that acts there, if there is one.
#[derive(Debug)]
pub struct Opened {
    /// The node. It has not followed L1 yet.
    pub node: Arc<Node>,
    /// The key.
    pub key: Option<Key>,
}

impl Opened {
    /// Loads the key, opens the node, and checks the contracts.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(config: &DaemonConfig) -> Result<Self, StartError> {
        let key = config.key.as_ref().map(KeySource::load).transpose()?;
        if let Some(Err(error)) = OptionFuture::from(key.as_ref().map(Key::check)).await {
            match error.may_pass() {
                true => warn!(%error, "moves wait for the remote signer"),
                false => return Err(error.into()),
            }
        }
        let node = Arc::new(Node::open(&config.node).await?);
        wiring::check(node.l1(), node.deployment()).await?;
        wiring::check_code(node.l1(), node.deployment(), config.node.unknown_code).await?;
        Ok(Self { node, key })
    }

    /// [`Self::new`], again and again while L1 cannot be reached: it may start later. `None` when `shutdown` comes first.
    ///
    /// # Errors
    /// [`StartError`] that waiting does not cure.
    pub async fn patiently(
        config: &DaemonConfig,
        mut shutdown: impl Future<Output = ()> + Unpin,
    ) -> Result<Option<Self>, StartError> {
        loop {
            let opened = select! {
                biased;
                () = &mut shutdown => return Ok(None),
                opened = Self::new(config) => opened,
            };
            match opened {
                Err(error) if error.is_unreachable() => {
                    warn!(%error, "waiting for L1");
                    select! {
                        biased;
                        () = &mut shutdown => return Ok(None),
                        () = sleep(config.node.poll()) => {}
                    }
                }
                opened => return opened.map(Some),
            }
        }
    }
}
