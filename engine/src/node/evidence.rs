//! Our own execution as the evidence that a dispute is played with.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use alloy_primitives::{B256, Bytes};
use async_trait::async_trait;
use tracing::info;

use super::{
    Node, NodeError,
    history::History,
    traces::{TraceName, Traces},
};
use crate::{
    commitment::{FoldError, SLOTS_PER_BLOCK, Slots, Steps, StepsBuilder},
    derive::BlockInput,
    dispute::{
        domain::Domain,
        honest::{Answer, Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition},
    },
    execute::boundary::Boundary,
    machine::{
        SlotInput, StepInfo, StepSink, TraceError, groups::Machine, prove_step, trace_slot,
        witness::WitnessError,
    },
    telemetry::names,
};

/// Answers kept, the latest domains': more than there can be unconfirmed claims on a path, since every plan asks for all
/// of theirs, and whoever proposes decides how many there are.
const ANSWERS_KEPT: usize = 1 << 20;
/// Memory that commitments take at most unless it is said otherwise, in bytes.
const MEMORY: usize = 1 << 30;
/// One part in so many of it is for slot commitments. One takes up to 43 megabytes, a step commitment up to 310.
const SLOTS_PART: usize = 4;

/// What a node, or whoever else keeps a history, executed; and the commitments over it that were asked for.
#[derive(Debug)]
pub struct Execution<H = Node> {
    node: Arc<H>,
    answers: Cache<Domain, Answered>,
    slots: Cache<Domain, Slots>,
    steps: Cache<(Domain, u32), Steps>,
    traces: Option<(B256, Traces)>,
}

impl<H> Clone for Execution<H> {
    fn clone(&self) -> Self {
        Self {
            node: Arc::clone(&self.node),
            answers: self.answers.clone(),
            slots: self.slots.clone(),
            steps: self.steps.clone(),
            traces: self.traces.clone(),
        }
    }
}

/// An answer, and the machine hash that it begins from.
#[derive(Debug)]
struct Answered {
    start: B256,
    answer: Answer,
}

/// What something takes of memory.
trait Weight {
    /// Bytes, about.
    fn bytes(&self) -> usize;
}

impl Weight for Answered {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Weight for Slots {
    fn bytes(&self) -> usize {
        self.tree().bytes()
    }
}

impl Weight for Steps {
    fn bytes(&self) -> usize {
        self.tree().bytes()
    }
}

/// Values whose weights together stay below a bound; the newest stays whatever it weighs.
#[derive(Debug)]
struct Cache<K, V> {
    bound: usize,
    kept: Arc<Mutex<Kept<K, V>>>,
}

#[derive(Debug)]
struct Kept<K, V> {
    entries: BTreeMap<K, Entry<V>>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: Arc<V>,
    /// Whether it was asked for since the last sweep.
    asked: bool,
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self { bound: self.bound, kept: Arc::clone(&self.kept) }
    }
}

impl<K: Ord + Copy, V: Weight> Cache<K, V> {
    fn new(bound: usize) -> Self {
        Self { bound, kept: Arc::new(Mutex::new(Kept { entries: BTreeMap::new(), bytes: 0 })) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        // what may be half done after a panic elsewhere is the sum alone, which bounds a cache
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn len(&self) -> usize {
        self.kept().entries.len()
    }

    fn get(&self, key: K) -> Option<Arc<V>> {
        let mut kept = self.kept();
        let entry = kept.entries.get_mut(&key)?;
        entry.asked = true;
        Some(Arc::clone(&entry.value))
    }

    fn insert(&self, key: K, value: V) {
        let Kept { entries, bytes } = &mut *self.kept();
        *bytes = bytes.saturating_add(value.bytes());
        let mut gone = entries.insert(key, Entry { value: Arc::new(value), asked: true });
        loop {
            *bytes = bytes.saturating_sub(gone.map_or(0, |gone| gone.value.bytes()));
            let oldest = entries.keys().find(|other| **other != key).copied();
            let (Some(oldest), true) = (oldest, *bytes > self.bound) else { break };
            gone = entries.remove(&oldest);
        }
    }

    /// Forgets what is not `needed` and was not asked for since the last sweep.
    fn sweep(&self, needed: impl Fn(&K) -> bool) {
        let Kept { entries, bytes } = &mut *self.kept();
        entries.retain(|key, Entry { value, asked }| {
            let stays = std::mem::take(asked) || needed(key);
            if !stays {
                *bytes = bytes.saturating_sub(value.bytes());
            }
            stays
        });
    }
}

/// Why a slot could not be traced or proven.
#[derive(Debug, thiserror::Error)]
enum ExecutionError {
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error(transparent)]
    Trace(#[from] TraceError),
    #[error(transparent)]
    Fold(#[from] FoldError),
    #[error(transparent)]
    Witness(#[from] WitnessError),
    #[error("the trace of slot {slot} ends in {traced}, execution in {executed}")]
    Differs { slot: u32, traced: B256, executed: B256 },
    #[error("tracing was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl From<ExecutionError> for EvidenceError {
    fn from(error: ExecutionError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// A slot of a claim, with what executing it takes.
struct Place {
    position: u32,
    boundary: Boundary,
    block: Option<BlockInput>,
}

impl<H: History> Execution<H> {
    /// Nothing committed to yet.
    #[must_use]
    pub fn new(node: Arc<H>) -> Self {
        Self::within(node, MEMORY)
    }

    /// Nothing committed to yet; commitments are to take this many bytes of memory at most.
    #[must_use]
    pub fn within(node: Arc<H>, memory: usize) -> Self {
        let slots = memory / SLOTS_PART;
        Self {
            node,
            answers: Cache::new(ANSWERS_KEPT * size_of::<Answered>()),
            slots: Cache::new(slots),
            steps: Cache::new(memory - slots),
            traces: None,
        }
    }

    /// The same, which keeps step commitments in a directory, under names of this deployment.
    #[must_use]
    pub fn keeping(self, deployment: B256, traces: Traces) -> Self {
        Self { traces: Some((deployment, traces)), ..self }
    }

    /// Who executes.
    #[must_use]
    pub const fn node(&self) -> &Arc<H> {
        &self.node
    }

    /// Forgets what belongs to no contest over one of these domains and was not asked for since the last sweep: a dispute
    /// that is over needs no memory.
    pub fn sweep(&self, contested: &BTreeSet<Domain>) {
        self.answers.sweep(|domain| contested.contains(domain));
        self.slots.sweep(|domain| contested.contains(domain));
        self.steps.sweep(|(domain, _)| contested.contains(domain));
        self.count();
    }

    /// Tells how much is kept.
    fn count(&self) {
        for (kind, kept) in [
            ("answer", self.answers.len()),
            ("slots", self.slots.len()),
            ("steps", self.steps.len()),
        ] {
            names::EVIDENCE_CACHED.with([kind]).set(kept as f64);
        }
    }

    /// The slot commitment over `domain`; what it answers is kept.
    fn build_slots(&self, domain: Domain) -> Result<Slots, NodeError> {
        let slots = self.node.slots(domain.first.saturating_sub(1), domain.last())?;
        self.answers.insert(domain, Answered { start: slots.start(), answer: (&slots).into() });
        Ok(slots)
    }

    /// Whether `domain` still leads from `start` to `end`: a reorganisation of L1 may have changed what its blocks hold.
    fn leads(&self, domain: Domain, start: B256, end: B256) -> Known<bool> {
        Ok(start == self.boundary(domain.first.saturating_sub(1))?.hash()
            && end == self.boundary(domain.last())?.hash())
    }

    fn place(&self, domain: Domain, position: u32) -> Result<Place, NodeError> {
        let number = domain.first.saturating_add(u64::from(position / SLOTS_PER_BLOCK));
        if number > domain.last() {
            return Ok(Place { position, boundary: self.node.sealed(domain.last())?, block: None });
        }
        let slot = u16::try_from(position % SLOTS_PER_BLOCK).unwrap_or_default();
        let boundary = self.node.before(number, slot)?;
        Ok(Place { position, boundary, block: Some(self.node.input(number)?) })
    }

    /// The step commitment of a slot: the one that was kept, if it is still right.
    fn build_steps(&self, domain: Domain, position: u32) -> Result<Steps, ExecutionError> {
        let place = self.place(domain, position)?;
        let start = place.boundary.hash();
        let executed = match &place.block {
            Some(block) => {
                let slot = u16::try_from(position % SLOTS_PER_BLOCK).unwrap_or_default();
                self.node.boundary(block.record().number, slot)?.hash()
            }
            None => start,
        };
        let kept = self.traces.as_ref().map(|(deployment, traces)| {
            (TraceName::new(*deployment, self.node.limits(), domain, position), traces)
        });
        if let Some((name, traces)) = kept
            && let Some(steps) = traces.load(name)
            && (steps.start(), steps.boundary()) == (start, executed)
        {
            return Ok(steps);
        }
        let mut sink = Building { builder: StepsBuilder::new(start), error: None };
        let traced = trace_slot(self.node.source(), &self.input(&place), &mut sink)?;
        if let Some(error) = sink.error {
            return Err(error.into());
        }
        let steps = sink.builder.finish()?;
        if steps.boundary() != executed {
            let traced = steps.boundary();
            return Err(ExecutionError::Differs { slot: position, traced, executed });
        }
        names::EVIDENCE_STEPS.add(traced.steps.into());
        info!(slot = position, steps = traced.steps, root = %steps.tree().root(), "slot traced");
        if let Some((name, traces)) = kept {
            traces.keep(name, &steps);
        }
        Ok(steps)
    }

    fn input<'a>(&'a self, place: &'a Place) -> SlotInput<'a> {
        SlotInput {
            slot: place.position,
            boundary: &place.boundary,
            block: place.block.as_ref(),
            limits: self.node.limits(),
        }
    }

    /// The proof of one step, with what the step does.
    ///
    /// # Errors
    /// [`EvidenceError`] when the step's block is not executed or cannot be traced.
    pub async fn step(
        &self,
        transition: Transition,
    ) -> Result<(StepInfo, crate::machine::StepProof), EvidenceError> {
        let this = self.clone();
        let proof = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let place = this.place(transition.domain, transition.slot)?;
            let proof = prove_step(this.node.source(), &this.input(&place), transition.step)?;
            names::EVIDENCE_SECONDS.with(["proof"]).record(began.elapsed());
            Ok(proof)
        });
        let proof: Result<_, ExecutionError> = proof.await.map_err(ExecutionError::from)?;
        Ok(proof?)
    }
}

impl<H: History> Honest for Execution<H> {
    fn boundary(&self, block: u64) -> Known<Machine> {
        let boundary = self.node.sealed(block).map_err(|_| Need::Boundary(block))?;
        Ok(boundary.machine())
    }

    fn answer(&self, domain: Domain) -> Known<Answer> {
        let need = Need::Answer(domain);
        let Answered { start, answer } = *self.answers.get(domain).ok_or(need)?;
        if self.leads(domain, start, answer.boundary)? { Ok(answer) } else { Err(need) }
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        let need = Need::Slots(domain);
        let slots = self.slots.get(domain).ok_or(need)?;
        if self.leads(domain, slots.start(), slots.boundary())? { Ok(slots) } else { Err(need) }
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        let need = Need::Steps(domain, slot);
        let steps = self.steps.get((domain, slot)).ok_or(need)?;
        let start = self.slots(domain)?.before(slot).map_err(|_| need)?;
        if steps.start() == start { Ok(steps) } else { Err(need) }
    }
}

#[async_trait]
impl<H: History> Evidence for Execution<H> {
    async fn gather(&self, need: Need) -> Result<(), EvidenceError> {
        let this = self.clone();
        let gathered = tokio::task::spawn_blocking(move || -> Result<(), ExecutionError> {
            let began = Instant::now();
            match need {
                Need::Boundary(block) => {
                    this.node.sealed(block)?;
                }
                Need::Answer(domain) => {
                    this.build_slots(domain)?;
                }
                Need::Slots(domain) => this.slots.insert(domain, this.build_slots(domain)?),
                Need::Steps(domain, slot) => {
                    this.steps.insert((domain, slot), this.build_steps(domain, slot)?);
                }
            }
            names::EVIDENCE_SECONDS.with([need.kind()]).record(began.elapsed());
            this.count();
            Ok(())
        });
        match gathered.await.map_err(ExecutionError::from)? {
            Err(ExecutionError::Node(NodeError::Missing { .. })) => {
                Err(EvidenceError::NotYet(need))
            }
            result => Ok(result?),
        }
    }
}

#[async_trait]
impl<H: History> StepProver for Execution<H> {
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        let (_, proof) = self.step(transition).await?;
        let witness = proof.witness.encode().map_err(ExecutionError::from)?;
        Ok(witness.into())
    }
}

/// Feeds a trace into a commitment.
struct Building {
    builder: StepsBuilder,
    error: Option<FoldError>,
}

impl StepSink for Building {
    fn step(&mut self, _: &StepInfo, post: B256) {
        if self.error.is_none() {
            self.error = self.builder.push(post).err();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use alloy_primitives::map::B256Map;

    use super::*;
    use crate::{
        authenticated::source::{CodeSource, NodeSource, SourceError},
        commitment::SlotsBuilder,
        execute::boundary::Genesis,
        rules::limits::Limits,
    };

    /// Blocks without entries, each of which counts up.
    struct Idle(Limits);

    #[derive(Clone)]
    struct Nothing;

    impl NodeSource for Nothing {
        fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
            B256Map::default().node(hash)
        }
    }

    impl CodeSource for Nothing {
        fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
            B256Map::default().code(hash)
        }
    }

    impl History for Idle {
        type Source = Nothing;

        fn source(&self) -> Nothing {
            Nothing
        }

        fn limits(&self) -> &Limits {
            &self.0
        }

        fn sealed(&self, number: u64) -> Result<Boundary, NodeError> {
            let genesis = Genesis::new_chain(1, B256::ZERO, number, Default::default(), 30_000_000);
            Ok(Boundary::genesis(&genesis.unwrap()))
        }

        fn boundary(&self, number: u64, _: u16) -> Result<Boundary, NodeError> {
            self.sealed(number)
        }

        fn input(&self, number: u64) -> Result<BlockInput, NodeError> {
            Err(NodeError::Missing { what: "batch", number })
        }

        fn slots(&self, after: u64, end: u64) -> Result<Slots, NodeError> {
            let mut builder = SlotsBuilder::new(self.sealed(after)?.hash());
            for number in after + 1..=end {
                let sealed = self.sealed(number)?.hash();
                builder.push_block(B256::ZERO, &[], sealed)?;
            }
            Ok(builder.finish()?)
        }
    }

    /// A liar can make the path to its lie as long as it pays for.
    #[tokio::test]
    async fn the_claims_of_a_long_path_are_known_together() {
        let execution = Execution::new(Arc::new(Idle(Limits::SURETY)));
        let domains: Vec<_> = (1..=5_000).map(|first| Domain { first, blocks: 1 }).collect();
        for domain in &domains {
            assert_eq!(execution.answer(*domain), Err(Need::Answer(*domain)));
            execution.gather(Need::Answer(*domain)).await.unwrap();
        }
        for domain in &domains {
            let end = execution.boundary(domain.last()).unwrap().hash();
            assert_eq!(execution.answer(*domain).unwrap().boundary, end);
        }
        assert!(execution.slots(domains[0]).is_err(), "a commitment is kept for disputes alone");
        execution.gather(Need::Slots(domains[0])).await.unwrap();
        let slots = execution.slots(domains[0]).unwrap();
        assert_eq!(execution.answer(domains[0]), Ok(Answer::from(&*slots)));
    }

    #[tokio::test]
    async fn evidence_stays_for_as_long_as_it_is_contested_or_asked_for() {
        let execution = Execution::new(Arc::new(Idle(Limits::SURETY)));
        let [contested, claimed, over] = [1, 2, 3].map(|first| Domain { first, blocks: 1 });
        for domain in [contested, claimed, over] {
            execution.gather(Need::Slots(domain)).await.unwrap();
        }
        let contests = BTreeSet::from([contested]);
        for _ in 0..3 {
            execution.sweep(&contests);
            assert!(execution.answer(claimed).is_ok());
        }
        assert!(execution.slots(contested).is_ok() && execution.answer(contested).is_ok());
        assert_eq!(execution.slots(claimed).err(), Some(Need::Slots(claimed)));
        assert_eq!(execution.answer(over), Err(Need::Answer(over)));

        execution.sweep(&contests);
        execution.sweep(&BTreeSet::new());
        execution.sweep(&BTreeSet::new());
        assert_eq!((execution.slots.len(), execution.slots.kept().bytes), (0, 0));
    }

    impl Weight for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    #[test]
    fn what_is_new_is_kept_and_the_oldest_goes() {
        let cache = Cache::new(12);
        let kept = |keys: [usize; 3]| keys.map(|key| cache.get(key).is_some());
        for key in [5, 7, 3] {
            cache.insert(key, key);
        }
        assert_eq!(kept([3, 5, 7]), [true, false, true], "fifteen bytes are too many");
        cache.insert(99, 99);
        assert_eq!(kept([3, 7, 99]), [false, false, true], "one that is too large stays alone");
        cache.insert(1, 1);
        assert_eq!(kept([1, 7, 99]), [true, false, false]);
    }
}
