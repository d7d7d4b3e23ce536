//! A node on an L1 of its own: what it executes, what it keeps over a restart, and what it does when L1 changes its mind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod blobs;
mod cable;
mod chain;
mod devnet;
mod endpoints;
mod faults;
#[path = "../real_rollup/history.rs"]
#[allow(dead_code)]
mod history;
mod moves;
#[allow(dead_code, reason = "shared with the lane's tests")]
mod proxy;
#[path = "../support/mod.rs"]
mod support;

use std::{path::PathBuf, sync::Arc};

use alloy::{
    primitives::Address,
    providers::{Provider, ext::AnvilApi},
};
use devnet::{Devnet, catch_up, key};
use support::scenario;
use surety_engine::{
    dispute::{observe::ChainReader, plan::Policy},
    execute::boundary::Genesis,
    l1::{client::L1Error, follow::FollowError, signer::KeySource},
    node::{
        Node, NodeError,
        config::{GenesisSource, NodeConfig},
        daemon::{Daemon, DaemonConfig, StartError, Unknown},
        deployment::Deployment,
        pinned::Pinned,
        wiring::{self, WiringError},
    },
};

#[tokio::test]
async fn executes_what_is_appended_and_resumes() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    devnet.append(2).await;
    let node = Node::open(&devnet.config).await.unwrap();
    assert!(matches!(node.sealed(1), Err(NodeError::Missing { number: 1, .. })));
    assert_eq!(catch_up(&node).await, 2);
    devnet.check(&node, 2).await;
    drop(node);

    devnet.append(3).await;
    let node = Node::open(&devnet.config).await.unwrap();
    assert!(node.sealed(2).is_ok() && node.sealed(3).is_err(), "what was stored, and no more");
    assert_eq!(catch_up(&node).await, 3);
    devnet.check(&node, 3).await;
    assert_eq!(catch_up(&node).await, 3, "nothing new changes nothing");
    devnet.check(&node, 3).await;
}

#[tokio::test]
async fn t40_a_reorg_that_replaces_or_drops_a_batch_is_followed() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let replaced = devnet.append(2).await;
    let node = Arc::new(Node::open(&devnet.config).await.unwrap());
    let pinned = Pinned::new(Arc::clone(&node));
    assert_eq!(catch_up(&node).await, 2);
    let before = node.sealed(2).unwrap();
    assert_eq!(pinned.head().await.unwrap().number, replaced);

    devnet.take_back(1).await;
    let lags = |error| match error {
        NodeError::Follow(FollowError::Lagging { followed, head }) => (followed, head),
        other => panic!("{other}"),
    };
    assert_eq!(lags(node.tick().await.unwrap_err()), (replaced, replaced - 1));
    assert!(pinned.head().await.is_err(), "nothing is planned from a block that is gone");
    assert_eq!(node.sealed(2).unwrap(), before, "a shorter chain may be a node that lags");

    assert_eq!(devnet.append(3).await, replaced);
    assert!(pinned.head().await.is_err());
    assert_eq!(catch_up(&node).await, 2);
    assert_ne!(node.sealed(2).unwrap(), before);
    devnet.check(&node, 2).await;
    assert_eq!(pinned.head().await.unwrap().number, replaced);

    devnet.replace(1).await;
    assert_eq!(catch_up(&node).await, 1);
    devnet.check(&node, 1).await;

    devnet.replace(2).await;
    assert_eq!(catch_up(&node).await, 0);
    assert_eq!(node.sealed(0).unwrap(), devnet.deployment.start());
    devnet.append(4).await;
    assert_eq!(catch_up(&node).await, 1);
    devnet.check(&node, 1).await;
}

#[tokio::test]
async fn what_does_not_belong_to_the_deployment_is_refused() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let at = |name: &str| devnet.directory.path().join(name);
    let with = |name: &str, change: &dyn Fn(&mut Deployment)| {
        let mut deployment = devnet.deployment.clone();
        change(&mut deployment);
        let path = at(&format!("{name}.json"));
        deployment.write(&path).unwrap();
        NodeConfig { deployment: path, store: at(name), ..devnet.config.clone() }
    };

    let another_chain = with("chain", &|it| it.l1_chain_id = 1);
    assert!(matches!(
        Node::open(&another_chain).await,
        Err(NodeError::L1(L1Error::WrongChain { got: 31_337, expected: 1 }))
    ));

    let genesis = String::from_utf8(scenario::read("genesis.json")).unwrap();
    let (path, store) = (at("genesis.json"), at("genesis"));
    std::fs::write(&path, poorer(&genesis)).unwrap();
    let genesis = GenesisSource::Geth { path };
    let another_genesis = NodeConfig { genesis, store, ..devnet.config.clone() };
    assert!(matches!(Node::open(&another_genesis).await, Err(NodeError::WrongGenesis { .. })));

    Node::open(&devnet.config).await.unwrap();
    let mut another_rollup = with("rollup", &|it| it.rollup = Address::repeat_byte(1));
    another_rollup.store = devnet.config.store.clone();
    assert!(matches!(Node::open(&another_rollup).await, Err(NodeError::OtherDeployment { .. })));
    assert_eq!(catch_up(&Node::open(&devnet.config).await.unwrap()).await, 1);
}

/// The deployment file is believed about addresses alone: what is there must fit together, and be safe to play with.
#[tokio::test]
async fn contracts_that_do_not_fit_the_deployment_are_refused_at_the_start() {
    let devnet = Devnet::new().await;
    let open = async |name: &str, change: &dyn Fn(&mut Deployment)| {
        let mut deployment = devnet.deployment.clone();
        change(&mut deployment);
        let path = devnet.directory.path().join(format!("{name}.json"));
        deployment.write(&path).unwrap();
        let store = devnet.directory.path().join(name);
        let node = NodeConfig { deployment: path, store, ..devnet.config.clone() };
        let phrase = devnet.directory.path().join("phrase");
        let key = Some(KeySource::Mnemonic { path: phrase, index: 1 });
        let config = DaemonConfig { key, ..DaemonConfig::of(node) };
        Daemon::open(&config, Policy::CHALLENGER).await
    };
    let refused = |opened: Result<Daemon, StartError>| match opened {
        Err(StartError::Wiring(error)) => error,
        other => panic!("{other:?}"),
    };
    open("right", &|_| {}).await.unwrap();

    let nobody = Address::repeat_byte(1);
    let error = refused(open("nobody", &|it| it.step_verifier = nobody).await);
    assert!(matches!(
        error,
        WiringError::NoCode { contract: "StepVerifier", address } if address == nobody
    ));
    let error = refused(open("verifier", &|it| it.step_verifier = it.inbox).await);
    assert!(matches!(error, WiringError::Elsewhere { what: "the Tournament's verifier", .. }));
    let error = refused(open("inbox", &|it| it.inbox = it.step_verifier).await);
    assert!(matches!(error, WiringError::Elsewhere { what: "the Rollup's Inbox", .. }));
    let error = refused(
        open("swapped", &|it| {
            std::mem::swap(&mut it.rollup, &mut it.tournament);
        })
        .await,
    );
    assert!(matches!(error, WiringError::View { .. } | WiringError::Decode { .. }), "{error}");
    // The genesis file would be refused before.
    let mut earlier = devnet.deployment.clone();
    earlier.genesis.timestamp -= 1;
    let error = wiring::check(&devnet.l1, &earlier).await.unwrap_err();
    assert!(matches!(error, WiringError::Genesis { .. }), "{error}");
}

/// The genesis without one of its accounts.
fn poorer(genesis: &str) -> String {
    let mut json: serde_json::Value = serde_json::from_str(genesis).unwrap();
    let accounts = json["alloc"].as_object_mut().unwrap();
    let last = accounts.keys().next_back().unwrap().clone();
    accounts.remove(&last);
    json.to_string()
}

#[tokio::test]
async fn a_batch_that_l1_does_not_show_is_a_gap() {
    let devnet = Devnet::new().await;
    let first = devnet.append(1).await;
    devnet.l1.provider().anvil_mine(Some(1), None).await.unwrap();
    // as from a node that keeps no logs up to there
    let path = devnet.directory.path().join("late.json");
    Deployment { l1_block: first, ..devnet.deployment.clone() }.write(&path).unwrap();
    let config = NodeConfig { deployment: path, ..devnet.config.clone() };
    let node = Node::open(&config).await.unwrap();
    let gap =
        |got| move |error| matches!(error, NodeError::Gap { expected: 1, got: it } if it == got);
    assert!(node.tick().await.is_err_and(gap(1)), "the Inbox has one that was not announced");
    devnet.append(2).await;
    assert!(node.tick().await.is_err_and(gap(2)), "the next one does not follow the genesis");
    assert!(node.sealed(1).is_err() && node.store().block(2).unwrap().is_none());
}

/// Mainnet's state around one block: none of the scenario's accounts are proven in it.
fn partial_state() -> (Genesis, PathBuf) {
    let path = support::root().join("fixtures/blocks/mainnet-23587691-witness.json.xz");
    let witness = surety_engine::state::witness::BlockWitness::read(&path).unwrap();
    let genesis = Genesis { state_root: witness.parent_state_root, ..scenario::genesis().0 };
    (genesis, path)
}

#[tokio::test]
async fn t38_state_that_is_missing_is_unknown_and_nothing_is_signed() {
    let (genesis, path) = partial_state();
    let devnet = Devnet::with(genesis, GenesisSource::Witness { path }).await;
    devnet.append(1).await;
    let node = Arc::new(Node::open(&devnet.config).await.unwrap());
    let key = key(&devnet.directory, 1);
    let daemon = Daemon::with(Arc::clone(&node), key, Policy::PROPOSER, devnet.config.clone());
    for _ in 0..2 {
        let Err(Unknown::Stuck { source, played }) = daemon.round().await else {
            panic!("executed without the state");
        };
        assert!(played.sent.is_none() && played.planned.iter().any(|it| it.need().is_some()));
        let NodeError::Execute { number: 1, source } = source else { panic!("{source}") };
        assert!(source.is_unknown(), "{source}");
    }
    assert!(matches!(node.sealed(1), Err(NodeError::Missing { number: 1, .. })));
    assert_eq!(node.store().progress().unwrap().unwrap().head.number, 0);
    assert!(node.store().block(1).unwrap().is_none());
    let account = alloy::signers::Signer::address(&self::key(&devnet.directory, 1));
    let sent = devnet.l1.provider().get_transaction_count(account).await.unwrap();
    assert_eq!(sent, 0);
}

#[tokio::test]
async fn a_daemon_claims_what_its_node_executed() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let node = Arc::new(Node::open(&devnet.config).await.unwrap());
    let key = key(&devnet.directory, 1);
    let daemon = Daemon::with(Arc::clone(&node), key, Policy::PROPOSER, devnet.config.clone());
    let mut labels = Vec::new();
    for _ in 0..3 {
        let tick = daemon.round().await.unwrap().expect("one tick follows all");
        assert!(tick.failures.is_empty(), "{:?}", tick.failures);
        labels.extend(tick.sent.map(|(intent, _)| intent.label()));
    }
    assert_eq!(labels, ["deposit", "lockBond", "propose"]);
    let tick = daemon.round().await.unwrap().unwrap();
    let claims = tick.snapshot.claims.values();
    let open: Vec<_> = claims.filter(|claim| claim.end == 1).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].end, 1);
    assert_eq!(open[0].key.boundary, node.sealed(1).unwrap().hash());
    assert_eq!(open[0].key.trace_root, node.slots(0, 1).unwrap().tree().root());
}
