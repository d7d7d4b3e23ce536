use std::time::Duration;

use super::*;

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
