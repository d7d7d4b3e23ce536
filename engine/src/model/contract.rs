//! `contracts/test/support/TournamentRules.sol` on an L1 in memory: the tournament's libraries as the contracts are
//! compiled, one rule a call.

use std::path::Path;

use alloy_primitives::{Address, Bytes, TxKind, aliases::U40};
use alloy_sol_types::SolCall;
use revm::{
    ExecuteCommitEvm, ExecuteEvm, MainBuilder,
    context::{BlockEnv, TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
    handler::{MainnetContext, MainnetEvm},
};

use super::{
    parameters::Blocks,
    rules::{Pair, Question, RuleAnswer},
    seats::{Meeting, RANKS, Seats},
};
use crate::{
    deploy::{ArtifactError, Artifacts},
    dispute::domain::{Level, Outcome, Side},
    execute::environment::{SPEC, cfg_env},
};

mod abi {
    alloy_sol_types::sol! {
        struct Clocks { uint40 one; uint40 two; uint40 since; }
        struct Seats { uint32 waiting; uint32[] running; }
        struct Joiners { uint32 here; uint32 steps; }
        struct Meeting { bool met; uint8 one; uint8 two; uint8 rank; }

        function turningOutcome(Clocks clocks, uint8 toMove, uint40 allowance, uint40 current) returns (uint8 outcome);
        function sealedOutcome(Clocks clocks, uint40 allowance, uint40 current) returns (uint8 outcome);
        function afterTurn(Clocks clocks, uint8 mover, uint40 allowance, uint40 current) returns (Clocks left);
        function afterSealed(Clocks clocks, uint40 allowance, uint40 current) returns (Clocks left);
        function ofJoiner(uint40 closing, uint40 current) returns (uint40 left);
        function ofSteps(Clocks clocks) returns (uint40 budget);
        function afterSteps(uint40 budget, uint40 rest, uint40 build, uint40 response) returns (uint40 left);
        function least(uint40 censorship, uint40 response, uint40 build) returns (uint40 budget);
        function arrive(Seats seats, uint8 rank) returns (Meeting meeting, Seats left);
        function finish(Seats seats, uint8 rank) returns (Seats left);
        function merge(Seats seats) returns (Meeting meeting, Seats left);
        function endOfMatch(uint8 level, uint8 phase, uint8 height, Clocks clocks, uint40 response, uint32 stepJoiners)
            returns (uint40 end);
        function endOfTournament(
            uint8 level,
            uint40 budget,
            uint40 closing,
            Seats seats,
            uint40[] ends,
            uint40 current,
            uint40 response,
            Joiners joiners
        ) returns (uint40 end);
    }
}

const GAS: u64 = 10_000_000;

/// The block in which every clock begins: the rules look at differences only.
const SINCE: u64 = 1000;

const TURNING: u8 = 1;
const SEALED: u8 = 3;
const LEVELS_OF_A_TURN: u8 = 4;

/// Why the contract gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It is not compiled.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// It cannot be deployed, it reverts or it halts.
    #[error("{question}: {reason}")]
    Failed {
        /// What was asked.
        question: String,
        /// What came back.
        reason: String,
    },
}

/// The deployed contract.
pub struct Contract {
    evm: MainnetEvm<MainnetContext<CacheDB<EmptyDB>>>,
    address: Address,
}

impl Contract {
    /// Deploys what forge compiled into `out`.
    ///
    /// # Errors
    /// [`ContractError`].
    pub fn deploy(out: &Path) -> Result<Self, ContractError> {
        let initcode = Artifacts::new(out).initcode("TournamentRules")?;
        let context = MainnetContext::new(CacheDB::new(EmptyDB::default()), SPEC)
            .with_cfg(cfg_env(1))
            .with_block(BlockEnv { basefee: 0, ..BlockEnv::default() });
        let mut evm = context.build_mainnet();
        let failed = |reason| ContractError::Failed { question: "deployment".to_owned(), reason };
        let create = TxEnv { kind: TxKind::Create, data: initcode, nonce: 0, ..transaction() };
        match evm.transact_commit(create) {
            Ok(ExecutionResult::Success { .. }) => {
                Ok(Self { evm, address: Address::ZERO.create(0) })
            }
            Ok(failure) => Err(failed(format!("{failure:?}"))),
            Err(error) => Err(failed(format!("{error:?}"))),
        }
    }

    fn call<C: SolCall>(&mut self, call: &C) -> Result<C::Return, ContractError> {
        let failed = |reason| ContractError::Failed { question: C::SIGNATURE.to_owned(), reason };
        let data = Bytes::from(call.abi_encode());
        let transaction =
            TxEnv { kind: TxKind::Call(self.address), data, nonce: 1, ..transaction() };
        match self.evm.transact(transaction).map(|done| done.result) {
            Ok(result @ ExecutionResult::Success { .. }) => {
                let output = result.output().cloned().unwrap_or_default();
                C::abi_decode_returns(&output).map_err(|error| failed(error.to_string()))
            }
            Ok(failure) => Err(failed(format!("{failure:?}"))),
            Err(error) => Err(failed(format!("{error:?}"))),
        }
    }
}

impl Contract {
    /// What the contract says.
    pub(super) fn answer(&mut self, question: &Question) -> Result<RuleAnswer, ContractError> {
        let current = |elapsed: Blocks| U40::from(SINCE + u64::from(elapsed));
        let blocks = |duration: Blocks| U40::from(duration);
        Ok(match *question {
            Question::TurningOutcome { clocks, to_move, response, elapsed } => {
                let call = abi::turningOutcomeCall {
                    clocks: encode(clocks),
                    toMove: side(to_move),
                    allowance: blocks(response),
                    current: current(elapsed),
                };
                RuleAnswer::Outcome(outcome(self.call(&call)?))
            }
            Question::SealedOutcome { clocks, response, elapsed } => {
                let call = abi::sealedOutcomeCall {
                    clocks: encode(clocks),
                    allowance: blocks(response),
                    current: current(elapsed),
                };
                RuleAnswer::Outcome(outcome(self.call(&call)?))
            }
            Question::AfterTurn { clocks, mover, response, elapsed } => {
                let call = abi::afterTurnCall {
                    clocks: encode(clocks),
                    mover: side(mover),
                    allowance: blocks(response),
                    current: current(elapsed),
                };
                let left = self.call(&call)?;
                RuleAnswer::Clocks(decode(left.one), decode(left.two))
            }
            Question::AfterSealed { clocks, response, elapsed } => {
                let call = abi::afterSealedCall {
                    clocks: encode(clocks),
                    allowance: blocks(response),
                    current: current(elapsed),
                };
                let left = self.call(&call)?;
                RuleAnswer::Clocks(decode(left.one), decode(left.two))
            }
            Question::OfJoiner { closing } => {
                let call =
                    abi::ofJoinerCall { closing: current(closing), current: U40::from(SINCE) };
                RuleAnswer::Blocks(decode(self.call(&call)?))
            }
            Question::OfSteps { clocks } => {
                let call = abi::ofStepsCall { clocks: encode(clocks) };
                RuleAnswer::Blocks(decode(self.call(&call)?))
            }
            Question::AfterSteps { budget, rest, build, response } => {
                let call = abi::afterStepsCall {
                    budget: blocks(budget),
                    rest: blocks(rest),
                    build: blocks(build),
                    response: blocks(response),
                };
                RuleAnswer::Blocks(decode(self.call(&call)?))
            }
            Question::Least { censorship, response, build } => {
                let call = abi::leastCall {
                    censorship: blocks(censorship),
                    response: blocks(response),
                    build: blocks(build),
                };
                RuleAnswer::Blocks(decode(self.call(&call)?))
            }
            Question::Arrive { seats, rank } => {
                let done = self.call(&abi::arriveCall { seats: pack(seats), rank })?;
                RuleAnswer::Seats(meeting(&done.meeting), unpack(&done.left))
            }
            Question::Finish { seats, rank } => {
                let left = self.call(&abi::finishCall { seats: pack(seats), rank })?;
                RuleAnswer::Seats(None, unpack(&left))
            }
            Question::Merge { seats } => {
                let done = self.call(&abi::mergeCall { seats: pack(seats) })?;
                RuleAnswer::Seats(meeting(&done.meeting), unpack(&done.left))
            }
            Question::EndOfMatch { level, turns, clocks, response, joiners } => {
                let call = abi::endOfMatchCall {
                    level: level_number(level),
                    phase: if turns == 0 { SEALED } else { TURNING },
                    height: LEVELS_OF_A_TURN * turns,
                    clocks: encode(clocks),
                    response: blocks(response),
                    stepJoiners: joiners.into(),
                };
                RuleAnswer::Blocks(from_now(self.call(&call)?))
            }
            Question::EndOfTournament {
                level,
                budget,
                closing,
                seats,
                ends,
                response,
                here,
                joiners,
            } => {
                let call = abi::endOfTournamentCall {
                    level: level_number(level),
                    budget: blocks(budget),
                    closing: current(closing),
                    seats: pack(seats),
                    ends: ends.map(current).to_vec(),
                    current: current(0),
                    response: blocks(response),
                    joiners: abi::Joiners { here: here.into(), steps: joiners.into() },
                };
                RuleAnswer::Blocks(from_now(self.call(&call)?))
            }
        })
    }
}

fn transaction() -> TxEnv {
    TxEnv { gas_limit: GAS, gas_price: 0, ..TxEnv::default() }
}

fn encode(clocks: Pair) -> abi::Clocks {
    abi::Clocks { one: U40::from(clocks.one), two: U40::from(clocks.two), since: U40::from(SINCE) }
}

/// What does not fit is no number of the model: the comparison with the mirror then fails.
fn decode(blocks: U40) -> Blocks {
    blocks.saturating_to()
}

fn from_now(instant: U40) -> Blocks {
    decode(instant.saturating_sub(U40::from(SINCE)))
}

const fn level_number(level: Level) -> u8 {
    match level {
        Level::Slots => 0,
        Level::Steps => 1,
    }
}

const fn side(side: Side) -> u8 {
    match side {
        Side::One => 0,
        Side::Two => 1,
    }
}

const fn outcome(outcome: u8) -> Option<Outcome> {
    match outcome {
        0 => None,
        1 => Some(Outcome::One),
        2 => Some(Outcome::Two),
        _ => Some(Outcome::Neither),
    }
}

fn pack(seats: Seats) -> abi::Seats {
    abi::Seats {
        waiting: seats.waiting.into(),
        running: seats.running.iter().map(|&count| count.into()).collect(),
    }
}

fn unpack(seats: &abi::Seats) -> Seats {
    let mut running = [u8::MAX; RANKS];
    for (count, given) in running.iter_mut().zip(&seats.running) {
        *count = (*given).try_into().unwrap_or(u8::MAX);
    }
    Seats { waiting: seats.waiting.try_into().unwrap_or(u8::MAX), running }
}

fn meeting(given: &abi::Meeting) -> Option<Meeting> {
    given.met.then_some(Meeting { one: given.one, two: given.two, rank: given.rank })
}
