//! From L2 to L1: messages in the Outbox, and the withdrawals that carry them out.

use std::fmt;

use alloy::consensus::ReceiptEnvelope;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rlp::Decodable as _;
use alloy_sol_types::{SolCall as _, SolEvent as _};
use serde::Serialize;

use super::{RelayError, account::L2Call};
use crate::{
    bridge::{
        message::{Direction, Message},
        predeploys::OUTBOX,
        withdrawal::{self, OutboxProof},
    },
    dispute::{
        domain::{Claim, ClaimId, ClaimStatus, Snapshot},
        observe::ChainReader as _,
    },
    l1::{
        bindings::{self, IBridge, IOutbox},
        send::{Call, Lane, LaneError, Sent},
    },
    node::{Node, NodeError},
};

/// A message in the Outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outgoing {
    /// Its hash.
    pub hash: B256,
    /// The L2 block that sent it.
    pub block: u64,
    /// The message.
    #[serde(flatten)]
    pub message: Message,
}

/// Where a message from L2 stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum UpStatus {
    /// No claim holds it.
    Sent,
    /// A claim that holds it, and is what this node executed, is undecided.
    Claimed {
        /// The claim.
        claim: B256,
    },
    /// A claim that holds it is confirmed: it can be withdrawn.
    Confirmed {
        /// The claim.
        claim: B256,
    },
    /// Done.
    Withdrawn,
}

impl fmt::Display for UpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent"),
            Self::Claimed { claim } => write!(f, "claimed by {claim}"),
            Self::Confirmed { claim } => write!(f, "confirmed by {claim}"),
            Self::Withdrawn => f.write_str("withdrawn"),
        }
    }
}

/// The call that sends a message to L1.
#[must_use]
pub fn send(target: Address, value: U256, data: Bytes) -> L2Call {
    let data = IOutbox::sendCall { target, data }.abi_encode().into();
    L2Call { to: Some(OUTBOX), value, data }
}

/// The messages that an executed L2 block sent to L1, in order.
///
/// # Errors
/// [`RelayError`].
pub fn sent_in(node: &Node, number: u64) -> Result<Vec<Outgoing>, RelayError> {
    let crossing = node.deployment().crossing().ok_or(RelayError::NoBridge)?;
    let missing = || NodeError::Missing { what: "receipts", number };
    let row = node.store().block(number)?.ok_or_else(missing)?;
    let receipts = Vec::<ReceiptEnvelope>::decode(&mut row.receipts.as_ref());
    let mut found = Vec::new();
    for log in receipts.map_err(|_| missing())?.iter().flat_map(|receipt| receipt.logs()) {
        if log.address != OUTBOX {
            continue;
        }
        let Ok(event) = IOutbox::MessageSent::decode_log_validate(log) else { continue };
        let IOutbox::MessageSent { sender, target, nonce, value, data, .. } = event.data;
        let message = Message { nonce, sender, target, value, data };
        let hash = message.hash(Direction::Up, &crossing);
        found.push(Outgoing { hash, block: number, message });
    }
    Ok(found)
}

/// All messages that were sent to L1 in the executed blocks from `first` on.
///
/// # Errors
/// [`RelayError`].
pub fn sent_since(node: &Node, first: u64) -> Result<Vec<Outgoing>, RelayError> {
    let mut found = Vec::new();
    let first = first.max(node.deployment().genesis.number.saturating_add(1));
    for number in first..=node.head()?.number {
        found.append(&mut sent_in(node, number)?);
    }
    Ok(found)
}

/// Finds a message in the executed blocks.
///
/// # Errors
/// [`RelayError::UnknownMessage`].
pub fn find(node: &Node, hash: B256) -> Result<Outgoing, RelayError> {
    let found = sent_since(node, 0)?.into_iter().find(|sent| sent.hash == hash);
    found.ok_or(RelayError::UnknownMessage(hash))
}

/// Where a message stands, by the claims of `snapshot`.
///
/// # Errors
/// [`RelayError`].
pub async fn status(
    node: &Node,
    snapshot: &Snapshot,
    sent: &Outgoing,
) -> Result<UpStatus, RelayError> {
    if is_withdrawn(node, snapshot, sent.hash).await? {
        return Ok(UpStatus::Withdrawn);
    }
    let holds = |claim: &&Claim| claim.end >= sent.block;
    if let Some(claim) = latest_confirmed(snapshot).filter(holds) {
        return Ok(UpStatus::Confirmed { claim: claim.key.id().0 });
    }
    for claim in snapshot.claims.values().filter(holds) {
        let undecided = claim.status == ClaimStatus::Proposed;
        if undecided && claim.key.boundary == node.sealed(claim.end)?.hash() {
            return Ok(UpStatus::Claimed { claim: claim.key.id().0 });
        }
    }
    Ok(UpStatus::Sent)
}

async fn is_withdrawn(node: &Node, snapshot: &Snapshot, hash: B256) -> Result<bool, RelayError> {
    let bridge = node.deployment().bridge.ok_or(RelayError::NoBridge)?.bridge;
    let call = IBridge::withdrawnCall { hash }.abi_encode().into();
    let answer = node.l1().call(snapshot.block, bridge, call).await;
    let answer = answer.map_err(crate::dispute::observe::ObserveError::from)?;
    Ok(IBridge::withdrawnCall::abi_decode_returns_validate(&answer)?)
}

fn latest_confirmed(snapshot: &Snapshot) -> Option<&Claim> {
    snapshot.claims.get(&snapshot.latest_confirmed)
}

/// The proof that a message is in the Outbox of the latest confirmed claim.
///
/// # Errors
/// [`RelayError::NotConfirmed`] when that claim ends before the message; [`RelayError::Contradiction`] when it is not what
/// this node executed.
pub fn prove(
    node: &Node,
    snapshot: &Snapshot,
    sent: &Outgoing,
) -> Result<bindings::WithdrawalProof, RelayError> {
    let claim = latest_confirmed(snapshot).filter(|claim| claim.end >= sent.block);
    prove_against(node, claim.ok_or(RelayError::NotConfirmed(sent.hash))?, sent.hash)
}

/// The proof that a message is in the Outbox at the end of a claim, whatever its status.
///
/// # Errors
/// [`RelayError::Contradiction`] when the claim is not what this node executed.
pub fn prove_against(
    node: &Node,
    claim: &Claim,
    message: B256,
) -> Result<bindings::WithdrawalProof, RelayError> {
    let boundary = node.sealed(claim.end)?;
    let id: ClaimId = claim.key.id();
    if boundary.hash() != claim.key.boundary {
        return Err(RelayError::Contradiction { claim: id });
    }
    let OutboxProof { account, storage } =
        withdrawal::prove(node.store(), boundary.state_root, message)?;
    Ok(bindings::WithdrawalProof {
        claim: bindings::ClaimKey::from(&claim.key),
        boundary: boundary.machine().encode().to_vec().into(),
        accountProof: account,
        storageProof: storage,
    })
}

/// Whether the Outbox at the end of a claim is proven on L1, as of `snapshot`: then withdrawals by it take half the gas.
///
/// # Errors
/// [`RelayError`].
pub async fn outbox_is_proven(
    node: &Node,
    snapshot: &Snapshot,
    claim: B256,
) -> Result<bool, RelayError> {
    let bridge = node.deployment().bridge.ok_or(RelayError::NoBridge)?.bridge;
    let call = IBridge::outboxRootCall { claim }.abi_encode().into();
    let answer = node.l1().call(snapshot.block, bridge, call).await;
    let answer = answer.map_err(crate::dispute::observe::ObserveError::from)?;
    Ok(!IBridge::outboxRootCall::abi_decode_returns_validate(&answer)?.is_zero())
}

/// Proves the Outbox at the end of the claim that `proof` is against, once for all that is withdrawn by it.
///
/// # Errors
/// [`LaneError`].
pub async fn prove_outbox(
    lane: &Lane,
    bridge: Address,
    proof: &bindings::WithdrawalProof,
) -> Result<Sent, LaneError> {
    let bindings::WithdrawalProof { claim, boundary, accountProof, .. } = proof.clone();
    let data = IBridge::proveOutboxCall { claim, boundary, accountProof }.abi_encode().into();
    lane.send(&Call { to: Some(bridge), data, value: U256::ZERO, label: "proveOutbox" }).await
}

/// What is left of a proof when the Outbox is proven: the message's slot.
#[must_use]
pub fn shortened(proof: bindings::WithdrawalProof) -> bindings::WithdrawalProof {
    bindings::WithdrawalProof { boundary: Bytes::new(), accountProof: Vec::new(), ..proof }
}

/// Carries a message out on L1. The lane's error tells if its target fails.
///
/// # Errors
/// [`LaneError`].
pub async fn withdraw(
    lane: &Lane,
    bridge: Address,
    message: &Message,
    proof: bindings::WithdrawalProof,
) -> Result<Sent, LaneError> {
    let Message { nonce, sender, target, value, data } = message.clone();
    let message = bindings::Message { nonce, sender, target, value, data };
    let data = IBridge::withdrawCall { message, proof }.abi_encode().into();
    lane.send(&Call { to: Some(bridge), data, value: U256::ZERO, label: "withdraw" }).await
}
