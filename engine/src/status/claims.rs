//! The tree of claims, each with its verdict and what comes next.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::{
    units::{Until, Wei},
    verdict::{Verdict, verdicts},
};
use crate::dispute::{
    domain::{
        BondStatus, Claim, ClaimId, ClaimStatus, Phase, Snapshot, Status as Standing, Tournament,
        TournamentId,
    },
    honest::Honest,
};

/// Confirmed claims shown before the latest one.
const CONFIRMED_SHOWN: usize = 8;
/// Claims shown at most: more than a challenge window brings.
const SHOWN: usize = 1_000;

/// What our own execution says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VerdictKind {
    /// It agrees.
    Right,
    /// It differs.
    Wrong,
    /// It builds on a wrong claim.
    OnWrong,
    /// It is not known yet.
    Unknown,
}

/// A verdict and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// Which.
    pub kind: VerdictKind,
    /// Why, in words.
    pub reason: String,
    /// The wrong claim below it, for `onWrong`.
    pub wrong_claim: Option<B256>,
}

/// Where a claim stands; the words of the contract `Lens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClaimStanding {
    /// It is in no match, and rivals may still join.
    Joining,
    /// Joining has closed, and it waits for its next rival.
    Waiting,
    /// It is in a match.
    Playing,
    /// It won its contest, but its parent is undecided.
    ParentUndecided,
    /// It won its contest and its parent is confirmed.
    Confirmable,
    /// Final.
    Confirmed,
    /// Eliminated, or shown wrong by a proof.
    Lost,
    /// It descends from a dead claim.
    Void,
    /// A proof has confirmed another claim with its boundary.
    Superseded,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    /// Its id.
    pub id: B256,
    /// The claim it extends; none for the genesis claim.
    pub parent: Option<B256>,
    /// Which contest under that parent it entered.
    pub round: u32,
    /// The first L2 block it is about.
    pub first_block: u64,
    /// The last one.
    pub last_block: u64,
    /// Whose bond created it; none for the genesis claim and for one that a proof has made.
    pub proposer: Option<Address>,
    /// Whether that is this account.
    pub ours: bool,
    /// The number of that bond.
    pub bond: Option<u64>,
    /// Wei of it that are still at stake.
    pub stake_wei: Wei,
    /// Where it stands.
    pub standing: ClaimStanding,
    /// What our own execution says; none of a decided claim about which it says nothing any more.
    pub verdict: Option<VerdictView>,
    /// The L1 block in which it was made.
    pub since_l1_block: Option<u64>,
    /// The contest it is in.
    pub tournament: B256,
    /// The running match it is in.
    pub match_id: Option<B256>,
    /// What happens next, in words.
    pub next: String,
    /// Until when.
    pub until: Option<Until>,
}

/// How many undecided claims have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimCounts {
    /// All that were ever made, the genesis claim included.
    pub all: usize,
    /// Undecided ones.
    pub open: usize,
    /// Undecided ones that agree with our execution.
    pub right: usize,
    /// Undecided ones that differ from it.
    pub wrong: usize,
    /// Undecided ones that build on those.
    pub on_wrong: usize,
    /// Undecided ones about which nothing is known yet.
    pub unknown: usize,
}

impl ClaimCounts {
    pub(super) fn new(snapshot: &Snapshot, verdicts: &BTreeMap<ClaimId, Verdict>) -> Self {
        let mut counts = Self { all: snapshot.claims.len(), ..Self::default() };
        for (id, claim) in &snapshot.claims {
            if claim.status != ClaimStatus::Proposed {
                continue;
            }
            counts.open += 1;
            match verdicts.get(id) {
                Some(Verdict::Right) => counts.right += 1,
                Some(Verdict::Wrong) => counts.wrong += 1,
                Some(Verdict::OnWrong(_)) => counts.on_wrong += 1,
                Some(Verdict::Unknown(_)) | None => counts.unknown += 1,
            }
        }
        counts
    }
}

impl VerdictView {
    fn new(verdict: Verdict) -> Self {
        let view = |kind, reason: &str| Self { kind, reason: reason.to_owned(), wrong_claim: None };
        match verdict {
            Verdict::Right => view(VerdictKind::Right, "Our own execution gives the same."),
            Verdict::Wrong => view(VerdictKind::Wrong, "Our own execution gives something else."),
            Verdict::OnWrong(wrong) => Self {
                wrong_claim: Some(wrong.0),
                ..view(VerdictKind::OnWrong, "It builds on a wrong claim and falls with it.")
            },
            Verdict::Unknown(need) => {
                view(VerdictKind::Unknown, &format!("Not executed yet: {need}."))
            }
        }
    }
}

/// The claims to show, parents before their children: the latest confirmed ones and all that builds on them.
pub(super) fn shown(snapshot: &Snapshot) -> Vec<ClaimId> {
    let mut first = snapshot.latest_confirmed;
    for _ in 0..CONFIRMED_SHOWN {
        let parent = snapshot.claims.get(&first).map(|claim| claim.key.parent);
        match parent.filter(|parent| snapshot.claims.contains_key(parent)) {
            Some(parent) => first = parent,
            None => break,
        }
    }
    let mut children: BTreeMap<ClaimId, Vec<ClaimId>> = BTreeMap::new();
    for (id, claim) in &snapshot.claims {
        children.entry(claim.key.parent).or_default().push(*id);
    }
    let (mut shown, mut next) = (Vec::new(), VecDeque::from([first]));
    while let Some(id) = next.pop_front()
        && shown.len() < SHOWN
    {
        shown.push(id);
        next.extend(children.get(&id).into_iter().flatten());
    }
    shown
}

/// The claims of these ids.
pub(super) fn views(
    ids: &[ClaimId],
    snapshot: &Snapshot,
    verdicts: &BTreeMap<ClaimId, Verdict>,
) -> Vec<ClaimView> {
    let view = |id: &ClaimId| {
        let claim = snapshot.claims.get(id)?;
        Some(ClaimView::new(*id, claim, snapshot, verdicts.get(id).copied()))
    };
    ids.iter().filter_map(view).collect()
}

/// One claim, decided or not.
#[must_use]
pub fn view(id: ClaimId, snapshot: &Snapshot, honest: &dyn Honest) -> Option<ClaimView> {
    views(&[id], snapshot, &verdicts(std::iter::once(id), snapshot, honest)).pop()
}

impl ClaimView {
    fn new(id: ClaimId, claim: &Claim, snapshot: &Snapshot, verdict: Option<Verdict>) -> Self {
        let parent = snapshot.claims.get(&claim.key.parent);
        let contest = claim.key.tournament();
        let tournament = snapshot.tournaments.get(&contest);
        let running = tournament.and_then(|tournament| {
            tournament.matches.values().find(|found| {
                found.side_of(id.commitment()).is_some()
                    && !matches!(found.phase, Phase::Settled(_))
            })
        });
        let standing = standing(id, claim, parent, tournament, running.is_some(), snapshot);
        let bond = claim.bond.and_then(|bond| snapshot.bonds.get(&bond));
        let at_stake = bond
            .is_some_and(|bond| bond.status.is_held() && claim.status != ClaimStatus::Confirmed);
        let closing = tournament.map(|it| Until::new(it.closing(), snapshot.now));
        let clock = running.and_then(|found| {
            let deadline = found.deadline(snapshot.parameters.timing.response)?;
            Some(Until::new(deadline, snapshot.now))
        });
        let decided = matches!(
            standing,
            ClaimStanding::Lost | ClaimStanding::Void | ClaimStanding::Superseded
        );
        let verdict = verdict.filter(|it| !(decided && matches!(it, Verdict::Unknown(_))));
        Self {
            id: id.0,
            parent: parent.map(|_| claim.key.parent.0),
            round: claim.key.round,
            first_block: parent.map_or(claim.end, |parent| parent.end.saturating_add(1)),
            last_block: claim.end,
            proposer: bond.map(|bond| bond.owner),
            ours: bond.is_some_and(|bond| bond.owner == snapshot.account.address),
            bond: claim.bond.map(|bond| bond.0),
            stake_wei: if at_stake { Wei(snapshot.parameters.root_bond) } else { Wei::default() },
            standing,
            verdict: verdict.map(VerdictView::new),
            since_l1_block: snapshot.chronicle.claimed.get(&id).map(|at| at.0),
            tournament: contest.0,
            match_id: running.map(|found| found.key.id().0),
            next: next(standing, bond.map(|bond| bond.status)).to_owned(),
            until: match standing {
                ClaimStanding::Joining => closing,
                ClaimStanding::Playing => clock,
                _ => None,
            },
        }
    }
}

fn standing(
    id: ClaimId,
    claim: &Claim,
    parent: Option<&Claim>,
    tournament: Option<&Tournament>,
    plays: bool,
    snapshot: &Snapshot,
) -> ClaimStanding {
    let contest: TournamentId = claim.key.tournament();
    match claim.status {
        ClaimStatus::Confirmed => ClaimStanding::Confirmed,
        ClaimStatus::Lost => ClaimStanding::Lost,
        ClaimStatus::Void if snapshot.settled.contains_key(&contest) => ClaimStanding::Superseded,
        ClaimStatus::Void => ClaimStanding::Void,
        ClaimStatus::Proposed if plays => ClaimStanding::Playing,
        ClaimStatus::Proposed => match tournament.map(|it| it.status) {
            Some(Standing::Won(winner)) if winner == id.commitment() => {
                let parent = parent.map(|parent| parent.status);
                if parent == Some(ClaimStatus::Confirmed) {
                    ClaimStanding::Confirmable
                } else {
                    ClaimStanding::ParentUndecided
                }
            }
            Some(Standing::Joining) => ClaimStanding::Joining,
            _ => ClaimStanding::Waiting,
        },
    }
}

const fn next(standing: ClaimStanding, bond: Option<BondStatus>) -> &'static str {
    match standing {
        ClaimStanding::Joining => "Rivals may join; without one it wins when joining closes.",
        ClaimStanding::Waiting => "Joining has closed; it waits for its next rival.",
        ClaimStanding::Playing => "It plays a match.",
        ClaimStanding::ParentUndecided => "It won its contest and waits for its parent.",
        ClaimStanding::Confirmable => "It won its contest: anybody can confirm it now.",
        ClaimStanding::Confirmed => "Final.",
        ClaimStanding::Lost => match bond {
            Some(BondStatus::Forfeited) => "Eliminated; its bond is slashed.",
            _ => "Eliminated; its bond is split once its parent is confirmed.",
        },
        ClaimStanding::Void => "Void: it descends from a dead claim.",
        ClaimStanding::Superseded => "Void: a proof has confirmed another claim with its boundary.",
    }
}
