//! `surety claim`.

use std::fmt;

use alloy::{primitives::B256, sol_types::SolCall as _};
use clap::Args;
use serde::Serialize;
use surety_engine::{
    dispute::{
        domain::{ClaimId, ClaimStatus, Instant, Phase},
        observe::ChainReader as _,
    },
    l1::bindings::{self, ILens},
    status::{
        claims::{self, ClaimView},
        units::{Until, ether},
    },
};

use super::{
    look::{Look, LookArguments},
    words::{blocks, standing, until, verdict},
};
use crate::terminal::{
    failure::{Advise as _, Usage},
    table::Table,
    units::span,
};

/// One claim: what it says, where it stands, what is at stake, and when it can be decided at the earliest and at the latest.
#[derive(Clone, Debug, Args)]
pub(crate) struct Claim {
    /// The claim: its id, or the beginning of it.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    look: LookArguments,
}

/// What it is about and what it says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    l1_block: u64,
    verified: bool,
    #[serde(flatten)]
    claim: ClaimView,
    trace_root: B256,
    boundary: B256,
    /// The first L1 block in which it may be confirmed if nobody contests it from now on.
    earliest: Option<Until>,
    /// L1 blocks until it is decided at most, if nobody joins any more.
    max_remaining_delay_blocks: Option<u64>,
}

impl Claim {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let look = self.look.look().await?;
        let id = self.find(&look)?;
        let missing = || eyre::eyre!("there is no claim {id}");
        let claim = look.snapshot.claims.get(&id).ok_or_else(missing)?;
        let view = claims::view(id, &look.snapshot, look.honest()).ok_or_else(missing)?;
        let bounds = match claim.status {
            ClaimStatus::Proposed => Some(bounds(&look, id).await?),
            _ => None,
        };
        self.look.output.say(&Report {
            l1_block: look.status.l1_block,
            verified: look.verified,
            claim: view,
            trace_root: claim.key.trace_root,
            boundary: claim.key.boundary,
            earliest: bounds.map(|(earliest, _)| Until::new(earliest, look.snapshot.now)),
            max_remaining_delay_blocks: bounds.map(|(_, delay)| delay),
        })
    }

    fn find(&self, look: &Look) -> eyre::Result<ClaimId> {
        let wanted = self.id.to_lowercase();
        let found = look.snapshot.claims.keys().filter(|id| id.0.to_string().starts_with(&wanted));
        let found: Vec<_> = found.collect();
        match found.as_slice() {
            [id] => Ok(**id),
            [] => {
                Err(eyre::eyre!("there is no claim {wanted}")).advise(|| "surety claims lists them")
            }
            _ => Err(Usage(format!("{} claims begin with {wanted}", found.len())))
                .advise(|| "give more of its id"),
        }
    }
}

/// The first block in which the claim may be confirmed, and how many blocks it can take at most: by the contract Lens, which
/// judges by the rules of the verbs.
async fn bounds(look: &Look, id: ClaimId) -> eyre::Result<(Instant, u64)> {
    let path = look.snapshot.path(id).into_iter();
    let path: Vec<_> = path.map(|claim| bindings::ClaimKey::from(&claim.key)).collect();
    let tournaments = look.snapshot.tournaments.values();
    let running = tournaments.flat_map(|tournament| &tournament.matches);
    let running = running.filter(|(_, found)| !matches!(found.phase, Phase::Settled(_)));
    let mut matches: Vec<_> = running.collect();
    matches.sort_by_key(|(id, _)| **id);
    let matches = matches.iter().map(|(_, found)| bindings::MatchKey::from(&found.key)).collect();
    let joiners = bindings::Joiners { here: 0, steps: 0 };
    let call = ILens::claimReportCall { path, matches, joiners };
    let answer = look.l1.call(look.snapshot.block, look.deployment.lens, call.abi_encode().into());
    let report = ILens::claimReportCall::abi_decode_returns_validate(&answer.await?)?;
    Ok((Instant(report.earliest.to()), report.maxRemainingDelay.to()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = &self.claim;
        let mut table = Table::new(&[]);
        let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
        row("claim", claim.id.to_string());
        row("standing", format!("{}: {}", standing(claim.standing), claim.next));
        if self.verified {
            let reason = claim.verdict.as_ref().map(|it| it.reason.as_str()).unwrap_or_default();
            row("verdict", format!("{}: {reason}", verdict(claim, true)));
        }
        row("L2 blocks", blocks(claim.first_block, claim.last_block));
        if let Some(parent) = claim.parent {
            row("parent", format!("{parent}, round {}", claim.round));
        }
        row("trace root", self.trace_root.to_string());
        row("boundary", self.boundary.to_string());
        if let (Some(owner), Some(bond)) = (claim.proposer, claim.bond) {
            let ours = if claim.ours { ", ours" } else { "" };
            row(
                "proposer",
                format!("{owner}{ours}: root bond {bond}, {}", ether(claim.stake_wei.0)),
            );
        }
        if claim.until.is_some() {
            row("until", until(claim.until));
        }
        if let Some(id) = claim.match_id {
            row("match", id.to_string());
        }
        if self.earliest.is_some() {
            row("earliest", until(self.earliest));
        }
        if let Some(delay) = self.max_remaining_delay_blocks {
            row(
                "at the latest",
                format!("in {delay} L1 blocks, {}, if nobody joins any more", span(delay)),
            );
        }
        write!(f, "{table}")
    }
}
