//! Carrying several messages out on L1 by the same claim.

use tracing::{info, warn};

use super::{
    RelayError,
    up::{self, Outgoing},
};
use crate::{
    dispute::domain::Snapshot,
    l1::send::{Lane, Sent},
    node::Node,
};

/// What carrying messages out came to.
#[derive(Debug)]
pub struct CarriedOut {
    /// The transaction that proved the Outbox, if that was cheaper.
    pub outbox: Option<Sent>,
    /// What came of each message, in the order given. Whoever is refused does not hold up the others; after any other
    /// failure the rest is not tried, and missing here.
    pub messages: Vec<Result<Sent, RelayError>>,
}

/// Carries messages out that the latest confirmed claim holds. With two or more the Outbox is proven first, once: then each
/// takes half the gas.
///
/// # Errors
/// [`RelayError`] when not even the first was tried. What fails later is told with what was done.
pub async fn carry_out(
    node: &Node,
    lane: &Lane,
    snapshot: &Snapshot,
    messages: &[&Outgoing],
) -> Result<CarriedOut, RelayError> {
    let bridge = node.deployment().bridge.ok_or(RelayError::NoBridge)?.bridge;
    let claim = snapshot.latest_confirmed.0;
    let mut is_proven = up::outbox_is_proven(node, snapshot, claim).await?;
    let mut outbox = None;
    if let (false, [first, _, ..]) = (is_proven, messages) {
        let proof = up::prove(node, snapshot, first)?;
        match up::prove_outbox(lane, bridge, &proof).await.map_err(RelayError::from) {
            Ok(sent) => {
                info!(%claim, transaction = %sent.hash, messages = messages.len(), "Outbox proven");
                is_proven = true;
                outbox = Some(sent);
            }
            // the messages' own proofs do without it
            Err(error) if error.is_refusal() => warn!(%claim, %error, "the Outbox is not proven"),
            Err(error) => return Err(error),
        }
    }
    let mut outcomes = Vec::with_capacity(messages.len());
    for sent in messages {
        let outcome = match up::prove(node, snapshot, sent) {
            Ok(proof) => {
                let proof = if is_proven { up::shortened(proof) } else { proof };
                up::withdraw(lane, bridge, &sent.message, proof).await.map_err(RelayError::from)
            }
            Err(error) => Err(error),
        };
        let goes_on = outcome.as_ref().map_or_else(RelayError::is_refusal, |_| true);
        outcomes.push(outcome);
        if !goes_on {
            break;
        }
    }
    Ok(CarriedOut { outbox, messages: outcomes })
}
