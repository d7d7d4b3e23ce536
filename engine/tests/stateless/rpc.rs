//! A trace from what a node answers.

use alloy::{
    providers::{ProviderBuilder, mock::Asserter},
    rpc::types::{Block, debug::ExecutionWitness},
};
use alloy_primitives::Bytes;
use serde_json::{Value, json};
use surety_engine::{
    l1::witness::fetch,
    stateless::{
        build::{BuildError, of_execution_witness},
        scheme::Fork,
        trace::{Body, Trace},
    },
};

use crate::{mainnet::shanghai, run};

/// What a node answers about the block of `trace`: more than is needed, in another order.
fn answers(trace: &Trace) -> (Value, ExecutionWitness) {
    let Body::Ethereum { transactions, withdrawals, .. } = &trace.body else {
        unreachable!("it is Ethereum's")
    };
    let transactions: Vec<Value> = transactions.iter().map(transaction).collect();
    let mut block = serde_json::to_value(&trace.header).unwrap();
    block["hash"] = json!(trace.block_hash);
    block["transactions"] = json!(transactions);
    block["withdrawals"] = json!(withdrawals);
    block["uncles"] = json!([]);
    let mut state: Vec<Bytes> = trace.witness.nodes.values().rev().cloned().collect();
    state.push(Bytes::from_static(b"more"));
    let witness = ExecutionWitness {
        state,
        codes: trace.witness.codes.values().cloned().collect(),
        keys: Vec::new(),
        headers: trace.ancestors.iter().map(|it| alloy_rlp::encode(it).into()).collect(),
    };
    (block, witness)
}

fn transaction(encoded: &Bytes) -> Value {
    use alloy::{
        consensus::{
            TxEnvelope,
            transaction::{Recovered, SignerRecoverable},
        },
        eips::eip2718::Decodable2718,
        rpc::types::Transaction,
    };
    let envelope = TxEnvelope::decode_2718_exact(encoded).unwrap();
    let signer = envelope.recover_signer().unwrap();
    serde_json::to_value(Transaction {
        inner: Recovered::new_unchecked(envelope, signer),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    })
    .unwrap()
}

#[tokio::test]
async fn a_nodes_answers_give_the_trace() {
    let (pre, trace) = shanghai();
    let (block, witness) = answers(&trace);
    let asserter = Asserter::new();
    asserter.push_success(&"0x1");
    asserter.push_success(&block);
    asserter.push_success(&witness);
    let provider = ProviderBuilder::default().connect_mocked_client(asserter);
    let fetched = fetch(&provider, trace.header.number).await.unwrap();
    let built =
        of_execution_witness(fetched.chain_id, None, fetched.block, fetched.witness).unwrap();
    assert_eq!(built, trace);
    assert!(run(pre, &built).is_ok());
}

#[test]
fn what_a_node_leaves_out_is_named() {
    let (_, trace) = shanghai();
    let (block, witness) = answers(&trace);
    let block: Block = serde_json::from_value(block).unwrap();
    let build = |chain, fork, witness| of_execution_witness(chain, fork, block.clone(), witness);

    let orphan = ExecutionWitness { headers: Vec::new(), ..witness.clone() };
    assert!(matches!(build(1, None, orphan), Err(BuildError::ParentMissing(_))));
    let garbled = ExecutionWitness { headers: vec![Bytes::from_static(&[1])], ..witness.clone() };
    assert!(matches!(build(1, None, garbled), Err(BuildError::Header(_))));
    let stateless = ExecutionWitness { state: Vec::new(), ..witness.clone() };
    assert!(matches!(
        build(1, None, stateless),
        Err(BuildError::NotProven(refused)) if refused.is_missing()
    ));
    // another chain tells its rules by its header's fields, and a name overrides them
    assert!(matches!(build(5, None, witness.clone()), Err(BuildError::NotProven(_))));
    assert!(build(1, Some(Fork::Shanghai), witness.clone()).is_ok());
    assert!(build(1, Some(Fork::Prague), witness).is_err());
}
