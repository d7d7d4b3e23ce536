//! `conformance fuzz`.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use eyre::Result;
use surety_engine::conformance::{
    Verifier,
    fuzz::{Coverage, Findings, Plan, case::LIMITS, check_case, load, run},
};

/// Cases after which progress is told.
const REPORT_EVERY: u64 = 500;

/// Random worlds and blocks.
#[derive(Debug, Args)]
pub(super) struct Fuzz {
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

impl Fuzz {
    /// Whether all agree about every case.
    pub(super) fn run(self) -> Result<bool> {
        if !self.replay.is_empty() {
            return self.replay();
        }
        let Self { seed, first, cases, jobs, save, .. } = self;
        let time = self.seconds.map(Duration::from_secs);
        let plan = Plan { seed, first, cases, time, jobs, save };
        let start = Instant::now();
        let findings = run(&plan, &self.contracts, |findings| {
            if findings.cases.is_multiple_of(REPORT_EVERY) {
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

    fn replay(&self) -> Result<bool> {
        let mut verifier = Verifier::deploy(&self.contracts, &LIMITS)?;
        let mut agree = true;
        for file in &self.replay {
            let result = check_case(&load(file)?, &mut verifier, &mut Coverage::default());
            agree &= result.is_ok();
            match result {
                Ok(size) => println!("{}: {} steps agree", file.display(), size.steps),
                Err(difference) => println!("{}: {difference}", file.display()),
            }
        }
        Ok(agree)
    }
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
