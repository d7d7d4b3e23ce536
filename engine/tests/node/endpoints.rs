//! The endpoints of L1 nodes that a client is given: which one is asked, what is believed, and what is said of them.

use std::time::{Duration, Instant};

use alloy::providers::{Provider, ext::AnvilApi};
use metrics_exporter_prometheus::PrometheusBuilder;
use surety_engine::{
    dispute::plan::Policy,
    l1::{
        client::{L1Client, L1Error},
        follow::{FollowError, Headers as _},
        settings::L1Settings,
    },
    node::{Node, NodeError, config::NodeConfig, daemon::Daemon},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    cable::Cable,
    devnet::{Devnet, catch_up, key},
    proxy::{Fault, Proxy},
};

pub const QUICK: L1Settings = L1Settings {
    requests_per_second: 0,
    timeout_seconds: 1,
    log_blocks: 2_000,
    probe_seconds: 1,
    cross_check: false,
};

/// The devnet's node at other endpoints, with a store of its own.
pub fn through(devnet: &Devnet, urls: Vec<String>, store: &str) -> NodeConfig {
    NodeConfig {
        l1: urls.into(),
        l1_settings: QUICK,
        store: devnet.directory.path().join(store),
        ..devnet.config.clone()
    }
}

/// The first rule of following: whatever the node says of logs, the chain that is derived is the right one or unknown.
#[tokio::test]
async fn logs_are_those_that_the_headers_commit_to() {
    let devnet = Devnet::new().await;
    let proxy = Proxy::start(&devnet.config.l1.urls()[0]).await;
    let alone = Node::open(&through(&devnet, vec![proxy.url.clone()], "alone")).await.unwrap();
    devnet.append(1).await;
    devnet.append(2).await;
    for fault in Fault::ALL.into_iter().filter(|fault| fault.is_lie()) {
        proxy.set(fault);
        let error = alone.tick().await.unwrap_err();
        let lie = match &error {
            NodeError::L1(error) => error,
            NodeError::Follow(FollowError::Headers(error)) => error,
            other => panic!("{fault:?}: {other}"),
        };
        assert!(matches!(lie, L1Error::Lie { .. }), "{fault:?}: {lie}");
        assert!(matches!(alone.sealed(1), Err(NodeError::Missing { .. })), "{fault:?}");
    }
    // the next endpoint is asked at once
    let urls = vec![proxy.url.clone(), devnet.config.l1.urls()[0].clone()];
    for fault in Fault::ALL.into_iter().filter(|fault| fault.is_lie()) {
        proxy.set(fault);
        let config = through(&devnet, urls.clone(), &format!("pair-{fault:?}"));
        let pair = Node::open(&config).await.unwrap();
        assert_eq!(catch_up(&pair).await, 2, "{fault:?}");
        devnet.check(&pair, 2).await;
    }
    proxy.set(Fault::None);
    assert_eq!(catch_up(&alone).await, 2);
    devnet.check(&alone, 2).await;
}

#[tokio::test]
async fn an_endpoint_that_fails_is_left_alone_and_asked_again() {
    let devnet = Devnet::new().await;
    let direct = devnet.config.l1.urls()[0].clone();
    let proxy = Proxy::start(&direct).await;
    let alone = L1Client::connect_with(proxy.url.as_str(), None, QUICK).await.unwrap();
    for fault in [Fault::Drop, Fault::TooMany, Fault::Broken] {
        proxy.set(fault);
        let began = Instant::now();
        // one of four requests fails
        for _ in 0..4 {
            alone.head().await.unwrap();
        }
        let least = if fault == Fault::TooMany { 900 } else { 100 };
        assert!(began.elapsed() >= Duration::from_millis(least), "{fault:?}: it was left alone");
    }
    proxy.set(Fault::Drop);
    let settings = L1Settings { requests_per_second: 20, ..QUICK };
    let pair =
        L1Client::connect_with(vec![proxy.url.clone(), direct], None, settings).await.unwrap();
    let before = proxy.asked();
    for _ in 0..10 {
        pair.head().await.unwrap();
    }
    assert!(proxy.asked() - before < 8, "the other one is asked while this one pauses");

    // an endpoint that nobody listens at does not keep the others from work; one of another chain is refused
    let nobody = "http://127.0.0.1:1".to_owned();
    let late = vec![nobody.clone(), devnet.config.l1.urls()[0].clone()];
    assert!(L1Client::connect_with(late, Some(31_337), QUICK).await.unwrap().head().await.is_ok());
    assert!(matches!(
        L1Client::connect(devnet.config.l1.urls()[0].as_str(), Some(1)).await,
        Err(L1Error::WrongChain { got: 31_337, expected: 1 })
    ));
    let cross = L1Settings { cross_check: true, ..QUICK };
    assert!(matches!(
        L1Client::connect_with(nobody, None, cross).await,
        Err(L1Error::TooFew { got: 1, needed: 2 })
    ));
}

#[tokio::test]
async fn what_two_endpoints_do_not_agree_about_is_unknown() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let direct = devnet.config.l1.urls()[0].clone();
    let proxy = Proxy::start(&direct).await;
    let settings = L1Settings { cross_check: true, ..QUICK };
    let urls = vec![direct.clone(), proxy.url.clone()];
    let config = NodeConfig { l1_settings: settings, ..through(&devnet, urls, "pair") };
    let node = Node::open(&config).await.unwrap();
    let daemon = Daemon::with(node.into(), key(&devnet.directory, 1), Policy::PROPOSER, config);
    proxy.set(Fault::AlterCalls);
    for _ in 0..3 {
        let error = daemon.round().await.unwrap_err().to_string();
        assert!(error.contains("does not confirm"), "{error}");
    }
    assert!(proxy.sent().is_empty(), "nothing was signed");
    let sent = devnet.l1.provider().get_transaction_count(daemon.account().unwrap()).await.unwrap();
    assert_eq!(sent, 0);
    proxy.set(Fault::None);
    let tick = daemon.round().await.unwrap().unwrap();
    assert_eq!(tick.sent.unwrap().0.label(), "deposit");

    // nor does a second endpoint confirm what it does not know
    let other = Devnet::new().await;
    let urls = vec![direct, other.config.l1.urls()[0].clone()];
    let l1 = L1Client::connect_with(urls, None, settings).await.unwrap();
    let head = devnet.l1.head().await.unwrap();
    assert!(l1.balance_at(head.hash, devnet.sequencer.address()).await.is_err());
}

#[tokio::test]
async fn an_endpoint_with_a_stale_head_is_asked_after_the_others() {
    let devnet = Devnet::new().await;
    let direct = devnet.config.l1.urls()[0].clone();
    let proxy = Proxy::start(&direct).await;
    let l1 = L1Client::connect_with(vec![proxy.url.clone(), direct], None, QUICK).await.unwrap();
    proxy.set(Fault::Stale);
    let newest = devnet.l1.head().await.unwrap().number;
    assert!(l1.head().await.unwrap().number < newest, "it is the preferred one");
    for _ in 0..50 {
        if l1.head().await.unwrap().number == newest {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the stale head is still believed");
}

#[tokio::test]
async fn an_endpoint_does_not_come_first_by_what_it_says_of_its_height() {
    let devnet = Devnet::new().await;
    let direct = devnet.config.l1.urls()[0].clone();
    let (proxy, other) = (Proxy::start(&direct).await, Devnet::new().await);
    proxy.set(Fault::Inflated);
    // of another history, and higher
    devnet.append(1).await;
    other.l1.provider().anvil_mine(Some(20), None).await.unwrap();
    let newest = devnet.l1.head().await.unwrap();
    for elsewhere in [proxy.url.clone(), other.config.l1.urls()[0].clone()] {
        let urls = vec![direct.clone(), elsewhere];
        let l1 = L1Client::connect_with(urls, None, QUICK).await.unwrap();
        for _ in 0..25 {
            assert_eq!(l1.head().await.unwrap(), newest);
            sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn announced(heads: &mut watch::Receiver<()>) -> bool {
    timeout(Duration::from_secs(10), heads.changed()).await.is_ok()
}

#[tokio::test]
async fn new_heads_are_announced_over_websockets_also_after_a_cut() {
    let devnet = Devnet::new().await;
    let cable = Cable::to(devnet.config.l1.urls()[0].trim_start_matches("http://")).await;
    let url = format!("ws://{}", cable.address);
    let l1 = L1Client::connect_with(url, Some(31_337), QUICK).await.unwrap();
    let mut heads = l1.heads();
    assert!(announced(&mut heads).await, "subscribed");
    let number = l1.head().await.unwrap().number;
    devnet.l1.provider().anvil_mine(Some(1), None).await.unwrap();
    assert!(announced(&mut heads).await, "a new head");
    assert_eq!(l1.head().await.unwrap().number, number + 1);

    assert!(cable.cut() > 0);
    assert_eq!(l1.head().await.unwrap().number, number + 1, "connected again");
    heads.mark_unchanged();
    for mined in 2..12 {
        devnet.l1.provider().anvil_mine(Some(1), None).await.unwrap();
        if timeout(Duration::from_secs(1), heads.changed()).await.is_ok() {
            assert_eq!(l1.head().await.unwrap().number, number + mined);
            return;
        }
    }
    panic!("no head is announced any more");
}

#[tokio::test]
async fn what_endpoints_do_is_measured() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let devnet = Devnet::new().await;
    let direct = devnet.config.l1.urls()[0].clone();
    let proxy = Proxy::start(&direct).await;
    let name = |url: &str| url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (first, second) = (name(&proxy.url), name(&direct));
    let handle = recorder.handle();
    let value = |series: String| {
        let text = handle.render();
        let line = text.lines().find_map(|line| line.strip_prefix(&series)?.trim().parse().ok());
        line.unwrap_or(0.0)
    };
    let requests = |outcome: &str| {
        value(format!("surety_l1_requests_total{{endpoint=\"{first}\",outcome=\"{outcome}\"}}"))
    };
    let healthy = |name: &str| value(format!("surety_l1_endpoint_healthy{{endpoint=\"{name}\"}}"));

    let urls = vec![proxy.url.clone(), direct.clone()];
    let pair = L1Client::connect_with(urls, None, QUICK).await.unwrap();
    pair.head().await.unwrap();
    assert!(requests("ok") >= 2.0, "{}", handle.render());
    assert_eq!((healthy(&first), requests("limited")), (1.0, 0.0));
    assert!(value(format!("surety_l1_request_seconds_count{{endpoint=\"{first}\"}}")) >= 2.0);
    let request = pair.provider().raw_request::<_, ()>("eth_nonsense".into(), ());
    assert!(request.await.is_err());
    assert_eq!(requests("refused"), 1.0);

    for (fault, outcome) in [(Fault::TooMany, "limited"), (Fault::Broken, "failed")] {
        let alone = L1Client::connect_with(proxy.url.as_str(), None, QUICK).await.unwrap();
        let before = requests(outcome);
        proxy.set(fault);
        for _ in 0..4 {
            alone.head().await.unwrap();
        }
        assert!(requests(outcome) > before, "{fault:?}");
        proxy.set(Fault::None);
    }
    // both are looked at, though only one is asked
    proxy.set(Fault::Stale);
    for _ in 0..50 {
        if healthy(&first) == 0.0 && healthy(&second) == 1.0 {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{}", handle.render());
}

/// The numbers of docs/operators.md.
#[tokio::test]
async fn how_much_is_asked_of_an_endpoint() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let proxy = Proxy::start(&devnet.config.l1.urls()[0]).await;
    let config = through(&devnet, vec![proxy.url.clone()], "counted");
    let node = Node::open(&config).await.unwrap();
    let daemon = Daemon::with(node.into(), key(&devnet.directory, 1), Policy::CHALLENGER, config);
    daemon.round().await.unwrap().unwrap();
    let round = async || {
        let before = proxy.asked();
        assert!(daemon.round().await.unwrap().is_some());
        proxy.asked() - before
    };
    let nothing = round().await;
    devnet.l1.provider().anvil_mine(Some(1), None).await.unwrap();
    let block = round().await;
    devnet.l1.provider().anvil_mine(Some(5), None).await.unwrap();
    let blocks = round().await;
    devnet.append(2).await;
    let batch = round().await;
    println!("nothing {nothing}, a block {block}, five {blocks}, a batch {batch}");
    assert!(nothing <= 12 && block <= nothing + 6 && batch <= nothing + 7);
    assert!(blocks <= block + 5, "one request more for each block: {blocks}");
}
