//! The base fee of the next block ([EIP-1559](https://eips.ethereum.org/EIPS/eip-1559)).

use alloy_primitives::U256;

use crate::rules::gas::{BASE_FEE_CHANGE_DENOMINATOR, ELASTICITY};

/// The base fee, wei per gas, after a block that used `gas_used` of `gas_limit` at `base_fee`.
#[must_use]
pub fn next_base_fee(gas_used: u64, gas_limit: u64, base_fee: U256) -> U256 {
    let target = gas_limit / ELASTICITY;
    let distance = gas_used.abs_diff(target);
    if distance == 0 || target == 0 {
        return base_fee;
    }
    let change = base_fee.saturating_mul(U256::from(distance))
        / U256::from(target)
        / U256::from(BASE_FEE_CHANGE_DENOMINATOR);
    if gas_used > target {
        base_fee.saturating_add(change.max(U256::ONE))
    } else {
        base_fee.saturating_sub(change)
    }
}

#[cfg(test)]
mod tests {
    use alloy::eips::eip1559::{BaseFeeParams, calc_next_block_base_fee};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn t57_stays_at_the_target_and_moves_by_an_eighth_at_most() {
        let fee = U256::from(136_347_964);
        assert_eq!(next_base_fee(6_000_000, 12_000_000, fee), fee);
        let one_gwei = U256::from(1_000_000_000);
        assert_eq!(next_base_fee(12_000_000, 12_000_000, one_gwei), U256::from(1_125_000_000));
        assert_eq!(next_base_fee(0, 12_000_000, one_gwei), U256::from(875_000_000));
        assert_eq!(next_base_fee(6_000_001, 12_000_000, U256::ZERO), U256::ONE);
    }

    proptest! {
        #[test]
        fn equals_alloy(used in 0..=12_000_000_u64, limit in 12_000_000..60_000_000_u64, fee: u32) {
            let expected =
                calc_next_block_base_fee(used, limit, fee.into(), BaseFeeParams::ethereum());
            prop_assert_eq!(next_base_fee(used, limit, U256::from(fee)), U256::from(expected));
        }
    }
}
