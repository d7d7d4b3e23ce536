//! What the steps of a case cost on L1.

use std::{path::Path, sync::LazyLock};

use alloy_primitives::B256;
use serde_json::{Value, json};
use surety_engine::{
    conformance::{Verifier, verifier::TRANSACTION_GAS},
    execute::block::{Effect, LAST_SLOT, execute_block},
    machine::{SlotInput, StepInfo, StepProof, StepSink, opcode, trace_slot},
    rules::limits::Limits,
};

use crate::{
    scenario::{Scenario, verifier},
    scratch::{deepen, touches},
};

/// The most bytes of an L1 transaction: nodes pass on no transaction over 128 KiB, and some is kept in hand.
const TRANSACTION_BYTES: u64 = 117_964;
/// What an L1 transaction holds beside the witness: its envelope, `resolve`'s other arguments.
const AROUND: usize = 500;
/// Steps that a slot commitment has room for.
const STEPS: u32 = 1 << 24;

/// Steps of a case that are proven, if it does not say otherwise.
const PROVEN: u32 = 3_000;

/// How the transaction of a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Success,
    Failure,
    Skip,
    /// There is none.
    NoTransaction,
}

/// A block with one transaction that is dear to prove.
pub struct Case {
    pub name: &'static str,
    pub scenario: Scenario,
    pub end: End,
    /// The steps whose peaks are reported; all must fit.
    pub focus: fn(&StepInfo) -> bool,
    /// Which steps are proven, by their numbers in their slots; the others repeat them and are counted only.
    pub proven: fn(u32) -> bool,
    /// Whether the block's own steps are measured, too.
    pub has_block: bool,
    /// Whether each step is proven over a deep scratch trie.
    pub is_scratch_deep: bool,
}

impl Case {
    /// A case all of whose steps are of interest.
    pub fn new(name: &'static str, scenario: Scenario, end: End) -> Self {
        Self {
            name,
            scenario,
            end,
            focus: |_| true,
            proven: |index| index < PROVEN,
            has_block: end == End::NoTransaction,
            is_scratch_deep: false,
        }
    }
}

/// The dearest step of a case in one respect.
#[derive(Clone, Copy, Default)]
struct Peak {
    amount: u64,
    what: &'static str,
}

impl Peak {
    fn rise(&mut self, amount: u64, what: &'static str) {
        if amount > self.amount {
            *self = Self { amount, what };
        }
    }
}

/// What a case costs.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    steps: u32,
    /// L1 gas of the transaction that proves a step.
    gas: Peak,
    /// Its size in bytes.
    bytes: Peak,
}

impl Cost {
    pub fn to_json(self, case: &str) -> Value {
        json!({
            "case": case,
            "steps": self.steps,
            "gas": self.gas.amount,
            "gasStep": self.gas.what,
            "bytes": self.bytes.amount,
            "bytesStep": self.bytes.what,
        })
    }
}

/// L1 gas of `Tournament.resolve` beside what the verifier and its calldata cost, by the committed numbers.
static RESOLVE: LazyLock<u64> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/Dispute.json");
    let numbers: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let gas = numbers["resolve, without the verifier's own"].as_str().unwrap();
    gas.parse::<u64>().unwrap() - 21_000
});

/// What an EVM keeps of the gas at a call, here the one that the tournament makes.
const KEPT: u64 = TRANSACTION_GAS / 64;

struct Measuring<'a> {
    verifier: &'a mut Verifier,
    focus: fn(&StepInfo) -> bool,
    proven: fn(u32) -> bool,
    is_scratch_deep: bool,
    /// A step that waits for its successor.
    held: Option<(StepInfo, StepProof)>,
    cost: Cost,
    failure: Option<String>,
}

impl Measuring<'_> {
    fn check(&mut self, info: &StepInfo, proof: &StepProof) {
        let what = info.opcode.map_or_else(|| info.phase.name(), opcode::name);
        let bytes = proof.witness.encode().map_or(usize::MAX, |witness| witness.len() + AROUND);
        let bytes = bytes as u64;
        let failure = match self.verifier.check(proof).map(|gas| gas + *RESOLVE) {
            Ok(gas) if gas >= TRANSACTION_GAS - KEPT => format!("{gas} gas"),
            Ok(_) if bytes >= TRANSACTION_BYTES => format!("{bytes} bytes"),
            Ok(gas) => {
                if (self.focus)(info) {
                    self.cost.gas.rise(gas, what);
                    self.cost.bytes.rise(bytes, what);
                }
                return;
            }
            Err(rejection) => rejection.to_string(),
        };
        self.failure = Some(format!("step {} ({what}, {bytes} bytes): {failure}", info.index));
    }
}

impl StepSink for Measuring<'_> {
    fn step(&mut self, _: &StepInfo, _: B256) {
        self.cost.steps += 1;
    }

    fn wants_witness(&self, index: u32) -> bool {
        (self.proven)(index) && self.failure.is_none()
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        if let Some((info, held)) = self.held.take() {
            let touches = touches(&info, &held.witness, &proof.witness);
            let held = match touches[..] {
                [] => held,
                _ => deepen(held, &touches, &proof.witness),
            };
            self.check(&info, &held);
        }
        if self.is_scratch_deep && info.phase.has_frame() {
            self.held = Some((*info, proof));
        } else {
            self.check(info, &proof);
        }
    }
}

/// Proves every step of the case's transaction.
///
/// # Errors
/// What goes wrong, a step that does not fit a transaction included.
pub fn measure(case: Case) -> Result<Cost, String> {
    let (parent, input, mut pending) = case.scenario.into_block();
    let limits = Limits::SURETY;
    let outcome = execute_block(&mut pending, &parent, &input, &limits)
        .map_err(|error| format!("execution: {error:?}"))?;
    let mut verifier = verifier(&limits);
    let mut sink = Measuring {
        verifier: &mut verifier,
        focus: case.focus,
        proven: case.proven,
        is_scratch_deep: case.is_scratch_deep,
        held: None,
        cost: Cost::default(),
        failure: None,
    };
    let mut boundary = &parent;
    let mut end = End::NoTransaction;
    for slot in &outcome.slots {
        end = match &slot.effect {
            Effect::Executed(executed) if executed.status => End::Success,
            Effect::Executed(_) => End::Failure,
            Effect::Skipped(_) => End::Skip,
            _ => end,
        };
        if case.has_block || !matches!(slot.slot, 0 | LAST_SLOT) {
            let slot = SlotInput {
                slot: slot.slot.into(),
                boundary,
                block: Some(&input),
                limits: &limits,
            };
            trace_slot(&pending, &slot, &mut sink).map_err(|error| format!("trace: {error:?}"))?;
        }
        boundary = &slot.boundary;
    }
    let Measuring { cost, failure, .. } = sink;
    match failure {
        Some(failure) => Err(failure),
        None if end != case.end => Err(format!("ends with {end:?}")),
        None if cost.steps >= STEPS => Err(format!("{} steps", cost.steps)),
        None => Ok(cost),
    }
}
