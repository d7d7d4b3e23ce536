//! Checks that engine, verifier and Ethereum agree.

mod state_tests;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
    time::{Duration, Instant},
};

use clap::{Args, Parser, Subcommand};
use eyre::{Result, WrapErr, bail};
use surety_engine::{
    conformance::{
        Selection, SuretyBlock, Verifier, check_block,
        fuzz::{self, Coverage, Findings, Plan},
        mutate::{self, Tally},
    },
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
    Fuzz(FuzzArguments),
    /// Changes witnesses and claimed successors of random steps; the verifier must not accept one.
    Mutate {
        /// The seed of the cases that the steps are taken from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many cases.
        #[arg(long, default_value_t = 200)]
        cases: u64,
        /// How many steps of a kind.
        #[arg(long, default_value_t = 1)]
        steps: usize,
        /// One byte of so many is changed.
        #[arg(long, default_value_t = 1)]
        stride: usize,
        /// Where forge has put the compiled contracts.
        #[arg(long, default_value = "out")]
        contracts: PathBuf,
    },
}

#[derive(Debug, Args)]
struct FuzzArguments {
    /// The seed of all cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the first case.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many cases at most.
    #[arg(long, default_value_t = u64::MAX)]
    cases: u64,
    /// How long at most.
    #[arg(long)]
    seconds: Option<u64>,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Where cases with a difference are saved.
    #[arg(long)]
    save: Option<PathBuf>,
    /// Cases that were saved, to be checked again instead.
    #[arg(long, num_args = 1.., conflicts_with_all = ["first", "cases", "seconds"])]
    replay: Vec<PathBuf>,
    /// Where forge has put the compiled contracts.
    #[arg(long, default_value = "out")]
    contracts: PathBuf,
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
        Command::Fuzz(arguments) if arguments.replay.is_empty() => fuzz(arguments)?,
        Command::Mutate { seed, cases, steps: per_kind, stride, contracts } => {
            let plan = mutate::Plan { seed, cases, per_kind, stride };
            let (kinds, Tally { steps, refused, harmless, successors }) =
                mutate::run(&plan, &contracts)?;
            println!(
                "{steps} steps of {kinds} kinds: {refused} witnesses refused, {harmless} led to the right successor, \
                 {successors} claimed successors are wrong",
            );
            true
        }
        Command::Fuzz(FuzzArguments { replay, contracts, .. }) => {
            replay_cases(&replay, &contracts)?
        }
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

fn fuzz(arguments: FuzzArguments) -> Result<bool> {
    let FuzzArguments { seed, first, cases, seconds, jobs, save, contracts, .. } = arguments;
    let time = seconds.map(Duration::from_secs);
    let plan = Plan { seed, first, cases, time, jobs, save };
    let start = Instant::now();
    let findings = fuzz::run(&plan, &contracts, |findings| {
        if findings.cases.is_multiple_of(500) {
            eprintln!("{} s: {}", start.elapsed().as_secs(), summary(findings));
        }
    })?;
    for (case, difference) in &findings.differences {
        println!("case {} of seed {}: {difference}", case.number, case.seed);
    }
    println!("{}", findings.coverage);
    println!("{}", summary(&findings));
    Ok(findings.differences.is_empty())
}

fn summary(findings: &Findings) -> String {
    let Findings { cases, size, coverage, differences } = findings;
    format!(
        "{cases} cases, {} transactions, {} skipped entries, steps verified: {}, {} kinds of steps, {} differences",
        size.executed,
        size.skipped,
        size.steps,
        coverage.kinds(),
        differences.len(),
    )
}

fn replay_cases(files: &[PathBuf], contracts: &Path) -> Result<bool> {
    let mut verifier = Verifier::deploy(contracts, &fuzz::case::LIMITS)?;
    let mut agree = true;
    for file in files {
        let case = fuzz::load(file)?;
        let result = fuzz::check_case(&case, &mut verifier, &mut Coverage::default());
        agree &= result.is_ok();
        match result {
            Ok(size) => println!("{}: {} steps agree", file.display(), size.steps),
            Err(difference) => println!("{}: {difference}", file.display()),
        }
    }
    Ok(agree)
}
