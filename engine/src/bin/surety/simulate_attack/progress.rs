//! One line for a human whenever the attack has got further.

use std::time::{Duration, Instant};

use alloy::primitives::Address;
use surety_engine::dispute::domain::{Level, Phase, Snapshot, Tournament};

use super::AttackLevel;

/// Least time between two lines about the same match.
const PAUSE: Duration = Duration::from_secs(2);

/// How far the honest side has got in the tournament in which the sybils are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    /// Matches of the honest side, the present one included.
    matches: usize,
    /// What happens in the present one.
    phase: &'static str,
    rivals: usize,
}

/// What was told, and when.
pub(super) struct Progress {
    level: AttackLevel,
    sybils: u32,
    honest: Address,
    told: Option<(Standing, Instant)>,
}

impl Progress {
    pub(super) const fn new(level: AttackLevel, sybils: u32, honest: Address) -> Self {
        Self { level, sybils, honest, told: None }
    }

    /// Tells where `snapshot` stands, if there is news.
    pub(super) fn tell(&mut self, snapshot: &Snapshot) {
        let level = match self.level {
            AttackLevel::Root => Level::Slots,
            AttackLevel::Steps => Level::Steps,
        };
        let contest = snapshot.tournaments.values().find(|it| it.level() == level);
        let standing = contest.map(|contest| self.standing(contest));
        let Some(standing) = standing.filter(|it| it.matches > 0) else { return };
        let is_news = self.told.is_none_or(|(told, when)| {
            told.matches != standing.matches
                || told.phase != standing.phase
                || told.rivals != standing.rivals && when.elapsed() > PAUSE
        });
        if is_news {
            let Standing { matches, phase, rivals } = standing;
            let (block, sybils) = (snapshot.now.0, self.sybils);
            eprintln!(
                "  L1 block {block}: match {matches}, {phase}; {rivals} of {sybils} rivals left"
            );
            self.told = Some((standing, Instant::now()));
        }
    }

    fn standing(&self, contest: &Tournament) -> Standing {
        let is_honest = |id| contest.commitments.get(id).is_some_and(|it| it.owner == self.honest);
        let own = || {
            let matches = contest.matches.values();
            matches.filter(|found| is_honest(&found.key.one) || is_honest(&found.key.two))
        };
        let running = own().find(|found| !matches!(found.phase, Phase::Settled(_)));
        let phase = match running.map(|found| found.phase) {
            Some(Phase::Debt(_) | Phase::Middle(_) | Phase::Last(_)) => "taking turns",
            Some(Phase::InSteps(_)) => "in its step tournament",
            Some(Phase::Sealed(_)) => "sealed",
            Some(Phase::Settled(_)) | None => "settled",
        };
        let left = contest.commitments.iter().filter(|(id, it)| !it.eliminated && !is_honest(id));
        Standing { matches: own().count(), phase, rivals: left.count() }
    }
}
