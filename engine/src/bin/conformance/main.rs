//! Checks that engine, verifier and Ethereum agree.

mod fuzz;
mod mutate;
mod state_tests;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
};

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
        /// Which steps the verifier repeats: all, none, or sample=N for N of them evenly spread.
        #[arg(long, default_value = "all")]
        steps: Steps,
        /// Where forge has put the compiled contracts.
        #[arg(long, default_value = "out")]
        contracts: PathBuf,
    },
    /// Runs Ethereum's state tests through revm and the machine, each step repeated by the verifier.
    StateTests(state_tests::StateTests),
    /// Random worlds and blocks, executed by the engine, by revm alone, and step by step by the verifier.
    Fuzz(fuzz::Fuzz),
    /// Changes witnesses and claimed successors of random steps; the verifier must not accept one.
    Mutate(mutate::Mutate),
}

#[derive(Clone, Copy, Debug)]
struct Steps(Selection);

impl FromStr for Steps {
    type Err = eyre::Report;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix("sample=") {
            Some(count) => Ok(Self(Selection::Sample(count.parse()?))),
            None if text == "all" => Ok(Self(Selection::All)),
            None if text == "none" => Ok(Self(Selection::Sample(0))),
            None => bail!("expected all, none or sample=N"),
        }
    }
}

fn main() -> Result<ExitCode> {
    let agree = match Arguments::parse().command {
        Command::Block { file, steps: Steps(selection), contracts } => {
            block(&file, selection, &contracts)?
        }
        Command::StateTests(tests) => tests.run()?,
        Command::Fuzz(fuzz) => fuzz.run()?,
        Command::Mutate(mutate) => mutate.run()?,
    };
    Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn block(file: &Path, selection: Selection, contracts: &Path) -> Result<bool> {
    let witness = BlockWitness::read(file).wrap_err_with(|| file.display().to_string())?;
    let block = SuretyBlock::new(&witness)?;
    let (outcome, state) = block.execute(&witness)?;
    println!(
        "block {}: {} transactions, gas used, receipts root and state root are the header's",
        witness.header.number,
        outcome.executed().count(),
    );
    let mut verifier = Verifier::deploy(contracts, &block.limits)?;
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
    Ok(report.failures().is_empty())
}
