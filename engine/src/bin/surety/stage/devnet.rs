//! An L1 of our own, with the contracts on it.

use std::path::{Path, PathBuf};

use alloy::{
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, B256, U256},
    providers::{Provider, ext::AnvilApi},
};
use eyre::{OptionExt as _, ensure};
use surety_engine::{
    deploy::{Artifacts, Creation, Plan, Settings},
    execute::boundary::Genesis,
    l1::{
        beacon::{BeaconConfig, BlockNames},
        client::L1Client,
        send::{Lane, LaneSettings, Sent},
        signer::{Key, KeySource, write_secret},
    },
    node::deployment::Deployment,
    rules::parameters::Parameters,
};

/// The development accounts' mnemonic, which every anvil funds.
pub(crate) const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// L1 time of the first block: early enough for the deployment to be over before the append.
pub(crate) const START: u64 = 1_760_580_000;

/// How long anvil may take to start: a busy machine is slow.
const PATIENCE_MS: u64 = 60_000;
/// Gas limit of this L1's blocks: mainnet's.
const BLOCK_GAS: &str = "60000000";

/// Who plays on this L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    /// Deploys, and appends the batch.
    Sequencer,
    /// Proposes the truth.
    Proposer,
    /// Watches.
    Challenger,
    /// Watches beside the challenger, where there is one liar.
    SecondChallenger,
    /// Proposes a lie; liars are numbered from 0.
    Liar(u32),
    /// Has a role at one of several rollups, numbered from 0.
    Of(u32, Role),
    /// Uses rollups; users are numbered from 0.
    User(u32),
}

/// Who works for one of several rollups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Proposer,
    Challenger,
    Relayer,
    Liar,
}

/// Where the accounts of several rollups' stage begin: after all liars that one rollup's has.
const ROLES: u32 = 40;
const USERS: u32 = 80;
/// Accounts on a stage of several rollups.
pub(crate) const ACCOUNTS: u32 = 90;

impl Account {
    /// Its place among the accounts of the mnemonic.
    pub(crate) const fn index(self) -> u32 {
        match self {
            Self::Sequencer => 0,
            Self::Proposer => 1,
            Self::Challenger => 2,
            Self::SecondChallenger => 4,
            Self::Liar(number) => 3 + number,
            Self::Of(rollup, role) => ROLES + 10 * rollup + role as u32,
            Self::User(number) => USERS + number,
        }
    }
}

/// The L1.
pub(crate) struct Devnet {
    anvil: AnvilInstance,
    pub(crate) l1: L1Client,
    phrase: PathBuf,
}

impl Devnet {
    /// Starts anvil with Osaka's rules and EIP-7825's cap, and so many funded accounts.
    pub(crate) async fn start(root: &Path, data: &Path, accounts: u32) -> eyre::Result<Self> {
        Self::start_with(root, data, accounts, &[]).await
    }

    /// The same, with further arguments for anvil.
    pub(crate) async fn start_with(
        root: &Path,
        data: &Path,
        accounts: u32,
        arguments: &[&str],
    ) -> eyre::Result<Self> {
        let binary = root.join("node_modules/.bin/anvil");
        ensure!(binary.exists(), "{} is missing: run scripts/setup", binary.display());
        let anvil = Anvil::at(binary)
            .timeout(PATIENCE_MS)
            .args([
                "--hardfork",
                "osaka",
                "--enable-tx-gas-limit",
                "--timestamp",
                &START.to_string(),
            ])
            .args(["--gas-limit", BLOCK_GAS])
            // else it keeps old states in the home directory, and leaves them there when it is killed
            .arg("--cache-path")
            .arg(data.join("anvil"))
            .arg("--accounts")
            .arg(accounts.to_string())
            .args(arguments)
            .try_spawn()?;
        let l1 = L1Client::connect(&anvil.endpoint(), None).await?;
        let phrase = data.join("phrase");
        write_secret(&phrase, MNEMONIC)?;
        Ok(Self { anvil, l1, phrase })
    }

    /// Its JSON-RPC endpoint.
    pub(crate) fn endpoint(&self) -> String {
        self.anvil.endpoint()
    }

    /// Its beacon API, which anvil serves beside.
    pub(crate) fn beacon(&self) -> BeaconConfig {
        BeaconConfig { urls: vec![self.endpoint()], blocks: BlockNames::Number }
    }

    /// The file with the accounts' mnemonic.
    pub(crate) fn phrase(&self) -> &Path {
        &self.phrase
    }

    pub(crate) fn key(&self, account: Account) -> eyre::Result<Key> {
        let source = KeySource::Mnemonic { path: self.phrase.clone(), index: account.index() };
        Ok(source.load()?)
    }

    pub(crate) fn lane(&self, account: Account) -> eyre::Result<Lane> {
        Ok(Lane::new(self.l1.clone(), self.key(account)?, LaneSettings::default()))
    }

    /// Deploys a rollup and gives the gas that took.
    pub(crate) async fn deploy(
        &self,
        root: &Path,
        genesis: Genesis,
    ) -> eyre::Result<(Deployment, Vec<Sent>)> {
        let lane = self.lane(Account::Sequencer)?;
        let provider = self.l1.provider();
        let nonce = provider.get_transaction_count(lane.address()).await?;
        let before = provider.get_block_number().await?;
        let settings = Settings::new(genesis, Parameters::development()?);
        let plan = Plan::new(&Artifacts::new(root.join("out")), lane.address(), nonce, &settings)?;
        let made = self.create(&plan.creations).await?;
        Ok((plan.deployment(self.l1.chain_id(), before), made))
    }

    /// Carries out creations as the sequencer's next transactions.
    pub(crate) async fn create(&self, creations: &[Creation]) -> eyre::Result<Vec<Sent>> {
        let lane = self.lane(Account::Sequencer)?;
        let mut made = Vec::with_capacity(creations.len());
        for creation in creations {
            made.push(creation.send(&lane).await?);
        }
        Ok(made)
    }

    /// Gives the next block this time.
    pub(crate) async fn set_next_time(&self, timestamp: u64) -> eyre::Result<()> {
        self.l1.provider().anvil_set_next_block_timestamp(timestamp).await?;
        Ok(())
    }

    /// Mines empty blocks.
    pub(crate) async fn mine(&self, blocks: u64) -> eyre::Result<()> {
        self.l1.provider().anvil_mine(Some(blocks), None).await?;
        Ok(())
    }

    /// From now on blocks are made by [`mine`](Self::mine) alone.
    pub(crate) async fn mine_on_demand(&self) -> eyre::Result<()> {
        self.l1.provider().anvil_set_auto_mine(false).await?;
        Ok(())
    }

    /// An account's address.
    pub(crate) fn address(&self, account: Account) -> eyre::Result<Address> {
        let address = self.anvil.addresses().get(usize::try_from(account.index())?);
        address.copied().ok_or_eyre("this L1 has fewer accounts")
    }

    /// Whether a transaction of `sender` waits to be mined.
    pub(crate) async fn is_waiting(&self, sender: Address) -> eyre::Result<bool> {
        let provider = self.l1.provider();
        let mined = provider.get_transaction_count(sender).await?;
        Ok(provider.get_transaction_count(sender).pending().await? > mined)
    }

    /// What an account holds outside of Bonds.
    pub(crate) async fn balance(&self, account: Account) -> eyre::Result<U256> {
        let address = self.lane(account)?.address();
        Ok(self.l1.provider().get_balance(address).await?)
    }

    /// The hash of L1's newest block, for error messages.
    pub(crate) async fn head(&self) -> eyre::Result<(u64, B256)> {
        use surety_engine::l1::follow::Headers as _;
        let head = self.l1.head().await?;
        Ok((head.number, head.hash))
    }
}
