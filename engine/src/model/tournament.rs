//! One tournament of either level: who joins when, who meets whom, and when it is decided.

use super::{
    ModelError,
    event::{Event, What},
    matches::{Matches, Settled},
    parameters::{Blocks, Parameters},
    process::{Following, Next, NodeId, Nodes, Process, Told},
    rules::{Pair, Rules},
    seats::{Meeting, RANKS, Seats},
};
use crate::dispute::domain::Side;

/// A commitment that waits. Rivals with the same clock are the same to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Player {
    /// Whether it is the honest one.
    pub(super) honest: bool,
    /// What its clock has left.
    pub(super) left: Blocks,
}

/// Whether the honest commitment is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Honest {
    /// There is none: a tournament between rivals.
    Absent,
    /// Its tree is built so many blocks from now.
    Building(Blocks),
    /// It has been due for so many uncensored blocks.
    Due(Blocks),
    /// It has joined.
    Joined,
}

/// A match under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Running {
    /// The rank it gives its winner.
    rank: u8,
    node: NodeId,
}

/// A tournament between two choices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tournament {
    budget: Blocks,
    /// Blocks until joining closes.
    closing: Blocks,
    honest: Honest,
    /// Rivals that may still come.
    rivals: u8,
    /// Who waits, by rank.
    waiting: [Option<Player>; RANKS],
    /// Sorted, since which of two equal matches is which makes no difference.
    running: Vec<Running>,
    /// Uncensored blocks for which the honest player has owed a merge.
    owed: Blocks,
}

/// What a tournament comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    /// This one is left, or none.
    Decided(Option<Player>),
    /// The honest commitment is out, or came too late.
    HonestLost,
}

type Choice = Told<Next<Tournament, End>>;

impl Tournament {
    pub(super) const fn budget(&self) -> Blocks {
        self.budget
    }

    pub(super) const fn closing(&self) -> Blocks {
        self.closing
    }

    pub(super) const fn honest(&self) -> Honest {
        self.honest
    }

    pub(super) const fn rivals(&self) -> u8 {
        self.rivals
    }

    /// The matches under way, with the ranks they give their winners.
    pub(super) fn running(&self) -> impl Iterator<Item = (u8, NodeId)> {
        self.running.iter().map(|running| (running.rank, running.node))
    }

    pub(super) fn seats(&self) -> Seats {
        let waiting = self.waiting.iter().map(Option::is_some);
        Seats::of(waiting, self.running.iter().map(|running| running.rank))
    }

    fn take(&mut self, rank: u8) -> Result<Player, ModelError> {
        let seat = self.waiting.get_mut(usize::from(rank)).and_then(Option::take);
        seat.ok_or(ModelError::Rank(rank))
    }

    fn decided(&self) -> bool {
        self.closing == 0 && self.running.is_empty() && !self.seats().several()
    }

    fn missed(&self) -> bool {
        self.closing == 0 && matches!(self.honest, Honest::Building(_) | Honest::Due(_))
    }

    fn result(&self) -> End {
        let winner = self.waiting.iter().flatten().next().copied();
        let honest = winner.is_some_and(|winner| winner.honest);
        if self.honest == Honest::Absent || honest { End::Decided(winner) } else { End::HonestLost }
    }
}

/// The tournaments of one level.
pub(super) struct Tournaments {
    rivals: u8,
    matches: Matches,
    nodes: Nodes<Tournament, End>,
    traced: bool,
}

impl Tournaments {
    pub(super) fn new(rivals: u8, matches: Matches, following: Following) -> Self {
        let nodes = Nodes::new(following);
        Self { rivals, matches, traced: nodes.traced(), nodes }
    }

    pub(super) const fn rivals(&self) -> u8 {
        self.rivals
    }

    pub(super) const fn matches(&mut self) -> &mut Matches {
        &mut self.matches
    }

    /// Whether histories are told from now on, whatever is followed below.
    pub(super) const fn trace(&mut self, traced: bool) {
        self.traced = traced;
    }

    /// Nodes and states of this level and below, without a root tournament's own.
    pub(super) fn size(&self) -> (usize, usize) {
        let below = self.matches.size();
        (self.nodes.len() + below.0, self.nodes.states() + below.1)
    }

    /// A step tournament begins; in one without the honest commitment nobody honest joins.
    pub(super) fn begin(
        &mut self,
        budget: Blocks,
        honest: bool,
        rules: &mut Rules,
    ) -> Result<Vec<Told<NodeId>>, ModelError> {
        let first = self.steps(budget, honest, rules);
        self.enter(first, rules)
    }

    /// A step tournament at its start.
    pub(super) fn steps(&self, budget: Blocks, honest: bool, rules: &Rules) -> Tournament {
        let honest = match rules.parameters().build {
            _ if !honest => Honest::Absent,
            0 => Honest::Due(0),
            build => Honest::Building(build),
        };
        self.empty(budget, honest)
    }

    fn empty(&self, budget: Blocks, honest: Honest) -> Tournament {
        Tournament {
            budget,
            closing: budget,
            honest,
            rivals: self.rivals,
            waiting: [None; RANKS],
            running: Vec::new(),
            owed: 0,
        }
    }

    /// A root tournament that its first child has started: the honest one, or a rival.
    pub(super) fn root(&mut self, rules: &mut Rules) -> Result<Vec<Told<Tournament>>, ModelError> {
        let empty = self.empty(rules.parameters().budget, Honest::Due(0));
        let mut starts = self.join(&empty, true, rules)?;
        if self.rivals > 0 {
            starts.extend(self.join(&empty, false, rules)?);
        }
        Ok(starts)
    }

    fn tell(&self, what: What) -> Vec<Event> {
        if self.traced() { vec![Event { level: self.matches.level(), what }] } else { Vec::new() }
    }

    fn join(
        &mut self,
        state: &Tournament,
        honest: bool,
        rules: &mut Rules,
    ) -> Result<Vec<Told<Tournament>>, ModelError> {
        let left = rules.of_joiner(state.budget, state.closing)?;
        let mut next = state.clone();
        if honest {
            next.honest = Honest::Joined;
        } else {
            next.rivals -= 1;
        }
        let told = self.tell(What::Joins { honest, left });
        self.arrive((told, next), Player { honest, left }, 0, rules)
    }

    /// A commitment has got `rank`.
    fn arrive(
        &mut self,
        (told, mut state): Told<Tournament>,
        player: Player,
        rank: u8,
        rules: &mut Rules,
    ) -> Result<Vec<Told<Tournament>>, ModelError> {
        let (meeting, seats) = rules.arrive(state.seats(), rank)?;
        let Some(Meeting { one, rank, .. }) = meeting else {
            if let Some(seat) = state.waiting.get_mut(usize::from(rank)) {
                *seat = Some(player);
            }
            return checked(vec![(told, state)], seats);
        };
        let opponent = state.take(one)?;
        let started = self.start((told, state), opponent, player, rank, rules)?;
        checked(started, seats)
    }

    fn start(
        &mut self,
        (told, state): Told<Tournament>,
        one: Player,
        two: Player,
        rank: u8,
        rules: &mut Rules,
    ) -> Result<Vec<Told<Tournament>>, ModelError> {
        let honest = match (one.honest, two.honest) {
            (true, _) => Some(Side::One),
            (_, true) => Some(Side::Two),
            _ => None,
        };
        let clocks = Pair { one: one.left, two: two.left };
        let told = [told, self.tell(What::Meet { clocks, honest })].concat();
        let nodes = self.matches.meet(clocks, honest, rules)?;
        let with = |(more, node): Told<NodeId>| {
            let mut state = state.clone();
            state.running.push(Running { rank, node });
            state.running.sort_unstable();
            ([&*told, &*more].concat(), state)
        };
        Ok(nodes.into_iter().map(with).collect())
    }

    fn merge(
        &mut self,
        (told, mut state): Told<Tournament>,
        rules: &mut Rules,
    ) -> Result<Option<Vec<Told<Tournament>>>, ModelError> {
        let (Some(Meeting { one, two, rank }), seats) = rules.merge(state.seats())? else {
            return Ok(None);
        };
        let (one, two) = (state.take(one)?, state.take(two)?);
        state.owed = 0;
        let started = self.start((told, state), one, two, rank, rules)?;
        checked(started, seats).map(Some)
    }

    /// The match at `index` is settled.
    fn settle(
        &mut self,
        state: &Tournament,
        index: usize,
        rank: u8,
        settled: Settled,
        rules: &mut Rules,
    ) -> Result<Vec<Choice>, ModelError> {
        let mut next = state.clone();
        next.running.remove(index);
        let seats = rules.finish(state.seats(), rank)?;
        if next.seats() != seats {
            return Err(differ(seats, next.seats()));
        }
        // One by one, the match itself has told how it ended.
        let ends = |winner: Option<Player>| {
            let what = What::Ends { winner: winner.map(|winner| (winner.honest, winner.left)) };
            if self.matches.traced() { Vec::new() } else { self.tell(what) }
        };
        let after = match settled {
            Settled::HonestLost => {
                return Ok(vec![(Vec::new(), Next::Ending(End::HonestLost))]);
            }
            Settled::Nobody => vec![(ends(None), next)],
            Settled::Won(winner) => self.arrive((ends(Some(winner)), next), winner, rank, rules)?,
        };
        let mut choices = Vec::new();
        for after in after {
            if after.1.closing > 0 {
                choices.push(after);
                continue;
            }
            match self.merge(after.clone(), rules)? {
                Some(merged) => choices.extend(merged),
                None => choices.push(after),
            }
        }
        Ok(choices.into_iter().map(|(told, state)| (told, Next::State(state))).collect())
    }

    fn may_merge(&self, state: &Tournament, rules: &mut Rules) -> Result<bool, ModelError> {
        Ok(state.closing == 0 && rules.merge(state.seats())?.0.is_some())
    }
}

fn differ(expected: Seats, actual: Seats) -> ModelError {
    ModelError::Seats { expected: format!("{expected:?}"), actual: format!("{actual:?}") }
}

/// The model's own books must say what the contract says.
fn checked(
    states: Vec<Told<Tournament>>,
    seats: Seats,
) -> Result<Vec<Told<Tournament>>, ModelError> {
    match states.iter().find(|(_, state)| state.seats() != seats) {
        Some((_, state)) => Err(differ(seats, state.seats())),
        None => Ok(states),
    }
}

impl Process for Tournaments {
    type State = Tournament;
    type Ending = End;

    fn moves(&mut self, state: &Tournament, rules: &mut Rules) -> Result<Vec<Choice>, ModelError> {
        if state.missed() {
            let told = self.tell(What::TooLate);
            return Ok(vec![(told, Next::Ending(End::HonestLost))]);
        }
        if state.decided() {
            let result = state.result();
            let honest = state.waiting.iter().flatten().next().map(|winner| winner.honest);
            return Ok(vec![(self.tell(What::Decided { honest }), Next::Ending(result))]);
        }
        let mut next = Vec::new();
        if state.closing > 0 {
            if matches!(state.honest, Honest::Building(_) | Honest::Due(_)) {
                next.extend(self.join(state, true, rules)?);
            }
            if state.rivals > 0 {
                next.extend(self.join(state, false, rules)?);
            }
        } else {
            next.extend(self.merge((Vec::new(), state.clone()), rules)?.unwrap_or_default());
        }
        let mut choices: Vec<Choice> =
            next.into_iter().map(|(told, state)| (told, Next::State(state))).collect();
        for (index, running) in state.running.iter().enumerate() {
            for &settled in &self.matches.node(running.node)?.endings {
                choices.extend(self.settle(state, index, running.rank, settled, rules)?);
            }
        }
        Ok(choices)
    }

    fn may_pass(&mut self, state: &Tournament, rules: &mut Rules) -> Result<bool, ModelError> {
        if state.missed() || state.decided() {
            return Ok(false);
        }
        for running in &state.running {
            if self.matches.node(running.node)?.states.is_empty() {
                return Ok(false);
            }
        }
        let Parameters { latency, settling, .. } = *rules.parameters();
        let joins = !matches!(state.honest, Honest::Due(owed) if owed >= latency);
        Ok(joins && (state.owed < settling || !self.may_merge(state, rules)?))
    }

    fn pass(
        &mut self,
        state: &Tournament,
        censored: bool,
        rules: &mut Rules,
    ) -> Result<Vec<Told<Tournament>>, ModelError> {
        let mut next = state.clone();
        next.running.clear();
        if !censored && self.may_merge(state, rules)? {
            next.owed += 1;
        }
        next.closing = state.closing.saturating_sub(1);
        next.honest = match state.honest {
            Honest::Building(blocks) if blocks > 1 => Honest::Building(blocks - 1),
            Honest::Building(_) => Honest::Due(0),
            Honest::Due(owed) if !censored => Honest::Due(owed + 1),
            other => other,
        };
        let mut all = vec![(Vec::new(), next)];
        for running in &state.running {
            let nodes = self.matches.tick(running.node, censored, rules)?;
            all = all
                .iter()
                .flat_map(|(told, state)| {
                    nodes.iter().map(move |(more, node)| {
                        let mut state = state.clone();
                        state.running.push(Running { rank: running.rank, node: *node });
                        ([told.as_slice(), more.as_slice()].concat(), state)
                    })
                })
                .collect();
        }
        all.iter_mut().for_each(|(_, state)| state.running.sort_unstable());
        Ok(all)
    }

    fn nodes(&mut self) -> &mut Nodes<Tournament, End> {
        &mut self.nodes
    }

    fn traced(&self) -> bool {
        self.traced
    }
}
