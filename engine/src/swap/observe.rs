//! What is known of a leg, read at one place: a node that has executed the leg's rollup, and L1 as of the block at which
//! that node stands.

use std::sync::Arc;

use alloy::rpc::types::{TransactionInput, TransactionRequest};
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, U256};
use alloy_sol_types::SolCall;

use super::{
    SwapError,
    bindings::{ISwapArbiter, ISwapVault},
    contracts::{Creation, SWAP_VAULT},
    plan::LegView,
    terms::{LegNumber, LegState, SwapState, Terms},
};
use crate::{
    bridge::message::Message,
    dispute::{
        domain::Snapshot,
        observe::{self, ChainReader as _, ObserveError, Observer},
    },
    genesis::DEPLOYMENT_PROXY,
    l1::{
        follow::BlockRef,
        send::{Lane, Sent},
        signer::Key,
    },
    node::{Node, NodeError, pinned::Pinned},
    relay::{
        RelayError,
        account::{L2Account, L2Call},
        down,
        up::{self, Outgoing},
    },
};

/// A rollup's node, with a key that acts on L1 and on L2.
#[derive(Debug)]
pub struct Seat {
    pub(super) node: Arc<Node>,
    pub(super) lane: Arc<Lane>,
    pub(super) account: L2Account,
    observer: Observer<Pinned>,
}

/// What is known of a leg, with what the next step takes.
#[derive(Debug)]
pub struct Leg {
    /// What is known.
    pub view: LegView,
    /// The message that tells the arbiter, with the claims by which it is proven.
    pub(super) lock: Option<(Outgoing, Snapshot)>,
    /// The leaf of the message that tells the vault.
    pub(super) verdict: Option<u64>,
}

impl Seat {
    /// A seat at `node`. `lane` and `key` are of the same account.
    #[must_use]
    pub fn new(node: Arc<Node>, lane: Arc<Lane>, key: Key) -> Self {
        let deployment = observe::Deployment::from(&*node);
        let observer = Observer::new(Pinned::new(Arc::clone(&node)), deployment, lane.address());
        let account = L2Account::new(Arc::clone(&node), key);
        Self { node, lane, account, observer }
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The key's transactions on L1.
    #[must_use]
    pub const fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// The key on L2.
    #[must_use]
    pub const fn account(&self) -> &L2Account {
        &self.account
    }

    /// Follows L1 to its head.
    ///
    /// # Errors
    /// [`SwapError`]: unknown.
    pub async fn follow(&self) -> Result<(), SwapError> {
        while self.node.tick().await?.behind {}
        Ok(())
    }

    /// Whether this version's vault is on the rollup.
    ///
    /// # Errors
    /// [`SwapError`]: unknown.
    pub fn has_vault(&self) -> Result<bool, SwapError> {
        Ok(self.node.account(SWAP_VAULT)?.code_hash != KECCAK256_EMPTY)
    }

    /// Posts the creation of a contract on the rollup, by the deterministic deployment proxy.
    ///
    /// # Errors
    /// [`SwapError`].
    pub async fn create(&self, Creation { data, .. }: Creation) -> Result<Sent, SwapError> {
        let call = L2Call { to: Some(DEPLOYMENT_PROXY), value: U256::ZERO, data };
        Ok(self.account.post(&self.lane, &[call]).await?)
    }

    /// The rollup's Bridge.
    ///
    /// # Errors
    /// [`RelayError::NoBridge`].
    pub fn bridge(&self) -> Result<Address, SwapError> {
        Ok(self.node.deployment().bridge.ok_or(RelayError::NoBridge)?.bridge)
    }

    /// Checks that a leg is on this seat's rollup.
    ///
    /// # Errors
    /// [`SwapError::OtherRollup`].
    pub fn check(&self, terms: &Terms, number: LegNumber) -> Result<(), SwapError> {
        let (expected, got) = (terms.leg(number).bridge, self.bridge()?);
        if expected != got {
            return Err(SwapError::OtherRollup { number, expected, got });
        }
        Ok(())
    }

    /// Follows L1 up to its head, and looks at a leg.
    ///
    /// # Errors
    /// [`SwapError`]: most of them mean *unknown*.
    pub async fn look(&self, terms: &Terms, number: LegNumber) -> Result<Leg, SwapError> {
        self.follow().await?;
        let at = self.node.cursor().await?;
        let swap = self.swap(terms, &at).await?;
        let leg = self.leg(terms, number)?;
        let is_decided = matches!(swap, SwapState::Settled | SwapState::Cancelled);
        let mut view = LegView { number, now: at.timestamp, swap, leg, lock: None, verdict: None };
        let (mut lock, mut verdict) = (None, None);
        if is_decided && matches!(leg, LegState::Open | LegState::Locked) {
            verdict = self.verdict(terms, number, swap)?;
            view.verdict = verdict.map(|leaf| down::status(&self.node, leaf)).transpose()?;
        } else if !is_decided && !swap.knows(number) && leg != LegState::Open {
            let snapshot = self.observer.snapshot().await?;
            let sent = self.lock_message(terms, number)?;
            view.lock = Some(up::status(&self.node, &snapshot, &sent).await?);
            lock = Some((sent, snapshot));
        }
        Ok(Leg { view, lock, verdict })
    }

    async fn swap(&self, terms: &Terms, at: &BlockRef) -> Result<SwapState, SwapError> {
        let call = ISwapArbiter::stateOfCall { id: terms.id() };
        let data = call.abi_encode().into();
        let answer = self.node.l1().call(at.hash, terms.arbiter, data).await;
        let answer = answer.map_err(ObserveError::from)?;
        if answer.is_empty() {
            let (contract, address) = ("SwapArbiter", terms.arbiter);
            return Err(SwapError::NotDeployed { contract, address });
        }
        let number = ISwapArbiter::stateOfCall::abi_decode_returns_validate(&answer).ok();
        number
            .and_then(SwapState::of)
            .ok_or(SwapError::Answer { what: "the state of a swap", answer })
    }

    fn leg(&self, terms: &Terms, number: LegNumber) -> Result<LegState, SwapError> {
        let vault = terms.leg(number).vault;
        let call = ISwapVault::stateOfCall { id: terms.id(), number: number as u8 };
        let answer = self.ask(vault, call.abi_encode().into())?;
        if answer.is_empty() {
            return Err(SwapError::NotDeployed { contract: "SwapVault", address: vault });
        }
        let number = ISwapVault::stateOfCall::abi_decode_returns_validate(&answer).ok();
        number
            .and_then(LegState::of)
            .ok_or(SwapError::Answer { what: "the state of a leg", answer })
    }

    /// What a view on L2 answers.
    pub(super) fn ask(&self, to: Address, data: Bytes) -> Result<Bytes, SwapError> {
        let request = TransactionRequest::default().to(to).input(TransactionInput::new(data));
        Ok(self.node.view(request)?.output)
    }

    /// The message by which the vault told of the lock.
    fn lock_message(&self, terms: &Terms, number: LegNumber) -> Result<Outgoing, SwapError> {
        let data: Bytes = ISwapArbiter::onLockedCall { terms: terms.clone(), number: number as u8 }
            .abi_encode()
            .into();
        let is_it = |message: &Message| {
            message.sender == terms.leg(number).vault
                && message.target == terms.arbiter
                && message.data == data
        };
        let found = up::sent_since(&self.node, 0)?.into_iter().find(|sent| is_it(&sent.message));
        let missing = NodeError::Contradiction("a locked leg without its message");
        Ok(found.ok_or(missing)?)
    }

    /// The first message by which the arbiter told this outcome to the vault.
    fn verdict(
        &self,
        terms: &Terms,
        number: LegNumber,
        swap: SwapState,
    ) -> Result<Option<u64>, SwapError> {
        let vault = terms.leg(number).vault;
        let (terms, number) = (terms.clone(), number as u8);
        let arbiter = terms.arbiter;
        let data: Bytes = match swap {
            SwapState::Settled => ISwapVault::settleCall { terms, number }.abi_encode().into(),
            _ => ISwapVault::cancelCall { terms, number }.abi_encode().into(),
        };
        for leaf in 0..self.node.messages() {
            let message = self.node.message(leaf)?;
            if message.sender == arbiter && message.target == vault && message.data == data {
                return Ok(Some(leaf));
            }
        }
        Ok(None)
    }
}
