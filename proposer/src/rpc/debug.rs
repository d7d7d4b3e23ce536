//! `debug_*`: what blocks need and do, step by step, and their bytes.

use std::{sync::Arc, time::Duration};

use alloy::{
    consensus::BlockBody,
    eips::{BlockId, BlockNumberOrTag, Encodable2718 as _},
    primitives::{B256, Bytes},
    rpc::types::{
        TransactionRequest,
        debug::ExecutionWitness,
        state::EvmOverrides,
        trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions},
    },
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use surety_engine::{
    chain::{Block, Chain},
    simulate::{SimulateError, Tracer, listed, trace_call},
};
use tokio::{sync::Semaphore, time::timeout};

use super::{backend::Backend, error::RpcError};

/// `debug_*`.
#[rpc(server, namespace = "debug")]
pub(crate) trait DebugApi {
    /// What executing a block takes of its parent's state.
    #[method(name = "executionWitness")]
    async fn execution_witness(&self, block: BlockId) -> RpcResult<ExecutionWitness>;

    /// A transaction, executed again and watched.
    #[method(name = "traceTransaction")]
    async fn trace_transaction(
        &self,
        hash: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Box<RawValue>>;

    /// A call in the state of a block, watched.
    #[method(name = "traceCall")]
    async fn trace_call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        options: Option<GethDebugTracingCallOptions>,
    ) -> RpcResult<Box<RawValue>>;

    /// All transactions of a block, each executed again and watched.
    #[method(name = "traceBlockByNumber")]
    async fn trace_block_by_number(
        &self,
        block: BlockNumberOrTag,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<Box<RawValue>>>;

    /// All transactions of a block, each executed again and watched.
    #[method(name = "traceBlockByHash")]
    async fn trace_block_by_hash(
        &self,
        block: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<Box<RawValue>>>;

    /// RLP of a block: header, transactions, no uncles, the deposits as withdrawals.
    #[method(name = "getRawBlock")]
    async fn raw_block(&self, block: BlockId) -> RpcResult<Bytes>;

    /// RLP of a header.
    #[method(name = "getRawHeader")]
    async fn raw_header(&self, block: BlockId) -> RpcResult<Bytes>;

    /// EIP-2718 encodings of a block's receipts.
    #[method(name = "getRawReceipts")]
    async fn raw_receipts(&self, block: BlockId) -> RpcResult<Vec<Bytes>>;

    /// EIP-2718 encoding of a transaction.
    #[method(name = "getRawTransaction")]
    async fn raw_transaction(&self, hash: B256) -> RpcResult<Option<Bytes>>;
}

/// Answers `debug_*`.
#[derive(Clone, Debug)]
pub(crate) struct Debug {
    backend: Arc<Backend>,
    traces: Arc<Semaphore>,
}

impl Debug {
    /// Executes again what `backend` knows.
    pub(crate) fn new(backend: Arc<Backend>) -> Self {
        let traces = backend.config().traces.max(1) as usize;
        Self { backend, traces: Arc::new(Semaphore::new(traces)) }
    }

    /// Runs `work`, which fills memory, on a thread of its own: only a few at a time.
    async fn heavy<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Chain) -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let wait: Duration = self.backend.config().timeout();
        let turn = timeout(wait, Arc::clone(&self.traces).acquire_owned()).await;
        let turn = turn.map_err(|_| RpcError::Timeout)?.map_err(RpcError::internal)?;
        let run = move |chain: &Chain| {
            let _turn = turn;
            work(chain)
        };
        self.backend.blocking(run).await
    }

    async fn trace_block(
        &self,
        block: BlockId,
        options: Option<GethDebugTracingOptions>,
    ) -> Result<Vec<Box<RawValue>>, RpcError> {
        let tracer = Tracer::new(options.unwrap_or_default())?;
        let block = self.backend.block_id(Some(block)).await?;
        let (node, quota) = (Arc::clone(self.backend.node()), self.backend.quota());
        self.heavy(move |chain| {
            let number = chain.sealed(block)?.number;
            let mut traces = Vec::new();
            let mut left = quota.recorded;
            if number == chain.genesis().number {
                return Ok(traces);
            }
            node.replay_block(number, &tracer, quota, |replay| {
                let trace = json(&listed(replay.executed.transaction.hash, replay.trace))?;
                let size = trace.get().len();
                left = left.checked_sub(size).ok_or(SimulateError::TraceSize(quota.recorded))?;
                traces.push(trace);
                Ok(())
            })?;
            Ok(traces)
        })
        .await
    }

    /// A block whose transactions and header are known.
    async fn block<T: Send + 'static>(
        &self,
        block: BlockId,
        show: impl FnOnce(Block) -> T + Send + 'static,
    ) -> Result<T, RpcError> {
        let block = self.backend.block_id(Some(block)).await?;
        let run = move |chain: &Chain| {
            let number = chain.sealed(block)?.number;
            chain.block(number)?.map(show).ok_or(RpcError::HeaderNotFound)
        };
        self.backend.blocking(run).await
    }
}

#[async_trait]
impl DebugApiServer for Debug {
    async fn execution_witness(&self, block: BlockId) -> RpcResult<ExecutionWitness> {
        let block = self.backend.block_id(Some(block)).await?;
        let node = Arc::clone(self.backend.node());
        let witness = self.heavy(move |chain| {
            let number = chain.sealed(block)?.number;
            if number == chain.genesis().number {
                return Err(RpcError::Server("the genesis was not executed".to_owned()));
            }
            Ok(node.execution_witness(number)?)
        });
        Ok(witness.await?)
    }

    async fn trace_transaction(
        &self,
        hash: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Box<RawValue>> {
        let tracer = Tracer::new(options.unwrap_or_default()).map_err(RpcError::from)?;
        let (node, quota) = (Arc::clone(self.backend.node()), self.backend.quota());
        let trace = self.heavy(move |chain| {
            let place = chain.transaction_place(hash)?;
            let missing = || RpcError::Server("transaction not found".to_owned());
            let place = place.ok_or_else(missing)?;
            let index = usize::try_from(place.index).map_err(RpcError::internal)?;
            Ok(json(&node.replay(place.number, index, &tracer, quota)?.trace)?)
        });
        Ok(trace.await?)
    }

    async fn trace_call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        options: Option<GethDebugTracingCallOptions>,
    ) -> RpcResult<Box<RawValue>> {
        let GethDebugTracingCallOptions {
            tracing_options,
            state_overrides,
            block_overrides,
            tx_index,
        } = options.unwrap_or_default();
        let tracer = Tracer::new(tracing_options).map_err(RpcError::from)?;
        let overrides = EvmOverrides::new(state_overrides, block_overrides.map(Box::new));
        let block = self.backend.block_id(block).await?;
        let (node, quota) = (Arc::clone(self.backend.node()), self.backend.quota());
        let trace = self.heavy(move |chain| {
            let number = chain.sealed(block)?.number;
            let scene = match tx_index {
                None => node.scene(number, quota)?,
                Some(index) => {
                    let index = usize::try_from(index).unwrap_or(usize::MAX);
                    node.scene_before(number, index, quota)?
                }
            };
            let trace = trace_call(&scene.with(overrides)?, request, &tracer)?;
            Ok(json(&trace)?)
        });
        Ok(trace.await?)
    }

    async fn trace_block_by_number(
        &self,
        block: BlockNumberOrTag,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<Box<RawValue>>> {
        Ok(self.trace_block(block.into(), options).await?)
    }

    async fn trace_block_by_hash(
        &self,
        block: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<Box<RawValue>>> {
        Ok(self.trace_block(block.into(), options).await?)
    }

    async fn raw_block(&self, block: BlockId) -> RpcResult<Bytes> {
        let encode = |block: Block| {
            let body = BlockBody {
                transactions: block.transactions.into_iter().map(|it| it.envelope).collect(),
                ommers: Vec::new(),
                withdrawals: Some(block.withdrawals.into()),
            };
            alloy_rlp::encode(alloy::consensus::Block { header: block.header, body }).into()
        };
        Ok(self.block(block, encode).await?)
    }

    async fn raw_header(&self, block: BlockId) -> RpcResult<Bytes> {
        Ok(self.block(block, |block| alloy_rlp::encode(block.header).into()).await?)
    }

    async fn raw_receipts(&self, block: BlockId) -> RpcResult<Vec<Bytes>> {
        let block = self.backend.block_id(Some(block)).await?;
        let receipts = self.backend.blocking(move |chain| {
            let number = chain.sealed(block)?.number;
            let Some(executed) = chain.executed(number)? else { return Ok(Vec::new()) };
            let receipts = executed.receipts()?;
            Ok(receipts.iter().map(|receipt| receipt.envelope.encoded_2718().into()).collect())
        });
        Ok(receipts.await?)
    }

    async fn raw_transaction(&self, hash: B256) -> RpcResult<Option<Bytes>> {
        let transaction = self.backend.blocking(move |chain| {
            let Some(place) = chain.transaction_place(hash)? else { return Ok(None) };
            let Some(block) = chain.block(place.number)? else { return Ok(None) };
            let index = usize::try_from(place.index).map_err(RpcError::internal)?;
            Ok(block.transactions.into_iter().nth(index).map(|transaction| transaction.raw))
        });
        Ok(transaction.await?)
    }
}

/// Written here, on the thread that made it, and not where the server answers everybody.
fn json(value: &impl Serialize) -> Result<Box<RawValue>, SimulateError> {
    to_raw_value(value).map_err(|error| SimulateError::Evm(error.to_string()))
}
