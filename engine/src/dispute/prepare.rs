//! From an intent to the call that carries it out.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;

use super::domain::{BondId, ClaimKey, MatchKey, Move, Side};
use super::honest::{EvidenceError, StepProver};
use super::observe::Deployment;
use super::plan::{Descent, Intent};
use crate::l1::bindings::{self, IBonds, IRollup, ITournament};
use crate::l1::send::Call;

/// The call that carries out `intent` for `account`; only the proof of a step takes more than encoding.
///
/// # Errors
/// [`EvidenceError`] when the step's witness cannot be made.
pub async fn prepare(
    deployment: &Deployment,
    account: Address,
    intent: &Intent,
    prover: &dyn StepProver,
) -> Result<Call, EvidenceError> {
    let witness = match intent {
        Intent::Resolve(_, transition) => prover.prove_step(*transition).await?,
        _ => Bytes::new(),
    };
    let value = match intent {
        Intent::Deposit(value) => *value,
        _ => U256::ZERO,
    };
    let (to, data) = encode(deployment, account, intent, witness);
    Ok(Call { to: Some(to), data: data.into(), value, label: intent.label() })
}

fn encode(
    deployment: &Deployment,
    account: Address,
    intent: &Intent,
    witness: Bytes,
) -> (Address, Vec<u8>) {
    let &Deployment { rollup, tournament, bonds, .. } = deployment;
    match intent {
        Intent::Deposit(_) => (bonds, IBonds::depositCall {}.abi_encode()),
        Intent::Withdraw(amount) => {
            (bonds, IBonds::withdrawCall { to: account, amount: *amount }.abi_encode())
        }
        Intent::LockBond => (rollup, IRollup::lockBondCall {}.abi_encode()),
        Intent::ReleaseBond(BondId(bond)) => {
            (rollup, IRollup::releaseBondCall { bond: *bond }.abi_encode())
        }
        Intent::Follow(BondId(bond), path) => {
            let path = path.iter().map(bindings::ClaimKey::from).collect();
            (rollup, IRollup::followCall { bond: *bond, path }.abi_encode())
        }
        Intent::Propose { bond, parent, end, trace_root, boundary } => {
            let call = IRollup::proposeCall {
                bond: bond.0,
                parent: parent.0,
                end: *end,
                traceRoot: *trace_root,
                boundary: boundary.encode().to_vec().into(),
            };
            (rollup, call.abi_encode())
        }
        Intent::ProposeSibling { bond, parent, end, boundary, opened } => {
            let call = IRollup::proposeSiblingCall {
                bond: bond.0,
                parent: parent.into(),
                end: *end,
                traceRoot: opened.root,
                boundary: boundary.encode().to_vec().into(),
                children: opened.children.0,
                spine: opened.spine.clone(),
            };
            (rollup, call.abi_encode())
        }
        Intent::Confirm(key) => (rollup, IRollup::confirmCall { key: key.into() }.abi_encode()),
        Intent::SplitBond(lost, lost_match, moves) => {
            let (lost, lost_match) = (lost.into(), lost_match.into());
            let call = IRollup::splitBondCall { lost, lostMatch: lost_match, moves: wire(moves) };
            (rollup, call.abi_encode())
        }
        Intent::Walk(BondId(bond), path) => {
            let path = path.iter().map(bindings::ClaimKey::from).collect();
            (rollup, IRollup::walkCall { bond: *bond, path }.abi_encode())
        }
        Intent::JoinSteps(id, opened) => {
            let call = ITournament::joinStepsCall {
                id: id.0,
                root: opened.root,
                last: opened.last,
                children: opened.children.0,
                spine: opened.spine.clone(),
            };
            (tournament, call.abi_encode())
        }
        Intent::OpenRoot(key, opened) => {
            let call = ITournament::openRootCall {
                key: key.into(),
                root: opened.root,
                last: opened.last,
                children: opened.children.0,
                spine: opened.spine.clone(),
            };
            (tournament, call.abi_encode())
        }
        Intent::Turn(key, node, Descent { own, rival, next }) => {
            let (own, rival, next) = (own.0, rival.0, next.0);
            let call = ITournament::turnCall { key: key.into(), node: *node, own, rival, next };
            (tournament, call.abi_encode())
        }
        Intent::LastTurn { key, node, own, rival, agreed, spine } => {
            let call = ITournament::lastTurnCall {
                key: key.into(),
                node: *node,
                own: own.0,
                rival: rival.0,
                agreed: *agreed,
                spine: spine.clone(),
            };
            (tournament, call.abi_encode())
        }
        Intent::Resolve(key, _) => {
            (tournament, ITournament::resolveCall { key: key.into(), witness }.abi_encode())
        }
        Intent::Timeout(key) => {
            (tournament, ITournament::timeoutCall { key: key.into() }.abi_encode())
        }
        Intent::Conclude(key) => {
            (tournament, ITournament::concludeCall { slotMatch: key.into() }.abi_encode())
        }
        Intent::Merge(id) => (tournament, ITournament::mergeCall { id: id.0 }.abi_encode()),
        Intent::SplitStepBonds { slot_match, step_match, moves } => {
            let (slot_match, step_match) = (slot_match.into(), step_match.into());
            let call = ITournament::splitStepBondsCall {
                slotMatch: slot_match,
                stepMatch: step_match,
                moves: wire(moves),
            };
            (tournament, call.abi_encode())
        }
        Intent::ReleaseStepBond { slot_match, root, last } => {
            let call = ITournament::releaseStepBondCall {
                slotMatch: slot_match.into(),
                root: *root,
                last: *last,
            };
            (tournament, call.abi_encode())
        }
    }
}

fn wire(moves: &[Move]) -> Vec<bindings::Move> {
    let side = |side| match side {
        Side::One => 0,
        Side::Two => 1,
    };
    let one =
        |it: &Move| bindings::Move { side: side(it.side), mover: it.mover, refund: it.refund };
    moves.iter().map(one).collect()
}

impl From<&ClaimKey> for bindings::ClaimKey {
    fn from(key: &ClaimKey) -> Self {
        Self {
            parent: key.parent.0,
            round: key.round,
            traceRoot: key.trace_root,
            boundary: key.boundary,
        }
    }
}

impl From<&MatchKey> for bindings::MatchKey {
    fn from(key: &MatchKey) -> Self {
        Self { tournament: key.tournament.0, one: key.one.0, two: key.two.0 }
    }
}
