//! Claims, disputes, clocks and money as metrics: the status of a round in numbers.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;

use super::feed::Report;
use crate::{
    dispute::domain::{ClaimStatus, Snapshot},
    status::{
        Status,
        actions::ActionKind,
        claims::VerdictKind,
        contests::{Due, LevelName, MatchView, Mover, SideView, TournamentStanding},
        money::MoneyView,
        units::Wei,
    },
    telemetry::names,
};

/// The verbs that ever had a deadline: one that has none any more must say so.
pub(super) type Verbs = BTreeSet<String>;

/// Sets all that a report tells.
pub(super) fn set(report: &Report, verbs: &mut Verbs) {
    let Report { status, snapshot, .. } = report;
    claims(status, snapshot);
    contests(status);
    deadlines(status, verbs);
    money(&status.money, snapshot);
}

fn claims(status: &Status, snapshot: &Snapshot) {
    let verdicts: BTreeMap<_, _> = status
        .claims
        .iter()
        .filter_map(|claim| Some((claim.id, claim.verdict.as_ref()?.kind)))
        .collect();
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for verdict in ["right", "wrong", "on_wrong", "unknown", "none"] {
        for state in ["proposed", "confirmed", "lost", "void"] {
            counts.insert((verdict, state), 0);
        }
    }
    let mut newest: Option<(u64, f64)> = None;
    for (id, claim) in &snapshot.claims {
        let open = claim.status == ClaimStatus::Proposed;
        let (verdict, agreement) = match verdicts.get(&id.0) {
            Some(VerdictKind::Right) => ("right", 1.0),
            Some(VerdictKind::Wrong) => ("wrong", -1.0),
            Some(VerdictKind::OnWrong) => ("on_wrong", -1.0),
            Some(VerdictKind::Unknown) => ("unknown", 0.0),
            None if open => ("unknown", 0.0),
            None => ("none", 0.0),
        };
        let state = match claim.status {
            ClaimStatus::Proposed => "proposed",
            ClaimStatus::Confirmed => "confirmed",
            ClaimStatus::Lost => "lost",
            ClaimStatus::Void => "void",
        };
        *counts.entry((verdict, state)).or_default() += 1;
        if open {
            newest = Some(match newest {
                Some((end, _)) if end < claim.end => (claim.end, agreement),
                Some((end, other)) if end == claim.end => (end, agreement.min(other)),
                Some(farther) => farther,
                None => (claim.end, agreement),
            });
        }
    }
    for ((verdict, state), count) in counts {
        names::CLAIMS.with([verdict, state]).set(count);
    }
    let confirmed = status.confirmed_l2_block;
    let (end, agreement) = newest.unwrap_or((confirmed, 1.0));
    names::NEWEST_CLAIM_AGREES.set(agreement);
    names::NEWEST_CLAIM_END.set(end as f64);
    names::CONFIRMED_END.set(confirmed as f64);
}

fn contests(status: &Status) {
    let level = |level| match level {
        LevelName::Slots => "slots",
        LevelName::Steps => "steps",
    };
    let levels = ["slots", "steps"];
    let mut tournaments: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut matches: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for level in levels {
        for standing in ["joining", "playing"] {
            tournaments.insert((level, standing), 0);
        }
        for mover in ["ours", "theirs", "both", "anyone", "nobody"] {
            matches.insert((level, mover), 0);
        }
    }
    for it in &status.tournaments {
        let standing = match it.standing {
            TournamentStanding::Joining => "joining",
            TournamentStanding::Playing => "playing",
            TournamentStanding::Won | TournamentStanding::NoWinner => continue,
        };
        if it.commitments.len() > 1 {
            *tournaments.entry((level(it.level), standing)).or_default() += 1;
        }
    }
    let running = status.tournaments.iter().flat_map(|tournament| &tournament.matches);
    let (mut slack, mut disputing) = ([f64::INFINITY; 2], false);
    for found in running {
        if let Some(mover) = to_move(found) {
            *matches.entry((level(found.level), mover)).or_default() += 1;
        }
        if let Some((ours, theirs)) = sides(found) {
            disputing = true;
            let [our_slack, their_slack] = &mut slack;
            *our_slack = our_slack.min(left(ours));
            *their_slack = their_slack.min(left(theirs));
        }
    }
    for ((level, standing), count) in tournaments {
        names::TOURNAMENTS.with([level, standing]).set(count);
    }
    for ((level, mover), count) in matches {
        names::MATCHES.with([level, mover]).set(count);
    }
    names::DISPUTING.set(f64::from(u8::from(disputing)));
    for (side, slack) in ["ours", "theirs"].into_iter().zip(slack) {
        names::CLOCK_SLACK.with([side]).set(slack);
    }
}

/// The right side of a match and its rival, if there is a right side.
fn sides(found: &MatchView) -> Option<(&SideView, &SideView)> {
    match (found.one.right, found.two.right) {
        (Some(true), _) => Some((&found.one, &found.two)),
        (_, Some(true)) => Some((&found.two, &found.one)),
        _ => None,
    }
}

/// What a running clock has left, in blocks.
fn left(side: &SideView) -> f64 {
    side.clock.until.map_or(f64::INFINITY, |until| until.blocks_left as f64)
}

fn to_move(found: &MatchView) -> Option<&'static str> {
    let ours = |side: &SideView| if side.right == Some(true) { "ours" } else { "theirs" };
    Some(match (found.due, found.mover) {
        (Due::Nothing, _) => return None,
        (Due::Proof, _) => "both",
        (_, Mover::One) => ours(&found.one),
        (_, Mover::Two) => ours(&found.two),
        (_, Mover::Either | Mover::Anyone) => "anyone",
        (_, Mover::Nobody) => "nobody",
    })
}

fn deadlines(status: &Status, verbs: &mut Verbs) {
    let mut nearest: BTreeMap<String, f64> =
        verbs.iter().map(|verb| (verb.clone(), f64::INFINITY)).collect();
    let acts = status.actions.iter().filter(|action| action.kind == ActionKind::Act);
    for action in acts {
        if let (Some(verb), Some(until)) = (&action.verb, action.until) {
            let left = nearest.entry(verb.clone()).or_insert(f64::INFINITY);
            *left = left.min(until.blocks_left as f64);
        }
    }
    for (verb, left) in nearest {
        names::DEADLINE_BLOCKS.with([verb.clone()]).set(left);
        verbs.insert(verb);
    }
}

fn money(money: &MoneyView, snapshot: &Snapshot) {
    names::WATCH_ONLY.set(f64::from(u8::from(money.wallet.is_none())));
    let Some(wallet) = &money.wallet else { return };
    names::WALLET.set(ether(wallet.wallet_wei));
    names::BONDS_FREE.set(ether(wallet.free_wei));
    names::FUNDING_FLOOR.set(ether(wallet.funding_floor_wei));
    let ours = money.holders.iter().filter(|holder| holder.ours);
    let steps: U256 = ours.flat_map(|it| &it.step_bonds).map(|bond| bond.amount_wei.0).sum();
    let roots = U256::from(snapshot.own_held_bonds().count());
    let roots = roots.saturating_mul(snapshot.parameters.root_bond);
    names::BONDS_LOCKED.with(["root"]).set(ether(Wei(roots)));
    names::BONDS_LOCKED.with(["step"]).set(ether(Wei(steps)));
}

/// ETH as a float: exact to 16 digits, which no alert needs.
fn ether(wei: Wei) -> f64 {
    f64::from(wei.0) / 1e18
}
