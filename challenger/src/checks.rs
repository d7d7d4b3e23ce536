//! Every claim checked against our own execution: right, wrong or unknown.

use surety_engine::dispute::{
    domain::{Claim, ClaimId, ClaimStatus, Domain, Snapshot},
    honest::{Honest, Need},
};

/// What our own execution says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Its trace and boundary are ours.
    Right,
    /// They are not.
    Wrong,
    /// This is not executed yet, so nothing can be said.
    Unknown(Need),
}

/// The verdict on each claim that is not decided, in the order of their ids.
pub(crate) fn check(
    snapshot: &Snapshot,
    honest: &impl Honest,
) -> impl Iterator<Item = (ClaimId, Verdict)> {
    let open = |claim: &Claim| claim.status == ClaimStatus::Proposed;
    snapshot
        .claims
        .iter()
        .filter(move |(_, claim)| open(claim))
        .filter_map(|(id, claim)| Some((*id, verdict(domain(snapshot, claim)?, claim, honest))))
}

/// The blocks that a claim is about.
fn domain(snapshot: &Snapshot, claim: &Claim) -> Option<Domain> {
    let after = snapshot.claims.get(&claim.key.parent)?.end;
    let blocks = u16::try_from(claim.end.checked_sub(after)?).ok()?;
    Some(Domain { first: after.checked_add(1)?, blocks })
}

fn verdict(domain: Domain, claim: &Claim, honest: &impl Honest) -> Verdict {
    match honest.slots(domain) {
        Err(need) => Verdict::Unknown(need),
        // the parent's boundary is not ours to judge here: a child of a wrong claim answers another question
        Ok(slots)
            if slots.tree().root() == claim.key.trace_root
                && slots.boundary() == claim.key.boundary =>
        {
            Verdict::Right
        }
        Ok(_) => Verdict::Wrong,
    }
}
