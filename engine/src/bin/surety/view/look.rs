//! One look at a rollup: from L1 alone, or with an execution of one's own.

use std::{fmt, path::PathBuf, sync::Arc};

use alloy::primitives::{Address, B256};
use clap::Args;
use serde::Serialize;
use surety_engine::{
    commitment::{Slots, Steps},
    dispute::{
        domain::{Domain, Snapshot},
        honest::{Answer, Honest, Known, Need, Transition},
        observe::{self, Observer},
        watcher::Watcher,
    },
    l1::{client::L1Client, follow::Headers},
    machine::groups::Machine,
    node::{
        code::UnknownCode,
        deployment::Deployment,
        evidence::Execution,
        pinned::Pinned,
        places::Atlas,
        wiring::{self, WiringError},
    },
    status::{
        Status, Vantage,
        place::{Places, SlotKind, StepFact},
        units::SECONDS_PER_L1_BLOCK,
    },
};

use crate::{
    blocks::Follower,
    deploy::caution,
    place::{KeyArguments, Place},
    terminal::output::Output,
};

/// How to look.
#[derive(Clone, Debug, Args)]
pub(crate) struct LookArguments {
    /// Execute the chain, too, by a node of one's own, and say of each claim whether it is right.
    #[arg(long)]
    verify: bool,
    /// Whose money and claims are ours. Default: those of the key that is configured, if one is.
    #[arg(long, value_name = "ADDRESS")]
    account: Option<Address>,
    /// With --verify: the rollup's genesis file. Default: the configuration's, else genesis.json.
    #[arg(long, value_name = "FILE", requires = "verify")]
    genesis: Option<PathBuf>,
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What was seen.
pub(crate) struct Look {
    pub(super) status: Status,
    pub(super) snapshot: Snapshot,
    pub(super) deployment: Deployment,
    pub(super) l1: L1Client,
    /// Whether our own execution was asked.
    pub(super) verified: bool,
    /// What is dangerous about the rollup itself.
    pub(super) warnings: Vec<String>,
    honest: Box<dyn Honest>,
    /// Keeps the store of [`Self::honest`] for as long as this is looked at.
    _follower: Option<Follower>,
}

impl Look {
    /// What our own execution says.
    pub(super) fn honest(&self) -> &dyn Honest {
        &*self.honest
    }
}

impl LookArguments {
    /// Looks once, and says what a view makes of it.
    pub(crate) async fn show<V: From<Look> + Serialize + fmt::Display>(&self) -> eyre::Result<()> {
        self.output.say(&V::from(self.look().await?))
    }

    /// Looks once.
    pub(super) async fn look(&self) -> eyre::Result<Look> {
        let account = match self.account {
            Some(account) => account,
            None => self.key.address(&self.place)?.unwrap_or_default(),
        };
        if self.verify {
            return self.verified(account).await;
        }
        let deployment = self.place.deployment()?;
        let l1 = self.place.connect(Some(deployment.l1_chain_id)).await?;
        let unknown_code = self.check(&l1, &deployment).await?;
        let observer = Observer::new(l1.clone(), observe::Deployment::from(&deployment), account);
        let snapshot = observer.snapshot().await?;
        let status = Status::new(&vantage(&deployment), &snapshot, &[], &Blind, &Blind);
        Ok(Look {
            warnings: warnings(&snapshot, unknown_code),
            status,
            snapshot,
            deployment,
            l1,
            verified: false,
            honest: Box::new(Blind),
            _follower: None,
        })
    }

    /// Checks that the contracts belong together and are of this version. Other code is refused or, where the configuration
    /// takes it, told.
    async fn check(&self, l1: &L1Client, deployment: &Deployment) -> eyre::Result<Option<String>> {
        let unknown_code = self.place.layers.part::<UnknownCode>("node.unknown_code")?;
        wiring::check(l1, deployment).await?;
        match wiring::check_code(l1, deployment, UnknownCode::Refuse).await {
            Err(WiringError::Code(error)) if unknown_code == Some(UnknownCode::Warn) => {
                Ok(Some(format!("what the contracts do is not known here: {error}")))
            }
            checked => Ok(checked.map(|()| None)?),
        }
    }

    async fn verified(&self, account: Address) -> eyre::Result<Look> {
        let follower = Follower::open(&self.place, self.genesis.as_deref()).await?;
        let node = &follower.node;
        let (deployment, l1) = (node.deployment().clone(), node.l1().clone());
        let unknown_code = self.check(&l1, &deployment).await?;
        let pinned = Pinned::new(Arc::clone(node));
        let observer = Observer::new(pinned, observe::Deployment::from(&deployment), account);
        let execution = Execution::new(Arc::clone(node));
        let watcher = Watcher { observer, evidence: execution.clone(), steps_in: None };
        let tick = watcher.tick().await?;
        let atlas = Atlas::new(execution.clone());
        let lag = Headers::head(&l1).await?.number.saturating_sub(tick.snapshot.now.0);
        let vantage = Vantage {
            executed_block: node.head()?.number,
            l1_lag_seconds: lag.saturating_mul(SECONDS_PER_L1_BLOCK),
            ..vantage(&deployment)
        };
        let status = Status::new(&vantage, &tick.snapshot, &tick.planned, &execution, &atlas);
        Ok(Look {
            warnings: warnings(&tick.snapshot, unknown_code),
            status,
            snapshot: tick.snapshot,
            deployment,
            l1,
            verified: true,
            honest: Box::new(execution),
            _follower: Some(follower),
        })
    }
}

fn warnings(snapshot: &Snapshot, unknown_code: Option<String>) -> Vec<String> {
    let parameters = &snapshot.parameters;
    let cautions = caution::of(parameters.timing.censorship.0, parameters.root_bond);
    unknown_code.into_iter().chain(cautions).collect()
}

fn vantage(deployment: &Deployment) -> Vantage {
    Vantage {
        rollup: deployment.rollup,
        l1_chain_id: deployment.l1_chain_id,
        l2_chain_id: deployment.genesis.chain_id,
        executed_block: deployment.genesis.number,
        ..Vantage::default()
    }
}

/// Nobody has executed anything: all is unknown.
struct Blind;

impl Honest for Blind {
    fn boundary(&self, block: u64) -> Known<Machine> {
        Err(Need::Boundary(block))
    }

    fn answer(&self, domain: Domain) -> Known<Answer> {
        Err(Need::Answer(domain))
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        Err(Need::Slots(domain))
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        Err(Need::Steps(domain, slot))
    }
}

impl Places for Blind {
    fn slot(&self, _: u64, _: u16) -> Option<SlotKind> {
        None
    }

    fn step(&self, _: Transition, _: B256) -> Option<StepFact> {
        None
    }
}
