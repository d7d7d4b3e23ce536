//! The `state-tests` command.

use std::{fs, path::PathBuf, thread};

use clap::Args;
use eyre::{Result, WrapErr};
use revm::primitives::hardfork::SpecId;
use surety_engine::conformance::state_tests::{self, Options};

use super::Steps;

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct StateTests {
    /// Files of state tests, or folders of them; compressed if the name ends in .xz.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The fork whose results are read from the tests; where a test has none, its newest before it.
    #[arg(long, default_value = "Osaka", value_parser = fork)]
    fork: SpecId,
    /// Which steps the verifier repeats: all, none, or sample=N for N of a subcase and one of each kind.
    #[arg(long, default_value = "all")]
    steps: Steps,
    /// Threads; as many as there are cores.
    #[arg(long)]
    jobs: Option<usize>,
    /// Only subcases whose name contains this.
    #[arg(long)]
    filter: Option<String>,
    /// Where to write the report as JSON.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Where to write the report as tables in Markdown.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Where forge has put the compiled contracts.
    #[arg(long, default_value = "out")]
    contracts: PathBuf,
}

fn fork(name: &str) -> std::result::Result<SpecId, String> {
    name.parse().map_err(|_| format!("no fork is called {name}"))
}

impl StateTests {
    /// Runs them; whether all agree.
    pub(super) fn run(self) -> Result<bool> {
        let jobs = match self.jobs {
            Some(jobs) => jobs,
            None => thread::available_parallelism()?.get(),
        };
        let options = Options {
            fork: self.fork,
            selection: self.steps.0,
            jobs,
            filter: self.filter,
            contracts: self.contracts,
        };
        let report = state_tests::run(&self.paths, &options)?.report();
        if let Some(path) = self.report {
            fs::write(&path, serde_json::to_vec_pretty(&report)?)
                .wrap_err_with(|| path.display().to_string())?;
        }
        if let Some(path) = self.markdown {
            fs::write(&path, report.markdown()).wrap_err_with(|| path.display().to_string())?;
        }
        println!("{report}");
        Ok(report.failed == 0)
    }
}
