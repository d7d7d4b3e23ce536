//! Every claim checked against our own execution: right, wrong, on a wrong one, or unknown.

use std::collections::BTreeMap;

use crate::dispute::{
    domain::{Claim, ClaimId, ClaimStatus, Domain, Snapshot},
    honest::{Answer, Honest, Need},
};

/// What our own execution says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its trace and boundary are ours, and so are those of all claims that it builds on.
    Right,
    /// They are not, though it builds on a right one.
    Wrong,
    /// It builds on this wrong claim and falls with it, whatever it says itself.
    OnWrong(ClaimId),
    /// This is not executed yet, so nothing can be said.
    Unknown(Need),
}

/// The verdict on each claim that is not decided, in the order of their ids. What a claim is about cannot be known when
/// its ancestors are not: it has no verdict then.
#[must_use]
pub fn check(snapshot: &Snapshot, honest: &dyn Honest) -> BTreeMap<ClaimId, Verdict> {
    let is_open = |claim: &Claim| claim.status == ClaimStatus::Proposed;
    let open = snapshot.claims.iter().filter(|(_, claim)| is_open(claim)).map(|(id, _)| *id);
    let mut verdicts = verdicts(open, snapshot, honest);
    verdicts.retain(|id, _| snapshot.claims.get(id).is_some_and(is_open));
    verdicts
}

/// The verdicts on `claims`, decided or not, and on all that they build on down to the nearest confirmed claim.
pub(super) fn verdicts(
    claims: impl Iterator<Item = ClaimId>,
    snapshot: &Snapshot,
    honest: &dyn Honest,
) -> BTreeMap<ClaimId, Verdict> {
    let mut verdicts = BTreeMap::new();
    for id in claims {
        judge(id, snapshot, honest, &mut verdicts);
    }
    verdicts
}

/// Adds the verdicts on a claim and on all that it builds on, the oldest first.
fn judge(
    id: ClaimId,
    snapshot: &Snapshot,
    honest: &dyn Honest,
    verdicts: &mut BTreeMap<ClaimId, Verdict>,
) {
    let mut path = Vec::new();
    let mut next = id;
    while !verdicts.contains_key(&next) {
        let Some(claim) = snapshot.claims.get(&next) else { return };
        path.push((next, claim));
        if claim.status == ClaimStatus::Confirmed {
            break;
        }
        next = claim.key.parent;
    }
    for (id, claim) in path.into_iter().rev() {
        let verdict = match claim.status {
            ClaimStatus::Confirmed => Some(confirmed(claim, honest)),
            ClaimStatus::Proposed | ClaimStatus::Lost | ClaimStatus::Void => {
                child(claim, snapshot, honest, verdicts)
            }
        };
        let Some(verdict) = verdict else { return };
        verdicts.insert(id, verdict);
    }
}

/// What a confirmed claim leaves to build on is its boundary alone.
fn confirmed(claim: &Claim, honest: &dyn Honest) -> Verdict {
    match honest.boundary(claim.end) {
        Err(need) => Verdict::Unknown(need),
        Ok(boundary) if boundary.hash() == claim.key.boundary => Verdict::Right,
        Ok(_) => Verdict::Wrong,
    }
}

fn child(
    claim: &Claim,
    snapshot: &Snapshot,
    honest: &dyn Honest,
    verdicts: &BTreeMap<ClaimId, Verdict>,
) -> Option<Verdict> {
    let parent = claim.key.parent;
    let domain = domain(snapshot.claims.get(&parent)?, claim)?;
    Some(match verdicts.get(&parent)? {
        Verdict::Wrong => Verdict::OnWrong(parent),
        Verdict::OnWrong(wrong) => Verdict::OnWrong(*wrong),
        Verdict::Unknown(need) => Verdict::Unknown(*need),
        Verdict::Right => {
            let ours = |answer: Answer| {
                answer.trace_root == claim.key.trace_root && answer.boundary == claim.key.boundary
            };
            match honest.answer(domain).map(ours) {
                Err(need) => Verdict::Unknown(need),
                Ok(true) => Verdict::Right,
                Ok(false) => Verdict::Wrong,
            }
        }
    })
}

/// The blocks that a claim is about.
fn domain(parent: &Claim, claim: &Claim) -> Option<Domain> {
    let blocks = u16::try_from(claim.end.checked_sub(parent.end)?).ok().filter(|it| *it > 0)?;
    Some(Domain { first: parent.end.checked_add(1)?, blocks })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use std::sync::Arc;

    use alloy_primitives::{Address, B256, U256};

    use crate::{
        commitment::{Slots, SlotsBuilder, Steps},
        dispute::{
            domain::{Account, Chronicle, ClaimKey, Duration, Instant, Parameters, Timing},
            honest::Known,
        },
        machine::groups::Machine,
    };

    use super::*;

    /// Executed blocks 101 to `head`, each of which leaves a machine that spells its number.
    struct Own {
        head: u64,
    }

    fn machine(block: u64) -> Machine {
        Machine { state_root: U256::from(block).into(), ..Machine::default() }
    }

    impl Honest for Own {
        fn boundary(&self, block: u64) -> Known<Machine> {
            if block <= self.head { Ok(machine(block)) } else { Err(Need::Boundary(block)) }
        }

        fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
            if domain.last() > self.head {
                return Err(Need::Slots(domain));
            }
            let mut builder = SlotsBuilder::new(machine(domain.first - 1).hash());
            for block in domain.first..=domain.last() {
                builder.push_block(B256::ZERO, &[], machine(block).hash()).unwrap();
            }
            Ok(Arc::new(builder.finish().unwrap()))
        }

        fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
            Err(Need::Steps(domain, slot))
        }
    }

    const OWN: Own = Own { head: 104 };

    fn genesis() -> Claim {
        let key = ClaimKey { boundary: machine(100).hash(), ..ClaimKey::default() };
        Claim { key, end: 100, status: ClaimStatus::Confirmed, round: 0, bond: None }
    }

    /// The claim that is right on `parent`.
    fn right(parent: &Claim, end: u64) -> Claim {
        let blocks = u16::try_from(end - parent.end).unwrap();
        let domain = Domain { first: parent.end + 1, blocks };
        let slots = Own { head: end }.slots(domain).unwrap();
        let key = ClaimKey {
            parent: parent.key.id(),
            round: 0,
            trace_root: slots.tree().root(),
            boundary: slots.boundary(),
        };
        Claim { key, end, status: ClaimStatus::Proposed, round: 0, bond: None }
    }

    fn with_root(mut claim: Claim, seed: u8) -> Claim {
        claim.key.trace_root = B256::repeat_byte(seed);
        claim
    }

    fn snapshot(claims: &[Claim]) -> Snapshot {
        let any = Duration(1);
        Snapshot {
            now: Instant(1),
            block: B256::ZERO,
            parameters: Parameters {
                timing: Timing { censorship: any, response: any, build: any, budget: any },
                root_bond: U256::ZERO,
                step_bond: U256::ZERO,
            },
            latest_block: 110,
            latest_confirmed: genesis().key.id(),
            claims: claims.iter().map(|claim| (claim.key.id(), *claim)).collect(),
            tournaments: BTreeMap::new(),
            settled: BTreeMap::new(),
            bonds: BTreeMap::new(),
            account: Account { address: Address::ZERO, wallet: U256::ZERO, free: U256::ZERO },
            chronicle: Chronicle::default(),
        }
    }

    fn verdicts(claims: &[Claim]) -> Vec<Option<Verdict>> {
        let verdicts = check(&snapshot(claims), &OWN);
        claims.iter().map(|claim| verdicts.get(&claim.key.id()).copied()).collect()
    }

    #[test]
    fn right_and_wrong_siblings_are_told_apart() {
        let start = genesis();
        let ours = right(&start, 102);
        let other_trace = with_root(ours, 7);
        let mut other_end = ours;
        other_end.key.boundary = B256::repeat_byte(7);
        assert_eq!(
            verdicts(&[start, ours, other_trace, other_end]),
            [None, Some(Verdict::Right), Some(Verdict::Wrong), Some(Verdict::Wrong)]
        );
    }

    #[test]
    fn what_builds_on_a_wrong_claim_falls_with_it_whatever_it_says() {
        let start = genesis();
        let wrong = with_root(right(&start, 102), 7);
        let child = right(&wrong, 103);
        let grandchild = with_root(right(&child, 104), 8);
        let on_wrong = Some(Verdict::OnWrong(wrong.key.id()));
        let expected = [None, Some(Verdict::Wrong), on_wrong, on_wrong];
        assert_eq!(verdicts(&[start, wrong, child, grandchild]), expected);
    }

    #[test]
    fn a_lost_or_confirmed_parent_is_judged_but_not_reported() {
        let start = genesis();
        let lost = Claim { status: ClaimStatus::Lost, ..with_root(right(&start, 101), 7) };
        let on_lost = right(&lost, 102);
        let mut confirmed = Claim { status: ClaimStatus::Confirmed, ..right(&start, 101) };
        confirmed.key.boundary = B256::repeat_byte(7);
        let on_confirmed = right(&confirmed, 102);
        assert_eq!(
            verdicts(&[start, lost, on_lost, confirmed, on_confirmed]),
            [
                None,
                None,
                Some(Verdict::OnWrong(lost.key.id())),
                None,
                Some(Verdict::OnWrong(confirmed.key.id()))
            ]
        );
    }

    #[test]
    fn t38_what_is_not_executed_is_unknown_and_so_is_all_that_builds_on_it() {
        let start = genesis();
        let ahead = with_root(right(&start, 105), 7);
        let child = right(&ahead, 106);
        let need = Need::Slots(Domain { first: 101, blocks: 5 });
        let unknown = Some(Verdict::Unknown(need));
        assert_eq!(verdicts(&[start, ahead, child]), [None, unknown, unknown]);

        let far = Claim { end: 200, ..start };
        let child = Claim { end: 201, ..right(&start, 101) };
        let need = Need::Boundary(200);
        assert_eq!(verdicts(&[far, child]), [None, Some(Verdict::Unknown(need))]);
    }

    #[test]
    fn t38_claims_whose_blocks_cannot_be_told_are_not_judged() {
        let start = genesis();
        let orphan = right(&right(&start, 101), 102);
        assert_eq!(verdicts(&[start, orphan]), [None, None], "its parent is not known");
        for end in [0, 100, 100 + 65_536, u64::MAX] {
            let claim = Claim { end, ..right(&start, 101) };
            let key = ClaimKey { parent: claim.key.id(), ..claim.key };
            let child = Claim { key, end: 102, ..claim };
            assert_eq!(verdicts(&[start, claim, child])[1..], [None, None], "ends at {end}");
        }
    }
}
