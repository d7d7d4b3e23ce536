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
#[allow(unreachable_pub)]
mod toy_rollup;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::SolCall;
use devnet::{Devnet, ETHER};
use surety_engine::dispute::domain::{BondStatus, ClaimStatus, Snapshot};
use surety_engine::dispute::observe::Deployment;
use surety_engine::dispute::plan::{Decision, End, Policy};
use surety_engine::fault::{Lie, LieKind};
use surety_engine::l1::bindings::IBonds;
use toy_rollup::deploy::{BUDGET, GENESIS, append, deploy};
use toy_rollup::machine::{Execution, Twist, same_trace};
use toy_rollup::seats::{Seat, Shared, seat};

struct World {
    chain: Shared,
    deployment: Deployment,
    genesis: B256,
    records: Vec<B256>,
}

impl World {
    fn new(blocks: usize) -> Self {
        let mut chain = Devnet::new();
        let (deployment, genesis) = deploy(&mut chain);
        let records = (0..blocks).map(|_| append(&mut chain, deployment.inbox)).collect();
        Self { chain: Arc::new(Mutex::new(chain)), deployment, genesis, records }
    }

    fn honest(&self, name: u8, policy: Policy) -> Seat {
        seat(
            &self.chain,
            self.deployment,
            name,
            Execution::honest(self.genesis, &self.records),
            policy,
        )
    }

    fn liar(&self, name: u8, lies: Lies, policy: Policy) -> Seat {
        let execution = match lies {
            Lies::Twist(twist) => Execution::twisted(self.genesis, &self.records, twist),
            Lies::Kind(lie) => Execution::lying(self.genesis, &self.records, lie),
        };
        seat(&self.chain, self.deployment, name, execution, policy)
    }

    fn burned(&self) -> U256 {
        let answer = self
            .chain
            .lock()
            .unwrap()
            .call(self.deployment.bonds, IBonds::burnedCall {}.abi_encode());
        IBonds::burnedCall::abi_decode_returns(&answer.unwrap()).unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
enum Lies {
    Twist(Twist),
    Kind(Lie),
}

fn twist(slot: u32, step: u32) -> Lies {
    Lies::Twist(Twist { slot, step, salt: 1 })
}

/// Ticks everybody in turn until the honest side has nothing more to do. Returns the last snapshot.
async fn play(world: &World, honest: &Seat, others: &[Seat]) -> Snapshot {
    let mut quiet = 0;
    for _ in 0..4_000 {
        let tick = honest.tick().await.unwrap();
        for planned in &tick.planned {
            assert!(
                !matches!(
                    planned.decision,
                    Decision::Terminal(
                        End::WrongClaimConfirmed(_)
                            | End::HonestClaimLost(_)
                            | End::HonestStepsLost(_)
                            | End::TooLate(_)
                    )
                ),
                "{planned:?}"
            );
        }
        let mut idle = tick.sent.is_none();
        for other in others {
            let tick = other.tick().await.unwrap();
            idle &= tick.sent.is_none();
        }
        quiet = if idle { quiet + 1 } else { 0 };
        if quiet > 3 * BUDGET {
            return honest.observer.snapshot().await.unwrap();
        }
        if idle {
            world.chain.lock().unwrap().mine(1);
        }
    }
    panic!("the dispute does not end: {:?}", honest.tick().await.unwrap().planned);
}

/// Asserts that only the honest claim over the whole domain stands, and every liar paid for its own.
fn assert_truth(world: &World, snapshot: &Snapshot, lying_claims: usize) {
    let count = |status| snapshot.claims.values().filter(|claim| claim.status == status).count();
    assert_eq!(
        count(ClaimStatus::Confirmed),
        2,
        "genesis and the honest claim: {:?}",
        snapshot.claims
    );
    assert_eq!(count(ClaimStatus::Lost), lying_claims);
    assert_eq!(count(ClaimStatus::Proposed), 0);
    let forfeited =
        snapshot.bonds.values().filter(|bond| bond.status == BondStatus::Forfeited).count();
    assert_eq!(forfeited, lying_claims);
    let half = U256::from(3 * ETHER / 2) * U256::from(lying_claims);
    assert!(world.burned() >= half, "at least half is burned");
}

async fn dispute(lies: Lies, liar_first: bool) -> BTreeMap<&'static str, Vec<u64>> {
    let world = World::new(2);
    let (mine, theirs) = if liar_first {
        (Policy::CHALLENGER, Policy::PROPOSER)
    } else {
        (Policy::PROPOSER, Policy::CHALLENGER)
    };
    let honest = world.honest(1, mine);
    let liar = world.liar(2, lies, theirs);
    if liar_first {
        while liar.observer.snapshot().await.unwrap().claims.len() == 1 {
            assert!(liar.tick().await.unwrap().sent.is_some(), "the liar proposes");
        }
    }
    let snapshot = play(&world, &honest, std::slice::from_ref(&liar)).await;
    // The last leaf of a sibling is proven when it is proposed: only a first claim can have a wrong one.
    let refused = matches!(lies, Lies::Kind(lie) if same_trace(lie)) && !liar_first;
    assert_truth(&world, &snapshot, usize::from(!refused));

    let mut gas: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (verb, used) in honest.lane.sent.lock().unwrap().iter() {
        gas.entry(*verb).or_default().push(*used);
    }
    let proven = !matches!(lies, Lies::Kind(lie) if same_trace(lie));
    assert_eq!(gas.contains_key("resolve"), proven, "{lies:?}: {gas:?}");
    assert!(!gas.contains_key("timeout") || !proven, "the proof ends it, not the clock: {gas:?}");
    gas
}

#[tokio::test]
async fn the_liar_loses_from_both_seats() {
    for liar_first in [false, true] {
        let gas = dispute(twist(1, 3), liar_first).await;
        println!("liar first: {liar_first}: {gas:#?}");
        let moves =
            ["openRoot", "firstTurn", "turn", "lastTurn", "joinSteps", "resolve", "conclude"];
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
async fn every_kind_of_lie_loses_from_both_seats() {
    for &kind in LieKind::ALL {
        for liar_first in [false, true] {
            dispute(Lies::Kind(Lie { slot: 1024, step: 2, kind }), liar_first).await;
        }
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
    let snapshot = play(&world, &honest, &liars).await;
    assert_truth(&world, &snapshot, 3);
}

#[tokio::test]
async fn nobody_lies_and_nothing_is_disputed() {
    let world = World::new(3);
    let honest = world.honest(1, Policy::PROPOSER);
    let watcher = world.honest(2, Policy::CHALLENGER);
    let snapshot = play(&world, &honest, std::slice::from_ref(&watcher)).await;
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
