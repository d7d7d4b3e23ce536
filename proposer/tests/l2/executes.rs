//! What executes, or proves, on the state of a block: calls, estimates, proofs, fees, traces and witnesses.

use alloy::{
    consensus::{Block, TxEnvelope},
    eips::BlockId,
    primitives::{Address, B256, Bytes, TxKind, U256, keccak256, map::B256Map},
    providers::Provider as _,
    rpc::types::{
        EIP1186AccountProofResponse, FeeHistory, TransactionReceipt, debug::ExecutionWitness,
    },
};
use alloy_rlp::Decodable as _;
use serde_json::{Value, json};
use surety_engine::authenticated::{account, storage};

use crate::{
    beeper::{CODE, INITCODE, word},
    fees::LEAST_TIP,
    rollup::{Rollup, transaction},
};

const GWEI: u128 = 1_000_000_000;
/// Returns slot 0.
const READS: &str = "0x5f545f5260205ff3";
/// JUMPDEST, PUSH0, JUMP: for ever.
const LOOPS: &str = "0x5b5f56";
/// An address where there is nothing.
const NOWHERE: Address = Address::repeat_byte(0x77);

/// A creation, an entry that is skipped and a call in one block, and another call in the next.
struct Story {
    rollup: Rollup,
    alice: Address,
    beeper: Address,
    created: B256,
    calls: [B256; 2],
}

impl Story {
    async fn new() -> Self {
        let rollup = Rollup::watched().await;
        let alice = rollup.signer(1);
        let beeper = alice.address().create(0);
        let call = |nonce, number| transaction(&alice, nonce, beeper, U256::ZERO, word(number));
        let created = transaction(&alice, 0, TxKind::Create, U256::ZERO, INITCODE);
        let (skipped, first, second) = (call(9, 1), call(1, 7), call(2, 9));
        rollup.append([created.1, skipped.1, first.1]).await;
        rollup.append([second.1]).await;
        let calls = [first.0, second.0];
        Self { alice: alice.address(), rollup, beeper, created: created.0, calls }
    }

    async fn receipt(&self, hash: B256) -> TransactionReceipt {
        self.rollup.l2().get_transaction_receipt(hash).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn blocks_are_executed_on_and_again() {
    let story = Story::new().await;
    calls(&story).await;
    estimates(&story).await;
    proofs(&story).await;
    fees(&story).await;
    transactions_again(&story).await;
    blocks_again(&story).await;
    witnesses(&story).await;
    raw(&story).await;
    limits(&story).await;
    assert!(story.rollup.stop().await, "the daemon ends well");
}

/// An override of the state.
fn with_code(address: Address, code: &str) -> Value {
    json!({ address.to_string(): { "code": code } })
}

async fn calls(Story { rollup, beeper, alice, .. }: &Story) {
    let reading = with_code(*beeper, READS);
    for (block, expected) in [("0x0", 0), ("0x1", 7), ("latest", 9), ("pending", 9)] {
        let params = json!([{ "to": beeper }, block, reading]);
        assert_eq!(rollup.ask("eth_call", params).await, json!(word(expected)), "{block}");
    }
    let hash = rollup.l2().get_block(BlockId::number(1)).await.unwrap().unwrap().header.hash;
    let at = json!({ "blockHash": hash });
    let read = rollup.ask("eth_call", json!([{ "to": beeper }, at, reading])).await;
    assert_eq!(read, json!(word(7)));
    let mut slots = with_code(NOWHERE, READS);
    slots[NOWHERE.to_string()]["stateDiff"] = json!({ B256::ZERO.to_string(): word(4) });
    let read = rollup.ask("eth_call", json!([{ "to": NOWHERE }, "latest", slots])).await;
    assert_eq!(read, json!(word(4)));
    // NUMBER
    let code = with_code(NOWHERE, "0x435f5260205ff3");
    let read = async |overrides: Value| {
        let params = json!([{ "to": NOWHERE }, "0x1", code, overrides]);
        rollup.ask("eth_call", params).await
    };
    assert_eq!(read(json!({})).await, json!(word(1)));
    assert_eq!(read(json!({ "number": "0x5" })).await, json!(word(5)));

    // MSTORE8(0, 0xab), REVERT(0, 1)
    let reverting = with_code(NOWHERE, "0x60ab5f5360015ffd");
    let answer = crate::http::call(
        rollup.address,
        "eth_call",
        json!([{ "to": NOWHERE }, "latest", reverting]),
    );
    let error = answer.await["error"].clone();
    assert_eq!((&error["code"], &error["data"]), (&json!(3), &json!("0xab")));
    assert_eq!(error["message"], "execution reverted");
    let broke = json!([{ "from": NOWHERE, "to": alice, "value": "0x1" }]);
    let refused = rollup.refused("eth_call", broke).await;
    assert!(refused.0 == -32000 && refused.1.starts_with("insufficient funds"), "{refused:?}");
    let contradiction = json!([{ "to": alice, "gasPrice": "0x1", "maxFeePerGas": "0x1" }]);
    assert_eq!(rollup.refused("eth_call", contradiction).await.0, -32602);
    let future = rollup.refused("eth_call", json!([{ "to": alice }, "0x9"])).await;
    assert_eq!(future, (-32000, "header not found".to_owned()));
}

async fn estimates(story: &Story) {
    let Story { rollup, alice, beeper, .. } = story;
    let request = json!({ "from": alice, "to": beeper, "data": word(5) });
    let estimate = rollup.ask("eth_estimateGas", json!([request])).await;
    let estimate: U256 = serde_json::from_value(estimate).unwrap();
    let used = U256::from(story.receipt(story.calls[1]).await.gas_used);
    assert!(used <= estimate && estimate < used + used / U256::from(32), "{used} {estimate}");
    let list = rollup.ask("eth_createAccessList", json!([request])).await;
    assert_eq!(list["accessList"], json!([{ "address": beeper, "storageKeys": [B256::ZERO] }]));
    let transfer = json!([{ "from": alice, "to": NOWHERE, "value": "0x1" }, "earliest"]);
    assert_eq!(rollup.ask("eth_estimateGas", transfer).await, json!("0x5208"));
    let poor = json!({ NOWHERE.to_string(): { "balance": "0x1" } });
    let dear =
        json!({ "from": NOWHERE, "to": alice, "value": "0xa", "maxFeePerGas": "0x2540be400" });
    let refused = rollup.refused("eth_estimateGas", json!([dear, "latest", poor])).await;
    assert_eq!(refused, (-32000, "insufficient funds for transfer".to_owned()));
    let (_, refused) = rollup.refused("eth_call", json!([dear, "latest", poor])).await;
    let funds = "insufficient funds for gas * price + value: have 1 want ";
    assert!(refused.starts_with(funds), "{refused}");
    let looping = with_code(NOWHERE, LOOPS);
    let refused = rollup.refused("eth_estimateGas", json!([{ "to": NOWHERE }, "latest", looping]));
    let message = "gas required exceeds allowance (8000000)".to_owned();
    assert_eq!(refused.await, (-32000, message));
}

async fn proofs(Story { rollup, beeper, .. }: &Story) {
    for (block, expected) in [(1_u64, 7_u64), (2, 9)] {
        let keys = json!(["0x0", B256::with_last_byte(1)]);
        let params = json!([beeper, keys, format!("{block:#x}")]);
        let proof = rollup.ask("eth_getProof", params).await;
        let proof: EIP1186AccountProofResponse = serde_json::from_value(proof).unwrap();
        let header = rollup.l2().get_block(BlockId::number(block)).await.unwrap().unwrap().header;
        let slots = proof.storage_proof.iter().flat_map(|slot| &slot.proof);
        let nodes: B256Map<Bytes> = proof
            .account_proof
            .iter()
            .chain(slots)
            .map(|node| (keccak256(node), node.clone()))
            .collect();
        let account = account::read(&nodes, header.inner.state_root, *beeper).unwrap().unwrap();
        assert_eq!((account.nonce, account.balance), (proof.nonce, proof.balance));
        assert_eq!(account.code_hash, keccak256(CODE));
        assert_eq!(
            (account.code_hash, account.storage_root),
            (proof.code_hash, proof.storage_hash)
        );
        for (slot, expected) in proof.storage_proof.iter().zip([expected, 0]) {
            let key = slot.key.as_b256().into();
            let proven = storage::read(&nodes, account.storage_root, key).unwrap();
            assert_eq!((proven, slot.value), (U256::from(expected), U256::from(expected)));
        }
    }
    let absent = rollup.ask("eth_getProof", json!([NOWHERE, ["0x0"], "latest"])).await;
    assert_eq!((&absent["balance"], &absent["nonce"]), (&json!("0x0"), &json!("0x0")));
    let many = vec![B256::ZERO; 1_025];
    assert_eq!(rollup.refused("eth_getProof", json!([beeper, many, "latest"])).await.0, -32005);
}

async fn fees(Story { rollup, .. }: &Story) {
    let history = rollup.ask("eth_feeHistory", json!(["0x5", "latest", [0, 50, 100]])).await;
    let history: FeeHistory = serde_json::from_value(history).unwrap();
    assert_eq!((history.oldest_block, history.gas_used_ratio.len()), (0, 3), "no more than all");
    for (number, fee) in (0..3_u64).zip(&history.base_fee_per_gas) {
        let block = rollup.l2().get_block(BlockId::number(number)).await.unwrap().unwrap();
        assert_eq!(u128::from(block.header.base_fee_per_gas.unwrap()), *fee);
    }
    assert_eq!(history.reward.unwrap(), [vec![LEAST_TIP; 3], vec![GWEI; 3], vec![GWEI; 3]]);
    // there is room in these blocks
    let next = *history.base_fee_per_gas.last().unwrap();
    let price: U256 = serde_json::from_value(rollup.ask("eth_gasPrice", json!([])).await).unwrap();
    assert_eq!(price, U256::from(next + LEAST_TIP));
    let tip = rollup.ask("eth_maxPriorityFeePerGas", json!([])).await;
    assert_eq!(tip, json!(format!("{LEAST_TIP:#x}")));
    let refused = rollup.refused("eth_feeHistory", json!(["0x1", "latest", [50, 40]])).await;
    assert_eq!(refused.0, -32602);
}

async fn transactions_again(story: &Story) {
    let Story { rollup, alice, beeper, created, calls } = story;
    for hash in [created, &calls[0], &calls[1]] {
        let receipt = story.receipt(*hash).await;
        let traced = rollup.ask("debug_traceTransaction", json!([hash])).await;
        assert_eq!((&traced["gas"], &traced["failed"]), (&json!(receipt.gas_used), &json!(false)));
        let called = json!([hash, { "tracer": "callTracer", "tracerConfig": { "withLog": true } }]);
        let called = rollup.ask("debug_traceTransaction", called).await;
        assert_eq!(called["gasUsed"], json!(format!("{:#x}", receipt.gas_used)));
        assert_eq!(called["from"], json!(alice));
        let logs = called["logs"].as_array().map_or(0, Vec::len);
        assert_eq!(logs, receipt.inner.logs().len());
    }
    let options = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    for (hash, before, after) in
        [(calls[0], Value::Null, word(7)), (calls[1], json!(word(7)), word(9))]
    {
        let changed = rollup.ask("debug_traceTransaction", json!([hash, options])).await;
        let slot = |side: &str| {
            let account = &changed[side][beeper.to_string().to_lowercase()];
            account["storage"][B256::ZERO.to_string()].clone()
        };
        assert_eq!((slot("pre"), slot("post")), (before, json!(after)));
    }
    let missing = rollup.refused("debug_traceTransaction", json!([B256::ZERO])).await;
    assert_eq!(missing, (-32000, "transaction not found".to_owned()));
    let js = rollup.refused("debug_traceTransaction", json!([created, { "tracer": "{}" }])).await;
    assert_eq!(js.0, -32602);
    // in the state before the call that sets the slot, and after it
    let reading = with_code(*beeper, READS);
    for (index, expected) in [(json!("0x1"), word(0)), (Value::Null, word(7))] {
        let options =
            json!({ "tracer": "callTracer", "stateOverrides": reading, "txIndex": index });
        let params = json!([{ "to": beeper }, "0x1", options]);
        let traced = rollup.ask("debug_traceCall", params).await;
        assert_eq!(traced["output"], json!(expected));
    }
}

async fn blocks_again(Story { rollup, created, calls, .. }: &Story) {
    let traced = rollup.ask("debug_traceBlockByNumber", json!(["0x1"])).await;
    let hashes: Vec<_> = traced.as_array().unwrap().iter().map(|it| it["txHash"].clone()).collect();
    assert_eq!(hashes, [json!(created), json!(calls[0])], "what was skipped has no trace");
    let hash = rollup.l2().get_block(BlockId::number(1)).await.unwrap().unwrap().header.hash;
    assert_eq!(rollup.ask("debug_traceBlockByHash", json!([hash])).await, traced);
    assert_eq!(rollup.ask("debug_traceBlockByNumber", json!(["earliest"])).await, json!([]));
}

async fn witnesses(Story { rollup, beeper, .. }: &Story) {
    let parent = rollup.l2().get_block(BlockId::number(1)).await.unwrap().unwrap().header;
    let witness = rollup.ask("debug_executionWitness", json!(["0x2"])).await;
    let witness: ExecutionWitness = serde_json::from_value(witness).unwrap();
    assert_eq!(witness.headers, [Bytes::from(alloy_rlp::encode(&parent.inner))]);
    let nodes: B256Map<Bytes> =
        witness.state.iter().map(|node| (keccak256(node), node.clone())).collect();
    let account = account::read(&nodes, parent.inner.state_root, *beeper).unwrap().unwrap();
    assert_eq!(account.code_hash, keccak256(CODE));
    assert!(witness.codes.contains(&CODE));
    for key in [Bytes::copy_from_slice(beeper.as_slice()), Bytes::from(B256::ZERO)] {
        assert!(witness.keys.contains(&key), "{key}");
    }
    let refused = rollup.refused("debug_executionWitness", json!(["earliest"])).await;
    assert_eq!(refused.0, -32000);
}

async fn raw(story: &Story) {
    let Story { rollup, calls, .. } = story;
    let bytes = async |method: &str, of: Value| -> Bytes {
        serde_json::from_value(rollup.ask(method, json!([of])).await).unwrap()
    };
    let header = rollup.l2().get_block(BlockId::number(2)).await.unwrap().unwrap().header;
    assert_eq!(keccak256(bytes("debug_getRawHeader", json!("0x2")).await), header.hash);
    let block = bytes("debug_getRawBlock", json!(header.hash)).await;
    let block = Block::<TxEnvelope>::decode(&mut block.as_ref()).unwrap();
    assert_eq!(block.header, header.inner);
    assert_eq!(block.body.transactions.len(), 1);
    let transaction = bytes("debug_getRawTransaction", json!(calls[1])).await;
    assert_eq!(keccak256(transaction), calls[1]);
    let receipts = rollup.ask("debug_getRawReceipts", json!(["0x1"])).await;
    assert_eq!(receipts.as_array().unwrap().len(), 2);
}

async fn limits(Story { rollup, .. }: &Story) {
    let looping = with_code(NOWHERE, LOOPS);
    let refused = rollup.refused("eth_call", json!([{ "to": NOWHERE }, "latest", looping])).await;
    let ends = [(-32000, "out of gas"), (-32002, "request timed out")];
    assert!(
        ends.map(|(code, message)| (code, message.to_owned())).contains(&refused),
        "{refused:?}"
    );
    let params = json!([{ "to": NOWHERE }, "latest", { "stateOverrides": looping }]);
    let refused = rollup.refused("debug_traceCall", params).await;
    assert!(refused.0 == -32005 && refused.1.contains("trace"), "{refused:?}");
}
