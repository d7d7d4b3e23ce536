//! What the tests of the bridge share: a stage with its working directory, users, and two small contracts.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, Bytes, U256, hex},
    providers::Provider as _,
    rpc::types::TransactionRequest,
};
use alloy_sol_types::{SolCall, sol};
use serde_json::Value;
use surety_engine::{
    dispute::{
        domain::Snapshot,
        observe::{self, Observer},
    },
    l1::{
        bindings::IBridge,
        send::{Call, Lane},
    },
    node::{Node, pinned::Pinned},
    relay::{
        account::{L2Account, L2Call},
        up::{self, Outgoing},
    },
};
use tempfile::TempDir;

use crate::{
    stage::{
        devnet::{Account, Role},
        rollups::{Rollup, Rollups, follow},
    },
    support,
};

sol! {
    /// An ERC-20 token that anybody mints.
    interface IToken {
        function mint(address account, uint256 amount) external;
        function approve(address spender, uint256 amount) external returns (bool);
        function transfer(address to, uint256 amount) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
    }
}

pub const USER: Account = Account::User(0);

pub fn ether(amount: f64) -> U256 {
    alloy::primitives::utils::parse_ether(&amount.to_string()).unwrap()
}

/// A contract that refuses calls with data until it was called without; then it takes them, with their value.
///
/// ```text
/// if calldatasize == 0 { storage[0] = 1 } else { require(storage[0] != 0); storage[1] = callvalue }
/// ```
pub const GATE: [u8; 40] = hex!(
    "601c600c600039601c6000f3" "36600a57600160005500" "5b600054601657600060" "00fd5b34600155" "00"
);

/// A stage, and where it is.
pub struct Town {
    pub stage: Rollups,
    pub programs: PathBuf,
    pub _directory: TempDir,
}

impl Town {
    pub async fn new(names: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let stage = Rollups::start(&support::root(), directory.path(), names).await.unwrap();
        // where cargo puts the programs of this build
        let test = std::env::current_exe().unwrap();
        let programs = test.parent().unwrap().parent().unwrap().to_owned();
        assert!(programs.join("surety-proposer").exists(), "build the daemons: scripts/test does");
        Self { stage, programs, _directory: directory }
    }

    pub async fn resident<'a>(&'a self, rollup: usize, account: Account) -> Resident<'a> {
        let rollup = self.stage.rollup(rollup).unwrap();
        let node = rollup.node(&format!("resident-{}", account.index())).await.unwrap();
        let lane = self.stage.devnet.lane(account).unwrap();
        let l2 = rollup.user(&self.stage.devnet, &node, account).unwrap();
        Resident { town: self, rollup, node, lane, l2 }
    }

    pub async fn balance(&self, account: Address) -> U256 {
        self.stage.devnet.l1.provider().get_balance(account).await.unwrap()
    }
}

/// Somebody with a node of a rollup and money on L1.
pub struct Resident<'a> {
    pub town: &'a Town,
    pub rollup: &'a Rollup,
    pub node: Arc<Node>,
    pub lane: Lane,
    pub l2: L2Account,
}

impl Resident<'_> {
    pub fn address(&self) -> Address {
        self.l2.address()
    }

    pub async fn follow(&self) {
        follow(&self.node).await.unwrap();
    }

    /// Posts L2 calls in one batch, and sees them executed.
    pub async fn post(&self, calls: &[L2Call]) {
        let nonce = self.node.account(self.address()).unwrap().nonce;
        self.l2.post(&self.lane, calls).await.unwrap();
        self.follow().await;
        let after = self.node.account(self.address()).unwrap().nonce;
        assert_eq!(after, nonce + calls.len() as u64, "a transaction was skipped");
    }

    /// Creates a contract on L2.
    pub async fn create(&self, initcode: &[u8]) -> Address {
        let nonce = self.node.account(self.address()).unwrap().nonce;
        let data = Bytes::copy_from_slice(initcode);
        self.post(&[L2Call { to: None, value: U256::ZERO, data }]).await;
        self.address().create(nonce)
    }

    /// An L2 balance, wei.
    pub fn balance(&self, account: Address) -> U256 {
        self.node.account(account).unwrap().balance
    }

    /// Sends a message to L1; gives it as the node saw it.
    pub async fn send_up(&self, target: Address, value: U256, data: Bytes) -> Outgoing {
        self.post(&[up::send(target, value, data)]).await;
        let number = self.node.head().unwrap().number;
        up::sent_in(&self.node, number).unwrap().pop().unwrap()
    }

    /// A transaction on L1.
    pub async fn call(&self, to: Option<Address>, value: U256, data: Vec<u8>) -> Option<Address> {
        let call = Call { to, data: data.into(), value, label: "test" };
        self.lane.send(&call).await.unwrap().created
    }

    /// A view on L1.
    pub async fn ask<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let request = TransactionRequest::default().with_to(to).with_input(call.abi_encode());
        let answer = self.node.l1().provider().call(request).await.unwrap();
        C::abi_decode_returns_validate(&answer).unwrap()
    }

    /// The claims as the node sees them.
    pub async fn snapshot(&self) -> Snapshot {
        let deployment = observe::Deployment::from(&*self.node);
        let pinned = Pinned::new(Arc::clone(&self.node));
        Observer::new(pinned, deployment, self.address()).snapshot().await.unwrap()
    }

    pub async fn is_withdrawn(&self, message: &Outgoing) -> bool {
        let bridge = self.rollup.deployment.bridge.unwrap().bridge;
        self.ask(bridge, IBridge::withdrawnCall { hash: message.hash }).await
    }

    /// Runs a command of `surety` with this account's key.
    pub fn surety(&self, account: Account, arguments: &[&str]) -> Output {
        let config = self.rollup.config("command", account).unwrap();
        Command::new(env!("CARGO_BIN_EXE_surety"))
            .args(arguments)
            .args(["--json", "--config", config.to_str().unwrap()])
            .output()
            .unwrap()
    }

    /// The same, which must succeed.
    pub fn done(&self, account: Account, arguments: &[&str]) -> Value {
        let output = self.surety(account, arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// ETH for the relayer's transactions on L2.
    pub async fn fund_relayer(&self) {
        let account = self.rollup.account(Role::Relayer);
        let relayer = self.town.stage.devnet.address(account).unwrap();
        let bridge = self.rollup.deployment.bridge.unwrap().bridge;
        let deposit = IBridge::depositCall { account: relayer }.abi_encode();
        self.call(Some(bridge), ether(1.0), deposit).await;
    }
}

/// The initcode of the token.
pub fn token() -> Vec<u8> {
    let path: &Path = &support::root().join("out/SwapToken.sol/SwapToken.json");
    let text = std::fs::read_to_string(path).expect("run forge build");
    let artifact: Value = serde_json::from_str(&text).unwrap();
    hex::decode(artifact["bytecode"]["object"].as_str().unwrap()).unwrap()
}
