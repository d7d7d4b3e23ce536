//! The tools that people use: `cast`, `forge script` and viem, with no flags that only this chain would need.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use alloy::primitives::{Address, U256, hex, keccak256};
use serde_json::Value;

use crate::rollup::{CHAIN_ID, Rollup, root};

/// A daemon with a key that posts what waits, soon.
const POSTING: &str = "[key]\nkind = \"mnemonic\"\npath = \"{data}/phrase\"\nindex = 9\n\
    [batcher]\nenabled = true\nmax_wait_ms = 50\nmin_interval_ms = 50\nmax_unpaid_wait_ms = 0\n";

struct Tools {
    rollup: Rollup,
    key: String,
    guest: Address,
}

impl Tools {
    /// A rollup and one of its accounts.
    async fn new(account: usize) -> Self {
        let rollup = Rollup::start(POSTING).await;
        let signer = rollup.signer(account);
        let (key, guest) = (hex::encode_prefixed(signer.to_bytes()), signer.address());
        Self { rollup, key, guest }
    }

    fn directory(&self) -> &Path {
        self.rollup.directory.path()
    }

    /// What a program prints; it must succeed.
    fn run(&self, program: impl AsRef<Path>, arguments: &[&str]) -> String {
        let program = program.as_ref();
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.directory())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} {arguments:?}:\n{out}\n{err}", program.display());
        out.trim().to_owned()
    }

    fn cast(&self, arguments: &[&str]) -> String {
        let url = self.rollup.url();
        self.run(tool("cast"), &[arguments, &["--rpc-url", &url]].concat())
    }

    fn cast_json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.cast(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// Writes a project with the guestbook.
    fn project(&self) {
        let solc = root().join("scripts/solc").canonicalize().unwrap();
        let config = format!(
            "[profile.default]\nsrc = \".\"\nout = \"out\"\noffline = true\nauto_detect_solc = false\n\
             evm_version = \"osaka\"\nsolc = {solc:?}\n"
        );
        std::fs::write(self.directory().join("foundry.toml"), config).unwrap();
        for file in ["Guestbook.sol", "Open.s.sol"] {
            std::fs::copy(source(file), self.directory().join(file)).unwrap();
        }
    }
}

fn tool(name: &str) -> PathBuf {
    root().join("node_modules/.bin").join(name).canonicalize().unwrap()
}

fn source(name: &str) -> PathBuf {
    root().join("proposer/tests/l2/guestbook").join(name).canonicalize().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cast_and_forge_script_use_the_chain() {
    let tools = Tools::new(3).await;
    tools.project();
    let url = tools.rollup.url();
    let arguments = [
        "script",
        "Open.s.sol:Open",
        "--broadcast",
        "--private-key",
        &tools.key,
        "--rpc-url",
        &url,
    ];
    let printed = tools.run(tool("forge"), &arguments);
    assert!(printed.contains("ONCHAIN EXECUTION COMPLETE & SUCCESSFUL"), "{printed}");

    let book = tools.guest.create(0).to_string();
    assert_eq!(tools.cast(&["call", &book, "signatures()(uint256)"]), "2");
    let guest = tools.guest.to_string();
    assert_eq!(tools.cast(&["call", &book, "words(address)(string)", &guest]), "\"was here\"");
    assert_eq!(tools.cast(&["chain-id"]), CHAIN_ID.to_string());
    assert_eq!(tools.cast(&["nonce", &guest]), "3");

    let sign = ["send", &book, "sign(string)", "cast", "--private-key", &tools.key];
    let receipt = tools.cast_json(&sign);
    assert_eq!(receipt["status"], "0x1");
    let hash = receipt["transactionHash"].as_str().unwrap();
    assert_eq!(tools.cast_json(&["receipt", hash]), receipt);
    assert_eq!(tools.cast_json(&["tx", hash])["blockHash"], receipt["blockHash"]);
    let slot = tools.cast(&["storage", &book, "0"]);
    assert_eq!(slot.parse::<U256>().unwrap(), U256::from(3));
    let signed = keccak256("Signed(address,uint256,string)").to_string();
    let logs = tools.cast_json(&["logs", "--from-block", "earliest", "--address", &book, &signed]);
    assert_eq!(logs.as_array().unwrap().len(), 3);
    let number = receipt["blockNumber"].as_str().unwrap();
    let block = tools.cast_json(&["block", number]);
    assert_eq!(block["hash"], receipt["blockHash"]);
    assert_eq!(tools.cast(&["block", "earliest", "--field", "number"]), "0");

    let payee = Address::repeat_byte(0xbb).to_string();
    assert_eq!(tools.cast(&["balance", &payee]), "0");
    let pay = ["send", &payee, "--value", "1.5ether", "--private-key", &tools.key];
    assert_eq!(tools.cast_json(&pay)["gasUsed"], "0x5208");
    assert_eq!(tools.cast(&["balance", "--ether", &payee]), "1.500000000000000000");
    assert_eq!(tools.cast(&["estimate", &payee, "--value", "1", "--from", &guest]), "21000");
    let proof = tools.cast_json(&["proof", &book, "0x0"]);
    assert_eq!(proof["storageProof"][0]["value"], "0x3");
    assert!(tools.rollup.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn viem_uses_the_chain() {
    let tools = Tools::new(4).await;
    tools.project();
    let _ = tools.run(tool("forge"), &["build", "Guestbook.sol"]);
    let (url, ws_url) = (tools.rollup.url(), tools.rollup.ws_url());
    let (chain_id, script) = (CHAIN_ID.to_string(), source("viem.mjs"));
    let artifact = tools.directory().join("out/Guestbook.sol/Guestbook.json");
    let arguments = [
        script.to_str().unwrap(),
        &url,
        &ws_url,
        &chain_id,
        &tools.key,
        artifact.to_str().unwrap(),
    ];
    let printed = tools.run("node", &arguments);
    assert_eq!(printed.parse::<Address>().unwrap(), tools.guest.create(0));
    assert!(tools.rollup.stop().await);
}
