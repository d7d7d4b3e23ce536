//! The rules of calls: Osaka's, without the checks of a sender whom nobody asked to sign. They are none of execution's: a
//! type of their own keeps them apart, and revm's features that would weaken every execution stay off.

use revm::{
    context::{Cfg, CfgEnv},
    context_interface::cfg::GasParams,
    primitives::hardfork::SpecId,
};

use crate::execute::environment::cfg_env;

/// revm's configuration of a call.
#[derive(Clone, Debug)]
pub(super) struct CallRules(CfgEnv);

impl CallRules {
    pub(super) fn new(chain_id: u64) -> Self {
        Self(cfg_env(chain_id))
    }
}

impl Cfg for CallRules {
    type Spec = SpecId;

    // contracts may call, with any nonce, and with more gas than a block has
    fn is_eip3607_disabled(&self) -> bool {
        true
    }

    fn is_nonce_check_disabled(&self) -> bool {
        true
    }

    fn is_block_gas_limit_disabled(&self) -> bool {
        true
    }

    // all else as in execution
    fn chain_id(&self) -> u64 {
        Cfg::chain_id(&self.0)
    }

    fn tx_chain_id_check(&self) -> bool {
        Cfg::tx_chain_id_check(&self.0)
    }

    fn tx_gas_limit_cap(&self) -> u64 {
        Cfg::tx_gas_limit_cap(&self.0)
    }

    fn spec(&self) -> SpecId {
        Cfg::spec(&self.0)
    }

    fn max_blobs_per_tx(&self) -> Option<u64> {
        Cfg::max_blobs_per_tx(&self.0)
    }

    fn max_code_size(&self) -> usize {
        self.0.max_code_size()
    }

    fn max_initcode_size(&self) -> usize {
        self.0.max_initcode_size()
    }

    fn is_eip3541_disabled(&self) -> bool {
        self.0.is_eip3541_disabled()
    }

    fn is_eip7623_disabled(&self) -> bool {
        self.0.is_eip7623_disabled()
    }

    fn is_balance_check_disabled(&self) -> bool {
        self.0.is_balance_check_disabled()
    }

    fn is_base_fee_check_disabled(&self) -> bool {
        self.0.is_base_fee_check_disabled()
    }

    fn is_priority_fee_check_disabled(&self) -> bool {
        self.0.is_priority_fee_check_disabled()
    }

    fn is_fee_charge_disabled(&self) -> bool {
        self.0.is_fee_charge_disabled()
    }

    fn is_eip7708_disabled(&self) -> bool {
        self.0.is_eip7708_disabled()
    }

    fn is_eip8246_delayed_clear_disabled(&self) -> bool {
        self.0.is_eip8246_delayed_clear_disabled()
    }

    fn memory_limit(&self) -> u64 {
        Cfg::memory_limit(&self.0)
    }

    fn gas_params(&self) -> &GasParams {
        Cfg::gas_params(&self.0)
    }

    fn is_amsterdam_eip8037_enabled(&self) -> bool {
        self.0.is_amsterdam_eip8037_enabled()
    }

    fn is_amsterdam_eip2780_enabled(&self) -> bool {
        self.0.is_amsterdam_eip2780_enabled()
    }
}
