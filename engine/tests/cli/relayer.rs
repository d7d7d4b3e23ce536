//! `surety relayer` starts, logs and ends as a daemon does.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use alloy::{
    primitives::{Address, Bytes, map::B256Map},
    providers::Provider as _,
    transports::http::reqwest,
};
use serde_json::{Value, json};
use surety_engine::{
    deploy::Plan,
    genesis::GenesisFile,
    node::deployment::{BridgeContracts, Deployment},
};

use crate::{
    bridge::Shore,
    desk::{DEPLOYER, Desk},
    proxy::{Fault, Proxy},
    support,
};

/// How long it may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(60);

const RELAYER: [&str; 5] =
    ["relayer", "--mnemonic-file", "phrase", "--set", "telemetry.listen=127.0.0.1:0"];

/// A relayer that runs, and the lines that it writes.
struct Running {
    child: Child,
    log: Receiver<Value>,
}

impl Running {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let arguments = [&RELAYER, arguments].concat();
        let mut child = desk.pipe(&arguments, &[("SURETY_LOG_JSON", "1")]);
        let (tell, log) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, log }
    }

    /// The first line with this message.
    fn says(&self, message: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left).unwrap_or_else(|_| panic!("no {message}"));
            if line["message"] == message {
                return line;
            }
        }
    }

    /// Ends it; gives the code, and what it has answered since.
    fn end(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        let mut answer = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
        let status = self.child.wait().unwrap();
        assert!(began.elapsed() < Duration::from_secs(15), "it ends when it is told to");
        (status.code(), answer)
    }
}

/// A genesis, and a deployment that is on no L1; without a Bridge if `bridge` is none.
fn pretend(desk: &Desk, bridge: Option<BridgeContracts>) {
    let artifacts = Desk::artifacts();
    let place = ["--deployer", DEPLOYER, "--nonce", "0", "--l1-chain-id", "31337"];
    let place = if bridge.is_some() { &place[..] } else { &["--no-bridge"] };
    let fixed = ["genesis", "--chain-id", "5", "--timestamp", "1", "--artifacts", &artifacts];
    let _ = std::fs::remove_file(desk.path("genesis.json"));
    desk.json(&[&fixed[..], place].concat());
    let json = std::fs::read(desk.path("genesis.json")).unwrap();
    let file = GenesisFile::from_json(&json).unwrap();
    let (genesis, _) = file.build(&mut B256Map::<Bytes>::default()).unwrap();
    let l1_chain_id = 31337;
    let deployment = Deployment { l1_chain_id, l1_block: 0, bridge, ..support::nowhere(genesis) };
    deployment.write(&desk.path("deployment.json")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_seen_before_l1_is_there_and_ends_when_it_is_told_to() {
    let desk = Desk::new();
    let deployer: Address = DEPLOYER.parse().unwrap();
    pretend(&desk, Some(Plan::bridge_around(deployer, 0, None)));
    let relayer = Running::start(&desk, &["--l1", "http://127.0.0.1:1"]);
    let address = relayer.says("telemetry is served")["address"].clone();
    let url = format!("http://{}/ready", address.as_str().unwrap());
    let ready = reqwest::get(url).await.unwrap();
    assert_eq!(ready.status().as_u16(), 503);
    assert_eq!(ready.json::<Value>().await.unwrap()["reasons"], json!([{"reason": "starting"}]));
    relayer.says("waiting for L1");
    assert_eq!(relayer.end(), (Some(0), String::new()));

    // also while it waits for the answer of an L1 that is there
    let proxy = Proxy::start(&desk.anvil.endpoint()).await;
    proxy.set(Fault::Drop);
    let relayer = Running::start(&desk, &["--l1", &proxy.url]);
    relayer.says("telemetry is served");
    while proxy.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(relayer.end(), (Some(0), String::new()));
}

#[test]
fn its_exit_codes_say_whether_to_start_it_again() {
    let desk = Desk::new();
    let ends = |arguments: &[&str], expected: i32, says: &str| {
        let ended = desk.run(&[&["relayer"], arguments].concat());
        assert_eq!(ended.code, expected, "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(says), "{arguments:?}: {}", ended.err);
    };
    let key = ["--mnemonic-file", "phrase"];
    ends(&key, 2, "deployment.json");
    let deployer: Address = DEPLOYER.parse().unwrap();
    pretend(&desk, Some(Plan::bridge_around(deployer, 0, None)));
    ends(&[], 2, "key");
    ends(&["--mnemonic-file", "nowhere"], 2, "nowhere");
    ends(&[&key[..], &["--set", "node.poll_ms=soon"]].concat(), 2, "node.poll_ms");
    // L1 is there, and the contracts are not
    ends(&key, 3, "there is no code");
    ends(&[&key[..], &["--check"]].concat(), 3, "there is no code");
    pretend(&desk, None);
    ends(&key, 3, "no Bridge");

    let secret = ["--l1", "https://user:hidden@l1.example/hidden", "--print-config"];
    let printed = desk.says(&[&["relayer"], &key[..], &secret].concat());
    assert!(printed.contains("https://l1.example/...") && !printed.contains("hidden"), "{printed}");
    assert!(printed.contains("kind = \"mnemonic\""), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_programs_of_each_round_that_has_sent_something() {
    let shore = Shore::new().await;
    let deposit = ["deposit", "--to", DEPLOYER, "--value", "1"];
    shore.desk.json(&shore.command(&deposit));
    let before = shore.desk.l1().get_transaction_count(DEPLOYER.parse().unwrap()).await.unwrap();
    let store = ["--json", "--store", "relayer-store", "--set", "node.poll_ms=100"];
    let relayer = Running::start(&shore.desk, &store);
    relayer.says("an empty batch lets deposits and messages arrive");
    // and then it looks again
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (code, answer) = relayer.end();
    assert_eq!(code, Some(0));
    let round: Value = serde_json::from_str(answer.trim_end()).unwrap();
    let expected = json!({"behind": false, "relayed": [], "withdrawn": [], "pushed": true});
    assert_eq!(round, expected);
    let after = shore.desk.l1().get_transaction_count(DEPLOYER.parse().unwrap()).await.unwrap();
    assert_eq!(after, before + 1, "one round has sent something");
}
