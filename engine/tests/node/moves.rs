//! A daemon's moves through endpoints that serve what is read of L1, and not what a move takes.

use surety_engine::{
    dispute::{plan::Policy, player::Failure},
    l1::send::LaneError,
    node::{Node, daemon::Daemon},
};

use crate::{
    devnet::{Devnet, key},
    endpoints::through,
    proxy::{Fault, Proxy},
};

/// A proposer at an endpoint that fails in its estimates of gas, and behind it a good one.
async fn proposer(devnet: &Devnet, message: &'static str) -> Daemon {
    let direct = devnet.config.l1.urls()[0].clone();
    let proxy = Proxy::start(&direct).await;
    let config = through(devnet, vec![proxy.url.clone(), direct], message);
    let node = Node::open(&config).await.unwrap();
    proxy.set(Fault::Refuses("eth_estimateGas", message));
    Daemon::with(node.into(), key(&devnet.directory, 1), Policy::PROPOSER, config)
}

#[tokio::test]
async fn another_endpoint_is_asked_when_one_cannot_tell_whether_a_move_succeeds() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let daemon = proposer(&devnet, "execution aborted (timeout = 5s)").await;
    let tick = daemon.round().await.unwrap().unwrap();
    assert_eq!(tick.sent.unwrap().0.label(), "deposit", "in the same round");

    // one that says of all that it reverts, and never why: it might, but not again and again
    let daemon = proposer(&devnet, "execution reverted").await;
    for _ in 0..2 {
        let tick = daemon.round().await.unwrap().unwrap();
        let failures = &tick.failures[..];
        let [Failure::Lane(LaneError::WouldRevert { label: "lockBond", data })] = failures else {
            panic!("{failures:?}")
        };
        assert!(data.is_empty() && tick.sent.is_none());
    }
    let tick = daemon.round().await.unwrap().unwrap();
    assert_eq!(tick.sent.unwrap().0.label(), "lockBond");
}
