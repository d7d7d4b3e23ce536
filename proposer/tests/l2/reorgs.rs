//! What filters and subscriptions tell when L1 changes its mind.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider as _,
    rpc::types::Filter,
    signers::local::PrivateKeySigner,
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    beeper::{INITCODE, word},
    rollup::{Rollup, transaction, until},
};

const PATIENCE: Duration = Duration::from_secs(30);

fn beep(alice: &PrivateKeySigner, nonce: u64, number: u8) -> Bytes {
    let beeper = alice.address().create(0);
    transaction(alice, nonce, beeper, U256::ZERO, word(number)).1
}

/// A rollup whose first block creates the beeper. Who listens from now on does not hear of that block, which can be read
/// before it is announced.
async fn rollup() -> (Rollup, PrivateKeySigner, Address) {
    let rollup = Rollup::watched().await;
    let alice = rollup.signer(1);
    let create = alloy::primitives::TxKind::Create;
    let ws = rollup.l2_ws().await;
    let mut heads = ws.subscribe_blocks().await.unwrap().into_stream();
    rollup.append([transaction(&alice, 0, create, U256::ZERO, INITCODE).1]).await;
    assert_eq!(timeout(PATIENCE, heads.next()).await.unwrap().unwrap().number, 1);
    let beeper = alice.address().create(0);
    (rollup, alice, beeper)
}

/// What logs say: the word, and whether it is taken back.
fn words(logs: &Value) -> Vec<(B256, bool)> {
    let word = |log: &Value| serde_json::from_value(log["topics"][0].clone()).unwrap();
    let logs = logs.as_array().unwrap().iter();
    logs.map(|log| (word(log), log["removed"].as_bool().unwrap())).collect()
}

#[tokio::test]
async fn filters_tell_what_came_and_what_fell_out() {
    let (rollup, alice, beeper) = rollup().await;
    let filter = json!([{ "address": beeper }]);
    let logs = rollup.ask("eth_newFilter", filter.clone()).await;
    let blocks = rollup.ask("eth_newBlockFilter", json!([])).await;
    let waiting = rollup.ask("eth_newPendingTransactionFilter", json!([])).await;
    let changes = async |id: &Value| rollup.ask("eth_getFilterChanges", json!([id])).await;
    // a block is there before filters have heard of it
    let gathered = async |id: &Value, count: usize| {
        let mut all = Vec::new();
        until("as many changes", async || {
            all.extend(changes(id).await.as_array().unwrap().iter().cloned());
            all.len() >= count
        })
        .await;
        Value::Array(all)
    };
    for id in [&logs, &blocks, &waiting] {
        assert!(id.as_str().unwrap().starts_with("0x"));
        assert_eq!(changes(id).await, json!([]));
    }

    rollup.append([beep(&alice, 1, 2)]).await;
    let second = rollup.ask("eth_getBlockByNumber", json!(["latest", false])).await["hash"].clone();
    rollup.append([beep(&alice, 2, 3)]).await;
    let third = rollup.ask("eth_getBlockByNumber", json!(["latest", false])).await["hash"].clone();
    assert_eq!(words(&gathered(&logs, 2).await), [(word(2), false), (word(3), false)]);
    assert_eq!(changes(&logs).await, json!([]));
    assert_eq!(gathered(&blocks, 2).await, json!([second, third]));

    rollup.reorganise(1).await;
    rollup.reaches(2).await;
    assert_eq!(rollup.append([beep(&alice, 2, 4)]).await, 3);
    assert_eq!(words(&gathered(&logs, 2).await), [(word(3), true), (word(4), false)]);
    let other = rollup.ask("eth_getBlockByNumber", json!(["latest", false])).await["hash"].clone();
    assert_ne!(other, third);
    assert_eq!(gathered(&blocks, 1).await, json!([other]));
    // what fell out is not found by its hash any more
    let gone = rollup.ask("eth_getBlockByHash", json!([third, false])).await;
    assert_eq!(gone, Value::Null);
    let state = rollup.refused("eth_getCode", json!([beeper, { "blockHash": third }])).await;
    assert_eq!(state, (-32000, "header not found".to_owned()));
    let lost = rollup.refused("eth_getLogs", json!([{ "blockHash": third }])).await;
    assert_eq!(lost, (-32000, "unknown block".to_owned()));

    let range = json!([{ "address": beeper, "fromBlock": "earliest" }]);
    let ranged = rollup.ask("eth_newFilter", range).await;
    let all = rollup.ask("eth_getFilterLogs", json!([ranged])).await;
    assert_eq!(words(&all), [(word(2), false), (word(4), false)]);
    assert_eq!(rollup.refused("eth_getFilterLogs", json!([blocks])).await.0, -32000);
    assert_eq!(rollup.ask("eth_uninstallFilter", json!([logs])).await, json!(true));
    assert_eq!(rollup.ask("eth_uninstallFilter", json!([logs])).await, json!(false));
    let gone = rollup.refused("eth_getFilterChanges", json!([logs])).await;
    assert_eq!(gone, (-32000, "filter not found".to_owned()));
}

#[tokio::test]
async fn subscriptions_tell_what_came_and_what_fell_out() {
    let (rollup, alice, beeper) = rollup().await;
    let ws = rollup.l2_ws().await;
    let mut heads = ws.subscribe_blocks().await.unwrap().into_stream();
    let filter = Filter::new().address(beeper);
    let mut logs = ws.subscribe_logs(&filter).await.unwrap().into_stream();
    let none = Filter::new().address(Address::ZERO);
    let mut silent = ws.subscribe_logs(&none).await.unwrap().into_stream();
    let mut head = async || timeout(PATIENCE, heads.next()).await.unwrap().unwrap();
    let mut log = async || {
        let log = timeout(PATIENCE, logs.next()).await.unwrap().unwrap();
        (log.topics()[0], log.removed)
    };

    rollup.append([beep(&alice, 1, 2)]).await;
    rollup.append([beep(&alice, 2, 3)]).await;
    let (second, third) = (head().await, head().await);
    assert_eq!((second.number, third.number), (2, 3));
    assert_eq!(third.parent_hash, second.hash);
    assert_eq!([log().await, log().await], [(word(2), false), (word(3), false)]);

    rollup.reorganise(2).await;
    rollup.reaches(1).await;
    rollup.append([beep(&alice, 1, 5)]).await;
    assert_eq!([log().await, log().await], [(word(3), true), (word(2), true)]);
    assert_eq!(log().await, (word(5), false));
    let again = head().await;
    assert_eq!((again.number, again.parent_hash), (2, second.parent_hash));
    let nothing = timeout(Duration::from_millis(50), silent.next()).await;
    assert!(nothing.is_err(), "nobody beeps at the zero address");
}

#[tokio::test]
async fn bounds_are_kept_and_said() {
    let rollup = Rollup::start(
        "max_filters = 2\nmax_subscriptions = 2\nmax_batch = 3\nmax_log_range = 2\nmax_logs = 1\n\
         max_request_bytes = 2000\nmax_response_bytes = 800\n",
    )
    .await;
    let (alice, create) = (rollup.signer(1), alloy::primitives::TxKind::Create);
    rollup.append([transaction(&alice, 0, create, U256::ZERO, INITCODE).1]).await;
    rollup.append([beep(&alice, 1, 1), beep(&alice, 2, 2)]).await;
    rollup.append([beep(&alice, 3, 3)]).await;

    for _ in 0..2 {
        let _ = rollup.ask("eth_newBlockFilter", json!([])).await;
    }
    assert_eq!(rollup.refused("eth_newBlockFilter", json!([])).await.0, -32005);
    let wide = json!([{ "fromBlock": "0x0" }]);
    let (code, message) = rollup.refused("eth_getLogs", wide).await;
    assert_eq!((code, message.as_str()), (-32005, "query spans more than 2 blocks"));
    let many = json!([{ "fromBlock": "0x2" }]);
    let (code, message) = rollup.refused("eth_getLogs", many).await;
    assert_eq!((code, message.as_str()), (-32005, "query returned more than 1 results"));
    let (code, message) = rollup.refused("eth_getLogs", json!([{}])).await;
    assert_eq!((code, message.as_str()), (-32005, "query returned more than an answer can hold"));

    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": [] });
    let (_, body) =
        crate::http::post(rollup.address, json!(vec![call.clone(); 4]).to_string()).await;
    assert!(body.contains("-32010"), "{body}");
    let (status, body) = crate::http::post(rollup.address, vec![b' '; 3_000]).await;
    assert_eq!(status, 413, "{body}");

    let ws = rollup.l2_ws().await;
    let _first = ws.subscribe_blocks().await.unwrap();
    let _second = ws.subscribe_blocks().await.unwrap();
    let third = ws.subscribe_logs(&Filter::new()).await.unwrap_err();
    assert!(third.to_string().contains("-32006"), "{third}");
    until("the server goes on", async || rollup.l2().get_chain_id().await.is_ok()).await;
}
