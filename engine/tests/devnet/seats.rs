//! Players at the in-process chain.

use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, Bytes, U256};
use async_trait::async_trait;
use surety_engine::dispute::lane::TransactionLane;
use surety_engine::dispute::observe::{
    ChainReader, Deployment, Event, Observer, ReadError, Stretch,
};
use surety_engine::dispute::plan::Policy;
use surety_engine::dispute::player::Player;
use surety_engine::l1::follow::BlockRef;
use surety_engine::l1::send::{Call, LaneError, Sent};

use super::{Devnet, ETHER};

pub type Shared = Arc<Mutex<Devnet>>;
pub type Seat<E> = Player<Reader, E, E, Sender>;

/// Reads the shared chain.
#[derive(Clone)]
pub struct Reader(pub Shared);

#[derive(Debug, thiserror::Error)]
#[error("the block is not canonical")]
struct NotCanonical;

#[async_trait]
impl ChainReader for Reader {
    async fn head(&self) -> Result<BlockRef, ReadError> {
        let chain = self.0.lock().unwrap();
        Ok(BlockRef {
            number: chain.number(),
            hash: chain.hash(),
            timestamp: chain.time(),
            ..BlockRef::default()
        })
    }

    async fn hash(&self, number: u64) -> Result<Option<B256>, ReadError> {
        let chain = self.0.lock().unwrap();
        Ok((number <= chain.number()).then(|| Devnet::hash_of(number)))
    }

    async fn logs(&self, addresses: &[Address], from: u64, to: u64) -> Result<Stretch, ReadError> {
        let chain = self.0.lock().unwrap();
        let found = chain
            .logs
            .iter()
            .filter(|(block, log)| (from..=to).contains(block) && addresses.contains(&log.address));
        let events = found.map(|(block, log)| Event { block: *block, log: log.clone() }).collect();
        Ok(Stretch { events, to })
    }

    async fn call(&self, at: B256, to: Address, data: Bytes) -> Result<Bytes, ReadError> {
        let chain = self.0.lock().unwrap();
        if chain.hash() != at {
            return Err(ReadError::new(NotCanonical));
        }
        Ok(chain.call(to, data).unwrap())
    }

    async fn balance(&self, _: B256, account: Address) -> Result<U256, ReadError> {
        Ok(self.0.lock().unwrap().balance(account))
    }
}

/// Sends to the shared chain; what reverts is refused before it is sent, as the real lane does.
pub struct Sender {
    pub chain: Shared,
    pub account: Address,
    /// Verbs sent, and their gas.
    pub sent: Mutex<Vec<(&'static str, u64)>>,
}

#[async_trait]
impl TransactionLane for Sender {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        let mut chain = self.chain.lock().unwrap();
        let to = call.to.unwrap();
        match chain.send_checked(self.account, to, call.value, call.data.clone()) {
            Ok(mined) => {
                self.sent.lock().unwrap().push((call.label, mined.gas));
                Ok(Sent {
                    hash: B256::ZERO,
                    block: chain.number(),
                    gas: mined.gas,
                    price: 0,
                    created: None,
                    logs: Vec::new(),
                })
            }
            Err(failed) => Err(LaneError::WouldRevert { label: call.label, data: failed.data }),
        }
    }
}

/// Somebody with 100 ETH and a version of the truth.
pub fn seat<E: Clone>(
    chain: &Shared,
    deployment: Deployment,
    name: u8,
    execution: E,
    policy: Policy,
) -> Seat<E> {
    let account = Address::repeat_byte(name);
    chain.lock().unwrap().fund(account, U256::from(100 * ETHER));
    let observer = Observer::new(Reader(chain.clone()), deployment, account);
    let lane = Sender { chain: chain.clone(), account, sent: Mutex::default() };
    Player::new(observer, execution.clone(), execution, lane, policy)
}
