//! L1 nodes that fail: what is known stays right, what is signed is what a daemon at a faultless node would sign, and the
//! dispute ends as it should.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::{
    eips::BlockNumberOrTag,
    providers::{Provider, ext::AnvilApi},
};
use surety_engine::{
    dispute::{
        domain::{ClaimStatus, Snapshot},
        observe::{self, Observer},
        plan::{Decision, Policy, plan},
        player::{self, Failure, Player},
        prepare::prepare,
    },
    fault::{Lie, LieKind, LyingExecution},
    l1::{
        append::append_call,
        bindings::IInbox,
        client::L1Client,
        follow::Headers as _,
        send::{Lane, LaneConfig, LaneError, LaneSettings},
        signer::KeySource,
    },
    node::{
        Node, NodeError,
        batches::view,
        config::NodeConfig,
        daemon::{Daemon, DaemonConfig, Unknown},
        evidence::Execution,
        pinned::Pinned,
    },
};

use crate::{
    devnet::{Devnet, catch_up, key},
    endpoints::{QUICK, through},
    proxy::{Fault, Proxy, SentCall},
    support::scenario,
};

#[tokio::test]
async fn a_reorg_of_any_depth_down_to_finality_is_followed_and_none_below() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let node = Node::open(&devnet.config).await.unwrap();
    assert_eq!(catch_up(&node).await, 1);
    devnet.l1.provider().anvil_mine(Some(40), None).await.unwrap();
    devnet.append(2).await;
    assert_eq!(catch_up(&node).await, 2);
    devnet.check(&node, 2).await;
    // several blocks at once, the second batch among them
    devnet.replace(20).await;
    assert_eq!(catch_up(&node).await, 1);
    devnet.check(&node, 1).await;

    devnet.l1.provider().anvil_mine(Some(100), None).await.unwrap();
    assert_eq!(catch_up(&node).await, 1);
    let finalized = devnet.l1.provider().get_block_by_number(BlockNumberOrTag::Finalized).await;
    let finalized = finalized.unwrap().unwrap().header.number;
    let head = devnet.l1.head().await.unwrap().number;
    devnet.replace(head - finalized + 5).await;
    let error = node.tick().await.unwrap_err();
    assert!(matches!(error, NodeError::BelowFinality { .. }), "{error}");
    assert!(node.sealed(1).is_ok(), "nothing is undone");
}

/// What one phase meets: a fault for a round, after a reorganisation of this many blocks.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    fault: Fault,
    reorg: u64,
}

/// Posts the first batch as a batcher does: what to send is looked up on the chain again after each failure, and after each
/// reorganisation that took it back. It is posted once.
async fn post(devnet: &Devnet, proxy: &Proxy, trouble: Trouble) {
    let inbox = devnet.deployment.inbox;
    let latest = async || {
        let head = devnet.l1.head().await.unwrap();
        view(&devnet.l1, inbox, head.hash, IInbox::latestBlockCall {}).await.unwrap()
    };
    let l1 = L1Client::connect_with(proxy.url.as_str(), None, QUICK).await.unwrap();
    let hasty = LaneSettings { patience: Duration::from_secs(2), ..LaneSettings::default() };
    let lane = Lane::new(l1.clone(), key(&devnet.directory, 0), hasty);
    let append = async || {
        let recipient = scenario::address("fee-recipient");
        let call = append_call(&l1, inbox, recipient, scenario::block(1).batch).await.ok()?;
        lane.send(&call).await.ok()
    };
    proxy.set(trouble.fault);
    append().await;
    proxy.set(Fault::None);
    if trouble.reorg > 0 && latest().await == 1 {
        devnet.replace(1).await;
        assert_eq!(latest().await, 0);
    }
    for _ in 0..4 {
        if latest().await == 1 {
            break;
        }
        append().await;
    }
    assert_eq!(latest().await, 1, "{trouble:?}");
    // no reorganisation of the tests is as deep
    devnet.l1.provider().anvil_mine(Some(10), None).await.unwrap();
}

/// What was played in a round, though a later L2 block may be stuck.
fn played(round: Result<Option<player::Tick>, Unknown>) -> Option<player::Tick> {
    match round {
        Ok(played) => played,
        Err(Unknown::Stuck { played, .. }) => Some(*played),
        Err(_) => None,
    }
}

/// A dispute from the lie to the last coin, on L1 through a proxy. The honest daemon plays with what it keeps for disputes.
struct Dispute {
    devnet: Devnet,
    proxy: Proxy,
    honest: Daemon,
    /// Plans for the honest account at a faultless node, and sends nothing.
    reference: (Arc<Node>, Observer<Pinned>, Execution),
    liar: (Arc<Node>, Player<Pinned, LyingExecution, LyingExecution, Arc<Lane>>),
    allowed: BTreeSet<SentCall>,
}

impl Dispute {
    /// A dispute about the first L2 block. The honest daemon has no blobs if it is `without_blobs`.
    async fn new(trouble: Trouble, without_blobs: bool) -> Self {
        let devnet = Devnet::new().await;
        let direct = devnet.config.l1.urls()[0].clone();
        let proxy = Proxy::start(&direct).await;
        post(&devnet, &proxy, trouble).await;
        let open = async |urls: Vec<String>, store: &str| {
            let node = Node::open(&through(&devnet, urls, store)).await.unwrap();
            catch_up(&node).await;
            Arc::new(node)
        };
        let mut config = with_floor(&devnet, through(&devnet, vec![proxy.url.clone()], "honest"));
        if without_blobs {
            config.node.beacon = None;
        }
        let honest = Daemon::open(&config, Policy::CHALLENGER).await.unwrap();
        let account = honest.account().unwrap();

        let node = open(vec![direct.clone()], "reference").await;
        let observer = observer_at(&node, account);
        let reference = (Arc::clone(&node), observer, Execution::new(node));

        let node = open(vec![direct], "liar").await;
        let lie = Lie { slot: 1, step: 0, kind: LieKind::Nonce };
        let lying = LyingExecution::new(Execution::new(Arc::clone(&node)), lie);
        let signer = key(&devnet.directory, 2);
        let lane = Arc::new(Lane::new(node.l1().clone(), signer, LaneSettings::default()));
        let observer = observer_at(&node, lane.address());
        let player = Player::new(observer, lying.clone(), lying, lane, Policy::PROPOSER);
        let allowed = BTreeSet::new();
        Self { devnet, proxy, honest, reference, liar: (node, player), allowed }
    }

    /// What a daemon at a faultless node sees, and would send first. All of what it would send is allowed from now on.
    async fn look(&mut self) -> (Snapshot, Option<&'static str>) {
        let (node, observer, evidence) = &self.reference;
        catch_up(node).await;
        let snapshot = observer.snapshot().await.unwrap();
        let mut planned;
        loop {
            planned = plan(&snapshot, evidence, Policy::CHALLENGER);
            let needs: Vec<_> = planned.iter().filter_map(|planned| planned.need()).collect();
            if needs.is_empty() {
                break;
            }
            for need in needs {
                use surety_engine::dispute::honest::Evidence as _;
                evidence.gather(need).await.unwrap();
            }
        }
        let mut first = None;
        for planned in &planned {
            if let Decision::Act(intent) = &planned.decision {
                let deployment = observer.deployment();
                let call = prepare(deployment, observer.account(), intent, evidence).await.unwrap();
                self.allowed.insert((call.to, call.value, call.data));
                first.get_or_insert(intent.label());
            }
        }
        (snapshot, first)
    }

    /// One round of the honest daemon. Before its first move of each kind the next of `faults` is there for a round, and L1
    /// reorganises by `reorg` blocks. Returns whether it sent something.
    async fn honest(
        &mut self,
        faults: &[Fault],
        reorg: u64,
        phases: &mut Vec<&'static str>,
    ) -> bool {
        let (_, next) = self.look().await;
        if let Some(label) = next
            && !phases.contains(&label)
        {
            if reorg > 0 {
                self.devnet.replace(reorg).await;
                self.look().await;
            }
            self.proxy.set(faults[phases.len() % faults.len()]);
            phases.push(label);
            // unknown, or right: never wrong
            let round = self.honest.round().await;
            self.proxy.set(Fault::None);
            if played(round).is_some_and(|tick| tick.sent.is_some()) {
                return true;
            }
        }
        for _ in 0..8 {
            if let Some(tick) = played(self.honest.round().await) {
                return tick.sent.is_some();
            }
        }
        false
    }

    /// Plays until the lie is lost and the honest side has its money back. Returns the phases.
    async fn play(mut self, faults: &[Fault], reorg: u64) -> Vec<&'static str> {
        let mut phases = vec!["append"];
        for _ in 0..600 {
            let mut idle = !self.honest(faults, reorg, &mut phases).await;
            let _ = self.liar.0.tick().await;
            if let Ok(tick) = self.liar.1.tick().await {
                idle &= tick.sent.is_none();
            }
            let inbox = Some(self.devnet.deployment.inbox);
            for call in self.proxy.sent().into_iter().filter(|call| call.0 != inbox) {
                let planned = self.allowed.contains(&call);
                assert!(planned, "signed what a faultless node does not plan: {call:?}");
            }
            let (snapshot, next) = self.look().await;
            if idle && next.is_none() && over(&snapshot) {
                self.assert_won(&snapshot);
                return phases;
            }
            if idle && next.is_none() {
                self.devnet.l1.provider().anvil_mine(Some(4), None).await.unwrap();
            }
        }
        panic!("the dispute does not end: {phases:?}");
    }

    fn assert_won(&self, snapshot: &Snapshot) {
        let key = &snapshot.claims[&snapshot.latest_confirmed].key;
        let right = self.reference.0.slots(0, 1).unwrap();
        assert_eq!((key.trace_root, key.boundary), (right.tree().root(), right.boundary()));
        assert!(snapshot.account.free.is_zero(), "the honest side has its money back");
    }
}

/// A daemon of the second account, which keeps all that it has for disputes.
fn with_floor(devnet: &Devnet, node: NodeConfig) -> DaemonConfig {
    // it writes the file
    key(&devnet.directory, 1);
    let path = devnet.directory.path().join("phrase");
    let key = Some(KeySource::Mnemonic { path, index: 1 });
    let floor_gwei = 10_000_000_000_000;
    let lane = LaneConfig { floor_gwei, patience_seconds: 5, ..LaneConfig::default() };
    DaemonConfig { key, lane, ..DaemonConfig::of(node) }
}

#[tokio::test]
async fn nothing_is_claimed_with_what_is_kept_for_disputes() {
    let devnet = Devnet::new().await;
    devnet.append(1).await;
    let config = with_floor(&devnet, devnet.config.clone());
    let daemon = Daemon::open(&config, Policy::PROPOSER).await.unwrap();
    let tick = daemon.round().await.unwrap().unwrap();
    assert!(tick.sent.is_none());
    let failures = &tick.failures[..];
    assert!(matches!(failures, [Failure::Lane(LaneError::Funds { label: "deposit", .. })]));
    assert_eq!(tick.unpaid(), BTreeSet::from(["deposit"]));
}

fn observer_at(node: &Arc<Node>, account: alloy::primitives::Address) -> Observer<Pinned> {
    Observer::new(Pinned::new(Arc::clone(node)), observe::Deployment::from(&**node), account)
}

/// The lie is lost, the truth confirmed, and no bond is held for either.
fn over(snapshot: &Snapshot) -> bool {
    let lost = snapshot.claims.values().any(|claim| claim.status == ClaimStatus::Lost);
    let held = snapshot.bonds.values().any(|bond| bond.status.is_held());
    lost && snapshot.claims[&snapshot.latest_confirmed].end == 1 && !held
}

/// Batch, rival, bisection, step tournament, step proof, settlement, confirmation and the money's way home.
const PHASES: [&str; 9] = [
    "append",
    "proposeSibling",
    "turn",
    "joinSteps",
    "resolve",
    "conclude",
    "confirm",
    "releaseBond",
    "withdraw",
];

/// Plays a dispute each phase of which meets the next of `faults`, after a reorganisation by `reorg` blocks.
async fn survives(faults: &[Fault], reorg: u64) {
    let began = Instant::now();
    let dispute = Dispute::new(Trouble { fault: faults[0], reorg }, false).await;
    let phases = dispute.play(faults, reorg).await;
    println!("{faults:?}, {reorg}: {} phases, {:?}", phases.len(), began.elapsed());
    for phase in PHASES {
        assert!(phases.contains(&phase), "{faults:?}, {reorg}: {phases:?}");
    }
}

/// Each phase of a dispute meets another fault.
#[tokio::test]
async fn t40_a_dispute_is_won_through_a_node_that_fails_in_every_phase() {
    survives(&Fault::ALL, 0).await;
}

#[tokio::test]
async fn t40_a_dispute_is_won_while_l1_reorganises_in_every_phase() {
    survives(&[Fault::None], 2).await;
}

/// Whoever likes may append a blob. One that a daemon cannot get keeps it from what comes after it, and from nothing else.
#[tokio::test]
async fn t38_a_dispute_is_won_while_a_later_blob_is_missing() {
    let mut dispute = Dispute::new(Trouble { fault: Fault::None, reorg: 0 }, true).await;
    let (node, liar) = &mut dispute.liar;
    let mut last = "";
    while last != "propose" {
        catch_up(node).await;
        last = liar.tick().await.unwrap().sent.unwrap().0.label();
    }
    // it claims nothing more
    liar.policy.propose_after = None;
    dispute.devnet.append_blob(2).await;
    dispute.look().await;
    let Err(Unknown::Stuck { source, .. }) = dispute.honest.round().await else {
        panic!("there is no blob to be had");
    };
    assert!(matches!(source, NodeError::Blob { number: 2, .. }), "{source}");
    let phases = dispute.play(&[Fault::None], 0).await;
    assert!(PHASES.iter().all(|phase| phases.contains(phase)), "{phases:?}");
}

/// Every fault in every phase, and reorganisations of several depths with lies.
#[tokio::test]
#[ignore = "minutes: the sample above is run always"]
async fn every_fault_in_every_phase() {
    for fault in Fault::ALL {
        survives(&[fault], 0).await;
    }
    for depth in [1, 3, 6] {
        survives(&Fault::ALL, depth).await;
    }
}
