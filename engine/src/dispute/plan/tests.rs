#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod settled;

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::{Address, B256, U256, keccak256};

use super::*;
use crate::commitment::{FoldBuilder, Height, Opening, Slots, Steps};
use crate::dispute::domain::{
    Account, Agreed, BondId, BondStatus, Chronicle, Claim, ClaimId, ClaimKey, ClaimStatus, Clocks,
    Commitment, Contest, Domain, Duration, Level, Match, MatchKey, Parameters, Phase, Ranks,
    RootBond, Side, Sides, Status, Timing, Tournament, TournamentId, Turn,
};
use crate::machine::groups::Machine;

pub(crate) const US: Address = Address::repeat_byte(1);
pub(crate) const THEM: Address = Address::repeat_byte(2);
pub(crate) const NOW: Instant = Instant(1_000);
pub(crate) const DOMAIN: Domain = Domain { first: 101, blocks: 2 };

pub(crate) fn machine(seed: u8) -> Machine {
    Machine { state_root: B256::repeat_byte(seed), ..Machine::default() }
}

/// Slots that begin at machine 0, and change at slot 7 to `seed`.
pub(crate) fn slots(seed: u8) -> Slots {
    let mut builder = FoldBuilder::new(Height::SLOTS);
    builder.repeat(machine(0).hash(), 7).unwrap();
    builder.push(machine(seed).hash()).unwrap();
    Slots::new(machine(0).hash(), builder.finish().unwrap())
}

/// Knows that the domain leads from machine 0 to machine 1, and nothing when told to forget.
pub(crate) struct Own {
    pub(crate) forgets: Option<Need>,
}

impl Own {
    fn unless_forgotten<T>(&self, need: Need, known: T) -> Known<T> {
        if self.forgets == Some(need) { Err(need) } else { Ok(known) }
    }
}

impl Honest for Own {
    fn boundary(&self, block: u64) -> Known<Machine> {
        self.unless_forgotten(Need::Boundary(block), machine(u8::from(block > 100)))
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        self.unless_forgotten(Need::Slots(domain), Arc::new(slots(1)))
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        Err(Need::Steps(domain, slot))
    }
}

pub(crate) const KNOWS: Own = Own { forgets: None };

pub(crate) fn genesis() -> ClaimKey {
    ClaimKey { boundary: machine(0).hash(), ..ClaimKey::default() }
}

pub(crate) fn child(seed: u8) -> ClaimKey {
    let trace_root = slots(seed).tree().root();
    ClaimKey { parent: genesis().id(), round: 0, trace_root, boundary: machine(seed).hash() }
}

pub(crate) fn claim(
    key: ClaimKey,
    end: u64,
    status: ClaimStatus,
    bond: Option<u64>,
) -> (ClaimId, Claim) {
    (key.id(), Claim { key, end, status, round: 0, bond: bond.map(BondId) })
}

/// Genesis, two batches after it, and an account with 10 ETH.
pub(crate) fn snapshot() -> Snapshot {
    let duration = Duration;
    Snapshot {
        now: NOW,
        block: B256::ZERO,
        parameters: Parameters {
            timing: Timing {
                censorship: duration(60),
                response: duration(5),
                build: duration(40),
                budget: duration(115),
            },
            root_bond: U256::from(3),
            step_bond: U256::from(2),
        },
        latest_block: 102,
        latest_confirmed: genesis().id(),
        claims: BTreeMap::from([claim(genesis(), 100, ClaimStatus::Confirmed, None)]),
        tournaments: BTreeMap::new(),
        settled: BTreeMap::new(),
        bonds: BTreeMap::new(),
        account: Account { address: US, wallet: U256::from(10), free: U256::ZERO },
        chronicle: Chronicle::default(),
    }
}

pub(crate) fn bond(id: u64, owner: Address, tip: ClaimId) -> (BondId, RootBond) {
    let status = BondStatus::Locked;
    (BondId(id), RootBond { id: BondId(id), owner, status, tip, walked: None })
}

/// A claim with `seed` stands, made by somebody else; it is right when `seed` is 1.
pub(crate) fn claimed(seed: u8) -> Snapshot {
    let mut snapshot = snapshot();
    let key = child(seed);
    snapshot.claims.extend([claim(key, 102, ClaimStatus::Proposed, Some(1))]);
    snapshot.bonds.extend([bond(1, THEM, key.id())]);
    let lone = alone(key, DOMAIN);
    snapshot.tournaments.insert(lone.id, lone);
    snapshot
}

/// The contest of a claim without a rival.
pub(crate) fn alone(key: ClaimKey, domain: Domain) -> Tournament {
    let commitment = Commitment {
        root: key.trace_root,
        last: key.boundary,
        opening: None,
        owner: THEM,
        eliminated: false,
        bond_settled: false,
    };
    Tournament {
        id: key.tournament(),
        contest: Contest::Root { parent: key.parent, round: key.round },
        domain,
        start: Instant(NOW.0 - 15),
        budget: Duration(115),
        status: Status::Joining,
        waiting: Ranks(1),
        running: Ranks(0),
        commitments: BTreeMap::from([(key.id().commitment(), commitment)]),
        matches: BTreeMap::new(),
    }
}

/// The right claim met the wrong one; `to_move` of the right one's sides is to make its first turn.
pub(crate) fn matched(since: Instant) -> Snapshot {
    let mut snapshot = claimed(1);
    let wrong = child(2);
    snapshot.claims.extend([claim(wrong, 102, ClaimStatus::Proposed, Some(2))]);
    snapshot.bonds.extend([bond(2, THEM, wrong.id())]);
    let id = TournamentId::root(genesis().id(), 0);
    let key =
        MatchKey { tournament: id, one: child(1).id().commitment(), two: wrong.id().commitment() };
    let turn = Turn {
        to_move: Side::One,
        height: 20,
        position: 0,
        nodes: Sides { one: child(1).trace_root, two: wrong.trace_root },
        rival: slots(2).tree().open(20, 0).unwrap(),
        agreed: Agreed { node: machine(0).hash(), height: 0 },
    };
    let found = Match {
        key,
        level: Level::Slots,
        phase: Phase::turning(Level::Slots, turn, false).unwrap(),
        clocks: Clocks { one: Duration(100), two: Duration(100), since },
        moves: Vec::new(),
    };
    snapshot.tournaments.get_mut(&id).unwrap().matches.insert(key.id(), found);
    snapshot
}

fn intents(planned: &[Planned]) -> Vec<&Intent> {
    let acts = planned.iter().filter_map(|it| match &it.decision {
        Decision::Act(intent) => Some(&**intent),
        _ => None,
    });
    acts.collect()
}

fn labels(planned: &[Planned]) -> Vec<&'static str> {
    intents(planned).into_iter().map(Intent::label).collect()
}

#[test]
fn a_proposer_brings_its_bond_there_one_move_at_a_time() {
    let mut snapshot = snapshot();
    let decided = |snapshot: &Snapshot| labels(&plan(snapshot, &KNOWS, Policy::PROPOSER));
    assert_eq!(decided(&snapshot), ["deposit"]);
    snapshot.account.free = U256::from(3);
    assert_eq!(decided(&snapshot), ["lockBond"]);
    snapshot.bonds.extend([bond(7, US, genesis().id())]);
    assert_eq!(decided(&snapshot), ["propose"]);
    let planned = plan(&snapshot, &KNOWS, Policy::PROPOSER);
    let Intent::Propose { bond, parent, end, trace_root, boundary } = intents(&planned)[0] else {
        panic!()
    };
    assert_eq!(
        (*bond, *parent, *end, *trace_root),
        (BondId(7), genesis().id(), 102, child(1).trace_root)
    );
    assert_eq!(**boundary, machine(1));
}

#[test]
fn a_deposit_leaves_something_for_gas() {
    let mut snapshot = snapshot();
    snapshot.parameters.step_bond = U256::from(500);
    let decided =
        |snapshot: &Snapshot| plan(snapshot, &KNOWS, Policy::PROPOSER)[0].decision.clone();
    snapshot.account.wallet = U256::from(3 + 5);
    assert_eq!(decided(&snapshot), Decision::act(Intent::Deposit(U256::from(3))));
    snapshot.account.wallet = U256::from(3 + 4);
    assert_eq!(decided(&snapshot), Decision::Wait(Reason::Funds(U256::ONE)));
}

#[test]
fn a_challenger_stays_silent_before_the_truth() {
    for snapshot in [snapshot(), claimed(1)] {
        assert_eq!(labels(&plan(&snapshot, &KNOWS, Policy::CHALLENGER)), Vec::<&str>::new());
    }
}

#[test]
fn a_wrong_claim_gets_a_sibling_while_joining_is_open() {
    let mut snapshot = claimed(2);
    snapshot.account.free = U256::from(3);
    snapshot.bonds.extend([bond(7, US, genesis().id())]);
    let planned = plan(&snapshot, &KNOWS, Policy::CHALLENGER);
    assert_eq!(labels(&planned), ["proposeSibling"]);
    assert_eq!(planned[0].deadline, Some(Instant(NOW.0 + 100)));
    let Intent::ProposeSibling { opened, .. } = intents(&planned)[0] else { panic!() };
    assert_eq!((opened.children.root(), opened.spine.len()), (child(1).trace_root, 16));

    snapshot.now = Instant(NOW.0 + 99);
    let planned = plan(&snapshot, &KNOWS, Policy::CHALLENGER);
    let late = Decision::Terminal(End::TooLate(TournamentId::root(genesis().id(), 0)));
    assert!(
        planned.iter().any(|it| it.decision == late),
        "the next block is too late: {planned:?}"
    );
}

/// So many right claims one on another, somebody else's, and a wrong one on the last of them.
fn chain(right: u64) -> (Snapshot, Vec<ClaimKey>) {
    let (mut snapshot, mut keys) = (snapshot(), Vec::new());
    let mut parent = genesis().id();
    for height in 0..=right {
        let key = ClaimKey { parent, ..child(if height < right { 1 } else { 2 }) };
        let first = DOMAIN.first + 2 * height;
        snapshot.claims.extend([claim(key, first + 1, ClaimStatus::Proposed, Some(1))]);
        let lone = alone(key, Domain { first, ..DOMAIN });
        snapshot.tournaments.insert(lone.id, lone);
        parent = key.id();
        keys.push(key);
    }
    snapshot.bonds.extend([bond(1, THEM, parent)]);
    (snapshot, keys)
}

#[test]
fn a_bond_that_backs_nothing_is_used_anywhere_and_another_one_follows() {
    let (mut snapshot, keys) = chain(3);
    let bonded = |snapshot: &mut Snapshot, tip| {
        snapshot.bonds.insert(BondId(7), bond(7, US, tip).1);
        plan(snapshot, &KNOWS, Policy::CHALLENGER)
    };
    let planned = bonded(&mut snapshot, genesis().id());
    assert_eq!(labels(&planned), ["proposeSibling"]);
    let planned = bonded(&mut snapshot, keys[0].id());
    assert_eq!(intents(&planned), [&Intent::Follow(BondId(7), keys[1..3].to_vec())]);
    let planned = bonded(&mut snapshot, keys[2].id());
    assert_eq!(labels(&planned), ["proposeSibling"]);
    let planned = bonded(&mut snapshot, keys[3].id());
    assert_eq!(labels(&planned), ["deposit"], "one bond never backs two siblings");
}

/// Has executed nothing.
struct Nothing;

impl Honest for Nothing {
    fn boundary(&self, block: u64) -> Known<Machine> {
        KNOWS.boundary(block)
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        Err(Need::Slots(domain))
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        KNOWS.steps(domain, slot)
    }
}

#[test]
fn a_long_path_is_asked_about_at_once() {
    let (snapshot, _) = chain(3);
    let planned = plan(&snapshot, &Nothing, Policy::CHALLENGER);
    let needs: Vec<_> = planned.iter().filter_map(Planned::need).collect();
    let asked = (0..4).map(|height| Domain { first: DOMAIN.first + 2 * height, ..DOMAIN });
    assert_eq!(needs, asked.map(Need::Slots).collect::<Vec<_>>());
}

/// Whoever leaves moves to others steps in before that costs time: a clock that has run low is no defence.
#[test]
fn a_move_is_left_to_others_only_while_that_is_free() {
    let policy = Policy { steps_in: Some(2), ..Policy::CHALLENGER };
    let left = |planned: &[Planned], until| {
        labels(planned).is_empty()
            && planned.iter().any(|it| it.decision == Decision::Wait(Reason::LeftToOthers(until)))
    };
    let planned = plan(&matched(NOW), &KNOWS, policy);
    assert!(left(&planned, Instant(NOW.0 + 5)), "{planned:?}");
    assert_eq!(labels(&plan(&matched(Instant(NOW.0 - 3)), &KNOWS, policy)), ["turn"]);

    let mut snapshot = claimed(2);
    assert_eq!(labels(&plan(&snapshot, &KNOWS, policy)), ["deposit"], "joining late is charged");
    for tournament in snapshot.tournaments.values_mut() {
        tournament.start = NOW;
    }
    assert!(left(&plan(&snapshot, &KNOWS, policy), Instant(NOW.0 + 5)));
}

/// T38: what is unknown is neither right nor wrong.
#[test]
fn t38_unknown_never_acts() {
    let cases = [
        (Need::Boundary(100), [snapshot(), claimed(2), matched(NOW)].to_vec()),
        (Need::Slots(DOMAIN), [snapshot(), claimed(2), matched(NOW)].to_vec()),
        // A turn takes our tree alone, a claim also its boundary.
        (Need::Boundary(102), [snapshot(), claimed(2)].to_vec()),
    ];
    for (need, snapshots) in cases {
        for mut snapshot in snapshots {
            snapshot.bonds.extend([bond(7, US, genesis().id())]);
            let planned = plan(&snapshot, &Own { forgets: Some(need) }, Policy::PROPOSER);
            let labels = labels(&planned);
            assert!(labels.is_empty(), "{need}: {labels:?}");
            assert!(planned.iter().any(|it| it.need() == Some(need)), "{need}: {planned:?}");
        }
    }
    let planned =
        plan(&claimed(2), &Own { forgets: Some(Need::Slots(DOMAIN)) }, Policy::CHALLENGER);
    assert_eq!(planned[0].need(), Some(Need::Slots(DOMAIN)));
}

#[test]
fn a_wrong_claim_that_was_confirmed_is_an_alarm_and_nothing_else() {
    let mut snapshot = snapshot();
    let wrong = child(2);
    snapshot.claims.extend([claim(wrong, 102, ClaimStatus::Confirmed, Some(1))]);
    snapshot.latest_confirmed = wrong.id();
    let planned = plan(&snapshot, &KNOWS, Policy::PROPOSER);
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].decision, Decision::Terminal(End::WrongClaimConfirmed(wrong.id())));
}

#[test]
fn the_first_turn_opens_both_and_descends_to_the_first_difference() {
    let planned = plan(&matched(NOW), &KNOWS, Policy::CHALLENGER);
    assert_eq!(labels(&planned), ["turn"]);
    assert_eq!(planned[0].deadline, Some(Instant(NOW.0 + 105)));
    let Intent::Turn(_, root, descent) = intents(&planned)[0] else { panic!() };
    assert_eq!(*root, child(1).trace_root);
    assert_eq!(descent.own.root(), *root);
    let index = descent.own.first_difference(&descent.rival).unwrap();
    assert_eq!(descent.next.root(), descent.own.get(index).unwrap());
}

/// T12: with our clock run out a turn would revert, and nobody is to sign it.
#[test]
fn t12_a_move_after_expiry_is_not_planned() {
    let snapshot = matched(Instant(NOW.0 - 104));
    let planned = plan(&snapshot, &KNOWS, Policy::CHALLENGER);
    assert_eq!(labels(&planned), Vec::<&str>::new());
    assert!(planned.iter().any(|it| it.decision == Decision::Wait(Reason::OutOfTime)));
    let in_time = matched(Instant(NOW.0 - 103));
    assert_eq!(labels(&plan(&in_time, &KNOWS, Policy::CHALLENGER)), ["turn"]);
}

#[test]
fn t21_a_silent_rival_is_timed_out_from_the_first_block_in_which_that_succeeds() {
    let mut snapshot = matched(NOW);
    let id = TournamentId::root(genesis().id(), 0);
    let found = snapshot.tournaments.get_mut(&id).unwrap().matches.values_mut().next().unwrap();
    let Phase::Middle(turn) = found.phase else { panic!() };
    let own = slots(1).tree().open(20, 0).unwrap();
    let turn = Turn {
        to_move: Side::Two,
        height: 16,
        nodes: Sides { one: own.get(0).unwrap(), two: turn.rival.get(0).unwrap() },
        rival: slots(1).tree().open(16, 0).unwrap(),
        ..turn
    };
    found.phase = Phase::turning(Level::Slots, turn, false).unwrap();
    found.clocks.since = Instant(NOW.0 - 104);
    assert_eq!(labels(&plan(&snapshot, &KNOWS, Policy::CHALLENGER)), Vec::<&str>::new());
    snapshot.now = snapshot.now.next();
    assert_eq!(labels(&plan(&snapshot, &KNOWS, Policy::CHALLENGER)), ["timeout"]);
}

/// A node that agreed with ours cannot open into something else: then somebody, perhaps we, is broken, and nothing is sent.
#[test]
fn a_match_that_contradicts_our_tree_is_left_alone() {
    let mut snapshot = matched(NOW);
    let id = TournamentId::root(genesis().id(), 0);
    let found = snapshot.tournaments.get_mut(&id).unwrap().matches.values_mut().next().unwrap();
    let Phase::Middle(turn) = found.phase else { panic!() };
    let strange = Opening([keccak256("strange"); 16]);
    let turn = Turn {
        height: 16,
        nodes: Sides { one: keccak256("ours?"), two: strange.root() },
        rival: strange,
        ..turn
    };
    found.phase = Phase::turning(Level::Slots, turn, false).unwrap();
    let planned = plan(&snapshot, &KNOWS, Policy::CHALLENGER);
    assert_eq!(labels(&planned), Vec::<&str>::new());
    assert!(
        planned.iter().any(|it| matches!(it.decision, Decision::Wait(Reason::Inconsistent(_))))
    );
}

/// T39: a claim that has lost is left alone, and so is a bond behind it: the next round begins beside it.
#[test]
fn t39_nothing_is_built_on_a_claim_that_lost() {
    let mut snapshot = claimed(2);
    let wrong = child(2);
    let id = TournamentId::root(genesis().id(), 0);
    snapshot.tournaments.get_mut(&id).unwrap().status = Status::NoWinner;
    snapshot.claims.extend([claim(wrong, 102, ClaimStatus::Lost, Some(1))]);
    snapshot.account.free = U256::from(3);
    snapshot.bonds = [bond(1, US, wrong.id())].into();
    let decided = |snapshot: &Snapshot| labels(&plan(snapshot, &KNOWS, Policy::PROPOSER));
    assert_eq!(decided(&snapshot), ["lockBond"], "a bond behind a lost claim is of no use");
    snapshot.bonds.extend([bond(2, US, genesis().id())]);
    let planned = plan(&snapshot, &KNOWS, Policy::PROPOSER);
    let Intent::Propose { bond, parent, .. } = intents(&planned)[0] else { panic!("{planned:?}") };
    assert_eq!((*bond, *parent), (BondId(2), genesis().id()));
}

/// T39: a claim that somebody else proposed first is not proposed again and again, but extended.
#[test]
fn t39_the_right_claim_of_somebody_else_is_extended() {
    let mut snapshot = claimed(1);
    snapshot.bonds.extend([bond(2, US, genesis().id())]);
    let decided = |snapshot: &Snapshot| labels(&plan(snapshot, &KNOWS, Policy::PROPOSER));
    assert_eq!(decided(&snapshot), Vec::<&str>::new(), "there is nothing to add");
    snapshot.latest_block = 104;
    assert_eq!(decided(&snapshot), ["propose"], "on that claim, which the bond then backs too");
}

/// A wrong claim that has lost, with a claim on it by another bond.
fn backed() -> Snapshot {
    let mut snapshot = matched(NOW);
    let (wrong, right) = (child(2), child(1));
    let on_wrong = ClaimKey { parent: wrong.id(), ..child(3) };
    snapshot.claims.extend([
        claim(wrong, 102, ClaimStatus::Lost, Some(2)),
        claim(right, 102, ClaimStatus::Confirmed, Some(1)),
        claim(on_wrong, 103, ClaimStatus::Void, Some(3)),
    ]);
    snapshot.latest_confirmed = right.id();
    snapshot.bonds = [bond(3, THEM, on_wrong.id())].into();
    snapshot.tournaments.clear();
    snapshot
}

fn walks(snapshot: &Snapshot) -> Vec<Vec<ClaimId>> {
    let planned = plan(snapshot, &KNOWS, Policy::CHALLENGER);
    let walks = intents(&planned).into_iter().filter_map(|intent| match intent {
        Intent::Walk(BondId(3), path) => Some(path.iter().map(ClaimKey::id).collect()),
        _ => None,
    });
    walks.collect()
}

#[test]
fn bonds_of_others_behind_a_lost_claim_are_burned() {
    let snapshot = backed();
    let wrong = child(2).id();
    let on_wrong = snapshot.bonds[&BondId(3)].tip;
    assert_eq!(walks(&snapshot), [[on_wrong, wrong]]);
    let urgency = plan(&snapshot, &KNOWS, Policy::CHALLENGER)[0].urgency();
    assert_eq!(urgency, (1, Instant(u64::MAX)), "nobody waits for it");

    let after = |change: &dyn Fn(&mut RootBond)| {
        let mut snapshot = snapshot.clone();
        change(snapshot.bonds.get_mut(&BondId(3)).unwrap());
        walks(&snapshot)
    };
    assert_eq!(after(&|bond| bond.walked = Some(wrong)), [[wrong]], "where it stands");
    let gone = child(1).id();
    assert_eq!(after(&|bond| bond.walked = Some(gone)), [[on_wrong, wrong]], "from the tip again");
    let frozen = after(&|bond| bond.status = BondStatus::Frozen);
    assert_eq!(frozen, [[on_wrong, wrong]]);
    for status in [BondStatus::Released, BondStatus::Forfeited] {
        assert_eq!(after(&|bond| bond.status = status), Vec::<Vec<_>>::new(), "never again");
    }
    assert_eq!(after(&|bond| bond.owner = US), Vec::<Vec<_>>::new(), "not our own");
}

#[test]
fn a_bond_is_not_walked_before_that_burns_it() {
    let claims = |change: &dyn Fn(&mut Snapshot)| {
        let mut snapshot = backed();
        change(&mut snapshot);
        walks(&snapshot)
    };
    let status = |id: ClaimId, status| {
        move |it: &mut Snapshot| it.claims.get_mut(&id).unwrap().status = status
    };
    let nothing = Vec::<Vec<_>>::new();
    assert_eq!(claims(&status(child(2).id(), ClaimStatus::Proposed)), nothing, "undecided");
    assert_eq!(claims(&status(genesis().id(), ClaimStatus::Proposed)), nothing, "provisional");
    let creator = |it: &mut Snapshot| {
        it.claims.get_mut(&child(2).id()).unwrap().bond = Some(BondId(3));
    };
    assert_eq!(claims(&creator), nothing, "the creator's bond is split instead");
}

#[test]
fn what_others_put_into_bonds_for_us_is_withdrawn_unless_it_is_dust() {
    let mut snapshot = snapshot();
    snapshot.parameters.step_bond = U256::from(1_600);
    let decided = |snapshot: &Snapshot| labels(&plan(snapshot, &KNOWS, Policy::CHALLENGER));
    snapshot.account.free = U256::from(100);
    assert_eq!(decided(&snapshot), Vec::<&str>::new(), "its gas costs more");
    snapshot.account.free = U256::from(101);
    assert_eq!(decided(&snapshot), ["withdraw"]);
    snapshot.bonds.extend([bond(7, US, genesis().id())]);
    assert_eq!(decided(&snapshot), ["releaseBond"], "with the rest of what comes home");
}

#[test]
fn the_nearest_deadline_comes_first_and_money_last() {
    let at = |deadline, intent| Planned {
        subject: Subject::Account,
        decision: Decision::act(intent),
        deadline: Option::map(deadline, Instant),
    };
    let mut planned = [
        at(None, Intent::Withdraw(U256::ONE)),
        at(None, Intent::Confirm(child(1))),
        at(Some(30), Intent::LockBond),
        at(Some(20), Intent::Deposit(U256::ONE)),
    ];
    planned.sort_by_key(Planned::urgency);
    assert_eq!(labels(&planned), ["deposit", "lockBond", "confirm", "withdraw"]);
}

#[test]
fn a_phase_that_the_contracts_cannot_reach_cannot_be_built() {
    use crate::dispute::domain::MatchError;
    let Phase::Middle(turn) =
        matched(NOW).tournaments.values().next().unwrap().matches.values().next().unwrap().phase
    else {
        panic!()
    };
    let built = |turn| Phase::turning(Level::Slots, turn, false).unwrap_err();
    for height in [0, 3, 24, 255] {
        assert_eq!(built(Turn { height, ..turn }), MatchError::Height(height));
    }
    assert_eq!(built(Turn { position: 1, ..turn }), MatchError::Position(1));
    assert_eq!(
        built(Turn {
            to_move: Side::Two,
            nodes: Sides { one: turn.nodes.two, two: turn.nodes.one },
            ..turn
        }),
        MatchError::FirstMover
    );
    let agreed = Agreed { height: 8, ..turn.agreed };
    assert_eq!(built(Turn { agreed, ..turn }), MatchError::Agreed(8));
    let same = Sides { one: turn.nodes.two, two: turn.nodes.two };
    assert_eq!(built(Turn { nodes: same, ..turn }), MatchError::NoDifference(same.one));
    let swapped = Sides { one: turn.nodes.two, two: turn.nodes.one };
    assert_eq!(
        built(Turn { nodes: swapped, ..turn }),
        MatchError::Opening(turn.rival.root(), swapped.two)
    );
}
