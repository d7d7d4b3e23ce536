//! What differs between two machine states.

use alloy_primitives::B256;
use serde::Serialize;

use crate::machine::{Phase, Witness, witness::FrameWitness};

/// A part of the machine that a step changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which part.
    pub what: &'static str,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
}

/// The parts that differ, the machine's own first.
pub(super) fn between(before: &Witness, after: &Witness) -> Vec<Change> {
    let mut changes = Changes(Vec::new());
    changes.compare("phase", phase(before), phase(after));
    changes.root("world state", before.machine.state_root, after.machine.state_root);
    changes.root(
        "warm, transient, created",
        before.machine.scratch_root,
        after.machine.scratch_root,
    );
    let (b, a) = (&before.block, &after.block);
    changes.compare("block", b.number, a.number);
    changes.compare("position in the batch", b.cursor, a.cursor);
    changes.compare("block's gas used", b.gas_used, a.gas_used);
    changes.compare("deposits credited", b.deposits_done, a.deposits_done);
    changes.root("receipts", b.receipts_hash, a.receipts_hash);
    changes.root("last block's hash", b.head_hash, a.head_hash);
    if let (Some(b), Some(a)) = (&before.tx, &after.tx) {
        changes.compare("transaction's gas", b.gas_left, a.gas_left);
        changes.compare("refund", b.refund, a.refund);
        changes.root("logs", b.logs_hash, a.logs_hash);
        changes.compare("accounts to destroy", b.destruct_count, a.destruct_count);
    }
    if let (Some(b), Some(a)) = (&before.frame, &after.frame) {
        frames(&mut changes, b, a);
    }
    if let (Some(b), Some(a)) = (&before.job, &after.job) {
        changes.compare("done", b.done, a.done);
    }
    changes.0
}

fn frames(changes: &mut Changes, before: &FrameWitness, after: &FrameWitness) {
    changes.compare("depth", before.call.depth, after.call.depth);
    if before.call != after.call {
        return;
    }
    let (b, a) = (&before.frame, &after.frame);
    changes.compare("pc", b.pc, a.pc);
    changes.compare("gas", b.gas, a.gas);
    changes.compare("items on the stack", b.stack_size, a.stack_size);
    changes.compare("words of memory", b.memory_words, a.memory_words);
    changes.root("memory", b.memory_root, a.memory_root);
    changes.compare("bytes of return data", b.returndata.length, a.returndata.length);
}

fn phase(witness: &Witness) -> String {
    // phases are numbered in the order of their declaration
    PHASES
        .into_iter()
        .find(|phase| *phase as u8 == witness.machine.phase)
        .map_or_else(|| witness.machine.phase.to_string(), |phase| phase.name().to_owned())
}

const PHASES: [Phase; 13] = [
    Phase::Boundary,
    Phase::AccessList,
    Phase::Enter,
    Phase::Running,
    Phase::Precompile,
    Phase::Copy,
    Phase::Settle,
    Phase::Destruct,
    Phase::Deposits,
    Phase::Authorize,
    Phase::Absorb,
    Phase::Create,
    Phase::Blob,
];

struct Changes(Vec<Change>);

impl Changes {
    fn compare<T: PartialEq + ToString>(&mut self, what: &'static str, before: T, after: T) {
        if before != after {
            let (before, after) = (before.to_string(), after.to_string());
            self.0.push(Change { what, before, after });
        }
    }

    /// Hashes are told by their first bytes: which part changed matters, not what its hash is.
    fn root(&mut self, what: &'static str, before: B256, after: B256) {
        let short = |root: B256| match root.is_zero() {
            true => "empty".to_owned(),
            false => root.to_string().chars().take(10).chain("...".chars()).collect(),
        };
        if before != after {
            self.0.push(Change { what, before: short(before), after: short(after) });
        }
    }
}
