//! A lane in trouble: endpoints that fail or lie, pools that refuse, and an account that can hardly pay.

use std::time::Duration;

use alloy::{
    consensus::Transaction as _,
    primitives::{U256, utils::parse_units},
    providers::{Provider, ext::AnvilApi},
};
use surety_engine::l1::{
    client::{L1Client, L1Error},
    send::{Lane, LaneError, LaneSettings},
};

use super::{
    HASTY, key,
    proxy::{Fault, Proxy},
    support, transfer,
};

fn gwei(amount: u64) -> u128 {
    parse_units(&amount.to_string(), "gwei").unwrap().get_absolute().to()
}

/// What the transaction of a move is offered for, wei per gas.
async fn offered(l1: &L1Client, lane: &Lane) -> u128 {
    let sent = lane.defend(&transfer()).await.unwrap();
    let mined = l1.provider().get_transaction_by_hash(sent.hash).await.unwrap();
    mined.unwrap().max_fee_per_gas()
}

#[tokio::test]
async fn what_one_endpoint_does_not_serve_is_asked_of_another() {
    let anvil = support::anvil(&[]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    for (method, message) in [
        ("eth_estimateGas", "execution aborted (timeout = 5s)"),
        ("eth_feeHistory", "this method is not part of your plan"),
        ("eth_getTransactionCount", "the method is not whitelisted"),
        ("eth_getBalance", "missing trie node"),
        ("eth_getTransactionReceipt", "transaction indexing is in progress"),
    ] {
        proxy.set(Fault::Refuses(method, message));
        let pair = vec![proxy.url.clone(), anvil.endpoint()];
        let pair = Lane::new(L1Client::connect(pair, None).await.unwrap(), key(), HASTY);
        pair.send(&transfer()).await.unwrap();
        let alone = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
        let error = Lane::new(alone, key(), HASTY).send(&transfer()).await.unwrap_err();
        let unread = matches!(error, LaneError::Transport { .. } | LaneError::Unseen { .. });
        assert!(unread && error.is_of_l1(), "{error}");
    }
    proxy.set(Fault::Refuses("eth_estimateGas", "execution reverted"));
    let alone = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let error = Lane::new(alone, key(), HASTY).send(&transfer()).await.unwrap_err();
    assert!(matches!(error, LaneError::WouldRevert { .. }) && error.is_of_l1(), "{error}");
}

#[tokio::test]
async fn gas_and_fees_that_cannot_be_are_lies() {
    let anvil = support::anvil(&[]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    for method in ["eth_estimateGas", "eth_feeHistory"] {
        proxy.set(Fault::Absurd(method));
        let alone = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
        let error = Lane::new(alone, key(), HASTY).send(&transfer()).await.unwrap_err();
        let LaneError::Transport { source: L1Error::Lie { .. }, .. } = error else {
            panic!("{method}: {error}")
        };
        let pair = vec![proxy.url.clone(), anvil.endpoint()];
        let pair = Lane::new(L1Client::connect(pair, None).await.unwrap(), key(), HASTY);
        pair.send(&transfer()).await.unwrap();
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_for_a_while_ends_no_wait_and_raises_no_fees() {
    let anvil = support::anvil(&[]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let settings = LaneSettings { patience: Duration::from_secs(30), ..HASTY };
    let lane = Lane::new(l1, key(), settings);
    proxy.set(Fault::Refuses("eth_getTransactionReceipt", "try again"));
    let call = transfer();
    let (sent, ()) = tokio::join!(lane.send(&call), async {
        tokio::time::sleep(Duration::from_millis(800)).await;
        proxy.set(Fault::None);
    });
    sent.unwrap();
    assert_eq!(proxy.sent().len(), 1);
}

#[tokio::test]
async fn what_no_pool_has_taken_is_not_outbid() {
    let anvil = support::anvil(&[]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let lane = Lane::new(l1.clone(), key(), LaneSettings { bump_percent: 900, ..HASTY });
    let poor = "insufficient funds for gas * price + value";
    for message in [poor, "node is syncing", poor] {
        proxy.set(Fault::Refuses("eth_sendRawTransaction", message));
        let error = lane.defend(&transfer()).await.unwrap_err();
        assert_eq!(matches!(error, LaneError::Funds { .. }), message == poor, "{error}");
    }
    proxy.set(Fault::None);
    assert!(offered(&l1, &lane).await < gwei(5));
}

#[tokio::test]
async fn an_account_that_cannot_pay_the_usual_offer_pays_what_it_can() {
    let anvil = support::anvil(&[]);
    let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
    let lane = Lane::new(l1.clone(), key(), HASTY);
    let gas = U256::from(21_000 + 21_000 / 5);
    let holds = async |per_gas: u128| {
        let balance = gas * U256::from(per_gas) + transfer().value;
        l1.provider().anvil_set_balance(lane.address(), balance).await.unwrap();
    };
    l1.provider().anvil_set_next_block_base_fee_per_gas(gwei(10)).await.unwrap();
    l1.provider().anvil_mine(Some(1), None).await.unwrap();
    holds(gwei(5)).await;
    let error = lane.defend(&transfer()).await.unwrap_err();
    assert!(matches!(error, LaneError::Funds { .. }), "the next block takes some 9 gwei: {error}");
    holds(gwei(12)).await;
    assert_eq!(offered(&l1, &lane).await, gwei(12));
}

#[tokio::test]
async fn fees_that_have_been_raised_do_not_lock_the_lane() {
    let anvil = support::anvil(&["--no-mining"]);
    let proxy = Proxy::start(&anvil.endpoint()).await;
    let l1 = L1Client::connect(proxy.url.as_str(), None).await.unwrap();
    let settings = LaneSettings { bump_percent: 900, attempts: 3, ..HASTY };
    let lane = Lane::new(l1.clone(), key(), settings);
    let attempts = lane.attempts();
    let left = lane.defend(&transfer()).await.unwrap_err();
    assert!(matches!(left, LaneError::NotMined { attempts: 3, .. }), "{left}");
    assert!(attempts.has_changed().unwrap(), "whoever waits hears of attempts");
    // far more than the account has is offered by now, and the pools have forgotten it
    l1.provider().anvil_drop_all_transactions().await.unwrap();
    let balance = U256::from(25_200_u128 * gwei(9)) + transfer().value;
    l1.provider().anvil_set_balance(lane.address(), balance).await.unwrap();
    let mined = super::mine_after(&l1, &proxy, proxy.taken() + 1);
    let (fees, ()) = tokio::join!(offered(&l1, &lane), mined);
    assert_eq!(fees, gwei(9));
}

#[tokio::test]
async fn a_call_that_was_mined_after_it_was_given_up_is_not_made_again_unseen() {
    let anvil = support::anvil(&["--no-mining"]);
    let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
    let lane = Lane::new(l1.clone(), key(), HASTY);
    let left = lane.defend(&transfer()).await.unwrap_err();
    assert!(matches!(left, LaneError::NotMined { .. }), "{left}");
    l1.provider().anvil_mine(Some(1), None).await.unwrap();
    let again = lane.defend(&transfer()).await.unwrap_err();
    assert!(matches!(again, LaneError::NonceTaken { nonce: 0, .. }), "{again}");
    l1.provider().anvil_set_auto_mine(true).await.unwrap();
    lane.defend(&transfer()).await.unwrap();
    assert_eq!(l1.provider().get_transaction_count(lane.address()).await.unwrap(), 2);
}
