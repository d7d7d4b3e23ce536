//! The rules as the model asks them: answered by the contract, compared with the engine's mirror, remembered, and, where a
//! mutation says so, replaced.

use alloy_primitives::map::HashMap;

use super::{
    ModelError,
    contract::Contract,
    parameters::{Blocks, Mutation, Parameters},
    seats::{Meeting, RANKS, Seats},
};
use crate::dispute::domain::{Clocks, Duration, Instant, Level, Outcome, Side};

/// What the two sides of a match have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pair {
    /// Side One.
    pub(super) one: Blocks,
    /// Side Two.
    pub(super) two: Blocks,
}

impl Pair {
    /// What `side` has left.
    pub(super) const fn of(self, side: Side) -> Blocks {
        match side {
            Side::One => self.one,
            Side::Two => self.two,
        }
    }

    fn map(self, f: impl Fn(Blocks) -> Blocks) -> Self {
        Self { one: f(self.one), two: f(self.two) }
    }

    const fn with(self, side: Side, left: Blocks) -> Self {
        match side {
            Side::One => Self { one: left, ..self },
            Side::Two => Self { two: left, ..self },
        }
    }
}

/// One application of a rule; `elapsed` is counted from the clocks' `since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// `MatchClocks.turningOutcome`.
    TurningOutcome { clocks: Pair, to_move: Side, response: Blocks, elapsed: Blocks },
    /// `MatchClocks.sealedOutcome`.
    SealedOutcome { clocks: Pair, response: Blocks, elapsed: Blocks },
    /// `MatchClocks.afterTurn`.
    AfterTurn { clocks: Pair, mover: Side, response: Blocks, elapsed: Blocks },
    /// `MatchClocks.afterSealed`.
    AfterSealed { clocks: Pair, response: Blocks, elapsed: Blocks },
    /// `Budget.ofJoiner`, so many blocks before joining closes.
    OfJoiner { closing: Blocks },
    /// `Budget.ofSteps`.
    OfSteps { clocks: Pair },
    /// `Budget.afterSteps`.
    AfterSteps { budget: Blocks, rest: Blocks, build: Blocks, response: Blocks },
    /// `Budget.least`.
    Least { censorship: Blocks, response: Blocks, build: Blocks },
    /// `Pairing.arrive`.
    Arrive { seats: Seats, rank: u8 },
    /// `Pairing.finish`.
    Finish { seats: Seats, rank: u8 },
    /// `Pairing.merge`.
    Merge { seats: Seats },
    /// `Delay.ofMatch`; no turns to come means sealed.
    EndOfMatch { level: Level, turns: u8, clocks: Pair, response: Blocks, joiners: u8 },
    /// `Delay.ofTournament`, all instants counted from now.
    EndOfTournament {
        level: Level,
        budget: Blocks,
        closing: Blocks,
        seats: Seats,
        ends: [Blocks; RANKS],
        response: Blocks,
        here: u8,
        joiners: u8,
    },
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleAnswer {
    /// Who wins by time, if somebody does.
    Outcome(Option<Outcome>),
    /// What sides One and Two have left.
    Clocks(Blocks, Blocks),
    /// A clock or budget.
    Blocks(Blocks),
    /// The match that starts, if one does, and the seats after that.
    Seats(Option<Meeting>, Seats),
}

/// All rules under the parameters of a configuration.
pub struct Rules {
    contract: Contract,
    answers: HashMap<Question, RuleAnswer>,
    parameters: Parameters,
    mutation: Option<Mutation>,
}

impl Rules {
    /// Rules that `contract` answers.
    #[must_use]
    pub fn new(contract: Contract, parameters: Parameters) -> Self {
        Self { contract, answers: HashMap::default(), parameters, mutation: None }
    }

    /// From now on other parameters hold, and perhaps a broken rule. What the contract said is kept.
    pub const fn configure(&mut self, parameters: Parameters, mutation: Option<Mutation>) {
        self.parameters = parameters;
        self.mutation = mutation;
    }

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// How many different questions the contract has answered.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.answers.len()
    }

    /// Whether the broken rule is `mutation`.
    pub(super) fn breaks(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    fn ask(&mut self, question: Question) -> Result<RuleAnswer, ModelError> {
        if let Some(&answer) = self.answers.get(&question) {
            return Ok(answer);
        }
        let answer = self.contract.answer(&question)?;
        if let Some(mirror) = mirror(&question)?
            && answer != mirror
        {
            return Err(ModelError::Disagree {
                question: format!("{question:?}"),
                answer: format!("{answer:?}"),
                mirror: format!("{mirror:?}"),
            });
        }
        self.answers.insert(question, answer);
        Ok(answer)
    }

    fn outcome(&mut self, question: Question) -> Result<Option<Outcome>, ModelError> {
        match self.ask(question)? {
            RuleAnswer::Outcome(outcome) => Ok(outcome),
            answer => Err(wrong_kind(&question, &answer)),
        }
    }

    fn clocks(&mut self, question: Question) -> Result<Pair, ModelError> {
        match self.ask(question)? {
            RuleAnswer::Clocks(one, two) => Ok(Pair { one, two }),
            answer => Err(wrong_kind(&question, &answer)),
        }
    }

    pub(super) fn blocks(&mut self, question: Question) -> Result<Blocks, ModelError> {
        match self.ask(question)? {
            RuleAnswer::Blocks(blocks) => Ok(blocks),
            answer => Err(wrong_kind(&question, &answer)),
        }
    }

    fn seats(&mut self, question: Question) -> Result<(Option<Meeting>, Seats), ModelError> {
        match self.ask(question)? {
            RuleAnswer::Seats(meeting, seats) => Ok((meeting, seats)),
            answer => Err(wrong_kind(&question, &answer)),
        }
    }

    /// The elapsed time by which expiry is judged.
    fn judged(&self, elapsed: Blocks) -> Blocks {
        if self.breaks(Mutation::EqualityInTime) { elapsed.saturating_sub(1) } else { elapsed }
    }

    /// Who wins by time while `to_move` is to move.
    pub(super) fn turning_outcome(
        &mut self,
        clocks: Pair,
        to_move: Side,
        elapsed: Blocks,
    ) -> Result<Option<Outcome>, ModelError> {
        let (response, elapsed) = (self.parameters.response, self.judged(elapsed));
        self.outcome(Question::TurningOutcome { clocks, to_move, response, elapsed })
    }

    /// Who wins by time while both clocks run.
    pub(super) fn sealed_outcome(
        &mut self,
        clocks: Pair,
        elapsed: Blocks,
    ) -> Result<Option<Outcome>, ModelError> {
        let (response, elapsed) = (self.parameters.response, self.judged(elapsed));
        self.outcome(Question::SealedOutcome { clocks, response, elapsed })
    }

    /// The clocks after a turn of `mover`.
    pub(super) fn after_turn(
        &mut self,
        clocks: Pair,
        mover: Side,
        elapsed: Blocks,
    ) -> Result<Pair, ModelError> {
        let response = self.parameters.response;
        if self.breaks(Mutation::BankedAllowance) {
            return Ok(clocks.with(mover, clocks.of(mover) + response - elapsed));
        }
        self.clocks(Question::AfterTurn { clocks, mover, response, elapsed })
    }

    /// The clocks after both have run.
    pub(super) fn after_sealed(
        &mut self,
        clocks: Pair,
        elapsed: Blocks,
    ) -> Result<Pair, ModelError> {
        let response = self.parameters.response;
        if self.breaks(Mutation::BankedAllowance) {
            return Ok(clocks.map(|left| (left + response).saturating_sub(elapsed)));
        }
        self.clocks(Question::AfterSealed { clocks, response, elapsed })
    }

    /// Clock of a commitment that joins a tournament of `budget`, `closing` blocks before joining closes.
    pub(super) fn of_joiner(
        &mut self,
        budget: Blocks,
        closing: Blocks,
    ) -> Result<Blocks, ModelError> {
        if self.breaks(Mutation::FreeLateness) {
            return Ok(budget);
        }
        self.blocks(Question::OfJoiner { closing })
    }

    /// Budget of the step tournament of a match.
    pub(super) fn of_steps(&mut self, clocks: Pair) -> Result<Blocks, ModelError> {
        self.blocks(Question::OfSteps { clocks })
    }

    /// Clock of the winner of a slot match, whose step commitment had `rest` left of `budget`.
    pub(super) fn after_steps(
        &mut self,
        budget: Blocks,
        rest: Blocks,
    ) -> Result<Blocks, ModelError> {
        let Parameters { build, response, .. } = self.parameters;
        if self.breaks(Mutation::NoRefill) {
            return Ok(budget.min(rest));
        }
        if self.breaks(Mutation::SmallRefill) {
            return Ok(budget.min(rest + build + response - 1));
        }
        self.blocks(Question::AfterSteps { budget, rest, build, response })
    }

    /// The budget that the contract's constructor demands at the least.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn least(&mut self) -> Result<Blocks, ModelError> {
        let Parameters { censorship, response, build, .. } = self.parameters;
        self.blocks(Question::Least { censorship, response, build })
    }

    /// A commitment of `rank` arrives.
    pub(super) fn arrive(
        &mut self,
        seats: Seats,
        rank: u8,
    ) -> Result<(Option<Meeting>, Seats), ModelError> {
        self.seats(Question::Arrive { seats, rank })
    }

    /// A match whose winner gets `rank` is over.
    pub(super) fn finish(&mut self, seats: Seats, rank: u8) -> Result<Seats, ModelError> {
        Ok(self.seats(Question::Finish { seats, rank })?.1)
    }

    /// The two lowest leftovers meet, if they may.
    pub(super) fn merge(&mut self, seats: Seats) -> Result<(Option<Meeting>, Seats), ModelError> {
        let idle = seats.running.iter().all(|&count| count == 0);
        if self.breaks(Mutation::MergeWhenIdle) && !idle {
            return Ok((None, seats));
        }
        self.seats(Question::Merge { seats })
    }
}

fn wrong_kind(question: &Question, answer: &RuleAnswer) -> ModelError {
    ModelError::Kind { question: format!("{question:?}"), answer: format!("{answer:?}") }
}

/// What the engine says, by which the honest player plans; it has no bound of the delay.
fn mirror(question: &Question) -> Result<Option<RuleAnswer>, ModelError> {
    let run = |clocks: Pair| Clocks {
        one: Duration(clocks.one.into()),
        two: Duration(clocks.two.into()),
        since: Instant(0),
    };
    let allowance = |response: Blocks| Duration(response.into());
    let at = |elapsed: Blocks| Instant(elapsed.into());
    let charged = |left: Blocks, response: Blocks, elapsed: Blocks| {
        left.saturating_sub(elapsed.saturating_sub(response))
    };
    Ok(Some(match *question {
        Question::TurningOutcome { clocks, to_move, response, elapsed } => RuleAnswer::Outcome(
            run(clocks).turning_outcome(to_move, allowance(response), at(elapsed)),
        ),
        Question::SealedOutcome { clocks, response, elapsed } => {
            RuleAnswer::Outcome(run(clocks).sealed_outcome(allowance(response), at(elapsed)))
        }
        Question::AfterTurn { clocks, mover, response, elapsed } => {
            let left = clocks.with(mover, charged(clocks.of(mover), response, elapsed));
            RuleAnswer::Clocks(left.one, left.two)
        }
        Question::AfterSealed { clocks, response, elapsed } => {
            let left = clocks.map(|left| charged(left, response, elapsed));
            RuleAnswer::Clocks(left.one, left.two)
        }
        Question::OfJoiner { closing } => RuleAnswer::Blocks(closing),
        Question::OfSteps { clocks } => RuleAnswer::Blocks(clocks.one.max(clocks.two)),
        Question::AfterSteps { budget, rest, build, response } => {
            RuleAnswer::Blocks(budget.min(rest + build + 2 * response))
        }
        Question::Least { censorship, response, build } => {
            RuleAnswer::Blocks(Parameters::least(censorship, response, build).budget)
        }
        Question::Arrive { seats, rank } => {
            let (meeting, seats) = seats.arrive(rank)?;
            RuleAnswer::Seats(meeting, seats)
        }
        Question::Finish { seats, rank } => RuleAnswer::Seats(None, seats.finish(rank)?),
        Question::Merge { seats } => {
            let (meeting, seats) = seats.merge()?;
            RuleAnswer::Seats(meeting, seats)
        }
        Question::EndOfMatch { .. } | Question::EndOfTournament { .. } => return Ok(None),
    }))
}
