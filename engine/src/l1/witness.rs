//! A block and its execution witness, from a node that serves `debug_executionWitness`.

use alloy::{
    eips::BlockId,
    providers::{Provider, ext::DebugApi},
    rpc::types::{Block, debug::ExecutionWitness},
};

use super::client::L1Error;

/// A block as a node tells it.
#[derive(Clone, Debug)]
pub struct WitnessedBlock {
    /// The node's chain.
    pub chain_id: u64,
    /// The block, with its transactions.
    pub block: Block,
    /// What executing it reads, and more.
    pub witness: ExecutionWitness,
}

/// Block `number` with its witness.
///
/// # Errors
/// [`L1Error`].
pub async fn fetch(provider: &impl Provider, number: u64) -> Result<WitnessedBlock, L1Error> {
    let chain_id = provider.get_chain_id().await?;
    let id = BlockId::number(number);
    let block = provider.get_block(id).full().await?.ok_or(L1Error::MissingBlock(id))?;
    let witness = provider.debug_execution_witness(number.into()).await?;
    Ok(WitnessedBlock { chain_id, block, witness })
}
