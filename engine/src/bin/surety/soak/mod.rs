//! A rollup in use: users send through the JSON-RPC, the proposer batches, proposes and confirms, an attacker disputes one
//! claim after the other, and the challenger takes every lie apart. In the end every wei is where it belongs.

mod attacker;
mod memory;
mod traffic;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use alloy::{
    genesis::GenesisAccount,
    network::TransactionBuilder as _,
    primitives::{Address, Bytes, U256, keccak256},
    providers::{Provider as _, ext::AnvilApi as _},
    rpc::types::TransactionRequest,
    sol_types::SolCall as _,
};
use clap::Args;
use eyre::{OptionExt as _, bail, ensure};
use serde::Serialize;
use surety_engine::{
    dispute::{
        domain::{BondStatus, ClaimStatus, Snapshot},
        observe::{self, Observer},
    },
    genesis::Alloc,
    l1::{
        bindings::{IBonds, IBridge},
        send::Call,
    },
    node::{Node, pinned::Pinned},
};
use tokio::{task::JoinSet, time::sleep};

use self::{attacker::Attacker, memory::Memory};
use crate::stage::{
    daemons::Daemon,
    devnet::{Account, Devnet, Role},
    places::Places,
    rollups::{Rollup, Rollups, follow},
    user::{COUNTER, User, UserCall},
};

/// Each user's deposit: 10 ETH.
const DEPOSIT: u128 = 10_000_000_000_000_000_000;
/// Seconds of L1 time between two of its blocks.
const L1_SECONDS: u64 = 2;
/// Time between two looks.
const BEAT: Duration = Duration::from_millis(250);
/// Looks between two samples of memory.
const BEATS_A_SAMPLE: u32 = 8;
/// L2 blocks from which on memory is judged: before, caches are filling.
const BLOCKS_TO_JUDGE: u64 = 1_000;
/// What a block may take, and everything around the blocks.
const BLOCK_PATIENCE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(600);

/// A rollup in use.
#[derive(Clone, Debug, Args)]
pub(crate) struct Soak {
    /// L2 blocks to make.
    #[arg(long, default_value_t = 2_000)]
    blocks: u64,
    /// Users that send.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..=8))]
    users: u32,
    /// Somebody disputes claims with lies.
    #[arg(long)]
    attacker: bool,
    /// L2 blocks that a claim covers at least.
    #[arg(long, default_value_t = 32)]
    blocks_per_claim: u16,
    /// Accounts that the rollup begins with, besides those that act: a store that is large from the start.
    #[arg(long, default_value_t = 300_000)]
    accounts: u64,
    /// Megabytes of memory for pages of a daemon's store: few, so that they are full soon and what else grows shows.
    #[arg(long, default_value_t = 1)]
    cache_mb: u32,
    /// Print what was measured as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    places: Places,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
struct Report {
    blocks: u64,
    transactions: usize,
    seconds: u64,
    claims: usize,
    attacks: usize,
    lost: usize,
    proposer: memory::Summary,
    challenger: memory::Summary,
    /// Whether there were enough blocks to say that memory does not grow.
    memory_judged: bool,
}

impl Soak {
    /// Lives through it. Succeeds only if everybody has in the end what is due to them, and in a long run no daemon grows.
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let data = self.places.data()?;
        let programs = self.places.programs()?;
        let alloc = accounts(self.accounts);
        let stage =
            Rollups::start_with(&self.places.root, data.path(), &["rollup"], &alloc).await?;
        // a second of L1 time has one L2 block: so they need not wait for each other
        stage.devnet.l1.provider().anvil_set_block_timestamp_interval(L1_SECONDS).await?;
        let rollup = stage.rollup(0)?;
        let (proposer, endpoint) = rollup.sequencer(
            &programs,
            &format!(
                "max_wait_ms = 50\ndata = \"calldata\"\n\n\
                 [proposer]\ndefend_within = 1\nblocks_per_claim = {}\n",
                self.blocks_per_claim
            ),
        )?;
        let challenger = rollup.challenger(&programs)?;
        let [mut proposer, mut challenger] =
            [proposer, challenger].map(|daemon| daemon.with("node.cache_mb", self.cache_mb));
        proposer.start()?;
        challenger.start()?;
        let begun = Instant::now();

        let users = self.settle_in(&stage.devnet, rollup, &endpoint).await?;
        start_again(&mut proposer, &mut challenger, &users).await?;
        let counter = deploy_counter(&users).await?;
        let mut before = Vec::new();
        for user in &users {
            before.push(user.balance().await?);
        }

        let node = rollup.node("witness").await?;
        let mut attacker = None;
        if self.attacker {
            let lane = stage.devnet.lane(rollup.account(Role::Liar))?;
            attacker = Some(Attacker::new(rollup.node("attacker").await?, lane));
        }
        let mut daemons = Daemons {
            proposer: (&mut proposer, Memory::new(rollup.data().join("proposer"))),
            challenger: (&mut challenger, Memory::new(rollup.data().join("challenger"))),
        };
        let accounts = self.live(&users, counter, &node, attacker.as_mut(), &mut daemons).await?;
        let transactions = traffic::check(&users, &before, &accounts, counter).await?;

        let honest = [
            stage.devnet.address(rollup.account(Role::Proposer))?,
            stage.devnet.address(rollup.account(Role::Challenger))?,
        ];
        let end = settle(&stage, &node, &mut daemons, attacker.as_mut(), honest).await?;
        let attacks = attacker.as_ref().map_or(0, Attacker::attacks);
        let lost = check_claims(&end, &node, attacks, honest)?;
        if let Some(attacker) = &attacker {
            eprintln!("the attacker {} has lost {lost} claims", attacker.address());
        }
        let confirmed = end.claims.values().filter(|it| it.status == ClaimStatus::Confirmed);
        let report = Report {
            blocks: node.head()?.number,
            transactions,
            seconds: begun.elapsed().as_secs(),
            claims: confirmed.count().saturating_sub(1),
            attacks,
            lost,
            proposer: daemons.proposer.1.summary(),
            challenger: daemons.challenger.1.summary(),
            memory_judged: self.blocks >= BLOCKS_TO_JUDGE,
        };
        report.print(self.json)?;
        if !report.memory_judged {
            return Ok(());
        }
        daemons.proposer.1.check("the proposer")?;
        daemons.challenger.1.check("the challenger")
    }

    /// The users, each with ETH on L2.
    async fn settle_in(
        &self,
        devnet: &Devnet,
        rollup: &Rollup,
        endpoint: &str,
    ) -> eyre::Result<Vec<Arc<User>>> {
        let bridge = rollup.deployment.bridge.ok_or_eyre("no bridge")?.bridge;
        let mut users = Vec::new();
        for number in 0..self.users {
            let account = Account::User(number);
            let user = User::connect(devnet, account, endpoint).await?;
            let data = IBridge::depositCall { account: user.address() }.abi_encode().into();
            let value = U256::from(DEPOSIT);
            let call = Call { to: Some(bridge), data, value, label: "deposit" };
            devnet.lane(account)?.send(&call).await?;
            users.push(Arc::new(user));
        }
        let deadline = Instant::now() + PATIENCE;
        for user in &users {
            while user.balance().await?.is_zero() {
                ensure!(Instant::now() < deadline, "a deposit does not arrive");
                sleep(BEAT).await;
            }
        }
        Ok(users)
    }

    /// Lets everybody act until there are enough blocks.
    async fn live(
        &self,
        users: &[Arc<User>],
        counter: Address,
        node: &Node,
        mut attacker: Option<&mut Attacker>,
        daemons: &mut Daemons<'_>,
    ) -> eyre::Result<Vec<traffic::Account>> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut senders = JoinSet::new();
        for (number, user) in users.iter().enumerate() {
            let others = users.iter().map(|other| other.address());
            let others = others.filter(|other| *other != user.address()).collect();
            let sending = traffic::send(Arc::clone(user), others, counter, Arc::clone(&stop));
            senders.spawn(async move { sending.await.map(|account| (number, account)) });
        }
        let blocks = u32::try_from(self.blocks)?;
        let deadline = Instant::now() + PATIENCE + BLOCK_PATIENCE * blocks;
        let mut beats = 0;
        loop {
            // L1 may be moving just now
            let _ = follow(node).await;
            let head = node.head()?.number;
            daemons.check()?;
            if beats % BEATS_A_SAMPLE == 0 {
                daemons.sample()?;
            }
            if beats % 200 == 0 {
                let attacks = attacker.as_ref().map_or(0, |attacker| attacker.attacks());
                eprintln!("L2 block {head}, {attacks} claims attacked");
            }
            beats += 1;
            if head >= self.blocks {
                break;
            }
            if let Some(attacker) = attacker.as_mut() {
                attacker.round(true).await;
            }
            if let Some(ended) = senders.try_join_next() {
                ended??;
                bail!("a user has stopped");
            }
            ensure!(Instant::now() < deadline, "only {head} blocks within the time");
            sleep(BEAT).await;
        }
        stop.store(true, Ordering::Relaxed);
        let mut accounts: Vec<_> = users.iter().map(|_| traffic::Account::default()).collect();
        while let Some(ended) = senders.join_next().await {
            let (number, account) = ended??;
            *accounts.get_mut(number).ok_or_eyre("one user more")? = account;
        }
        Ok(accounts)
    }
}

/// Both daemons, and what they hold.
struct Daemons<'a> {
    proposer: (&'a mut Daemon, Memory),
    challenger: (&'a mut Daemon, Memory),
}

impl Daemons<'_> {
    fn check(&mut self) -> eyre::Result<()> {
        self.proposer.0.check()?;
        self.challenger.0.check()
    }

    fn sample(&mut self) -> eyre::Result<()> {
        for (daemon, memory) in [&mut self.proposer, &mut self.challenger] {
            memory.sample(daemon)?;
        }
        Ok(())
    }
}

/// So many accounts without ether, which a rollup with a Bridge cannot begin with.
fn accounts(count: u64) -> Alloc {
    let account = || GenesisAccount { nonce: Some(1), ..GenesisAccount::default() };
    let address = |number: u64| Address::from_word(keccak256(number.to_be_bytes()));
    (0..count).map(|number| (address(number), account())).collect()
}

/// Kills both daemons when they have the genesis and more, and starts them again: what importing it took is not theirs now.
async fn start_again(
    proposer: &mut Daemon,
    challenger: &mut Daemon,
    users: &[Arc<User>],
) -> eyre::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(challenger.log())?.contains("executed") {
        ensure!(Instant::now() < deadline, "the challenger does not follow");
        sleep(BEAT).await;
    }
    for daemon in [proposer, challenger] {
        daemon.kill()?;
        daemon.start()?;
    }
    let user = users.first().ok_or_eyre("nobody")?;
    while user.balance().await.is_err() {
        ensure!(Instant::now() < deadline, "the proposer does not serve again");
        sleep(BEAT).await;
    }
    Ok(())
}

async fn deploy_counter(users: &[Arc<User>]) -> eyre::Result<Address> {
    let user = users.first().ok_or_eyre("nobody")?;
    let data = Bytes::from(COUNTER.to_vec());
    let call = UserCall { to: None, value: U256::ZERO, data, gas: 200_000 };
    user.execute(call).await?.contract_address.ok_or_eyre("no contract was made")
}

/// Lets L1's time pass until every claim is decided and the honest money is home.
async fn settle(
    stage: &Rollups,
    node: &Arc<Node>,
    daemons: &mut Daemons<'_>,
    mut attacker: Option<&mut Attacker>,
    honest: [Address; 2],
) -> eyre::Result<Snapshot> {
    let [proposer, challenger] = honest;
    let deployment = observe::Deployment::from(&**node);
    let observer = Observer::new(Pinned::new(Arc::clone(node)), deployment, proposer);
    let deadline = Instant::now() + PATIENCE;
    loop {
        daemons.check()?;
        if let Some(attacker) = attacker.as_mut() {
            attacker.round(false).await;
        }
        if follow(node).await.is_ok()
            && let Ok(snapshot) = observer.snapshot().await
        {
            let decided =
                snapshot.claims.values().all(|claim| claim.status != ClaimStatus::Proposed);
            // the proposer keeps its root bond for the next claim
            let kept = snapshot.own_bonds().count() as u64;
            let kept = snapshot.parameters.root_bond * U256::from(kept);
            if decided
                && locked(&stage.devnet, deployment.bonds, challenger).await?.is_zero()
                && locked(&stage.devnet, deployment.bonds, proposer).await? == kept
            {
                return Ok(snapshot);
            }
        }
        ensure!(Instant::now() < deadline, "claims are undecided, or bonds not home");
        stage.devnet.mine(1).await?;
        sleep(BEAT).await;
    }
}

async fn locked(devnet: &Devnet, bonds: Address, account: Address) -> eyre::Result<U256> {
    let data = IBonds::accountsCall { account }.abi_encode();
    let request = TransactionRequest::default().with_to(bonds).with_input(data);
    let answer = devnet.l1.provider().call(request).await?;
    Ok(U256::from(IBonds::accountsCall::abi_decode_returns_validate(&answer)?.locked))
}

/// No honest claim is lost, no wrong one is confirmed, and no honest bond is gone. Gives how many claims are lost.
fn check_claims(
    end: &Snapshot,
    node: &Node,
    attacks: usize,
    honest: [Address; 2],
) -> eyre::Result<usize> {
    let mut lost = 0;
    for (id, claim) in &end.claims {
        let bond = claim.bond.and_then(|bond| end.bonds.get(&bond));
        let ours = bond.is_none_or(|bond| honest.contains(&bond.owner));
        let is_right = node.sealed(claim.end)?.hash() == claim.key.boundary;
        match claim.status {
            ClaimStatus::Confirmed => ensure!(ours && is_right, "{id} is confirmed"),
            ClaimStatus::Lost => {
                ensure!(!ours, "the honest claim {id} is lost");
                lost += 1;
            }
            ClaimStatus::Void | ClaimStatus::Proposed => ensure!(!ours, "{id} came to nothing"),
        }
    }
    let forfeited = end.bonds.values().filter(|bond| bond.status == BondStatus::Forfeited);
    for bond in forfeited {
        ensure!(!honest.contains(&bond.owner), "an honest bond is forfeited");
    }
    ensure!(lost <= attacks, "more claims are lost than were attacked");
    Ok(lost)
}

impl Report {
    fn print(&self, json: bool) -> eyre::Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
            return Ok(());
        }
        println!(
            "{} L2 blocks with {} transactions in {} s, {} claims confirmed; {} attacked, {} lies lost",
            self.blocks, self.transactions, self.seconds, self.claims, self.attacks, self.lost
        );
        for (name, memory) in [("proposer", self.proposer), ("challenger", self.challenger)] {
            let memory::Summary { early, late, peak, store } = memory;
            let [early, late, peak, store] = [early, late, peak, store].map(memory::mebibytes);
            println!(
                "   {name:<12} {early:.1} MiB, later {late:.1} MiB, at most {peak:.1} MiB; its store grew by {store:.1} MiB"
            );
        }
        if !self.memory_judged {
            println!("   too short to say whether that is flat");
        }
        Ok(())
    }
}
