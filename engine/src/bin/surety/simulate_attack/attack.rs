//! What the sybils do: everything that costs the honest side something, as late as they may.
//!
//! They let it be among the first to join, so that it plays as many matches as the pairing has rounds, play every turn
//! against it, each in the last block of their clock, and do nothing in matches among themselves, which somebody else has
//! to settle.

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use surety_engine::dispute::{
    domain::{Account as Purse, Instant, Level, MatchKey, Parameters, Snapshot, TournamentId},
    observe::Deployment,
    plan::{Decision, Intent, Planned, Policy, plan},
    prepare::prepare,
};

use super::{AttackLevel, sybil::Story};
use crate::stage::devnet::{Account, Devnet};

/// Gas limit of a sybil's transaction; none proves a step.
const GAS_LIMIT: u64 = 1_000_000;
/// Step bonds that a sybil can lock.
const STEP_BONDS: u64 = 16;

/// A rival of the honest side.
struct Sybil {
    account: Address,
    story: Story,
}

/// All sybils.
pub(super) struct Attack<'a> {
    level: AttackLevel,
    sybils: Vec<Sybil>,
    devnet: &'a Devnet,
    contracts: Deployment,
    /// Whom they attack.
    victim: Address,
}

impl<'a> Attack<'a> {
    /// The tellers of `stories` against `victim`.
    pub(super) fn new(
        level: AttackLevel,
        stories: Vec<Story>,
        devnet: &'a Devnet,
        contracts: Deployment,
        victim: Address,
    ) -> eyre::Result<Self> {
        let mut sybils = Vec::with_capacity(stories.len());
        for (number, story) in stories.into_iter().enumerate() {
            let account = devnet.address(Account::Liar(u32::try_from(number)?))?;
            sybils.push(Sybil { account, story });
        }
        Ok(Self { level, sybils, devnet, contracts, victim })
    }

    /// The sybils' accounts.
    pub(super) fn accounts(&self) -> Vec<Address> {
        self.sybils.iter().map(|sybil| sybil.account).collect()
    }

    /// Puts money into every account, and locks a root bond for whoever will make a claim.
    pub(super) async fn lock_bonds(&self, parameters: &Parameters) -> eyre::Result<()> {
        let amount = parameters.root_bond + parameters.step_bond * U256::from(STEP_BONDS);
        for sybil in &self.sybils {
            self.send(sybil, &Intent::Deposit(amount)).await?;
        }
        self.devnet.mine(1).await?;
        for (number, sybil) in self.sybils.iter().enumerate() {
            if number == 0 || self.level == AttackLevel::Root {
                self.send(sybil, &Intent::LockBond).await?;
            }
        }
        self.devnet.mine(1).await
    }

    /// Sends what is due in the next block. Returns whether anything is.
    pub(super) async fn play(&self, snapshot: &Snapshot) -> eyre::Result<bool> {
        let mut snapshot = snapshot.clone();
        let mut sent = false;
        for (number, sybil) in self.sybils.iter().enumerate() {
            let (wallet, free) = (U256::MAX, U256::MAX);
            snapshot.account = Purse { address: sybil.account, wallet, free };
            for planned in plan(&snapshot, &sybil.story, Policy::PROPOSER) {
                if let Some(intent) = self.chosen(&snapshot, number, &planned) {
                    self.send(sybil, intent).await?;
                    sent = true;
                }
            }
        }
        Ok(sent)
    }

    /// What a sybil does of all that it could do.
    fn chosen<'b>(
        &self,
        snapshot: &Snapshot,
        number: usize,
        planned: &'b Planned,
    ) -> Option<&'b Intent> {
        let Decision::Act(intent) = &planned.decision else { return None };
        let wanted = match &**intent {
            Intent::Propose { .. } => number == 0,
            Intent::ProposeSibling { parent, .. } => {
                self.victim_is_in(snapshot, TournamentId::root(parent.id(), 0))
            }
            Intent::JoinSteps(tournament, _) => self.victim_is_in(snapshot, *tournament),
            // the first turn comes after it, on the same clock
            Intent::OpenRoot(..) => number == 0,
            Intent::Turn(key, ..) | Intent::LastTurn { key, .. } => {
                self.is_own(snapshot, number, key)
                    && self.victim_plays(snapshot, key)
                    && planned
                        .deadline
                        .is_none_or(|deadline| is_last_chance(snapshot.now, deadline))
            }
            _ => false,
        };
        wanted.then_some(&**intent)
    }

    fn victim_is_in(&self, snapshot: &Snapshot, tournament: TournamentId) -> bool {
        let tournament = snapshot.tournaments.get(&tournament);
        tournament.is_some_and(|it| it.commitments.values().any(|it| it.owner == self.victim))
    }

    fn victim_plays(&self, snapshot: &Snapshot, key: &MatchKey) -> bool {
        snapshot.tournaments.get(&key.tournament).is_some_and(|tournament| {
            [key.one, key.two].iter().any(|side| {
                tournament.commitments.get(side).is_some_and(|it| it.owner == self.victim)
            })
        })
    }

    /// Whether the sybil's own commitment plays: all accomplices share the claim of the first.
    fn is_own(&self, snapshot: &Snapshot, number: usize, key: &MatchKey) -> bool {
        let level = snapshot.find_match(key.id()).map(|found| found.level);
        number == 0 || self.level == AttackLevel::Root || level == Some(Level::Steps)
    }

    async fn send(&self, sybil: &Sybil, intent: &Intent) -> eyre::Result<()> {
        let call = prepare(&self.contracts, sybil.account, intent, sybil.story.lying()).await?;
        let mut request = TransactionRequest::default()
            .with_from(sybil.account)
            .with_input(call.data)
            .with_value(call.value)
            .with_gas_limit(GAS_LIMIT);
        request.to = call.to.map(Into::into);
        // the L1 is our own and signs for its accounts
        let _ = self.devnet.l1.provider().send_transaction(request).await?;
        Ok(())
    }
}

/// Whether a move that is not sent now comes too late.
const fn is_last_chance(now: Instant, deadline: Instant) -> bool {
    deadline.0 <= now.0.saturating_add(2)
}
