//! Accounts in Bonds, by its events.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map},
};

use alloy_primitives::{Address, U256};

/// Accounts kept of those that have nothing but what is free. Anybody can put a wei under any address.
const IDLE_KEPT: usize = 4_096;

/// An account in Bonds, by its events; wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// It can be locked or withdrawn.
    pub free: U256,
    /// It stands behind claims and commitments.
    pub locked: U256,
    /// Shares of forfeited bonds that it got.
    pub credited: U256,
    /// What it lost.
    pub forfeited: U256,
    /// What of that was burned.
    pub burned: U256,
}

impl Balance {
    /// Whether it never lost or won anything, and has nothing at stake.
    fn is_idle(&self) -> bool {
        self.locked.is_zero() && self.credited.is_zero() && self.forfeited.is_zero()
    }
}

/// Who has or had ETH in Bonds. Of idle accounts only the richest are kept: what another one has free is missing here if it
/// locks ETH later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    accounts: BTreeMap<Address, Balance>,
    /// Accounts after the last time that the idle ones were thinned out.
    thinned: usize,
}

impl Balances {
    /// The account, to be changed.
    pub fn entry(&mut self, account: Address) -> &mut Balance {
        if self.accounts.len() >= self.thinned.saturating_add(2 * IDLE_KEPT) {
            self.thin_out();
        }
        self.accounts.entry(account).or_default()
    }

    /// How many accounts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The accounts by address.
    pub fn iter(&self) -> btree_map::Iter<'_, Address, Balance> {
        self.accounts.iter()
    }

    fn thin_out(&mut self) {
        let idle = self.accounts.iter().filter(|(_, balance)| balance.is_idle());
        let mut idle: Vec<_> = idle.map(|(account, it)| (Reverse(it.free), *account)).collect();
        idle.sort_unstable();
        for (_, account) in idle.into_iter().skip(IDLE_KEPT) {
            self.accounts.remove(&account);
        }
        self.thinned = self.accounts.len();
    }
}

impl<'a> IntoIterator for &'a Balances {
    type Item = (&'a Address, &'a Balance);
    type IntoIter = btree_map::Iter<'a, Address, Balance>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(number: u64) -> Address {
        Address::left_padding_from(&number.to_be_bytes())
    }

    #[test]
    fn of_a_million_strangers_with_dust_few_are_kept_and_of_players_all() {
        let mut balances = Balances::default();
        for player in 0..100 {
            balances.entry(stranger(u64::MAX - player)).locked = U256::ONE;
        }
        let rich = stranger(500_000);
        balances.entry(rich).free = U256::from(2);
        for number in 0..1_000_000 {
            let free = &mut balances.entry(stranger(number)).free;
            *free = free.saturating_add(U256::ONE);
        }
        assert!(balances.len() <= 3 * IDLE_KEPT + 100, "{}", balances.len());
        let players = balances.iter().filter(|(_, balance)| !balance.locked.is_zero());
        assert_eq!(players.count(), 100);
        assert!(balances.iter().any(|(account, it)| *account == rich && it.free == U256::from(3)));
    }
}
