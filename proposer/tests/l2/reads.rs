//! Blocks, transactions, receipts, logs and state, by every name that a block has.

use alloy::{
    consensus::{BlockHeader as _, Transaction as _},
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{Provider as _, ext::AnvilApi as _},
    rpc::types::{Filter, TransactionReceipt},
};
use serde_json::{Value, json};

use crate::{
    beeper::{CODE, INITCODE, word},
    http,
    rollup::{CHAIN_ID, FEE_RECIPIENT, Rollup, transaction, until},
};

const GWEI: u128 = 1_000_000_000;

/// Two blocks: a creation, a call, an entry that is skipped and a transfer; then another call.
struct Story {
    rollup: Rollup,
    alice: Address,
    bob: Address,
    beeper: Address,
    /// The transactions of the first block, and of the second.
    sent: [Vec<(B256, Bytes)>; 2],
}

impl Story {
    async fn new() -> Self {
        let rollup = Rollup::watched().await;
        let (alice, bob) = (rollup.signer(1), rollup.signer(2));
        let beeper = alice.address().create(0);
        let call = |nonce, number| transaction(&alice, nonce, beeper, U256::ZERO, word(number));
        let created =
            transaction(&alice, 0, alloy::primitives::TxKind::Create, U256::ZERO, INITCODE);
        let skipped = transaction(&alice, 9, beeper, U256::ZERO, word(1));
        let value = U256::from(5);
        let paid = transaction(&bob, 0, Address::repeat_byte(0xaa), value, Bytes::new());
        let first = vec![created, call(1, 7), paid];
        let second = vec![call(2, 9)];
        let raw = |of: &[(B256, Bytes)]| of.iter().map(|it| it.1.clone()).collect::<Vec<_>>();
        let mut entries = raw(&first);
        entries.insert(2, skipped.1);
        assert_eq!(rollup.append(&entries).await, 1);
        // the first one is safe on L1, and none is final
        rollup.l1.provider().anvil_mine(Some(40), None).await.unwrap();
        assert_eq!(rollup.append(raw(&second)).await, 2);
        let (alice, bob) = (alice.address(), bob.address());
        Self { rollup, alice, bob, beeper, sent: [first, second] }
    }
}

#[tokio::test]
async fn the_chain_is_read_by_every_name() {
    let story = Story::new().await;
    blocks(&story).await;
    transactions(&story).await;
    receipts(&story).await;
    logs(&story).await;
    state(&story).await;
    tags(&story).await;
    others(&story).await;
    sends(&story).await;
    claims(&story).await;
    assert!(story.rollup.stop().await, "the daemon ends well");
}

async fn blocks(Story { rollup, sent, .. }: &Story) {
    let l2 = rollup.l2();
    for number in 0..=2_u64 {
        let block = l2.get_block(BlockId::number(number)).full().await.unwrap().unwrap();
        assert_eq!(block.header.number(), number);
        assert_eq!(block.header.inner.hash_slow(), block.header.hash, "it is its header's hash");
        let by_hash = l2.get_block(BlockId::hash(block.header.hash)).full().await.unwrap();
        assert_eq!(by_hash.as_ref(), Some(&block));
        let hashes: Vec<_> = block.transactions.hashes().collect();
        let expected = number.checked_sub(1).map(|at| sent[at as usize].clone());
        let expected: Vec<_> = expected.unwrap_or_default().iter().map(|it| it.0).collect();
        assert_eq!(hashes, expected, "what was skipped is no transaction");
        let brief = l2.get_block(BlockId::number(number)).await.unwrap().unwrap();
        assert_eq!(brief.transactions.as_hashes().unwrap(), hashes);
        let count = rollup
            .ask("eth_getBlockTransactionCountByNumber", json!([format!("{number:#x}")]))
            .await;
        assert_eq!(count, json!(format!("{:#x}", hashes.len())));
        if let Some(parent) = number.checked_sub(1) {
            let parent = l2.get_block(BlockId::number(parent)).await.unwrap().unwrap();
            assert_eq!(block.header.parent_hash(), parent.header.hash);
        }
    }
    for (method, params) in [
        ("eth_getBlockByNumber", json!(["0x3", true])),
        ("eth_getBlockByHash", json!([B256::repeat_byte(1), false])),
        ("eth_getBlockReceipts", json!(["0x3"])),
        ("eth_getBlockTransactionCountByHash", json!([B256::repeat_byte(1)])),
        ("eth_getUncleCountByBlockNumber", json!(["0x3"])),
        ("eth_getUncleByBlockNumberAndIndex", json!(["0x1", "0x0"])),
    ] {
        assert_eq!(rollup.ask(method, params).await, Value::Null, "{method}");
    }
    assert_eq!(rollup.ask("eth_getUncleCountByBlockNumber", json!(["latest"])).await, json!("0x0"));
}

async fn transactions(Story { rollup, sent, alice, bob, .. }: &Story) {
    let l2 = rollup.l2();
    let block = l2.get_block(BlockId::number(1)).full().await.unwrap().unwrap();
    for (index, (hash, raw)) in sent[0].iter().enumerate() {
        let found = l2.get_transaction_by_hash(*hash).await.unwrap().unwrap();
        assert_eq!(found, block.transactions.as_transactions().unwrap()[index]);
        assert_eq!(found.inner.signer(), if index == 2 { *bob } else { *alice });
        assert_eq!(found.block_hash, Some(block.header.hash));
        assert_eq!((found.block_number, found.transaction_index), (Some(1), Some(index as u64)));
        let paid = found.effective_gas_price.unwrap();
        assert_eq!(paid, u128::from(block.header.base_fee_per_gas().unwrap()) + GWEI);
        assert_eq!(found.inner.max_fee_per_gas(), 10 * GWEI);

        let at = json!(["0x1", format!("{index:#x}")]);
        let same = rollup.ask("eth_getTransactionByBlockNumberAndIndex", at).await;
        assert_eq!(same["hash"], json!(hash));
        let at = json!([block.header.hash, format!("{index:#x}")]);
        let same = rollup.ask("eth_getTransactionByBlockHashAndIndex", at).await;
        assert_eq!(same["hash"], json!(hash));
        assert_eq!(rollup.ask("eth_getRawTransactionByHash", json!([hash])).await, json!(raw));
    }
    let unknown = json!([B256::repeat_byte(1)]);
    for method in
        ["eth_getTransactionByHash", "eth_getRawTransactionByHash", "eth_getTransactionReceipt"]
    {
        assert_eq!(rollup.ask(method, unknown.clone()).await, Value::Null, "{method}");
    }
    let beyond = rollup.ask("eth_getTransactionByBlockNumberAndIndex", json!(["0x1", "0x3"])).await;
    assert_eq!(beyond, Value::Null);
}

async fn receipts(Story { rollup, sent, alice, beeper, .. }: &Story) {
    let l2 = rollup.l2();
    let all = l2.get_block_receipts(BlockId::number(1)).await.unwrap().unwrap();
    let mut gas = 0;
    for (index, (hash, _)) in sent[0].iter().enumerate() {
        let receipt = l2.get_transaction_receipt(*hash).await.unwrap().unwrap();
        assert_eq!(receipt, all[index]);
        gas += receipt.gas_used;
        assert!(receipt.status());
        assert_eq!(receipt.inner.cumulative_gas_used(), gas);
        assert_eq!(receipt.transaction_index, Some(index as u64));
    }
    let [created, called, paid]: &[TransactionReceipt; 3] = all.as_slice().try_into().unwrap();
    assert_eq!((created.contract_address, created.to), (Some(*beeper), None));
    assert_eq!((called.contract_address, called.to), (None, Some(*beeper)));
    assert_eq!((called.from, paid.gas_used), (*alice, 21_000));
    let [log] = called.logs() else { panic!("one log") };
    assert_eq!((log.log_index, log.transaction_index, log.removed), (Some(0), Some(1), false));
    assert_eq!((log.address(), log.topics()), (*beeper, &[word(7)][..]));
    let block = l2.get_block(BlockId::number(1)).await.unwrap().unwrap();
    assert_eq!(log.block_timestamp, Some(block.header.timestamp()));
    assert_eq!(block.header.gas_used(), gas);
}

async fn logs(Story { rollup, beeper, .. }: &Story) {
    let l2 = rollup.l2();
    let topics = async |filter: Filter| -> Vec<B256> {
        let logs = l2.get_logs(&filter).await.unwrap();
        logs.iter().map(|log| log.topics()[0]).collect()
    };
    let all = Filter::new().from_block(0).to_block(BlockNumberOrTag::Latest);
    assert_eq!(topics(all.clone()).await, [word(7), word(9)]);
    assert_eq!(topics(all.clone().address(*beeper)).await, [word(7), word(9)]);
    assert_eq!(topics(all.clone().address(Address::ZERO)).await, [] as [B256; 0]);
    assert_eq!(topics(all.clone().event_signature(word(9))).await, [word(9)]);
    assert_eq!(topics(all.clone().event_signature(vec![word(7), word(8)])).await, [word(7)]);
    assert_eq!(topics(Filter::new()).await, [word(9)], "the latest block, if none is named");
    assert_eq!(topics(Filter::new().from_block(2).to_block(900)).await, [word(9)]);
    assert_eq!(topics(Filter::new().from_block(5).to_block(900)).await, [] as [B256; 0]);
    // whoever asks on from where he was
    assert_eq!(topics(Filter::new().from_block(3)).await, [] as [B256; 0]);
    let ahead = Filter::new().from_block(3).to_block(BlockNumberOrTag::Safe);
    assert_eq!(topics(ahead).await, [] as [B256; 0]);
    let block = l2.get_block(BlockId::number(1)).await.unwrap().unwrap();
    assert_eq!(topics(Filter::new().at_block_hash(block.header.hash)).await, [word(7)]);

    let many: Vec<_> = (0..1_001).map(|n| Address::left_padding_from(&[n as u8, 1])).collect();
    let many: Vec<_> = many.iter().enumerate().map(|(n, it)| it.create(n as u64)).collect();
    let invalid = -32602;
    for (filter, code) in [
        (json!({ "fromBlock": "0x2", "toBlock": "0x1" }), invalid),
        (json!({ "blockHash": B256::ZERO, "fromBlock": "0x1" }), invalid),
        (json!({ "blockHash": B256::ZERO }), -32000),
        (json!({ "address": many }), invalid),
        (json!({ "topics": [null, null, null, null, null] }), invalid),
        (json!({ "address": "0x12" }), invalid),
    ] {
        assert_eq!(rollup.refused("eth_getLogs", json!([filter])).await.0, code, "{filter}");
    }
}

async fn state(Story { rollup, alice, bob, beeper, .. }: &Story) {
    let l2 = rollup.l2();
    let rich = U256::from(10).pow(U256::from(21));
    let payee = Address::repeat_byte(0xaa);
    let hash = |number: u64| {
        let l2 = l2.clone();
        async move { l2.get_block(BlockId::number(number)).await.unwrap().unwrap().header.hash }
    };
    let hashes = [hash(0).await, hash(1).await, hash(2).await];
    for (number, hash) in (0..).zip(hashes) {
        let stored = [0, 7, 9][usize::try_from(number).unwrap()];
        for at in [
            json!(format!("{number:#x}")),
            json!({ "blockNumber": format!("{number:#x}") }),
            json!({ "blockHash": hash }),
            json!({ "blockHash": hash, "requireCanonical": true }),
        ] {
            let slot = rollup.ask("eth_getStorageAt", json!([beeper, "0x0", at])).await;
            assert_eq!(slot, json!(word(stored)), "{at}");
            let full = json!([beeper, B256::ZERO, at]);
            assert_eq!(rollup.ask("eth_getStorageAt", full).await, slot);
            let code = rollup.ask("eth_getCode", json!([beeper, at])).await;
            assert_eq!(code, json!(if number == 0 { Bytes::new() } else { CODE }), "{at}");
            let nonce = rollup.ask("eth_getTransactionCount", json!([alice, at])).await;
            assert_eq!(nonce, json!(["0x0", "0x2", "0x3"][usize::try_from(number).unwrap()]));
            let balance = rollup.ask("eth_getBalance", json!([payee, at])).await;
            assert_eq!(balance, json!(if number == 0 { "0x0" } else { "0x5" }));
        }
    }
    assert_eq!(l2.get_balance(*bob).block_id(BlockId::number(0)).await.unwrap(), rich);
    assert!(l2.get_balance(*bob).await.unwrap() < rich);
    assert!(l2.get_balance(FEE_RECIPIENT).await.unwrap() > U256::ZERO);
    for unknown in [json!("0x3"), json!({ "blockHash": B256::repeat_byte(1) })] {
        let refused = rollup.refused("eth_getBalance", json!([alice, unknown])).await;
        assert_eq!(refused, (-32000, "header not found".to_owned()));
    }
}

async fn tags(Story { rollup, .. }: &Story) {
    for (tag, number) in
        [("earliest", 0), ("finalized", 0), ("safe", 1), ("latest", 2), ("pending", 2)]
    {
        let block = rollup.ask("eth_getBlockByNumber", json!([tag, false])).await;
        assert_eq!(block["number"], json!(format!("{number:#x}")), "{tag}");
    }
    let refused = rollup.refused("eth_getBlockByNumber", json!(["newest", false])).await;
    assert_eq!(refused.0, -32602);
}

/// Nobody posts batches here, so that whoever waits for a receipt waits in vain, however he writes his patience.
async fn sends(Story { rollup, .. }: &Story) {
    let signer = rollup.signer(3);
    for (nonce, patience) in [json!(5), json!("0x5")].into_iter().enumerate() {
        let to = Address::repeat_byte(0xaa);
        let (hash, raw) = transaction(&signer, nonce as u64, to, U256::ZERO, Bytes::new());
        let answer =
            http::call(rollup.address, "eth_sendRawTransactionSync", json!([raw, patience]));
        let error = answer.await["error"].clone();
        assert_eq!((&error["code"], &error["data"]), (&json!(4), &json!(hash)), "{error}");
    }
    let waiting = rollup.ask("txpool_contentFrom", json!([signer.address()])).await;
    assert_eq!(waiting["pending"].as_object().unwrap().len(), 2);
    assert_eq!(waiting["queued"], json!({}));
    let all = rollup.ask("txpool_content", json!([])).await;
    let sender = json!(signer.address());
    assert_eq!(all["pending"][sender.as_str().unwrap()], waiting["pending"]);
    let status = rollup.ask("txpool_status", json!([])).await;
    assert_eq!(status, json!({ "pending": "0x2", "queued": "0x0" }));
}

async fn others(Story { rollup, .. }: &Story) {
    let chain_id = format!("{CHAIN_ID:#x}");
    assert_eq!(rollup.ask("eth_chainId", json!([])).await, json!(chain_id));
    assert_eq!(rollup.ask("net_version", json!([])).await, json!(CHAIN_ID.to_string()));
    assert_eq!(rollup.ask("net_listening", json!([])).await, json!(true));
    assert_eq!(rollup.ask("net_peerCount", json!([])).await, json!("0x0"));
    assert_eq!(rollup.ask("eth_accounts", json!([])).await, json!([]));
    assert_eq!(rollup.ask("eth_syncing", json!([])).await, json!(false));
    let hash = rollup.ask("web3_sha3", json!(["0x68656c6c6f"])).await;
    assert_eq!(hash, json!(keccak256("hello")));
    let version = rollup.ask("web3_clientVersion", json!([])).await;
    assert!(version.as_str().unwrap().starts_with("surety/v"), "{version}");
    let modules = rollup.ask("rpc_modules", json!([])).await;
    assert_eq!((&modules["eth"], &modules["rpc"]), (&json!("1.0"), &json!("1.0")));
    let unknown = rollup.refused("eth_sign", json!([])).await;
    assert_eq!(unknown.0, -32601);
}

async fn claims(Story { rollup, sent, .. }: &Story) {
    // nobody proposes here: the genesis claim is all there is
    until("a report", async || {
        let answer = http::call(rollup.address, "surety_getStatus", json!([])).await;
        answer["result"]["executedL2Block"] == json!(2)
    })
    .await;
    let status = rollup.ask("surety_getStatus", json!([])).await;
    assert_eq!((&status["overall"], &status["confirmedL2Block"]), (&json!("agree"), &json!(0)));
    let genesis = rollup.ask("surety_getClaim", json!([status["latestConfirmed"]])).await;
    assert_eq!((&genesis["standing"], &genesis["lastBlock"]), (&json!("confirmed"), &json!(0)));
    let about = rollup.ask("surety_getClaimsByBlock", json!(["earliest"])).await;
    assert_eq!(about, json!([genesis]));
    assert_eq!(rollup.ask("surety_getClaimsByBlock", json!(["latest"])).await, json!([]));
    assert_eq!(rollup.ask("surety_getClaim", json!([B256::ZERO])).await, Value::Null);
    let refused = rollup.refused("surety_getWithdrawals", json!([sent[0][0].0])).await;
    assert_eq!(refused, (-32000, "the deployment has no Bridge".to_owned()));
    let refused = rollup.refused("surety_getWithdrawals", json!([B256::ZERO])).await;
    assert_eq!(refused, (-32000, "transaction not found".to_owned()));
}
