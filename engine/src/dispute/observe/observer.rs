//! Makes the snapshot of one block.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;

use super::error::{MatchProblem, ObserveError};
use super::history::{History, Played, Started, side};
use super::reader::ChainReader;
use crate::commitment::Opening;
use crate::dispute::domain::{
    Account, Agreed, BondId, Claim, ClaimId, ClaimKey, ClaimStatus, Clocks, Commitment,
    CommitmentId, Contest, Contested, Duration, Instant, Level, Match, MatchId, Parameters, Phase,
    Ranks, RootBond, Sides, Snapshot, Status, Timing, Tournament, TournamentId, Turn,
};
use crate::l1::again::again;
use crate::l1::bindings::{IBonds, IInbox, IRollup, ITournament, MatchState};
use crate::l1::follow::BlockRef;

/// Where the contracts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The tree of claims.
    pub rollup: Address,
    /// The contests.
    pub tournament: Address,
    /// The accounts.
    pub bonds: Address,
    /// The batches.
    pub inbox: Address,
    /// The L1 block from which on events are read.
    pub from: u64,
    /// Number of the genesis block on L2.
    pub genesis: u64,
    /// Hash of the machine at genesis.
    pub boundary: B256,
}

impl Deployment {
    /// The contracts by whose events claims, contests and money are observed.
    #[must_use]
    pub const fn observed(&self) -> [Address; 3] {
        [self.rollup, self.tournament, self.bonds]
    }

    /// The genesis claim.
    #[must_use]
    pub fn genesis_key(&self) -> ClaimKey {
        ClaimKey { boundary: self.boundary, ..ClaimKey::default() }
    }
}

/// Blocks below the newest one after which a block's events are kept instead of being read again.
const SETTLED_DEPTH: u64 = 64;

/// What happened up to a block; of use only while that is canonical.
#[derive(Clone, Debug)]
struct Checkpoint {
    number: u64,
    hash: B256,
    history: Arc<History>,
}

/// Reads snapshots for one account. What it keeps is a cache: an observer that starts anew reads the same.
#[derive(Clone, Debug)]
pub struct Observer<R> {
    reader: R,
    deployment: Deployment,
    account: Address,
    checkpoint: Arc<Mutex<Option<Checkpoint>>>,
}

impl<R: ChainReader> Observer<R> {
    /// An observer of `deployment` that sees the bonds of `account`.
    pub fn new(reader: R, deployment: Deployment, account: Address) -> Self {
        Self { reader, deployment, account, checkpoint: Arc::default() }
    }

    /// Where the contracts are.
    pub const fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Whose bonds it sees.
    pub const fn account(&self) -> Address {
        self.account
    }

    /// The chain as of its newest block.
    ///
    /// # Errors
    /// [`ObserveError`]: all of them mean *unknown*.
    pub async fn snapshot(&self) -> Result<Snapshot, ObserveError> {
        let head = self.reader.head().await?;
        let history = self.history(&head).await?;
        let reading = Reading { observer: self, head, history: &history };
        again(|| reading.snapshot(), ObserveError::is_contradiction).await
    }

    /// What happened up to `head`. It shares with what is kept all that recent events do not change.
    async fn history(&self, head: &BlockRef) -> Result<Arc<History>, ObserveError> {
        let (mut settled, from) = match self.checkpoint(head).await? {
            Some(checkpoint) => (checkpoint.history, checkpoint.number.saturating_add(1)),
            None => (Arc::default(), self.deployment.from),
        };
        let last = head.number.saturating_sub(SETTLED_DEPTH);
        self.read(&mut settled, from, last).await?;
        let mut history = Arc::clone(&settled);
        self.read(&mut history, from.max(last.saturating_add(1)), head.number).await?;
        if last >= from
            && let Some(hash) = self.reader.hash(last).await?
        {
            *self.kept() = Some(Checkpoint { number: last, hash, history: settled });
        }
        Ok(history)
    }

    /// Adds what happened in the blocks `from..=to`.
    async fn read(
        &self,
        history: &mut Arc<History>,
        mut from: u64,
        to: u64,
    ) -> Result<(), ObserveError> {
        while from <= to {
            let stretch = self.reader.logs(&self.deployment.observed(), from, to).await?;
            for event in &stretch.events {
                Arc::make_mut(history).apply(&self.deployment, event)?;
            }
            from = stretch.to.max(from).saturating_add(1);
        }
        Ok(())
    }

    /// What is kept, if it belongs to the chain of `head`.
    async fn checkpoint(&self, head: &BlockRef) -> Result<Option<Checkpoint>, ObserveError> {
        let Some(kept) = self.kept().clone() else { return Ok(None) };
        let canonical =
            kept.number <= head.number && self.reader.hash(kept.number).await? == Some(kept.hash);
        Ok(canonical.then_some(kept))
    }

    fn kept(&self) -> MutexGuard<'_, Option<Checkpoint>> {
        // It is replaced whole, so a panic elsewhere leaves nothing half done.
        self.checkpoint.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reading, at one block.
struct Reading<'a, R> {
    observer: &'a Observer<R>,
    head: BlockRef,
    history: &'a History,
}

impl<R: ChainReader> Reading<'_, R> {
    async fn view<C: SolCall + Send>(
        &self,
        to: Address,
        call: C,
        what: &'static str,
    ) -> Result<C::Return, ObserveError> {
        let answer =
            self.observer.reader.call(self.head.hash, to, call.abi_encode().into()).await?;
        C::abi_decode_returns_validate(&answer)
            .map_err(|source| ObserveError::Decode { what, source })
    }

    async fn snapshot(&self) -> Result<Snapshot, ObserveError> {
        let Deployment { rollup, inbox, .. } = self.observer.deployment;
        let latest_confirmed =
            ClaimId(self.view(rollup, IRollup::latestConfirmedCall {}, "latestConfirmed").await?);
        let latest_block = self.view(inbox, IInbox::latestBlockCall {}, "latestBlock").await?;
        let parameters = self.parameters().await?;
        let account = self.account().await?;
        let claims = self.claims().await?;
        let mut tournaments = BTreeMap::new();
        for (&id, started) in &self.history.tournaments {
            if let Some(contest) = self.contest(id, started, &claims)?
                && self.is_open(id, &contest, &claims, latest_confirmed)
            {
                let found = match self.lone(id, started, contest, &parameters) {
                    Some(lone) => lone,
                    None => self.tournament(id, started, contest).await?,
                };
                tournaments.insert(id, found);
            }
        }
        let bonds = self.bonds(&claims).await?;
        Ok(Snapshot {
            now: Instant(self.head.number),
            block: self.head.hash,
            parameters,
            latest_block,
            latest_confirmed,
            claims,
            tournaments,
            settled: self.history.settled.clone(),
            bonds,
            account,
            chronicle: self.history.chronicle.clone(),
        })
    }

    async fn parameters(&self) -> Result<Parameters, ObserveError> {
        let Deployment { rollup, tournament, .. } = self.observer.deployment;
        let timing = self.view(tournament, ITournament::timingCall {}, "timing").await?;
        let duration = |blocks: alloy_primitives::aliases::U40| Duration(blocks.to());
        Ok(Parameters {
            timing: Timing {
                censorship: duration(timing.censorship),
                response: duration(timing.response),
                build: duration(timing.build),
                budget: duration(timing.budget),
            },
            root_bond: self.view(rollup, IRollup::rootBondCall {}, "rootBond").await?,
            step_bond: self.view(tournament, ITournament::stepBondCall {}, "stepBond").await?,
        })
    }

    async fn account(&self) -> Result<Account, ObserveError> {
        let address = self.observer.account;
        let wallet = self.observer.reader.balance(self.head.hash, address).await?;
        let call = IBonds::accountsCall { account: address };
        let account = self.view(self.observer.deployment.bonds, call, "accounts").await?;
        Ok(Account { address, wallet, free: U256::from(account.free) })
    }

    /// How far a walk has come is in no event. It matters for bonds behind lost claims alone.
    async fn bonds(
        &self,
        claims: &BTreeMap<ClaimId, Claim>,
    ) -> Result<BTreeMap<BondId, RootBond>, ObserveError> {
        let mut bonds = self.history.bonds.clone();
        for (id, bond) in &mut bonds {
            let tip = claims.get(&bond.tip).map(|claim| claim.status);
            if bond.status.is_held() && matches!(tip, Some(ClaimStatus::Lost | ClaimStatus::Void)) {
                let call = IRollup::rootBondsCall { id: id.0 };
                let stored = self.view(self.observer.deployment.rollup, call, "rootBonds").await?;
                bond.walked = stored.walking.then_some(ClaimId(stored.walked));
            }
        }
        Ok(bonds)
    }

    async fn claims(&self) -> Result<BTreeMap<ClaimId, Claim>, ObserveError> {
        let deployment = &self.observer.deployment;
        let key = deployment.genesis_key();
        let actual =
            ClaimId(self.view(deployment.rollup, IRollup::genesisCall {}, "genesis").await?);
        if actual != key.id() {
            return Err(ObserveError::Genesis { actual, configured: key.id() });
        }
        let genesis = Claim {
            key,
            end: deployment.genesis,
            status: ClaimStatus::Confirmed,
            round: 0,
            bond: None,
        };
        let mut claims = BTreeMap::from([(actual, genesis)]);
        for (id, proposed) in
            self.history.order.iter().filter_map(|id| self.history.claims.get_key_value(id))
        {
            let parent = claims.get(&proposed.key.parent).map(|parent| parent.status);
            let claim = Claim {
                key: proposed.key,
                end: proposed.end,
                status: self.status(*id, &proposed.key, parent),
                round: 0,
                bond: proposed.bond,
            };
            claims.insert(*id, claim);
        }
        for proposed in self.history.claims.values() {
            let ClaimKey { parent, round, .. } = proposed.key;
            if round == ClaimKey::UNPROPOSED {
                continue;
            }
            let claim = claims.get_mut(&parent).ok_or(ObserveError::UnknownClaim(parent))?;
            claim.round = claim.round.max(round);
        }
        Ok(claims)
    }

    /// A claim under a lost or void one is void, also before somebody has said so on L1. A proof decides by the boundary alone.
    fn status(&self, id: ClaimId, key: &ClaimKey, parent: Option<ClaimStatus>) -> ClaimStatus {
        if let Some(winner) = self.history.settled.get(&key.tournament()) {
            let proven = self.history.claims.get(winner).map(|claim| claim.key.boundary);
            return if *winner == id {
                ClaimStatus::Confirmed
            } else if proven == Some(key.boundary) {
                ClaimStatus::Void
            } else {
                ClaimStatus::Lost
            };
        }
        let dead = matches!(parent, Some(ClaimStatus::Lost | ClaimStatus::Void));
        if self.history.eliminated.contains(&id.commitment()) {
            ClaimStatus::Lost
        } else if dead || self.history.voided.contains(&id) {
            ClaimStatus::Void
        } else if self.history.confirmed.contains(&id) {
            ClaimStatus::Confirmed
        } else {
            ClaimStatus::Proposed
        }
    }

    /// What a tournament is about; `None` for one whose claims are not known yet.
    fn contest(
        &self,
        id: TournamentId,
        started: &Started,
        claims: &BTreeMap<ClaimId, Claim>,
    ) -> Result<Option<Contest>, ObserveError> {
        match started.level {
            Level::Slots => {
                let first = self.history.members(id).first();
                let child = first.and_then(|first| claims.get(&first.claim()));
                Ok(child.map(|child| Contest::Root {
                    parent: child.key.parent,
                    round: child.key.round,
                }))
            }
            Level::Steps => {
                let played = self.history.matches.get(&MatchId(id.0));
                let played = played.ok_or(ObserveError::UnknownTournament(id))?;
                let contested = played.narrowed.ok_or(ObserveError::UnknownTournament(id))?;
                Ok(Some(Contest::Steps { slot_match: played.key, contested }))
            }
        }
    }

    /// Whether a tournament is undecided, under claims that matter, or has money left to settle.
    fn is_open(
        &self,
        id: TournamentId,
        contest: &Contest,
        claims: &BTreeMap<ClaimId, Claim>,
        latest_confirmed: ClaimId,
    ) -> bool {
        match *contest {
            Contest::Root { parent, .. } => {
                let status = claims.get(&parent).map(|claim| claim.status);
                parent == latest_confirmed
                    || status == Some(ClaimStatus::Proposed)
                    || status == Some(ClaimStatus::Confirmed) && self.root_money_left(id, claims)
            }
            Contest::Steps { slot_match, .. } => {
                let undecided =
                    self.history.matches.get(&MatchId(id.0)).is_some_and(|it| it.outcome.is_none());
                let root = self.history.tournaments.get(&slot_match.tournament);
                let root_contest = root.and_then(|root| {
                    self.contest(slot_match.tournament, root, claims).ok().flatten()
                });
                let root_open = root_contest.is_some_and(|contest| {
                    self.is_open(slot_match.tournament, &contest, claims, latest_confirmed)
                });
                root_open && (undecided || self.step_money_left(id))
            }
        }
    }

    fn root_money_left(&self, id: TournamentId, claims: &BTreeMap<ClaimId, Claim>) -> bool {
        // In a contest that a proof has settled step bonds are free, and so are root bonds behind void claims.
        let held = |claim: &Claim| {
            let bond = claim.bond.and_then(|bond| self.history.bonds.get(&bond));
            bond.is_some_and(|bond| bond.status.is_held())
        };
        let members = self.history.members(id).iter();
        let mut lost = members
            .filter_map(|id| claims.get(&id.claim()))
            .filter(|it| matches!(it.status, ClaimStatus::Lost | ClaimStatus::Void));
        lost.any(held)
            || self
                .history
                .matches_of(id)
                .any(|(slot_match, _)| self.step_money_left(TournamentId::step(slot_match)))
    }

    fn step_money_left(&self, id: TournamentId) -> bool {
        self.history
            .members(id)
            .iter()
            .any(|commitment| !self.history.settled_bonds.contains(commitment))
    }

    /// A root tournament with one claim, of which the events tell everything: the usual one, and there may be many.
    fn lone(
        &self,
        id: TournamentId,
        started: &Started,
        contest: Contest,
        parameters: &Parameters,
    ) -> Option<Tournament> {
        let (Level::Slots, &[only]) = (started.level, self.history.members(id)) else {
            return None;
        };
        let mut lone = Tournament {
            id,
            contest,
            domain: started.domain,
            start: started.at,
            budget: parameters.timing.budget,
            status: Status::Joining,
            waiting: Ranks(1),
            running: Ranks(0),
            commitments: self.commitments(id, started.level),
            matches: BTreeMap::new(),
        };
        if lone.closing() <= Instant(self.head.number) {
            lone.status = Status::Won(only);
        }
        Some(lone)
    }

    async fn tournament(
        &self,
        id: TournamentId,
        started: &Started,
        contest: Contest,
    ) -> Result<Tournament, ObserveError> {
        let address = self.observer.deployment.tournament;
        let state =
            self.view(address, ITournament::tournamentsCall { id: id.0 }, "tournaments").await?;
        if !state.exists {
            return Err(ObserveError::UnknownTournament(id));
        }
        let result = self.view(address, ITournament::resultCall { id: id.0 }, "result").await?;
        let status = match result.status {
            1 => Status::Joining,
            2 => Status::Playing,
            3 => Status::Won(CommitmentId(result.winner)),
            4 => Status::NoWinner,
            value => return Err(ObserveError::Enum { what: "Status", value }),
        };
        let commitments = self.commitments(id, started.level);
        let mut matches = BTreeMap::new();
        for (key, played) in self.history.matches_of(id) {
            matches.insert(key, self.one_match(key, played, started.level, &commitments).await?);
        }
        Ok(Tournament {
            id,
            contest,
            domain: started.domain,
            start: Instant(state.start.to()),
            budget: Duration(state.budget.to()),
            status,
            waiting: Ranks(state.waitingRanks),
            running: Ranks(state.runningRanks),
            commitments,
            matches,
        })
    }

    fn commitments(&self, id: TournamentId, level: Level) -> BTreeMap<CommitmentId, Commitment> {
        let history = self.history;
        let make = |key: CommitmentId, root, last, owner| Commitment {
            root,
            last,
            opening: history.openings.get(&key).copied(),
            owner,
            eliminated: history.eliminated.contains(&key),
            bond_settled: history.settled_bonds.contains(&key),
        };
        let member = |key: &CommitmentId| match level {
            Level::Slots => {
                let claim = history.claims.get(&key.claim())?;
                let owner = history.bonds.get(&claim.bond?).map(|bond| bond.owner)?;
                Some((*key, make(*key, claim.key.trace_root, claim.key.boundary, owner)))
            }
            Level::Steps => {
                let joined = history.joined.get(key)?;
                Some((*key, make(*key, joined.root, joined.last, joined.owner)))
            }
        };
        history.members(id).iter().filter_map(member).collect()
    }

    async fn one_match(
        &self,
        id: MatchId,
        played: &Played,
        level: Level,
        commitments: &BTreeMap<CommitmentId, Commitment>,
    ) -> Result<Match, ObserveError> {
        let (phase, clocks) = match played.outcome {
            Some(outcome) => (Phase::Settled(outcome), Clocks::default()),
            None => {
                let call = ITournament::matchesCall { id: id.0 };
                let state = self.view(self.observer.deployment.tournament, call, "matches").await?;
                let clocks = Clocks {
                    one: Duration(state.clocks.one.to()),
                    two: Duration(state.clocks.two.to()),
                    since: Instant(state.clocks.since.to()),
                };
                let phase = phase(&state, played, level, commitments)
                    .map_err(|problem| ObserveError::Match { id, problem })?;
                (phase, clocks)
            }
        };
        Ok(Match { key: played.key, level, phase, clocks, moves: played.moves.clone() })
    }
}

fn phase(
    state: &MatchState,
    played: &Played,
    level: Level,
    commitments: &BTreeMap<CommitmentId, Commitment>,
) -> Result<Phase, MatchProblem> {
    let nodes = Sides { one: state.nodeOne, two: state.nodeTwo };
    match (state.phase, played.narrowed) {
        (1, None) => turning(state, nodes, played, level, commitments),
        (2 | 3, Some(_)) => {
            let contested =
                Contested { position: state.position, agreed: state.agreed, leaves: nodes };
            Ok(Phase::narrowed(level, contested)?)
        }
        (phase, _) => Err(MatchProblem::Phase(phase)),
    }
}

fn turning(
    state: &MatchState,
    nodes: Sides<B256>,
    played: &Played,
    level: Level,
    commitments: &BTreeMap<CommitmentId, Commitment>,
) -> Result<Phase, MatchProblem> {
    let to_move = side(state.toMove).map_err(|_| MatchProblem::Phase(state.phase))?;
    let find = |id| commitments.get(id).ok_or(MatchProblem::Side);
    let (one, two) = (find(&played.key.one)?, find(&played.key.two)?);
    let first = state.height == level.height().levels();
    // The contract learns an owed root only with its opening.
    let nodes = if state.owing { Sides { one: one.root, two: nodes.two } } else { nodes };
    // Before the first turn side Two's opening is the one it joined with.
    let rival: Option<Opening> = if first { two.opening } else { played.opening };
    let rival = rival.ok_or(MatchProblem::Opening)?;
    let turn = Turn {
        to_move,
        height: state.height,
        position: state.position,
        nodes,
        rival,
        agreed: Agreed { node: state.agreed, height: state.agreedHeight },
    };
    Ok(Phase::turning(level, turn, state.owing)?)
}
