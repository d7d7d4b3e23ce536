//! Locks a leg: the approval that a token takes, then the lock.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall as _;

use super::{
    SwapError,
    bindings::{IERC20, ISwapVault},
    contracts,
    observe::Seat,
    terms::{Leg, LegNumber, LegState, SwapState, Terms},
};
use crate::{l1::send::Sent, relay::account::L2Call};

/// What was done towards a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locking {
    /// The vault may take the token now: once this is on L2, the lock follows.
    Approved(Sent),
    /// The lock was posted to L2.
    Posted(Sent),
    /// The leg is locked.
    Locked,
}

/// Does the next thing towards a lock of this seat's own leg; to be repeated until it is locked.
///
/// # Errors
/// [`SwapError`]: the leg is another account's or on another rollup, or it can be locked no more.
pub async fn lock(seat: &Seat, terms: &Terms, number: LegNumber) -> Result<Locking, SwapError> {
    contracts::check(terms)?;
    seat.check(terms, number)?;
    let (leg, key) = (terms.leg(number), seat.account.address());
    if leg.from != key {
        return Err(SwapError::OtherAccount { number, from: leg.from, key });
    }
    let view = seat.look(terms, number).await?.view;
    match (view.leg, view.swap) {
        (LegState::Locked | LegState::Settled, _) => return Ok(Locking::Locked),
        (LegState::Open, SwapState::Open | SwapState::OneLocked | SwapState::TwoLocked)
            if view.now < terms.deadline => {}
        (leg, swap) => {
            let (now, deadline) = (view.now, terms.deadline);
            return Err(SwapError::NotLockable { number, swap, leg, now, deadline });
        }
    }
    if leg.token != Address::ZERO && allowance(seat, leg)? < leg.amount {
        let call = IERC20::approveCall { spender: leg.vault, amount: leg.amount };
        let (to, data) = (Some(leg.token), call.abi_encode().into());
        let call = L2Call { to, value: U256::ZERO, data };
        return Ok(Locking::Approved(seat.account.post(&seat.lane, &[call]).await?));
    }
    let value = if leg.token == Address::ZERO { leg.amount } else { U256::ZERO };
    let call = ISwapVault::lockCall { terms: terms.clone(), number: number as u8 };
    let call = L2Call { to: Some(leg.vault), value, data: call.abi_encode().into() };
    Ok(Locking::Posted(seat.account.post(&seat.lane, &[call]).await?))
}

/// What the vault owes an account since a payment of `token` to it failed; zero is ETH.
///
/// # Errors
/// [`SwapError`].
pub fn credit(seat: &Seat, account: Address, token: Address) -> Result<U256, SwapError> {
    let call = ISwapVault::creditsCall { account, token };
    let answer = seat.ask(contracts::SWAP_VAULT, call.abi_encode().into())?;
    ISwapVault::creditsCall::abi_decode_returns_validate(&answer)
        .map_err(|_| SwapError::Answer { what: "a credit", answer })
}

/// Lets the vault pay what it owes an account. Anybody may, and the payment must succeed now.
///
/// # Errors
/// [`SwapError`].
pub async fn withdraw(seat: &Seat, account: Address, token: Address) -> Result<Sent, SwapError> {
    let data = ISwapVault::withdrawCall { account, token }.abi_encode().into();
    let call = L2Call { to: Some(contracts::SWAP_VAULT), value: U256::ZERO, data };
    Ok(seat.account.post(&seat.lane, &[call]).await?)
}

fn allowance(seat: &Seat, leg: &Leg) -> Result<U256, SwapError> {
    let call = IERC20::allowanceCall { owner: leg.from, spender: leg.vault };
    let answer = seat.ask(leg.token, call.abi_encode().into())?;
    IERC20::allowanceCall::abi_decode_returns_validate(&answer)
        .map_err(|_| SwapError::Answer { what: "an allowance", answer })
}
