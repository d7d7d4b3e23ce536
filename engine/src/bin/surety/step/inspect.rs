//! `surety inspect`.

use std::fmt;

use clap::Args;
use serde::Serialize;
use surety_engine::inspect::{Inspection, Page};

use super::which::Which;
use crate::{
    blocks::BlocksArguments,
    stage::amounts::grouped,
    terminal::{output::Output, table::Table},
};

/// Tells in plain words what a step of the machine does, or lists the steps of a transaction.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  surety inspect --transaction 0x3d7b... --list --l1 http://127.0.0.1:8545
  surety inspect --block 12 --transaction 0 --step 3096 --offline --store challenger-store
  surety inspect --block 12 --slot 1023 --step 0")]
pub(crate) struct Inspect {
    #[command(flatten)]
    which: Which,
    /// The step of the slot, from 0.
    #[arg(long, required_unless_present = "list", conflicts_with = "list")]
    step: Option<u32>,
    /// List steps instead.
    #[arg(long)]
    list: bool,
    /// The first step to list.
    #[arg(long, default_value_t = 0, requires = "list")]
    from: u32,
    /// How many to list at most.
    #[arg(long, default_value_t = 50, requires = "list")]
    count: u32,
    #[command(flatten)]
    blocks: BlocksArguments,
    #[command(flatten)]
    output: Output,
}

impl Inspect {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let blocks = self.blocks.open().await?;
        let found = self.which.find(&blocks)?;
        match self.step {
            Some(step) => {
                let (inspection, _) = blocks.inspect(found.domain, found.slot, step)?;
                self.output.say(&Told(inspection))
            }
            None => {
                let range = self.from..self.from.saturating_add(self.count);
                self.output.say(&Listed(blocks.list(found.domain, found.slot, range)?))
            }
        }
    }
}

/// A step, for people.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Told(pub(super) Inspection);

#[derive(Serialize)]
#[serde(transparent)]
struct Listed(Page);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = &self.0;
        writeln!(f, "{}: {}", it.name, it.outcome)?;
        writeln!(f, "{}\n", it.words)?;
        let mut table = Table::new(&[]);
        let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
        row(
            "where",
            format!("block {}, slot {}, step {} of {}", it.block, it.slot, it.step, it.steps),
        );
        if let Some(hash) = it.transaction {
            row("transaction", hash.to_string());
        }
        if let Some(frame) = &it.frame {
            let fixed = if frame.is_static { ", static" } else { "" };
            row("account", format!("{} (depth {}{fixed})", frame.account, frame.depth));
            if frame.code != frame.account {
                row("code", frame.code.to_string());
            }
            row("caller", frame.caller.to_string());
            let (pc, gas) = (frame.pc, grouped(frame.gas));
            row(
                "before",
                format!("pc {pc}, {gas} gas, {} items, {} words", frame.stack, frame.memory),
            );
        }
        for operand in &it.operands {
            row(&operand.name, format!("{:#x}", operand.value));
        }
        if let Some(result) = it.result {
            row("result", format!("{result:#x}"));
        }
        if let Some(job) = it.job {
            row("job", format!("{}, {} of {} done", job.kind, job.done, job.total));
        }
        for change in &it.changes {
            row(change.what, format!("{} -> {}", change.before, change.after));
        }
        row("state before", it.pre.to_string());
        row("state after", it.post.to_string());
        row("proven by", it.family.to_owned());
        let witness = it.witness;
        row(
            "witness",
            format!(
                "{} bytes: {} codes ({} bytes), {} trie nodes ({} bytes), {} words",
                grouped(witness.bytes as u64),
                witness.codes,
                grouped(witness.code_bytes as u64),
                witness.nodes,
                grouped(witness.node_bytes as u64),
                witness.words
            ),
        );
        write!(f, "{table}")
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = &self.0;
        let headings = ["step", "what", "pc", "depth", "gas", "family", "contract", ""];
        let mut table = Table::new(&headings).right(&[0, 2, 3, 4]);
        let text = |number: Option<u64>| number.map(|it| it.to_string()).unwrap_or_default();
        for line in &page.lines {
            table.row([
                line.step.to_string(),
                line.name.clone(),
                text(line.pc.map(u64::from)),
                text(line.depth.map(u64::from)),
                line.gas.map(grouped).unwrap_or_default(),
                line.family.to_owned(),
                line.contract.map(|it| it.to_string()).unwrap_or_default(),
                line.failure.clone().unwrap_or_default(),
            ]);
        }
        write!(f, "{table}")?;
        let next = page.lines.last().map_or(0, |line| line.step.saturating_add(1));
        writeln!(f, "\nblock {}, slot {}: {} steps", page.block, page.slot % 1024, page.steps)?;
        if next != 0 && next < page.steps {
            writeln!(f, "more: --from {next}")?;
        }
        Ok(())
    }
}
