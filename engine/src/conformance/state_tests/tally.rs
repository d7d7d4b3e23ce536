//! What a run counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
    sync::Arc,
};

use serde::Serialize;

use super::{case::Skipped, normal::Normalisation};
use crate::conformance::kind::Kind;

/// Subcases that are named for each kind of step.
const EXAMPLES: usize = 3;

/// The steps of one kind.
#[derive(Clone, Debug, Default)]
struct Steps {
    traced: u64,
    gas: Vec<u64>,
    bytes: usize,
    /// Steps and names of the shortest subcases that have one.
    examples: BTreeSet<(u64, Arc<str>)>,
}

impl Steps {
    fn add(&mut self, other: &Self) {
        self.traced += other.traced;
        self.gas.extend(&other.gas);
        self.bytes = self.bytes.max(other.bytes);
        self.examples.extend(other.examples.iter().cloned());
        while self.examples.len() > EXAMPLES {
            self.examples.pop_last();
        }
    }
}

/// The counters of a run, or of a part of it.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Subcases in which everything agrees.
    pub passed: u64,
    /// Of these, the ones whose transaction is invalid: the machine skips it.
    pub refused: u64,
    /// Subcases that the machine does not run.
    pub skipped: BTreeMap<Skipped, u64>,
    /// Subcases run on a replacement.
    pub normalised: BTreeMap<Normalisation, u64>,
    /// Subcases with a difference, and which.
    pub failures: Vec<(String, String)>,
    steps: BTreeMap<Kind, Steps>,
}

impl Tally {
    /// A step was traced.
    pub fn step(&mut self, kind: Kind) {
        self.steps.entry(kind).or_default().traced += 1;
    }

    /// The verifier has repeated a step.
    pub fn verified(&mut self, kind: Kind, gas: u64, bytes: usize) {
        let steps = self.steps.entry(kind).or_default();
        steps.gas.push(gas);
        steps.bytes = steps.bytes.max(bytes);
    }

    /// What was counted is all of the subcase `name`.
    pub fn name(&mut self, name: &str) {
        let (traced, name) = (self.steps_traced(), Arc::from(name));
        for steps in self.steps.values_mut() {
            steps.examples = BTreeSet::from([(traced, Arc::clone(&name))]);
        }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.refused += other.refused;
        for (reason, count) in other.skipped {
            *self.skipped.entry(reason).or_default() += count;
        }
        for (reason, count) in other.normalised {
            *self.normalised.entry(reason).or_default() += count;
        }
        self.failures.extend(other.failures);
        for (kind, steps) in other.steps {
            self.steps.entry(kind).or_default().add(&steps);
        }
    }

    /// Steps that the verifier has repeated with the same result.
    #[must_use]
    pub fn steps_verified(&self) -> u64 {
        self.steps.values().map(|steps| steps.gas.len() as u64).sum()
    }

    /// Steps that were traced.
    #[must_use]
    pub fn steps_traced(&self) -> u64 {
        self.steps.values().map(|steps| steps.traced).sum()
    }

    /// The report, for people and programs.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut rows: BTreeMap<(String, String), Steps> = BTreeMap::new();
        for (kind, steps) in &self.steps {
            rows.entry((kind.name(), kind.outcome().to_string())).or_default().add(steps);
        }
        let rows = rows.into_iter().map(|((opcode, outcome), mut steps)| {
            steps.gas.sort_unstable();
            Row {
                opcode,
                outcome,
                steps: steps.traced,
                verified: steps.gas.len() as u64,
                median_gas: steps.gas.get(steps.gas.len() / 2).copied(),
                max_gas: steps.gas.last().copied(),
                max_bytes: Some(steps.bytes).filter(|bytes| *bytes > 0),
                examples: steps.examples.iter().map(|(_, name)| name.to_string()).collect(),
            }
        });
        let counts = |(name, count): (&str, &u64)| (name.to_owned(), *count);
        Report {
            passed: self.passed,
            refused: self.refused,
            failed: self.failures.len() as u64,
            skipped: self.skipped.iter().map(|(it, count)| counts((it.name(), count))).collect(),
            normalised: self
                .normalised
                .iter()
                .map(|(it, count)| counts((it.name(), count)))
                .collect(),
            steps: self.steps_traced(),
            steps_verified: self.steps_verified(),
            kinds: rows.collect(),
            failures: self.failures.iter().cloned().collect(),
        }
    }
}

/// What a run has found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Subcases in which everything agrees.
    pub passed: u64,
    /// Of these, the ones whose transaction is invalid.
    pub refused: u64,
    /// Subcases with a difference.
    pub failed: u64,
    /// Subcases that the machine does not run, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Subcases run on a replacement, by what was replaced.
    pub normalised: BTreeMap<String, u64>,
    /// Steps traced.
    pub steps: u64,
    /// Steps verified.
    pub steps_verified: u64,
    /// The steps by opcode and outcome.
    pub kinds: Vec<Row>,
    /// The differences, by subcase.
    pub failures: BTreeMap<String, String>,
}

/// The steps of one opcode (or phase, or precompile) with one outcome.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Opcode, precompile or phase.
    pub opcode: String,
    /// Outcome.
    pub outcome: String,
    /// Steps traced.
    pub steps: u64,
    /// Steps verified.
    pub verified: u64,
    /// Median L1 gas of the verified ones.
    pub median_gas: Option<u64>,
    /// Most L1 gas of one.
    pub max_gas: Option<u64>,
    /// Most bytes of the L1 transaction of one.
    pub max_bytes: Option<usize>,
    /// The shortest subcases that have one.
    pub examples: Vec<String>,
}

impl Report {
    /// As tables in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let skipped: u64 = self.skipped.values().sum();
        // writing to a string does not fail
        let _ = writeln!(
            text,
            "| subcases | |\n|---|---:|\n| passed | {} |\n| of these with an invalid transaction | {} |\n| failed | {} |\n| skipped | {skipped} |",
            self.passed, self.refused, self.failed
        );
        for (reason, count) in &self.skipped {
            let _ = writeln!(text, "| skipped: {reason} | {count} |");
        }
        for (what, count) in &self.normalised {
            let _ = writeln!(text, "| run with {what} | {count} |");
        }
        let _ = writeln!(
            text,
            "| steps traced | {} |\n| steps verified | {} |\n\n| opcode | outcome | steps | verified | L1 gas, median | L1 gas, max | bytes, max |\n|---|---|---:|---:|---:|---:|---:|",
            self.steps, self.steps_verified
        );
        let cell = |number: Option<u64>| number.map_or(String::new(), |number| number.to_string());
        for row in &self.kinds {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                row.opcode,
                row.outcome,
                row.steps,
                row.verified,
                cell(row.median_gas),
                cell(row.max_gas),
                cell(row.max_bytes.map(|bytes| bytes as u64)),
            );
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (case, why) in &self.failures {
            writeln!(f, "{case}: {why}")?;
        }
        for (reason, count) in &self.skipped {
            writeln!(f, "skipped: {reason}: {count}")?;
        }
        for (what, count) in &self.normalised {
            writeln!(f, "run with {what}: {count}")?;
        }
        writeln!(f, "passed with an invalid transaction: {}", self.refused)?;
        writeln!(f, "steps traced: {}", self.steps)?;
        writeln!(f, "steps verified: {}", self.steps_verified)?;
        let skipped: u64 = self.skipped.values().sum();
        write!(f, "{} passed, {} failed, {skipped} skipped", self.passed, self.failed)
    }
}
