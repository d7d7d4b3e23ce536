//! No other successor is accepted: steps whose witness or claimed successor has one thing wrong. The verifier has to
//! revert, or to give the one right successor all the same.

mod successor;
mod witness;

use std::{collections::BTreeMap, ops::AddAssign, path::Path};

use alloy_primitives::{B256, Bytes};

use super::{
    check::is_spot,
    fuzz::{
        case::{self, Case},
        generate,
    },
    kind::Kind,
    verifier::{Rejection, Verifier, VerifierError},
};
use crate::{
    execute::block::{FIRST_SLOT, execute_block},
    machine::{SlotInput, StepInfo, StepProof, StepSink, Witness, trace_slot},
};

/// A step, and the state that it leads to.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it does.
    pub info: StepInfo,
    /// Its proof.
    pub proof: StepProof,
    /// The witness of the next step, which shows the state after this one; none after a slot's last.
    pub next: Option<Witness>,
}

/// How many mutants there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps attacked.
    pub steps: u64,
    /// Witnesses that the verifier refused.
    pub refused: u64,
    /// Witnesses with which it made the right successor nevertheless.
    pub harmless: u64,
    /// Claimed successors that are not the right one.
    pub successors: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.refused += other.refused;
        self.harmless += other.harmless;
        self.successors += other.successors;
    }
}

/// The verifier accepted what it must not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Accepted {
    /// It does not accept the right witness.
    #[error("{info:?}: the right witness {rejection}")]
    Right {
        /// The step.
        info: Box<StepInfo>,
        /// What it says.
        rejection: Rejection,
    },
    /// It makes another successor, or any at all of changed bytes.
    #[error("{info:?}: successor {post} with {what}")]
    Witness {
        /// The step.
        info: Box<StepInfo>,
        /// What is wrong with the witness.
        what: String,
        /// What it makes.
        post: B256,
    },
    /// Two states have one hash.
    #[error("{0:?}: a changed successor has the right one's hash")]
    Successor(Box<StepInfo>),
}

/// Attacks `target`: every `stride`-th byte of its witness from the `first` on, all its parts, every byte of every
/// group of its successor. `donor` is another step's witness.
///
/// # Errors
/// [`Accepted`].
pub fn attack(
    target: &Target,
    donor: &Witness,
    (first, stride): (usize, usize),
    verifier: &mut Verifier,
) -> Result<Tally, Accepted> {
    let Target { info, proof, next } = target;
    let info = || Box::new(*info);
    verifier.check(proof).map_err(|rejection| Accepted::Right { info: info(), rejection })?;
    let mut tally = Tally { steps: 1, ..Tally::default() };
    let encoding = proof.witness.encode().unwrap_or_default();
    for position in (first..encoding.len()).step_by(stride.max(1)) {
        let mut changed = encoding.clone();
        if let Some(byte) = changed.get_mut(position) {
            *byte ^= 1 << (position % 8);
        }
        // every byte is bound
        if let Ok((post, _)) = verifier.next(&proof.context, proof.pre, changed.into()) {
            let what = format!("byte {position} of {} changed", encoding.len());
            return Err(Accepted::Witness { info: info(), what, post });
        }
        tally.refused += 1;
    }
    for (what, mutant) in witness::mutants(&proof.witness, donor) {
        let Ok(encoding) = mutant.encode() else { continue };
        match verifier.next(&proof.context, proof.pre, Bytes::from(encoding)) {
            Err(_) => tally.refused += 1,
            Ok((post, _)) if post == proof.post => tally.harmless += 1,
            Ok((post, _)) => {
                return Err(Accepted::Witness { info: info(), what: what.to_owned(), post });
            }
        }
    }
    for forgery in next.iter().flat_map(successor::forgeries) {
        if forgery == proof.post {
            return Err(Accepted::Successor(info()));
        }
        tally.successors += 1;
    }
    Ok(tally)
}

/// Steps to attack, of as many kinds as there are.
#[derive(Debug, Default)]
pub struct Targets {
    per_kind: usize,
    found: BTreeMap<Kind, Vec<Target>>,
    in_blob: bool,
    /// The kind of the step before, if that was taken.
    previous: Option<Kind>,
}

impl Targets {
    /// Takes at most `per_kind` steps of a kind.
    #[must_use]
    pub fn new(per_kind: usize) -> Self {
        Self { per_kind, ..Self::default() }
    }

    /// Whether the slot that is traced next copies a blob: of that only some steps are taken.
    pub const fn in_blob(&mut self, in_blob: bool) {
        self.in_blob = in_blob;
    }

    /// Takes the steps of a case; a case that cannot be executed or traced has none.
    pub fn add(&mut self, case: &Case) {
        let Ok(mut built) = case.build() else { return };
        let executed = execute_block(&mut built.state, &built.parent, &built.input, &case::LIMITS);
        let mut boundary = &built.parent;
        for slot in executed.iter().flat_map(|outcome| &outcome.slots) {
            let input = SlotInput {
                slot: slot.slot.into(),
                boundary,
                block: Some(&built.input),
                limits: &case::LIMITS,
            };
            self.previous = None;
            self.in_blob(slot.slot == FIRST_SLOT && built.input.blob().is_some());
            if trace_slot(&built.state, &input, &mut *self).is_err() {
                return;
            }
            boundary = &slot.boundary;
        }
    }

    /// The steps taken.
    pub fn iter(&self) -> impl Iterator<Item = &Target> {
        self.found.values().flatten()
    }

    /// How many kinds of steps they are of.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.found.len()
    }
}

impl StepSink for Targets {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, index: u32) -> bool {
        !self.in_blob || is_spot(index)
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        if let Some(last) = self.previous.take()
            && let Some(target) = self.found.get_mut(&last).and_then(|targets| targets.last_mut())
        {
            target.next = Some(proof.witness.clone());
        }
        let kind = Kind::of(info);
        let targets = self.found.entry(kind).or_default();
        if targets.len() < self.per_kind {
            targets.push(Target { info: *info, proof, next: None });
            self.previous = Some(kind);
        }
    }
}

/// What a run does.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The seed of the cases.
    pub seed: u64,
    /// How many cases the steps are taken from.
    pub cases: u64,
    /// How many steps of a kind are attacked.
    pub per_kind: usize,
    /// One byte of so many is changed.
    pub stride: usize,
}

/// A run ended early.
#[derive(Debug, thiserror::Error)]
pub enum MutateError {
    /// There is no verifier.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// It accepted what it must not.
    #[error(transparent)]
    Accepted(#[from] Accepted),
}

/// Attacks steps of random cases with the verifier that forge compiled into `out`; gives how many kinds there were, too.
///
/// # Errors
/// [`MutateError`].
pub fn run(plan: &Plan, out: &Path) -> Result<(usize, Tally), MutateError> {
    let mut targets = Targets::new(plan.per_kind);
    for number in 0..plan.cases {
        targets.add(&generate::case(plan.seed, number));
    }
    let mut verifier = Verifier::deploy(out, &case::LIMITS)?;
    let tally = attack_all(&targets, plan.stride, &mut verifier)?;
    Ok((targets.kinds(), tally))
}

/// Attacks all of `targets`, each with the one before it as donor.
///
/// # Errors
/// [`Accepted`].
pub fn attack_all(
    targets: &Targets,
    stride: usize,
    verifier: &mut Verifier,
) -> Result<Tally, Accepted> {
    let mut tally = Tally::default();
    let mut donor = Witness::default();
    for (number, target) in targets.iter().enumerate() {
        let first = number.checked_rem(stride).unwrap_or_default();
        tally += attack(target, &donor, (first, stride), verifier)?;
        donor = target.proof.witness.clone();
    }
    Ok(tally)
}
