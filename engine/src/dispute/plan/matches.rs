//! One match of the honest commitment: the next turn, the proof, or the rival's timeout.

use super::tournaments::Player;
use super::{Decision, Descent, Intent, Planner, Reason, Subject};
use crate::commitment::{FoldError, Opening};
use crate::dispute::domain::{Agreed, Contested, Match, Phase, Side, Turn};
use crate::dispute::honest::Transition;

/// Our tree does not contain what the match says we agreed on or said ourselves.
struct Inconsistent;

impl From<FoldError> for Inconsistent {
    fn from(_: FoldError) -> Self {
        Self
    }
}

impl Planner<'_> {
    /// Decides about a match that the honest commitment plays on `side` and that is not settled.
    pub(super) fn turn(&mut self, found: &Match, side: Side, player: &Player<'_>) {
        let subject = Subject::Match(found.key.id());
        let allowance = self.snapshot.parameters.timing.response;
        let deadline = found.deadline(allowance);
        let by_time = found.by_time(allowance, self.next());
        let intent = match found.phase {
            Phase::Sealed(contested) => self.proof(found, &contested, side, player),
            Phase::Debt(turn) | Phase::Middle(turn) | Phase::Last(turn) if turn.to_move != side => {
                if self.is_expired(found) {
                    self.act(subject, Intent::Timeout(found.key), None);
                } else if let Some(deadline) = deadline {
                    self.wait(subject, Reason::RivalToMove(deadline));
                }
                return;
            }
            _ if by_time.is_some() => return self.wait(subject, Reason::OutOfTime),
            Phase::Debt(_) => {
                let Some(opened) = self.opened(subject, player.tree, player.domain) else { return };
                Ok(Intent::OpenRoot(found.key, opened))
            }
            Phase::Middle(turn) => descend(&turn, player)
                .map(|descent| Intent::Turn(found.key, turn.nodes.of(side), descent)),
            Phase::Last(turn) => last(found, &turn, side, player),
            Phase::InSteps(_) | Phase::Settled(_) => return,
        };
        match intent {
            Ok(intent) => {
                self.respond(subject, Decision::act(intent), found.clocks.since, deadline);
            }
            Err(Inconsistent) => self.wait(subject, Reason::Inconsistent(found.key.id())),
        }
    }

    /// Whether a timeout succeeds already in the newest block, against which the lane checks what it sends: one planned
    /// for the block after it would be refused until then.
    pub(super) fn is_expired(&self, found: &Match) -> bool {
        let allowance = self.snapshot.parameters.timing.response;
        found.by_time(allowance, self.snapshot.now).is_some()
    }

    /// The proof of a sealed match; a timeout never replaces it, since with it nobody's clock matters.
    fn proof(
        &self,
        found: &Match,
        contested: &Contested,
        side: Side,
        player: &Player<'_>,
    ) -> Result<Intent, Inconsistent> {
        let slot = player.slot.ok_or(Inconsistent)?;
        if player.tree.leaf(contested.position)? != contested.leaves.of(side) {
            return Err(Inconsistent);
        }
        let transition = Transition { domain: player.domain, slot, step: contested.position };
        Ok(Intent::Resolve(found.key, transition))
    }
}

/// Our opening of the node in contest, checked to be of that node, and where it first differs from the rival's.
fn difference(turn: &Turn, player: &Player<'_>) -> Result<(Opening, usize), Inconsistent> {
    let own = player.tree.open(turn.height, turn.position)?;
    if own.root() != turn.nodes.of(turn.to_move) {
        return Err(Inconsistent);
    }
    let index = own.first_difference(&turn.rival).ok_or(Inconsistent)?;
    Ok((own, index))
}

fn child_of(position: u32, index: usize) -> Result<u32, Inconsistent> {
    let index = u32::try_from(index).map_err(|_| Inconsistent)?;
    position
        .checked_mul(Opening::WIDTH as u32)
        .and_then(|first| first.checked_add(index))
        .ok_or(Inconsistent)
}

fn descend(turn: &Turn, player: &Player<'_>) -> Result<Descent, Inconsistent> {
    let (own, index) = difference(turn, player)?;
    let next = player.tree.open(turn.height - 4, child_of(turn.position, index)?)?;
    Ok(Descent { own, rival: turn.rival, next })
}

fn last(
    found: &Match,
    turn: &Turn,
    side: Side,
    player: &Player<'_>,
) -> Result<Intent, Inconsistent> {
    let (own, index) = difference(turn, player)?;
    let leaf = child_of(turn.position, index)?;
    let Agreed { node, height } = match index.checked_sub(1) {
        Some(left) => Agreed { node: own.get(left).ok_or(Inconsistent)?, height: 0 },
        None => turn.agreed,
    };
    let (agreed, spine) = match (height, leaf.checked_sub(1)) {
        (0, _) => (node, Vec::new()),
        (height, Some(previous)) => {
            (player.tree.leaf(previous)?, player.tree.prove(previous, height)?)
        }
        (_, None) => return Err(Inconsistent),
    };
    Ok(Intent::LastTurn {
        key: found.key,
        node: turn.nodes.of(side),
        own,
        rival: turn.rival,
        agreed,
        spine,
    })
}
