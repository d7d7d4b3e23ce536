//! Steps over a scratch trie as deep as can be. A transaction begins with an empty one, and its keys would have to be
//! ground for; so the steps are taken from a transaction and their states changed.

use alloy_primitives::{Address, B256, Bytes, U256, map::B256Map};
use revm::bytecode::opcode as op;
use surety_engine::{
    authenticated::{
        mpt::Overlay,
        scratch::{self, Key},
        source::by_hash,
    },
    execute::validate::delegate,
    machine::{Phase, StepInfo, StepProof, Witness, witness::FrameWitness},
};

use crate::deep::{self, Place};

/// A key that a step looks up, and what it writes there unless it is there already.
pub struct Touch {
    key: Key,
    write: Option<U256>,
}

impl Touch {
    const fn mark(key: Key) -> Self {
        Self { key, write: Some(U256::ONE) }
    }
}

/// What the opcodes of the cases do to the scratch trie, in order (`docs/protocol.md` section 6); nothing for all others.
/// `next` is the witness of the step that follows.
pub fn touches(info: &StepInfo, witness: &Witness, next: &Witness) -> Vec<Touch> {
    let Some(FrameWitness { call, items, .. }) = &witness.frame else { return Vec::new() };
    let top = |depth: usize| items.iter().rev().nth(depth).copied().unwrap_or_default();
    let address = |depth| Address::from_word(top(depth).into());
    // neither is looked up
    let is_warm = |address: Address| {
        witness.tx.as_ref().is_some_and(|tx| [tx.sender, tx.to].contains(&address))
    };
    match (info.phase, info.opcode) {
        (Phase::Running, Some(op::SLOAD | op::SSTORE)) => {
            vec![Touch::mark(Key::WarmSlot(call.address, top(0)))]
        }
        (Phase::Running, Some(op::TSTORE)) => {
            vec![Touch { key: Key::Transient(call.address, top(0)), write: Some(top(1)) }]
        }
        (
            Phase::Running,
            Some(op::BALANCE | op::EXTCODESIZE | op::EXTCODECOPY | op::EXTCODEHASH),
        ) => {
            let read = Some(address(0)).filter(|address| !is_warm(*address));
            read.map(|address| Touch::mark(Key::WarmAddress(address))).into_iter().collect()
        }
        (Phase::Running, Some(op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL)) => {
            let delegates = witness.codes.iter().filter_map(|code| delegate(code));
            let warmed = [address(1)].into_iter().chain(delegates);
            let warmed = warmed.filter(|address| !is_warm(*address));
            warmed.map(|address| Touch::mark(Key::WarmAddress(address))).collect()
        }
        (Phase::Running, Some(op::SELFDESTRUCT)) => {
            let beneficiary = Some(address(0)).filter(|address| !is_warm(*address));
            let warmed = beneficiary.map(|address| Touch::mark(Key::WarmAddress(address)));
            let created = Touch { key: Key::Created(call.address), write: None };
            warmed.into_iter().chain([created]).collect()
        }
        (Phase::Create, _) => {
            let Some(FrameWitness { call, .. }) = &next.frame else { return Vec::new() };
            let keys = [Key::WarmAddress(call.address), Key::Created(call.address)];
            keys.into_iter().map(Touch::mark).collect()
        }
        _ => Vec::new(),
    }
}

/// The same step over a scratch trie in which all that it touches is deep.
pub fn deepen(proof: StepProof, touches: &[Touch], next: &Witness) -> StepProof {
    let mut machine = proof.witness.machine.clone();
    let shallow = by_hash(proof.witness.nodes.iter().cloned());
    let (seen, from) = replay(shallow.clone(), machine.scratch_root, touches);
    assert_eq!(from.last(), Some(&next.machine.scratch_root), "a step touches something else");

    let mut deep = B256Map::<Bytes>::default();
    let places: Vec<Place> = touches
        .iter()
        .map(|Touch { key, .. }| {
            let value = scratch::read(&shallow, machine.scratch_root, *key).unwrap();
            let value = (!value.is_zero()).then(|| alloy_rlp::encode(value));
            Place { path: key.path(), value }
        })
        .collect();
    machine.scratch_root = deep::build(&mut deep, &places, &alloy_rlp::encode(U256::MAX));
    let (shown, to) = replay(deep, machine.scratch_root, touches);

    let instead = |root: B256| {
        from.iter().zip(&to).find(|(from, _)| **from == root).map_or(root, |(_, to)| *to)
    };
    let pre = machine.hash();
    let depth = |witness: &Witness| witness.frame.as_ref().map(|frame| frame.call.depth);
    let is_deeper = depth(next) > depth(&proof.witness);
    let post = successor(next, is_deeper, instead);
    let others = proof.witness.nodes.into_iter().filter(|node| !seen.contains(node));
    let nodes = others.chain(shown).collect();
    StepProof { pre, post, witness: Witness { machine, nodes, ..proof.witness }, ..proof }
}

/// Does to a trie what the step does: the nodes looked up, and the roots from the first to the last.
fn replay(nodes: B256Map<Bytes>, mut root: B256, touches: &[Touch]) -> (Vec<Bytes>, Vec<B256>) {
    let mut trie = Overlay::new(nodes);
    trie.start_recording().unwrap();
    let mut roots = vec![root];
    let before: Vec<U256> =
        touches.iter().map(|touch| scratch::read(&trie, root, touch.key).unwrap()).collect();
    for (Touch { key, write }, before) in touches.iter().zip(before) {
        if let Some(value) = write.filter(|value| *value != before) {
            root = scratch::write(&mut trie, root, *key, value).unwrap();
        }
        roots.push(root);
    }
    (trie.finish_recording().unwrap(), roots)
}

/// The state that `next` begins from, with other scratch roots; a frame that the step began has one, too.
fn successor(next: &Witness, is_deeper: bool, instead: impl Fn(B256) -> B256) -> B256 {
    let mut machine = next.machine.clone();
    machine.scratch_root = instead(machine.scratch_root);
    if let Some(FrameWitness { frame, call, .. }) = next.frame.as_ref().filter(|_| is_deeper) {
        let mut call = call.clone();
        call.scratch_root = instead(call.scratch_root);
        let mut frame = frame.clone();
        frame.call_hash = call.hash();
        machine.frame_hash = frame.hash();
    }
    machine.hash()
}
