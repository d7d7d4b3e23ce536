//! `surety deploy`: a plan first, then the plan and nothing else, whatever interrupts it.

use std::{fs, thread::sleep, time::Duration};

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::{Provider, ext::AnvilApi},
};
use serde_json::{Value, json};
use surety_engine::{deploy::Plan, node::deployment::Deployment};

use crate::desk::{DEPLOYER, Desk};

const DEPLOY: [&str; 5] = ["deploy", "--mnemonic-file", "phrase", "--preset", "development"];

fn with<'a>(arguments: &[&'a str], artifacts: &'a str) -> Vec<&'a str> {
    [&DEPLOY, arguments, &["--artifacts", artifacts]].concat()
}

fn genesis(desk: &Desk, arguments: &[&str]) -> Value {
    let (endpoint, artifacts) = (desk.anvil.endpoint(), Desk::artifacts());
    let fixed = ["genesis", "--chain-id", "61331", "--artifacts", &artifacts];
    let bridge = ["--l1", &endpoint, "--deployer", DEPLOYER];
    let place = if arguments.contains(&"--no-bridge") { &bridge[..0] } else { &bridge };
    desk.json(&[&fixed, place, arguments].concat())
}

#[test]
fn a_plan_is_shown_and_nothing_is_sent_before_it_is_confirmed() {
    let desk = Desk::new();
    let made = genesis(&desk, &[]);
    let artifacts = Desk::artifacts();
    let plan = desk.json(&with(&["--plan"], &artifacts));
    assert_eq!(plan["creations"].as_array().unwrap().len(), 38);
    assert_eq!(plan["firstNonce"], 0);
    assert_eq!(plan["genesisHash"], made["hash"]);
    assert_eq!(plan["parameters"]["preset"], "development");
    assert_eq!(plan["parameters"]["budgetBlocks"], 115);
    assert_eq!(plan["warnings"].as_array().unwrap().len(), 2);
    let bridge = plan["creations"].as_array().unwrap().iter().find(|it| it["name"] == "Bridge");
    assert_eq!(bridge.unwrap()["address"], made["bridge"]["bridge"]);
    assert!(plan["gas"].as_u64().unwrap() > 100_000_000);

    let text = desk.says(&with(&["--plan"], &artifacts));
    for expected in
        ["38 contracts, 0 there already", "root bond", "2.025 ETH", "for development only"]
    {
        assert!(text.contains(expected), "{text}");
    }

    // nobody is asked where nobody can answer
    let (code, error) = desk.fails(&with(&[], &artifacts));
    assert_eq!((code, &error["kind"]), (2, &json!("usage")));
    assert!(error["advice"].as_str().unwrap().contains("--yes"));
    let plan = desk.json(&with(&["--plan"], &artifacts));
    assert_eq!(plan["l1Block"], 0, "something was sent");
    assert!(!desk.path("deployment.json").exists());
}

#[test]
fn what_is_planned_is_deployed_checked_and_written() {
    let desk = Desk::new();
    genesis(&desk, &[]);
    let artifacts = Desk::artifacts();
    let plan = desk.json(&with(&["--plan"], &artifacts));
    let report = desk.json(&with(&["--yes"], &artifacts));
    let gas = |list: &Value| -> Vec<u64> {
        list.as_array().unwrap().iter().map(|it| it["gas"].as_u64().unwrap()).collect()
    };
    assert_eq!(gas(&report["transactions"]), gas(&plan["creations"]), "rehearsal and L1 differ");
    assert_eq!(report["gas"], plan["gas"]);
    let deployment = Deployment::read(&desk.path("deployment.json")).unwrap();
    assert_eq!(report["deployment"], serde_json::to_value(&deployment).unwrap());
    // the Inbox is the 32nd contract, a block each
    assert_eq!(deployment.l1_block, 31);

    // again: nothing is left to do, and the file comes back the same
    fs::remove_file(desk.path("deployment.json")).unwrap();
    let again = desk.json(&with(&["--yes"], &artifacts));
    assert_eq!(again["transactions"], json!([]));
    assert_eq!(Deployment::read(&desk.path("deployment.json")).unwrap(), deployment);

    // another rollup goes to another file, and uses the verifier that is there
    let verifier = deployment.step_verifier.to_string();
    genesis(&desk, &["--verifier", &verifier, "--out", "second.json", "--timestamp", "1700000000"]);
    let second = ["--genesis", "second.json", "--verifier", &verifier, "--yes"];
    let (code, error) = desk.fails(&with(&second, &artifacts));
    assert_eq!(code, 2, "{error}");
    assert!(error["message"].as_str().unwrap().contains("another rollup's"));
    let second =
        desk.json(&with(&[&second[..], &["--out", "second-deployment.json"]].concat(), &artifacts));
    assert_eq!(second["transactions"].as_array().unwrap().len(), 7, "something was sent before");
    assert_eq!(second["deployment"]["stepVerifier"], report["deployment"]["stepVerifier"]);
    assert_ne!(second["deployment"]["rollup"], report["deployment"]["rollup"]);

    // a contract of the rollup is no verifier
    let inbox = deployment.inbox.to_string();
    let (code, error) = desk.fails(&with(&["--verifier", &inbox, "--plan"], &artifacts));
    assert_ne!(code, 0);
    assert!(error["message"].as_str().unwrap().contains("no step verifier"), "{error}");
}

/// Runs the command and kills it as soon as its transaction with this nonce is in the pool.
async fn killed_at(desk: &Desk, arguments: &[&str], nonce: u64) {
    let deployer: Address = DEPLOYER.parse().unwrap();
    let mut run = desk.start(arguments);
    while desk.l1().get_transaction_count(deployer).pending().await.unwrap() == nonce {
        assert!(run.try_wait().unwrap().is_none(), "deploy ended at {nonce}");
        sleep(Duration::from_millis(20));
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

/// Killed after each of its transactions, and once more while one waits in the pool.
#[tokio::test(flavor = "multi_thread")]
async fn t_interrupted_at_every_transaction_it_goes_on() {
    let desk = Desk::with(&["--no-mining"]);
    let l1 = desk.l1();
    let deployer: Address = DEPLOYER.parse().unwrap();
    genesis(&desk, &[]);
    let artifacts = Desk::artifacts();
    let arguments = with(&["--yes"], &artifacts);
    for nonce in 0..38 {
        killed_at(&desk, &arguments, nonce).await;
        if nonce % 9 == 4 {
            // the transaction is dropped, and not mined
            l1.anvil_drop_all_transactions().await.unwrap();
            killed_at(&desk, &arguments, nonce).await;
        }
        l1.anvil_mine(Some(1), None).await.unwrap();
        assert_eq!(l1.get_transaction_count(deployer).await.unwrap(), nonce + 1);
        assert!(!desk.path("deployment.json").exists(), "written before it is complete");
    }
    let report = desk.json(&arguments);
    assert_eq!(report["transactions"], json!([]));
    let deployment = Deployment::read(&desk.path("deployment.json")).unwrap();
    let expected = Plan::bridge(deployer, 0, None);
    assert_eq!(deployment.bridge, Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_transaction_of_the_account_spoils_the_plan_and_is_named() {
    let desk = Desk::new();
    let l1 = desk.l1();
    let deployer: Address = DEPLOYER.parse().unwrap();
    genesis(&desk, &[]);
    let artifacts = Desk::artifacts();
    let request = alloy::rpc::types::TransactionRequest::default()
        .from(deployer)
        .to(Address::repeat_byte(1))
        .value(U256::from(1));
    l1.send_transaction(request).await.unwrap().get_receipt().await.unwrap();
    let (code, error) = desk.fails(&with(&["--plan"], &artifacts));
    assert_eq!(code, 1, "{error}");
    assert!(error["message"].as_str().unwrap().contains("was not used for Arithmetic"), "{error}");
    assert!(error["advice"].as_str().unwrap().contains("new genesis"));

    // so does other code at the right nonce
    genesis(&desk, &["--force"]);
    desk.json(&with(&["--plan"], &artifacts));
    l1.anvil_set_code(deployer.create(1), Bytes::from_static(&[0])).await.unwrap();
    l1.anvil_set_nonce(deployer, 2).await.unwrap();
    let (code, _) = desk.fails(&with(&["--plan"], &artifacts));
    assert_eq!(code, 1);

    // without a Bridge nothing fixes the nonces: the plan begins where the account is
    genesis(&desk, &["--no-bridge", "--out", "testnet.json"]);
    let plan = desk.json(&with(&["--genesis", "testnet.json", "--plan"], &artifacts));
    assert_eq!((&plan["firstNonce"], &plan["parameters"]["bridge"]), (&json!(2), &json!(false)));
    assert_eq!(plan["creations"].as_array().unwrap().len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bridge_an_interrupted_run_is_found_again() {
    let desk = Desk::with(&["--no-mining"]);
    let l1 = desk.l1();
    let deployer: Address = DEPLOYER.parse().unwrap();
    l1.anvil_set_nonce(deployer, 7).await.unwrap();
    genesis(&desk, &["--no-bridge", "--timestamp", "1700000000"]);
    let artifacts = Desk::artifacts();
    let arguments = with(&["--yes"], &artifacts);
    for nonce in [7, 8, 9] {
        killed_at(&desk, &arguments, nonce).await;
        l1.anvil_mine(Some(1), None).await.unwrap();
    }
    l1.anvil_set_auto_mine(true).await.unwrap();
    let report = desk.json(&arguments);
    assert_eq!(report["transactions"].as_array().unwrap().len(), 33);
    let rollup: Address = report["deployment"]["rollup"].as_str().unwrap().parse().unwrap();
    assert_eq!(rollup, deployer.create(7 + 31 + 3));
}

#[test]
fn what_cannot_be_used_is_said_before_l1_is_asked() {
    let desk = Desk::new();
    let artifacts = Desk::artifacts();
    let (code, error) = desk.fails(&with(&["--plan"], &artifacts));
    assert_eq!(code, 2);
    assert!(error["message"].as_str().unwrap().contains("genesis.json"));
    assert!(error["advice"].as_str().unwrap().contains("surety genesis"));
    genesis(&desk, &[]);
    let (code, error) = desk.fails(&with(&["--plan", "--grace", "1"], &artifacts));
    assert_eq!((code, error["message"].as_str().unwrap().contains("at least 2")), (2, true));
    let (code, error) = desk.fails(&["deploy", "--artifacts", &artifacts]);
    assert_eq!((code, error["message"].as_str().unwrap()), (2, "whose key?"));
    let (code, error) = desk.fails(&with(&["--plan", "--artifacts", "nowhere"], &artifacts)[..]);
    assert_eq!(code, 2, "{error}");
    let (code, error) = desk.fails(&with(&["--plan", "--l1", "http://127.0.0.1:1"], &artifacts));
    assert_eq!((code, error["kind"].as_str().unwrap()), (75, "unknown"));
}

/// The forge script, which the Solidity tests deploy with, creates the same contracts in the same order.
#[test]
fn the_forge_script_follows_the_same_order() {
    let script = crate::support::root().join("scripts/Deploy.s.sol");
    let script = fs::read_to_string(script).unwrap();
    let created: Vec<_> =
        script.split("= new ").skip(1).map(|rest| rest.split_once('(').unwrap().0).collect();
    let desk = Desk::new();
    genesis(&desk, &[]);
    let plan = desk.json(&with(&["--plan"], &Desk::artifacts()));
    let planned: Vec<_> = plan["creations"].as_array().unwrap().iter().skip(31).collect();
    let planned: Vec<_> = planned.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(created, planned);
}
