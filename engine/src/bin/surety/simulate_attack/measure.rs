//! What the attack cost, read back from L1: every transaction of both sides, and what their events say.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolEvent, SolEventInterface as _},
};
use eyre::{OptionExt as _, bail};
use serde::Serialize;
use surety_engine::l1::bindings::{IBonds, IRollup, ITournament};

use super::AttackLevel;
use crate::stage::ledger::Entry;

/// `ITournament.Reason.Proof`
const PROOF: u8 = 1;

/// One attack, measured.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(super) level: AttackLevel,
    pub(super) sybils: u32,
    pub(super) honest: Honest,
    pub(super) attacker: Attacker,
    pub(super) matches: Matches,
    /// L1 blocks from the first claim to the confirmation of the honest one.
    pub(super) blocks: u64,
    /// From the daemon's start to its last transaction.
    pub(super) seconds: f64,
    /// Processor time that the daemon used, since it was last started.
    pub(super) processor_seconds: f64,
    /// How many times the daemon was killed.
    #[serde(skip_serializing_if = "is_none")]
    pub(super) kills: u32,
}

/// For the committed rows, in which nobody is killed.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none(kills: &u32) -> bool {
    *kills == 0
}

/// The honest side.
#[derive(Debug, Serialize)]
pub(super) struct Honest {
    pub(super) gas: Gas,
    pub(super) transactions: usize,
    /// Transactions that were mined and changed nothing.
    pub(super) reverted: usize,
    /// Most that was locked in bonds at one time, wei.
    pub(super) peak_locked: U256,
    /// Wei still locked at the end.
    pub(super) still_locked: U256,
    /// Refunds and bounties, wei.
    pub(super) credited: U256,
    /// Wei paid for gas.
    pub(super) paid: U256,
}

/// Gas of the honest side, by what it was for.
#[derive(Debug, Default, Serialize)]
pub(super) struct Gas {
    /// Claims and step commitments.
    pub(super) joining: u64,
    /// Openings and turns.
    pub(super) turns: u64,
    /// Step proofs.
    pub(super) proofs: u64,
    /// The ends of its own matches, and the confirmation.
    pub(super) settling: u64,
    /// Matches of others, and merging.
    pub(super) others: u64,
    /// Deposits, bonds, withdrawals.
    pub(super) money: u64,
    pub(super) total: u64,
}

/// The sybils together.
#[derive(Debug, Serialize)]
pub(super) struct Attacker {
    pub(super) gas: u64,
    /// Transactions that were mined and changed nothing.
    pub(super) reverted: usize,
    /// Bonds forfeited.
    pub(super) bonds: usize,
    /// Wei in them.
    pub(super) lost: U256,
    /// Wei of those that nobody got.
    pub(super) burned: U256,
    /// Wei still locked at the end.
    pub(super) still_locked: U256,
}

/// Matches, at both levels.
#[derive(Debug, Default, Serialize)]
pub(super) struct Matches {
    pub(super) all: usize,
    /// Of the honest claim.
    pub(super) honest_claim: usize,
    /// Of honest step commitments.
    pub(super) honest_steps: usize,
    /// Of those, decided by a step proof.
    pub(super) proven: usize,
}

/// What the daemon took off chain.
pub(super) struct Effort {
    pub(super) elapsed: Duration,
    pub(super) processor: Duration,
}

impl Row {
    /// Measures the attack on `honest` by `sybils`.
    pub(super) fn measure(
        level: AttackLevel,
        entries: &[Entry],
        honest: Address,
        sybils: Vec<Address>,
        effort: Effort,
    ) -> eyre::Result<Self> {
        let sybils: BTreeSet<_> = sybils.into_iter().collect();
        let matches = Contests::read(entries, honest);
        Ok(Self {
            level,
            sybils: u32::try_from(sybils.len())?,
            honest: Honest::measure(entries, honest, &matches)?,
            attacker: Attacker::measure(entries, &sybils),
            matches: matches.counted(),
            blocks: duration(entries, &matches).ok_or_eyre("the honest claim is not confirmed")?,
            seconds: effort.elapsed.as_secs_f64(),
            processor_seconds: effort.processor.as_secs_f64(),
            kills: 0,
        })
    }
}

/// Every match, and which of them the honest side played.
struct Contests {
    /// The honest commitments.
    honest: BTreeSet<B256>,
    started: BTreeMap<B256, ITournament::MatchStarted>,
    proven: BTreeSet<B256>,
}

impl Contests {
    fn read(entries: &[Entry], honest: Address) -> Self {
        let joined = events::<ITournament::Joined>(entries).filter(|it| it.owner == honest);
        let settled = events::<ITournament::MatchSettled>(entries);
        Self {
            honest: joined.map(|it| it.commitment).collect(),
            started: events::<ITournament::MatchStarted>(entries)
                .map(|it| (it.matchId, it))
                .collect(),
            proven: settled.filter(|it| it.reason == PROOF).map(|it| it.matchId).collect(),
        }
    }

    fn is_honest(&self, id: B256) -> bool {
        let found = self.started.get(&id);
        found.is_some_and(|it| self.honest.contains(&it.one) || self.honest.contains(&it.two))
    }

    fn counted(&self) -> Matches {
        let mut matches = Matches { all: self.started.len(), ..Matches::default() };
        for (id, started) in self.started.iter().filter(|(id, _)| self.is_honest(**id)) {
            // a step tournament has the id of the match that opened it
            if self.started.contains_key(&started.tournament) {
                matches.honest_steps += 1;
                matches.proven += usize::from(self.proven.contains(id));
            } else {
                matches.honest_claim += 1;
            }
        }
        matches
    }
}

impl Honest {
    fn measure(entries: &[Entry], honest: Address, matches: &Contests) -> eyre::Result<Self> {
        let own: Vec<_> = entries.iter().filter(|entry| entry.from == honest).collect();
        let mut gas = Gas::default();
        for entry in &own {
            *gas.part(entry, matches)? += entry.gas;
            gas.total += entry.gas;
        }
        let (peak_locked, still_locked) = locked(entries, &BTreeSet::from([honest]));
        let credited = events::<IBonds::Credited>(entries).filter(|it| it.account == honest);
        Ok(Self {
            gas,
            transactions: own.len(),
            reverted: own.iter().filter(|entry| !entry.succeeded).count(),
            peak_locked,
            still_locked,
            credited: credited.map(|it| it.amount).sum(),
            paid: own.iter().map(|entry| entry.fee).sum(),
        })
    }
}

impl Gas {
    /// What the transaction was for.
    fn part(&mut self, entry: &Entry, matches: &Contests) -> eyre::Result<&mut u64> {
        Ok(match entry.verb {
            "follow" | "proposeSibling" | "joinSteps" => &mut self.joining,
            "openRoot" | "turn" | "lastTurn" => &mut self.turns,
            "resolve" => &mut self.proofs,
            "confirm" => &mut self.settling,
            "timeout" | "conclude" => {
                let settled = logs::<ITournament::MatchSettled>(entry).next();
                if settled.is_some_and(|it| matches.is_honest(it.matchId)) {
                    &mut self.settling
                } else {
                    &mut self.others
                }
            }
            "merge" | "voidClaim" => &mut self.others,
            "deposit" | "lockBond" | "walk" | "splitBond" | "splitStepBonds"
            | "releaseStepBond" | "releaseBond" | "withdraw" => &mut self.money,
            verb => bail!("the honest side is not expected to send {verb}"),
        })
    }
}

impl Attacker {
    fn measure(entries: &[Entry], sybils: &BTreeSet<Address>) -> Self {
        let own = || entries.iter().filter(|entry| sybils.contains(&entry.from));
        let forfeited: Vec<_> = events::<IBonds::Forfeited>(entries)
            .filter(|it| sybils.contains(&it.account))
            .collect();
        Self {
            gas: own().map(|entry| entry.gas).sum(),
            reverted: own().filter(|entry| !entry.succeeded).count(),
            bonds: forfeited.len(),
            lost: forfeited.iter().map(|it| it.amount).sum(),
            burned: forfeited.iter().map(|it| it.burned).sum(),
            still_locked: locked(entries, sybils).1,
        }
    }
}

/// The most that `accounts` had locked at one time, and what they have at the end.
fn locked(entries: &[Entry], accounts: &BTreeSet<Address>) -> (U256, U256) {
    let (mut now, mut peak) = (U256::ZERO, U256::ZERO);
    for log in entries.iter().flat_map(|entry| &entry.logs) {
        let change = match IBonds::IBondsEvents::decode_log(&log.inner).map(|log| log.data) {
            Ok(IBonds::IBondsEvents::Locked(it)) => (it.account, it.amount, true),
            Ok(IBonds::IBondsEvents::Unlocked(it)) => (it.account, it.amount, false),
            Ok(IBonds::IBondsEvents::Forfeited(it)) => (it.account, it.amount, false),
            _ => continue,
        };
        match change {
            (account, ..) if !accounts.contains(&account) => {}
            (_, amount, true) => now += amount,
            (_, amount, false) => now -= amount,
        }
        peak = peak.max(now);
    }
    (peak, now)
}

/// L1 blocks from the first claim to the confirmation of the honest one.
fn duration(entries: &[Entry], matches: &Contests) -> Option<u64> {
    let first =
        entries.iter().find(|entry| logs::<IRollup::ClaimProposed>(entry).next().is_some())?;
    let confirmed = entries.iter().find(|entry| {
        logs::<IRollup::ClaimConfirmed>(entry).any(|it| matches.honest.contains(&it.claim))
    })?;
    confirmed.block.checked_sub(first.block)
}

/// Events of one kind in a transaction.
fn logs<E: SolEvent>(entry: &Entry) -> impl Iterator<Item = E> {
    entry.logs.iter().filter_map(|log| E::decode_log_validate(&log.inner).ok()).map(|log| log.data)
}

/// Events of one kind, in order.
fn events<E: SolEvent>(entries: &[Entry]) -> impl Iterator<Item = E> {
    entries.iter().flat_map(logs)
}
