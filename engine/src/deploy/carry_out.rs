//! Carries a plan out, one transaction after the other.

use alloy_primitives::{Address, U256};
use thiserror::Error;

use super::Creation;
use crate::l1::send::{Call, Lane, LaneError, Sent};

/// Why a contract was not created where it was planned.
#[derive(Debug, Error)]
pub enum CreationError {
    /// The transaction was not made.
    #[error(transparent)]
    Lane(#[from] LaneError),
    /// The account has sent something else meanwhile.
    #[error("{name} is not at {planned}: another transaction of the account took its nonce")]
    Elsewhere {
        /// The contract.
        name: &'static str,
        /// Where it should be.
        planned: Address,
    },
}

impl Creation {
    /// Creates the contract by the lane's next transaction.
    ///
    /// # Errors
    /// [`CreationError`].
    pub async fn send(&self, lane: &Lane) -> Result<Sent, CreationError> {
        let &Self { name, ref initcode, address } = self;
        let call = Call { to: None, data: initcode.clone(), value: U256::ZERO, label: name };
        let sent = lane.send(&call).await?;
        match sent.created == Some(address) {
            true => Ok(sent),
            false => Err(CreationError::Elsewhere { name, planned: address }),
        }
    }
}
