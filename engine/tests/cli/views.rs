//! What the commands that look say of a rollup with blocks full of failures: where it stands, and every kind of step.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use surety_engine::{
    dispute::domain::Domain,
    inspect::list,
    l1::{
        append::{append, append_blob},
        client::L1Client,
        send::{Lane, LaneSettings},
        signer::KeySource,
    },
    machine::family::FAMILIES,
    node::{archive::Archive, deployment::Deployment},
};

use crate::{
    desk::{DEPLOYER, Desk},
    support::{self, scenario},
};

/// Late enough for the scenario's genesis.
const TIME: &str = "1800000100";

/// A rollup with the scenario's blocks, the last of them in a blob.
struct Town {
    desk: Desk,
}

/// A daemon that ends with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Town {
    async fn new() -> Self {
        let desk = Desk::with(&["--timestamp", TIME]);
        let genesis = support::root().join("fixtures/scenario/genesis.json");
        std::fs::copy(genesis, desk.path("genesis.json")).unwrap();
        let key = ["--mnemonic-file", "phrase", "--preset", "development"];
        let artifacts = Desk::artifacts();
        let deploy = [&["deploy", "--yes", "--artifacts", &artifacts][..], &key].concat();
        desk.json(&deploy);
        let town = Self { desk };
        town.append().await;
        town.configure("look", 9, true);
        town
    }

    async fn append(&self) {
        let l1 = L1Client::connect(&self.desk.anvil.endpoint(), None).await.unwrap();
        let key = KeySource::Mnemonic { path: self.desk.path("phrase"), index: 0 };
        let lane = Lane::new(l1.clone(), key.load().unwrap(), LaneSettings::default());
        let deployment = Deployment::read(&self.desk.path("deployment.json")).unwrap();
        let recipient = scenario::address("fee-recipient");
        for number in 1..=scenario::BLOCKS {
            let batch = scenario::block(number).batch;
            if number == scenario::BLOCKS {
                append_blob(&l1, &lane, deployment.inbox, recipient, &batch).await.unwrap();
            } else {
                append(&l1, &lane, deployment.inbox, recipient, batch).await.unwrap();
            }
        }
    }

    /// A configuration with a store of its own, for the key with this index; `beacon` tells where blobs are.
    fn configure(&self, name: &str, index: u32, beacon: bool) {
        let beacon = match beacon {
            true => format!(
                "[node.beacon]\nurls = [{:?}]\nblocks = {{ by = \"number\" }}\n",
                self.desk.anvil.endpoint()
            ),
            false => String::new(),
        };
        let text = format!(
            "[node]\nl1 = {0:?}\ndeployment = \"deployment.json\"\nstore = \"{name}-store\"\n\
             genesis = {{ kind = \"geth\", path = \"genesis.json\" }}\npoll_ms = 100\n\
             {beacon}[key]\nkind = \"mnemonic\"\npath = \"phrase\"\nindex = {index}\n",
            self.desk.anvil.endpoint()
        );
        std::fs::write(self.desk.path(&format!("{name}.toml")), text).unwrap();
    }

    fn proposer(&self) -> Daemon {
        self.configure("proposer", 1, true);
        let test = std::env::current_exe().unwrap();
        let program = test.parent().unwrap().parent().unwrap().join("surety-proposer");
        assert!(program.exists(), "build the daemons: scripts/test does");
        let log = File::create(self.desk.path("proposer.log")).unwrap();
        let child = Command::new(program)
            .current_dir(self.desk.at())
            .args(["--config", "proposer.toml"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        Daemon(child.unwrap())
    }

    fn looks(&self, arguments: &[&str]) -> Value {
        self.desk.json(&[arguments, &["--config", "look.toml"]].concat())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_every_family_is_told_and_proven_to_the_deployed_verifier() {
    let town = Town::new().await;
    // the first look follows L1, and leaves its store
    let page = town.looks(&["inspect", "--block", "1", "--slot", "1", "--list", "--count", "3"]);
    assert_eq!(page["lines"].as_array().unwrap().len(), 3);
    // what it has executed it keeps, the blob included
    town.configure("look", 9, false);
    let mut found = town.families();
    // behind the last step of a slot nothing moves
    found.insert("FixedPoint".to_owned(), (1, 0, 60_000));
    let names: BTreeSet<_> = found.keys().map(String::as_str).collect();
    assert_eq!(names, FAMILIES.into_iter().collect(), "the scenario has other families");

    let artifacts = Desk::artifacts();
    for (family, (block, slot, step)) in &found {
        let [block, slot, step] = [block.to_string(), slot.to_string(), step.to_string()];
        let place = ["--block", &block, "--slot", &slot, "--step", &step];
        let proof = [&["prove-step", "--on-l1", "--artifacts", &artifacts][..], &place].concat();
        let proof = town.looks(&proof);
        assert_eq!(proof["step"]["family"].as_str().unwrap(), family);
        assert_eq!(proof["onL1"]["stepVerifier"], town.desk_file()["stepVerifier"]);
        assert!(proof["checked"]["gas"].as_u64().unwrap() > 21_000);
        if family == "Storage" {
            assert_eq!(town.looks(&[&["inspect"][..], &place].concat()), proof["step"]);
        }
        let words = proof["step"]["words"].as_str().unwrap();
        assert!(words.ends_with('.') && !words.contains('{'), "{family}: {words}");
        println!("{family}: {words}");
    }
}

impl Town {
    /// Where a step of each family is: block, slot and step.
    fn families(&self) -> BTreeMap<String, (u64, u32, u32)> {
        let deployment = Deployment::read(&self.desk.path("deployment.json")).unwrap();
        let archive = Archive::open(&self.desk.path("look-store"), deployment).unwrap();
        let mut found = BTreeMap::new();
        for block in 1..=scenario::BLOCKS {
            let domain = Domain { first: block, blocks: 1 };
            let entries = scenario::block(block).entries;
            for slot in entries.iter().map(|entry| u32::from(entry.slot)).chain([0, 1023]) {
                // an element of a blob takes tens of milliseconds to open
                let last = if (block, slot) == (scenario::BLOCKS, 0) { 3 } else { u32::MAX };
                let page = list(&archive, domain, slot, 0..last).unwrap();
                assert_eq!(page.lines.len() as u64, u64::from(page.steps.min(last)));
                for line in page.lines {
                    found.entry(line.family.to_owned()).or_insert((block, slot, line.step));
                }
            }
        }
        found
    }

    fn desk_file(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.desk.path("deployment.json")).unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_and_money_are_told_from_l1_alone_and_judged_by_an_execution_of_ones_own() {
    let town = Town::new().await;
    let (desk, url) = (&town.desk, town.desk.anvil.endpoint());
    let alone = ["--l1", &url];
    let claims = desk.json(&[&["claims"][..], &alone].concat());
    assert_eq!((&claims["counts"]["all"], &claims["verified"]), (&json!(1), &json!(false)));

    let _proposer = town.proposer();
    let deadline = Instant::now() + Duration::from_secs(60);
    let claims = loop {
        let claims = desk.json(&[&["claims"][..], &alone].concat());
        if claims["counts"]["open"] == 1 {
            break claims;
        }
        assert!(Instant::now() < deadline, "nothing is proposed");
        std::thread::sleep(Duration::from_millis(300));
    };
    let claim = &claims["claims"][1];
    assert_eq!((&claim["firstBlock"], &claim["standing"]), (&json!(1), &json!("joining")));
    assert_eq!(claim["verdict"]["kind"], "unknown", "nobody has executed anything");

    // an execution of one's own agrees
    let status = town.looks(&["status", "--verify", "--account", DEPLOYER]);
    assert_eq!((&status["verified"], &status["overall"]), (&json!(true), &json!("agree")));
    assert_eq!(status["claimCounts"]["right"], 1);
    assert_eq!(status["executedL2Block"], scenario::BLOCKS);
    let text = desk.says(&["status", "--verify", "--config", "look.toml"]);
    for expected in ["4 appended", "1 undecided: 1 right", "all undecided claims agree", "disputes"]
    {
        assert!(text.contains(expected), "{text}");
    }

    // one claim, by the beginning of its id
    let id = claim["id"].as_str().unwrap();
    let one = desk.json(&[&["claim", &id[..12]][..], &alone].concat());
    assert_eq!((&one["id"], &one["standing"]), (&claim["id"], &json!("joining")));
    assert_eq!(one["earliest"]["l1Block"], claim["until"]["l1Block"]);
    assert!(one["maxRemainingDelayBlocks"].as_u64().unwrap() <= 115, "{one}");
    let text = desk.says(&[&["claim", id][..], &alone].concat());
    assert!(text.contains("trace root") && text.contains("at the latest"), "{text}");
    let (code, error) = desk.fails(&[&["claim", "0xdead"][..], &alone].concat());
    assert_eq!(code, 1);
    assert_eq!(error["advice"], "surety claims lists them");

    // its bond
    let bonds = desk.json(&[&["bonds"][..], &alone].concat());
    assert_eq!(bonds["holders"][0]["bonds"][0]["tip"], claim["id"]);
    assert_eq!(bonds["rootBondWei"], "2025000000000000000");
    // root bond, step bond, and 13.5M gas at 50 gwei
    assert_eq!(bonds["floor"]["disputeWei"], "4725000000000000000");
    let text = desk.says(&[&["bonds"][..], &alone].concat());
    assert!(text.contains("2.025 ETH") && text.contains("hold"), "{text}");
    let text = desk.says(&[&["claims"][..], &alone].concat());
    assert!(text.contains("2 claims, 1 undecided"), "{text}");
    assert!(desk.says(&[&["matches"][..], &alone].concat()).starts_with("no match runs"));
    assert_eq!(desk.json(&[&["matches"][..], &alone].concat())["tournaments"], json!([]));

    // what is asked wrongly
    let (code, error) = desk.fails(&["status", "--deployment", "nowhere.json"]);
    assert_eq!((code, &error["kind"]), (2, &json!("usage")));
    assert!(error["advice"].as_str().unwrap().contains("surety deploy"));
    let (code, error) = desk.fails(&["status", "--l1", "http://127.0.0.1:1"]);
    assert_eq!((code, &error["kind"]), (75, &json!("unknown")));
    let (code, error) = desk.fails(&["claims", "--l1", "nonsense"]);
    assert_eq!((code, &error["kind"]), (2, &json!("usage")));
    let (code, _) = desk.fails(&[
        "inspect",
        "--block",
        "9",
        "--slot",
        "0",
        "--step",
        "0",
        "--config",
        "look.toml",
    ]);
    assert_eq!(code, 2);
    let missing = [
        "inspect",
        "--transaction",
        "0x1111111111111111111111111111111111111111111111111111111111111111",
    ];
    let (code, error) = desk.fails(&[&missing[..], &["--list", "--config", "look.toml"]].concat());
    assert_eq!(code, 1, "{error}");
    let (code, _) = desk.fails(&["inspect", "--transaction", "0x12", "--list"]);
    assert_eq!(code, 2);
}
