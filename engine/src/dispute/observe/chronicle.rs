//! The contracts' events as happenings.

use super::error::ObserveError;
use super::history::{History, outcome, side};
use crate::dispute::domain::{
    BondId, Chronicle, ClaimId, CommitmentId, Domain, Ground, Instant, Level, MatchId, MatchKey,
    SettledMatch, TournamentId, What,
};
use crate::l1::bindings::IBonds::IBondsEvents;
use crate::l1::bindings::IRollup::IRollupEvents;
use crate::l1::bindings::ITournament::{ITournamentEvents, MatchSettled};

pub(super) fn rollup(chronicle: &mut Chronicle, at: Instant, event: &IRollupEvents) {
    let what = match event {
        IRollupEvents::ClaimProposed(it) => {
            let claim = ClaimId(it.claim);
            chronicle.claimed.insert(claim, at);
            // History refuses a domain that does not fit
            let blocks = it.end.saturating_sub(it.first).saturating_add(1);
            let domain =
                Domain { first: it.first, blocks: u16::try_from(blocks).unwrap_or(u16::MAX) };
            What::Proposed { claim, domain, bond: BondId(it.bond) }
        }
        IRollupEvents::ClaimConfirmed(it) => What::Confirmed(ClaimId(it.claim)),
        IRollupEvents::ClaimSettled(it) => {
            let claim = ClaimId(it.claim);
            chronicle.claimed.entry(claim).or_insert(at);
            What::Settled(claim)
        }
        IRollupEvents::ClaimVoided(it) => What::Voided(ClaimId(it.claim)),
        IRollupEvents::BondLocked(it) => What::BondLocked(BondId(it.bond), it.owner),
        IRollupEvents::BondMoved(_) => return,
        IRollupEvents::BondFrozen(it) => What::BondFrozen(BondId(it.bond), it.owner),
        IRollupEvents::BondFreed(it) => What::BondFreed(BondId(it.bond), it.owner),
        IRollupEvents::BondReleased(it) => What::BondReleased(BondId(it.bond), it.owner, it.amount),
        IRollupEvents::BondForfeited(it) => What::BondForfeited {
            bond: BondId(it.bond),
            owner: it.owner,
            amount: it.amount,
            burned: it.burned,
        },
    };
    chronicle.note(at, what);
}

/// `history` is what came before the event.
pub(super) fn tournament(
    history: &mut History,
    at: Instant,
    event: &ITournamentEvents,
) -> Result<(), ObserveError> {
    let what = match event {
        ITournamentEvents::StepsStarted(it) => What::StepsStarted(TournamentId(it.tournament)),
        ITournamentEvents::Joined(it) => {
            What::Joined(TournamentId(it.tournament), CommitmentId(it.commitment), it.owner)
        }
        ITournamentEvents::RootOpened(it) => What::RootOpened(CommitmentId(it.commitment)),
        ITournamentEvents::MatchStarted(it) => {
            let tournament = TournamentId(it.tournament);
            let (one, two) = (CommitmentId(it.one), CommitmentId(it.two));
            What::MatchStarted(MatchId(it.matchId), MatchKey { tournament, one, two })
        }
        ITournamentEvents::Turned(it) => What::Turned {
            id: MatchId(it.matchId),
            side: side(it.side)?,
            height: it.height,
            position: it.position,
        },
        ITournamentEvents::Narrowed(it) => {
            What::Narrowed { id: MatchId(it.matchId), side: side(it.side)?, position: it.position }
        }
        // beside each there is a Turned, a Narrowed or a RootOpened
        ITournamentEvents::Moved(_) => return Ok(()),
        ITournamentEvents::MatchSettled(it) => {
            let settled = settled(history, at, it)?;
            history.chronicle.settle(settled);
            What::MatchSettled(MatchId(it.matchId), settled.outcome, settled.ground)
        }
        ITournamentEvents::Eliminated(it) => {
            What::Eliminated(CommitmentId(it.commitment), MatchId(it.matchId))
        }
        ITournamentEvents::StepBondReleased(it) => What::StepBondReleased(it.owner),
        ITournamentEvents::StepBondSplit(it) => {
            What::StepBondSplit { owner: it.owner, burned: it.burned }
        }
    };
    history.chronicle.note(at, what);
    Ok(())
}

fn settled(
    history: &History,
    at: Instant,
    event: &MatchSettled,
) -> Result<SettledMatch, ObserveError> {
    let (id, tournament) = (MatchId(event.matchId), TournamentId(event.tournament));
    let played = history.matches.get(&id).ok_or(ObserveError::UnknownMatch(id))?;
    let started = history.tournaments.get(&tournament);
    let started = started.ok_or(ObserveError::UnknownTournament(tournament))?;
    let slot = match started.level {
        Level::Slots => None,
        Level::Steps => history
            .matches
            .get(&MatchId(tournament.0))
            .and_then(|slot_match| slot_match.narrowed)
            .map(|contested| contested.position),
    };
    Ok(SettledMatch {
        key: played.key,
        level: started.level,
        domain: started.domain,
        slot,
        contested: played.narrowed,
        outcome: outcome(event.outcome)?,
        ground: ground(event.reason)?,
        at,
        moves: played.moves.len(),
    })
}

fn ground(value: u8) -> Result<Ground, ObserveError> {
    match value {
        0 => Ok(Ground::Timeout),
        1 => Ok(Ground::Proof),
        2 => Ok(Ground::StepTournament),
        value => Err(ObserveError::Enum { what: "Reason", value }),
    }
}

pub(super) fn bonds(chronicle: &mut Chronicle, at: Instant, event: &IBondsEvents) {
    // the contract keeps every sum: saturation cannot happen
    match event {
        // whoever wants to be noted pays for it
        IBondsEvents::Deposited(it) if it.amount.is_zero() => {}
        IBondsEvents::Withdrawn(it) if it.amount.is_zero() => {}
        IBondsEvents::Deposited(it) => {
            let balance = chronicle.balances.entry(it.account);
            balance.free = balance.free.saturating_add(it.amount);
            chronicle.note(at, What::Deposited(it.account, it.amount));
        }
        IBondsEvents::Withdrawn(it) => {
            let balance = chronicle.balances.entry(it.account);
            balance.free = balance.free.saturating_sub(it.amount);
            chronicle.note(at, What::Withdrawn(it.account, it.amount));
        }
        IBondsEvents::Locked(it) => {
            let balance = chronicle.balances.entry(it.account);
            balance.free = balance.free.saturating_sub(it.amount);
            balance.locked = balance.locked.saturating_add(it.amount);
        }
        IBondsEvents::Unlocked(it) => {
            let balance = chronicle.balances.entry(it.account);
            balance.locked = balance.locked.saturating_sub(it.amount);
            balance.free = balance.free.saturating_add(it.amount);
        }
        IBondsEvents::Forfeited(it) => {
            let balance = chronicle.balances.entry(it.account);
            balance.locked = balance.locked.saturating_sub(it.amount);
            balance.forfeited = balance.forfeited.saturating_add(it.amount);
            balance.burned = balance.burned.saturating_add(it.burned);
            chronicle.burned = chronicle.burned.saturating_add(it.burned);
        }
        IBondsEvents::Credited(it) => {
            let balance = chronicle.balances.entry(it.account);
            balance.free = balance.free.saturating_add(it.amount);
            balance.credited = balance.credited.saturating_add(it.amount);
        }
    }
}
