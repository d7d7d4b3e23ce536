//! Programs whose last opcode is tried with exact gas.

use std::collections::HashMap;

use alloy_primitives::{Address, U256, keccak256};
use revm::bytecode::opcode as op;
use surety_engine::machine::{Outcome, StepInfo, opcode};

use crate::{
    cells::{Cell, UNDEFINED, is_defined, out_of_gas},
    program::Program,
    run::{Proven, Reached, prove},
    scenario::Scenario,
};

/// More gas than any trial needs.
const PLENTY: u64 = 1_000_000;
/// Trials of one block.
const BLOCK: usize = 400;

/// A contract whose code ends in an opcode of interest.
#[derive(Clone)]
pub struct Trial {
    code: Vec<u8>,
    /// Where the opcode is.
    pc: u32,
    /// How it ends with plenty of gas.
    outcome: Outcome,
    /// What it charges, in order; the sum is its whole price.
    charges: Vec<(&'static str, u64)>,
    is_static: bool,
    gas: u64,
    /// Makes the state that the contract needs.
    prepare: fn(&mut Scenario, Address),
}

impl Trial {
    /// `opcode` after `prelude` and the pushes of its arguments, the first one for the top.
    pub fn new(prelude: Program, opcode: u8, arguments: &[U256]) -> Self {
        let code = prelude.with(opcode, arguments).0;
        let pc = code.len() as u32 - 1;
        Self {
            code,
            pc,
            outcome: Outcome::Success,
            charges: Vec::new(),
            is_static: false,
            gas: PLENTY,
            prepare: |_, _| {},
        }
    }

    /// The same with small numbers and nothing before.
    pub fn of(opcode: u8, arguments: &[u64]) -> Self {
        let arguments: Vec<U256> = arguments.iter().copied().map(U256::from).collect();
        Self::new(Program::new(), opcode, &arguments)
    }

    pub fn ending(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    pub fn charging(self, charges: &[(&'static str, u64)]) -> Self {
        Self { charges: charges.to_vec(), ..self }
    }

    pub fn in_static_call(self) -> Self {
        Self { is_static: true, ..self }
    }

    /// With so much instead of plenty.
    pub fn with_gas(self, gas: u64) -> Self {
        Self { gas, ..self }
    }

    pub fn with(self, prepare: fn(&mut Scenario, Address)) -> Self {
        Self { prepare, ..self }
    }

    /// Code behind the opcode.
    pub fn followed_by(mut self, code: &[u8]) -> Self {
        self.code.extend_from_slice(code);
        self
    }

    fn opcode(&self) -> u8 {
        self.code[self.pc as usize]
    }

    fn name(&self) -> String {
        let opcode = self.opcode();
        if is_defined(opcode) { opcode::name(opcode).to_owned() } else { UNDEFINED.to_owned() }
    }
}

/// A trial with the gas that its frame has.
struct Attempt<'a> {
    trial: &'a Trial,
    gas: u64,
}

/// Runs all trials with plenty of gas, then with exactly what they need, then with one less than each charge needs.
pub fn run(trials: &[Trial], reached: &mut Reached) {
    let plenty: Vec<_> = trials.iter().map(|trial| Attempt { trial, gas: trial.gas }).collect();
    let proven = attempt(&plenty, reached);
    let mut exact = Vec::new();
    let mut short = Vec::new();
    for (trial, step) in trials.iter().zip(&proven) {
        assert_eq!(step.info.outcome, trial.outcome, "{} with plenty of gas", trial.name());
        if trial.charges.is_empty() || trial.is_static {
            continue;
        }
        let mut gas = trial.gas - step.gas;
        for (charge, amount) in &trial.charges {
            gas += amount;
            short.push((*charge, Attempt { trial, gas: gas - 1 }));
        }
        exact.push(Attempt { trial, gas });
    }
    for (Attempt { trial, .. }, step) in exact.iter().zip(attempt(&exact, reached)) {
        assert_eq!(step.info.outcome, trial.outcome, "{} with exact gas", trial.name());
    }
    let (charges, short): (Vec<_>, Vec<_>) = short.into_iter().unzip();
    // these go by their charges
    let mut lumped = Reached::new();
    let proven = attempt(&short, &mut lumped);
    for ((charge, Attempt { trial, .. }), step) in charges.into_iter().zip(&short).zip(proven) {
        let expected = [Outcome::OutOfGas, Outcome::MemoryOutOfGas];
        assert!(
            expected.contains(&step.info.outcome),
            "{}, {charge}: {:?}",
            trial.name(),
            step.info.outcome
        );
        *reached.entry(Cell::new(trial.name(), out_of_gas(charge))).or_default() += 1;
    }
    lumped.retain(|cell, _| !cell.end.starts_with("out of gas"));
    for (cell, count) in lumped {
        *reached.entry(cell).or_default() += count;
    }
}

/// Each attempt's contract in a block with others; returns the tried steps in order.
fn attempt(attempts: &[Attempt<'_>], reached: &mut Reached) -> Vec<Proven> {
    let mut tried = Vec::new();
    for (block, attempts) in attempts.chunks(BLOCK).enumerate() {
        let mut scenario = Scenario::new();
        scenario.limits.block_gas = 1 << 40;
        let place = |number: usize| [block, number].map(usize::to_be_bytes).concat();
        let mut numbers = HashMap::new();
        for (number, Attempt { trial, gas }) in attempts.iter().enumerate() {
            let target = Address::from_word(keccak256(place(number)));
            numbers.insert((target, trial.pc), number);
            scenario.contract(target, &trial.code);
            scenario.slot(target, 1, 1);
            (trial.prepare)(&mut scenario, target);
            if trial.is_static {
                let caller = Program::new().call_without_value(op::STATICCALL, target, *gas, 0, 0);
                let caller = scenario.contract(target.create(0), &caller.0);
                scenario.call(caller, 2 * PLENTY);
            } else {
                scenario.call(target, 21_000 + gas);
            }
        }
        let number = |step: &StepInfo| {
            step.opcode.and_then(|_| numbers.get(&(step.contract, step.pc)).copied())
        };
        let mut steps: Vec<Option<Proven>> = attempts.iter().map(|_| None).collect();
        for step in prove(scenario, reached, |step| number(step).is_some()) {
            if let Some(number) = number(&step.info) {
                steps[number] = Some(step);
            }
        }
        for (step, Attempt { trial, gas }) in steps.into_iter().zip(attempts) {
            tried
                .push(step.unwrap_or_else(|| panic!("{} is not reached with {gas}", trial.name())));
        }
    }
    tried
}
