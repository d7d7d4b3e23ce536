//! What broke other systems, tried on the whole of this one: the engine's player against the compiled contracts.
//!
//! Needs `forge build`. The state transition is the toy machine's.
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

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use async_trait::async_trait;
use devnet::ETHER;
use devnet::seats::{Reader, Sender};
use surety_engine::commitment::{Fold, FoldBuilder, Height};
use surety_engine::dispute::domain::{BondId, BondStatus, ClaimId, ClaimKey, ClaimStatus, Domain};
use surety_engine::dispute::honest::{Evidence, Honest, Need};
use surety_engine::dispute::lane::TransactionLane;
use surety_engine::dispute::plan::Policy;
use surety_engine::dispute::player::Player;
use surety_engine::l1::bindings::{self, IBonds, IRollup};
use surety_engine::l1::send::{Call, LaneError, Sent};
use surety_engine::machine::groups::Machine;
use toy_rollup::deploy::GENESIS;
use toy_rollup::machine::{Execution, boundary};
use toy_rollup::world::{Other, Seat, World, assert_truth, play, twist};

type At<L> = Player<Reader, Execution, Execution, L>;

/// The same seat, which sends in another way.
fn through<L>(seat: Seat, lane: impl FnOnce(Sender) -> L) -> At<L> {
    let Seat { observer, evidence, prover, lane: own, policy, .. } = seat;
    Player::new(observer, evidence, prover, lane(own), policy)
}

async fn propose(seat: &Seat) {
    while seat.observer.snapshot().await.unwrap().claims.len() == 1 {
        assert!(seat.tick().await.unwrap().sent.is_some(), "the first proposer proposes");
    }
}

/// Somebody with ETH in Bonds who sends what it likes.
struct Stranger<'a> {
    world: &'a World,
    account: Address,
}

impl<'a> Stranger<'a> {
    fn new(world: &'a World, name: u8) -> Self {
        let stranger = Self { world, account: Address::repeat_byte(name) };
        let mut chain = world.chain.lock().unwrap();
        chain.fund(stranger.account, U256::from(100 * ETHER));
        let deposit = IBonds::depositCall {}.abi_encode();
        let value = U256::from(50 * ETHER);
        chain.send(stranger.account, world.deployment.bonds, value, deposit).unwrap();
        drop(chain);
        stranger
    }

    fn send(&self, call: &impl SolCall) -> Bytes {
        let mut chain = self.world.chain.lock().unwrap();
        let rollup = self.world.deployment.rollup;
        chain.send(self.account, rollup, U256::ZERO, call.abi_encode()).unwrap().output
    }

    fn lock(&self) -> u64 {
        let answer = self.send(&IRollup::lockBondCall {});
        IRollup::lockBondCall::abi_decode_returns(&answer).unwrap()
    }

    /// Proposes a first child, or moves the bond to it if it is there.
    fn propose(
        &self,
        bond: u64,
        parent: ClaimId,
        end: u64,
        root: B256,
        machine: &Machine,
    ) -> ClaimKey {
        let boundary = machine.encode().to_vec().into();
        self.send(&IRollup::proposeCall { bond, parent: parent.0, end, traceRoot: root, boundary });
        ClaimKey { parent, round: 0, trace_root: root, boundary: machine.hash() }
    }

    fn propose_sibling(&self, parent: ClaimKey, end: u64, tree: &Fold, machine: &Machine) {
        self.send(&IRollup::proposeSiblingCall {
            bond: self.lock(),
            parent: bindings::ClaimKey::from(&parent),
            end,
            traceRoot: tree.root(),
            boundary: machine.encode().to_vec().into(),
            children: tree.open(20, 0).unwrap().0,
            spine: tree.prove((1 << 20) - 1, 16).unwrap(),
        });
    }
}

/// Sends whatever it is given after a rival has sent the very same.
struct FrontRun {
    own: Sender,
    rival: Address,
    tried: Mutex<Vec<(&'static str, Bytes)>>,
}

#[async_trait]
impl TransactionLane for FrontRun {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        self.tried.lock().unwrap().push((call.label, call.data.clone()));
        // What is tied to its sender fails in the rival's hands.
        let _ = self.own.chain.lock().unwrap().send_checked(
            self.rival,
            call.to.unwrap(),
            U256::ZERO,
            call.data.clone(),
        );
        self.own.send(call).await
    }
}

/// T19: a move that somebody else makes first is made, and is not tried again.
#[tokio::test]
async fn t19_moves_that_somebody_copies_first_are_as_good_as_our_own() {
    for policy in [Policy::PROPOSER, Policy::CHALLENGER] {
        let world = World::new(2);
        let liar = if policy == Policy::PROPOSER { Policy::CHALLENGER } else { Policy::PROPOSER };
        let liar = world.liar(2, twist(1025, 3), liar);
        if policy == Policy::CHALLENGER {
            propose(&liar).await;
        }
        let rival = Stranger::new(&world, 9).account;
        let honest = through(world.honest(1, policy), |own| FrontRun {
            own,
            rival,
            tried: Mutex::default(),
        });
        let snapshot = play(&world, &[&honest], &[Other(&liar, usize::MAX)]).await;
        assert_truth(&world, &snapshot, 1);

        let tried = honest.lane.tried.lock().unwrap();
        let moves = tried.iter().filter(|(verb, _)| *verb != "deposit");
        for (at, again) in moves.clone().enumerate() {
            assert!(!moves.clone().take(at).any(|it| it == again), "{} was tried twice", again.0);
        }
        let moves = ["openRoot", "turn", "lastTurn", "resolve", "conclude", "confirm", "timeout"];
        let own = honest.lane.own.sent.lock().unwrap();
        assert!(!own.iter().any(|(verb, _)| moves.contains(verb)), "all were the rival's: {own:?}");
        assert!(tried.iter().any(|(verb, _)| *verb == "resolve"));
    }
}

/// T21: an observer that was away for longer than it keeps events apart finds what it missed.
#[tokio::test]
async fn t21_a_claim_made_while_the_challenger_was_down_is_found() {
    let world = World::new(1);
    let honest = world.honest(1, Policy::CHALLENGER);
    assert_eq!(honest.observer.snapshot().await.unwrap().claims.len(), 1);
    let liar = world.liar(2, twist(2, 4), Policy::PROPOSER);
    propose(&liar).await;
    world.chain.lock().unwrap().mine(70);
    let snapshot = play(&world, &[&honest], &[Other(&liar, usize::MAX)]).await;
    assert_truth(&world, &snapshot, 1);
}

/// Watches how much its account has locked.
struct Purse<'a> {
    own: Sender,
    world: &'a World,
    most: Mutex<U256>,
}

#[async_trait]
impl TransactionLane for Purse<'_> {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        let sent = self.own.send(call).await;
        let locked = self.world.locked(self.own.account);
        let mut most = self.most.lock().unwrap();
        *most = locked.max(*most);
        sent
    }
}

/// T30: proposing never waits for confirmation, so two heights are disputed at once; that takes one root bond and two step
/// bonds.
#[tokio::test]
async fn t30_two_heights_disputed_at_once_take_a_step_bond_each() {
    let mut world = World::new(1);
    world.records.claims.push(1);
    let honest = through(world.honest(1, Policy::PROPOSER), |own| Purse {
        own,
        world: &world,
        most: Mutex::default(),
    });
    let low = world.liar(2, twist(2, 4), Policy::CHALLENGER);
    while honest.observer.snapshot().await.unwrap().claims.len() < 3 {
        honest.tick().await.unwrap();
        low.tick().await.unwrap();
    }
    world.append(2);
    let high = world.liar(3, twist(1026, 1), Policy::CHALLENGER);
    let others = [Other(&low, usize::MAX), Other(&high, usize::MAX)];
    let snapshot = play(&world, &[&honest], &others).await;
    let count = |status| snapshot.claims.values().filter(|claim| claim.status == status).count();
    assert_eq!((count(ClaimStatus::Confirmed), count(ClaimStatus::Proposed)), (3, 0));
    assert_eq!(
        snapshot.bonds.values().filter(|bond| bond.status == BondStatus::Forfeited).count(),
        2
    );
    assert_eq!(snapshot.claims.values().map(|claim| claim.end).max(), Some(GENESIS + 3));
    let (root, step) = (snapshot.parameters.root_bond, snapshot.parameters.step_bond);
    let most = *honest.lane.most.lock().unwrap();
    assert!((root + step..=root + step + step).contains(&most), "{most}");
    assert_eq!(
        world.locked(honest.lane.own.account),
        root,
        "the proposer's bond stays for the next claim"
    );
}

/// T45: whatever can be claimed on L1 can be read, and beaten.
#[tokio::test]
async fn t45_claims_about_nothing_stop_nobody() {
    let truth = World::new(1);
    let execution = Execution::honest(truth.genesis, &truth.records);
    let domain = Domain { first: GENESIS + 1, blocks: 1 };
    execution.gather(Need::Slots(domain)).await.unwrap();
    let right = execution.slots(domain).unwrap().tree().root();
    for root in [B256::ZERO, B256::repeat_byte(0xff), right] {
        let world = World::new(1);
        let honest = world.honest(1, Policy::CHALLENGER);
        let stranger = Stranger::new(&world, 7);
        let genesis = world.deployment.genesis_key();
        let machine = boundary(B256::repeat_byte(7));
        let first = stranger.propose(stranger.lock(), genesis.id(), domain.last(), root, &machine);
        assert_eq!(first.trace_root, root);
        // Leaves of zeros up to the last, and one tree that is the same everywhere.
        let mut zeros = FoldBuilder::new(Height::SLOTS);
        zeros.repeat(B256::ZERO, 1 << 19).unwrap();
        zeros.push(machine.hash()).unwrap();
        let mut uniform = FoldBuilder::new(Height::SLOTS);
        uniform.push(machine.hash()).unwrap();
        for tree in [zeros, uniform] {
            let tree = tree.finish().unwrap();
            stranger.propose_sibling(genesis, domain.last(), &tree, &machine);
        }
        let snapshot = play(&world, &[&honest], &[]).await;
        assert_truth(&world, &snapshot, 3);
    }
}

/// Moves no money until it may.
struct Stingy {
    own: Sender,
    waits: AtomicBool,
    refusal: fn(&'static str) -> LaneError,
}

impl Stingy {
    fn new(own: Sender) -> Self {
        let refusal = |label| LaneError::Funds { label, needed: U256::ZERO, balance: U256::ZERO };
        Self { own, waits: AtomicBool::new(true), refusal }
    }
}

const MONEY: [&str; 6] =
    ["splitBond", "splitStepBonds", "releaseStepBond", "releaseBond", "walk", "withdraw"];

#[async_trait]
impl TransactionLane for Stingy {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        if self.waits.load(Ordering::Relaxed) && MONEY.contains(&call.label) {
            return Err((self.refusal)(call.label));
        }
        self.own.send(call).await
    }
}

/// T46: the money of a dispute is settled and comes home, though claims after it have been confirmed since.
#[tokio::test]
async fn t46_the_money_of_an_old_dispute_comes_home() {
    let mut world = World::new(1);
    world.records.claims.push(1);
    let honest = through(world.honest(1, Policy::PROPOSER), Stingy::new);
    let liar = through(world.liar(2, twist(1, 3), Policy::CHALLENGER), Stingy::new);
    let mut appended = false;
    while honest
        .observer
        .snapshot()
        .await
        .unwrap()
        .claims
        .values()
        .all(|claim| claim.status != ClaimStatus::Confirmed || claim.end < GENESIS + 2)
    {
        let moved =
            liar.tick().await.unwrap().sent.is_some() | honest.tick().await.unwrap().sent.is_some();
        let snapshot = honest.observer.snapshot().await.unwrap();
        if !appended && snapshot.latest_confirmed != world.deployment.genesis_key().id() {
            world.append(1);
            appended = true;
        }
        if !moved {
            world.chain.lock().unwrap().mine(1);
        }
    }
    let snapshot = honest.observer.snapshot().await.unwrap();
    let (root, step) = (snapshot.parameters.root_bond, snapshot.parameters.step_bond);
    assert_eq!(world.locked(honest.lane.own.account), root + step);
    assert_eq!(world.locked(liar.lane.own.account), root + step);
    honest.lane.waits.store(false, Ordering::Relaxed);
    play(&world, &[&honest], &[]).await;
    assert_eq!(world.locked(honest.lane.own.account), root);
    assert_eq!(world.locked(liar.lane.own.account), U256::ZERO);
}

/// What is planned next would take the nonce of a call that may still be mined.
#[tokio::test]
async fn a_call_that_may_still_be_mined_is_the_last_of_its_tick() {
    let world = World::new(1);
    let mut honest = through(world.honest(1, Policy::PROPOSER), Stingy::new);
    let liar = through(world.liar(2, twist(1, 3), Policy::CHALLENGER), Stingy::new);
    let genesis = world.deployment.genesis_key().id();
    while honest.observer.snapshot().await.unwrap().latest_confirmed == genesis {
        let moved =
            liar.tick().await.unwrap().sent.is_some() | honest.tick().await.unwrap().sent.is_some();
        if !moved {
            world.chain.lock().unwrap().mine(1);
        }
    }
    let poor = honest.tick().await.unwrap();
    assert!(poor.unpaid().len() > 1, "a cheaper one may go through: {poor:?}");
    honest.lane.refusal = |label| LaneError::NotMined { label, attempts: 10, hash: None };
    let tick = honest.tick().await.unwrap();
    assert_eq!((tick.failures.len(), tick.unpaid().len()), (1, 0), "{:?}", tick.failures);
}

/// Its moves are mined in blocks that its endpoint does not show yet.
struct Ahead(Sender);

#[async_trait]
impl TransactionLane for Ahead {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        let sent = self.0.send(call).await?;
        Ok(Sent { block: sent.block + 3, ..sent })
    }
}

#[tokio::test]
async fn no_money_moves_until_l1_shows_the_last_move() {
    let world = World::new(1);
    let honest = through(world.honest(1, Policy::PROPOSER), Ahead);
    for verb in ["deposit", "lockBond", "propose"] {
        let tick = honest.tick().await.unwrap();
        assert_eq!(tick.sent.map(|(intent, _)| intent.label()), Some(verb));
        let tick = honest.tick().await.unwrap();
        assert!(tick.sent.is_none() && tick.failures.is_empty(), "{tick:?}");
        world.chain.lock().unwrap().mine(3);
    }
}

/// A bond that stands behind a lost claim of somebody else burns, wherever a walk along its path has come.
#[tokio::test]
async fn bonds_behind_a_lost_claim_are_walked_and_burned() {
    let world = World::new(1);
    let honest = world.honest(1, Policy::CHALLENGER);
    let liar = world.liar(2, twist(2, 4), Policy::PROPOSER);
    propose(&liar).await;
    let snapshot = honest.observer.snapshot().await.unwrap();
    let wrong = *snapshot.claims.values().find(|claim| claim.bond.is_some()).unwrap();
    let machine = boundary(liar.evidence.toy.core_at(wrong.end));

    // Two backers, one with a claim of its own on the wrong one; somebody begins to walk its bond in vain.
    let backers = [5, 6].map(|name| Stranger::new(&world, name));
    let bonds = backers.each_ref().map(|backer| {
        let (bond, root) = (backer.lock(), wrong.key.trace_root);
        let same = backer.propose(bond, wrong.key.parent, wrong.end, root, &machine);
        assert_eq!(same, wrong.key);
        bond
    });
    world.append(1);
    let child = backers[0].propose(
        bonds[0],
        wrong.key.id(),
        wrong.end + 1,
        B256::repeat_byte(3),
        &boundary(B256::repeat_byte(3)),
    );
    let edge = bindings::ClaimKey::from(&child);
    backers[1].send(&IRollup::walkCall { bond: bonds[0], path: vec![edge] });

    let snapshot = play(&world, &[&honest], &[]).await;
    for bond in bonds {
        assert_eq!(snapshot.bonds[&BondId(bond)].status, BondStatus::Forfeited);
    }
    for backer in &backers {
        assert_eq!(world.locked(backer.account), U256::ZERO);
    }
    let root = snapshot.parameters.root_bond;
    assert!(world.burned() >= root + root + root / U256::from(2), "theirs whole, the liar's half");
    let sent = honest.lane.sent.lock().unwrap();
    assert_eq!(sent.iter().filter(|(verb, _)| *verb == "walk").count(), 2, "once each");
}
