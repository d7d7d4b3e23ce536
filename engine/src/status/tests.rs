#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use alloy_primitives::{Address, B256, U256};

use super::{
    actions::{ActionKind, AlarmCode},
    claims::{ClaimStanding, VerdictKind},
    contests::{Due, LevelName, Mover, Range, descent},
    events::Tone,
    journal::Journal,
    place::{Board, Places, SlotKind, StepFact},
    units::{Until, Wei},
    *,
};
use crate::{
    dispute::{
        domain::{
            BondId, ClaimId, ClaimKey, ClaimStatus, Clocks, Commitment, Contest, Contested, Domain,
            Duration, Ground, Instant, Level, Match, MatchKey, Outcome, Phase, Ranks, SettledMatch,
            Sides, Status as Standing, Tournament, TournamentId, What,
        },
        honest::{Need, Transition},
        plan::{
            Policy, plan,
            tests::{
                DOMAIN, KNOWS, NOW, Own, THEM, US, child, claim, claimed, genesis, machine,
                matched, snapshot,
            },
        },
    },
    machine::{Phase as MachinePhase, StepInfo},
};

/// Slot 7 of block 101 is a transaction; the step at which machine 3 stands is an ADD.
struct Map;

const HASH: B256 = B256::repeat_byte(0x77);

impl Places for Map {
    fn slot(&self, block: u64, slot: u16) -> Option<SlotKind> {
        let known = (block, slot) == (101, 7);
        known.then_some(SlotKind::Transaction { transaction_hash: HASH })
    }

    fn step(&self, at: Transition, agreed: B256) -> Option<StepFact> {
        let info = StepInfo {
            index: at.step,
            phase: MachinePhase::Running,
            opcode: Some(1),
            pc: 42,
            contract: Address::repeat_byte(9),
            depth: 2,
            transaction: HASH,
            ..StepInfo::default()
        };
        (agreed == machine(3).hash()).then(|| StepFact { info, post: machine(4).hash() })
    }
}

fn status_of(snapshot: &Snapshot, honest: &Own) -> Status {
    let planned = plan(snapshot, honest, Policy::CHALLENGER);
    let vantage = Vantage { executed_block: 102, ..Vantage::default() };
    Status::new(&vantage, snapshot, &planned, honest, &Map)
}

fn status(snapshot: &Snapshot) -> Status {
    status_of(snapshot, &KNOWS)
}

#[test]
fn a_right_claim_is_agreed_with_until_joining_closes() {
    let status = status(&claimed(1));
    assert_eq!(status.overall, Overall::Agree);
    let counts = (status.claim_counts.open, status.claim_counts.right);
    assert_eq!((counts, status.claims.len()), ((1, 1), 2));
    let claim = &status.claims[1];
    assert_eq!(claim.parent, Some(status.claims[0].id));
    assert_eq!((claim.first_block, claim.last_block), (101, 102));
    assert_eq!((claim.proposer, claim.ours, claim.bond), (Some(THEM), false, Some(1)));
    assert_eq!(claim.standing, ClaimStanding::Joining);
    assert_eq!(claim.verdict.as_ref().unwrap().kind, VerdictKind::Right);
    let closing = Until { l1_block: NOW.0 + 100, blocks_left: 100, seconds_left: 1_200 };
    assert_eq!(claim.until, Some(closing));
    assert!(status.tournaments.is_empty(), "a lone claim contests nothing");
    assert!(status.alarms.is_empty() && status.trouble.is_none());
}

#[test]
fn a_wrong_claim_is_disputed() {
    let mut snapshot = claimed(2);
    snapshot.account.free = U256::from(3);
    let status = status(&snapshot);
    assert_eq!(status.overall, Overall::Disputing);
    assert_eq!(status.claims[1].verdict.as_ref().unwrap().kind, VerdictKind::Wrong);
    let next = &status.actions[0];
    assert_eq!((next.kind, next.verb.as_deref()), (ActionKind::Act, Some("lockBond")));
    assert_eq!(next.until.unwrap().l1_block, NOW.0 + 100);
}

#[test]
fn what_is_not_executed_is_unknown_with_its_reason() {
    let need = Need::Slots(DOMAIN);
    let status = status_of(&claimed(2), &Own { forgets: Some(need) });
    assert_eq!(status.overall, Overall::Unknown);
    let verdict = status.claims[1].verdict.as_ref().unwrap();
    assert_eq!(verdict.kind, VerdictKind::Unknown);
    assert!(verdict.reason.contains("the slots of blocks 101 to 102"), "{}", verdict.reason);
    let unknown = status.actions.iter().find(|it| it.kind == ActionKind::Unknown).unwrap();
    assert!(unknown.text.contains("nothing is signed"), "{}", unknown.text);
}

#[test]
fn a_lost_cause_and_missing_funds_are_alarms() {
    let mut snapshot = claimed(2);
    snapshot.account.wallet = U256::ZERO;
    let poor = status(&snapshot);
    assert_eq!((poor.overall, poor.alarms[0].code), (Overall::Alarm, AlarmCode::Funds));
    snapshot.now = Instant(NOW.0 + 200);
    let late = status(&snapshot);
    assert_eq!((late.overall, late.alarms[0].code), (Overall::Alarm, AlarmCode::TooLate));
}

#[test]
fn a_round_without_an_end_leaves_what_was_known_and_says_why() {
    let status = status(&claimed(1));
    let troubled = status.troubled("L1 is gone".to_owned());
    assert_eq!(troubled.overall, Overall::Unknown);
    assert_eq!(troubled.trouble.as_deref(), Some("L1 is gone"));
    assert_eq!(troubled.claims, status.claims);
}

#[test]
fn a_match_says_whose_move_it_is_and_what_each_clock_has_left() {
    let status = status(&matched(Instant(NOW.0 - 7)));
    assert_eq!(status.overall, Overall::Disputing);
    let tournament = &status.tournaments[0];
    assert_eq!((tournament.level, tournament.commitments.len()), (LevelName::Slots, 1));
    let found = &tournament.matches[0];
    assert_eq!((found.due, found.mover), (Due::Turn, Mover::One));
    assert_eq!((found.one.right, found.two.right), (Some(true), Some(false)));
    assert_eq!(found.one.claim, Some(child(1).id().0));
    // 7 blocks have passed, of which the response's 5 are free
    let (one, two) = (found.one.clock, found.two.clock);
    assert_eq!((one.running, one.left_blocks, one.free_blocks), (true, 98, 0));
    assert_eq!(one.until.unwrap().blocks_left, 98);
    assert_eq!((two.running, two.left_blocks, two.until), (false, 100, None));
    assert_eq!(found.until, one.until);
    assert_eq!(found.text, "The right side is to open four levels more.");
    let descent = &found.descent;
    assert_eq!((descent.turns, descent.turns_in_all), (0, 5));
    assert_eq!(descent.place.text, "L2 blocks 101 to 102");
    let claims = status.claims.iter().filter(|claim| claim.match_id == Some(found.id));
    assert!(claims.clone().all(|claim| claim.standing == ClaimStanding::Playing));
    assert_eq!(claims.count(), 2);

    let late = self::status(&matched(Instant(NOW.0 - 105)));
    let late = &late.tournaments[0].matches[0];
    assert_eq!((late.due, late.mover), (Due::Timeout, Mover::Anyone));
}

#[test]
fn the_way_down_narrows_by_four_levels() {
    let domain = Domain { first: 101, blocks: 2 };
    let board = Board { level: Level::Slots, domain, slot: None };
    let way = descent(&board, 4, 65, &Map);
    let range = |height, first, last| Range { height, first, last };
    let expected = [
        range(20, 0, (1 << 20) - 1),
        range(16, 0, 65_535),
        range(12, 0, 4_095),
        range(8, 1_024, 1_279),
        range(4, 1_040, 1_055),
    ];
    assert_eq!((way.ranges, way.turns), (expected.to_vec(), 4));
    assert_eq!(way.place.text, "slots 16 to 31 of L2 block 102");
    let words = |height, position| descent(&board, height, position, &Map).place.text;
    assert_eq!(words(8, 0), "slots 0 to 255 of L2 block 101");
    assert_eq!(words(12, 0), "L2 blocks 101 to 102");
    assert_eq!(words(12, 1), "nothing: places after the claim's last block");
    assert_eq!(words(0, 7), format!("transaction 7 of L2 block 101, {HASH}"));
    assert_eq!(words(0, 8), "slot 8 of L2 block 101");
    assert_eq!(words(0, 5_000), "idle slot 904 of L2 block 105");
}

/// The slot match of `matched` is down to slot 7, and its step tournament to one step.
fn in_steps() -> Snapshot {
    let mut snapshot = matched(NOW);
    let root = TournamentId::root(genesis().id(), 0);
    let slot_match = snapshot.tournaments[&root].matches.values().next().unwrap().key;
    let leaves = Sides { one: machine(1).hash(), two: machine(2).hash() };
    let contested = Contested { position: 7, agreed: machine(0).hash(), leaves };
    let phase = Phase::narrowed(Level::Slots, contested).unwrap();
    let tournament = snapshot.tournaments.get_mut(&root).unwrap();
    tournament.matches.get_mut(&slot_match.id()).unwrap().phase = phase;

    let id = TournamentId::step(slot_match.id());
    let commitment = |seed: u8| Commitment {
        root: B256::repeat_byte(seed),
        last: machine(seed).hash(),
        opening: None,
        owner: THEM,
        eliminated: false,
        bond_settled: false,
    };
    let joined = [commitment(1), commitment(2)];
    let ids = joined.map(|it| id.commitment(it.root, it.last));
    let key = MatchKey { tournament: id, one: ids[0], two: ids[1] };
    let sealed = Contested {
        position: 1_234,
        agreed: machine(3).hash(),
        leaves: Sides { one: machine(4).hash(), two: machine(5).hash() },
    };
    let found = Match {
        key,
        level: Level::Steps,
        phase: Phase::narrowed(Level::Steps, sealed).unwrap(),
        clocks: Clocks { one: Duration(20), two: Duration(30), since: NOW },
        moves: Vec::new(),
    };
    let steps = Tournament {
        id,
        contest: Contest::Steps { slot_match, contested },
        domain: DOMAIN,
        start: Instant(NOW.0 - 20),
        budget: Duration(90),
        status: Standing::Joining,
        waiting: Ranks(0),
        running: Ranks(2),
        commitments: ids.into_iter().zip(joined).collect(),
        matches: [(key.id(), found)].into(),
    };
    snapshot.tournaments.insert(id, steps);
    snapshot
}

#[test]
fn a_step_match_names_the_opcode() {
    let status = status(&in_steps());
    let [slots, steps] = &status.tournaments[..] else { panic!("{:?}", status.tournaments) };
    assert_eq!((slots.level, steps.level), (LevelName::Slots, LevelName::Steps));
    let slot_match = &slots.matches[0];
    assert_eq!((slot_match.due, slot_match.mover), (Due::Steps, Mover::Nobody));
    assert_eq!(slot_match.step_tournament, Some(steps.id));
    assert_eq!(slot_match.id, steps.id, "a step tournament goes by its slot match");
    assert!(!slot_match.one.clock.running && !slot_match.two.clock.running);
    let step_match = &steps.matches[0];
    assert_eq!((step_match.due, step_match.mover), (Due::Proof, Mover::Either));
    // without the steps our execution tells the wrong boundary apart, but not the right one's steps
    assert_eq!((step_match.one.right, step_match.two.right), (None, Some(false)));
    let place = &step_match.descent.place;
    assert_eq!(place.steps, Some((1_234, 1_234)));
    let step = place.step.as_ref().unwrap();
    assert_eq!((step.opcode.as_deref(), step.pc, step.call_depth), (Some("ADD"), 42, 2));
    assert!(place.text.starts_with("step 1234 of transaction 7 of L2 block 101"), "{}", place.text);
    assert!(place.text.contains("ADD at pc 42"), "{}", place.text);
}

#[test]
fn a_decided_match_tells_what_decided_it() {
    let mut snapshot = claimed(1);
    let tournament = TournamentId(B256::repeat_byte(8));
    let key = MatchKey { tournament, one: child(1).id().commitment(), two: Default::default() };
    let contested = Contested {
        position: 1_234,
        agreed: machine(3).hash(),
        leaves: Sides { one: machine(4).hash(), two: machine(5).hash() },
    };
    let settled = SettledMatch {
        key,
        level: Level::Steps,
        domain: DOMAIN,
        slot: Some(7),
        contested: Some(contested),
        outcome: Outcome::One,
        ground: Ground::Proof,
        at: NOW,
        moves: 7,
    };
    snapshot.chronicle.settle(settled);
    snapshot.chronicle.settle(SettledMatch {
        level: Level::Slots,
        slot: None,
        contested: None,
        ground: Ground::Timeout,
        ..settled
    });
    let status = status(&snapshot);
    let [by_time, by_proof] = &status.decided[..] else { panic!("{:?}", status.decided) };
    assert_eq!(
        (by_time.right_won, by_time.text.as_str()),
        (Some(true), "The right side won by time.")
    );
    assert_eq!(by_proof.right_won, Some(true));
    assert!(by_proof.text.contains("by a proof of step 1234"), "{}", by_proof.text);
    assert!(by_proof.text.contains("ADD at pc 42"), "{}", by_proof.text);
    assert_eq!(by_proof.descent.as_ref().unwrap().turns, 6);
}

#[test]
fn money_is_shown_by_account_ours_first() {
    let mut snapshot = claimed(1);
    snapshot.bonds.get_mut(&BondId(1)).unwrap().tip = child(1).id();
    snapshot.chronicle.balances.entry(US).free = U256::ONE;
    snapshot.chronicle.balances.entry(THEM).locked = U256::from(3);
    snapshot.chronicle.burned = U256::MAX;
    let planned = plan(&snapshot, &KNOWS, Policy::CHALLENGER);
    let vantage = Vantage::default();
    let money = Status::new(&vantage, &snapshot, &planned, &KNOWS, &Map).money;
    let wallet = money.wallet.unwrap();
    assert_eq!((wallet.funding_floor_wei, wallet.below_floor), (Wei(U256::from(5)), false));
    assert_eq!(money.burned_wei, Wei(U256::MAX));
    let [ours, theirs] = &money.holders[..] else { panic!("{:?}", money.holders) };
    assert!(ours.ours && !theirs.ours);
    assert_eq!((theirs.bonds[0].bond, theirs.bonds[0].claims), (1, 1));

    snapshot.account.wallet = U256::from(4);
    let poor = Status::new(&vantage, &snapshot, &planned, &KNOWS, &Map).money;
    assert!(poor.wallet.unwrap().below_floor, "4 wei are less than a root bond and a step bond");
    snapshot.account.address = Address::ZERO;
    let keyless = Status::new(&vantage, &snapshot, &planned, &KNOWS, &Map).money;
    assert_eq!(keyless.wallet, None);
}

#[test]
fn verdicts_and_alarms_are_noted_once_among_the_events() {
    let mut snapshot = claimed(2);
    snapshot.account.wallet = U256::ZERO;
    snapshot.chronicle.note(Instant(990), What::Confirmed(genesis().id()));
    snapshot.chronicle.note(NOW, What::Voided(ClaimId::default()));
    let mut journal = Journal::default();
    let mut write = |snapshot: &Snapshot| {
        let mut status = status(snapshot);
        journal.write(&mut status);
        status.events
    };
    let events = write(&snapshot);
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["claimConfirmed", "claimVoided", "verdict", "alarm"]);
    assert_eq!(events[3].tone, Tone::Alarm);
    assert_eq!(write(&snapshot), events, "nothing is noted again");
}

#[test]
fn only_so_many_claims_are_shown_parents_first() {
    let mut snapshot = snapshot();
    let mut parent = genesis().id();
    for end in 101..1_301 {
        let key = ClaimKey { parent, ..child(1) };
        parent = key.id();
        snapshot.claims.extend([claim(key, end, ClaimStatus::Proposed, None)]);
    }
    let status = status(&snapshot);
    assert_eq!((status.claims.len(), status.claim_counts.all), (1_000, 1_201));
    for pair in status.claims.windows(2) {
        assert_eq!(pair[1].parent, Some(pair[0].id));
    }
}

#[test]
fn json_has_camel_case_names_hex_ids_and_decimal_wei() {
    let mut snapshot = in_steps();
    snapshot.chronicle.note(NOW, What::Deposited(US, U256::from(7)));
    let status = status(&snapshot);
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(json["overall"], "unknown", "the steps are not traced yet");
    assert_eq!(json["money"]["rootBondWei"], "3");
    assert_eq!(json["claims"][0]["id"], genesis().id().to_string());
    let found = &json["tournaments"][1]["matches"][0];
    assert_eq!(found["descent"]["place"]["slot"]["kind"], "transaction");
    assert_eq!(found["descent"]["place"]["slot"]["transactionHash"], HASH.to_string());
    assert_eq!(found["one"]["clock"]["leftBlocks"], 20);
    assert_eq!(json["events"][0]["kind"], "deposited");
    assert_eq!(serde_json::from_value::<Status>(json).unwrap(), status);
}
