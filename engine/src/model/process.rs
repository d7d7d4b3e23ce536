//! Something that goes on over blocks until it ends, every choice in it the adversary's.
//!
//! A [`Process`] says what can happen within a block and what the passing of a block changes. Whoever contains it sees
//! [`NodeId`]s: what the process may be at the end of the present block, and with what it may have ended in it. In sets a node is
//! *every* state that the same visible history can have led to: since one adversary makes all choices, it loses nothing by making
//! them as late as it likes, and the sets are few. One by one, a node is a single state or ending, so that every run has a
//! readable history; both must give the same results.

use std::{hash::Hash, rc::Rc};

use alloy_primitives::map::{HashMap, HashSet};

use super::{ModelError, event::Event, rules::Rules};

/// A way to go on, with what is said about it.
pub(super) type Told<T> = (Vec<Event>, T);

/// What a choice leads to within the block.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Next<S, E> {
    /// It goes on.
    State(S),
    /// It is over.
    Ending(E),
}

/// What a node stands for.
#[derive(Debug)]
pub(super) struct Node<S, E> {
    /// What it may be when the block ends.
    pub(super) states: Vec<S>,
    /// With what it may have ended within the block.
    pub(super) endings: Vec<E>,
}

/// A node by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

/// How a process that is contained in another is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Following {
    /// All states of the same visible history together.
    Sets,
    /// Each state by itself, with its history.
    OneByOne,
}

type Ticks = HashMap<(NodeId, bool), Rc<[Told<NodeId>]>>;
type Known<S, E> = HashMap<(Vec<S>, Vec<E>), NodeId>;

/// The nodes of a process that were met.
pub(super) struct Nodes<S, E> {
    following: Following,
    known: Known<S, E>,
    list: Vec<Rc<Node<S, E>>>,
    ticks: Ticks,
}

impl<S: Clone + Ord + Hash, E: Clone + Ord + Hash> Nodes<S, E> {
    pub(super) fn new(following: Following) -> Self {
        Self { following, known: HashMap::default(), list: Vec::new(), ticks: HashMap::default() }
    }

    /// Whether histories are kept.
    pub(super) fn traced(&self) -> bool {
        self.following == Following::OneByOne
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn states(&self) -> usize {
        self.list.iter().map(|node| node.states.len() + node.endings.len()).sum()
    }

    fn intern(&mut self, states: Vec<S>, endings: Vec<E>) -> NodeId {
        let next = NodeId(self.list.len() as u32);
        let list = &mut self.list;
        *self.known.entry((states, endings)).or_insert_with_key(|(states, endings)| {
            list.push(Rc::new(Node { states: states.clone(), endings: endings.clone() }));
            next
        })
    }

    fn nodes(&mut self, closed: Closed<S, E>) -> Vec<Told<NodeId>> {
        match self.following {
            Following::Sets => {
                let mut states: Vec<S> =
                    closed.states.into_iter().map(|(_, state)| state).collect();
                states.sort_unstable();
                let mut endings: Vec<E> =
                    closed.endings.into_iter().map(|(_, ending)| ending).collect();
                endings.sort_unstable();
                vec![(Vec::new(), self.intern(states, endings))]
            }
            Following::OneByOne => {
                let states = closed.states.into_iter();
                let endings = closed.endings.into_iter();
                let mut nodes: Vec<_> = states
                    .map(|(told, state)| (told, self.intern(vec![state], Vec::new())))
                    .collect();
                nodes.extend(
                    endings.map(|(told, ending)| (told, self.intern(Vec::new(), vec![ending]))),
                );
                nodes
            }
        }
    }
}

/// All that a block can come to.
pub(super) struct Closed<S, E> {
    /// States in which the block can end.
    pub(super) states: Vec<Told<S>>,
    /// Endings within the block.
    pub(super) endings: Vec<Told<E>>,
}

/// What can happen next to a process.
pub(super) type Choices<P> = Vec<Told<Next<<P as Process>::State, <P as Process>::Ending>>>;

/// A node of a process.
pub(super) type NodeOf<P> = Rc<Node<<P as Process>::State, <P as Process>::Ending>>;

/// The choices of one kind of process.
pub(super) trait Process: Sized {
    /// What it is between two choices.
    type State: Clone + Ord + Hash + std::fmt::Debug;
    /// What it comes to.
    type Ending: Clone + Ord + Hash + std::fmt::Debug;

    /// Each thing that can happen next within the block.
    fn moves(
        &mut self,
        state: &Self::State,
        rules: &mut Rules,
    ) -> Result<Choices<Self>, ModelError>;

    /// Whether the block can end now: no honest response is overdue, and nothing is over.
    fn may_pass(&mut self, state: &Self::State, rules: &mut Rules) -> Result<bool, ModelError>;

    /// The state when the next block begins; in a `censored` one the honest player's time stands still.
    fn pass(
        &mut self,
        state: &Self::State,
        censored: bool,
        rules: &mut Rules,
    ) -> Result<Vec<Told<Self::State>>, ModelError>;

    /// Its nodes.
    fn nodes(&mut self) -> &mut Nodes<Self::State, Self::Ending>;

    /// Whether histories are to be told.
    fn traced(&self) -> bool;

    /// Everything that the present block can come to from `first`.
    fn close(
        &mut self,
        first: Vec<Told<Self::State>>,
        rules: &mut Rules,
    ) -> Result<Closed<Self::State, Self::Ending>, ModelError> {
        let mut seen: HashSet<Self::State> = HashSet::default();
        let mut closed = Closed { states: Vec::new(), endings: Vec::new() };
        let mut ended: HashSet<Self::Ending> = HashSet::default();
        let mut open = first;
        while let Some((told, state)) = open.pop() {
            if !seen.insert(state.clone()) {
                continue;
            }
            let moves = self.moves(&state, rules)?;
            let may_pass = self.may_pass(&state, rules)?;
            if moves.is_empty() && !may_pass {
                return Err(ModelError::Stuck(format!("{state:?}")));
            }
            for (more, next) in moves {
                let told = [told.as_slice(), more.as_slice()].concat();
                match next {
                    Next::State(state) => open.push((told, state)),
                    Next::Ending(ending) => {
                        if ended.insert(ending.clone()) {
                            closed.endings.push((told, ending));
                        }
                    }
                }
            }
            if may_pass {
                closed.states.push((told, state));
            }
        }
        Ok(closed)
    }

    /// Begins within the present block.
    fn enter(
        &mut self,
        first: Self::State,
        rules: &mut Rules,
    ) -> Result<Vec<Told<NodeId>>, ModelError> {
        let closed = self.close(vec![(Vec::new(), first)], rules)?;
        Ok(self.nodes().nodes(closed))
    }

    /// A block passes.
    fn tick(
        &mut self,
        node: NodeId,
        censored: bool,
        rules: &mut Rules,
    ) -> Result<Rc<[Told<NodeId>]>, ModelError> {
        if let Some(known) = self.nodes().ticks.get(&(node, censored)) {
            return Ok(Rc::clone(known));
        }
        let mut first = Vec::new();
        for state in &self.node(node)?.states {
            first.extend(self.pass(state, censored, rules)?);
        }
        let closed = self.close(first, rules)?;
        let ticks: Rc<[_]> = self.nodes().nodes(closed).into();
        self.nodes().ticks.insert((node, censored), Rc::clone(&ticks));
        Ok(ticks)
    }

    /// What a node stands for.
    fn node(&mut self, node: NodeId) -> Result<NodeOf<Self>, ModelError> {
        self.nodes().list.get(node.0 as usize).cloned().ok_or(ModelError::NoNode)
    }
}
