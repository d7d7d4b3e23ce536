//! The L2 chain as the pool sees it: its head, and the accounts of senders there.

use alloy::primitives::{Address, B256};
use surety_engine::{
    execute::{base_fee::next_base_fee, database::TrieDatabase, validate::can_delegate},
    machine::groups::Block,
    node::{Node, NodeError},
    rules::limits::Limits,
};

use super::SenderState;

/// Where the L2 chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tip {
    /// Number of the last executed block.
    pub(crate) number: u64,
    /// Its hash.
    pub(crate) hash: B256,
    /// The state after it.
    pub(crate) state_root: B256,
    /// The block after it as far as it is known: number, base fee, gas limit, chain id.
    pub(crate) next: Block,
    /// The L1 block that the node stands at.
    pub(crate) l1: u64,
}

/// What the pool asks of the node.
pub(crate) trait Chain: std::fmt::Debug + Send + Sync {
    /// Where the chain stands.
    ///
    /// # Errors
    /// [`NodeError`] when that cannot be read.
    fn tip(&self) -> Result<Tip, NodeError>;

    /// An account in the state of `tip`.
    ///
    /// # Errors
    /// [`NodeError`] when the state cannot be read.
    fn sender(&self, tip: &Tip, address: Address) -> Result<SenderState, NodeError>;

    /// Whether the chain still holds `tip`.
    ///
    /// # Errors
    /// [`NodeError`] when that cannot be read.
    fn holds(&self, tip: &Tip) -> Result<bool, NodeError>;

    /// What the deployment bounds.
    fn limits(&self) -> &Limits;
}

impl Chain for Node {
    fn tip(&self) -> Result<Tip, NodeError> {
        let missing = NodeError::Missing { what: "progress", number: 0 };
        let progress = self.store().progress()?.ok_or(missing)?;
        let head = progress.head;
        let parent = self.sealed(head.number)?.block;
        let next = Block {
            number: head.number.saturating_add(1),
            base_fee: next_base_fee(parent.gas_used, parent.gas_limit, parent.base_fee),
            gas_limit: parent.gas_limit,
            chain_id: parent.chain_id,
            ..Block::default()
        };
        let l1 = progress.l1.last().map_or(0, |block| block.number);
        Ok(Tip { number: head.number, hash: head.hash, state_root: head.state_root, next, l1 })
    }

    fn sender(&self, tip: &Tip, address: Address) -> Result<SenderState, NodeError> {
        let in_block = |source| NodeError::Execute { number: tip.number, source };
        let mut state = TrieDatabase::new(&**self.store(), tip.state_root);
        let account = state.account(address).map_err(|cause| in_block(cause.into()))?;
        let code = state.code(account.code_hash).map_err(|cause| in_block(cause.into()))?;
        let is_contract = !can_delegate(&code);
        Ok(SenderState { nonce: account.nonce, balance: account.balance, is_contract })
    }

    fn holds(&self, tip: &Tip) -> Result<bool, NodeError> {
        if tip.number == self.deployment().genesis.number {
            return Ok(true);
        }
        Ok(self.store().block(tip.number)?.is_some_and(|row| row.hash == tip.hash))
    }

    fn limits(&self) -> &Limits {
        self.limits()
    }
}
