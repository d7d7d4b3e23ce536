//! The watchtower page's server, with the statuses that the page's own tests show.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::SystemTime};

use alloy::primitives::{Address, B256, U256};
use serde_json::Value;
use surety_challenger::page::{PageConfig, Served, serve};
use surety_engine::{
    dispute::domain::{
        Account, Chronicle, ClaimId, Duration, Instant, Parameters, Snapshot, Timing,
    },
    node::feed::Report,
    status::Status,
    telemetry::{Health, Standing},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    sync::watch,
};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/page/tests/fixtures");

fn fixture(name: &str) -> Status {
    let text = std::fs::read_to_string(format!("{FIXTURES}/{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn report(status: Status) -> Arc<Report> {
    let any = Duration(1);
    let snapshot = Snapshot {
        now: Instant(status.l1_block),
        block: B256::ZERO,
        parameters: Parameters {
            timing: Timing { censorship: any, response: any, build: any, budget: any },
            root_bond: U256::ZERO,
            step_bond: U256::ZERO,
        },
        latest_block: 0,
        latest_confirmed: ClaimId::default(),
        claims: BTreeMap::new(),
        tournaments: BTreeMap::new(),
        settled: BTreeMap::new(),
        bonds: BTreeMap::new(),
        account: Account { address: Address::ZERO, wallet: U256::ZERO, free: U256::ZERO },
        chronicle: Chronicle::default(),
    };
    Arc::new(Report { status, snapshot, at: SystemTime::now() })
}

struct Page {
    reports: watch::Sender<Option<Arc<Report>>>,
    health: Health,
    served: Served,
}

impl Page {
    async fn new() -> Self {
        let (reports, newest) = watch::channel(None);
        let health = Health::default();
        let listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let config = PageConfig { listen, hosts: vec!["watch.example".to_owned()] };
        let served = serve(&config, newest, health.clone()).await.unwrap().unwrap();
        Self { reports, health, served }
    }

    fn say(&self, status: Status) {
        self.reports.send_replace(Some(report(status)));
    }

    async fn ask(&self, path: &str, host: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.served.address()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// Status, headers in lower case, body.
    async fn get_as(&self, path: &str, host: &str) -> (u16, String, String) {
        let mut answer = String::new();
        self.ask(path, host).await.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    async fn get(&self, path: &str) -> (u16, String, String) {
        self.get_as(path, &self.served.address().to_string()).await
    }
}

/// Kind and data of the events of a stream, as they come.
struct Events(BufReader<TcpStream>);

impl Events {
    async fn of(page: &Page) -> Self {
        Self(BufReader::new(page.ask("/api/live", &page.served.address().to_string()).await))
    }

    async fn next(&mut self) -> (String, Value) {
        let mut kind = None;
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).await.unwrap(), 0, "the stream has ended");
            if let Some(name) = line.strip_prefix("event: ") {
                kind = Some(name.trim().to_owned());
            } else if let (Some(data), Some(kind)) = (line.strip_prefix("data: "), kind.clone()) {
                return (kind, serde_json::from_str(data).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn without_an_address_there_is_no_page() {
    let (_reports, newest) = watch::channel(None);
    let served = serve(&PageConfig::default(), newest, Health::default()).await.unwrap();
    assert!(served.is_none());
}

#[tokio::test]
async fn status_and_events_are_told_once_they_are_known() {
    let page = Page::new().await;
    page.health.followed(Standing { l1_block: 7, lag_seconds: 0, l2_block: 3, behind: true });
    for path in ["/api/status", "/api/events"] {
        let (status, _, body) = page.get(path).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["starting"], &body["l1Block"]), (503, &true.into(), &7.into()));
    }
    for name in ["quiet", "slots", "steps", "proven"] {
        let status = fixture(name);
        page.say(status.clone());
        let (code, head, body) = page.get("/api/status").await;
        assert_eq!(code, 200);
        assert!(head.contains("cache-control: no-store"), "{head}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert!(body["ageMilliseconds"].as_u64().unwrap() < 60_000);
        let told: Status = serde_json::from_value(body["status"].clone()).unwrap();
        assert_eq!(told, Status { events: Vec::new(), ..status.clone() }, "{name}");
        let (_, _, events) = page.get("/api/events").await;
        let told: Value = serde_json::from_str(&events).unwrap();
        assert_eq!(told, serde_json::to_value(&status.events).unwrap(), "{name}");
    }
}

#[tokio::test]
async fn a_stream_tells_what_is_new_and_else_that_all_is_as_it_was() {
    let page = Page::new().await;
    let mut events = Events::of(&page).await;
    assert_eq!(events.next().await.0, "starting");
    let quiet = fixture("quiet");
    page.say(quiet.clone());
    let (kind, data) = events.next().await;
    assert_eq!((kind.as_str(), &data["status"]["l1Block"]), ("report", &quiet.l1_block.into()));
    page.say(quiet.clone());
    let (kind, data) = events.next().await;
    assert_eq!(kind, "round");
    assert!(data["ageMilliseconds"].is_u64() && data["status"].is_null());
    page.say(quiet.troubled("L1 is gone".to_owned()));
    let (kind, data) = events.next().await;
    assert_eq!((kind.as_str(), &data["status"]["overall"]), ("report", &"unknown".into()));

    let mut late = Events::of(&page).await;
    assert_eq!(late.next().await.1["status"]["trouble"], "L1 is gone");
}

#[tokio::test]
async fn streams_are_bounded_and_given_back() {
    let page = Page::new().await;
    let mut open = Vec::new();
    for _ in 0..64 {
        let mut events = Events::of(&page).await;
        assert_eq!(events.next().await.0, "starting");
        open.push(events);
    }
    assert_eq!(page.get("/api/live").await.0, 503, "the 65th");
    drop(open);
    page.say(fixture("quiet"));
    for _ in 0..50 {
        let mut stream = page.ask("/api/live", &page.served.address().to_string()).await;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        if &head == b"HTTP/1.1 200" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("closed streams are not given back");
}

#[tokio::test]
async fn it_answers_under_its_own_names_alone_and_binds_browsers() {
    let page = Page::new().await;
    let port = page.served.address().port();
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), "watch.example".into()] {
        let (status, head, body) = page.get_as("/", &host).await;
        assert_eq!(status, 200, "{host}");
        assert!(body.contains("<title>Surety watchtower</title>"));
        assert!(head.contains("content-security-policy: default-src 'none'; script-src 'self'"));
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
        assert!(head.contains("content-type: text/html; charset=utf-8"), "{head}");
    }
    for path in ["/", "/api/status", "/api/live", "/watchtower.js"] {
        let (status, _, body) = page.get_as(path, "evil.example").await;
        assert_eq!(status, 421, "{path}");
        assert!(!body.contains("status\":"));
    }
    for path in ["/secret", "/../Cargo.toml", "/tests/stub.mjs", "/%2e%2e/Cargo.toml"] {
        assert_eq!(page.get(path).await.0, 404, "{path}");
    }
    for script in ["watchtower", "dom", "words", "claims", "contests", "tables"] {
        let (status, head, _) = page.get(&format!("/{script}.js")).await;
        assert_eq!(status, 200);
        assert!(head.contains("text/javascript"), "{head}");
    }
}
