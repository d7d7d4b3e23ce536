//! Whole disputes on the real contracts with the real step verifier, about the second scenario's four blocks: whatever
//! the lie, and whoever speaks first, one step is proven on L1 and the liar loses.
//!
//! Needs `forge build`. Nothing stands in for anything: batches go through the Inbox, both sides execute with revm, the
//! engine reads, plans, prepares and sends as in production.
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
mod real_rollup;
mod support;

use std::sync::{Arc, LazyLock, Mutex};

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolEvent};
use devnet::seats::{Seat, Shared, seat};
use real_rollup::{DOMAIN, RealRollup, history::Blocks};
use revm::bytecode::opcode as op;
use support::scenario::block;
use surety_engine::{
    dispute::{
        domain::{BondStatus, ClaimKey, ClaimStatus, Snapshot},
        honest::{Evidence, StepProver},
        plan::{Intent, Policy},
    },
    fault::{Lie, LieKind, LyingError, LyingExecution},
    l1::bindings::{IBonds, ITournament},
    machine::{Phase, StepInfo},
    node::{evidence::Execution, history::History},
};

static ROLLUP: LazyLock<RealRollup> = LazyLock::new(RealRollup::new);

type Liar = LyingExecution<Blocks>;

/// A step of an entry at which to lie.
#[derive(Clone, Copy, Debug)]
struct Place {
    block: u64,
    entry: &'static str,
    at: At,
}

/// Which step of the entry.
#[derive(Clone, Copy, Debug)]
enum At {
    /// Its first.
    Begin,
    /// One that executes this opcode, in whatever frame.
    Opcode(u8),
    /// The one that ends the deepest frame.
    DeepestEnd,
    /// One of this phase.
    Phase(Phase),
}

impl At {
    fn fits(self, steps: &[StepInfo], index: usize) -> bool {
        let step = &steps[index];
        match self {
            Self::Begin => index == 0,
            Self::Opcode(opcode) => step.opcode == Some(opcode),
            Self::Phase(phase) => step.phase == phase,
            Self::DeepestEnd => {
                let deepest = steps.iter().map(|step| step.depth).max();
                let goes_on = |next: &StepInfo| next.phase.has_frame() && next.depth >= step.depth;
                Some(step.depth) == deepest
                    && step.phase.has_frame()
                    && !steps.get(index + 1).is_some_and(goes_on)
            }
        }
    }
}

const fn place(block: u64, entry: &'static str, at: At) -> Place {
    Place { block, entry, at }
}

/// Somebody who lies at the first fitting step where the lie has consequences.
fn liar(kind: LieKind, place: Place) -> (Lie, Liar) {
    let fixture = block(place.block);
    let slot = fixture.entries.iter().find(|entry| entry.name == place.entry).unwrap().slot;
    let steps = ROLLUP.execution.node().steps(place.block, slot);
    for index in (0..steps.len()).filter(|index| place.at.fits(&steps, *index)) {
        let position = (place.block - 1) as u32 * 1024 + u32::from(slot);
        let lie = Lie { slot: position, step: index as u32, kind };
        let liar = Liar::new(ROLLUP.execution.clone(), lie);
        match liar.lie(DOMAIN) {
            // what is about the commitments alone is made once they are there
            Ok(()) | Err(LyingError::Unknown(_)) => return (lie, liar),
            Err(LyingError::NothingThere(..) | LyingError::NoConsequence(_)) => {}
            Err(error) => panic!("{lie}: {error}"),
        }
    }
    panic!("nothing to lie about: {kind}, {place:?}");
}

/// Why a match was settled, as the Tournament's event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Timeout,
    Proof,
    StepTournament,
}

struct Table {
    chain: Shared,
    honest: Seat<Execution<Blocks>>,
    liar: Seat<Liar>,
}

impl Table {
    fn new(liar: Liar, liar_first: bool) -> Self {
        let chain: Shared = Arc::new(Mutex::new(ROLLUP.chain.clone()));
        let (mine, theirs) = if liar_first {
            (Policy::CHALLENGER, Policy::PROPOSER)
        } else {
            (Policy::PROPOSER, Policy::CHALLENGER)
        };
        let honest = seat(&chain, ROLLUP.deployment, 1, ROLLUP.execution.clone(), mine);
        let liar = seat(&chain, ROLLUP.deployment, 2, liar, theirs);
        Self { chain, honest, liar }
    }

    /// Why each match was settled, in order.
    fn reasons(&self) -> Vec<Reason> {
        let chain = self.chain.lock().unwrap();
        let logs = chain.logs.iter().filter(|(_, log)| log.address == ROLLUP.deployment.tournament);
        let settled = logs.filter_map(|(_, log)| ITournament::MatchSettled::decode_log(log).ok());
        let reason = |code| match code {
            0 => Reason::Timeout,
            1 => Reason::Proof,
            2 => Reason::StepTournament,
            code => panic!("a match was settled for reason {code}"),
        };
        settled.map(|event| reason(event.reason)).collect()
    }

    fn burned(&self) -> U256 {
        let chain = self.chain.lock().unwrap();
        let answer = chain.call(ROLLUP.deployment.bonds, IBonds::burnedCall {}.abi_encode());
        IBonds::burnedCall::abi_decode_returns(&answer.unwrap()).unwrap()
    }

    /// Both play in turn until the honest claim is confirmed and at least `lost` bonds are forfeited. Returns every move of the
    /// honest side.
    async fn play(&self, lost: usize) -> Vec<Intent> {
        let mut moves = Vec::new();
        for _ in 0..1_000 {
            let mut idle = tick(&self.liar).await.is_none();
            if let Some(intent) = tick(&self.honest).await {
                moves.push(intent);
                idle = false;
            }
            let snapshot = self.honest.observer.snapshot().await.unwrap();
            if claims(&snapshot, ClaimStatus::Confirmed) == 2 && forfeited(&snapshot) >= lost {
                assert_eq!(claims(&snapshot, ClaimStatus::Lost), lost);
                assert_eq!(claims(&snapshot, ClaimStatus::Proposed), 0);
                assert_honest(&snapshot.claims[&snapshot.latest_confirmed].key);
                return moves;
            }
            if idle {
                self.chain.lock().unwrap().mine(1);
            }
        }
        let tick = self.honest.tick().await.unwrap();
        let (claims, bonds) = (&tick.snapshot.claims, &tick.snapshot.bonds);
        panic!("the dispute does not end: {:?}, {claims:?}, {bonds:?}", tick.planned);
    }

    /// Lets `first` put its claim there before anybody else does anything.
    async fn propose<E: Evidence + StepProver>(first: &Seat<E>) {
        while first.observer.snapshot().await.unwrap().claims.len() == 1 {
            assert!(tick(first).await.is_some(), "the first proposer proposes");
        }
    }
}

async fn tick<E: Evidence + StepProver>(seat: &Seat<E>) -> Option<Intent> {
    seat.tick().await.unwrap().sent.map(|(intent, _)| intent)
}

/// The claim is what execution says.
fn assert_honest(key: &ClaimKey) {
    let right = ROLLUP.execution.node().slots(DOMAIN.first - 1, DOMAIN.last()).unwrap();
    assert_eq!((key.trace_root, key.boundary), (right.tree().root(), right.boundary()));
}

fn claims(snapshot: &Snapshot, status: ClaimStatus) -> usize {
    snapshot.claims.values().filter(|claim| claim.status == status).count()
}

fn forfeited(snapshot: &Snapshot) -> usize {
    snapshot.bonds.values().filter(|bond| bond.status == BondStatus::Forfeited).count()
}

/// Plays a dispute from one seat. Returns what the honest side sent, and why each match was settled.
async fn dispute(liar: Liar, liar_first: bool, lost: usize) -> (Vec<Intent>, Vec<Reason>) {
    let table = Table::new(liar, liar_first);
    if liar_first {
        Table::propose(&table.liar).await;
    } else {
        Table::propose(&table.honest).await;
    }
    let moves = table.play(lost).await;
    let half = ROLLUP.parameters.bonds().root() / U256::from(2) * U256::from(lost);
    assert!(table.burned() >= half, "at least half of the bond is burned");
    (moves, table.reasons())
}

/// The liar loses from both seats, by the proof of exactly the step it lies at (T13: and by no clock).
async fn refute(kind: LieKind, place: Place) {
    let (lie, liar) = liar(kind, place);
    for liar_first in [false, true] {
        let (moves, reasons) = dispute(liar.clone(), liar_first, 1).await;
        assert_eq!(reasons, [Reason::Proof, Reason::StepTournament], "{place:?}, {lie}");
        let proven: Vec<_> = moves
            .iter()
            .filter_map(|intent| match intent {
                Intent::Resolve(_, transition) => Some((transition.slot, transition.step)),
                _ => None,
            })
            .collect();
        assert_eq!(proven, [(lie.slot, lie.step)], "{place:?}, {lie}, first: {liar_first}");
    }
}

#[tokio::test]
async fn t13_every_kind_of_lie_is_refuted_by_one_proven_step() {
    let cases = [
        (LieKind::Arithmetic, place(3, "arithmetic", At::Opcode(op::ADD))),
        (LieKind::Storage, place(3, "refunds", At::Opcode(op::SSTORE))),
        (LieKind::Gas, place(1, "reverts, by call", At::Opcode(op::MSTORE))),
        (LieKind::StackDepth, place(3, "environment", At::Opcode(op::PUSH1))),
        (LieKind::Memory, place(3, "environment", At::Opcode(op::MSTORE))),
        (LieKind::CallSuccess, place(3, "IDENTITY, by staticcall", At::Opcode(op::STATICCALL))),
        (LieKind::Balance, place(1, "pays, by call", At::Opcode(op::CALL))),
        (LieKind::Log, place(3, "logs", At::Opcode(op::LOG2))),
        (LieKind::Nonce, place(3, "plain payment", At::Begin)),
        (LieKind::SkippedStep, place(3, "refunds", At::Opcode(op::SSTORE))),
        (LieKind::ExtraStep, place(3, "copies", At::Opcode(op::KECCAK256))),
        (LieKind::SkippedStep, place(2, "creation with value", At::Phase(Phase::Settle))),
        (LieKind::ExtraStep, place(2, "creation with value", At::Begin)),
        (LieKind::WrongOrder, place(2, "deploys, as a transaction", At::Begin)),
        (LieKind::ValidSkipped, place(3, "access list", At::Begin)),
        (LieKind::InvalidExecuted, place(2, "a nonce too high", At::Begin)),
        (LieKind::InvalidExecuted, place(2, "more than all ether", At::Begin)),
        (LieKind::GarbageTrace, place(2, "creation with value", At::Phase(Phase::Settle))),
    ];
    for (kind, place) in cases {
        refute(kind, place).await;
    }
    let disputed = cases.map(|(kind, _)| kind);
    let others: Vec<_> = LieKind::ALL.iter().filter(|kind| !disputed.contains(kind)).collect();
    let own = [&LieKind::Element, &LieKind::Deposit, &LieKind::WrongBoundary];
    assert_eq!(others, own, "each has a test of its own");
}

/// A sibling's last leaf is proven when it is proposed, so a wrong one is refused; a first claim owes that proof as soon
/// as there is a sibling, and the liar can never give it.
#[tokio::test]
async fn t80_a_wrong_final_root_with_a_right_trace_is_refused_or_lost() {
    let anywhere = place(3, "plain payment", At::Begin);
    let (_, liar) = liar(LieKind::WrongBoundary, anywhere);
    let (moves, reasons) = dispute(liar.clone(), false, 0).await;
    assert_eq!(reasons, [], "no match");
    assert!(!moves.iter().any(|intent| matches!(intent, Intent::OpenRoot(..))), "{moves:?}");
    let (moves, reasons) = dispute(liar, true, 1).await;
    assert_eq!(reasons, [Reason::Timeout]);
    assert!(!moves.iter().any(|intent| matches!(intent, Intent::Resolve(..))), "{moves:?}");
}

/// Every way to fail is disputed where it happens: the liar says that the frame goes on as if nothing had been.
#[tokio::test]
async fn t50_failing_steps_are_disputed_and_proven() {
    let failing = [
        place(1, "reverts, as a transaction", At::DeepestEnd),
        place(1, "reverts, by call", At::DeepestEnd),
        place(1, "loops, by call", At::DeepestEnd),
        place(1, "underflows, by delegatecall", At::DeepestEnd),
        place(1, "overflows, as a transaction", At::DeepestEnd),
        place(1, "jumps-astray, by call", At::DeepestEnd),
        place(1, "invalid, by callcode", At::DeepestEnd),
        place(1, "undefined, as a transaction", At::DeepestEnd),
        place(1, "return data out of bounds", At::DeepestEnd),
        place(1, "writes, by staticcall", At::DeepestEnd),
        place(1, "value beyond the balance", At::Opcode(op::CALL)),
        place(2, "reverts, by create", At::DeepestEnd),
        place(2, "deploys, by create2", At::Opcode(op::CREATE2)),
        place(2, "deploys-ef, by create2", At::DeepestEnd),
        place(2, "deploys-too-much, as a transaction", At::DeepestEnd),
        place(2, "CREATE2 at the same address", At::Phase(Phase::Create)),
        place(2, "CREATE with value beyond the balance", At::Phase(Phase::Create)),
        place(2, "creation where an account is", At::Phase(Phase::Enter)),
        place(3, "BLAKE2F of a wrong length, by staticcall", At::Phase(Phase::Precompile)),
        place(3, "hashes long data", At::Phase(Phase::Absorb)),
    ];
    for (index, place) in failing.into_iter().enumerate() {
        let kind = if index % 2 == 0 { LieKind::ExtraStep } else { LieKind::SkippedStep };
        refute(kind, place).await;
    }
}

/// Slots without entries, and those beyond the claim's last block, are fixed points that can be disputed as well.
#[tokio::test]
async fn t35_padding_is_disputed_and_proven() {
    for slot in [3 * 1024 + 500, 4 * 1024, 900 * 1024 + 7] {
        let lie = Lie { slot, step: 3, kind: LieKind::GarbageTrace };
        for liar_first in [false, true] {
            let liar = Liar::new(ROLLUP.execution.clone(), lie);
            let (moves, reasons) = dispute(liar, liar_first, 1).await;
            assert_eq!(reasons, [Reason::Proof, Reason::StepTournament]);
            assert!(moves.iter().any(|intent| matches!(
                intent,
                Intent::Resolve(_, transition)
                    if (transition.slot, transition.step) == (lie.slot, lie.step)
            )));
        }
    }
}

/// A lie needs something to be about: a test or a demo that names the wrong place is told so.
#[test]
fn a_lie_about_nothing_is_refused_by_name() {
    let tell = |slot, step, kind| {
        Liar::new(ROLLUP.execution.clone(), Lie { slot, step, kind }).lie(DOMAIN).unwrap_err()
    };
    for kind in [LieKind::Storage, LieKind::Log, LieKind::Nonce, LieKind::ValidSkipped] {
        assert!(matches!(tell(1, 1, kind), LyingError::NothingThere(_, 1)), "{kind}");
    }
    let (valid, skipped, idle) = (1, 96, 500);
    assert!(matches!(tell(valid, 0, LieKind::InvalidExecuted), LyingError::NothingThere(..)));
    assert!(matches!(tell(skipped, 0, LieKind::ValidSkipped), LyingError::NothingThere(..)));
    assert!(matches!(tell(skipped, 0, LieKind::Nonce), LyingError::NothingThere(..)));
    assert!(matches!(tell(idle, 0, LieKind::WrongOrder), LyingError::NothingThere(..)));
    let beyond = 4 * 1024;
    assert!(matches!(tell(beyond, 0, LieKind::ExtraStep), LyingError::OutsideDomain(_)));
}
