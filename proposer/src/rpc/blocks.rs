//! `eth_*`: blocks, transactions and receipts.

use std::sync::Arc;

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{B256, Bytes, U64},
    rpc::types::{Block, Index, Transaction, TransactionReceipt},
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use surety_engine::{
    chain::{self, Chain, ChainError},
    state::TransactionPlace,
};

use super::{
    backend::Backend,
    convert::{self, Place},
    error::RpcError,
    txpool,
};

/// Blocks, transactions and receipts. What does not exist is `null`.
#[rpc(server, namespace = "eth")]
pub(crate) trait BlocksApi {
    /// A block.
    #[method(name = "getBlockByNumber")]
    async fn block_by_number(
        &self,
        number: BlockNumberOrTag,
        full: Option<bool>,
    ) -> RpcResult<Option<Block>>;

    /// A block.
    #[method(name = "getBlockByHash")]
    async fn block_by_hash(&self, hash: B256, full: Option<bool>) -> RpcResult<Option<Block>>;

    /// How many transactions a block has.
    #[method(name = "getBlockTransactionCountByNumber")]
    async fn transaction_count_by_number(&self, number: BlockNumberOrTag)
    -> RpcResult<Option<U64>>;

    /// How many transactions a block has.
    #[method(name = "getBlockTransactionCountByHash")]
    async fn transaction_count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>>;

    /// None: there is one chain.
    #[method(name = "getUncleCountByBlockNumber")]
    async fn uncle_count_by_number(&self, number: BlockNumberOrTag) -> RpcResult<Option<U64>>;

    /// None: there is one chain.
    #[method(name = "getUncleCountByBlockHash")]
    async fn uncle_count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>>;

    /// `null`.
    #[method(name = "getUncleByBlockNumberAndIndex")]
    fn uncle_by_number(&self, number: BlockNumberOrTag, index: Index) -> RpcResult<Option<Block>>;

    /// `null`.
    #[method(name = "getUncleByBlockHashAndIndex")]
    fn uncle_by_hash(&self, hash: B256, index: Index) -> RpcResult<Option<Block>>;

    /// A transaction, in a block or waiting for one.
    #[method(name = "getTransactionByHash")]
    async fn transaction_by_hash(&self, hash: B256) -> RpcResult<Option<Transaction>>;

    /// A transaction of a block.
    #[method(name = "getTransactionByBlockNumberAndIndex")]
    async fn transaction_by_number(
        &self,
        number: BlockNumberOrTag,
        index: Index,
    ) -> RpcResult<Option<Transaction>>;

    /// A transaction of a block.
    #[method(name = "getTransactionByBlockHashAndIndex")]
    async fn transaction_by_block_hash(
        &self,
        hash: B256,
        index: Index,
    ) -> RpcResult<Option<Transaction>>;

    /// A transaction's EIP-2718 bytes.
    #[method(name = "getRawTransactionByHash")]
    async fn raw_transaction(&self, hash: B256) -> RpcResult<Option<Bytes>>;

    /// What a transaction left.
    #[method(name = "getTransactionReceipt")]
    async fn transaction_receipt(&self, hash: B256) -> RpcResult<Option<TransactionReceipt>>;

    /// What all transactions of a block left.
    #[method(name = "getBlockReceipts")]
    async fn block_receipts(&self, block: BlockId) -> RpcResult<Option<Vec<TransactionReceipt>>>;
}

/// Answers about blocks.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    backend: Arc<Backend>,
}

impl Blocks {
    /// Reads what `backend` knows.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }

    /// What `show` makes of a block, if there is one.
    async fn show<T: Send + 'static>(
        &self,
        id: BlockId,
        show: impl FnOnce(&Chain, chain::Block) -> Result<Option<T>, RpcError> + Send + 'static,
    ) -> RpcResult<Option<T>> {
        let id = self.backend.block_id(Some(id)).await?;
        let shown = self.backend.blocking(move |chain| match find(chain, id)? {
            Some(block) => show(chain, block),
            None => Ok(None),
        });
        Ok(shown.await?)
    }

    async fn block(&self, id: BlockId, full: Option<bool>) -> RpcResult<Option<Block>> {
        let full = full.unwrap_or(false);
        self.show(id, move |_, block| Ok(Some(convert::block(block, full)))).await
    }

    async fn transaction_count(&self, id: BlockId) -> RpcResult<Option<U64>> {
        self.show(id, |_, block| Ok(Some(U64::from(block.transactions.len())))).await
    }

    async fn uncle_count(&self, id: BlockId) -> RpcResult<Option<U64>> {
        self.show(id, |_, _| Ok(Some(U64::ZERO))).await
    }

    async fn transaction_at(&self, id: BlockId, index: Index) -> RpcResult<Option<Transaction>> {
        self.show(id, move |_, block| Ok(transaction(block, index.0))).await
    }
}

fn find(chain: &Chain, id: BlockId) -> Result<Option<chain::Block>, RpcError> {
    match chain.sealed(id) {
        Ok(sealed) => Ok(chain.block(sealed.number)?),
        Err(ChainError::NoSuchBlock) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The block that has a transaction, and the transaction's index in it.
fn find_transaction(chain: &Chain, hash: B256) -> Result<Option<(chain::Block, usize)>, RpcError> {
    let place = chain.transaction_place(hash)?;
    let Some(TransactionPlace { number, index }) = place else { return Ok(None) };
    let index = usize::try_from(index).map_err(RpcError::internal)?;
    let block = chain.block(number)?.filter(|block| {
        let found = block.transactions.get(index);
        found.is_some_and(|transaction| *transaction.envelope.hash() == hash)
    });
    Ok(block.map(|block| (block, index)))
}

fn transaction(mut block: chain::Block, index: usize) -> Option<Transaction> {
    let place = Place::from(&block);
    let found = (index < block.transactions.len()).then(|| block.transactions.swap_remove(index));
    found.map(|it| convert::transaction(place, block.header.base_fee_per_gas, index as u64, it))
}

#[async_trait]
impl BlocksApiServer for Blocks {
    async fn block_by_number(
        &self,
        number: BlockNumberOrTag,
        full: Option<bool>,
    ) -> RpcResult<Option<Block>> {
        self.block(number.into(), full).await
    }

    async fn block_by_hash(&self, hash: B256, full: Option<bool>) -> RpcResult<Option<Block>> {
        self.block(hash.into(), full).await
    }

    async fn transaction_count_by_number(
        &self,
        number: BlockNumberOrTag,
    ) -> RpcResult<Option<U64>> {
        self.transaction_count(number.into()).await
    }

    async fn transaction_count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>> {
        self.transaction_count(hash.into()).await
    }

    async fn uncle_count_by_number(&self, number: BlockNumberOrTag) -> RpcResult<Option<U64>> {
        self.uncle_count(number.into()).await
    }

    async fn uncle_count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>> {
        self.uncle_count(hash.into()).await
    }

    fn uncle_by_number(&self, _: BlockNumberOrTag, _: Index) -> RpcResult<Option<Block>> {
        Ok(None)
    }

    fn uncle_by_hash(&self, _: B256, _: Index) -> RpcResult<Option<Block>> {
        Ok(None)
    }

    async fn transaction_by_hash(&self, hash: B256) -> RpcResult<Option<Transaction>> {
        let mempool = Arc::clone(self.backend.mempool());
        let found = self.backend.blocking(move |chain| match find_transaction(chain, hash)? {
            Some((block, index)) => Ok(transaction(block, index)),
            None => mempool.get(hash).map(|pooled| txpool::transaction(&pooled)).transpose(),
        });
        Ok(found.await?)
    }

    async fn transaction_by_number(
        &self,
        number: BlockNumberOrTag,
        index: Index,
    ) -> RpcResult<Option<Transaction>> {
        self.transaction_at(number.into(), index).await
    }

    async fn transaction_by_block_hash(
        &self,
        hash: B256,
        index: Index,
    ) -> RpcResult<Option<Transaction>> {
        self.transaction_at(hash.into(), index).await
    }

    async fn raw_transaction(&self, hash: B256) -> RpcResult<Option<Bytes>> {
        let mempool = Arc::clone(self.backend.mempool());
        let found = self.backend.blocking(move |chain| {
            let found = find_transaction(chain, hash)?;
            let found = found.and_then(|(block, index)| {
                block.transactions.get(index).map(|transaction| transaction.raw.clone())
            });
            Ok(found.or_else(|| mempool.get(hash).map(|pooled| pooled.raw.clone())))
        });
        Ok(found.await?)
    }

    async fn transaction_receipt(&self, hash: B256) -> RpcResult<Option<TransactionReceipt>> {
        let found = self.backend.blocking(move |chain| {
            let Some((block, index)) = find_transaction(chain, hash)? else { return Ok(None) };
            let receipts = chain.receipts(&block)?;
            let found = block.transactions.get(index).zip(receipts.into_iter().nth(index));
            Ok(found.map(|(transaction, receipt)| {
                convert::receipt(&block, index as u64, transaction, receipt)
            }))
        });
        Ok(found.await?)
    }

    async fn block_receipts(&self, block: BlockId) -> RpcResult<Option<Vec<TransactionReceipt>>> {
        self.show(block, |chain, block| {
            let receipts = chain.receipts(&block)?;
            Ok(Some(convert::receipts(&block, receipts)))
        })
        .await
    }
}
