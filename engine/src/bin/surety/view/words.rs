//! Short words for what the views say.

use alloy::primitives::{Address, B256};
use surety_engine::status::{
    claims::{ClaimStanding, ClaimView, VerdictKind},
    contests::{Due, LevelName, MatchView, Mover},
    units::Until,
};

use crate::terminal::units::seconds;

/// The beginning of an id: enough to name a claim or a match in every command.
pub(super) fn short(id: B256) -> String {
    let text = id.to_string();
    text.get(..12).unwrap_or(&text).to_owned()
}

/// The beginning and the end of an address.
pub(super) fn short_address(address: Address) -> String {
    let text = address.to_string();
    match (text.get(..8), text.get(38..)) {
        (Some(start), Some(end)) => format!("{start}..{end}"),
        _ => text,
    }
}

pub(super) fn until(until: Option<Until>) -> String {
    let of = |until: Until| match until.blocks_left {
        0 => format!("L1 block {}, now", until.l1_block),
        _ => format!("L1 block {}, {}", until.l1_block, seconds(until.seconds_left)),
    };
    until.map(of).unwrap_or_default()
}

pub(super) fn blocks(first: u64, last: u64) -> String {
    if first >= last { last.to_string() } else { format!("{first}-{last}") }
}

pub(super) const fn standing(standing: ClaimStanding) -> &'static str {
    match standing {
        ClaimStanding::Joining => "open",
        ClaimStanding::Waiting => "waiting",
        ClaimStanding::Playing => "playing",
        ClaimStanding::ParentUndecided => "won, parent open",
        ClaimStanding::Confirmable => "confirmable",
        ClaimStanding::Confirmed => "confirmed",
        ClaimStanding::Lost => "lost",
        ClaimStanding::Void => "void",
        ClaimStanding::Superseded => "superseded",
    }
}

/// What our own execution says of a claim; nothing unless it was asked.
pub(super) fn verdict(claim: &ClaimView, verified: bool) -> &'static str {
    match claim.verdict.as_ref().map(|verdict| verdict.kind) {
        _ if !verified => "",
        Some(VerdictKind::Right) => "right",
        Some(VerdictKind::Wrong) => "WRONG",
        Some(VerdictKind::OnWrong) => "on a WRONG one",
        Some(VerdictKind::Unknown) => "unknown",
        None => "",
    }
}

pub(super) const fn level(level: LevelName) -> &'static str {
    match level {
        LevelName::Slots => "slots",
        LevelName::Steps => "steps",
    }
}

pub(super) const fn due(due: Due) -> &'static str {
    match due {
        Due::Nothing => "nothing",
        Due::OpenRoot => "openRoot",
        Due::Turn => "turn",
        Due::LastTurn => "lastTurn",
        Due::Proof => "resolve",
        Due::Steps => "its step tournament",
        Due::Conclude => "conclude",
        Due::Timeout => "timeout",
    }
}

/// Who must move, by whose bond stands there.
pub(super) fn mover(found: &MatchView) -> String {
    let of = |name: &str, owner: Option<Address>| match owner {
        Some(owner) => format!("{name} ({})", short_address(owner)),
        None => name.to_owned(),
    };
    match found.mover {
        Mover::Nobody => "nobody".to_owned(),
        Mover::One => of("one", found.one.owner),
        Mover::Two => of("two", found.two.owner),
        Mover::Either => "whoever is right".to_owned(),
        Mover::Anyone => "anyone".to_owned(),
    }
}
