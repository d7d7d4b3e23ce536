//! Where a simulation happens: a state, and the block that what runs believes to be in.

use alloy::rpc::types::{BlockOverrides, state::EvmOverrides};
use alloy_primitives::{Address, U256};
use revm::{
    Context, DatabaseRef as _, InspectEvm as _, Inspector, MainBuilder as _,
    context::{BlockEnv, TxEnv, result::ResultAndState},
    context_interface::block::BlobExcessGasAndPrice,
    handler::MainnetContext,
    state::AccountInfo,
};

use super::{
    Quota, SimulateError,
    rules::CallRules,
    watch::{Records, Watch},
    world::Memory,
};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::{
        boundary::Boundary,
        environment::{SPEC, block_env},
    },
};

/// revm over the state of a scene.
pub(super) type SceneContext<S> = Context<BlockEnv, TxEnv, CallRules, Memory<S>>;

/// A state in memory over a chain's, a block around it, and bounds. What runs in it leaves nothing behind.
#[derive(Debug)]
pub struct Scene<S> {
    pub(super) state: Memory<S>,
    pub(super) block: BlockEnv,
    pub(super) chain_id: u64,
    pub(super) quota: Quota,
}

impl<S: NodeSource + CodeSource> Scene<S> {
    /// The state of `at`, in its block: for the end of a block with its fee recipient and randomness, which a sealed boundary
    /// has forgotten, see [`Boundary::in_block`].
    ///
    /// # Errors
    /// [`SimulateError::Execute`] for a base fee above 64 bits.
    pub fn new(source: S, at: &Boundary, quota: Quota) -> Result<Self, SimulateError> {
        Ok(Self {
            state: Memory::new(source, at.state_root),
            block: block_env(&at.block)?,
            chain_id: at.block.chain_id,
            quota,
        })
    }

    /// The scene with a request's overrides.
    ///
    /// # Errors
    /// [`SimulateError::Request`] for overrides that contradict themselves or are not supported, or when the state cannot be
    /// read.
    pub fn with(mut self, overrides: EvmOverrides) -> Result<Self, SimulateError> {
        let EvmOverrides { state, block } = overrides;
        self.override_block(block.map(|block| *block).unwrap_or_default())?;
        self.state.override_accounts(state.unwrap_or_default())?;
        Ok(self)
    }

    fn override_block(&mut self, overrides: BlockOverrides) -> Result<(), SimulateError> {
        // after the merge there is no difficulty, and the beacon root has its contract already
        let BlockOverrides {
            number,
            time,
            gas_limit,
            coinbase,
            random,
            base_fee,
            blob_base_fee,
            block_hash,
            ..
        } = overrides;
        let block = &mut self.block;
        block.number = number.unwrap_or(block.number);
        block.timestamp = time.map_or(block.timestamp, U256::from);
        block.gas_limit = gas_limit.unwrap_or(block.gas_limit);
        block.beneficiary = coinbase.unwrap_or(block.beneficiary);
        block.prevrandao = random.or(block.prevrandao);
        if let Some(fee) = base_fee {
            let too_high = |_| SimulateError::Request("baseFeePerGas does not fit 64 bits");
            block.basefee = u64::try_from(fee).map_err(too_high)?;
        }
        if let Some(fee) = blob_base_fee {
            let too_high = |_| SimulateError::Request("blobBaseFee does not fit 128 bits");
            block.blob_excess_gas_and_price = Some(BlobExcessGasAndPrice {
                excess_blob_gas: 0,
                blob_gasprice: u128::try_from(fee).map_err(too_high)?,
            });
        }
        self.state.override_hashes(block_hash.unwrap_or_default());
        Ok(())
    }

    pub(super) fn account(&self, address: Address) -> Result<AccountInfo, SimulateError> {
        Ok(self.state.basic_ref(address)?.unwrap_or_default())
    }

    /// Runs a transaction, watched by `inspector`; gives what it did, what it would change, and the inspector.
    pub(super) fn run<I>(
        &self,
        transaction: TxEnv,
        inspector: I,
        records: Records,
    ) -> Result<(ResultAndState, I), SimulateError>
    where
        I: Inspector<SceneContext<S>>,
    {
        let mut block = self.block.clone();
        if transaction.gas_price == 0 {
            // who names no price pays none
            block.basefee = 0;
        }
        let context: SceneContext<S> = MainnetContext::new(self.state.clone(), SPEC)
            .with_cfg(CallRules::new(self.chain_id))
            .with_block(block);
        let watch = Watch::new(inspector, records, self.quota);
        let mut evm = context.build_mainnet_with_inspector(watch);
        let result = evm.inspect_tx(transaction);
        evm.inspector.check()?;
        Ok((result?, evm.inspector.inner))
    }
}
