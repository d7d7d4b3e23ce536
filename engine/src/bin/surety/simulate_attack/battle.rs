//! The course of the attack, block by block.
//!
//! L1's blocks are made here, so that time counts as the protocol counts it: a block comes when both sides have sent what
//! they want in it, and many come at once while nobody has anything to do. Whether the daemon has is asked of its own
//! planner, over an execution in this process; how long the daemon takes is measured in seconds, and costs no blocks.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant as Moment},
};

use eyre::bail;
use surety_engine::{
    dispute::{
        domain::{Instant, Phase, Snapshot, Status},
        honest::{Evidence as _, Need},
        observe::Observer,
        plan::{Decision, Planned, Policy, plan},
    },
    l1::client::L1Client,
    node::evidence::Execution,
};
use tokio::time::sleep;

use super::{attack::Attack, progress::Progress};
use crate::stage::{chaos::Chaos, daemons::Daemon, devnet::Devnet};

/// How long the daemon may take for one move before the attack is called off.
const PATIENCE: Duration = Duration::from_secs(180);
/// Time between two looks at what the daemon has sent.
const BEAT: Duration = Duration::from_millis(20);

/// Both sides, and the L1 between them.
pub(super) struct Battle<'a> {
    pub(super) devnet: &'a Devnet,
    pub(super) daemon: &'a mut Daemon,
    pub(super) chaos: &'a mut Chaos,
    /// Sees the chain with the daemon's account.
    pub(super) observer: Observer<L1Client>,
    /// What the daemon executes, too.
    pub(super) honest: Execution,
    pub(super) attack: &'a Attack<'a>,
    pub(super) progress: Progress,
}

impl Battle<'_> {
    /// Lets both sides play until nothing is left to do. Returns how the chain stands then.
    pub(super) async fn fight(mut self) -> eyre::Result<Snapshot> {
        loop {
            let snapshot = self.observer.snapshot().await?;
            self.progress.tell(&snapshot);
            self.chaos.strike(&mut [&mut *self.daemon])?;
            let attacked = self.attack.play(&snapshot).await?;
            let answers = self.planned(&snapshot).await?.iter().any(Self::acts);
            if answers {
                self.await_daemon().await?;
            }
            if attacked || answers {
                self.devnet.mine(1).await?;
            } else if let Some(blocks) = quiet(&snapshot) {
                self.devnet.mine(blocks).await?;
            } else {
                return Ok(snapshot);
            }
        }
    }

    /// What the daemon decides, once it has executed all that it needs.
    async fn planned(&self, snapshot: &Snapshot) -> eyre::Result<Vec<Planned>> {
        let mut gathered = BTreeSet::new();
        loop {
            let planned = plan(snapshot, &self.honest, Policy::CHALLENGER);
            let needs: Vec<Need> = planned
                .iter()
                .filter_map(Planned::need)
                .filter(|need| gathered.insert(*need))
                .collect();
            if needs.is_empty() {
                return Ok(planned);
            }
            for need in needs {
                self.honest.gather(need).await?;
            }
        }
    }

    const fn acts(planned: &Planned) -> bool {
        matches!(planned.decision, Decision::Act(_))
    }

    /// Waits until the daemon has sent a transaction.
    async fn await_daemon(&mut self) -> eyre::Result<()> {
        let begun = Moment::now();
        while !self.devnet.is_waiting(self.observer.account()).await? {
            self.daemon.check()?;
            self.chaos.strike(&mut [&mut *self.daemon])?;
            if begun.elapsed() > PATIENCE {
                let log = self.daemon.log().display();
                bail!(
                    "the daemon has something to do and has not done it in {PATIENCE:?}: see {log}"
                );
            }
            sleep(BEAT).await;
        }
        Ok(())
    }
}

/// How many blocks pass until somebody may have something to do; `None` when nothing is left to wait for. A move may be
/// made two blocks before its deadline is seen to have come, whatever joining has closed is seen in the block itself.
fn quiet(snapshot: &Snapshot) -> Option<u64> {
    let Instant(now) = snapshot.now;
    let allowance = snapshot.parameters.timing.response;
    let tournaments = snapshot.tournaments.values();
    let deadlines = tournaments.flat_map(|tournament| {
        let closing = (tournament.status == Status::Joining).then(|| tournament.closing());
        let running =
            tournament.matches.values().filter(|it| !matches!(it.phase, Phase::Settled(_)));
        closing.into_iter().chain(running.filter_map(move |found| found.deadline(allowance)))
    });
    let next = deadlines.filter(|deadline| deadline.0 > now).min()?;
    Some(next.0.saturating_sub(now + 2).max(1))
}
