//! Who lies, and how: every sybil at another slot or step.

use std::{collections::BTreeSet, sync::Arc};

use eyre::{OptionExt as _, bail, ensure, eyre};
use surety_engine::{
    commitment::{Slots, Steps},
    dispute::{
        domain::Domain,
        honest::{Evidence as _, Honest, Known, Need},
    },
    fault::{Lie, LieKind, LyingExecution, leap},
    machine::groups::Machine,
    node::evidence::Execution,
};

/// What the liars lie about, one after another: a kind gives a slot one lie, since its steps lead to the same end.
const KINDS: [LieKind; 4] =
    [LieKind::Gas, LieKind::ExtraStep, LieKind::ValidSkipped, LieKind::Nonce];
/// Steps that are tried for one lie: not every step is an opcode, and not every lie leads to state that the block's
/// witness holds.
const STEPS_PER_LIE: u32 = 16;

/// A version of what happened on L2.
#[derive(Clone, Debug)]
pub(super) struct Story {
    lying: LyingExecution,
    /// Steps of the lying slot that nobody has executed.
    forged: Option<Arc<Steps>>,
}

impl Story {
    /// The execution with the lie.
    pub(super) const fn lying(&self) -> &LyingExecution {
        &self.lying
    }
}

impl Honest for Story {
    fn boundary(&self, block: u64) -> Known<Machine> {
        self.lying.boundary(block)
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        self.lying.slots(domain)
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        match &self.forged {
            Some(forged) if slot == self.lying.told().slot => Ok(Arc::clone(forged)),
            _ => self.lying.steps(domain, slot),
        }
    }
}

/// `count` liars, each with a claim of its own: the whole block executed with one step wrong.
pub(super) async fn claimants(
    count: u32,
    honest: &Execution,
    domain: Domain,
) -> eyre::Result<Vec<Story>> {
    let mut stories = Vec::new();
    let mut roots = BTreeSet::new();
    for kind in KINDS {
        for slot in 1..=entries(honest, domain)? {
            let from = match kind {
                LieKind::Gas | LieKind::ExtraStep => {
                    traced(honest, domain, slot).await?.taken() / 2
                }
                _ => 0,
            };
            if let Some(lying) = lie(honest, domain, kind, slot, from)
                && roots.insert(known(lying.slots(domain))?.tree().root())
            {
                stories.push(Story { lying, forged: None });
                if stories.len() == usize::try_from(count)? {
                    return Ok(stories);
                }
            }
        }
    }
    bail!("this block has only {} places to lie at", stories.len())
}

/// One liar with a claim about the longest slot, and `count - 1` others that defend it by other steps: right up to one
/// step, each up to another, which leads at once to the state in which the liar's slot ends.
pub(super) async fn accomplices(
    count: u32,
    honest: &Execution,
    domain: Domain,
) -> eyre::Result<Vec<Story>> {
    let mut longest = (0, 0);
    for slot in 1..=entries(honest, domain)? {
        longest = longest.max((traced(honest, domain, slot).await?.taken(), slot));
    }
    let (taken, slot) = longest;
    ensure!(taken > count, "the longest slot has only {taken} steps to lie at");
    let lying =
        lie(honest, domain, LieKind::Gas, slot, taken / 2).ok_or_eyre("nothing to lie about")?;
    let end = known(lying.slots(domain))?.tree().leaf(slot)?;
    let steps = traced(honest, domain, slot).await?;
    let mut stories = vec![Story { lying: lying.clone(), forged: None }];
    for number in 1..count {
        let forged = leap(&steps, number * (taken / count), end)?;
        stories.push(Story { lying: lying.clone(), forged: Some(Arc::new(forged)) });
    }
    Ok(stories)
}

/// Transactions of the block.
fn entries(honest: &Execution, domain: Domain) -> eyre::Result<u32> {
    let leaves = honest.node().store().leaves(domain.first)?;
    Ok(u32::try_from(leaves.ok_or_eyre("the block was not executed")?.entries.len())?)
}

async fn traced(honest: &Execution, domain: Domain, slot: u32) -> eyre::Result<Arc<Steps>> {
    if honest.steps(domain, slot).is_err() {
        honest.gather(Need::Steps(domain, slot)).await?;
    }
    known(honest.steps(domain, slot))
}

fn known<T>(known: Known<T>) -> eyre::Result<T> {
    known.map_err(|need| eyre!("{need} are not known"))
}

/// A lie of this kind at the first step from `from` on that admits one.
fn lie(
    honest: &Execution,
    domain: Domain,
    kind: LieKind,
    slot: u32,
    from: u32,
) -> Option<LyingExecution> {
    (from..from + STEPS_PER_LIE).find_map(|step| {
        let lying = LyingExecution::new(honest.clone(), Lie { slot, step, kind });
        lying.lie(domain).is_ok().then_some(lying)
    })
}
