//! The call itself.

use alloy::{consensus::Header, eips::eip7685::Requests};
use alloy_primitives::{B256, U256};

use super::{
    error::NotProven,
    ethereum::EthereumBlock,
    header::{check_fields, field},
    surety::SuretyBlock,
    trace::{Body, Trace},
    witness::{Recorder, Witness},
};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::pending::Pending,
};

/// What a trace proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The block's header.
    pub header: Header,
    /// How many transactions it executed.
    pub transactions: usize,
    /// The requests that it makes of the beacon chain ([EIP-7685](https://eips.ethereum.org/EIPS/eip-7685)).
    pub requests: Requests,
}

/// Whether `trace` proves that its block leads from `pre_state_root` to `post_state_root` with `gas_used`.
///
/// # Errors
/// [`NotProven`], which says why not, and never that the claim is false.
pub fn execute(
    pre_state_root: B256,
    post_state_root: B256,
    trace: &Trace,
    gas_used: U256,
) -> Result<Proven, NotProven> {
    let header = &trace.header;
    if header.state_root != post_state_root {
        let stated = header.state_root;
        return Err(NotProven::PostStateRoot { claimed: post_state_root, stated });
    }
    if U256::from(header.gas_used) != gas_used {
        return Err(NotProven::GasUsed { claimed: gas_used, stated: header.gas_used });
    }
    let needed = Recorder::new(&trace.witness);
    let (proven, depth) = run(&needed, pre_state_root, trace)?;
    if trace.ancestors.len() > depth {
        return Err(NotProven::UnneededAncestor { index: depth });
    }
    check_needed(&trace.witness, &needed.into_witness())?;
    Ok(proven)
}

/// `trace` with the part of `source` that it needs as its witness, and no more ancestors than it needs; `source` holds the
/// state `pre_state_root`.
///
/// # Errors
/// [`NotProven`] when not even all of `source` proves the block.
pub fn record<S: NodeSource + CodeSource>(
    source: S,
    pre_state_root: B256,
    mut trace: Trace,
) -> Result<Trace, NotProven> {
    let needed = Recorder::new(source);
    let (_, depth) = run(&needed, pre_state_root, &trace)?;
    trace.ancestors.truncate(depth);
    trace.witness = needed.into_witness();
    Ok(trace)
}

/// Executes the trace's block on the state of `source`; tells how many ancestors that takes.
fn run<S: NodeSource + CodeSource>(
    source: &S,
    pre_state_root: B256,
    trace: &Trace,
) -> Result<(Proven, usize), NotProven> {
    let header = &trace.header;
    let computed = header.hash_slow();
    if computed != trace.block_hash {
        return Err(NotProven::BlockHash { named: trace.block_hash, computed });
    }
    check_ancestry(trace)?;
    if let Some(stated) = trace.pre_state_root().filter(|root| *root != pre_state_root) {
        return Err(NotProven::PreStateRoot { claimed: pre_state_root, stated });
    }
    check_body(trace)?;
    let mut pending = Pending::new(source);
    let parent = trace.ancestors.first();
    let (computed, transactions, requests, depth) = match &trace.body {
        Body::Surety { batch, deposits } => {
            let block = SuretyBlock { chain_id: trace.chain_id, header, parent, batch, deposits };
            let (header, transactions) = block.execute(&mut pending, pre_state_root)?;
            (header, transactions, Requests::default(), 1)
        }
        Body::Ethereum { fork, transactions, withdrawals } => {
            let block = EthereumBlock {
                fork: *fork,
                chain_id: trace.chain_id,
                header,
                ancestors: &trace.ancestors,
                transactions,
                withdrawals,
            };
            let outcome = block.execute(&mut pending, pre_state_root)?;
            (outcome.header, transactions.len(), outcome.requests, outcome.ancestors.max(1))
        }
    };
    check_fields(header, &computed)?;
    Ok((Proven { header: computed, transactions, requests }, depth))
}

fn check_ancestry(trace: &Trace) -> Result<(), NotProven> {
    let mut parent_hash = trace.header.parent_hash;
    for (index, ancestor) in trace.ancestors.iter().enumerate() {
        if ancestor.hash_slow() != parent_hash {
            return Err(NotProven::Ancestry { index });
        }
        parent_hash = ancestor.parent_hash;
    }
    Ok(())
}

/// What needs no execution, so that a body of another block costs none.
fn check_body(trace: &Trace) -> Result<(), NotProven> {
    let (transactions, withdrawals) = trace.body.roots();
    field("transactions_root", &trace.header.transactions_root, &transactions)?;
    field("withdrawals_root", &trace.header.withdrawals_root, &withdrawals)
}

fn check_needed(given: &Witness, needed: &Witness) -> Result<(), NotProven> {
    let unneeded = |given: &Witness| {
        let node = given.nodes.keys().find(|hash| !needed.nodes.contains_key(*hash));
        let code = given.codes.keys().find(|hash| !needed.codes.contains_key(*hash));
        (node.copied(), code.copied())
    };
    match unneeded(given) {
        (Some(node), _) => Err(NotProven::UnneededNode(node)),
        (_, Some(code)) => Err(NotProven::UnneededCode(code)),
        (None, None) => Ok(()),
    }
}
