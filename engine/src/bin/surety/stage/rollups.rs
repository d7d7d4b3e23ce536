//! Rollups with Bridges on one L1, for stories that go through both ends.
//!
//! [`Rollups::start`] starts anvil and deploys one verifier, the Passage, and a rollup for each name, whose L2 begins with the
//! predeploys and no ether. What plays on them is the real thing: a [`Rollup`] gives the daemons and the relayer as
//! processes, configuration files for the commands, and nodes in this process to look at L2 and to act there. L1 makes a
//! block for each transaction, and one a second; [`Rollups::until`] lets time pass until something has happened.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::{
    primitives::{Address, Bytes, map::B256Map},
    providers::Provider as _,
};
use eyre::{OptionExt as _, bail};
use surety_engine::{
    artifacts::Artifacts,
    bridge::message::Crossing,
    deploy::{self, Creation, Plan, Settings},
    genesis::{Alloc, BridgeEnds, NewChain},
    node::{
        Node,
        config::{GenesisSource, NodeConfig},
        deployment::Deployment,
    },
    relay::account::L2Account,
    rules::parameters::Parameters,
};
use tokio::time::sleep;

use super::{
    daemons::Daemon,
    devnet::{ACCOUNTS, Account, Devnet, Role, START},
};

/// Chain id of the first L2; the others follow.
const CHAIN_ID: u64 = 53_751;
/// Gas limit of L2's blocks.
const BLOCK_GAS: u64 = 12_000_000;
/// Base fee of the first L2 block: 1 gwei.
const BASE_FEE: u128 = 1_000_000_000;
/// Milliseconds between two looks at L1.
const POLL_MS: u64 = 100;
/// How long something may take to happen.
const PATIENCE: Duration = Duration::from_secs(180);

/// Several rollups on an L1 of their own.
pub(crate) struct Rollups {
    pub(crate) devnet: Devnet,
    pub(crate) rollups: Vec<Rollup>,
    /// Carries messages from one rollup to another.
    pub(crate) passage: Address,
}

/// One of them.
pub(crate) struct Rollup {
    number: u32,
    /// Its deployment, genesis, stores, configurations and logs are here.
    data: PathBuf,
    endpoint: String,
    phrase: PathBuf,
    pub(crate) deployment: Deployment,
}

impl Rollups {
    /// Starts the L1 and deploys a rollup for each name.
    pub(crate) async fn start(root: &Path, data: &Path, names: &[&str]) -> eyre::Result<Self> {
        Self::start_with(root, data, names, &Alloc::default()).await
    }

    /// [`Self::start`] with rollups that begin with these accounts beside the predeploys.
    pub(crate) async fn start_with(
        root: &Path,
        data: &Path,
        names: &[&str],
        alloc: &Alloc,
    ) -> eyre::Result<Self> {
        // its time goes on, too, when nobody sends anything
        let devnet =
            Devnet::start_with(root, data, ACCOUNTS, &["--block-time", "1", "--mixed-mining"])
                .await?;
        let artifacts = Artifacts::new(root.join("out"));
        let gas = Parameters::development()?.limits().transaction_gas;
        let deployer = devnet.address(Account::Sequencer)?;
        let verifier = deploy::verifier(&artifacts, deployer, nonce(&devnet).await?, gas)?;
        devnet.create(&verifier).await?;
        let verifier = verifier.last().ok_or_eyre("the verifier has no entry")?.address;

        let mut rollups = Vec::with_capacity(names.len());
        for (number, name) in (0_u32..).zip(names) {
            rollups.push(
                Rollup::deploy(&devnet, &artifacts, verifier, number, data.join(name), alloc)
                    .await?,
            );
        }
        let passage = Creation {
            name: "Passage",
            initcode: artifacts.initcode("Passage")?,
            address: deployer.create(nonce(&devnet).await?),
        };
        let address = passage.address;
        devnet.create(&[passage]).await?;
        Ok(Self { devnet, rollups, passage: address })
    }

    /// A rollup by its place among the names.
    pub(crate) fn rollup(&self, number: usize) -> eyre::Result<&Rollup> {
        self.rollups.get(number).ok_or_eyre("there are fewer rollups")
    }

    /// Mines `blocks` L1 blocks every so often until `happened`; fails when a daemon ends, or nothing happens for too long.
    pub(crate) async fn until(
        &self,
        what: &str,
        blocks: u64,
        daemons: &mut [&mut Daemon],
        mut happened: impl AsyncFnMut() -> eyre::Result<bool>,
    ) -> eyre::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !happened().await? {
            if Instant::now() > deadline {
                bail!("not within {PATIENCE:?}: {what}");
            }
            for daemon in daemons.iter_mut() {
                daemon.check()?;
            }
            if blocks > 0 {
                self.devnet.mine(blocks).await?;
            }
            sleep(Duration::from_millis(4 * POLL_MS)).await;
        }
        Ok(())
    }
}

async fn nonce(devnet: &Devnet) -> eyre::Result<u64> {
    let deployer = devnet.address(Account::Sequencer)?;
    Ok(devnet.l1.provider().get_transaction_count(deployer).await?)
}

impl Rollup {
    async fn deploy(
        devnet: &Devnet,
        artifacts: &Artifacts,
        verifier: Address,
        number: u32,
        data: PathBuf,
        alloc: &Alloc,
    ) -> eyre::Result<Self> {
        std::fs::create_dir_all(&data)?;
        let (deployer, nonce) = (devnet.address(Account::Sequencer)?, nonce(devnet).await?);
        let contracts = Plan::bridge_around(deployer, nonce, None);
        let l1_chain_id = devnet.l1.chain_id();
        let genesis = NewChain {
            chain_id: CHAIN_ID + u64::from(number),
            timestamp: START,
            base_fee: BASE_FEE,
            gas_limit: BLOCK_GAS,
            bridge: Some(BridgeEnds {
                crossing: Crossing { l1_chain_id, bridge: contracts.bridge },
                token_escrow: contracts.token_escrow,
            }),
            alloc: alloc.clone(),
        };
        let file = genesis.file(artifacts)?;
        std::fs::write(data.join("genesis.json"), file.to_json()?)?;
        let (genesis, _) = file.build(&mut B256Map::<Bytes>::default())?;
        let parameters = Parameters::development()?;
        let settings = Settings { bridge: true, ..Settings::new(genesis, parameters) };
        let before = devnet.l1.provider().get_block_number().await?;
        let plan = Plan::around(verifier, artifacts, deployer, nonce, &settings)?;
        devnet.create(&plan.creations).await?;
        let deployment = plan.deployment(l1_chain_id, before);
        deployment.write(&data.join("deployment.json"))?;
        let (endpoint, phrase) = (devnet.endpoint(), devnet.phrase().to_owned());
        Ok(Self { number, data, endpoint, phrase, deployment })
    }

    /// The account that has a role here.
    pub(crate) const fn account(&self, role: Role) -> Account {
        Account::Of(self.number, role)
    }

    /// Its directory.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// A configuration file for a daemon or a command of `account`, with a store of its own; both go by `name`.
    pub(crate) fn config(&self, name: &str, account: Account) -> eyre::Result<PathBuf> {
        let path = self.data.join(format!("{name}.toml"));
        let text = format!(
            "[node]\nl1 = {:?}\ndeployment = {:?}\nstore = {:?}\npoll_ms = {POLL_MS}\n\
             genesis = {{ kind = \"geth\", path = {:?} }}\n\n\
             [key]\nkind = \"mnemonic\"\npath = {:?}\nindex = {}\n",
            self.endpoint,
            self.data.join("deployment.json"),
            self.data.join(name),
            self.data.join("genesis.json"),
            self.phrase,
            account.index(),
        );
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// The proposer daemon.
    pub(crate) fn proposer(&self, programs: &Path) -> eyre::Result<Daemon> {
        let config = self.config("proposer", self.account(Role::Proposer))?;
        Daemon::of("surety-proposer", programs, &[], config)
    }

    /// The proposer daemon with its JSON-RPC, and with the batcher, which pays with the sequencer's key; and the endpoint.
    /// `more` is what its configuration has beyond that: first the rest of `[batcher]`, then further tables.
    pub(crate) fn sequencer(&self, programs: &Path, more: &str) -> eyre::Result<(Daemon, String)> {
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let config = self.config("proposer", self.account(Role::Proposer))?;
        let text = std::fs::read_to_string(&config)?;
        let key = format!(
            "{{ kind = \"mnemonic\", path = {:?}, index = {} }}",
            self.phrase,
            Account::Sequencer.index()
        );
        let text = format!(
            "{text}\n[rpc]\nlisten = \"{listen}\"\n\n\
             [batcher]\nenabled = true\nkey = {key}\nmin_interval_ms = 0\nmax_unpaid_wait_ms = 0\n{more}"
        );
        std::fs::write(&config, text)?;
        let daemon = Daemon::of("surety-proposer", programs, &[], config)?;
        Ok((daemon, format!("http://{listen}")))
    }

    /// The challenger daemon.
    pub(crate) fn challenger(&self, programs: &Path) -> eyre::Result<Daemon> {
        let config = self.config("challenger", self.account(Role::Challenger))?;
        Daemon::of("surety-challenger", programs, &[], config)
    }

    /// `surety relayer`, which brings on every message of this rollup.
    pub(crate) fn relayer(&self, programs: &Path) -> eyre::Result<Daemon> {
        let config = self.config("relayer", self.account(Role::Relayer))?;
        Daemon::of("surety", programs, &["relayer"], config)
    }

    /// A node in this process that has followed L1 to its head; its store goes by `name`.
    pub(crate) async fn node(&self, name: &str) -> eyre::Result<Arc<Node>> {
        let genesis = GenesisSource::Geth { path: self.data.join("genesis.json") };
        let (deployment, store) = (self.data.join("deployment.json"), self.data.join(name));
        let config = NodeConfig {
            poll_ms: POLL_MS,
            ..NodeConfig::new(self.endpoint.clone(), deployment, store, genesis)
        };
        let node = Arc::new(Node::open(&config).await?);
        follow(&node).await?;
        Ok(node)
    }

    /// An account on L2, at a node of this rollup.
    pub(crate) fn user(
        &self,
        devnet: &Devnet,
        node: &Arc<Node>,
        account: Account,
    ) -> eyre::Result<L2Account> {
        Ok(L2Account::new(Arc::clone(node), devnet.key(account)?))
    }
}

/// Follows L1 to its head.
pub(crate) async fn follow(node: &Node) -> eyre::Result<()> {
    while node.tick().await?.behind {}
    Ok(())
}
