//! Checks that engine, verifier and Ethereum agree.

use std::{path::PathBuf, process::ExitCode, str::FromStr};

use clap::{Parser, Subcommand};
use eyre::{Result, WrapErr, bail};
use surety_engine::{
    conformance::{Selection, SuretyBlock, Verifier, check_block},
    state::witness::BlockWitness,
};

/// Checks that engine, verifier and Ethereum agree.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Executes a mainnet block in its own environment, then as a Surety block, each step repeated by the verifier.
    Block {
        /// The block with its execution witness, as JSON; compressed if the name ends in .xz.
        file: PathBuf,
        /// Which steps the verifier repeats: all, or sample=N for N of them evenly spread.
        #[arg(long, default_value = "all")]
        steps: Steps,
        /// Where forge has put the compiled contracts.
        #[arg(long, default_value = "out")]
        contracts: PathBuf,
    },
}

#[derive(Clone, Copy, Debug)]
struct Steps(Selection);

impl FromStr for Steps {
    type Err = eyre::Report;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix("sample=") {
            Some(count) => Ok(Self(Selection::Sample(count.parse()?))),
            None if text == "all" => Ok(Self(Selection::All)),
            None => bail!("expected all or sample=N"),
        }
    }
}

fn main() -> Result<ExitCode> {
    let Command::Block { file, steps: Steps(selection), contracts } = Arguments::parse().command;
    let witness = BlockWitness::read(&file).wrap_err_with(|| file.display().to_string())?;
    let block = SuretyBlock::new(&witness)?;
    let (outcome, state) = block.execute(&witness)?;
    println!(
        "block {}: {} transactions, gas used, receipts root and state root are the header's",
        witness.header.number,
        outcome.executed().count(),
    );
    let mut verifier = Verifier::deploy(&contracts, &block.limits)?;
    let report = check_block(
        &state,
        &block.parent,
        (&block.input, &outcome),
        &block.limits,
        selection,
        &mut verifier,
    )?;
    println!("{} slots: the last boundary's state root is the header's", outcome.slots.len());
    println!("{report}");
    Ok(if report.failures().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
