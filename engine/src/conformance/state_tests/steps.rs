//! Which steps of a trace are verified, and verifying them while it is made.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;

use super::tally::Tally;
use crate::{
    conformance::{
        Selection,
        kind::Kind,
        verifier::{Cost, TRANSACTION_GAS, Verifier},
    },
    machine::{StepInfo, StepProof, StepSink},
};

/// Most bytes that the step's transaction may have on L1, so that the public pools relay it: 90% of 128 KiB.
pub const TRANSACTION_BYTES: usize = 117_964;
/// Bytes of a `resolve` transaction beside the witness: selector, key, offset, length, padding, and what is signed.
const ENVELOPE_BYTES: usize = 4 + 3 * 32 + 31 + 160;
/// Failing steps that are reported of one subcase; there is little to learn from the ones after them.
const REPORTED: usize = 3;

/// The kinds of steps that a trace has.
#[derive(Debug, Default)]
pub struct Survey {
    /// How many steps it has.
    pub steps: u32,
    first: BTreeMap<Kind, u32>,
}

impl StepSink for Survey {
    fn step(&mut self, info: &StepInfo, _: B256) {
        self.first.entry(Kind::of(info)).or_insert(info.index);
        self.steps = info.index + 1;
    }
}

impl Survey {
    /// All steps if there are at most `count`; else the first, the last, the first of each kind, and so many more,
    /// evenly spread, that there are about `count`.
    #[must_use]
    pub fn sample(&self, count: usize) -> BTreeSet<u32> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if count >= self.steps {
            return (0..self.steps).collect();
        }
        let last = self.steps.saturating_sub(1);
        let mut sample: BTreeSet<u32> = self.first.values().copied().chain([0, last]).collect();
        let rest = count.saturating_sub(u32::try_from(sample.len()).unwrap_or(u32::MAX));
        let place = |nth: u32| u64::from(nth) * u64::from(last) / u64::from(rest.max(1));
        sample.extend((1..=rest).filter_map(|nth| u32::try_from(place(nth)).ok()));
        sample
    }
}

/// The steps to be verified.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All.
    All,
    /// These.
    Some(BTreeSet<u32>),
}

impl Wanted {
    /// What `selection` wants of a trace with this survey.
    #[must_use]
    pub fn of(selection: Selection, survey: impl FnOnce() -> Survey) -> Self {
        match selection {
            Selection::All => Self::All,
            Selection::Sample(0) => Self::Some(BTreeSet::new()),
            Selection::Sample(count) => Self::Some(survey().sample(count)),
        }
    }
}

/// Lets the verifier repeat the wanted steps.
pub struct Check<'a> {
    /// The verifier.
    pub verifier: &'a mut Verifier,
    /// The wanted steps.
    pub wanted: Wanted,
    /// Whether each step must fit an L1 transaction.
    pub bounded: bool,
    /// What is counted.
    pub tally: &'a mut Tally,
    /// The first disagreements.
    pub failures: Vec<String>,
}

impl Check<'_> {
    fn fail(&mut self, info: &StepInfo, reason: &str) {
        if self.failures.len() < REPORTED {
            self.failures.push(format!(
                "step {} ({}, {}; pc {} of {} at depth {}): {reason}",
                info.index,
                Kind::of(info).name(),
                info.outcome,
                info.pc,
                info.contract,
                info.depth,
            ));
        }
    }
}

impl StepSink for Check<'_> {
    fn step(&mut self, info: &StepInfo, _: B256) {
        self.tally.step(Kind::of(info));
    }

    fn wants_witness(&self, index: u32) -> bool {
        match &self.wanted {
            Wanted::All => self.failures.len() < REPORTED,
            Wanted::Some(steps) => steps.contains(&index),
        }
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        let Cost { gas, witness_bytes } = match self.verifier.verify(&proof) {
            Ok(cost) => cost,
            Err(rejection) => return self.fail(info, &format!("the verifier {rejection}")),
        };
        let bytes = witness_bytes + ENVELOPE_BYTES;
        if self.bounded && gas > TRANSACTION_GAS {
            return self.fail(info, &format!("{gas} L1 gas"));
        }
        if self.bounded && bytes > TRANSACTION_BYTES {
            return self.fail(info, &format!("a transaction of {bytes} bytes"));
        }
        self.tally.verified(Kind::of(info), gas, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Outcome, Phase};

    fn survey(steps: u32) -> Survey {
        let mut survey = Survey::default();
        for index in 0..steps {
            let mut info = StepInfo { index, phase: Phase::Running, ..StepInfo::default() };
            if index == 13 {
                info.outcome = Outcome::CallDepth;
            }
            survey.step(&info, B256::ZERO);
        }
        survey
    }

    #[test]
    fn a_sample_has_the_ends_each_kind_and_the_number_asked_for() {
        let sample = survey(1_000).sample(7);
        assert_eq!(sample, BTreeSet::from([0, 13, 249, 499, 749, 999]));
        assert_eq!(survey(1_000).sample(1), BTreeSet::from([0, 13, 999]));
    }

    #[test]
    fn a_sample_of_a_short_trace_is_all_of_it() {
        assert_eq!(survey(20).sample(40), (0..20).collect());
        assert_eq!(survey(1).sample(40), BTreeSet::from([0]));
    }

    #[test]
    fn only_what_is_wanted_is_surveyed() {
        let never = || unreachable!("no survey is needed");
        assert!(matches!(Wanted::of(Selection::All, never), Wanted::All));
        assert!(
            matches!(Wanted::of(Selection::Sample(0), never), Wanted::Some(steps) if steps.is_empty())
        );
    }
}
