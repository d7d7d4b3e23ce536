//! Sending on L2 through the proposer's JSON-RPC: a receipt comes soon, and neither a kill nor a reorganisation of L1 loses
//! what was accepted.

use std::time::{Duration, Instant};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider as _, ext::AnvilApi as _},
    rpc::types::anvil::ReorgOptions,
};
use alloy_sol_types::SolCall as _;
use serde_json::{Value, json};
use surety_engine::{
    l1::{bindings::IBridge, send::Call},
    relay::up,
};

use crate::{
    stage::{
        daemons::Daemon,
        devnet::Account,
        ledger,
        rollups::{Rollup, follow},
        user::{COUNTER, User, UserCall},
    },
    town::{Town, USER, ether},
};

/// Somebody on L1.
const STRANGER: Account = Account::User(1);
/// Somewhere.
const SINK: Address = Address::repeat_byte(0x51);

struct Sequenced {
    town: Town,
    proposer: Daemon,
    user: User,
}

impl Sequenced {
    /// A rollup whose proposer makes its blocks, and a user with ETH there, which no hand but the batcher's has brought.
    async fn new(more: impl FnOnce(&Town) -> String) -> Self {
        let town = Town::new(&["a"]).await;
        let more = more(&town);
        let (mut proposer, endpoint) =
            town.stage.rollup(0).unwrap().sequencer(&town.programs, &more).unwrap();
        proposer.start().unwrap();
        let user = User::connect(&town.stage.devnet, USER, &endpoint).await.unwrap();
        let bridge = town.stage.rollup(0).unwrap().deployment.bridge.unwrap().bridge;
        let data = IBridge::depositCall { account: user.address() }.abi_encode().into();
        let call = Call { to: Some(bridge), data, value: ether(5.0), label: "deposit" };
        town.stage.devnet.lane(USER).unwrap().send(&call).await.unwrap();
        let sequenced = Self { town, proposer, user };
        sequenced.until(async |it| !it.user.balance().await.unwrap().is_zero()).await;
        sequenced
    }

    fn rollup(&self) -> &Rollup {
        self.town.stage.rollup(0).unwrap()
    }

    async fn until(&self, happened: impl AsyncFn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(120);
        while !happened(self).await {
            assert!(Instant::now() < deadline, "see {}", self.proposer.log().display());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many batches L1 has in calldata and in blobs.
    async fn appended(&self) -> (usize, usize) {
        let l1 = &self.town.stage.devnet.l1;
        let entries = ledger::read(l1, &self.rollup().deployment).await.unwrap();
        let of = |verb| entries.iter().filter(|it| it.verb == verb && it.succeeded).count();
        (of("append"), of("appendBlob"))
    }

    /// What the proposer's JSON-RPC answers.
    async fn ask(&self, method: &'static str, parameters: Value) -> Value {
        self.user.rpc.raw_request(method.into(), parameters).await.unwrap()
    }

    async fn sent(&self) -> Vec<B256> {
        let nonce = self.user.rpc.get_transaction_count(self.user.address()).await.unwrap();
        let mut hashes = Vec::new();
        for nonce in nonce..nonce + 3 {
            let raw = self.user.sign(nonce, UserCall::transfer(SINK, U256::from(7))).await.unwrap();
            let sent = self.user.rpc.send_raw_transaction(&raw).await.unwrap();
            hashes.push(*sent.tx_hash());
        }
        hashes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_has_its_receipt_soon_and_survives_kills_and_reorganisations() {
    let mut it = Sequenced::new(|_| "max_wait_ms = 100\n".to_owned()).await;
    let data = Bytes::from(COUNTER.to_vec());
    let creation = UserCall { to: None, value: U256::ZERO, data, gas: 200_000 };
    let counter = it.user.execute(creation).await.unwrap().contract_address.unwrap();
    let data = Bytes::from_static(b"hello");
    let call = UserCall { to: Some(counter), value: U256::ZERO, data, gas: 100_000 };
    let receipt = it.user.execute(call).await.unwrap();
    assert_eq!(receipt.logs()[0].data().data, Bytes::from_static(b"hello"));
    assert_eq!(it.user.rpc.get_storage_at(counter, U256::ZERO).await.unwrap(), U256::from(1));

    // refused in geth's words
    let spent = it.user.sign(0, UserCall::transfer(SINK, U256::from(1))).await.unwrap();
    let refusal = it.user.rpc.send_raw_transaction(&spent).await.unwrap_err().to_string();
    assert!(refusal.contains("nonce too low: next nonce 2, tx nonce 0"), "{refusal}");

    // killed while they are on their way
    let hashes = it.sent().await;
    let pending = it.user.rpc.get_transaction_count(it.user.address()).pending().await.unwrap();
    assert_eq!(pending, 5);
    it.proposer.kill().unwrap();
    it.proposer.start().unwrap();
    it.until(async |it| it.user.rpc.get_chain_id().await.is_ok()).await;
    for hash in &hashes {
        assert!(it.user.receipt(*hash).await.unwrap().status());
    }
    assert_eq!(it.user.rpc.get_balance(SINK).await.unwrap(), U256::from(21), "each once");

    // L1 takes the last batches back
    let provider = it.town.stage.devnet.l1.provider();
    let before = it.user.receipt(hashes[0]).await.unwrap();
    let number = before.block_number.unwrap();
    let node = it.rollup().node("witness").await.unwrap();
    let l1_block = node.store().block(number).unwrap().unwrap().l1_block;
    let depth = provider.get_block_number().await.unwrap() - l1_block + 1;
    let options = ReorgOptions { depth, tx_block_pairs: Vec::new() };
    provider.anvil_reorg(options).await.unwrap();
    assert!(follow(&node).await.is_ok());
    it.until(async |_| {
        let followed = follow(&node).await.is_ok();
        followed && node.account(SINK).unwrap().balance == U256::from(21)
    })
    .await;
    for hash in &hashes {
        let again = it.user.receipt(*hash).await.unwrap();
        assert!(again.status());
    }
    let nonce = it.user.rpc.get_transaction_count(it.user.address()).await.unwrap();
    assert_eq!(nonce, 5, "nothing was done twice");
    assert_eq!(it.appended().await.1, 0, "without a beacon node no blob is posted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_into_a_blob_when_that_is_cheaper() {
    let it = Sequenced::new(|town| {
        let beacon = town.stage.devnet.endpoint();
        format!(
            "max_wait_ms = 100\n\n\
             [node.beacon]\nurls = [{beacon:?}]\nblocks = {{ by = \"number\" }}\n"
        )
    })
    .await;
    // anvil's blob gas costs next to nothing
    it.user.execute(UserCall::transfer(SINK, U256::from(7))).await.unwrap();
    let (calldata, blobs) = it.appended().await;
    assert!(calldata == 0 && blobs >= 2, "see {}", it.proposer.log().display());
    assert_eq!(it.user.rpc.get_balance(SINK).await.unwrap(), U256::from(7));
}

/// L1 blocks that go by at each look while a claim waits for its window to pass.
const BLOCKS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_a_node_withdraws_by_the_json_rpc() {
    let mut it = Sequenced::new(|_| "max_wait_ms = 100\n".to_owned()).await;
    let target = Address::repeat_byte(0xf2);
    let message = up::send(target, ether(1.25), Bytes::new());
    let call = UserCall { to: message.to, value: message.value, data: message.data, gas: 300_000 };

    // one request sends it and gives its receipt
    let raw = it.user.sign(0, call).await.unwrap();
    let receipt = it.ask("eth_sendRawTransactionSync", json!([raw, 60_000])).await;
    assert_eq!(receipt["status"], "0x1");
    let transaction = receipt["transactionHash"].clone();
    let sent = it.ask("surety_getWithdrawals", json!([transaction])).await;
    assert_eq!(sent.as_array().unwrap().len(), 1);
    assert_eq!(sent[0]["target"], json!(target));
    let withdrawal = json!([transaction, sent[0]["hash"]]);

    // no proof before a claim that holds it is confirmed
    let status = it.ask("surety_getWithdrawalStatus", withdrawal.clone()).await;
    assert!(status["status"] == "sent" || status["status"] == "claimed", "{status}");
    let early =
        it.user.rpc.raw_request::<_, Value>("surety_getWithdrawalProof".into(), withdrawal.clone());
    let refusal = early.await.unwrap_err().to_string();
    assert!(refusal.contains("confirmed"), "{refusal}");
    let Sequenced { town, proposer, user } = &mut it;
    let confirmed = async || {
        let method = "surety_getWithdrawalStatus".into();
        let status: Value = user.rpc.raw_request(method, withdrawal.clone()).await?;
        Ok(status["status"] == "confirmed")
    };
    town.stage.until("a confirmed claim", BLOCKS, &mut [proposer], confirmed).await.unwrap();

    // the call as it was given, from an account that has nothing to do with it
    let proof = it.ask("surety_getWithdrawalProof", withdrawal.clone()).await;
    let call = Call {
        to: Some(serde_json::from_value(proof["to"].clone()).unwrap()),
        data: serde_json::from_value(proof["data"].clone()).unwrap(),
        value: U256::ZERO,
        label: "withdraw",
    };
    it.town.stage.devnet.lane(STRANGER).unwrap().send(&call).await.unwrap();
    assert_eq!(it.town.balance(target).await, ether(1.25));
    it.until(async |it| {
        let status = it.ask("surety_getWithdrawalStatus", withdrawal.clone()).await;
        status["status"] == "withdrawn"
    })
    .await;
}
