//! `conformance mutate`.

use std::path::PathBuf;

use clap::Args;
use eyre::Result;
use surety_engine::conformance::mutate::{Plan, Tally, run};

/// Wrong witnesses and successors.
#[derive(Debug, Args)]
pub(super) struct Mutate {
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
}

impl Mutate {
    /// True: what is accepted and must not be is an error.
    pub(super) fn run(self) -> Result<bool> {
        let Self { seed, cases, steps: per_kind, stride, contracts } = self;
        let (kinds, tally) = run(&Plan { seed, cases, per_kind, stride }, &contracts)?;
        let Tally { steps, refused, harmless, successors } = tally;
        println!(
            "{steps} steps of {kinds} kinds: {refused} witnesses refused, {harmless} led to the right successor, \
             {successors} claimed successors are wrong",
        );
        Ok(true)
    }
}
