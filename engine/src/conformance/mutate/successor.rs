//! Claimed successors with one field wrong.

use alloy_primitives::B256;

use crate::machine::{
    Witness,
    groups::{Block, Call, Frame, Job, Machine, Tx},
};

/// The hashes of all machine states that differ from the one that `state` shows in one byte of one group. States that
/// cannot be encoded are nobody's claim and left out.
pub(super) fn forgeries(state: &Witness) -> Vec<B256> {
    let machine = &state.machine;
    let mut hashes = Vec::new();
    for other in flips(&machine.encode()) {
        hashes.extend(Machine::decode(&other).ok().map(|it| it.hash()));
    }
    let mut with = |group: &[u8], edit: &dyn Fn(&[u8], &mut Machine) -> Option<()>| {
        for other in flips(group) {
            let mut machine = machine.clone();
            hashes.extend(edit(&other, &mut machine).map(|()| machine.hash()));
        }
    };
    with(&state.block.encode(), &|it, machine| {
        machine.block_hash = Block::decode(it).ok()?.hash();
        Some(())
    });
    if let Some(tx) = &state.tx {
        with(&tx.encode(), &|it, machine| {
            machine.tx_hash = Tx::decode(it).ok()?.hash();
            Some(())
        });
    }
    if let Some(job) = &state.job {
        with(&job.encode(), &|it, machine| {
            machine.job_hash = Job::decode(it).ok()?.hash();
            Some(())
        });
    }
    if let Some(frame) = &state.frame {
        with(&frame.frame.encode(), &|it, machine| {
            machine.frame_hash = Frame::decode(it).ok()?.hash();
            Some(())
        });
        with(&frame.call.encode(), &|it, machine| {
            let call_hash = Call::decode(it).ok()?.hash();
            machine.frame_hash = Frame { call_hash, ..frame.frame.clone() }.hash();
            Some(())
        });
    }
    hashes
}

/// `encoding` with each byte changed, in its lowest and in its highest bit.
fn flips(encoding: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let bits = (0..encoding.len()).flat_map(|at| [(at, 0x01), (at, 0x80)]);
    bits.map(|(at, bit)| {
        let mut other = encoding.to_vec();
        if let Some(byte) = other.get_mut(at) {
            *byte ^= bit;
        }
        other
    })
}
