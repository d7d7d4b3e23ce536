//! The attacker: disputes one honest claim after the other with a lie, and plays each lie to its end.

use std::sync::Arc;

use alloy::primitives::{Address, Bytes};
use async_trait::async_trait;
use surety_engine::{
    commitment::{SLOTS_PER_BLOCK, Slots, Steps},
    dispute::{
        domain::{Domain, Instant, Level, Snapshot, Status},
        honest::{Answer, Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition},
        observe::{self, Observer},
        plan::Policy,
        player::Player,
    },
    fault::{Lie, LieKind, LyingExecution},
    l1::send::Lane,
    machine::groups::Machine,
    node::{Node, evidence::Execution, pinned::Pinned},
};

/// What is lied about, one attack after the other.
const KINDS: [LieKind; 5] =
    [LieKind::Gas, LieKind::Storage, LieKind::ExtraStep, LieKind::Nonce, LieKind::WrongBoundary];
/// Blocks of a claim, slots of a block and steps of a slot at which a lie is tried.
const BLOCKS: u32 = 4;
const SLOTS: u32 = 3;
const STEPS: u32 = 24;
/// L1 blocks that joining takes at most.
const TO_JOIN: u64 = 4;

/// Who believes everything but one claim.
#[derive(Clone, Debug)]
struct Fraud {
    target: Domain,
    honest: Execution,
    lying: LyingExecution,
}

/// The attacker's seat.
pub(super) struct Attacker {
    node: Arc<Node>,
    honest: Execution,
    lane: Arc<Lane>,
    player: Option<Player<Pinned, Fraud, Fraud, Arc<Lane>>>,
    attacks: usize,
}

impl Attacker {
    pub(super) fn new(node: Arc<Node>, lane: Lane) -> Self {
        let honest = Execution::new(Arc::clone(&node));
        Self { node, honest, lane: Arc::new(lane), player: None, attacks: 0 }
    }

    pub(super) fn address(&self) -> Address {
        self.lane.address()
    }

    /// How many claims it has disputed.
    pub(super) const fn attacks(&self) -> usize {
        self.attacks
    }

    fn observer(&self) -> Observer<Pinned> {
        let deployment = observe::Deployment::from(&*self.node);
        Observer::new(Pinned::new(Arc::clone(&self.node)), deployment, self.lane.address())
    }

    /// Makes one move. While `goes_on`, it chooses another claim when it has lost. What L1 does meanwhile is no failure.
    pub(super) async fn round(&mut self, goes_on: bool) {
        if self.node.tick().await.is_err() {
            return;
        }
        if let Some(player) = &self.player {
            let Ok(tick) = player.tick().await else { return };
            let target = player.evidence.target;
            let confirmed = tick.snapshot.claims.get(&tick.snapshot.latest_confirmed);
            if confirmed.is_some_and(|claim| claim.end >= target.last()) {
                self.player = None;
            }
        } else if goes_on {
            self.choose().await;
        }
    }

    /// The newest claim that can still be disputed.
    async fn choose(&mut self) {
        let observer = self.observer();
        let Ok(snapshot) = observer.snapshot().await else { return };
        let Some(target) = joinable(&snapshot) else { return };
        if self.honest.gather(Need::Slots(target)).await.is_err() {
            return;
        }
        let Some(lying) = self.lie(target) else { return };
        let fraud = Fraud { target, honest: self.honest.clone(), lying };
        self.attacks += 1;
        let lane = Arc::clone(&self.lane);
        let player = Player::new(observer, fraud.clone(), fraud, lane, Policy::CHALLENGER);
        self.player = Some(player);
    }

    fn lie(&self, target: Domain) -> Option<LyingExecution> {
        let kinds = KINDS.iter().cycle().skip(self.attacks).take(KINDS.len());
        for kind in kinds {
            for block in 0..BLOCKS.min(u32::from(target.blocks)) {
                for slot in 1..=SLOTS {
                    for step in 0..STEPS {
                        let lie = Lie { slot: block * SLOTS_PER_BLOCK + slot, step, kind: *kind };
                        let lying = LyingExecution::new(self.honest.clone(), lie);
                        if lying.lie(target).is_ok() {
                            return Some(lying);
                        }
                    }
                }
            }
        }
        None
    }
}

fn joinable(snapshot: &Snapshot) -> Option<Domain> {
    let Instant(now) = snapshot.now;
    let open = snapshot.tournaments.values().filter(|tournament| {
        tournament.level() == Level::Slots
            && tournament.status == Status::Joining
            && tournament.closing().0 > now + TO_JOIN
    });
    open.map(|tournament| tournament.domain).max_by_key(|domain| domain.first)
}

impl Honest for Fraud {
    fn boundary(&self, block: u64) -> Known<Machine> {
        if block == self.target.last() {
            self.lying.boundary(block)
        } else {
            self.honest.boundary(block)
        }
    }

    fn answer(&self, domain: Domain) -> Known<Answer> {
        if domain == self.target { self.lying.answer(domain) } else { self.honest.answer(domain) }
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        if domain == self.target { self.lying.slots(domain) } else { self.honest.slots(domain) }
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        if domain == self.target {
            self.lying.steps(domain, slot)
        } else {
            self.honest.steps(domain, slot)
        }
    }
}

#[async_trait]
impl Evidence for Fraud {
    async fn gather(&self, need: Need) -> Result<(), EvidenceError> {
        match need {
            Need::Slots(domain) | Need::Answer(domain) | Need::Steps(domain, _)
                if domain == self.target =>
            {
                self.lying.gather(need).await
            }
            need => self.honest.gather(need).await,
        }
    }
}

#[async_trait]
impl StepProver for Fraud {
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        self.lying.prove_step(transition).await
    }
}
