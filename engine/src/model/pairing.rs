//! Pairing alone: matches end in any order and any way, and time does not exist.

use std::collections::BTreeSet;

use super::{
    ModelError,
    rules::Rules,
    seats::{Meeting, RANKS, Seats},
};

/// Commitments and matches; whoever has played as often and waits with the same rank is the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bracket {
    /// How many have joined.
    joined: u8,
    closed: bool,
    /// How many matches who waits has played, by rank.
    waiting: [Option<u8>; RANKS],
    /// Rank of the winner, and how many matches both sides will have played.
    running: Vec<(u8, [u8; 2])>,
}

/// What pairing alone comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairings {
    /// States met.
    pub states: usize,
    /// Most matches of one commitment, by how many have joined.
    pub most: Vec<u8>,
}

/// Everything that up to `commitments` commitments can come to.
///
/// # Errors
/// [`ModelError`]; [`ModelError::Stuck`] when several are left and nothing can happen.
pub fn pairings(commitments: u8, rules: &mut Rules) -> Result<Pairings, ModelError> {
    let first = Bracket { joined: 0, closed: false, waiting: [None; RANKS], running: Vec::new() };
    let mut seen = BTreeSet::from([first.clone()]);
    let mut open = vec![first];
    let mut most = vec![0; usize::from(commitments) + 1];
    while let Some(state) = open.pop() {
        let next = after(&state, commitments, rules)?;
        if next.is_empty() && (!state.running.is_empty() || state.seats().several()) {
            return Err(ModelError::Stuck(format!("{state:?}")));
        }
        if let Some(most) = most.get_mut(usize::from(state.joined)) {
            *most = state.most().max(*most);
        }
        for state in next {
            if seen.insert(state.clone()) {
                open.push(state);
            }
        }
    }
    Ok(Pairings { states: seen.len(), most })
}

fn after(state: &Bracket, commitments: u8, rules: &mut Rules) -> Result<Vec<Bracket>, ModelError> {
    let mut next = Vec::new();
    if state.closed {
        next.extend(state.clone().merge(rules)?);
    } else {
        next.push(Bracket { closed: true, ..state.clone() });
        if state.joined < commitments {
            let joined = Bracket { joined: state.joined + 1, ..state.clone() };
            next.push(joined.arrive(0, 0, rules)?);
        }
    }
    for (index, &(rank, played)) in state.running.iter().enumerate() {
        let mut over = state.clone();
        over.running.remove(index);
        if over.seats() != rules.finish(state.seats(), rank)? {
            return Err(ModelError::Rank(rank));
        }
        for winner in played {
            next.push(over.clone().arrive(winner, rank, rules)?);
        }
        next.push(over);
    }
    Ok(next)
}

impl Bracket {
    fn seats(&self) -> Seats {
        let ranks = self.waiting.iter().map(Option::is_some);
        Seats::of(ranks, self.running.iter().map(|&(rank, _)| rank))
    }

    fn most(&self) -> u8 {
        let running = self.running.iter().flat_map(|(_, played)| *played);
        self.waiting.iter().copied().flatten().chain(running).max().unwrap_or(0)
    }

    fn take(&mut self, rank: u8) -> Result<u8, ModelError> {
        let seat = self.waiting.get_mut(usize::from(rank)).and_then(Option::take);
        seat.ok_or(ModelError::Rank(rank))
    }

    fn start(mut self, one: u8, two: u8, rank: u8) -> Self {
        self.running.push((rank, [one.min(two) + 1, one.max(two) + 1]));
        self.running.sort_unstable();
        self
    }

    fn arrive(mut self, played: u8, rank: u8, rules: &mut Rules) -> Result<Self, ModelError> {
        let (meeting, _) = rules.arrive(self.seats(), rank)?;
        if let Some(Meeting { one, rank, .. }) = meeting {
            let opponent = self.take(one)?;
            return Ok(self.start(opponent, played, rank));
        }
        let seat = self.waiting.get_mut(usize::from(rank)).ok_or(ModelError::Rank(rank))?;
        *seat = Some(played);
        Ok(self)
    }

    fn merge(mut self, rules: &mut Rules) -> Result<Option<Self>, ModelError> {
        let (meeting, _) = rules.merge(self.seats())?;
        let Some(Meeting { one, two, rank }) = meeting else { return Ok(None) };
        let (one, two) = (self.take(one)?, self.take(two)?);
        Ok(Some(self.start(one, two, rank)))
    }
}
