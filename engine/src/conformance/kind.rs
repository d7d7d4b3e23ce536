//! Kinds of steps.

use std::fmt;

use crate::machine::{Outcome, Phase, StepInfo, opcode};

/// What a step does and how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    phase: Phase,
    opcode: Option<u8>,
    precompile: u16,
    outcome: Outcome,
}

impl Kind {
    /// The kind of a step.
    #[must_use]
    pub fn of(info: &StepInfo) -> Self {
        let precompile = match info.phase {
            Phase::Precompile => {
                let [.., high, low] = info.contract.0.0;
                u16::from_be_bytes([high, low])
            }
            _ => 0,
        };
        Self { phase: info.phase, opcode: info.opcode, precompile, outcome: info.outcome }
    }

    /// What it does: its opcode, the precompile it runs, or the phase.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.opcode, self.phase) {
            (Some(code), _) => opcode::name(code).to_owned(),
            (None, Phase::Precompile) => format!("Precompile 0x{:02x}", self.precompile),
            (None, phase) => phase.name().to_owned(),
        }
    }

    /// How it ends.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.outcome)
    }
}
