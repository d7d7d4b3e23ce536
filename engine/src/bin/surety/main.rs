//! `surety`: what an operator and a user of a rollup reach for, and the whole job as a demonstration.

mod blocks;
mod bridge;
mod completions;
mod demo;
mod deploy;
mod execute;
mod genesis;
mod place;
mod reference;
mod simulate_attack;
mod soak;
mod stage;
mod step;
mod swap;
mod terminal;
mod trace;
mod view;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use surety_engine::node::process;

/// Fraud proofs for Ethereum rollups: deploy one, look at it, use it, prove a single step of it.
///
/// Commands that act on a rollup take a configuration like a daemon's (--config); those that only look need --l1 and --deployment.
/// With --json a command answers in JSON, errors too. It ends with 0 when it is done, 1 when it failed, the answer is no, or it has
/// sent a transaction and does not know its end, 2 when its arguments or files cannot be used, and 75 when L1 could not be read:
/// then trying again may help.
#[derive(Debug, Parser)]
#[command(name = "surety", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
enum Command {
    /// Runs a dispute about a real mainnet block, from deployment to the burned bond.
    Demo(demo::Demo),
    /// Lets many sybils attack one claim and measures what that costs the challenger daemon, and them.
    SimulateAttack(simulate_attack::SimulateAttack),
    /// Lets users, an attacker and both daemons live together for many L2 blocks, and looks at what becomes of them.
    Soak(soak::Soak),
    Genesis(genesis::Genesis),
    Deploy(deploy::Deploy),
    /// Where the rollup stands, on one screen: batches, claims, disputes, who must move until when, and our account.
    Status(view::LookArguments),
    /// The claims: the latest confirmed ones and all that are undecided.
    Claims(view::LookArguments),
    Claim(view::Claim),
    /// The running disputes: each tournament with its matches, their clocks, and who must move until when; and those that are over.
    Matches(view::LookArguments),
    /// Money: what is free, locked, credited and lost in Bonds, and what a proposer or a challenger needs to hold.
    Bonds(view::LookArguments),
    Deposit(bridge::Deposit),
    Send(bridge::Send),
    Relay(bridge::Relay),
    Withdraw(bridge::Withdraw),
    Messages(bridge::Messages),
    Relayer(bridge::Relayer),
    Swap(swap::Swap),
    Inspect(step::Inspect),
    ProveStep(step::ProveStep),
    Trace(trace::MakeTrace),
    Execute(execute::Execute),
    Completions(completions::Completions),
    #[command(hide = true)]
    Reference(reference::Reference),
}

impl Command {
    /// What it logs unless `RUST_LOG` chooses: warnings; and of users' transactions, which can take minutes to come to
    /// something, each as soon as it is mined.
    const fn log(&self) -> &'static str {
        match self {
            Self::Deposit(_)
            | Self::Send(_)
            | Self::Relay(_)
            | Self::Withdraw(_)
            | Self::Swap(_) => "warn,surety_engine::l1::send=info",
            _ => "warn",
        }
    }

    async fn run(self) -> eyre::Result<ExitCode> {
        match self {
            Self::Demo(demo) => demo.run().await?,
            Self::SimulateAttack(attack) => attack.run().await?,
            Self::Soak(soak) => soak.run().await?,
            Self::Genesis(genesis) => genesis.run().await?,
            Self::Deploy(deploy) => deploy.run().await?,
            Self::Status(look) => look.show::<view::Status>().await?,
            Self::Claims(look) => look.show::<view::Claims>().await?,
            Self::Claim(claim) => claim.run().await?,
            Self::Matches(look) => look.show::<view::Matches>().await?,
            Self::Bonds(look) => look.show::<view::Bonds>().await?,
            Self::Deposit(deposit) => deposit.run().await?,
            Self::Send(send) => send.run().await?,
            Self::Relay(relay) => relay.run().await?,
            Self::Withdraw(withdraw) => withdraw.run().await?,
            Self::Messages(messages) => messages.run().await?,
            Self::Relayer(relayer) => return Ok(relayer.run().await),
            Self::Swap(swap) => swap.run().await?,
            Self::Inspect(inspect) => inspect.run().await?,
            Self::ProveStep(prove) => prove.run().await?,
            Self::Trace(trace) => trace.run().await?,
            Self::Execute(execute) => return Ok(execute.run()),
            Self::Completions(completions) => completions.run()?,
            Self::Reference(reference) => reference.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // known before the arguments are: they may be what is wrong
    let json = std::env::args_os().any(|argument| argument == "--json");
    let command = match Arguments::try_parse() {
        Ok(arguments) => arguments.command,
        Err(error) => return terminal::failure::tell_usage(&error, json),
    };
    match &command {
        Command::Relayer(relayer) => process::init_tracing(relayer.process.log_json),
        _ => process::init_tracing_of(command.log(), json),
    }
    command.run().await.unwrap_or_else(|error| terminal::failure::tell(&error, json))
}
