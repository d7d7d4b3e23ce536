//! Messages between L1 and L2, and the hash that names one on both sides.

use std::sync::LazyLock;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolValue;
use serde::{Deserialize, Serialize};

/// Tells a message's hash from all other hashes of the protocol.
static TAG: LazyLock<B256> = LazyLock::new(|| keccak256("surety.message"));

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Direction {
    /// From L1 to L2.
    Down = 0,
    /// From L2 to L1.
    Up = 1,
}

/// The one Bridge that a message passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Crossing {
    /// L1 chain id.
    pub l1_chain_id: u64,
    /// The Bridge on L1.
    pub bridge: Address,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Down: its leaf in the message tree. Up: the Outbox's count before it.
    pub nonce: u64,
    /// Who sent it.
    pub sender: Address,
    /// Whom it calls.
    pub target: Address,
    /// What the call brings, wei.
    pub value: U256,
    /// The call's data.
    pub data: Bytes,
}

impl Message {
    /// keccak256 of the ABI encoding of tag, chain, Bridge, direction and the message, with its data hashed.
    #[must_use]
    pub fn hash(&self, direction: Direction, crossing: &Crossing) -> B256 {
        let fields = (
            *TAG,
            U256::from(crossing.l1_chain_id),
            crossing.bridge,
            U256::from(direction as u8),
            U256::from(self.nonce),
            self.sender,
            self.target,
            self.value,
            keccak256(&self.data),
        );
        keccak256(fields.abi_encode_params())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn crossing() -> Crossing {
        Crossing { l1_chain_id: 1, bridge: Address::repeat_byte(0xb1) }
    }

    fn message() -> Message {
        Message {
            nonce: 5,
            sender: Address::repeat_byte(1),
            target: Address::repeat_byte(2),
            value: U256::from(3),
            data: Bytes::from_static(&[4]),
        }
    }

    #[test]
    fn every_field_is_bound() {
        let (base, at) = (message(), crossing());
        let mut hashes = vec![
            base.hash(Direction::Down, &at),
            base.hash(Direction::Up, &at),
            base.hash(Direction::Down, &Crossing { l1_chain_id: 2, ..at }),
            base.hash(Direction::Down, &Crossing { bridge: Address::repeat_byte(0xb2), ..at }),
        ];
        for changed in [
            Message { nonce: 6, ..base.clone() },
            Message { sender: Address::repeat_byte(9), ..base.clone() },
            Message { target: Address::repeat_byte(9), ..base.clone() },
            Message { value: U256::from(9), ..base.clone() },
            Message { data: Bytes::new(), ..base.clone() },
        ] {
            hashes.push(changed.hash(Direction::Down, &at));
        }
        let all = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn hashes_are_those_of_the_vectors() {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Vector {
            name: String,
            l1_chain_id: U256,
            bridge: Address,
            direction: Direction,
            nonce: U256,
            sender: Address,
            target: Address,
            value: U256,
            data: Bytes,
            hash: B256,
        }
        let vectors: Vec<Vector> =
            serde_json::from_str(include_str!("../../../fixtures/bridge/messages.json")).unwrap();
        assert!(!vectors.is_empty());
        for vector in vectors {
            let Vector { name, bridge, direction, sender, target, value, data, hash, .. } = vector;
            let crossing = Crossing { l1_chain_id: vector.l1_chain_id.to(), bridge };
            let nonce = vector.nonce.to();
            let message = Message { nonce, sender, target, value, data };
            assert_eq!(message.hash(direction, &crossing), hash, "{name}");
        }
    }

    proptest! {
        #[test]
        fn messages_are_hashed_in_words_of_32_bytes(nonce: u64, value: u128, data: Vec<u8>) {
            let (value, data) = (U256::from(value), Bytes::from(data));
            let message = Message { nonce, value, data, ..message() };
            let word = |address: Address| address.into_word();
            let number = |number: u64| B256::from(U256::from(number));
            let words = [
                keccak256("surety.message"), number(1), word(Address::repeat_byte(0xb1)), number(1),
                number(nonce), word(message.sender), word(message.target), B256::from(value),
                keccak256(&message.data),
            ];
            prop_assert_eq!(message.hash(Direction::Up, &crossing()), keccak256(words.concat()));
        }
    }
}
