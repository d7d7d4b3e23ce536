//! Surety on the command line: the whole job as a demonstration, and what attacks cost, on an L1 of its own.
//!
//! Needs the compiled contracts in `out/`, anvil in `node_modules/`, and the daemons' programs; `scripts/demo` makes them.

mod demo;
mod simulate_attack;
mod stage;

use clap::{Parser, Subcommand};
use surety_engine::node::process;

/// Disputes on an L1 of its own.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a dispute about a real mainnet block, from deployment to the burned bond.
    Demo(demo::Demo),
    /// Lets many sybils attack one claim and measures what that costs the challenger daemon, and them.
    SimulateAttack(simulate_attack::SimulateAttack),
}

#[tokio::main]
async fn main() -> eyre::Result<()> {
    let arguments = Arguments::parse();
    if std::env::var_os("RUST_LOG").is_some() {
        process::init_tracing(false);
    }
    match arguments.command {
        Command::Demo(demo) => demo.run().await,
        Command::SimulateAttack(attack) => attack.run().await,
    }
}
