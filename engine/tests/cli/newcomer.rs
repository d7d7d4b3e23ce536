//! Somebody who has read docs/users.md, and nothing else: its commands, in order, on an L1 of their own.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{desk::Desk, support};

/// What the page begins a block with that is to be run.
const MARK: &str = "<!-- newcomer -->\n```\n";
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The commands of a page, block after block.
fn commands(page: &str) -> Vec<String> {
    let text = fs::read_to_string(support::root().join(page)).unwrap();
    let blocks = text.split(MARK).skip(1);
    blocks.map(|block| block.split_once("\n```").unwrap().0.to_owned()).collect()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_newcomer_deploys_deposits_sends_and_withdraws_by_the_users_page_alone() {
    let blocks = commands("docs/users.md");
    assert_eq!(blocks.len(), 7, "the page has other blocks");
    let (l1, l2) = (free_port().to_string(), free_port().to_string());
    let mut script =
        "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n".to_owned();
    for block in &blocks {
        // as they stand, but for the ports, which others may use here
        let block = block.replace("8545", &l1).replace("9545", &l2);
        script += &block.replace("anvil --hardfork", &format!("anvil --port {l1} --hardfork"));
        script += "\n";
    }

    let directory = tempfile::tempdir().unwrap();
    let root = support::root().canonicalize().unwrap();
    let programs = std::env::current_exe().unwrap();
    let programs = programs.parent().unwrap().parent().unwrap().to_owned();
    assert!(programs.join("surety-proposer").exists(), "build the daemons: scripts/test does");
    let path = format!(
        "{}:{}:{}",
        programs.display(),
        root.join("node_modules/.bin").display(),
        std::env::var("PATH").unwrap()
    );
    let (out, err) = (directory.path().join("out.txt"), directory.path().join("err.txt"));
    let mut run = Command::new("bash")
        .args(["-c", &script])
        .current_dir(directory.path())
        .env("PATH", path)
        .env("SURETY_ARTIFACTS", Desk::artifacts())
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = run.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > PATIENCE {
            run.kill().unwrap();
            break run.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap_or_default();
    let (said, complained) = (read("out.txt"), read("err.txt"));
    assert!(
        status.success(),
        "{said}\n{complained}\nproposer: {}\nchallenger: {}",
        read("proposer.log"),
        read("challenger.log")
    );
    for expected in [
        "38 contracts, 0 there already",
        "deployed: deployment.json",
        "deposit 0 credited",
        // on L2: two ETH, of which a quarter went on
        "2.000000000000000000",
        "0.250000000000000000",
        // out on L1
        "carried out against claim",
        "0.500000000000000000",
        "root bond",
        "all undecided claims agree with our execution",
    ] {
        assert!(said.contains(expected), "{expected} is missing:\n{said}\n{complained}");
    }
    println!("the users' page took {:.0} s", began.elapsed().as_secs_f64());
}
