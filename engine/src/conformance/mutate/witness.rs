//! Witnesses with one thing wrong: parts left out, repeated, exchanged, taken from another step.

use alloy_primitives::{B256, Bytes, U256};

use crate::{authenticated::hash_chain, machine::Witness};

/// A witness with one thing wrong, and what that is.
pub(super) type Mutant = (&'static str, Witness);

/// All of them, with parts of `donor`, the witness of another step.
pub(super) fn mutants(witness: &Witness, donor: &Witness) -> Vec<Mutant> {
    let mut mutants = Mutants { witness, found: Vec::new() };
    mutants.groups(donor);
    mutants.stack(donor);
    mutants.ranges(donor);
    mutants.list("code", &witness.codes, &donor.codes, |it| &mut it.codes);
    mutants.list("node", &witness.nodes, &donor.nodes, |it| &mut it.nodes);
    mutants.blobs("code", witness.codes.len(), |it| &mut it.codes);
    mutants.blobs("node", witness.nodes.len(), |it| &mut it.nodes);
    for record in [Bytes::new(), donor.record.clone(), Bytes::from(witness.record.repeat(2))] {
        mutants.add("record", |it| it.record = record);
    }
    mutants.add("record one byte longer", |it| {
        it.record = [&it.record[..], &[0]].concat().into();
    });
    mutants.found.push(("witness of another step", donor.clone()));
    mutants.found.retain(|(_, mutant)| mutant != witness);
    mutants.found
}

struct Mutants<'a> {
    witness: &'a Witness,
    found: Vec<Mutant>,
}

impl Mutants<'_> {
    fn add(&mut self, what: &'static str, edit: impl FnOnce(&mut Witness)) {
        let mut mutant = self.witness.clone();
        edit(&mut mutant);
        self.found.push((what, mutant));
    }

    /// Groups that are missing, too many, or another step's; the latter also with the hashes above them made to fit.
    fn groups(&mut self, donor: &Witness) {
        self.add("other machine", |it| it.machine = donor.machine.clone());
        self.add("other block", |it| it.block = donor.block.clone());
        self.add("no tx", |it| it.tx = None);
        self.add("other tx", |it| it.tx = Some(donor.tx.clone().unwrap_or_default()));
        self.add("no frame", |it| it.frame = None);
        self.add("other frame", |it| it.frame = Some(donor.frame.clone().unwrap_or_default()));
        self.add("no job", |it| it.job = None);
        self.add("other job", |it| it.job = Some(donor.job.clone().unwrap_or_default()));
        self.add("no resumed frame", |it| it.resumed = None);
        self.add("other resumed frame", |it| {
            it.resumed = Some(donor.resumed.clone().unwrap_or_default());
        });
        self.add("own frame resumed", |it| {
            it.resumed = it.frame.as_ref().map(|it| it.frame.clone());
        });
        self.add("other block, hashed", |it| {
            it.block = donor.block.clone();
            it.machine.block_hash = it.block.hash();
        });
        self.add("other tx, hashed", |it| {
            it.tx = donor.tx.clone();
            it.machine.tx_hash = it.tx.as_ref().map_or(B256::ZERO, |tx| tx.hash());
        });
        self.add("other call", |it| {
            if let (Some(frame), Some(other)) = (&mut it.frame, &donor.frame) {
                frame.call = other.call.clone();
            }
        });
        self.add("more gas, hashed", |it| {
            if let Some(frame) = &mut it.frame {
                frame.frame.gas += 1;
                it.machine.frame_hash = frame.frame.hash();
            }
        });
    }

    fn stack(&mut self, donor: &Witness) {
        let Some(frame) = &self.witness.frame else { return };
        let other = donor.frame.as_ref().map(|it| it.items.clone()).unwrap_or_default();
        for items in variants(&frame.items, &other) {
            self.add("stack item", |it| {
                if let Some(frame) = &mut it.frame {
                    frame.items = items;
                }
            });
        }
        // the same stack, cut elsewhere
        self.add("fewer stack items, folded", |it| {
            if let Some(frame) = &mut it.frame
                && !frame.items.is_empty()
            {
                let item = frame.items.remove(0);
                frame.stack_rest = hash_chain::push(frame.stack_rest, item.into());
            }
        });
        self.add("all of the stack below", |it| {
            if let Some(frame) = &mut it.frame {
                frame.items.clear();
                frame.stack_rest = frame.frame.stack_hash;
            }
        });
        for at in 0..frame.items.len() {
            for value in [U256::ZERO, U256::MAX, U256::ONE] {
                self.add("stack item's value", |it| {
                    if let Some(item) = it.frame.as_mut().and_then(|it| it.items.get_mut(at)) {
                        *item = value;
                    }
                });
            }
        }
    }

    fn ranges(&mut self, donor: &Witness) {
        self.list("range", &self.witness.ranges, &donor.ranges, |it| &mut it.ranges);
        for at in 0..self.witness.ranges.len() {
            let other = donor.ranges.first().cloned().unwrap_or_default();
            for (what, siblings) in [("word", false), ("sibling", true)] {
                let Some(range) = self.witness.ranges.get(at) else { return };
                let (list, other) = match siblings {
                    false => (&range.words, &other.words),
                    true => (&range.siblings, &other.siblings),
                };
                for list in variants(list, other) {
                    self.add(what, |it| {
                        if let Some(range) = it.ranges.get_mut(at) {
                            *if siblings { &mut range.siblings } else { &mut range.words } = list;
                        }
                    });
                }
            }
            // the parent in place of the words, the words in place of siblings
            self.add("words and siblings exchanged", |it| {
                if let Some(range) = it.ranges.get_mut(at) {
                    std::mem::swap(&mut range.words, &mut range.siblings);
                }
            });
        }
    }

    /// A list with an element less, more, moved, or another step's.
    fn list<T: Clone + Default + PartialEq>(
        &mut self,
        what: &'static str,
        list: &[T],
        other: &[T],
        field: impl Fn(&mut Witness) -> &mut Vec<T>,
    ) {
        for list in variants(list, other) {
            self.add(what, |it| *field(it) = list);
        }
    }

    /// Byte strings cut, longer, or empty.
    fn blobs(
        &mut self,
        what: &'static str,
        count: usize,
        field: impl Fn(&mut Witness) -> &mut Vec<Bytes>,
    ) {
        for at in 0..count {
            for edit in [
                (|it| it.slice(..it.len().saturating_sub(1))) as fn(&Bytes) -> Bytes,
                |it| it.slice(it.len().min(1)..),
                |it| [&it[..], &[0]].concat().into(),
                |_| Bytes::new(),
            ] {
                self.add(what, |it| {
                    if let Some(blob) = field(it).get_mut(at) {
                        *blob = edit(blob);
                    }
                });
            }
        }
    }
}

/// `list` with each element left out, repeated, exchanged with the next; with one of `other` or an empty one behind it;
/// empty.
fn variants<T: Clone + Default>(list: &[T], other: &[T]) -> Vec<Vec<T>> {
    let mut variants = vec![Vec::new()];
    for at in 0..list.len() {
        let (before, rest) = list.split_at(at);
        variants.push([before, rest.get(1..).unwrap_or_default()].concat());
        variants.push([before, rest.get(..1).unwrap_or_default(), rest].concat());
        if at + 1 < list.len() {
            let mut moved = list.to_vec();
            moved.swap(at, at + 1);
            variants.push(moved);
        }
    }
    for more in [other.first().cloned().unwrap_or_default(), T::default()] {
        variants.push([list, &[more]].concat());
    }
    variants
}
