//! The contracts by which proofs of boundaries settle contests: the ways to prove, then what they feed.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolValue, sol};

use super::{PlanError, Planner};

sol! {
    struct ProgramEntry {
        address verifier;
        bytes32 programVKey;
    }
}

/// How contests are settled by proof, which is fixed for ever. Each way suffices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// By re-execution: where L1 has the EXECUTE precompile.
    pub execute: Option<Address>,
    /// By validity proofs.
    pub validity: Option<Validity>,
}

/// Validity proofs of several programs, of which some must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The programs.
    pub programs: Vec<Program>,
    /// How many proofs are wanted.
    pub threshold: u64,
}

/// A program for boundaries in a proof system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Who verifies its proofs on L1.
    pub verifier: Address,
    /// Which program.
    pub key: B256,
}

impl Settlement {
    /// How many contracts it takes.
    pub(super) fn creations(&self) -> u64 {
        u64::from(self.execute.is_some()) + u64::from(self.validity.is_some()) + 1
    }
}

impl Planner<'_> {
    /// Index 0 of its ways to prove is the first one of those chosen: re-execution, validity.
    pub(super) fn settlement(&mut self, settlement: &Settlement) -> Result<Address, PlanError> {
        let mut provers = Vec::new();
        if let Some(precompile) = settlement.execute {
            provers.push(self.create("ReexecutionProver", &precompile.abi_encode())?);
        }
        if let Some(Validity { programs, threshold }) = &settlement.validity {
            let entry = |it: &Program| ProgramEntry { verifier: it.verifier, programVKey: it.key };
            let entries: Vec<_> = programs.iter().map(entry).collect();
            let arguments = (entries, U256::from(*threshold)).abi_encode_params();
            provers.push(self.create("ValidityProver", &arguments)?);
        }
        self.create("Settlement", &(provers,).abi_encode_params())
    }
}
