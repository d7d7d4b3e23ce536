//! What contracts accept, but is dangerous where money is: said before a deployment, and whenever somebody looks at one.

use alloy::primitives::U256;

use crate::terminal::units::{eth, span};

/// Clocks with less time to be censored in are for development: a day.
const SAFE_CENSORSHIP: u64 = 7_200;
/// The least root bond that the contracts take, wei.
const LEAST_ROOT_BOND: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// What is dangerous about C, in L1 blocks, and the root bond, in wei.
pub(crate) fn of(censorship: u64, root_bond: U256) -> Vec<String> {
    let mut cautions = Vec::new();
    if censorship < SAFE_CENSORSHIP {
        cautions.push(format!(
            "whoever keeps the honest side off L1 for {} wins any dispute: for development only",
            span(censorship)
        ));
    }
    if root_bond <= LEAST_ROOT_BOND {
        cautions.push(format!(
            "the root bond is the least there is, {}: delaying withdrawals is cheap",
            eth(root_bond)
        ));
    }
    cautions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_window_and_a_small_bond_are_told() {
        let more = LEAST_ROOT_BOND + U256::ONE;
        assert!(of(SAFE_CENSORSHIP, more).is_empty());
        assert_eq!(of(10, more).len(), 1);
        assert_eq!(of(SAFE_CENSORSHIP - 1, LEAST_ROOT_BOND).len(), 2);
    }
}
