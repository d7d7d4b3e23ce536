//! `eth_*`: what is executed, or proven, on a block's state.

use std::sync::Arc;

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, Bytes, U64, U256},
    rpc::types::{
        AccessListResult, BlockOverrides, EIP1186AccountProofResponse, FeeHistory,
        TransactionRequest,
        state::{EvmOverrides, StateOverride},
    },
    serde::JsonStorageKey,
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use surety_engine::{
    node::Node,
    simulate::{self, End, Scene, SimulateError},
    state::Store,
};

use super::{backend::Backend, error::RpcError};

/// Slots that one proof may be about.
const PROVEN_SLOTS: usize = 1_024;
/// Blocks of one fee history.
const FEE_BLOCKS: u64 = 1_024;
/// Blocks that a suggested tip is taken from.
const TIP_BLOCKS: u64 = 20;

/// What of `eth_*` executes or proves.
#[rpc(server, namespace = "eth")]
pub(crate) trait CallApi {
    /// What a call returns in the state of a block.
    #[method(name = "call")]
    async fn call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<Bytes>;

    /// A gas limit with which a transaction succeeds in the state of a block.
    #[method(name = "estimateGas")]
    async fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<U64>;

    /// The accounts and slots that a transaction touches.
    #[method(name = "createAccessList")]
    async fn create_access_list(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
    ) -> RpcResult<AccessListResult>;

    /// An account and some of its slots, proven under a block's state root.
    #[method(name = "getProof")]
    async fn get_proof(
        &self,
        address: Address,
        keys: Vec<JsonStorageKey>,
        block: Option<BlockId>,
    ) -> RpcResult<EIP1186AccountProofResponse>;

    /// What blocks and their transactions paid for gas.
    #[method(name = "feeHistory")]
    async fn fee_history(
        &self,
        blocks: U64,
        newest: BlockNumberOrTag,
        percentiles: Option<Vec<f64>>,
    ) -> RpcResult<FeeHistory>;

    /// A gas price with which a legacy transaction is taken soon, wei.
    #[method(name = "gasPrice")]
    async fn gas_price(&self) -> RpcResult<U256>;

    /// What to add for the fee recipient, wei per gas.
    #[method(name = "maxPriorityFeePerGas")]
    async fn max_priority_fee_per_gas(&self) -> RpcResult<U256>;
}

/// Answers it.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    backend: Arc<Backend>,
}

impl Calls {
    /// Executes on what `backend` knows.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }

    /// Runs `work` in the state at the end of a block, with overrides, on a thread of its own.
    async fn at<T: Send + 'static>(
        &self,
        block: Option<BlockId>,
        overrides: EvmOverrides,
        work: impl FnOnce(&Scene<Arc<Store>>, &Node) -> Result<T, SimulateError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let block = self.backend.block_id(block).await?;
        let (node, quota) = (Arc::clone(self.backend.node()), self.backend.quota());
        let run = move |chain: &surety_engine::chain::Chain| {
            let number = chain.sealed(block)?.number;
            let scene = node.scene(number, quota)?.with(overrides)?;
            Ok(work(&scene, &node)?)
        };
        self.backend.blocking(run).await
    }

    /// The base fee of the next block, and the tip to add, wei per gas.
    async fn suggested(&self) -> Result<(U256, u128), RpcError> {
        let node = Arc::clone(self.backend.node());
        let (least, most) = (self.backend.mempool().least_tip(), self.backend.config().most_tip());
        let run = move |chain: &surety_engine::chain::Chain| {
            let newest = chain.head()?.number;
            let oldest = newest.saturating_sub(TIP_BLOCKS - 1).max(chain.genesis().number);
            let blocks = node.fees(oldest..=newest)?;
            let next = blocks.last().map(simulate::BlockFees::next_base_fee).unwrap_or_default();
            Ok((next, simulate::suggested_tip(&blocks, least, most)))
        };
        self.backend.blocking(run).await
    }
}

#[async_trait]
impl CallApiServer for Calls {
    async fn call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<Bytes> {
        let overrides = EvmOverrides::new(state_overrides, block_overrides);
        let called = self.at(block, overrides, |scene, _| simulate::call(scene, request)).await?;
        match called.end {
            End::Success => Ok(called.output),
            End::Revert => Err(RpcError::Reverted(called.output).into()),
            End::Halt(reason) => Err(RpcError::from(SimulateError::Halted(reason)).into()),
        }
    }

    async fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<U64> {
        let overrides = EvmOverrides::new(state_overrides, block_overrides);
        let estimate = |scene: &Scene<_>, node: &Node| {
            simulate::estimate(scene, request, node.limits().transaction_gas)
        };
        Ok(U64::from(self.at(block, overrides, estimate).await?))
    }

    async fn create_access_list(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
    ) -> RpcResult<AccessListResult> {
        let overrides = EvmOverrides::state(state_overrides);
        let run = |scene: &Scene<_>, _: &Node| simulate::access_list(scene, request);
        let (access_list, called) = self.at(block, overrides, run).await?;
        let error = match called.end {
            End::Success => None,
            End::Revert => Some(RpcError::Reverted(called.output).to_string()),
            End::Halt(reason) => Some(SimulateError::Halted(reason).to_string()),
        };
        Ok(AccessListResult { access_list, gas_used: U256::from(called.gas_used), error })
    }

    async fn get_proof(
        &self,
        address: Address,
        keys: Vec<JsonStorageKey>,
        block: Option<BlockId>,
    ) -> RpcResult<EIP1186AccountProofResponse> {
        if keys.len() > PROVEN_SLOTS {
            let message = format!("more than {PROVEN_SLOTS} slots in one proof");
            return Err(RpcError::LimitExceeded(message).into());
        }
        let block = self.backend.block_id(block).await?;
        let node = Arc::clone(self.backend.node());
        let prove = self.backend.blocking(move |chain| {
            let number = chain.sealed(block)?.number;
            Ok(node.prove(number, address, keys)?)
        });
        Ok(prove.await?)
    }

    async fn fee_history(
        &self,
        blocks: U64,
        newest: BlockNumberOrTag,
        percentiles: Option<Vec<f64>>,
    ) -> RpcResult<FeeHistory> {
        let newest = self.backend.number(newest).await?;
        let node = Arc::clone(self.backend.node());
        let least = self.backend.mempool().least_tip();
        let history = self.backend.blocking(move |chain| {
            chain.sealed(newest)?;
            let wanted = blocks.to::<u64>().min(FEE_BLOCKS);
            let first = newest.saturating_add(1).saturating_sub(wanted);
            let oldest = first.max(chain.genesis().number);
            let blocks = node.fees(oldest..=newest)?;
            Ok(simulate::fee_history(oldest, &blocks, percentiles.as_deref(), least)?)
        });
        Ok(history.await?)
    }

    async fn gas_price(&self) -> RpcResult<U256> {
        let (base_fee, tip) = self.suggested().await?;
        Ok(base_fee.saturating_add(U256::from(tip)))
    }

    async fn max_priority_fee_per_gas(&self) -> RpcResult<U256> {
        Ok(U256::from(self.suggested().await?.1))
    }
}
