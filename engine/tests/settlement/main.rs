//! A dispute under way is settled by validity proofs: real Groth16 proofs, verified on the L1 by its bn254 precompiles, two of
//! three programs.
//!
//! Needs `forge build`. The state transition is the toy machine's; what is tested are the adapter, its threshold and what
//! binds a proof, and that both seats obey the settlement.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../devnet/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod devnet;
mod groth16;
#[path = "../toy_rollup/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod toy_rollup;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use devnet::{Devnet, Failed};
use groth16::Prover;
use surety_engine::dispute::domain::{BondStatus, ClaimKey, ClaimStatus, Snapshot, TournamentId};
use surety_engine::dispute::observe::Deployment;
use surety_engine::dispute::plan::{Decision, End, Policy};
use surety_engine::l1::bindings::{self, IInbox, IRollup, ISettlement, ProgramProof};
use toy_rollup::deploy::{DEPLOYER, GENESIS};
use toy_rollup::machine::boundary;
use toy_rollup::world::{Other, Seat, World, assert_unbeaten, play, twist};

const BLOCKS: usize = 2;
const END: u64 = GENESIS + BLOCKS as u64;
const PROGRAM: B256 = B256::repeat_byte(0x11);
const OTHER_PROGRAM: B256 = B256::repeat_byte(0x22);
const ANYBODY: Address = Address::repeat_byte(0xa1);

/// Two proof systems, the second with two programs, of which two must agree.
struct Provers {
    systems: [Prover; 2],
    settlement: Address,
}

/// What a proof is about.
#[derive(Clone)]
struct Statement {
    rollup: Address,
    start: B256,
    first: u64,
    last: u64,
    records: Vec<B256>,
    boundary: B256,
}

impl Statement {
    fn public_values(&self) -> Vec<u8> {
        let Self { rollup, start, first, last, ref records, boundary } = *self;
        let records = keccak256(records.concat());
        (U256::from(1), rollup, start, first, last, records, boundary).abi_encode_params()
    }
}

impl Provers {
    fn deploy(chain: &mut Devnet) -> Self {
        let systems = [Prover::new(1), Prover::new(2)];
        let mut verifier =
            |it: &Prover| chain.deploy(DEPLOYER, "Groth16Verifier", it.verifying_key());
        let (one, two) = (verifier(&systems[0]), verifier(&systems[1]));
        let programs = vec![(one, PROGRAM), (two, PROGRAM), (two, OTHER_PROGRAM)];
        let arguments = (programs, U256::from(2)).abi_encode_params();
        let adapter = chain.deploy(DEPLOYER, "ValidityProver", arguments);
        let settlement = chain.deploy(DEPLOYER, "Settlement", (vec![adapter],).abi_encode_params());
        Self { systems, settlement }
    }

    /// The proof of program `index`.
    fn proof(&mut self, index: usize, statement: &Statement) -> ProgramProof {
        let (system, key) = [(0, PROGRAM), (1, PROGRAM), (1, OTHER_PROGRAM)][index];
        let proof = self.systems[system].prove(key, &statement.public_values());
        ProgramProof { program: U256::from(index), proof }
    }

    fn evidence(&mut self, statement: &Statement, programs: &[usize]) -> Bytes {
        let proofs: Vec<_> = programs.iter().map(|it| self.proof(*it, statement)).collect();
        encode(statement.boundary, proofs)
    }
}

fn encode(boundary: B256, proofs: Vec<ProgramProof>) -> Bytes {
    (boundary, proofs).abi_encode_params().into()
}

struct Scene {
    world: World,
    provers: Provers,
}

impl Scene {
    fn new() -> Self {
        let mut chain = Devnet::new();
        let provers = Provers::deploy(&mut chain);
        let world = World::on(chain, provers.settlement, BLOCKS);
        Self { world, provers }
    }

    fn deployment(&self) -> Deployment {
        self.world.deployment
    }

    /// The truth about the two blocks after genesis.
    fn truth(&self) -> Statement {
        let honest = toy_rollup::machine::Toy {
            genesis: self.world.genesis,
            records: self.world.records.clone(),
            twist: None,
        };
        let records = self.world.records.hashes.lock().unwrap().clone();
        Statement {
            rollup: self.deployment().rollup,
            start: self.deployment().boundary,
            first: GENESIS + 1,
            last: END,
            records,
            boundary: boundary(honest.core_at(END)).hash(),
        }
    }

    fn send(&self, data: Vec<u8>) -> Result<u64, Failed> {
        let mut chain = self.world.chain.lock().unwrap();
        chain.send(ANYBODY, self.provers.settlement, U256::ZERO, data).map(|mined| mined.gas)
    }

    fn prove(&self, statement: &Statement, evidence: Bytes) -> Result<u64, Failed> {
        let ClaimKey { round, trace_root, boundary, parent } = self.deployment().genesis_key();
        let parent =
            bindings::ClaimKey { parent: parent.0, round, traceRoot: trace_root, boundary };
        let call = ISettlement::proveCall {
            rollup: statement.rollup,
            parent,
            first: statement.first,
            last: statement.last,
            prover: U256::ZERO,
            evidence,
        };
        self.send(call.abi_encode())
    }

    fn settle(&self) -> Result<u64, Failed> {
        let parent = self.deployment().genesis_key().id().0;
        let call = ISettlement::settleCall { rollup: self.deployment().rollup, parent };
        self.send(call.abi_encode())
    }

    fn record(&self, number: u64) -> B256 {
        let chain = self.world.chain.lock().unwrap();
        let call = IInbox::recordHashCall { number }.abi_encode();
        IInbox::recordHashCall::abi_decode_returns(
            &chain.call(self.deployment().inbox, call).unwrap(),
        )
        .unwrap()
    }
}

/// The right claim and a liar's, and so many ticks of their dispute.
async fn dispute(scene: &Scene, ticks: usize) -> (Seat, Seat) {
    let honest = scene.world.honest(1, Policy::CHALLENGER);
    let liar = scene.world.liar(2, twist(1025, 3), Policy::PROPOSER);
    while liar.observer.snapshot().await.unwrap().claims.len() == 1 {
        assert!(liar.tick().await.unwrap().sent.is_some(), "the liar proposes");
    }
    for _ in 0..ticks {
        assert_unbeaten(&honest.tick().await.unwrap().planned);
        liar.tick().await.unwrap();
    }
    (honest, liar)
}

fn count(snapshot: &Snapshot, status: ClaimStatus) -> usize {
    snapshot.claims.values().filter(|claim| claim.status == status).count()
}

/// In the middle of a dispute two of three proofs end it: the right claim is confirmed, the liar's whole bond burns, and the
/// honest side takes its root bond and its step bond home without another move.
#[tokio::test]
async fn proofs_end_a_dispute_and_both_seats_obey() {
    for ticks in [6, 12, 24] {
        let mut scene = Scene::new();
        let (honest, liar) = dispute(&scene, ticks).await;
        let truth = scene.truth();
        let evidence = scene.provers.evidence(&truth, &[0, 2]);
        // a step match that is decided by now has cost its loser the step bond
        let burned_before = scene.world.burned();
        println!("prove by two of three: {} gas", scene.prove(&truth, evidence).unwrap());
        println!("settle: {} gas", scene.settle().unwrap());
        let moves = |seat: &Seat| {
            let sent = seat.lane.sent.lock().unwrap();
            sent.iter().filter(|(verb, _)| verb.contains("urn") || *verb == "joinSteps").count()
        };
        let before = (moves(&honest), moves(&liar));
        let snapshot = play(&scene.world, &[&honest], &[Other(&liar, usize::MAX)]).await;
        assert_eq!((moves(&honest), moves(&liar)), before, "nobody plays on");
        assert_eq!(count(&snapshot, ClaimStatus::Confirmed), 2);
        assert_eq!(count(&snapshot, ClaimStatus::Lost), 1);
        let contest = TournamentId::root(scene.deployment().genesis_key().id(), 0);
        assert_eq!(snapshot.settled.get(&contest), Some(&snapshot.latest_confirmed));
        assert_eq!(scene.world.locked(honest.observer.account()), U256::ZERO);
        let burned =
            snapshot.bonds.values().filter(|it| it.status == BondStatus::Forfeited).count();
        assert_eq!(burned, 1);
        assert_eq!(scene.world.burned() - burned_before, snapshot.parameters.root_bond);
    }
}

/// Without a right claim the proof makes one, and the honest side goes on from it.
#[tokio::test]
async fn the_honest_side_builds_on_a_claim_that_nobody_proposed() {
    let mut scene = Scene::new();
    let truth = scene.truth();
    let evidence = scene.provers.evidence(&truth, &[0, 1]);
    scene.prove(&truth, evidence).unwrap();
    scene.settle().unwrap();
    scene.world.append(1);
    let mut records = scene.world.records.clone();
    records.claims.push(BLOCKS);
    let honest = devnet::seats::seat(
        &scene.world.chain,
        scene.deployment(),
        1,
        toy_rollup::machine::Execution::honest(scene.world.genesis, &records),
        Policy::PROPOSER,
    );
    let snapshot = play(&scene.world, &[&honest], &[]).await;
    assert_eq!(count(&snapshot, ClaimStatus::Confirmed), 3, "genesis, the proof's, the next one");
    let made = snapshot.claims.values().find(|it| it.key.round == ClaimKey::UNPROPOSED).unwrap();
    assert_eq!((made.key.boundary, made.bond, made.end), (truth.boundary, None, END));
    let latest = snapshot.claims.get(&snapshot.latest_confirmed).unwrap();
    assert_eq!((latest.key.parent, latest.end), (made.key.id(), END + 1));
}

/// A proof of something else, by somebody else, or one too few: nothing is proven, and nothing changes.
#[test]
fn only_the_right_proofs_prove() {
    let mut scene = Scene::new();
    let truth = scene.truth();
    let (one, two) = (scene.provers.proof(0, &truth), scene.provers.proof(1, &truth));
    let refused = |scene: &Scene, statement: &Statement, evidence: Bytes, why: &str| {
        assert!(scene.prove(statement, evidence).is_err(), "{why}");
    };

    refused(&scene, &truth, encode(truth.boundary, vec![one.clone()]), "one of two");
    refused(&scene, &truth, encode(truth.boundary, vec![one.clone(), one.clone()]), "one, twice");
    refused(&scene, &truth, encode(truth.boundary, vec![two.clone(), one.clone()]), "out of order");
    let mut forged = two.clone();
    forged.proof = one.proof.clone();
    refused(&scene, &truth, encode(truth.boundary, vec![one.clone(), forged]), "another's proof");
    let mut other_program = two.clone();
    other_program.program = U256::from(2);
    let evidence = encode(truth.boundary, vec![one.clone(), other_program]);
    refused(&scene, &truth, evidence, "another program's proof");
    for byte in [0, 40, 70, 255] {
        let mut broken = two.clone();
        let mut bytes = broken.proof.to_vec();
        bytes[byte] ^= 1;
        broken.proof = bytes.into();
        refused(
            &scene,
            &truth,
            encode(truth.boundary, vec![one.clone(), broken]),
            "a changed proof",
        );
    }
    let wrong = B256::repeat_byte(7);
    refused(&scene, &truth, encode(wrong, vec![one.clone(), two.clone()]), "another boundary");

    let altered: [fn(&mut Statement); 4] = [
        |it| it.start = B256::repeat_byte(1),
        |it| it.records[1] = B256::repeat_byte(2),
        |it| (it.last, it.records) = (it.last - 1, it.records[..1].to_vec()),
        |it| it.rollup = Address::repeat_byte(3),
    ];
    for alter in altered {
        let mut other = truth.clone();
        alter(&mut other);
        let evidence = scene.provers.evidence(&other, &[0, 1]);
        refused(&scene, &truth, evidence, "a proof of something else");
    }
    assert!(scene.settle().is_err(), "nothing is proven");
    assert!(scene.prove(&truth, encode(truth.boundary, vec![one, two])).is_ok());
}

/// T58: two rollups with one settlement contract and the same genesis: what is proven for one is nothing to the other.
#[test]
fn t58_a_proof_is_of_one_rollup() {
    let mut scene = Scene::new();
    let truth = scene.truth();
    let evidence = scene.provers.evidence(&truth, &[0, 1]);
    scene.prove(&truth, evidence.clone()).unwrap();
    let (deployment, genesis) = {
        let mut chain = scene.world.chain.lock().unwrap();
        toy_rollup::deploy::deploy(&mut chain, scene.provers.settlement)
    };
    scene.world.deployment = deployment;
    scene.world.genesis = genesis;
    scene.world.append(BLOCKS);
    let mut other = truth.clone();
    (other.rollup, other.start) = (deployment.rollup, deployment.boundary);
    other.records = vec![scene.record(GENESIS + 1), scene.record(END)];
    assert!(scene.prove(&other, evidence).is_err(), "a proof for the first one");
    assert!(scene.settle().is_err(), "nothing is proven for the second one");
}

/// A wrong boundary that was proven is an alarm, and nothing is signed on it.
#[tokio::test]
async fn a_wrong_boundary_that_was_proven_is_an_alarm() {
    let mut scene = Scene::new();
    let honest = scene.world.honest(1, Policy::PROPOSER);
    let mut wrong = scene.truth();
    wrong.boundary = B256::repeat_byte(9);
    let evidence = scene.provers.evidence(&wrong, &[0, 1]);
    scene.prove(&wrong, evidence).unwrap();
    scene.settle().unwrap();
    let tick = honest.tick().await.unwrap();
    assert!(tick.sent.is_none());
    let alarmed = |it: &surety_engine::dispute::plan::Planned| {
        matches!(it.decision, Decision::Terminal(End::WrongBoundaryProven(_)))
    };
    assert!(tick.planned.iter().any(alarmed), "{:?}", tick.planned);
}

/// Nobody but the settlement contract settles.
#[test]
fn nobody_else_settles() {
    let scene = Scene::new();
    let truth = scene.truth();
    let parent = scene.deployment().genesis_key().id().0;
    let call = IRollup::settleCall { parent, end: END, boundary: truth.boundary }.abi_encode();
    let mut chain = scene.world.chain.lock().unwrap();
    assert!(chain.send(ANYBODY, scene.deployment().rollup, U256::ZERO, call).is_err());
}
