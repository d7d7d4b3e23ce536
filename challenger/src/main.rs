//! Surety's challenger: re-executes everything, checks every claim, and disputes the wrong ones.

mod config;

use std::{collections::BTreeMap, process::ExitCode};

use clap::Parser;
use surety_challenger::page;
use surety_engine::{
    dispute::domain::ClaimId,
    l1::signer::KeyError,
    node::{
        daemon::{Daemon, StartError},
        process::{self, Failure},
    },
    status::verdict::{Verdict, check},
    telemetry::{Telemetry, alarm::Alarm},
};
use tracing::{error, info, warn};

use crate::config::Config;

/// Watches a Surety rollup and disputes wrong claims.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(flatten)]
    process: process::Arguments,
    /// Checks every claim and says when somebody has to move. Takes no key, and never signs.
    #[arg(long)]
    watch_only: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    process::init_tracing(arguments.process.log_json);
    process::exit(run(arguments).await)
}

async fn run(Arguments { process, watch_only }: Arguments) -> Result<(), Failure> {
    let mut config: Config = process.layers.read()?;
    if watch_only {
        config.daemon.key = None;
    }
    if process.print_config {
        print!("{}", config.print()?);
        return Ok(());
    }
    let policy = config.seat.challenger.policy();
    if !watch_only && config.daemon.key.is_none() {
        return Err(StartError::from(KeyError::None).into());
    }
    if process.check {
        return Ok(Daemon::check(&config.daemon).await?);
    }
    let mut shutdown = std::pin::pin!(process::shutdown()?);
    let telemetry = Telemetry::start(env!("CARGO_PKG_NAME"), config.daemon.telemetry).await?;
    let Some(daemon) = Daemon::start(&config.daemon, policy, &mut shutdown).await? else {
        return Ok(());
    };
    let daemon = daemon.reporting_to(telemetry.health().clone());
    let health = telemetry.health().clone();
    let page = page::serve(&config.seat.page, daemon.reports(), health).await;
    let _page = page.map_err(Failure::service)?;
    let (mut known, disputes) = (BTreeMap::new(), !watch_only);
    daemon
        .run(shutdown, |tick| {
            let verdicts = check(&tick.snapshot, daemon.execution());
            for (claim, verdict) in &verdicts {
                if known.get(claim) != Some(verdict) {
                    report(*claim, *verdict, disputes);
                }
            }
            known = verdicts;
        })
        .await;
    Ok(())
}

fn report(claim: ClaimId, verdict: Verdict, disputes: bool) {
    match verdict {
        Verdict::Right => info!(%claim, "claim agrees with our execution"),
        Verdict::Wrong => {
            let alarm = Alarm::WrongClaim.raise();
            if disputes {
                error!(alarm, %claim, "claim is wrong: disputing it");
            } else {
                error!(alarm, %claim, "claim is wrong: somebody has to dispute it");
            }
        }
        Verdict::OnWrong(wrong) => {
            warn!(%claim, %wrong, "claim builds on a wrong one and falls with it")
        }
        Verdict::Unknown(need) => warn!(%claim, %need, "claim cannot be checked yet"),
    }
}
