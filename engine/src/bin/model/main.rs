//! The exhaustive model of pairing and clocks: runs every configuration, compares the page that shows the results.

mod cases;
mod mutants;
mod page;
mod session;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use eyre::Result;
use session::Session;
use surety_engine::model::Contract;

/// Explores every run of small disputes, by the contracts' own rules.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where forge has put the compiled contracts.
    #[arg(long, default_value = "out")]
    contracts: PathBuf,
    /// The page with the results.
    #[arg(long, default_value = "docs/model.md")]
    page: PathBuf,
    /// Writes the results into the page.
    #[arg(long)]
    update: bool,
    /// Fails if the page says something else.
    #[arg(long, conflicts_with = "update")]
    check: bool,
    /// Larger configurations too: some minutes, and half a gigabyte.
    #[arg(long)]
    deep: bool,
}

type Table = fn(&mut Session) -> Result<String>;

const TABLES: [(&str, Table); 9] = [
    ("pairing", cases::pairing),
    ("budgets of one level", cases::budgets_of_one_level),
    ("budgets of both levels", cases::budgets_of_both_levels),
    ("mutants", mutants::table),
    ("one by one", cases::one_by_one),
    ("delay", cases::delay),
    ("mainnet", cases::mainnet),
    ("one level", cases::one_level),
    ("both levels", cases::both_levels),
];
const DEEP: (&str, Table) = ("deep", cases::deep);

fn main() -> Result<ExitCode> {
    let Arguments { contracts, page, update, check, deep } = Arguments::parse();
    let mut session = Session::new(Contract::deploy(&contracts)?);
    let mut sections = Vec::new();
    for &(name, table) in TABLES.iter().chain(deep.then_some(&DEEP)) {
        let text = table(&mut session)?;
        println!("## {name}\n\n{text}");
        sections.push((name, text));
    }
    println!("{}", session.summary());
    if update {
        page::update(&page, &sections)?;
    } else if check {
        page::check(&page, &sections)?;
    }
    for failure in session.failures() {
        println!("FAILED: {failure}");
    }
    Ok(if session.failures().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
