//! Sending on L2 through the proposer's JSON-RPC: a receipt comes soon, and neither a kill nor a reorganisation of L1 loses
//! what was accepted.

use std::time::{Duration, Instant};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider as _, ext::AnvilApi as _},
    rpc::types::anvil::ReorgOptions,
};
use alloy_sol_types::SolCall as _;
use surety_engine::l1::{bindings::IBridge, send::Call};

use crate::{
    stage::{
        daemons::Daemon,
        ledger,
        rollups::{Rollup, follow},
        user::{COUNTER, User, UserCall},
    },
    town::{Town, USER, ether},
};

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
