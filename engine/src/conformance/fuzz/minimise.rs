//! Makes a case smaller while it still shows its difference.

use alloy_primitives::{Address, Bytes};

use super::case::Case;

/// How many smaller cases are tried at most.
const TRIALS: usize = 200;

/// The smallest case found for which `shows` still holds.
pub fn minimise(case: &Case, mut shows: impl FnMut(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    let mut trials = 0;
    loop {
        let smaller = candidates(&smallest).into_iter().find(|candidate| {
            trials += 1;
            trials <= TRIALS && shows(candidate)
        });
        match smaller {
            Some(smaller) => smallest = smaller,
            None => return smallest,
        }
    }
}

/// Cases with one thing less each, the largest things first.
fn candidates(case: &Case) -> Vec<Case> {
    let mut candidates = Vec::new();
    let mut add = |edit: &dyn Fn(&mut Case)| {
        let mut candidate = case.clone();
        edit(&mut candidate);
        if candidate != *case {
            candidates.push(candidate);
        }
    };
    for at in (0..case.entries.len()).rev() {
        add(&|it| drop(it.entries.remove(at)));
    }
    add(&|it| it.deposits.clear());
    add(&|it| it.tail = Bytes::new());
    let addresses: Vec<Address> = case.accounts.keys().copied().collect();
    for address in &addresses {
        add(&|it| drop(it.accounts.remove(address)));
    }
    for (address, account) in &case.accounts {
        add(&|it| {
            it.accounts.entry(*address).and_modify(|account| account.storage.clear());
        });
        let length = account.code.len();
        // its end first: what comes later is often not needed
        for kept in [length / 2, length - length / 8, length.saturating_sub(1)] {
            add(&|it| {
                it.accounts
                    .entry(*address)
                    .and_modify(|account| account.code = account.code.slice(..kept));
            });
        }
    }
    candidates
}
