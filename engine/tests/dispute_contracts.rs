//! Whole disputes against the compiled contracts: whatever the lie and whoever speaks first, the liar loses.
//!
//! Needs `forge build`. The state transition is the toy machine's, on both sides, so that a trace is made in no time and
//! everything else is real: the engine reads, plans, prepares and sends as in production.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[allow(dead_code, unreachable_pub)]
mod devnet;
#[allow(dead_code, unreachable_pub)]
mod toy_rollup;

use std::collections::BTreeMap;
use std::sync::Mutex;

use alloy_primitives::{U256, keccak256};
use alloy_sol_types::SolCall;
use devnet::ETHER;
use devnet::seats::Sender;
use surety_engine::dispute::domain::{
    BondStatus, ClaimStatus, CommitmentId, Duration, Instant, Ranks, Status,
};
use surety_engine::dispute::plan::{Decision, Policy, Reason};
use surety_engine::l1::bindings::ITournament;
use toy_rollup::deploy::{BUDGET, GENESIS};
use toy_rollup::machine::{Execution, Twist};
use toy_rollup::world::{Other, Seat, World, assert_truth, play, twist};

async fn dispute(twist: Twist, liar_first: bool) -> BTreeMap<&'static str, Vec<u64>> {
    let world = World::new(2);
    let (mine, theirs) = if liar_first {
        (Policy::CHALLENGER, Policy::PROPOSER)
    } else {
        (Policy::PROPOSER, Policy::CHALLENGER)
    };
    let honest = world.honest(1, mine);
    let liar = world.liar(2, twist, theirs);
    if liar_first {
        while liar.observer.snapshot().await.unwrap().claims.len() == 1 {
            assert!(liar.tick().await.unwrap().sent.is_some(), "the liar proposes");
        }
    }
    let snapshot = play(&world, &[&honest], &[Other(&liar, usize::MAX)]).await;
    assert_truth(&world, &snapshot, 1);

    let mut gas: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (verb, used) in honest.lane.sent.lock().unwrap().iter() {
        gas.entry(*verb).or_default().push(*used);
    }
    assert!(gas.contains_key("resolve"), "{twist:?}: {gas:?}");
    assert!(!gas.contains_key("timeout"), "the proof ends it, not the clock: {gas:?}");
    gas
}

#[tokio::test]
async fn the_liar_loses_from_both_seats() {
    for liar_first in [false, true] {
        let gas = dispute(twist(1, 3), liar_first).await;
        println!("liar first: {liar_first}: {gas:#?}");
        let moves = ["openRoot", "turn", "lastTurn", "joinSteps", "resolve", "conclude"];
        let line: u64 = moves.iter().filter_map(|verb| gas.get(verb)).flatten().sum();
        assert!(line < 2_500_000, "the honest line takes {line}");
    }
}

#[tokio::test]
async fn every_place_of_a_trace_can_be_disputed() {
    let (last_slot, last_step) = ((1 << 20) - 1, (1 << 24) - 1);
    let edges = [
        (0, 0),
        (0, last_step),
        (2, 4),
        (3, 0),
        (1023, 5),
        (1024, 1),
        (2048, 0),
        (last_slot, last_step),
    ];
    for (slot, step) in edges {
        dispute(twist(slot, step), slot % 2 == 0).await;
    }
}

#[tokio::test]
async fn lies_at_random_places_lose() {
    for seed in 0..8_u32 {
        let hash = keccak256(seed.to_be_bytes());
        let number = |at: usize| u32::from_be_bytes(hash[at..at + 4].try_into().unwrap());
        // Half of them inside the active part of the trace.
        let (slot, step) = if seed % 2 == 0 {
            (1024 * (number(0) % 2) + number(4) % 3, number(8) % 5)
        } else {
            (number(0) % (1 << 20), number(8) % (1 << 24))
        };
        dispute(twist(slot, step), number(12) % 2 == 0).await;
    }
}

#[tokio::test]
async fn three_liars_lose_together() {
    let world = World::new(1);
    let honest = world.honest(1, Policy::PROPOSER);
    let liars: Vec<_> = [(0_u8, (1, 3)), (1, (1, 4)), (2, (2, 0))]
        .into_iter()
        .map(|(name, (slot, step))| world.liar(2 + name, twist(slot, step), Policy::CHALLENGER))
        .collect();
    let others: Vec<_> = liars.iter().map(|liar| Other(liar, usize::MAX)).collect();
    let snapshot = play(&world, &[&honest], &others).await;
    assert_truth(&world, &snapshot, 3);
}

#[tokio::test]
async fn nobody_lies_and_nothing_is_disputed() {
    let world = World::new(3);
    let honest = world.honest(1, Policy::PROPOSER);
    let watcher = world.honest(2, Policy::CHALLENGER);
    let snapshot = play(&world, &[&honest, &watcher], &[]).await;
    assert_truth(&world, &snapshot, 0);
    let verbs: Vec<_> = honest.lane.sent.lock().unwrap().iter().map(|(verb, _)| *verb).collect();
    assert_eq!(verbs[..3], ["deposit", "lockBond", "propose"]);
    let confirms = [&honest, &watcher]
        .map(|seat| seat.lane.sent.lock().unwrap().iter().filter(|it| it.0 == "confirm").count());
    assert_eq!(confirms.iter().sum::<usize>(), 1);
    assert!(
        watcher.lane.sent.lock().unwrap().iter().all(|(verb, _)| *verb == "confirm"),
        "a watcher stakes nothing"
    );
    assert_eq!(snapshot.claims.values().map(|claim| claim.end).max(), Some(GENESIS + 3));
}

/// T10, T12: at whatever point the liar falls silent, the honest side settles the match before its own clock suffers.
#[tokio::test]
async fn t10_a_liar_who_falls_silent_loses_by_time() {
    for moves in 3..14 {
        for liar_first in [false, true] {
            let world = World::new(1);
            let honest =
                world.honest(1, if liar_first { Policy::CHALLENGER } else { Policy::PROPOSER });
            let liar = world.liar(
                2,
                twist(2, 1),
                if liar_first { Policy::PROPOSER } else { Policy::CHALLENGER },
            );
            if liar_first {
                while liar.observer.snapshot().await.unwrap().claims.len() == 1 {
                    assert!(liar.tick().await.unwrap().sent.is_some());
                }
            }
            // Not counting what it takes to put a claim there: deposit, lock, propose.
            let snapshot = play(&world, &[&honest], &[Other(&liar, moves)]).await;
            assert_truth(&world, &snapshot, 1);
        }
    }
}

/// T47: two honest parties defend one claim, and neither harms the other.
#[tokio::test]
async fn t47_two_honest_players_share_one_commitment() {
    let world = World::new(2);
    let (proposer, challenger) =
        (world.honest(1, Policy::PROPOSER), world.honest(2, Policy::CHALLENGER));
    let liar = world.liar(3, twist(1025, 4), Policy::CHALLENGER);
    let snapshot = play(&world, &[&proposer, &challenger], &[Other(&liar, usize::MAX)]).await;
    assert_truth(&world, &snapshot, 1);
    let made =
        |seat: &Seat, verb| seat.lane.sent.lock().unwrap().iter().filter(|it| it.0 == verb).count();
    for verb in ["openRoot", "joinSteps", "resolve", "conclude", "confirm"] {
        let count = [&proposer, &challenger, &liar].map(|seat| made(seat, verb));
        let expected = if verb == "joinSteps" { 2 } else { 1 };
        assert_eq!(count.iter().sum::<usize>(), expected, "{verb}: {count:?}");
    }
}

/// Somebody joins the honest side of a step tournament with a wrong trace: it loses there for itself alone.
#[tokio::test]
async fn nobody_can_lose_on_behalf_of_the_honest_side() {
    for sham_step in [0, 2, 4] {
        let world = World::new(1);
        let honest = world.honest(1, Policy::PROPOSER);
        let (liar, sham) =
            (world.liar(2, twist(1, 3), Policy::CHALLENGER), world.sham(3, sham_step));
        let snapshot =
            play(&world, &[&honest], &[Other(&sham, usize::MAX), Other(&liar, usize::MAX)]).await;
        assert_truth(&world, &snapshot, 1);
    }
}

/// T44: the player remembers nothing that matters, so one that is killed after every move plays the same dispute.
#[tokio::test]
async fn t44_a_player_killed_after_every_move_goes_on_from_the_chain() {
    let world = World::new(1);
    let liar = world.liar(2, twist(2, 4), Policy::PROPOSER);
    let first = world.honest(1, Policy::CHALLENGER);
    let mut quiet = 0;
    while quiet < 2 * BUDGET {
        let execution = Execution::honest(world.genesis, &world.records);
        let lane = Sender {
            chain: world.chain.clone(),
            account: first.lane.account,
            sent: Mutex::default(),
        };
        let observer = first.observer.clone();
        let reborn = Seat::new(observer, execution.clone(), execution, lane, first.policy);
        let moved =
            liar.tick().await.unwrap().sent.is_some() | reborn.tick().await.unwrap().sent.is_some();
        quiet = if moved { 0 } else { quiet + 1 };
        if !moved {
            world.chain.lock().unwrap().mine(1);
        }
    }
    assert_truth(&world, &first.observer.snapshot().await.unwrap(), 1);
}

/// A liar first makes a long chain of right claims, so that no bond is near when the wrong one comes.
#[tokio::test]
async fn a_long_chain_of_right_claims_keeps_nobody_from_the_wrong_one() {
    const LENGTH: usize = 20;
    let mut world = World::new(1);
    world.records.claims = (1..=LENGTH).collect();
    let claims = async |seat: &Seat| seat.observer.snapshot().await.unwrap().claims.len();
    let builder = world.honest(2, Policy::PROPOSER);
    for length in 1..=LENGTH {
        while claims(&builder).await <= length {
            builder.tick().await.unwrap();
        }
        world.append(1);
    }
    let liar = world.liar(3, twist(1024 * LENGTH as u32 + 1, 3), Policy::PROPOSER);
    while claims(&liar).await < LENGTH + 2 {
        assert!(liar.tick().await.unwrap().sent.is_some(), "the liar proposes");
    }
    let challenger = world.honest(1, Policy::CHALLENGER);
    let snapshot = play(&world, &[&challenger], &[Other(&liar, usize::MAX)]).await;
    let sent: Vec<_> = challenger.lane.sent.lock().unwrap().iter().map(|it| it.0).collect();
    assert_eq!(sent[..3], ["deposit", "lockBond", "proposeSibling"]);
    let count = |status| snapshot.claims.values().filter(|claim| claim.status == status).count();
    assert_eq!((count(ClaimStatus::Confirmed), count(ClaimStatus::Lost)), (LENGTH + 2, 1));
}

/// The usual contest, with one claim, is not asked for: its events tell what the contract says.
#[tokio::test]
async fn a_lone_claims_contest_is_what_the_contract_says() {
    let world = World::new(1);
    let honest = world.honest(1, Policy::PROPOSER);
    while honest.observer.snapshot().await.unwrap().claims.len() == 1 {
        honest.tick().await.unwrap();
    }
    for block in 0..=BUDGET {
        let snapshot = honest.observer.snapshot().await.unwrap();
        let found = snapshot.tournaments.values().next().unwrap();
        let mut chain = world.chain.lock().unwrap();
        let id = found.id.0;
        let view = |data| chain.call(world.deployment.tournament, data).unwrap();
        let state = view(ITournament::tournamentsCall { id }.abi_encode());
        let state = ITournament::tournamentsCall::abi_decode_returns(&state).unwrap();
        let result = view(ITournament::resultCall { id }.abi_encode());
        let result = ITournament::resultCall::abi_decode_returns(&result).unwrap();
        assert_eq!(
            (found.start, found.budget, found.waiting, found.running),
            (
                Instant(state.start.to()),
                Duration(state.budget.to()),
                Ranks(state.waitingRanks),
                Ranks(state.runningRanks)
            )
        );
        let expected =
            if block < BUDGET { Status::Joining } else { Status::Won(CommitmentId(result.winner)) };
        assert_eq!((found.status, result.status), (expected, if block < BUDGET { 1 } else { 3 }));
        chain.mine(1);
    }
}

/// What hangs on a lost claim is dead; nobody sends a transaction to say so.
#[tokio::test]
async fn nothing_is_sent_about_claims_under_a_lost_one() {
    let mut world = World::new(1);
    world.records.claims.push(1);
    let liar = world.liar(2, twist(1, 3), Policy::PROPOSER);
    for batches in [0, 1] {
        world.append(batches);
        while liar.observer.snapshot().await.unwrap().claims.len() < batches + 2 {
            assert!(liar.tick().await.unwrap().sent.is_some(), "the liar proposes");
        }
    }
    let honest = world.honest(1, Policy::CHALLENGER);
    let snapshot = play(&world, &[&honest], &[Other(&liar, usize::MAX)]).await;
    let mut statuses: Vec<_> = snapshot.claims.values().map(|claim| claim.status).collect();
    statuses.sort_by_key(|status| *status as u8);
    assert_eq!(
        statuses,
        [ClaimStatus::Confirmed, ClaimStatus::Confirmed, ClaimStatus::Lost, ClaimStatus::Void]
    );
    assert!(snapshot.bonds.values().any(|bond| bond.status == BondStatus::Forfeited));
}

/// Without the money for a bond, and for the gas of what follows, nothing is sent, and the plan says how much is missing.
#[tokio::test]
async fn a_poor_player_says_what_it_lacks() {
    let world = World::new(1);
    let honest = world.honest(1, Policy::PROPOSER);
    let all = world.chain.lock().unwrap().balance(honest.lane.account);
    world.chain.lock().unwrap().take(honest.lane.account, all - U256::from(ETHER));
    let tick = honest.tick().await.unwrap();
    assert!(tick.sent.is_none());
    let for_gas = tick.snapshot.parameters.step_bond / U256::from(100);
    let lacks = Decision::Wait(Reason::Funds(U256::from(2 * ETHER) + for_gas));
    assert!(tick.planned.iter().any(|planned| planned.decision == lacks), "{:?}", tick.planned);
}
