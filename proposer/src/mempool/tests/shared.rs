use std::time::Duration;

use tokio::sync::broadcast::Receiver;

use super::*;
use crate::mempool::Pooled;

#[test]
fn what_was_accepted_is_there_after_a_kill() {
    let place = Place::new(MempoolSettings::default());
    let mut hashes = Vec::new();
    {
        let mempool = place.open();
        for nonce in [0, 1, 3] {
            hashes.push(mempool.submit(signed(&user(0), transfer(nonce))).unwrap());
        }
    }
    let mempool = place.open();
    assert!(hashes.iter().all(|hash| mempool.get(*hash).is_some()));
    assert_eq!(mempool.counts(), (2, 1));
    assert_eq!(mempool.next_nonce(user(0).address()), Some(2));
    assert_eq!(mempool.next_nonce(user(1).address()), None);
    assert_eq!(mempool.waiting(), Vec::from_iter(mempool.waiting_of(user(0).address())));
    assert_eq!(mempool.waiting_of(user(1).address()), None);
}

#[test]
fn what_was_executed_leaves_and_is_forgotten_once_it_is_settled() {
    let place = Place::new(MempoolSettings::default());
    let mempool = place.open();
    let sender = user(0).address();
    for nonce in 0..3 {
        mempool.submit(signed(&user(0), transfer(nonce))).unwrap();
    }
    place.stage.extend(&[(sender, 2)]);
    mempool.follow().unwrap();
    assert_eq!(mempool.counts(), (1, 0));
    assert_eq!(mempool.next_nonce(sender), Some(3));
    assert_eq!(place.store.waiting().unwrap().len(), 3, "L1 may still undo the block");
    for _ in 0..130 {
        place.stage.extend(&[]);
    }
    mempool.follow().unwrap();
    assert_eq!(place.store.waiting().unwrap().len(), 1);
    assert_eq!(place.open().counts(), (1, 0));
}

#[test]
fn what_a_reorganisation_undoes_comes_back_also_over_a_restart() {
    for restart in [false, true] {
        let place = Place::new(MempoolSettings::default());
        let mut mempool = place.open();
        let sender = user(0).address();
        for nonce in 0..3 {
            mempool.submit(signed(&user(0), transfer(nonce))).unwrap();
        }
        let before = place.stage.now();
        place.stage.extend(&[(sender, 2)]);
        mempool.follow().unwrap();
        assert_eq!(mempool.counts(), (1, 0));
        place.stage.undo(before);
        if restart {
            mempool = place.open();
        }
        mempool.follow().unwrap();
        assert_eq!(mempool.counts(), (3, 0), "restart: {restart}");
        // the other branch executes one of them
        place.stage.extend(&[(sender, 1)]);
        mempool.follow().unwrap();
        assert_eq!(mempool.counts(), (2, 0));
    }
}

#[test]
fn what_cannot_be_paid_any_more_waits_for_funds() {
    let place = Place::new(MempoolSettings::default());
    let mempool = place.open();
    let sender = user(0).address();
    for nonce in 0..2 {
        mempool.submit(signed(&user(0), transfer(nonce))).unwrap();
    }
    place.stage.fund(sender, 3_000_000_000_000_000);
    place.stage.extend(&[]);
    mempool.follow().unwrap();
    assert_eq!(mempool.counts(), (1, 1));
    place.stage.fund(sender, ETHER);
    place.stage.extend(&[]);
    mempool.follow().unwrap();
    assert_eq!(mempool.counts(), (2, 0));
}

#[test]
fn what_lacks_something_for_too_long_leaves() {
    let settings = MempoolSettings { lifetime_seconds: 0, ..MempoolSettings::default() };
    let place = Place::new(settings);
    let mempool = place.open();
    for nonce in [0, 2] {
        mempool.submit(signed(&user(0), transfer(nonce))).unwrap();
    }
    std::thread::sleep(Duration::from_millis(5));
    mempool.follow().unwrap();
    assert_eq!(mempool.counts(), (1, 0));
    assert_eq!(place.store.waiting().unwrap().len(), 1);
}

#[test]
fn listeners_hear_of_what_can_be_executed_and_in_order() {
    let place = Place::new(MempoolSettings::default());
    let mempool = place.open();
    let mut heard = mempool.subscribe();
    let of = |nonce| signed(&user(0), transfer(nonce));
    mempool.submit(of(1)).unwrap();
    assert!(heard.try_recv().is_err(), "it waits for nonce 0");
    mempool.submit(of(0)).unwrap();
    for nonce in 0..2 {
        assert_eq!(heard.try_recv().unwrap().transaction.hash, hash(&of(nonce)));
    }
    assert!(heard.try_recv().is_err());
}

/// What a listener has not heard yet.
fn news(heard: &mut Receiver<Arc<Pooled>>) -> Vec<B256> {
    std::iter::from_fn(|| heard.try_recv().ok()).map(|it| it.transaction.hash).collect()
}

#[test]
fn listeners_hear_of_each_once() {
    let place = Place::new(MempoolSettings::default());
    let mempool = place.open();
    let sender = user(0).address();
    let mut heard = mempool.subscribe();
    let sent: Vec<B256> =
        (0..3).map(|nonce| mempool.submit(signed(&user(0), transfer(nonce))).unwrap()).collect();
    assert_eq!(news(&mut heard), sent);
    let dearer = |nonce| TxEip1559 {
        max_fee_per_gas: 200 * GWEI,
        max_priority_fee_per_gas: 2 * GWEI,
        ..transfer(nonce)
    };
    let first = mempool.submit(signed(&user(0), dearer(0))).unwrap();
    assert_eq!(news(&mut heard), [first], "those after it are no news");

    // funds go and come back, and somebody else's batch fills a gap
    let fourth = mempool.submit(signed(&user(0), transfer(4))).unwrap();
    place.stage.fund(sender, 0);
    place.stage.extend(&[]);
    mempool.follow().unwrap();
    assert_eq!((mempool.counts(), news(&mut heard)), ((0, 4), Vec::new()));
    place.stage.fund(sender, ETHER);
    let before = place.stage.now();
    place.stage.extend(&[(sender, 4)]);
    mempool.follow().unwrap();
    assert_eq!(news(&mut heard), [fourth]);

    // what is undone is pending again, as if it were new; what never left is not
    place.stage.undo(before);
    place.stage.extend(&[]);
    mempool.follow().unwrap();
    assert_eq!(mempool.counts(), (3, 1));
    let mut again = news(&mut heard);
    again.sort_unstable();
    let mut undone = [first, sent[1], sent[2]];
    undone.sort_unstable();
    assert_eq!(again, undone);
}

#[test]
fn a_full_pool_keeps_what_pays_most() {
    let settings = MempoolSettings { transactions: 3, ..MempoolSettings::default() };
    let place = Place::new(settings);
    let mempool = place.open();
    let paying = |number: u8, nonce, tip: u128| {
        let fees = TxEip1559 { max_priority_fee_per_gas: tip * GWEI, ..transfer(nonce) };
        signed(&user(number), fees)
    };
    let cheap = paying(0, 0, 2);
    let waiting = paying(1, 1, 50);
    for raw in [&cheap, &waiting, &paying(2, 0, 9)] {
        mempool.submit(raw.clone()).unwrap();
    }
    // what cannot be executed goes first, whatever it pays
    mempool.submit(paying(3, 0, 3)).unwrap();
    assert_eq!(mempool.get(hash(&waiting)), None);
    assert_eq!(rejection(mempool.submit(paying(1, 0, 2))).to_string(), "transaction underpriced");
    mempool.submit(paying(1, 0, 4)).unwrap();
    assert_eq!(mempool.get(hash(&cheap)), None);
    assert_eq!(mempool.counts(), (3, 0));
    assert_eq!(place.store.waiting().unwrap().len(), 3);
}

#[test]
fn a_sender_has_its_share_and_no_more() {
    let settings = MempoolSettings { sender_transactions: 2, ..MempoolSettings::default() };
    let place = Place::new(settings);
    let mempool = place.open();
    for nonce in 0..2 {
        mempool.submit(signed(&user(0), transfer(nonce))).unwrap();
    }
    let refusal = rejection(mempool.submit(signed(&user(0), transfer(2))));
    assert_eq!(refusal.to_string(), "account limit exceeded");
    mempool.submit(signed(&user(1), transfer(0))).unwrap();
}
