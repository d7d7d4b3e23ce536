//! The dishonest proposer: executes the block with one wrong opcode result, and defends what follows from it.

use std::sync::Arc;

use eyre::ensure;
use surety_engine::{
    authenticated::blob::ELEMENTS,
    dispute::{
        domain::Domain,
        observe::{self, Observer},
        plan::Policy,
        player::{Player, Tick},
    },
    fault::{Lie, LieKind, LyingExecution},
    l1::send::Lane,
    machine::{Phase, SlotInput, StepInfo, StepSink, trace_slot},
    node::{Node, evidence::Execution, pinned::Pinned},
};

use super::Demo;
use crate::stage::{
    devnet::Account,
    scene::{Scene, block_number},
};

/// The liar's seat.
pub(crate) struct Liar {
    node: Arc<Node>,
    player: Player<Pinned, LyingExecution, LyingExecution, Arc<Lane>>,
    pub(crate) lie: Lie,
}

impl Liar {
    /// Follows the chain up to its one block, and chooses where to lie.
    pub(crate) async fn open(arguments: &Demo, scene: &Scene) -> eyre::Result<Self> {
        let node = Arc::new(scene.node("liar").await?);
        let honest = Execution::new(Arc::clone(&node));
        let lying = choose(arguments, &honest)?;
        let lie = lying.told();
        let lane = Arc::new(scene.devnet.lane(Account::Liar(0))?);
        let deployment = observe::Deployment::from(&*node);
        let observer = Observer::new(Pinned::new(Arc::clone(&node)), deployment, lane.address());
        let player = Player::new(observer, lying.clone(), lying, lane, Policy::CHALLENGER);
        Ok(Self { node, player, lie })
    }

    /// Plays one round; `None` while L1 moves under it.
    pub(crate) async fn round(&self) -> Option<Tick> {
        self.node.tick().await.ok()?;
        self.player.tick().await.ok()
    }

    /// Its node, which executes honestly.
    pub(crate) const fn node(&self) -> &Arc<Node> {
        &self.node
    }
}

/// The lie that was asked for, or an arithmetic opcode inside a nested call.
fn choose(arguments: &Demo, honest: &Execution) -> eyre::Result<LyingExecution> {
    let kind = arguments.lie;
    ensure!(
        matches!(kind, LieKind::Arithmetic | LieKind::Gas)
            || (kind == LieKind::Element && arguments.blob),
        "the demo's liar lies about `arithmetic`, `gas` or, with --blob, an `element`"
    );
    let node = honest.node();
    let domain = Domain { first: block_number(node)?, blocks: 1 };
    if kind == LieKind::Element {
        let lie = Lie { slot: 0, step: arguments.step.unwrap_or(ELEMENTS - 1), kind };
        let lying = LyingExecution::new(honest.clone(), lie);
        lying.lie(domain)?;
        return Ok(lying);
    }
    if let (Some(transaction), Some(step)) = (arguments.transaction, arguments.step) {
        let lie = Lie { slot: Lie::slot_of_transaction(transaction)?, step, kind };
        let lying = LyingExecution::new(honest.clone(), lie);
        lying.lie(domain)?;
        return Ok(lying);
    }
    let entries =
        u32::try_from(node.store().leaves(domain.first)?.unwrap_or_default().entries.len())?;
    let transactions = match arguments.transaction {
        Some(one) => one..one + 1,
        None => 0..entries,
    };
    for transaction in transactions {
        let slot = Lie::slot_of_transaction(transaction)?;
        for step in nested(node, domain.first, slot)? {
            let lying = LyingExecution::new(honest.clone(), Lie { slot, step, kind });
            // a lie may lead to state that this block's witness does not hold: then the liar cannot go on
            if lying.lie(domain).is_ok() {
                return Ok(lying);
            }
        }
    }
    Err(eyre::eyre!("no transaction has an arithmetic opcode inside a nested call to lie about"))
}

/// The steps of a slot that are arithmetic opcodes inside a nested call, those in the middle first.
fn nested(node: &Node, number: u64, slot: u32) -> eyre::Result<Vec<u32>> {
    let before = node.boundary(number, u16::try_from(slot - 1)?)?;
    let block = node.input(number)?;
    let input = SlotInput { slot, boundary: &before, block: Some(&block), limits: node.limits() };
    let mut nested = Nested::default();
    trace_slot(Arc::clone(node.store()), &input, &mut nested)?;
    let Nested(mut steps) = nested;
    let middle = steps.get(steps.len() / 2).copied().unwrap_or_default();
    steps.sort_by_key(|step| step.abs_diff(middle));
    Ok(steps)
}

/// The steps that are arithmetic opcodes inside a nested call.
#[derive(Default)]
struct Nested(Vec<u32>);

impl StepSink for Nested {
    fn step(&mut self, info: &StepInfo, _: alloy::primitives::B256) {
        let is_arithmetic = matches!(info.opcode, Some(0x01..=0x0b));
        if info.phase == Phase::Running && info.depth > 0 && is_arithmetic {
            self.0.push(info.index);
        }
    }
}
