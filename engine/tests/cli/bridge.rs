//! What users of the Bridge do, through an L1 node that is lost in the middle of it.

use std::io::{BufRead as _, BufReader};

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider as _,
};
use serde_json::{Value, json};
use surety_engine::node::deployment::Deployment;

use crate::{
    desk::{DEPLOYER, Desk},
    proxy::{Fault, Proxy},
};

/// A rollup with a Bridge, and an L1 node of which nobody knows how long it lives.
pub struct Shore {
    pub desk: Desk,
    pub proxy: Proxy,
}

impl Shore {
    pub async fn new() -> Self {
        let desk = Desk::with(&["--block-time", "1", "--mixed-mining"]);
        let artifacts = Desk::artifacts();
        let fixed = ["--artifacts", &artifacts];
        let genesis = ["genesis", "--chain-id", "61331", "--deployer", DEPLOYER];
        let l1 = ["--l1", &desk.anvil.endpoint()];
        desk.json(&[&genesis[..], &l1, &fixed].concat());
        let deploy = ["deploy", "--mnemonic-file", "phrase", "--preset", "development", "--yes"];
        desk.json(&[&deploy[..], &fixed].concat());
        let proxy = Proxy::start(&desk.anvil.endpoint()).await;
        Self { desk, proxy }
    }

    /// A command of the user, who is the mnemonic's second account.
    pub fn command<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        let user = ["--l1", &self.proxy.url, "--mnemonic-file", "phrase", "--key-index", "1"];
        [arguments, &user, &["--set", "node.poll_ms=100"]].concat()
    }

    fn answer(&self, fault: Fault, arguments: &[&str]) -> Value {
        self.proxy.set(fault);
        self.desk.json(&self.command(arguments))
    }

    /// The transaction that a command names which does not know what came of it.
    async fn lost(&self, fault: Fault, arguments: &[&str]) -> B256 {
        self.proxy.set(fault);
        let (code, error) = self.desk.fails(&self.command(arguments));
        assert_eq!((code, &error["kind"]), (1, &json!("sent")), "{error}");
        let transaction: B256 = serde_json::from_value(error["transaction"].clone()).unwrap();
        assert!(error["message"].as_str().unwrap().contains(&transaction.to_string()), "{error}");
        assert!(self.succeeded(transaction).await);
        transaction
    }

    async fn succeeded(&self, transaction: B256) -> bool {
        let receipt = self.desk.l1().get_transaction_receipt(transaction).await.unwrap();
        receipt.is_some_and(|receipt| receipt.status())
    }
}

const USER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_has_sent_something_never_says_that_it_may_be_tried_again() {
    let shore = Shore::new().await;
    let deposit = ["deposit", "--to", USER, "--value", "2"];
    // L1 is lost before the receipt, and behind it
    shore.lost(Fault::BrokenOnceSent, &deposit).await;
    let queued = shore.answer(Fault::BrokenOnceMined, &deposit);
    assert_eq!((&queued["index"], &queued["credited"]), (&json!(1), &json!(false)));
    let to = ["send", "--to", "0x2222222222222222222222222222222222222222", "--data", "0x01"];
    let sent = shore.answer(Fault::BrokenOnceMined, &to);
    let message = sent["message"].as_str().unwrap();
    // whether it can be sent is asked before, and there trying again helps
    shore.proxy.set(Fault::Dead);
    let (code, error) = shore.desk.fails(&shore.command(&deposit));
    assert_eq!((code, &error["kind"]), (75, &json!("unknown")), "{error}");

    // a batch lets all of it arrive; whether it has, nobody can tell
    shore.lost(Fault::BrokenOnceMined, &["relay", "--message", message]).await;
    let relayed = shore.answer(Fault::None, &["relay", "--message", message]);
    assert!(relayed["transaction"].is_string(), "{relayed}");
    shore.lost(Fault::BrokenOnceMined, &[&to[..], &["--up"]].concat()).await;
    let up = shore.answer(Fault::None, &[&to[..], &["--up"]].concat());
    assert_eq!(up["nonce"], 1, "the first was sent, too");

    // to look takes no key, and people are told in words
    shore.proxy.set(Fault::None);
    let look = ["messages", "--l1", &shore.proxy.url];
    let messages = shore.desk.json(&look);
    assert_eq!(
        (&messages["down"][0]["hash"], &messages["up"][1]["hash"]),
        (&sent["message"], &up["message"])
    );
    let text = shore.desk.says(&look);
    let expected = format!("to L2    0  {message}  relayed\nto L1    0  ");
    assert!(text.starts_with(&expected) && text.ends_with("  sent\n"), "{text}");
    let deployment = Deployment::read(&shore.desk.path("deployment.json")).unwrap();
    let bridge: Address = deployment.bridge.unwrap().bridge;
    let held = shore.desk.l1().get_balance(bridge).await.unwrap();
    assert_eq!(held, U256::from(4_000_000_000_000_000_000_u64), "two deposits, and no third");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_says_what_it_has_sent_and_why_it_still_waits() {
    let shore = Shore::new().await;
    shore.proxy.set(Fault::BrokenOnceMined);
    let deposit = ["deposit", "--to", USER, "--value", "2", "--wait", "--json"];
    let mut child = shore.desk.pipe(&shore.command(&deposit), &[]);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut mined = false;
    for line in lines {
        // each line is for programs, as the failure would be
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        mined |= line["message"] == "mined" && line["hash"].is_string();
        if line["message"] == "unknown for now" {
            assert!(mined && line["error"].is_string(), "{line}");
            break;
        }
    }
    assert!(child.try_wait().unwrap().is_none(), "it waits on");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn files_that_cannot_be_used_are_told_as_such() {
    let desk = Desk::new();
    let write = |name: &str, text: &str| std::fs::write(desk.path(name), text).unwrap();
    write("broken.json", "{");
    write("config.toml", "");
    let usage = |arguments: &[&str], says: &str| {
        let (code, error) = desk.fails(arguments);
        assert_eq!((code, &error["kind"]), (2, &json!("usage")), "{arguments:?}: {error}");
        assert!(error["message"].as_str().unwrap().contains(says), "{arguments:?}: {error}");
    };
    usage(&["deploy", "--genesis", "broken.json", "--mnemonic-file", "phrase"], "broken.json");
    let genesis = ["genesis", "--chain-id", "5", "--no-bridge", "--alloc"];
    usage(&[&genesis[..], &["broken.json"]].concat(), "broken.json");
    usage(&[&genesis[..], &["nowhere.json"]].concat(), "nowhere.json");
    let lock = ["swap", "lock", "--leg", "one", "--config", "config.toml", "--terms"];
    usage(&[&lock[..], &["broken.json"]].concat(), "broken.json");
    usage(&[&lock[..], &["nowhere.json"]].concat(), "nowhere.json");
}
