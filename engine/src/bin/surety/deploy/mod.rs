//! `surety deploy`: a new rollup on any L1.

pub(crate) mod caution;
mod choice;
mod plan;

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
};

use alloy::{
    primitives::{Address, B256, Bytes, U256, map::B256Map},
    providers::Provider as _,
};
use clap::Args;
use eyre::{OptionExt as _, WrapErr as _, ensure};
use serde::Serialize;
use surety_engine::{
    artifacts::Artifacts,
    deploy::{
        Creation, CreationError, Plan, Rehearsed, Settings, Site, SurveyError, Surveyor,
        check_verifier, inbox_nonce, rehearse,
    },
    execute::boundary::Genesis,
    genesis::{BridgeEnds, GenesisFile},
    l1::{
        client::{L1Client, L1Error},
        send::Lane,
    },
    node::{deployment::Deployment, genesis::bridge_of, wiring},
    status::units::Wei,
};

use self::{
    choice::{Choice, Chosen},
    plan::{Fee, ParameterReport, PlanReport, circumstances},
};
use crate::{
    place::{KeyArguments, Place},
    stage::amounts::grouped,
    terminal::{
        failure::{Advise as _, Usage},
        output::Output,
        progress,
        units::eth,
    },
};

/// Nonces beyond the deployer's next one that a genesis may have been made for.
const NONCES_AHEAD: u64 = 1_024;
/// What to do when other transactions took the plan's nonces.
const SPOILED: &str = "its nonces are fixed: make a new genesis (surety genesis --l1 ...), and send nothing else from this account until the deployment is complete";
/// What to do when the L1 node keeps no old states.
const FORGOTTEN: &str =
    "the L1 node may have forgotten that state: name the block before the Inbox with --l1-block";

/// Deploys a new rollup: shows a plan with what it costs, asks, carries it out, and writes the deployment file.
///
/// Everything is planned from the chain: after an interruption at any moment the same command goes on with what is missing. A
/// genesis with a Bridge fixes the deployer's nonces, so nothing else may be sent from its account in between.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  surety genesis --chain-id 61331 --l1 http://127.0.0.1:8545 --deployer 0xf39F...\n  surety deploy --l1 http://127.0.0.1:8545 --mnemonic-file phrase --preset development"
)]
pub(crate) struct Deploy {
    /// The genesis file that `surety genesis` wrote.
    #[arg(long, default_value = "genesis.json", value_name = "FILE")]
    genesis: PathBuf,
    #[command(flatten)]
    choice: Choice,
    /// A step verifier that is on this L1 already: its contracts are compared with those compiled here, and not deployed again.
    #[arg(long, value_name = "ADDRESS")]
    verifier: Option<Address>,
    /// The deployer's nonce of the first contract. Found from the genesis or the chain if left out.
    #[arg(long)]
    nonce: Option<u64>,
    /// The L1 block before the Inbox, where its state of that time is gone from the L1 node.
    #[arg(long, value_name = "BLOCK")]
    l1_block: Option<u64>,
    /// The compiled contracts.
    #[arg(long, env = "SURETY_ARTIFACTS", default_value = "out", value_name = "DIRECTORY")]
    artifacts: PathBuf,
    /// The deployment file to write. Default: --deployment, else deployment.json.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Show the plan and end.
    #[arg(long, conflicts_with = "yes")]
    plan: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    output: Output,
}

/// A deployment that is complete.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    file: PathBuf,
    deployment: Deployment,
    identity: B256,
    /// Transactions of this run.
    transactions: Vec<Made>,
    gas: u64,
    fee_wei: Wei,
}

/// A contract that this run has made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    name: &'static str,
    address: Address,
    transaction: B256,
    gas: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, deployment, transactions, gas, fee_wei, .. } = self;
        writeln!(f, "deployed: {}", file.display())?;
        writeln!(f, "  Rollup  {}", deployment.rollup)?;
        writeln!(f, "  Inbox   {}", deployment.inbox)?;
        writeln!(f, "  Bonds   {}", deployment.bonds)?;
        if let Some(contracts) = deployment.bridge {
            writeln!(f, "  Bridge  {}", contracts.bridge)?;
        }
        let count = transactions.len();
        writeln!(f, "{count} transactions, {} gas, {}", grouped(*gas), eth(fee_wei.0))?;
        write!(f, "next: start surety-proposer and surety-challenger with this file")
    }
}

/// What there is to do.
struct Work {
    plan: Plan,
    rehearsed: Vec<Rehearsed>,
    first: u64,
    done: usize,
}

/// A genesis that is read.
struct Start {
    genesis: Genesis,
    bridge: Option<BridgeEnds>,
}

impl Deploy {
    pub(crate) async fn run(self) -> eyre::Result<()> {
        let chosen = self.choice.settle().map_err(|error| Usage(format!("{error:#}")))?;
        let start = self.start()?;
        let key = self.key.load(&self.place)?;
        let l1 = self.place.connect(None).await?;
        let lane = Lane::new(l1.clone(), key, self.place.lane()?);
        let artifacts = Artifacts::new(&self.artifacts);
        if let Some(verifier) = self.verifier {
            let gas = chosen.parameters.limits().transaction_gas;
            check_verifier(&l1, &artifacts, verifier, gas).await?;
        }
        let surveyor = Surveyor::arrive(&l1, lane.address()).await?;
        let work = self.work(&surveyor, &artifacts, &l1, &chosen, &start).await?;
        let file = self.file()?;
        if let Ok(other) = Deployment::read(&file)
            && other.rollup != work.plan.deployment(l1.chain_id(), 0).rollup
        {
            let other = Usage(format!("{} is another rollup's", file.display()));
            return Err(other).advise(|| "name another file with --out");
        }
        let report = plan(&work, &surveyor, &l1, &chosen, &start, lane.address()).await?;
        if self.plan {
            return self.output.say(&report);
        }
        if !self.output.json {
            println!("{report}");
        }
        if !report.is_complete() {
            self.confirm(&report)?;
        }
        let transactions = self.carry_out(&work, &lane).await?;
        self.finish(&work, &l1, &lane, transactions).await
    }

    fn start(&self) -> eyre::Result<Start> {
        let path = self.genesis.display();
        let json = std::fs::read(&self.genesis).map_err(|error| Usage(format!("{path}: {error}")));
        let json = json.advise(|| "surety genesis writes one: surety genesis --help")?;
        let file = GenesisFile::from_json(&json).wrap_err_with(|| path.to_string())?;
        let (genesis, _) = file.build(&mut B256Map::<Bytes>::default())?;
        let bridge = bridge_of(&file)?;
        if bridge.is_some() {
            file.check_no_ether().wrap_err_with(|| path.to_string())?;
        }
        Ok(Start { genesis, bridge })
    }

    /// The plan for where the chain stands.
    async fn work(
        &self,
        surveyor: &Surveyor<'_>,
        artifacts: &Artifacts,
        l1: &L1Client,
        chosen: &Chosen,
        start: &Start,
    ) -> eyre::Result<Work> {
        let settings = Settings {
            genesis: start.genesis,
            parameters: chosen.parameters,
            gas_price_cap: chosen.gas_price_cap,
            sunset: chosen.sunset,
            settlement: None,
            bridge: start.bridge.is_some(),
        };
        let mut contracts = Vec::new();
        if let Some(verifier) = self.verifier {
            contracts.push((verifier, surveyor.code(verifier).await?));
        }
        let head = surveyor.head();
        let site = Site {
            chain_id: l1.chain_id(),
            number: head.number,
            timestamp: head.timestamp,
            contracts,
        };
        let deployer = surveyor.deployer();
        let rehearse_from = |first: u64| -> eyre::Result<(Plan, Vec<Rehearsed>)> {
            let plan = match self.verifier {
                Some(verifier) => Plan::around(verifier, artifacts, deployer, first, &settings)?,
                None => Plan::new(artifacts, deployer, first, &settings)?,
            };
            let rehearsed = rehearse(&site, deployer, first, &plan.creations)?;
            Ok((plan, rehearsed))
        };
        let work = async |first: u64| -> eyre::Result<Work> {
            let (plan, rehearsed) = rehearse_from(first)?;
            let done = surveyor.done(first, &plan.creations, &rehearsed).await?;
            Ok(Work { plan, rehearsed, first, done })
        };
        let fixed = match (self.nonce, start.bridge) {
            (Some(first), _) => Some(first),
            (None, Some(ends)) => Some(self.bridge_nonce(ends, surveyor, l1)?),
            (None, None) => None,
        };
        if let Some(first) = fixed {
            let is_spoiled = |error: &eyre::Report| {
                let error = error.downcast_ref();
                matches!(error, Some(SurveyError::TooEarly { .. } | SurveyError::Spoiled { .. }))
            };
            return work(first).await.advise_if(is_spoiled, SPOILED);
        }
        // an interrupted run has left a beginning of the plan, which does not depend on where it began
        let (plan, rehearsed) = rehearse_from(surveyor.nonce())?;
        let begins = rehearsed.first().ok_or_eyre("the plan is empty")?;
        let back = u64::try_from(plan.creations.len())?;
        for first in surveyor.created(&begins.code, back).await? {
            if let Ok(work) = work(first).await {
                return Ok(work);
            }
        }
        Ok(Work { plan, rehearsed, first: surveyor.nonce(), done: 0 })
    }

    /// The first nonce of the plan whose Bridge is the genesis's.
    fn bridge_nonce(
        &self,
        ends: BridgeEnds,
        surveyor: &Surveyor<'_>,
        l1: &L1Client,
    ) -> eyre::Result<u64> {
        let (bridge, wanted) = (ends.crossing.bridge, ends.crossing.l1_chain_id);
        let (deployer, next) = (surveyor.deployer(), surveyor.nonce());
        if wanted != l1.chain_id() {
            let usage =
                Usage(format!("the genesis is for L1 {wanted}, --l1 serves {}", l1.chain_id()));
            return Err(usage).advise(|| "name the right L1, or make a genesis for this one");
        }
        let inbox = inbox_nonce(bridge, deployer, next.saturating_add(NONCES_AHEAD));
        let first = inbox.and_then(|inbox| Plan::first(inbox, self.verifier.is_none(), None));
        first.ok_or_else(|| {
            Usage(format!("the genesis's Bridge is {bridge}, which {deployer} does not create at any nonce around its next, {next}"))
        })
        .advise(|| "use the key that the genesis was made for, with or without --verifier as then; or make a new genesis")
    }

    fn confirm(&self, report: &PlanReport) -> eyre::Result<()> {
        if report.balance_wei < report.fee.cost_wei {
            let (has, needs) = (eth(report.balance_wei.0), eth(report.fee.cost_wei.0));
            let poor = Err(eyre::eyre!("the deployer has {has}, the plan costs {needs}"));
            return poor.advise(|| format!("send it to {} first", report.deployer));
        }
        if self.yes {
            return Ok(());
        }
        if self.output.json || !io::stdin().is_terminal() {
            let asked = Usage("nobody is here to confirm the plan".to_owned());
            return Err(asked).advise(|| "read it with --plan, and confirm it with --yes");
        }
        print!("Deploy? Type yes: ");
        io::stdout().flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        ensure!(answer.trim() == "yes", "not confirmed: nothing was sent");
        Ok(())
    }

    /// Sends what is missing, one transaction after the other.
    async fn carry_out(&self, work: &Work, lane: &Lane) -> eyre::Result<Vec<(Made, U256)>> {
        let total = u64::try_from(work.plan.creations.len())?;
        let bar = progress::bar(total, "");
        bar.set_position(u64::try_from(work.done)?);
        let mut made = Vec::new();
        for creation in work.plan.creations.iter().skip(work.done) {
            let &Creation { name, address, .. } = creation;
            bar.set_message(name);
            let sent = match creation.send(lane).await {
                Err(error @ CreationError::Elsewhere { .. }) => Err(error)
                    .advise(|| "make a new genesis, and use an account that sends nothing else"),
                sent => sent.wrap_err("the deployment is not complete: the same command goes on"),
            }?;
            let fee = U256::from(sent.gas) * U256::from(sent.price);
            made.push((Made { name, address, transaction: sent.hash, gas: sent.gas }, fee));
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(made)
    }

    /// Checks what is there, and writes the deployment file.
    async fn finish(
        &self,
        work: &Work,
        l1: &L1Client,
        lane: &Lane,
        made: Vec<(Made, U256)>,
    ) -> eyre::Result<()> {
        let surveyor = Surveyor::arrive(l1, lane.address()).await?;
        let inbox = work.plan.creations.iter().zip(work.first..).find(|(it, _)| it.name == "Inbox");
        let (_, inbox) = inbox.ok_or_eyre("the plan has no Inbox")?;
        let before = match self.l1_block {
            Some(block) => block,
            None => {
                let before = surveyor.last_before(inbox).await.advise_if(is_refused, FORGOTTEN);
                before.wrap_err("when was the Inbox created?")?
            }
        };
        let deployment = work.plan.deployment(l1.chain_id(), before);
        wiring::check(l1, &deployment).await?;
        let file = self.file()?;
        if let Ok(other) = Deployment::read(&file)
            && other.rollup != deployment.rollup
        {
            let other = Usage(format!("{} is another rollup's", file.display()));
            return Err(other)
                .advise(|| "name another file with --out: the contracts are deployed");
        }
        deployment.write(&file)?;
        let gas = made.iter().map(|(made, _)| made.gas).sum();
        let fee_wei = Wei(made.iter().fold(U256::ZERO, |sum, (_, fee)| sum + fee));
        let transactions = made.into_iter().map(|(made, _)| made).collect();
        let identity = deployment.identity();
        self.output.say(&Report { file, deployment, identity, transactions, gas, fee_wei })
    }

    fn file(&self) -> eyre::Result<PathBuf> {
        match &self.out {
            Some(path) => Ok(path.clone()),
            None => self.place.deployment_file(),
        }
    }
}

/// Whether the L1 node is there, but does not answer.
fn is_refused(error: &L1Error) -> bool {
    match error {
        L1Error::Transport(error) => error.as_error_resp().is_some(),
        _ => false,
    }
}

async fn plan(
    work: &Work,
    surveyor: &Surveyor<'_>,
    l1: &L1Client,
    chosen: &Chosen,
    start: &Start,
    deployer: Address,
) -> eyre::Result<PlanReport> {
    let provider = l1.provider();
    let estimate = provider.estimate_eip1559_fees().await?;
    let now = provider.get_gas_price().await?.min(estimate.max_fee_per_gas);
    let creations = PlanReport::creations(&work.plan.creations, &work.rehearsed, work.done);
    let gas = creations.iter().filter(|it| !it.there).map(|it| it.gas).sum();
    let head = surveyor.head();
    let mut warnings = chosen.warnings(head.timestamp);
    warnings.extend(circumstances(head, start.genesis.timestamp, now, chosen.gas_price_cap));
    Ok(PlanReport {
        l1_chain_id: l1.chain_id(),
        l1_block: head.number,
        l2_chain_id: start.genesis.chain_id,
        genesis_hash: start.genesis.hash,
        deployer,
        first_nonce: work.first,
        creations,
        gas,
        fee: Fee::of(gas, now, estimate.max_fee_per_gas),
        balance_wei: Wei(provider.get_balance(deployer).await?),
        parameters: ParameterReport::new(chosen, start.bridge.is_some()),
        warnings,
    })
}
