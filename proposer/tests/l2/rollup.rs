//! An L1 with a rollup on it, the proposer daemon that serves its JSON-RPC, and accounts that have ether on L2.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::Encodable2718 as _,
    genesis::GenesisAccount,
    network::TxSignerSync as _,
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, B256, Bytes, TxKind, U256, map::B256Map},
    providers::{DynProvider, Provider as _, ProviderBuilder, WsConnect, ext::AnvilApi as _},
    rpc::types::anvil::ReorgOptions,
    signers::local::PrivateKeySigner,
};
use serde_json::Value;
use surety_engine::{
    artifacts::Artifacts,
    deploy::{Plan, Settings},
    derive::batch,
    genesis::NewChain,
    l1::{
        append::append,
        client::L1Client,
        send::{Lane, LaneSettings},
        signer::{KeySource, write_secret},
    },
    rules::parameters::Parameters,
};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::http;

pub const CHAIN_ID: u64 = 53_751;
/// Who gets the fees.
pub const FEE_RECIPIENT: Address = Address::repeat_byte(0xfe);
/// L1 time of the first block, and L2 time of the genesis.
const START: u64 = 1_800_000_000;
/// The mnemonic whose accounts have ether on both chains.
const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// How long anything may take to happen: a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A rollup and its daemon.
pub struct Rollup {
    anvil: AnvilInstance,
    pub directory: TempDir,
    pub l1: L1Client,
    lane: Lane,
    inbox: Address,
    daemon: Child,
    pub address: SocketAddr,
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Rollup {
    /// A daemon that follows and serves, without a key of its own.
    pub async fn watched() -> Self {
        Self::start("").await
    }

    /// A daemon with these settings of `[rpc]`, and sections after them; `{data}` is its directory.
    pub async fn start(sections: &str) -> Self {
        let binary = root().join("node_modules/.bin/anvil");
        assert!(binary.exists(), "anvil is missing: run scripts/setup");
        let anvil = Anvil::at(binary)
            .timeout(60_000)
            .args(["--hardfork", "osaka", "--enable-tx-gas-limit"])
            .args(["--timestamp", &START.to_string()])
            .spawn();
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        write_secret(&at("phrase"), MNEMONIC).unwrap();
        let l1 = L1Client::connect(&anvil.endpoint(), None).await.unwrap();
        let key = KeySource::Mnemonic { path: at("phrase"), index: 0 }.load().unwrap();
        let lane = Lane::new(l1.clone(), key, LaneSettings::default());
        let inbox = deploy(&l1, &lane, anvil.addresses(), directory.path()).await;

        let config = format!(
            "[node]\nl1 = {:?}\ndeployment = {:?}\nstore = {:?}\npoll_ms = 50\n\
             genesis = {{ kind = \"geth\", path = {:?} }}\n\
             [node.beacon]\nurls = [{:?}]\nblocks = {{ by = \"number\" }}\n\
             [rpc]\nlisten = \"127.0.0.1:0\"\n{sections}",
            anvil.endpoint(),
            at("deployment.json"),
            at("store"),
            at("genesis.json"),
            anvil.endpoint(),
        );
        let config = config.replace("{data}", directory.path().to_str().unwrap());
        std::fs::write(at("proposer.toml"), config).unwrap();
        let (daemon, address) = serve(directory.path()).await;
        Self { anvil, directory, l1, lane, inbox, daemon, address }
    }

    /// The endpoint for HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The endpoint for WebSocket.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// The L2 over HTTP.
    pub fn l2(&self) -> DynProvider {
        ProviderBuilder::default().connect_http(self.url().parse().unwrap()).erased()
    }

    /// The L2 over WebSocket.
    pub async fn l2_ws(&self) -> DynProvider {
        let connect = WsConnect::new(self.ws_url());
        ProviderBuilder::default().connect_ws(connect).await.unwrap().erased()
    }

    /// What a method gives; it must not fail.
    pub async fn ask(&self, method: &str, params: Value) -> Value {
        let answer = http::call(self.address, method, params.clone()).await;
        assert!(answer.get("error").is_none(), "{method} {params}: {answer}");
        answer["result"].clone()
    }

    /// Code and message that a method fails with.
    pub async fn refused(&self, method: &str, params: Value) -> (i64, String) {
        let answer = http::call(self.address, method, params.clone()).await;
        let error = &answer["error"];
        assert!(error.is_object(), "{method} {params}: {answer}");
        (error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().to_owned())
    }

    /// One of the accounts.
    pub fn signer(&self, index: usize) -> PrivateKeySigner {
        self.anvil.keys()[index].clone().into()
    }

    /// Appends entries as one batch, and waits until the daemon has executed it; gives the block's number.
    pub async fn append<T: AsRef<[u8]>>(&self, entries: impl IntoIterator<Item = T>) -> u64 {
        let number = self.l2().get_block_number().await.unwrap() + 1;
        let batch = batch::encode(entries).unwrap().into();
        append(&self.l1, &self.lane, self.inbox, FEE_RECIPIENT, batch).await.unwrap();
        self.reaches(number).await;
        number
    }

    /// Waits until block `number` is the head.
    pub async fn reaches(&self, number: u64) {
        let head = async || self.l2().get_block_number().await.unwrap() == number;
        until(&format!("block {number}"), head).await;
    }

    /// Replaces the newest L1 blocks with empty ones.
    pub async fn reorganise(&self, depth: u64) {
        let options = ReorgOptions { depth, tx_block_pairs: Vec::new() };
        self.l1.provider().anvil_reorg(options).await.unwrap();
        // a chain that is no longer is not followed yet
        pass(&self.l1, 60).await;
    }

    /// Asks the daemon to end, and waits for it; whether it ended well.
    pub async fn stop(mut self) -> bool {
        let status = Command::new("kill").arg(self.daemon.id().to_string()).status().unwrap();
        assert!(status.success());
        let mut ended = None;
        until("the daemon's end", async || {
            ended = self.daemon.try_wait().unwrap();
            ended.is_some()
        })
        .await;
        ended.unwrap().success()
    }

    /// Whether the daemon still runs.
    pub fn is_running(&mut self) -> bool {
        self.daemon.try_wait().unwrap().is_none()
    }
}

impl Drop for Rollup {
    fn drop(&mut self) {
        // one that has ended already is what is wanted
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Waits until `happened`.
pub async fn until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened().await {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Deploys a rollup on whose L2 `rich` have ether; gives its Inbox.
async fn deploy(l1: &L1Client, lane: &Lane, rich: &[Address], directory: &Path) -> Address {
    let artifacts = Artifacts::new(root().join("out"));
    let funded = |account: &Address| {
        let balance = U256::from(10).pow(U256::from(21));
        (*account, GenesisAccount::default().with_balance(balance))
    };
    let chain = NewChain {
        chain_id: CHAIN_ID,
        timestamp: START,
        base_fee: 1_000_000_000,
        gas_limit: 12_000_000,
        bridge: None,
        alloc: rich.iter().map(funded).collect(),
    };
    let file = chain.file(&artifacts).unwrap();
    std::fs::write(directory.join("genesis.json"), file.to_json().unwrap()).unwrap();
    let (genesis, _) = file.build(&mut B256Map::<Bytes>::default()).unwrap();
    let settings = Settings::new(genesis, Parameters::development().unwrap());
    let plan = Plan::new(&artifacts, lane.address(), 0, &settings).unwrap();
    let before = l1.provider().get_block_number().await.unwrap();
    for creation in &plan.creations {
        creation.send(lane).await.unwrap();
    }
    let deployment = plan.deployment(l1.chain_id(), before);
    deployment.write(&directory.join("deployment.json")).unwrap();
    // each batch takes a second of L1's time, and these come faster
    pass(l1, 600).await;
    deployment.inbox
}

/// Lets so many seconds of L1's time pass.
async fn pass(l1: &L1Client, seconds: u64) {
    l1.provider().anvil_increase_time(seconds).await.unwrap();
    l1.provider().anvil_mine(Some(1), None).await.unwrap();
}

/// Starts the daemon, and waits until it serves.
async fn serve(directory: &Path) -> (Child, SocketAddr) {
    let log = directory.join("proposer.log");
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_surety-proposer"))
        .args(["--log-json", "--config"])
        .arg(directory.join("proposer.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut address = None;
    until("the daemon serves", async || {
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(daemon.try_wait().unwrap().is_none(), "the daemon ended: {log}");
        address = log.lines().find_map(served_at);
        address.is_some()
    })
    .await;
    (daemon, address.unwrap())
}

fn served_at(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["message"] == "serving JSON-RPC").then(|| line["address"].as_str()?.parse().ok())?
}

/// A transaction of type 2 that pays 1 gwei above the base fee, up to 10 gwei.
pub fn transaction(
    signer: &PrivateKeySigner,
    nonce: u64,
    to: impl Into<TxKind>,
    value: U256,
    data: impl Into<Bytes>,
) -> (B256, Bytes) {
    let mut unsigned = TxEip1559 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit: 500_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: to.into(),
        value,
        input: data.into(),
        ..TxEip1559::default()
    };
    let signature = signer.sign_transaction_sync(&mut unsigned).unwrap();
    let signed = TxEnvelope::from(unsigned.into_signed(signature));
    (*signed.tx_hash(), signed.encoded_2718().into())
}
