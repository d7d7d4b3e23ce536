//! What a plan can say.

use alloy_primitives::{B256, U256};

use crate::commitment::Opening;
use crate::dispute::domain::{
    BondId, ClaimId, ClaimKey, CommitmentId, Instant, MatchId, MatchKey, Move, TournamentId,
};
use crate::dispute::honest::{Need, Transition};
use crate::machine::groups::Machine;

/// A commitment's root, opened, with the proof of its last leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedRoot {
    /// The root.
    pub root: B256,
    /// The last leaf.
    pub last: B256,
    /// Opening of the root.
    pub children: Opening,
    /// The last leaf's left siblings under the sixteenth child, from the leaf up.
    pub spine: Vec<B256>,
}

/// One turn that goes on above the leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descent {
    /// Opening of the own node.
    pub own: Opening,
    /// Stored opening of the rival's node.
    pub rival: Opening,
    /// Opening of the own child at the first difference.
    pub next: Opening,
}

/// One transaction that should be sent, with all that it says.
#[expect(
    clippy::large_enum_variant,
    reason = "a decision boxes its intent, and few exist at a time"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Puts this much into the account in Bonds.
    Deposit(U256),
    /// Locks a root bond.
    LockBond,
    /// Moves a bond down along these claims.
    Follow(BondId, Vec<ClaimKey>),
    /// Proposes the first child.
    Propose {
        /// The bond behind it.
        bond: BondId,
        /// The claim to extend.
        parent: ClaimId,
        /// The last block of the domain.
        end: u64,
        /// Root of the slot commitment.
        trace_root: B256,
        /// The machine at the end.
        boundary: Box<Machine>,
    },
    /// Proposes a rival to the children that are there.
    ProposeSibling {
        /// The bond behind it.
        bond: BondId,
        /// The claim to extend.
        parent: ClaimKey,
        /// The last block of the domain.
        end: u64,
        /// The machine at the end.
        boundary: Box<Machine>,
        /// The slot commitment.
        opened: OpenedRoot,
    },
    /// Joins a step tournament.
    JoinSteps(TournamentId, OpenedRoot),
    /// Opens the root that a first claim owes.
    OpenRoot(MatchKey, OpenedRoot),
    /// A turn at the named node.
    Turn(MatchKey, B256, Descent),
    /// The turn down to the leaves.
    LastTurn {
        /// The match.
        key: MatchKey,
        /// The own node.
        node: B256,
        /// Its opening.
        own: Opening,
        /// Stored opening of the rival's node.
        rival: Opening,
        /// The state before the contested leaf.
        agreed: B256,
        /// Its left siblings under the agreed subtree, from the leaf up.
        spine: Vec<B256>,
    },
    /// Proves the step of a sealed match.
    Resolve(MatchKey, Transition),
    /// Settles a match whose clock ran out.
    Timeout(MatchKey),
    /// Settles a slot match by its step tournament.
    Conclude(MatchKey),
    /// Lets the two lowest leftovers meet.
    Merge(TournamentId),
    /// Makes a claim final.
    Confirm(ClaimKey),
    /// Splits the bond of a lost claim, by the match it lost.
    SplitBond(ClaimKey, MatchKey, Vec<Move>),
    /// Walks a bond up along these claims, to burn it.
    Walk(BondId, Vec<ClaimKey>),
    /// Splits the bonds of who lost a step match.
    SplitStepBonds {
        /// The match that opened the step tournament.
        slot_match: MatchKey,
        /// The lost match.
        step_match: MatchKey,
        /// Its moves.
        moves: Vec<Move>,
    },
    /// Frees the bond of a step commitment.
    ReleaseStepBond {
        /// The match that opened the step tournament.
        slot_match: MatchKey,
        /// Root of the commitment.
        root: B256,
        /// Its last leaf.
        last: B256,
    },
    /// Frees a root bond.
    ReleaseBond(BondId),
    /// Takes free ETH out of Bonds.
    Withdraw(U256),
}

impl Intent {
    /// Whether it only moves money that nobody waits for.
    #[must_use]
    pub const fn is_money(&self) -> bool {
        matches!(
            self,
            Self::SplitBond(..)
                | Self::Walk(..)
                | Self::SplitStepBonds { .. }
                | Self::ReleaseStepBond { .. }
                | Self::ReleaseBond(_)
                | Self::Withdraw(_)
        )
    }

    /// Whether it spends what is free in Bonds, or leads to that.
    #[must_use]
    pub const fn needs_money(&self) -> bool {
        matches!(
            self,
            Self::Deposit(_)
                | Self::LockBond
                | Self::Follow(..)
                | Self::Propose { .. }
                | Self::ProposeSibling { .. }
                | Self::JoinSteps(..)
        )
    }

    /// Its verb, for logs and reports.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Deposit(_) => "deposit",
            Self::LockBond => "lockBond",
            Self::Follow(..) => "follow",
            Self::Propose { .. } => "propose",
            Self::ProposeSibling { .. } => "proposeSibling",
            Self::JoinSteps(..) => "joinSteps",
            Self::OpenRoot(..) => "openRoot",
            Self::Turn(..) => "turn",
            Self::LastTurn { .. } => "lastTurn",
            Self::Resolve(..) => "resolve",
            Self::Timeout(_) => "timeout",
            Self::Conclude(_) => "conclude",
            Self::Merge(_) => "merge",
            Self::Confirm(_) => "confirm",
            Self::SplitBond(..) => "splitBond",
            Self::Walk(..) => "walk",
            Self::SplitStepBonds { .. } => "splitStepBonds",
            Self::ReleaseStepBond { .. } => "releaseStepBond",
            Self::ReleaseBond(_) => "releaseBond",
            Self::Withdraw(_) => "withdraw",
        }
    }
}

/// Why nothing is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// We do not know enough: to act would be to guess.
    Unknown(Need),
    /// Our execution and the chain's history contradict each other below a node on which they agree.
    Inconsistent(MatchId),
    /// The rival is to move; a timeout is due at this block.
    RivalToMove(Instant),
    /// Somebody else may make the move; from this block on waiting costs time on the clock.
    LeftToOthers(Instant),
    /// Our clock has run out; somebody will say so.
    OutOfTime,
    /// Joining closes at this block.
    Joining(Instant),
    /// Other matches of the tournament are under way.
    OtherMatches,
    /// The parent claim is not confirmed yet.
    ParentUndecided,
    /// There is no batch, or too few, after the claim.
    NoBatches,
    /// Proposing is not this seat's business.
    NotProposer,
    /// The account lacks this much.
    Funds(U256),
}

/// How a subject ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The honest side won, or nothing is left to do.
    Done,
    /// A wrong claim was confirmed: nothing on L1 can undo it.
    WrongClaimConfirmed(ClaimId),
    /// A wrong boundary was proven: a prover is broken, and nothing on L1 can undo it.
    WrongBoundaryProven(ClaimId),
    /// The honest claim has lost.
    HonestClaimLost(ClaimId),
    /// The honest claim is missing and joining has closed.
    TooLate(TournamentId),
    /// The honest commitment of a step tournament has lost.
    HonestStepsLost(CommitmentId),
}

impl End {
    /// Whether the honest side may come to it.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        matches!(self, Self::Done)
    }
}

/// What to do about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is over.
    Terminal(End),
    /// Nothing now.
    Wait(Reason),
    /// Send this.
    Act(Box<Intent>),
}

impl Decision {
    /// To send `intent`.
    #[must_use]
    pub fn act(intent: Intent) -> Self {
        Self::Act(Box::new(intent))
    }
}

/// What a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The contest over the children of a claim.
    Children(ClaimId),
    /// A claim.
    Claim(ClaimId),
    /// A tournament.
    Tournament(TournamentId),
    /// A match.
    Match(MatchId),
    /// A root bond.
    Bond(BondId),
    /// The account in Bonds.
    Account,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Children(claim) => write!(out, "children of claim {claim}"),
            Self::Claim(claim) => write!(out, "claim {claim}"),
            Self::Tournament(tournament) => write!(out, "tournament {tournament}"),
            Self::Match(id) => write!(out, "match {id}"),
            Self::Bond(bond) => write!(out, "bond {}", bond.0),
            Self::Account => write!(out, "account"),
        }
    }
}

/// A decision, about what, and until when it must be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What it is about.
    pub subject: Subject,
    /// The decision.
    pub decision: Decision,
    /// The first block in which it is too late, if there is one.
    pub deadline: Option<Instant>,
}
