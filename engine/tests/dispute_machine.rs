//! Disputes about real execution: the scenario's first block, traced by the engine, judged by the compiled StepVerifier.
//!
//! Needs `forge build`. For every kind of lie somebody claims it, and loses by the proof of one step.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[allow(dead_code, unreachable_pub)]
mod devnet;
mod support;
#[allow(dead_code, unreachable_pub)]
mod toy_rollup;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent};
use async_trait::async_trait;
use devnet::{Devnet, ETHER};
use revm::bytecode::opcode as op;
use support::scenario::{Memory, block, genesis};
use surety_engine::authenticated::source::{CodeSource, NodeSource, NodeStore};
use surety_engine::commitment::{Slots, SlotsBuilder, Steps, StepsBuilder};
use surety_engine::deploy::{Artifacts, verifier};
use surety_engine::derive::BlockInput;
use surety_engine::dispute::domain::{ClaimStatus, Domain};
use surety_engine::dispute::honest::{
    Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition,
};
use surety_engine::dispute::observe::Deployment;
use surety_engine::dispute::plan::Policy;
use surety_engine::execute::{block::execute_slot, boundary::Boundary, pending::Pending};
use surety_engine::fault::{Liar, Lie, LieKind, trace_lie};
use surety_engine::l1::bindings::IInbox;
use surety_engine::machine::groups::{Machine, Record};
use surety_engine::machine::{Leaves, SlotInput, StepInfo, StepSink, prove_step, trace_slot};
use surety_engine::rules::limits::Limits;
use toy_rollup::deploy::{BUDGET, DEPLOYER, deploy_around};
use toy_rollup::seats::{Seat, Shared, seat};

const LIMITS: &Limits = &Limits::SURETY;

/// The block as executed: the boundaries before slot 0 and after each slot.
struct Executed {
    pending: Pending<Memory>,
    boundaries: Vec<Boundary>,
    block: BlockInput,
}

impl Executed {
    fn new(memory: Memory, start: Boundary, block: BlockInput) -> Self {
        let mut executed = Self { pending: Pending::new(memory), boundaries: vec![start], block };
        let (pending, boundaries) = (&mut executed.pending, &mut executed.boundaries);
        finish(pending, boundaries, &executed.block);
        executed
    }

    fn input(&self, slot: u32) -> SlotInput<'_> {
        let boundary = &self.boundaries[(slot as usize).min(1024)];
        SlotInput { slot, boundary, block: (slot < 1024).then_some(&self.block), limits: LIMITS }
    }

    fn steps(&self, slot: u32) -> Steps {
        let mut leaves = Leaves::default();
        trace_slot(&self.pending, &self.input(slot), &mut leaves).unwrap();
        steps(self.input(slot).boundary, leaves.0)
    }
}

/// Executes the slots that are left.
fn finish<S>(pending: &mut Pending<S>, boundaries: &mut Vec<Boundary>, block: &BlockInput)
where
    S: NodeSource + CodeSource,
{
    for slot in boundaries.len() - 1..1024 {
        let before = boundaries.last().unwrap();
        let outcome = execute_slot(pending, before, slot as u16, block, LIMITS).unwrap();
        boundaries.push(outcome.boundary);
    }
}

fn steps(before: &Boundary, leaves: Vec<B256>) -> Steps {
    let mut builder = StepsBuilder::new(before.hash());
    for leaf in leaves {
        builder.push(leaf).unwrap();
    }
    builder.finish().unwrap()
}

fn slots(boundaries: &[Boundary]) -> Slots {
    let hashes: Vec<_> = boundaries.iter().map(Boundary::hash).collect();
    let mut builder = SlotsBuilder::new(hashes[0]);
    builder.push_block(hashes[1], &hashes[2..1024], hashes[1024]).unwrap();
    builder.finish().unwrap()
}

/// What somebody says about the block, and what was really executed.
#[derive(Clone)]
struct Told {
    executed: Arc<Mutex<Executed>>,
    slots: Arc<Slots>,
    end: Machine,
    start: Machine,
    genesis: u64,
    lie: Option<(Lie, Arc<Steps>)>,
    steps: Arc<Mutex<BTreeMap<u32, Arc<Steps>>>>,
}

impl Told {
    fn honest(executed: &Arc<Mutex<Executed>>) -> Self {
        let real = executed.lock().unwrap();
        let boundaries = &real.boundaries;
        Self {
            executed: Arc::clone(executed),
            slots: Arc::new(slots(boundaries)),
            end: boundaries[1024].machine(),
            start: boundaries[0].machine(),
            genesis: boundaries[0].block.number,
            lie: None,
            steps: Arc::default(),
        }
    }

    /// `None` when the lie has nothing to change there, or no consequence.
    fn lying(executed: &Arc<Mutex<Executed>>, lie: Lie) -> Option<Self> {
        let honest = Self::honest(executed);
        let real = executed.lock().unwrap();
        if !lie.kind.is_executed() {
            let liar = Liar::new(lie, honest.end.clone());
            let (slots, steps) = (
                liar.slots(&honest.slots).unwrap(),
                liar.steps(lie.slot, &real.steps(lie.slot)).unwrap(),
            );
            let lie = Some((lie, Arc::new(steps)));
            return Some(Self { slots: Arc::new(slots), end: liar.boundary(), lie, ..honest });
        }
        let told = trace_lie(&real.pending, &real.input(lie.slot), lie).unwrap()?;
        let at = lie.slot as usize;
        if told.traced.boundary == real.boundaries[at + 1] {
            return None;
        }
        let mut pending = Pending::new(&real.pending);
        for (hash, node) in told.traced.nodes {
            pending.insert(hash, node);
        }
        for code in told.traced.codes.into_values() {
            pending.insert_code(code);
        }
        let mut boundaries = real.boundaries[..=at].to_vec();
        boundaries.push(told.traced.boundary);
        finish(&mut pending, &mut boundaries, &real.block);
        let steps = steps(&boundaries[at], told.leaves);
        let (end, slots) = (boundaries[1024].machine(), slots(&boundaries));
        Some(Self { slots: Arc::new(slots), end, lie: Some((lie, Arc::new(steps))), ..honest })
    }
}

impl Honest for Told {
    fn boundary(&self, block: u64) -> Known<Machine> {
        Ok(if block == self.genesis { self.start.clone() } else { self.end.clone() })
    }

    fn slots(&self, _: Domain) -> Known<Arc<Slots>> {
        Ok(Arc::clone(&self.slots))
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        match &self.lie {
            Some((lie, steps)) if lie.slot == slot => Ok(Arc::clone(steps)),
            _ => self.steps.lock().unwrap().get(&slot).cloned().ok_or(Need::Steps(domain, slot)),
        }
    }
}

#[async_trait]
impl Evidence for Told {
    async fn gather(&self, need: Need) -> Result<(), EvidenceError> {
        if let Need::Steps(_, slot) = need {
            let steps = self.executed.lock().unwrap().steps(slot);
            self.steps.lock().unwrap().insert(slot, Arc::new(steps));
        }
        Ok(())
    }
}

#[async_trait]
impl StepProver for Told {
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        if self.lie.is_some() {
            return Err(EvidenceError::NotYet(Need::Steps(transition.domain, transition.slot)));
        }
        let real = self.executed.lock().unwrap();
        let (_, proof) =
            prove_step(&real.pending, &real.input(transition.slot), transition.step).unwrap();
        Ok(proof.witness.encode().unwrap().into())
    }
}

/// The protocol around the real verifier, with the scenario's first batch appended.
fn world() -> (Devnet, Deployment, Arc<Mutex<Executed>>) {
    let mut chain = Devnet::new();
    let (genesis, memory) = genesis();
    let start = Boundary::genesis(&genesis);
    chain.wait_until(genesis.timestamp + 3_600);
    let nonce = chain.nonce(DEPLOYER);
    let artifacts = Artifacts::new(support::root().join("out"));
    let creations = verifier(&artifacts, DEPLOYER, nonce, LIMITS.transaction_gas).unwrap();
    let mut step_verifier = Address::ZERO;
    for creation in creations {
        step_verifier = chain.create(DEPLOYER, creation.name, creation.initcode);
        assert_eq!(step_verifier, creation.address);
    }
    let deployment = deploy_around(&mut chain, step_verifier, &start.machine(), &start.block);

    let batch = block(1).batch;
    chain.fund(DEPLOYER, U256::from(ETHER));
    let call = IInbox::appendCall { feeRecipient: DEPLOYER, batch: batch.clone() };
    let mined =
        chain.send(DEPLOYER, deployment.inbox, U256::from(ETHER), call.abi_encode()).unwrap();
    let appended =
        mined.logs.iter().find_map(|log| IInbox::BatchAppended::decode_log(log).ok()).unwrap();
    let record = Record {
        number: appended.record.number,
        timestamp: appended.record.timestamp,
        prev_randao: appended.record.prevRandao,
        fee_recipient: appended.record.feeRecipient,
        l1_message_root: appended.record.l1MessageRoot,
        batch_root: appended.record.batchRoot,
        batch_length: appended.record.batchLength,
        deposits_hash: appended.record.depositsHash,
        deposit_count: appended.record.depositCount,
    };
    assert_eq!(record.hash(), appended.recordHash);
    let input = BlockInput::new(record, batch, Vec::new()).unwrap();
    (chain, deployment, Arc::new(Mutex::new(Executed::new(memory, start, input))))
}

#[derive(Default)]
struct Infos(Vec<StepInfo>);

impl StepSink for Infos {
    fn step(&mut self, info: &StepInfo, _: B256) {
        self.0.push(*info);
    }
}

/// Whether a lie of this kind is likely to have a consequence at `opcode`.
fn fits(kind: LieKind, opcode: Option<u8>) -> bool {
    match (kind, opcode) {
        (LieKind::Arithmetic, Some(opcode)) => {
            matches!(opcode, op::ADD | op::SUB | op::MUL | op::CALLDATALOAD)
        }
        (LieKind::Storage, Some(opcode)) => opcode == op::SSTORE,
        (LieKind::Memory, Some(opcode)) => opcode == op::MSTORE,
        (LieKind::Log, Some(opcode)) => (op::LOG0..=op::LOG4).contains(&opcode),
        (LieKind::CallSuccess | LieKind::Balance, Some(opcode)) => opcode == op::CALL,
        (_, Some(_)) => true,
        (_, None) => false,
    }
}

/// The slot whose first step decides what a lie of this kind is about, if that is where it is told.
fn decided_at(kind: LieKind) -> Option<u32> {
    let is_skipped = match kind {
        LieKind::InvalidExecuted => true,
        LieKind::ValidSkipped | LieKind::WrongOrder | LieKind::Nonce => false,
        _ => return None,
    };
    let entries = block(1).entries;
    let skipped = |outcome: &str| !matches!(outcome, "success" | "failure");
    let found = entries.iter().find(|entry| skipped(&entry.outcome) == is_skipped);
    found.map(|entry| entry.slot.into())
}

/// A liar of this kind, at the first place of the block where that has a consequence.
fn liar(executed: &Arc<Mutex<Executed>>, kind: LieKind) -> (Lie, Told) {
    if let Some(slot) = decided_at(kind) {
        let lie = Lie { slot, step: 0, kind };
        return (lie, Told::lying(executed, lie).unwrap());
    }
    for slot in 1..200 {
        let mut infos = Infos::default();
        {
            let real = executed.lock().unwrap();
            trace_slot(&real.pending, &real.input(slot), &mut infos).unwrap();
        }
        let fitting = infos.0.iter().filter(|info| info.depth > 0 && fits(kind, info.opcode));
        for info in fitting.take(5) {
            let lie = Lie { slot, step: info.index, kind };
            if let Some(told) = Told::lying(executed, lie) {
                return (lie, told);
            }
        }
    }
    panic!("the block has no place for a lie of kind {kind}");
}

/// Plays until the honest claim is confirmed and the liar's is lost, or until nothing moves any more.
async fn dispute(kind: LieKind, liar_first: bool) {
    let (chain, deployment, executed) = world();
    let chain: Shared = Arc::new(Mutex::new(chain));
    let (lie, told) = liar(&executed, kind);
    let (mine, theirs) = if liar_first {
        (Policy::CHALLENGER, Policy::PROPOSER)
    } else {
        (Policy::PROPOSER, Policy::CHALLENGER)
    };
    let honest: Seat<Told> = seat(&chain, deployment, 1, Told::honest(&executed), mine);
    let rival: Seat<Told> = seat(&chain, deployment, 2, told, theirs);
    if liar_first {
        while rival.observer.snapshot().await.unwrap().claims.len() == 1 {
            assert!(rival.tick().await.unwrap().sent.is_some());
        }
    }
    let mut quiet = 0;
    while quiet < 2 * BUDGET {
        let idle = honest.tick().await.unwrap().sent.is_none()
            & rival.tick().await.unwrap().sent.is_none();
        quiet = if idle { quiet + 1 } else { 0 };
        if idle {
            chain.lock().unwrap().mine(1);
        }
    }
    let snapshot = honest.observer.snapshot().await.unwrap();
    let count = |status| snapshot.claims.values().filter(|claim| claim.status == status).count();
    let sent = honest.lane.sent.lock().unwrap();
    let proof = sent.iter().find(|(verb, _)| *verb == "resolve").map(|(_, gas)| *gas);
    println!("{lie}, liar first: {liar_first}: proof {proof:?} gas");
    // A sibling with a wrong boundary is refused at once; a first claim with one cannot pay its debt.
    let wrong_boundary = kind == LieKind::WrongBoundary;
    assert_eq!(count(ClaimStatus::Confirmed), 2, "{lie}");
    assert_eq!(count(ClaimStatus::Lost), usize::from(liar_first || !wrong_boundary), "{lie}");
    assert_eq!(proof.is_some(), !wrong_boundary, "{lie}: {sent:?}");
    assert!(proof.is_none_or(|gas| gas < devnet::TRANSACTION_GAS), "{lie}");
}

#[tokio::test]
async fn every_lie_about_real_execution_loses_to_the_first_proposer() {
    for &kind in LieKind::ALL {
        dispute(kind, false).await;
    }
}

#[tokio::test]
async fn every_lie_about_real_execution_loses_to_the_second_proposer() {
    for &kind in LieKind::ALL {
        dispute(kind, true).await;
    }
}
