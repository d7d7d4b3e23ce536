//! Surety on the command line: the whole job as a demonstration, and what attacks cost, on an L1 of its own.
//!
//! Makes and executes traces, too, which needs nothing else.
//!
//! Needs the compiled contracts in `out/`, anvil in `node_modules/`, and the daemons' programs; `scripts/demo` makes them.

mod bridge;
mod demo;
mod execute;
mod genesis;
mod simulate_attack;
mod soak;
mod stage;
mod swap;
mod trace;

use std::process::ExitCode;

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
    /// Lets users, an attacker and both daemons live together for many L2 blocks, and looks at what becomes of them.
    Soak(soak::Soak),
    /// Writes the genesis file of a new rollup.
    Genesis(genesis::Genesis),
    /// Deposits ETH from L1 to an account on L2.
    Deposit(bridge::Deposit),
    /// Sends a message from L1 to L2, or from L2 to L1.
    Send(bridge::Send),
    /// Relays a message from L1 on L2.
    Relay(bridge::Relay),
    /// Carries a message from L2 out on L1.
    Withdraw(bridge::Withdraw),
    /// Says where messages stand.
    Messages(bridge::Messages),
    /// Relays all messages, both ways, until it is stopped.
    Relayer(bridge::Relayer),
    Trace(trace::MakeTrace),
    Execute(execute::Execute),
    /// Swaps ETH or tokens on one rollup for those on another, both or none.
    Swap(swap::Swap),
}

#[tokio::main]
async fn main() -> eyre::Result<ExitCode> {
    let arguments = Arguments::parse();
    let is_daemon = matches!(arguments.command, Command::Relayer(_));
    if is_daemon || std::env::var_os("RUST_LOG").is_some() {
        process::init_tracing(false);
    }
    let done = match arguments.command {
        Command::Demo(demo) => demo.run().await,
        Command::SimulateAttack(attack) => attack.run().await,
        Command::Soak(soak) => soak.run().await,
        Command::Genesis(genesis) => genesis.run(),
        Command::Deposit(deposit) => deposit.run().await,
        Command::Send(send) => send.run().await,
        Command::Relay(relay) => relay.run().await,
        Command::Withdraw(withdraw) => withdraw.run().await,
        Command::Messages(messages) => messages.run().await,
        Command::Relayer(relayer) => relayer.run().await,
        Command::Trace(trace) => trace.run().await,
        Command::Execute(execute) => return Ok(execute.run()),
        Command::Swap(swap) => swap.run().await,
    };
    done.map(|()| ExitCode::SUCCESS)
}
