//! What an attack with many sybils costs: the honest side, which is the challenger daemon as it ships, and the attacker.

mod attack;
mod battle;
mod measure;
mod progress;
mod report;
mod sybil;

use std::{sync::Arc, time::Instant};

use clap::{Args, ValueEnum};
use serde::Serialize;
use surety_engine::{
    dispute::{
        domain::Domain,
        honest::{Evidence as _, Need},
        observe::{self, Observer},
    },
    node::evidence::Execution,
};

use self::{
    attack::Attack,
    battle::Battle,
    measure::{Effort, Row},
    progress::Progress,
};
use crate::stage::{
    books::{self, Honest},
    chaos::{Chaos, ChaosArguments},
    daemons::Daemon,
    devnet::Account,
    ledger,
    places::Places,
    scene::{Scene, block_number},
};

/// Who attacks, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct SimulateAttack {
    /// How many rivals the honest side has.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=128))]
    sybils: u32,
    /// Where they stand.
    #[arg(long, value_enum, default_value_t = AttackLevel::Root)]
    level: AttackLevel,
    /// Print what was measured as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    chaos: ChaosArguments,
    #[command(flatten)]
    places: Places,
}

/// Where the sybils stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AttackLevel {
    /// Each makes a lying claim under the same parent, and defends it with a step commitment.
    Root,
    /// One makes a lying claim; all make step commitments for it, each another one.
    Steps,
}

impl SimulateAttack {
    /// Runs the attack. Succeeds only if the honest side wins everything.
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let data = self.places.data()?;
        let programs = self.places.programs()?;

        eprintln!("an L1 of our own, a rollup on it, and a mainnet block as its batch");
        let root = &self.places.root;
        let (scene, _) = Scene::deploy(root, data.path(), self.sybils).await?;
        scene.append(false).await?;
        let Scene { devnet, deployment, .. } = &scene;
        let node = Arc::new(scene.node("witness").await?);
        let domain = Domain { first: block_number(&node)?, blocks: 1 };
        let honest = Execution::new(Arc::clone(&node));
        honest.gather(Need::Slots(domain)).await?;

        eprintln!("{} sybils choose their lies", self.sybils);
        let sybils = match self.level {
            AttackLevel::Root => sybil::claimants(self.sybils, &honest, domain).await?,
            AttackLevel::Steps => sybil::accomplices(self.sybils, &honest, domain).await?,
        };
        let challenger = devnet.address(Account::Challenger)?;
        let contracts = observe::Deployment::from(&*node);
        let observer = Observer::new(devnet.l1.clone(), contracts, challenger);
        let attack = Attack::new(self.level, sybils, devnet, contracts, challenger)?;
        devnet.mine_on_demand().await?;
        attack.lock_bonds(&observer.snapshot().await?.parameters).await?;

        eprintln!("the challenger daemon starts, and the attack");
        let before = devnet.balance(Account::Challenger).await?;
        let mut chaos = Chaos::new(self.chaos);
        let mut daemon = Daemon::challenger(&scene, &programs, None)?;
        daemon.start()?;
        let begun = Instant::now();
        let progress = Progress::new(self.level, self.sybils, challenger);
        let battle = Battle {
            devnet,
            daemon: &mut daemon,
            chaos: &mut chaos,
            observer,
            honest,
            attack: &attack,
            progress,
        };
        let end = battle.fight().await?;
        let effort = Effort { elapsed: begun.elapsed(), processor: daemon.processor_time()? };
        daemon.kill()?;

        let entries = ledger::read(&devnet.l1, deployment).await?;
        let honest = Honest { name: "challenger", address: challenger, before };
        let bonds = end.parameters.root_bond + end.parameters.step_bond;
        books::audit(&devnet.l1, deployment, &entries, &[honest], bonds).await?;
        let row = Row::measure(self.level, &entries, challenger, attack.accounts(), effort)?;
        let row = Row { kills: chaos.made(), ..row };
        if self.json {
            println!("{}", serde_json::to_string_pretty(&row)?);
        } else {
            report::print(&row);
        }
        report::check(&row, &end)
    }
}
