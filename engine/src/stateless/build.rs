//! Traces of blocks: each is executed once on all that is known of its state, and takes along what that needed.

use alloy::{
    consensus::Header,
    eips::eip2718::Encodable2718,
    rpc::types::{Block, debug::ExecutionWitness},
};
use alloy_primitives::{B256, Bytes};
use alloy_rlp::Decodable;
use thiserror::Error;

use super::{
    error::NotProven,
    execute::record,
    scheme::{Fork, MAINNET},
    trace::{Body, Trace},
    witness::Witness,
};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::{BlockInput, deposits},
    state::witness::BlockWitness,
};

/// No trace can be made.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Not even all that is known proves the block.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// The node told the transactions' hashes alone.
    #[error("the block comes without its transactions")]
    TransactionHashes,
    /// A header in the witness is not one.
    #[error("a header of the witness is malformed: {0}")]
    Header(alloy_rlp::Error),
    /// Without the parent's header the state before the block is unknown.
    #[error("the witness does not hold the parent's header, {0}")]
    ParentMissing(B256),
    /// Neither the chain nor the header tells the rules.
    #[error("the rules of this block are unknown: name its fork")]
    UnknownFork,
}

/// The trace of a block of ours that `header` seals: `input` executed after the state `pre_state_root` of `source`. `parent` is
/// the parent's header, which the first block of a chain may not have.
///
/// # Errors
/// [`NotProven`]; [`NotProven::Skipped`] for a block that skips an entry.
pub fn of_input<S: NodeSource + CodeSource>(
    source: S,
    chain_id: u64,
    pre_state_root: B256,
    parent: Option<Header>,
    input: &BlockInput,
    header: Header,
) -> Result<Trace, NotProven> {
    let trace = Trace {
        chain_id,
        block_hash: header.hash_slow(),
        header,
        ancestors: parent.into_iter().collect(),
        body: Body::Surety {
            batch: input.batch().clone(),
            deposits: deposits::pack(input.deposits()).into(),
        },
        witness: Witness::default(),
    };
    record(source, pre_state_root, trace)
}

/// The trace of a mainnet block from a zkVM host's witness, which has no ancestors' headers.
///
/// # Errors
/// [`BuildError`].
pub fn of_block_witness(witness: &BlockWitness) -> Result<Trace, BuildError> {
    let fork = Fork::mainnet(witness.header.timestamp).ok_or(BuildError::UnknownFork)?;
    let trace = Trace {
        chain_id: witness.chain_id,
        block_hash: witness.header.hash_slow(),
        header: witness.header.clone(),
        ancestors: Vec::new(),
        body: Body::Ethereum {
            fork,
            transactions: witness.transactions.clone(),
            withdrawals: witness.withdrawals.clone(),
        },
        witness: Witness::default(),
    };
    Ok(record(witness, witness.parent_state_root, trace)?)
}

/// The trace of `block` from a node's `debug_executionWitness`; `fork` names its rules where the chain and the header do not.
///
/// # Errors
/// [`BuildError`].
pub fn of_execution_witness(
    chain_id: u64,
    fork: Option<Fork>,
    block: Block,
    witness: ExecutionWitness,
) -> Result<Trace, BuildError> {
    let header = block.header.inner;
    let fork = fork.or_else(|| fork_of(chain_id, &header)).ok_or(BuildError::UnknownFork)?;
    let transactions = block
        .transactions
        .as_transactions()
        .ok_or(BuildError::TransactionHashes)?
        .iter()
        .map(|transaction| transaction.inner.encoded_2718().into())
        .collect();
    let withdrawals = block.withdrawals.unwrap_or_default().into_inner();
    let ancestors = ancestors(&header, &witness.headers)?;
    let parent = ancestors.first().ok_or(BuildError::ParentMissing(header.parent_hash))?;
    let pre_state_root = parent.state_root;
    let trace = Trace {
        chain_id,
        block_hash: block.header.hash,
        header,
        ancestors,
        body: Body::Ethereum { fork, transactions, withdrawals },
        witness: Witness::default(),
    };
    let source = Witness::new(witness.state, witness.codes);
    Ok(record(source, pre_state_root, trace)?)
}

/// Mainnet's by its time; elsewhere only what the header's fields leave no doubt about.
fn fork_of(chain_id: u64, header: &Header) -> Option<Fork> {
    if chain_id == MAINNET {
        return Fork::mainnet(header.timestamp);
    }
    match header {
        Header { requests_hash: Some(_), .. } => None,
        Header { excess_blob_gas: Some(_), .. } => Some(Fork::Cancun),
        Header { withdrawals_root: Some(_), .. } => Some(Fork::Shanghai),
        _ => None,
    }
}

/// The headers before `header`, its parent's first, as far as `encoded` holds them without a gap.
fn ancestors(header: &Header, encoded: &[Bytes]) -> Result<Vec<Header>, BuildError> {
    let mut known = std::collections::BTreeMap::new();
    for encoded in encoded {
        let header = Header::decode(&mut encoded.as_ref()).map_err(BuildError::Header)?;
        known.insert(header.hash_slow(), header);
    }
    let mut ancestors = Vec::new();
    let mut hash = header.parent_hash;
    while let Some(ancestor) = known.remove(&hash) {
        hash = ancestor.parent_hash;
        ancestors.push(ancestor);
    }
    Ok(ancestors)
}
