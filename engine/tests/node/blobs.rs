//! Batches in blobs: among others, several in one transaction; and beacon endpoints that are down, forget or lie.

use std::sync::{Arc, Mutex};

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::{Provider, ext::AnvilApi as _},
};
use alloy_sol_types::SolCall;
use surety_engine::{
    authenticated::blob::Blob,
    deploy::Artifacts,
    dispute::plan::Policy,
    l1::{
        append::sidecar,
        beacon::{BeaconConfig, BeaconError, BlockNames},
        follow::Headers,
        send::Call,
    },
    node::{
        Node, NodeError, Synced,
        config::NodeConfig,
        daemon::{Daemon, Unknown},
        feed::Report,
    },
    telemetry::{Health, NotReady},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

use crate::{
    devnet::{Devnet, catch_up, key},
    support::{root, scenario},
};

alloy_sol_types::sol! {
    /// See `contracts/test/support/BlobBatches.sol`.
    function append(address inbox, address feeRecipient, uint256 blobs, bytes batch) external payable;
}

/// What an endpoint says.
#[derive(Clone, Debug)]
enum Says {
    Blobs(Vec<Bytes>),
    Status(u16),
    Garbage,
}

/// A beacon endpoint that says what a test wants.
struct Endpoint {
    url: String,
    says: Arc<Mutex<Says>>,
    /// What it was asked last.
    asked: Arc<Mutex<String>>,
    server: JoinHandle<()>,
}

impl Endpoint {
    async fn new(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (says, asked) = (Arc::new(Mutex::new(says)), Arc::new(Mutex::new(String::new())));
        let (answers, requests) = (Arc::clone(&says), Arc::clone(&asked));
        let server = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                let request = String::from_utf8(request).unwrap();
                *requests.lock().unwrap() = request.lines().next().unwrap().to_owned();
                let answer = answers.lock().unwrap().clone();
                stream.write_all(&respond(answer)).await.unwrap();
            }
        });
        Self { url, says, asked, server }
    }

    fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn respond(says: Says) -> Vec<u8> {
    let (status, body) = match says {
        Says::Blobs(blobs) => {
            let answer = serde_json::json!({ "finalized": true, "data": blobs });
            (200, answer.to_string())
        }
        Says::Status(status) => (status, "{\"code\":404}".to_owned()),
        Says::Garbage => (200, "{\"data\": 7}".to_owned()),
    };
    let length = body.len();
    format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into()
}

/// The scenario's batch `number` as its blob.
fn blob(number: u64) -> Blob {
    Blob::of_batch(&scenario::block(number).batch).unwrap()
}

fn bytes(blob: &Blob) -> Bytes {
    Bytes::copy_from_slice(blob.bytes().as_slice())
}

fn with(devnet: &Devnet, urls: &[&str], store: &str) -> NodeConfig {
    let urls = urls.iter().map(|url| (*url).to_owned()).collect();
    NodeConfig {
        beacon: Some(BeaconConfig { urls, blocks: BlockNames::Number }),
        store: devnet.directory.path().join(store),
        ..devnet.config.clone()
    }
}

#[tokio::test]
async fn blobs_and_calldata_follow_one_another() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    devnet.append_blob(2).await;
    devnet.append_blob(3).await;
    devnet.append(4).await;
    let node = Node::open(&devnet.config).await.unwrap();
    assert_eq!(catch_up(&node).await, 4);
    devnet.check(&node, 4).await;
    for (number, in_blob) in [(1, false), (2, true), (3, true), (4, false)] {
        let input = node.input(number).unwrap();
        assert_eq!(input.blob().is_some(), in_blob, "block {number}");
        let batch = scenario::block(number).batch;
        assert_eq!(input.batch()[..batch.len()], batch);
    }
    assert_eq!(node.store().blob(blob(2).versioned_hash()).unwrap(), Some(blob(2)));
    drop(node);

    // what was used is kept: over a restart, and when L1 takes the blocks back and they come again
    let alone = NodeConfig { beacon: None, ..devnet.config.clone() };
    let node = Node::open(&alone).await.unwrap();
    assert_eq!(node.input(3).unwrap().blob(), Some(&blob(3)));
    devnet.replace(2).await;
    assert_eq!(catch_up(&node).await, 2);
    devnet.append_blob(3).await;
    assert_eq!(catch_up(&node).await, 3);
    devnet.check(&node, 3).await;
}

/// Appends the scenario's first batch in a blob, its second, the third in a blob, and its second again; gives the L1 block.
async fn append_in_turns(devnet: &Devnet) -> u64 {
    let initcode = Artifacts::new(root().join("out")).initcode("BlobBatches").unwrap();
    let create = Call { to: None, data: initcode, value: U256::ZERO, label: "BlobBatches" };
    let helper = devnet.sequencer.send(&create).await.unwrap().created;

    let call = appendCall {
        inbox: devnet.deployment.inbox,
        feeRecipient: scenario::address("fee-recipient"),
        blobs: U256::from(2),
        batch: scenario::block(2).batch,
    };
    let value = U256::from(10).pow(U256::from(18));
    let call = Call { to: helper, data: call.abi_encode().into(), value, label: "several" };
    let blobs = sidecar(&[blob(1), blob(3)]).unwrap();
    devnet.sequencer.send_blobs(&call, &blobs).await.unwrap().block
}

#[tokio::test]
async fn one_transaction_appends_several_blobs() {
    let devnet = Devnet::new().await;
    let appended = append_in_turns(&devnet).await;
    let node = Node::open(&devnet.config).await.unwrap();
    assert_eq!(catch_up(&node).await, 4);
    devnet.check(&node, 4).await;
    let inputs: Vec<_> = (1..=4).map(|number| node.input(number).unwrap()).collect();
    let (first, second) = (blob(1), blob(3));
    let expected = [Some(&first), None, Some(&second), None];
    assert_eq!(inputs.iter().map(|input| input.blob()).collect::<Vec<_>>(), expected);
    assert!(
        (1..=4).all(|number| node.store().block(number).unwrap().unwrap().l1_block == appended)
    );
}

/// A run can end between any two batches of an L1 block. Here the third is missing.
#[tokio::test]
async fn t40_a_run_that_ended_within_an_l1_block_is_resumed() {
    let devnet = Devnet::new().await;
    let appended = append_in_turns(&devnet).await;
    let endpoint = Endpoint::new(Says::Blobs(vec![bytes(&blob(1))])).await;
    let stuck = async |config: &NodeConfig, waiting: u64| {
        let node = Node::open(config).await.unwrap();
        for _ in 0..2 {
            let Synced { tick, stuck } = node.sync().await.unwrap();
            assert!(matches!(stuck, Some(NodeError::Blob { number: 3, .. })), "{stuck:?}");
            assert_eq!((tick.l2, tick.lag), (2, 0), "L1 is followed all the same");
        }
        assert!(node.sealed(2).is_ok() && node.sealed(3).is_err());
        assert_eq!(node.store().last_appended().unwrap(), Some(waiting));
    };
    let configs = ["replaced", "dropped"].map(|store| with(&devnet, &[&endpoint.url], store));
    for config in &configs {
        stuck(config, 4).await;
    }
    let resumed = with(&devnet, &[&endpoint.url], "resumed");
    stuck(&resumed, 4).await;
    // what comes later waits as well
    devnet.append(4).await;
    stuck(&resumed, 5).await;
    let node = Node::open(&NodeConfig { beacon: devnet.config.beacon.clone(), ..resumed }).await;
    let node = node.unwrap();
    assert_eq!(catch_up(&node).await, 5);
    assert_eq!(node.store().last_appended().unwrap(), None);
    devnet.check(&node, 5).await;

    // meanwhile another L1 block, with other batches, takes its place; then one with none
    let [replaced, dropped] = configs;
    devnet.take_back(2).await;
    devnet.append_together([3, 2]).await;
    assert_eq!(devnet.l1.head().await.unwrap().number, appended);
    devnet.l1.provider().anvil_mine(Some(2), None).await.unwrap();
    let node = Node::open(&replaced).await.unwrap();
    assert_eq!(catch_up(&node).await, 2);
    devnet.check(&node, 2).await;
    devnet.replace(3).await;
    let node = Node::open(&dropped).await.unwrap();
    assert_eq!(catch_up(&node).await, 0);
    assert_eq!(node.store().last_appended().unwrap(), None);
}

/// Nodes drop blobs, fail, or lie: the daemon stands before the block and signs nothing about it until somebody gives the blob.
#[tokio::test]
async fn t38_a_blob_that_nobody_gives_is_unknown_and_nothing_is_signed() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    devnet.append_blob(2).await;
    let endpoint = Endpoint::new(Says::Status(404)).await;
    let config = with(&devnet, &[&endpoint.url], "waiting");
    let node = Arc::new(Node::open(&config).await.unwrap());
    let key = key(&devnet.directory, 1);
    let account: Address = alloy::signers::Signer::address(&key);
    let health = Health::default();
    let daemon = Daemon::with(Arc::clone(&node), key, Policy::PROPOSER, config);
    let daemon = daemon.reporting_to(health.clone());

    let mut noncanonical = bytes(&blob(2)).to_vec();
    noncanonical[..32].fill(0xff);
    let cases = [
        Says::Status(404),
        Says::Status(500),
        Says::Garbage,
        Says::Blobs(Vec::new()),
        Says::Blobs(vec![bytes(&blob(1))]),
        Says::Blobs(vec![noncanonical.into()]),
        Says::Blobs(vec![bytes(&blob(2)).slice(..131_040)]),
    ];
    for says in cases {
        endpoint.say(says.clone());
        let hash = blob(2).versioned_hash();
        let error = daemon.round().await.unwrap_err();
        assert!(
            matches!(
                error,
                Unknown::Stuck {
                    source: NodeError::Blob {
                        number: 2,
                        source: BeaconError::Unavailable { hash: it, .. },
                    },
                    ..
                } if it == hash
            ),
            "{says:?}: {error}"
        );
        assert!(node.sealed(1).is_ok() && node.sealed(2).is_err(), "it stands before the block");
    }
    // a run tells it, beside what it judges without the block
    let mut reports = daemon.reports();
    let troubled = async {
        let told = |report: &Option<Arc<Report>>| {
            report.as_ref().is_some_and(|report| report.status.trouble.is_some())
        };
        reports.wait_for(told).await.unwrap();
    };
    daemon.run(troubled, |played| assert!(played.sent.is_none())).await;
    let reasons = health.readiness().reasons;
    assert!(
        matches!(&reasons[..], [NotReady::Starting, NotReady::Unknown { what }] if what.contains("blob")),
        "{reasons:?}"
    );
    let sent = devnet.l1.provider().get_transaction_count(account).await.unwrap();
    assert_eq!(sent, 0, "nothing is signed");

    // among others it is found
    endpoint.say(Says::Blobs(vec![bytes(&blob(1)), bytes(&blob(2))]));
    assert!(daemon.round().await.unwrap().is_some());
    devnet.check(&node, 2).await;
    endpoint.say(Says::Status(404));
    assert!(daemon.round().await.unwrap().is_some(), "it is kept");
}

#[tokio::test]
async fn the_next_endpoint_is_asked() {
    let devnet = Devnet::new().await;
    devnet.append_blob(1).await;
    let alone = NodeConfig { beacon: None, ..with(&devnet, &[], "alone") };
    let node = Node::open(&alone).await.unwrap();
    assert!(matches!(node.tick().await, Err(NodeError::Blob { number: 1, .. })));

    let lying = Endpoint::new(Says::Blobs(vec![bytes(&blob(2))])).await;
    let down = "http://127.0.0.1:1";
    let right = devnet.beacon().urls[0].clone();
    let config = with(&devnet, &[down, &lying.url, &format!("{right}/")], "several");
    let node = Node::open(&config).await.unwrap();
    assert_eq!(catch_up(&node).await, 1);
    devnet.check(&node, 1).await;

    let config = with(&devnet, &["not a url"], "malformed");
    assert!(matches!(Node::open(&config).await, Err(NodeError::Beacon(BeaconError::Endpoint))));
}

#[tokio::test]
async fn a_block_is_asked_for_by_its_slot() {
    let devnet = Devnet::new().await;
    let number = devnet.append_blob(1).await;
    let time = devnet.l1.at(number).await.unwrap().unwrap().timestamp;
    let endpoint = Endpoint::new(Says::Blobs(vec![bytes(&blob(1))])).await;
    let mut config = with(&devnet, &[&endpoint.url], "by-slot");
    let mut name = |genesis_time, seconds_per_slot| {
        let blocks = BlockNames::Slot { genesis_time, seconds_per_slot };
        config.beacon = Some(BeaconConfig { urls: vec![endpoint.url.clone()], blocks });
        config.clone()
    };
    for (genesis_time, seconds) in [(time + 1, 12), (0, 0)] {
        let node = Node::open(&name(genesis_time, seconds)).await.unwrap();
        assert!(matches!(node.tick().await, Err(NodeError::Blob { number: 1, .. })));
        assert_eq!(*endpoint.asked.lock().unwrap(), "", "no such slot");
    }
    let node = Node::open(&name(time - 12 * 777, 12)).await.unwrap();
    assert_eq!(catch_up(&node).await, 1);
    let hash = blob(1).versioned_hash();
    let expected = format!("GET /eth/v1/beacon/blobs/777?versioned_hashes={hash} HTTP/1.1");
    assert_eq!(*endpoint.asked.lock().unwrap(), expected);
}
