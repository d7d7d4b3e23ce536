//! Relays all messages of a rollup, both ways, for as long as it runs.
//!
//! A round looks at the chain and brings on what can be brought on. It keeps only what saves work, so that a relayer that
//! is killed and starts again does the same; what somebody else has relayed meanwhile is done.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use alloy_primitives::{Address, B256};
use serde::Serialize;
use tracing::{info, warn};

use super::{
    RelayError,
    account::{L2Account, post},
    carry_out::{CarriedOut, carry_out},
    down::{self, DownStatus},
    up::{self, Outgoing, UpStatus},
};
use crate::{
    bridge::message::Message,
    dispute::observe::{self, Observer},
    l1::{
        bindings::IInbox,
        send::{Lane, LaneSettings},
        signer::Key,
    },
    node::{Node, batches, pinned::Pinned},
    telemetry::{Health, names},
};

/// Messages relayed in one batch at most: the block's gas bounds them, too.
const RELAYS_A_BATCH: usize = 16;
/// L1 blocks after which a message whose target failed is tried again.
const RETRY_AFTER: u64 = 25;
/// L1 blocks after which a withdrawal is not looked at again: no reorganisation undoes it.
const SETTLED_DEPTH: u64 = 64;

/// What a round brought on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Round {
    /// There is more of L1 to follow first.
    pub behind: bool,
    /// Leaves of messages that were posted to L2.
    pub relayed: Vec<u64>,
    /// Hashes of messages that were carried out on L1.
    pub withdrawn: Vec<B256>,
    /// Whether a batch was appended that only lets deposits or messages arrive.
    pub pushed: bool,
}

impl Round {
    /// Whether nothing was brought on.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something was sent.
    #[must_use]
    pub const fn has_sent(&self) -> bool {
        !self.relayed.is_empty() || !self.withdrawn.is_empty() || self.pushed
    }
}

/// Relays with one key, on L1 and on L2.
#[derive(Debug)]
pub struct Relayer {
    node: Arc<Node>,
    lane: Arc<Lane>,
    account: L2Account,
    observer: Observer<Pinned>,
    only: BTreeSet<Address>,
    known: Known,
    health: Health,
}

/// What need not be looked at again while L2's chain stays as it is.
#[derive(Debug, Default)]
struct Known {
    /// Where the chain stood.
    head: (u64, B256),
    /// Leaves below this one are relayed or of no concern.
    settled: u64,
    /// Messages for L1 that have not been carried out for long.
    outgoing: BTreeMap<B256, Pending>,
}

/// A message for L1.
#[derive(Debug)]
struct Pending {
    sent: Outgoing,
    /// The L1 block in which its target failed last.
    failed: Option<u64>,
    /// The first L1 block in which it was found carried out.
    withdrawn: Option<u64>,
}

impl Pending {
    const fn new(sent: Outgoing) -> Self {
        Self { sent, failed: None, withdrawn: None }
    }

    fn is_settled(&self, now: u64) -> bool {
        self.withdrawn.is_some_and(|since| since.saturating_add(SETTLED_DEPTH) <= now)
    }

    fn may_try(&self, now: u64) -> bool {
        self.failed.is_none_or(|failed| failed.saturating_add(RETRY_AFTER) <= now)
    }
}

impl Relayer {
    /// A relayer at `node`, whose transactions are sent as `lane` says, of messages that concern one of `only`, or of all if that is empty.
    ///
    /// # Errors
    /// [`RelayError::NoBridge`].
    pub fn new(
        node: Arc<Node>,
        key: Key,
        lane: LaneSettings,
        only: impl IntoIterator<Item = Address>,
    ) -> Result<Self, RelayError> {
        node.deployment().bridge.ok_or(RelayError::NoBridge)?;
        let lane = Arc::new(Lane::new(node.l1().clone(), key.clone(), lane));
        let deployment = observe::Deployment::from(&*node);
        let pinned = Pinned::new(Arc::clone(&node));
        let observer = Observer::new(pinned, deployment, lane.address());
        let account = L2Account::new(Arc::clone(&node), key);
        let only = only.into_iter().collect();
        let (known, health) = (Known::default(), Health::default());
        Ok(Self { node, lane, account, observer, only, known, health })
    }

    /// The same relayer, which tells `health` how it stands.
    #[must_use]
    pub fn reporting_to(self, health: Health) -> Self {
        Self { health, ..self }
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Follows L1 and brings on what can be brought on.
    ///
    /// # Errors
    /// [`RelayError`]; what was done before it stands, and the next round goes on.
    pub async fn round(&mut self) -> Result<Round, RelayError> {
        let began = Instant::now();
        let round = self.advance().await;
        self.node.l1().report(!round.as_ref().is_err_and(RelayError::is_of_l1));
        names::ROUND_SECONDS.took(began.elapsed());
        let outcome = match &round {
            Ok(round) if round.behind => {
                self.health.incomplete(None);
                "behind"
            }
            Ok(round) => {
                names::RELAYED.with(["down"]).increment(round.relayed.len() as u64);
                names::RELAYED.with(["up"]).increment(round.withdrawn.len() as u64);
                self.health.complete(Vec::new());
                "complete"
            }
            Err(error) => {
                self.health.incomplete(Some(error.to_string()));
                "unknown"
            }
        };
        names::ROUNDS.with([outcome]).increment(1);
        round
    }

    async fn advance(&mut self) -> Result<Round, RelayError> {
        let tick = self.node.tick().await?;
        self.health.followed((&tick).into());
        if tick.behind {
            return Ok(Round { behind: true, ..Round::default() });
        }
        self.look()?;
        let withdrawn = self.withdraw().await?;
        let (relayed, waiting) = self.relay().await?;
        let pushed = relayed.is_empty() && (waiting || self.deposits_wait().await?);
        if pushed {
            let sent = post(&self.node, &self.lane, &[]).await?;
            info!(transaction = %sent.hash, "an empty batch lets deposits and messages arrive");
        }
        Ok(Round { behind: false, relayed, withdrawn, pushed })
    }

    /// Learns what L2 has sent since the last look, or from the start when the chain has changed since.
    fn look(&mut self) -> Result<(), RelayError> {
        let (number, hash) = self.known.head;
        let canonical = self.node.store().block(number)?.is_some_and(|row| row.hash == hash);
        if !canonical {
            self.known = Known::default();
        }
        for sent in up::sent_since(&self.node, self.known.head.0.saturating_add(1))? {
            if self.concerns(&sent.message) {
                self.known.outgoing.insert(sent.hash, Pending::new(sent));
            }
        }
        let head = self.node.head()?;
        self.known.head = (head.number, head.hash);
        Ok(())
    }

    fn concerns(&self, message: &Message) -> bool {
        let only = &self.only;
        only.is_empty() || only.contains(&message.sender) || only.contains(&message.target)
    }

    async fn withdraw(&mut self) -> Result<Vec<B256>, RelayError> {
        let mut withdrawn = Vec::new();
        if self.known.outgoing.is_empty() {
            return Ok(withdrawn);
        }
        let snapshot = self.observer.snapshot().await?;
        let now = snapshot.now.0;
        self.known.outgoing.retain(|_, pending| !pending.is_settled(now));
        let mut due = Vec::new();
        for pending in self.known.outgoing.values_mut() {
            let status = up::status(&self.node, &snapshot, &pending.sent).await?;
            match status {
                UpStatus::Withdrawn => pending.withdrawn = pending.withdrawn.or(Some(now)),
                _ => pending.withdrawn = None,
            }
            if matches!(status, UpStatus::Confirmed { .. }) && pending.may_try(now) {
                due.push(pending);
            }
        }
        if due.is_empty() {
            return Ok(withdrawn);
        }
        let messages: Vec<_> = due.iter().map(|pending| &pending.sent).collect();
        let CarriedOut { messages, .. } =
            carry_out(&self.node, &self.lane, &snapshot, &messages).await?;
        for (pending, outcome) in due.into_iter().zip(messages) {
            let hash = pending.sent.hash;
            match outcome {
                Ok(_) => {
                    info!(message = %hash, "withdrawn");
                    withdrawn.push(hash);
                }
                Err(error) if error.is_refusal() => {
                    warn!(message = %hash, %error, "not withdrawn: tried again later");
                    pending.failed = Some(now);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(withdrawn)
    }

    /// Posts the relays that succeed now; says, too, whether a message waits for a block.
    async fn relay(&mut self) -> Result<(Vec<u64>, bool), RelayError> {
        let (mut relayed, mut calls, mut waiting) = (Vec::new(), Vec::new(), false);
        let mut gas = self.node.limits().block_gas;
        let mut settled = true;
        for index in self.known.settled..self.node.messages() {
            let message = self.node.message(index)?;
            let status = match self.concerns(&message) {
                true => down::status(&self.node, index)?,
                false => DownStatus::Relayed,
            };
            settled &= status == DownStatus::Relayed;
            match status {
                DownStatus::Relayed if settled => self.known.settled = index.saturating_add(1),
                DownStatus::Relayed => {}
                DownStatus::Sent | DownStatus::Rooted => waiting = true,
                // its target may take it later
                DownStatus::Failing { .. } => {}
                DownStatus::Relayable => {
                    let call = down::relay(&self.node, index)?;
                    let viewed = self.account.view(&call)?;
                    let needed = self.account.gas_limit(&call, &viewed)?;
                    if relayed.len() == RELAYS_A_BATCH || needed > gas {
                        break;
                    }
                    gas = gas.saturating_sub(needed);
                    relayed.push(index);
                    calls.push(call);
                }
            }
        }
        if !calls.is_empty() {
            self.account.post(&self.lane, &calls).await?;
            info!(?relayed, "messages posted to L2");
        }
        Ok((relayed, waiting))
    }

    async fn deposits_wait(&self) -> Result<bool, RelayError> {
        let at = self.node.cursor().await?.hash;
        let (l1, inbox) = (self.node.l1(), self.node.deployment().inbox);
        let queued = batches::view(l1, inbox, at, IInbox::depositsQueuedCall {}).await?;
        Ok(queued > batches::view(l1, inbox, at, IInbox::depositsTakenCall {}).await?)
    }
}
