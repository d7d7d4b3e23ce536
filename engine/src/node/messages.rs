//! Messages as the Bridge announced them, checked against the L1 blocks that were followed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use alloy_sol_types::SolEvent;

use super::NodeError;
use crate::{
    bridge::{
        message::{Crossing, Direction, Message},
        tree::MessageTree,
    },
    l1::{
        bindings::IBridge,
        receipts::{Place, PlacedLog},
    },
    state::{MessageRow, Store},
};

/// A message that was sent, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Where its event stands.
    pub place: Place,
    /// Its leaf.
    pub index: u64,
    /// What the store keeps of it.
    pub row: MessageRow,
}

/// The messages to L2 among `logs`, in order.
///
/// # Errors
/// [`NodeError::Contradiction`] when an event of the Bridge does not say what it should.
pub fn messages(logs: &[PlacedLog], crossing: &Crossing) -> Result<Vec<Sent>, NodeError> {
    let announced = |placed: &&PlacedLog| {
        placed.log.address == crossing.bridge
            && placed.log.topics().first() == Some(&IBridge::MessageSent::SIGNATURE_HASH)
    };
    let sent = |placed: &PlacedLog| {
        let event = IBridge::MessageSent::decode_log_validate(&placed.log)
            .map_err(|_| NodeError::Contradiction("a MessageSent event that cannot be decoded"))?;
        let IBridge::MessageSent { hash, sender, target, nonce, value, data } = event.data;
        let message = Message { nonce, sender, target, value, data };
        if message.hash(Direction::Down, crossing) != hash {
            return Err(NodeError::Contradiction("a message that is not its hash's"));
        }
        let Message { nonce: index, sender, target, value, data } = message;
        let l1_block = placed.place.block;
        let row = MessageRow { l1_block, hash, sender, target, value, data };
        Ok(Sent { place: placed.place, index, row })
    };
    logs.iter().filter(announced).map(sent).collect()
}

/// The message tree over the messages that the store holds.
#[derive(Debug)]
pub(super) struct Messages(Mutex<MessageTree>);

impl Messages {
    /// Reads the store's messages.
    pub(super) fn read(store: &Store) -> Result<Self, NodeError> {
        let mut tree = MessageTree::default();
        for index in 0..store.messages()? {
            tree.push(message(store, index)?.hash)?;
        }
        Ok(Self(Mutex::new(tree)))
    }

    /// The tree.
    pub(super) fn tree(&self) -> MutexGuard<'_, MessageTree> {
        // a leaf is pushed whole, and what was not committed is truncated before the next is
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what the store does not hold.
    pub(super) fn fit(&self, store: &Store) -> Result<(), NodeError> {
        self.tree().truncate(store.messages()?);
        Ok(())
    }

    /// Adds a message, which must be the next leaf.
    pub(super) fn push(&self, sent: &Sent) -> Result<(), NodeError> {
        let mut tree = self.tree();
        let expected = tree.len();
        if sent.index != expected {
            return Err(NodeError::MessageGap { expected, got: sent.index });
        }
        tree.push(sent.row.hash)?;
        Ok(())
    }
}

pub(super) fn message(store: &Store, index: u64) -> Result<MessageRow, NodeError> {
    store
        .message(index)?
        .ok_or(NodeError::Contradiction("the store lacks a message that it counts"))
}
