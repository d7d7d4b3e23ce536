//! Surety's challenger: re-executes everything, checks every claim, and disputes the wrong ones.

mod checks;

use std::{collections::BTreeMap, path::PathBuf};

use clap::Parser;
use surety_engine::{
    dispute::{domain::ClaimId, plan::Policy},
    node::{
        daemon::{Daemon, DaemonConfig},
        process,
    },
    telemetry::{Telemetry, alarm::Alarm},
};
use tracing::{error, info, warn};

use crate::checks::{Verdict, check};

/// Watches a Surety rollup and disputes wrong claims.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Configuration file (TOML).
    #[arg(long, env = "SURETY_CONFIG")]
    config: PathBuf,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
}

#[tokio::main]
async fn main() -> eyre::Result<()> {
    let arguments = Arguments::parse();
    process::init_tracing(arguments.log_json);
    let config: DaemonConfig = process::read_config(&arguments.config)?;
    let shutdown = process::shutdown()?;
    let telemetry = Telemetry::start(env!("CARGO_PKG_NAME"), config.telemetry).await?;
    let daemon = Daemon::open(config, Policy::CHALLENGER).await?;
    let daemon = daemon.reporting_to(telemetry.health().clone());
    let mut known = BTreeMap::new();
    daemon
        .run(shutdown, |tick| {
            for (claim, verdict) in check(&tick.snapshot, daemon.execution()) {
                report(&mut known, claim, verdict);
            }
        })
        .await;
    Ok(())
}

/// Says each verdict once.
fn report(known: &mut BTreeMap<ClaimId, Verdict>, claim: ClaimId, verdict: Verdict) {
    if known.insert(claim, verdict) == Some(verdict) {
        return;
    }
    match verdict {
        Verdict::Right => info!(%claim, "claim agrees with our execution"),
        Verdict::Wrong => {
            error!(alarm = Alarm::WrongClaim.raise(), %claim, "claim is wrong: disputing it");
        }
        Verdict::OnWrong(wrong) => {
            warn!(%claim, %wrong, "claim builds on a wrong one and falls with it")
        }
        Verdict::Unknown(need) => warn!(%claim, %need, "claim cannot be checked yet"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use surety_engine::l1::signer::KeySource;

    use super::*;

    const EXAMPLE: &str = include_str!("../../docs/examples/challenger.toml");

    #[test]
    fn the_example_is_valid() {
        let config: DaemonConfig = toml::from_str(EXAMPLE).unwrap();
        assert_eq!((config.node.poll_ms, config.node.lag_seconds), (2_000, 120));
        assert!(matches!(config.key, KeySource::Mnemonic { index: 0, .. }));
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        let file = EXAMPLE.replace("poll_ms", "pol_ms");
        assert!(toml::from_str::<DaemonConfig>(&file).is_err());
    }
}
