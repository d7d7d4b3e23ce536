//! From L1 to L2: deposits and messages.

use std::fmt;

use alloy::rpc::types::{TransactionInput, TransactionRequest};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall as _, SolEvent, SolInterface as _};
use serde::Serialize;

use super::{RelayError, account::L2Call};
use crate::{
    bridge::{
        message::{Direction, Message},
        predeploys::L1_MESSENGER,
    },
    l1::{
        bindings::{IBridge, IL1Messenger},
        send::{Call, Lane, Sent},
    },
    node::Node,
    simulate::Called,
};

/// Where a message from L1 stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum DownStatus {
    /// No L2 block carries a root that holds it.
    Sent,
    /// It is under a root on L2; its value is not credited yet.
    Rooted,
    /// `L1Messenger.relay` succeeds.
    Relayable,
    /// Its call fails now; it can be tried again.
    Failing {
        /// What the relay reverts with.
        reason: Bytes,
    },
    /// Done.
    Relayed,
}

impl fmt::Display for DownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent"),
            Self::Rooted => f.write_str("rooted"),
            Self::Relayable => f.write_str("relayable"),
            Self::Failing { reason } => write!(f, "failing with {reason}"),
            Self::Relayed => f.write_str("relayed"),
        }
    }
}

/// Queues a deposit for `account` on L2; gives its number. Once it is mined nothing more is read.
///
/// # Errors
/// [`RelayError`].
pub async fn deposit(
    node: &Node,
    lane: &Lane,
    account: Address,
    value: U256,
) -> Result<(Sent, u64), RelayError> {
    let data = IBridge::depositCall { account }.abi_encode().into();
    let (sent, event) = call::<IBridge::Deposited>(node, lane, data, value, "deposit").await?;
    Ok((sent, event.index))
}

/// Sends a message to L2; gives it as it is in the message tree. Once it is mined nothing more is read.
///
/// # Errors
/// [`RelayError`].
pub async fn send(
    node: &Node,
    lane: &Lane,
    target: Address,
    value: U256,
    data: Bytes,
) -> Result<(Sent, Message), RelayError> {
    let data = IBridge::sendMessageCall { target, data }.abi_encode().into();
    let (sent, event) =
        call::<IBridge::MessageSent>(node, lane, data, value, "sendMessage").await?;
    let IBridge::MessageSent { sender, target, nonce, value, data, .. } = event;
    Ok((sent, Message { nonce, sender, target, value, data }))
}

/// Calls the Bridge, and reads the event that this leaves.
async fn call<E: SolEvent>(
    node: &Node,
    lane: &Lane,
    data: Bytes,
    value: U256,
    label: &'static str,
) -> Result<(Sent, E), RelayError> {
    let bridge = node.deployment().bridge.ok_or(RelayError::NoBridge)?.bridge;
    let sent = lane.send(&Call { to: Some(bridge), data, value, label }).await?;
    let of_bridge = sent.logs.iter().filter(|log| log.address == bridge);
    let event = of_bridge.filter_map(|log| E::decode_log_validate(log).ok()).next();
    let event = event.ok_or(RelayError::NoEvent(sent.hash))?.data;
    Ok((sent, event))
}

/// The hash of the message at a leaf.
///
/// # Errors
/// [`RelayError`].
pub fn hash(node: &Node, message: &Message) -> Result<B256, RelayError> {
    let crossing = node.deployment().crossing().ok_or(RelayError::NoBridge)?;
    Ok(message.hash(Direction::Down, &crossing))
}

/// Where the message at a leaf stands.
///
/// # Errors
/// [`RelayError`] also for a leaf that is not used.
pub fn status(node: &Node, index: u64) -> Result<DownStatus, RelayError> {
    let message = node.message(index)?;
    let hash = hash(node, &message)?;
    let asked = IL1Messenger::isRelayedCall { hash }.abi_encode().into();
    let viewed = view(node, asked)?;
    if !viewed.is_success() {
        return Err(RelayError::WouldFail { output: viewed.output });
    }
    if IL1Messenger::isRelayedCall::abi_decode_returns_validate(&viewed.output)? {
        return Ok(DownStatus::Relayed);
    }
    let relay = match relay(node, index) {
        Err(RelayError::NotRooted(_)) => return Ok(DownStatus::Sent),
        relay => relay?,
    };
    let viewed = view(node, relay.data)?;
    if viewed.is_success() {
        return Ok(DownStatus::Relayable);
    }
    use IL1Messenger::IL1MessengerErrors::ValueNotCredited;
    match IL1Messenger::IL1MessengerErrors::abi_decode(&viewed.output) {
        Ok(ValueNotCredited(_)) => Ok(DownStatus::Rooted),
        _ => Ok(DownStatus::Failing { reason: viewed.output }),
    }
}

fn view(node: &Node, data: Bytes) -> Result<Called, RelayError> {
    let input = TransactionInput::new(data);
    Ok(node.view(TransactionRequest::default().to(L1_MESSENGER).input(input))?)
}

/// The call that relays the message at a leaf, proven against the newest root on L2.
///
/// # Errors
/// [`RelayError::NotRooted`] when that root does not hold it.
pub fn relay(node: &Node, index: u64) -> Result<L2Call, RelayError> {
    let Message { nonce, sender, target, value, data } = node.message(index)?;
    let head = node.head()?.number;
    let count = node.store().block(head)?.map_or(0, |row| row.messages);
    if index >= count {
        return Err(RelayError::NotRooted(index));
    }
    let message = crate::l1::bindings::Message { nonce, sender, target, value, data };
    let timestamp = node.sealed(head)?.block.timestamp;
    let siblings = node.siblings(index, count)?;
    let data = IL1Messenger::relayCall { message, timestamp, siblings }.abi_encode().into();
    Ok(L2Call { to: Some(L1_MESSENGER), value: U256::ZERO, data })
}
