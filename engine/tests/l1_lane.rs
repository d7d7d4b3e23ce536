//! The transaction lane against a real node.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

#[path = "node/proxy.rs"]
#[allow(dead_code, reason = "shared with the node's tests")]
mod proxy;
mod support;
#[path = "lane/trouble.rs"]
mod trouble;

use std::time::Duration;

use alloy::{
    consensus::Transaction as _,
    primitives::{Address, Bytes, U256, bytes},
    providers::{Provider, ext::AnvilApi},
};
use proxy::{Fault, Proxy};
use surety_engine::authenticated::blob::Blob;
use surety_engine::l1::{
    append::sidecar,
    client::L1Client,
    follow::Headers as _,
    send::{Call, Lane, LaneError, LaneSettings},
    signer::{Key, KeySource, write_secret},
};

fn key() -> Key {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phrase");
    write_secret(&path, "test test test test test test test test test test test junk").unwrap();
    KeySource::Mnemonic { path, index: 0 }.load().unwrap()
}

fn transfer() -> Call {
    Call {
        to: Some(Address::repeat_byte(0x11)),
        data: Bytes::new(),
        value: U256::from(5),
        label: "transfer",
    }
}

#[tokio::test]
async fn sends_in_order_and_refuses_what_would_revert_or_bankrupt() {
    let anvil = support::anvil(&[]);
    let l1 = L1Client::connect(&anvil.endpoint(), Some(31337)).await.unwrap();
    let lane = Lane::new(l1.clone(), key(), LaneSettings::default());
    let first = lane.send(&transfer()).await.unwrap();
    let second = lane.send(&transfer()).await.unwrap();
    assert_eq!((first.gas, second.block), (21_000, first.block + 1));

    // PUSH1 0, PUSH1 0, REVERT
    let reverting = Call { to: None, data: bytes!("60006000fd"), label: "bad", ..transfer() };
    assert!(matches!(
        lane.send(&reverting).await,
        Err(LaneError::WouldRevert { label: "bad", .. })
    ));

    // what a transaction left is told with it: PUSH1 7, PUSH0, PUSH0, LOG1
    let logging = Call { to: None, data: bytes!("60075f5fa1"), label: "logs", ..transfer() };
    let sent = lane.send(&logging).await.unwrap();
    assert_eq!(sent.logs.len(), 1);
    assert_eq!(Some(sent.logs[0].address), sent.created);

    let floor = U256::from(10).pow(U256::from(23));
    let poor = Lane::new(l1.clone(), key(), LaneSettings { floor, ..LaneSettings::default() });
    assert!(matches!(poor.send(&transfer()).await, Err(LaneError::Funds { .. })));
    assert_eq!(l1.provider().get_transaction_count(lane.address()).await.unwrap(), 3);
    assert!(poor.defend(&transfer()).await.is_ok(), "the floor is there for disputes");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_before_l1_was_lost_is_named() {
    let anvil = support::anvil(&[]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(&proxy.url, Some(31337)).await.unwrap();
    let lane = Lane::new(l1, key(), HASTY);
    proxy.set(Fault::BrokenOnceSent);
    let lost = lane.send(&transfer()).await;
    let Err(LaneError::Unseen { label: "transfer", hash, .. }) = lost else { panic!("{lost:?}") };
    let l1 = L1Client::connect(&anvil.endpoint(), Some(31337)).await.unwrap();
    assert!(l1.provider().get_transaction_receipt(hash).await.unwrap().unwrap().status());
    // before anything is sent nothing can be lost
    let unread = lane.send(&transfer()).await;
    assert!(matches!(unread, Err(LaneError::Transport { .. })), "{unread:?}");
}

#[tokio::test]
async fn replaces_what_an_earlier_run_left_in_the_pool() {
    let anvil = support::anvil(&["--no-mining"]);
    let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
    let settings = LaneSettings {
        patience: Duration::from_millis(400),
        attempts: 2,
        ..LaneSettings::default()
    };
    let crashed = Lane::new(l1.clone(), key(), settings).send(&transfer()).await;
    assert!(matches!(crashed, Err(LaneError::NotMined { attempts: 2, .. })));

    let lane = Lane::new(l1.clone(), key(), LaneSettings { attempts: 8, ..settings });
    let miner = l1.provider().clone();
    let call = transfer();
    let (sent, ()) = tokio::join!(lane.send(&call), async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        miner.anvil_mine(Some(1), None).await.unwrap();
    });
    assert_eq!(sent.unwrap().block, 1);
    assert_eq!(l1.provider().get_transaction_count(lane.address()).await.unwrap(), 1);
}

const HASTY: LaneSettings = LaneSettings {
    max_fee: 1_000_000_000_000,
    patience: Duration::from_millis(400),
    attempts: 1,
    bump_percent: 13,
    floor: U256::ZERO,
};

/// Mines one block, once the node has taken so many transactions in all.
async fn mine_after(l1: &L1Client, proxy: &Proxy, taken: usize) {
    while proxy.taken() < taken {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    l1.provider().anvil_mine(Some(1), None).await.unwrap();
}

#[tokio::test]
async fn blobs_that_an_earlier_run_left_are_replaced_by_blobs_or_by_a_call_with_an_empty_one() {
    let anvil = support::anvil(&["--no-mining"]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let (first, second) = ([1; 31], [2; 31]);
    let blobs = |bytes: &[u8]| sidecar(&[Blob::of_batch(bytes).unwrap()]).unwrap();
    let lane = |attempts| Lane::new(l1.clone(), key(), LaneSettings { attempts, ..HASTY });
    let call = transfer();

    let left = lane(1).send_blobs(&call, &blobs(&first)).await;
    assert!(matches!(left, Err(LaneError::NotMined { .. })), "{left:?}");
    let (later, again) = (lane(9), blobs(&second));
    let mined = mine_after(&l1, &proxy, proxy.taken() + 1);
    let (sent, ()) = tokio::join!(later.send_blobs(&call, &again), mined);
    let sent = sent.unwrap();
    let mined = l1.provider().get_transaction_by_hash(sent.hash).await.unwrap().unwrap();
    assert_eq!((mined.nonce(), sent.block), (0, 1));
    let hashes: Vec<_> = again.versioned_hashes().collect();
    assert_eq!(mined.blob_versioned_hashes().unwrap(), hashes);

    // a move that finds the nonce held by blobs takes a blob along, where the pool insists
    let left = lane(1).send_blobs(&call, &again).await;
    assert!(matches!(left, Err(LaneError::NotMined { .. })), "{left:?}");
    proxy.set(Fault::Reserved);
    let (later, mined) = (lane(9), mine_after(&l1, &proxy, proxy.taken() + 1));
    let (sent, ()) = tokio::join!(later.send(&call), mined);
    let sent = sent.unwrap();
    let mined = l1.provider().get_transaction_by_hash(sent.hash).await.unwrap().unwrap();
    assert_eq!((mined.nonce(), mined.value()), (1, call.value));
    let hashes = mined.blob_versioned_hashes().unwrap();
    assert!(hashes.len() == 1 && hashes != again.versioned_hashes().collect::<Vec<_>>());
}

#[tokio::test]
async fn blobs_that_find_their_nonce_held_by_a_call_clear_it_and_are_planned_again() {
    let anvil = support::anvil(&["--no-mining"]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let lane = |attempts| Lane::new(l1.clone(), key(), LaneSettings { attempts, ..HASTY });
    let (call, blobs) = (transfer(), sidecar(&[Blob::of_batch(&[7]).unwrap()]).unwrap());
    let left = lane(1).send(&call).await;
    assert!(matches!(left, Err(LaneError::NotMined { .. })), "{left:?}");
    proxy.set(Fault::Reserved);
    let later = LaneSettings { patience: Duration::from_secs(20), ..HASTY };
    let later = Lane::new(l1.clone(), key(), later);
    let mined = mine_after(&l1, &proxy, proxy.taken() + 1);
    let (sent, ()) = tokio::join!(later.send_blobs(&call, &blobs), mined);
    assert!(matches!(sent, Err(LaneError::NonceTaken { nonce: 0, .. })), "{sent:?}");
    let target = l1.provider().get_balance(call.to.unwrap()).await.unwrap();
    assert_eq!(target, U256::ZERO, "a payment of nothing to itself took the nonce");
    let mined = mine_after(&l1, &proxy, proxy.taken() + 1);
    let (sent, ()) = tokio::join!(later.send_blobs(&call, &blobs), mined);
    assert_eq!(sent.unwrap().block, 2);
}

#[tokio::test]
async fn a_transaction_that_a_node_forgets_is_sent_again() {
    let anvil = support::anvil(&[]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let lane = Lane::new(l1.clone(), key(), LaneSettings { attempts: 9, ..HASTY });
    proxy.set(Fault::Swallow);
    let call = transfer();
    let (sent, ()) = tokio::join!(lane.send(&call), async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        proxy.set(Fault::None);
    });
    assert_eq!(sent.unwrap().block, 1);
    assert!(proxy.sent().len() >= 2);
    // every node is given it, so one that does not forget is enough
    proxy.set(Fault::Swallow);
    let l1 = L1Client::connect(vec![proxy.url.clone(), anvil.endpoint()], None).await.unwrap();
    let sent = Lane::new(l1, key(), HASTY).send(&call).await;
    assert_eq!(sent.unwrap().block, 2);
}

#[tokio::test]
async fn a_call_that_gives_way_does_so_at_once_and_leaves_its_nonce() {
    let anvil = support::anvil(&["--no-mining"]);
    let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
    // far longer than the test: nothing here waits for patience to run out
    let settings = LaneSettings { patience: Duration::from_secs(600), ..LaneSettings::default() };
    let lane = Lane::new(l1.clone(), key(), settings);
    let (batch, dispute) = (Call { label: "batch", ..transfer() }, transfer());
    let (yielded, sent) = tokio::join!(lane.send_yielding(&batch, None, 0), async {
        while l1.provider().get_transaction_count(lane.address()).pending().await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let miner = l1.provider().clone();
        let mined = async {
            tokio::time::sleep(Duration::from_millis(800)).await;
            miner.anvil_mine(Some(1), None).await.unwrap();
        };
        tokio::join!(lane.send(&dispute), mined).0
    });
    assert!(matches!(yielded, Err(LaneError::Yielded { label: "batch" })), "{yielded:?}");
    assert_eq!(sent.unwrap().block, 1, "it was mined in the other's place");
    assert_eq!(l1.provider().get_transaction_count(lane.address()).await.unwrap(), 1);

    // when nobody wants the lane, it is like any other
    let (sent, ()) = tokio::join!(lane.send_yielding(&batch, None, 1), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        l1.provider().anvil_mine(Some(1), None).await.unwrap();
    });
    assert_eq!(sent.unwrap().block, 2);
}

#[tokio::test]
async fn a_call_that_gave_way_and_was_mined_all_the_same_is_not_sent_again() {
    let anvil = support::anvil(&["--no-mining"]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let settings = LaneSettings { patience: Duration::from_secs(600), ..LaneSettings::default() };
    let lane = Lane::new(l1.clone(), key(), settings);
    let (batch, dispute) = (Call { label: "batch", ..transfer() }, transfer());
    let nonce = lane.nonce_at(l1.head().await.unwrap().hash).await.unwrap();
    let (yielded, moved) = tokio::join!(lane.send_yielding(&batch, None, nonce), async {
        while l1.provider().get_transaction_count(lane.address()).pending().await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // L1 has the batch and never hears of the move that should replace it
        proxy.set(Fault::Swallow);
        let sent = proxy.sent().len();
        let meanwhile = async {
            while proxy.sent().len() == sent {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let again = lane.send_yielding(&batch, None, nonce).await;
            assert!(
                matches!(again, Err(LaneError::Yielded { .. })),
                "the lane is taken: {again:?}"
            );
            l1.provider().anvil_mine(Some(1), None).await.unwrap();
        };
        tokio::join!(lane.send(&dispute), meanwhile).0
    });
    assert!(matches!(yielded, Err(LaneError::Yielded { .. })), "{yielded:?}");
    assert!(matches!(moved, Err(LaneError::NonceTaken { nonce: 0, .. })), "{moved:?}");
    // what was decided before the batch was mined
    proxy.set(Fault::None);
    lane.idle().await;
    let again = lane.send_yielding(&batch, None, nonce).await;
    assert!(matches!(again, Err(LaneError::NonceTaken { nonce: 0, .. })), "{again:?}");
    let count = l1.provider().get_transaction_count(lane.address());
    assert_eq!(count.pending().await.unwrap(), 1, "it is on L1 once");
}

#[tokio::test]
async fn a_node_of_another_chain_is_refused() {
    let anvil = support::anvil(&[]);
    assert!(L1Client::connect(&anvil.endpoint(), Some(1)).await.is_err());
}
