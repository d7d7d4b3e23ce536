//! Contests that a proof has settled.

use super::*;

/// The right claim's contest, settled by a proof; beside it a claim with the same boundary and our bond, and a wrong one with
/// somebody else's.
fn settled() -> (Snapshot, ClaimKey) {
    let mut snapshot = claimed(1);
    let astray = ClaimKey { trace_root: B256::repeat_byte(9), ..child(1) };
    let wrong = child(2);
    snapshot.claims.extend([
        claim(child(1), 102, ClaimStatus::Confirmed, Some(1)),
        claim(astray, 102, ClaimStatus::Void, Some(7)),
        claim(wrong, 102, ClaimStatus::Lost, Some(3)),
    ]);
    snapshot.latest_confirmed = child(1).id();
    snapshot.bonds =
        [bond(1, THEM, child(1).id()), bond(3, THEM, wrong.id()), bond(7, US, astray.id())].into();
    let id = TournamentId::root(genesis().id(), 0);
    snapshot.settled.insert(id, child(1).id());
    let lone = alone(wrong, DOMAIN);
    snapshot.tournaments.insert(id, lone);
    (snapshot, astray)
}

#[test]
fn a_bond_behind_a_claim_that_a_proof_made_void_comes_home() {
    let (mut snapshot, astray) = settled();
    snapshot.bonds.remove(&BondId(3));
    let walk = Intent::Walk(BondId(7), vec![astray]);
    for status in [BondStatus::Locked, BondStatus::Frozen] {
        snapshot.bonds.get_mut(&BondId(7)).unwrap().status = status;
        assert_eq!(intents(&plan(&snapshot, &KNOWS, Policy::CHALLENGER)), [&walk]);
    }
    assert_eq!(labels(&plan(&snapshot, &KNOWS, Policy::PROPOSER)), Vec::<&str>::new());
    snapshot.latest_block = 104;
    let planned = plan(&snapshot, &KNOWS, Policy::PROPOSER);
    assert_eq!(intents(&planned), [&walk], "before another one is locked");
}

#[test]
fn a_bond_behind_a_claim_that_a_proof_has_beaten_is_burned_unless_a_split_takes_it() {
    let (mut snapshot, _) = settled();
    snapshot.bonds.remove(&BondId(7));
    let burns = |snapshot: &Snapshot| walks(snapshot).len();
    assert_eq!(burns(&snapshot), 1, "its own claim, which lost no match");
    let contest = snapshot.tournaments.values_mut().next().unwrap();
    contest.commitments.values_mut().next().unwrap().eliminated = true;
    assert_eq!(burns(&snapshot), 0);
    snapshot.claims.get_mut(&child(2).id()).unwrap().bond = Some(BondId(5));
    assert_eq!(burns(&snapshot), 1, "another's claim");
}

#[test]
fn a_wrong_boundary_that_was_proven_is_an_alarm_of_its_own() {
    let mut snapshot = snapshot();
    let wrong = ClaimKey { round: ClaimKey::UNPROPOSED, trace_root: B256::ZERO, ..child(2) };
    snapshot.claims.extend([claim(wrong, 102, ClaimStatus::Confirmed, None)]);
    snapshot.latest_confirmed = wrong.id();
    snapshot.settled.insert(TournamentId::root(genesis().id(), 0), wrong.id());
    let planned = plan(&snapshot, &KNOWS, Policy::PROPOSER);
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].decision, Decision::Terminal(End::WrongBoundaryProven(wrong.id())));
}
