//! The transaction lane against a real node.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::time::Duration;

use alloy::{
    primitives::{Address, Bytes, U256, bytes},
    providers::{Provider, ext::AnvilApi},
};
use surety_engine::l1::{
    client::L1Client,
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

    let floor = U256::from(10).pow(U256::from(23));
    let poor = Lane::new(l1.clone(), key(), LaneSettings { floor, ..LaneSettings::default() });
    assert!(matches!(poor.send(&transfer()).await, Err(LaneError::Funds { .. })));
    assert_eq!(l1.provider().get_transaction_count(lane.address()).await.unwrap(), 2);
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

#[tokio::test]
async fn a_call_that_gives_way_does_so_at_once_and_leaves_its_nonce() {
    let anvil = support::anvil(&["--no-mining"]);
    let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
    // far longer than the test: nothing here waits for patience to run out
    let settings = LaneSettings { patience: Duration::from_secs(600), ..LaneSettings::default() };
    let lane = Lane::new(l1.clone(), key(), settings);
    let (batch, dispute) = (Call { label: "batch", ..transfer() }, transfer());
    let (yielded, sent) = tokio::join!(lane.send_yielding(&batch, None), async {
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
    let (sent, ()) = tokio::join!(lane.send_yielding(&batch, None), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        l1.provider().anvil_mine(Some(1), None).await.unwrap();
    });
    assert_eq!(sent.unwrap().block, 2);
}

#[tokio::test]
async fn a_node_of_another_chain_is_refused() {
    let anvil = support::anvil(&[]);
    assert!(L1Client::connect(&anvil.endpoint(), Some(1)).await.is_err());
}
