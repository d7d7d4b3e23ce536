//! How far a plan is carried out on an L1: everything is found out from the chain, so that a deployment goes on after an
//! interruption at any instant.
//!
//! A contract's address follows from its deployer's nonce, and its code from the plan. So what is at an address that the
//! deployer's nonce has passed is either exactly what the plan puts there, or the plan cannot be carried out any more.

use alloy::{eips::BlockId, providers::Provider};
use alloy_primitives::{Address, B256, Bytes};
use thiserror::Error;

use super::{BEFORE_BRIDGE, Creation, Rehearsed};
use crate::l1::{
    client::{L1Client, L1Error},
    follow::{BlockRef, Headers as _},
};

/// Why a plan cannot go on.
#[derive(Debug, Error)]
pub enum SurveyError {
    /// L1 could not be read: unknown.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// The deployer has not come to the plan's first nonce.
    #[error("the next nonce of {deployer} is {nonce}, the plan begins at {first}")]
    TooEarly {
        /// The deployer.
        deployer: Address,
        /// Its next nonce.
        nonce: u64,
        /// The plan's first.
        first: u64,
    },
    /// Another transaction took the nonce.
    #[error(
        "nonce {nonce} of {deployer} was not used for {name}: at {address} is other code or none"
    )]
    Spoiled {
        /// The contract that belongs there.
        name: &'static str,
        /// Where.
        address: Address,
        /// The deployer.
        deployer: Address,
        /// Its nonce that was used.
        nonce: u64,
    },
}

/// An L1 at one block, as a deployer sees it.
#[derive(Clone, Debug)]
pub struct Surveyor<'a> {
    l1: &'a L1Client,
    deployer: Address,
    head: BlockRef,
    nonce: u64,
}

impl<'a> Surveyor<'a> {
    /// A look at the newest block.
    ///
    /// # Errors
    /// [`L1Error`].
    pub async fn arrive(l1: &'a L1Client, deployer: Address) -> Result<Self, L1Error> {
        let head = l1.head().await?;
        let nonce = nonce_at(l1, deployer, head.hash).await?;
        Ok(Self { l1, deployer, head, nonce })
    }

    /// The block.
    #[must_use]
    pub const fn head(&self) -> &BlockRef {
        &self.head
    }

    /// The deployer.
    #[must_use]
    pub const fn deployer(&self) -> Address {
        self.deployer
    }

    /// The deployer's next nonce.
    #[must_use]
    pub const fn nonce(&self) -> u64 {
        self.nonce
    }

    /// How many creations of a plan that begins at nonce `first` are there, with the code that was rehearsed.
    ///
    /// # Errors
    /// [`SurveyError`].
    pub async fn done(
        &self,
        first: u64,
        creations: &[Creation],
        rehearsed: &[Rehearsed],
    ) -> Result<usize, SurveyError> {
        let Self { deployer, nonce, .. } = *self;
        if nonce < first {
            return Err(SurveyError::TooEarly { deployer, nonce, first });
        }
        let mut done = 0;
        for ((creation, expected), at) in creations.iter().zip(rehearsed).zip(first..nonce) {
            let &Creation { name, address, .. } = creation;
            if self.code(address).await? != expected.code {
                return Err(SurveyError::Spoiled { name, address, deployer, nonce: at });
            }
            done += 1;
        }
        Ok(done)
    }

    /// The latest nonces, at most `back` of them, at which the deployer has created a contract with this code; the latest first.
    ///
    /// # Errors
    /// [`L1Error`].
    pub async fn created(&self, code: &Bytes, back: u64) -> Result<Vec<u64>, L1Error> {
        let mut found = Vec::new();
        for nonce in (self.nonce.saturating_sub(back)..self.nonce).rev() {
            if self.code(self.deployer.create(nonce)).await? == *code {
                found.push(nonce);
            }
        }
        Ok(found)
    }

    /// The code at an address.
    ///
    /// # Errors
    /// [`L1Error`].
    pub async fn code(&self, address: Address) -> Result<Bytes, L1Error> {
        let code = self.l1.provider().get_code_at(address);
        Ok(code.block_id(BlockId::hash_canonical(self.head.hash)).await?)
    }

    /// The newest block in which the deployer had not used `nonce` yet. It asks for old states only as far back as it must:
    /// nodes forget them.
    ///
    /// # Errors
    /// [`L1Error`], also when the node has forgotten the state of that time.
    pub async fn last_before(&self, nonce: u64) -> Result<u64, L1Error> {
        let mut after = self.head.number.saturating_add(1);
        let mut before = self.head.number;
        let mut back = 1;
        while self.nonce_in(before).await? > nonce {
            after = before;
            before = before.saturating_sub(back);
            back *= 2;
        }
        while before + 1 < after {
            let middle = before + (after - before) / 2;
            if self.nonce_in(middle).await? > nonce {
                after = middle;
            } else {
                before = middle;
            }
        }
        Ok(before)
    }

    async fn nonce_in(&self, block: u64) -> Result<u64, L1Error> {
        let count = self.l1.provider().get_transaction_count(self.deployer);
        Ok(count.block_id(BlockId::number(block)).await?)
    }
}

async fn nonce_at(l1: &L1Client, account: Address, block: B256) -> Result<u64, L1Error> {
    let count = l1.provider().get_transaction_count(account);
    Ok(count.block_id(BlockId::hash_canonical(block)).await?)
}

/// The nonce, below `end`, at which `deployer` creates the Inbox of the rollup whose Bridge is `bridge`. A genesis with a Bridge
/// fixes it, since the state holds the address.
#[must_use]
pub fn inbox_nonce(bridge: Address, deployer: Address, end: u64) -> Option<u64> {
    (0..end).find(|nonce| deployer.create(nonce.saturating_add(BEFORE_BRIDGE)) == bridge)
}
