//! What goes wrong is told as what it is, with what to do about that, and without secrets.

use std::{
    fs,
    process::{Command, Output},
};

use alloy::{
    primitives::Bytes,
    providers::{Provider as _, ext::AnvilApi as _},
};
use serde_json::{Value, json};
use surety_engine::node::{archive::Archive, deployment::Deployment};

use crate::desk::{DEPLOYER, Desk};

/// Nobody answers there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// A desk with a rollup whose claims can be contested for a quarter of an hour.
fn deployed() -> Desk {
    let desk = Desk::new();
    let artifacts = ["--artifacts", &Desk::artifacts()];
    let genesis = ["genesis", "--chain-id", "61331", "--deployer", DEPLOYER];
    desk.json(&[&genesis[..], &artifacts].concat());
    let deploy = ["deploy", "--mnemonic-file", "phrase", "--preset", "development", "--yes"];
    desk.json(&[&deploy[..], &artifacts].concat());
    desk
}

fn told(error: &Value, field: &str) -> String {
    error[field].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_broken_configuration_is_named_as_such_and_its_keys_stay_secret() {
    let desk = Desk::new();
    let l1 = desk.anvil.endpoint();
    let broken = "[node]\nl1 = \"https://l1.example/v3/secret\nstore = \"store\"\n";
    fs::write(desk.path("broken.toml"), broken).unwrap();
    fs::write(desk.path("bare.toml"), "[node]\nl1 = \"l1.example/v3/secret\"\n").unwrap();
    let with = |command: &str, file| desk.fails(&[command, "--config", file, "--l1", &l1]);
    for command in ["messages", "status"] {
        let (code, error) = with(command, "broken.toml");
        assert_eq!((code, &error["kind"]), (2, &json!("usage")), "{error}");
        assert!(told(&error, "message").starts_with("broken.toml: line "), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let relayer = desk.run(&["relayer", "--config", "broken.toml", "--l1", &l1]);
    assert!(relayer.code == 2 && relayer.err.contains("broken.toml: line "), "{}", relayer.err);
    assert!(!relayer.err.contains("secret"), "{}", relayer.err);
    let genesis = ["genesis", "--chain-id", "1", "--deployer", DEPLOYER];
    let bare = ["--set", "node.l1=l1.example/v3/secret"];
    let (code, error) = desk.fails(&[&genesis[..], &bare].concat());
    assert_eq!((code, &error["kind"]), (2, &json!("usage")), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn the_node_of_a_trace_is_named_by_the_environment_and_not_shown() {
    let trace = |more: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surety"));
        command.env("SURETY_RPC", "l1.example/v3/secret").args(["trace", "--block", "1", more]);
        let Output { status, stdout, stderr } = command.output().unwrap();
        (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
    };
    let (code, told) = trace("--encoding=rlp");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("not a URL") && !told.contains("secret"), "{told}");
    assert!(!trace("--help").1.contains("secret"));
}

#[test]
fn advice_fits_the_failure() {
    let desk = deployed();
    let inspect = ["inspect", "--block", "1", "--slot", "0", "--list"];
    let fails = |arguments: &[&str]| {
        let (code, error) = desk.fails(&[&inspect[..], arguments].concat());
        (code, told(&error, "advice"), error)
    };
    for more in [
        &["--deployment", "nowhere.json"][..],
        &["--deployment", "nowhere.json", "--offline", "--store", "none"],
    ] {
        let (code, advice, error) = fails(more);
        assert!(code == 2 && advice.contains("surety deploy"), "{error}");
    }
    let (code, advice, error) = fails(&["--genesis", "nowhere.json"]);
    assert!(code == 2 && advice.contains("genesis file"), "{error}");
    let (code, advice, error) = fails(&["--l1", NOWHERE]);
    assert!(code == 75 && advice.contains("L1 node"), "{error}");

    // block 1 is not there, but a store is
    let (code, _, error) = fails(&["--store", "store"]);
    assert_eq!(code, 2, "{error}");
    let deployment = Deployment::read(&desk.path("deployment.json")).unwrap();
    let open = Archive::open(&desk.path("store"), deployment.clone()).unwrap();
    for more in [&["--store", "store"][..], &["--store", "store", "--offline"]] {
        let (code, advice, error) = fails(more);
        assert!(code == 1 && advice.contains("keeps its store to itself"), "{error}");
    }
    drop(open);

    // another deployment's store
    let other = Deployment { l1_block: deployment.l1_block + 1, ..deployment };
    other.write(&desk.path("other.json")).unwrap();
    let (code, advice, error) = fails(&["--store", "store", "--deployment", "other.json"]);
    assert!(code == 2 && advice.contains("--store"), "{error}");
}

#[test]
fn only_an_execution_of_ones_own_takes_a_genesis_and_no_look_is_offline() {
    let desk = Desk::new();
    for command in [&["status"][..], &["claims"], &["claim", "0x12"], &["matches"], &["bonds"]] {
        for refused in [&["--offline"][..], &["--genesis", "genesis.json"]] {
            let (code, error) = desk.fails(&[command, refused].concat());
            assert_eq!((code, &error["kind"]), (2, &json!("usage")), "{error}");
        }
        // this far it comes
        let (_, error) =
            desk.fails(&[command, &["--genesis", "genesis.json", "--verify"]].concat());
        assert!(told(&error, "advice").contains("surety deploy"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_the_window_and_the_bonds_and_refuses_code_that_it_does_not_know() {
    let desk = deployed();
    let status = desk.json(&["status"]);
    assert_eq!(status["timing"]["budgetBlocks"], 115);
    assert_eq!(status["money"]["rootBondWei"], "2025000000000000000");
    let warned = |status: &Value| status["warnings"].to_string();
    assert!(warned(&status).contains("for development only"), "{status}");
    let text = desk.says(&["status"]);
    for expected in [
        "115 L1 blocks, 23 min",
        "L1 may keep the honest side out for 12 min of it",
        "2.025 ETH behind a proposer's claims",
        "! whoever keeps the honest side off L1 for 12 min",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }

    let lens = Deployment::read(&desk.path("deployment.json")).unwrap().lens;
    let code = desk.l1().get_code_at(lens).await.unwrap();
    let other = [&code[..], &[0]].concat();
    desk.l1().anvil_set_code(lens, Bytes::from(other)).await.unwrap();
    for look in [&["status"][..], &["status", "--verify"], &["claims"]] {
        let (code, error) = desk.fails(look);
        assert_eq!(code, 1, "{error}");
        assert!(told(&error, "message").contains("is not that of Lens"), "{error}");
        let taken = desk.json(&[look, &["--set", "node.unknown_code=warn"]].concat());
        assert!(look[0] != "status" || warned(&taken).contains("is not that of Lens"), "{taken}");
    }
}
