//! `surety relayer`: a daemon, which starts, logs and ends as the other two do.

use std::{
    io::{self, Write as _},
    pin::pin,
    process::ExitCode,
    time::Duration,
};

use alloy::{primitives::Address, signers::Signer as _};
use clap::Args;
use serde::Serialize;
use surety_engine::{
    l1::{send::LaneSettings, signer::KeyError},
    node::{
        NodeError,
        daemon::{Daemon, DaemonConfig, StartError},
        deployment::Deployment,
        layers::Config,
        opening::Opened,
        process::{self, Failure},
        supervisor::{State, Supervisor},
    },
    relay::relayer::{self, Round},
    telemetry::Telemetry,
};
use tokio::{select, time::sleep};
use tracing::{error, info};

use crate::{
    place::{KeyArguments, Place},
    terminal::output::Output,
};

/// Relays every message, both ways, until it is stopped. It appends batches for what waits to arrive on L2, and pays for all.
///
/// It starts, logs and ends as the other daemons do. With --json it writes a line for each round that has sent something.
#[derive(Clone, Debug, Args)]
pub(crate) struct Relayer {
    /// Only messages from or to this address; may be given more than once.
    #[arg(long)]
    only: Vec<Address>,
    #[command(flatten)]
    pub(crate) process: process::Arguments,
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    output: Output,
}

/// A seat without tables of its own.
#[derive(Serialize)]
struct NoTables {}

impl Relayer {
    /// Runs it to its end; gives what the process ends with.
    pub(crate) async fn run(&self) -> ExitCode {
        process::exit(self.serve().await)
    }

    async fn serve(&self) -> Result<(), Failure> {
        let mut daemon = Place { layers: self.process.layers.clone() }.settings()?;
        daemon.key = self.key.named().or(daemon.key);
        if self.process.print_config {
            print!("{}", Config { daemon, seat: NoTables {} }.print()?);
            return Ok(());
        }
        check(&daemon)?;
        if self.process.check {
            return Ok(Daemon::check(&daemon).await?);
        }
        let mut shutdown = pin!(process::shutdown()?);
        let telemetry = Telemetry::start("surety-relayer", daemon.telemetry).await?;
        telemetry.health().allow_lag(daemon.node.lag_seconds);
        let Some(opened) = Opened::patiently(&daemon, &mut shutdown).await? else {
            return Ok(());
        };
        let relayer = self.relayer(opened, &daemon)?.reporting_to(telemetry.health().clone());
        self.relay(relayer, daemon.node.poll(), shutdown).await
    }

    fn relayer(
        &self,
        Opened { node, key }: Opened,
        daemon: &DaemonConfig,
    ) -> Result<relayer::Relayer, StartError> {
        let key = key.ok_or(KeyError::None)?;
        info!(account = %key.address(), rollup = %node.deployment().rollup, "started");
        let settings = LaneSettings::from(&daemon.lane);
        let only = self.only.iter().copied();
        relayer::Relayer::new(node, key, settings, only).map_err(|_| StartError::NoBridge)
    }

    /// Makes rounds until `shutdown` resolves; one under way is finished first.
    async fn relay(
        &self,
        mut relayer: relayer::Relayer,
        poll: Duration,
        mut shutdown: impl Future<Output = ()> + Unpin,
    ) -> Result<(), Failure> {
        let supervisor = Supervisor::from_environment();
        supervisor.tell(State::Alive);
        loop {
            let idle = match relayer.round().await {
                Ok(round) => {
                    self.tell(&round)?;
                    round.is_idle()
                }
                Err(error) => {
                    error!(%error, "this round ends here, the next one looks again");
                    true
                }
            };
            supervisor.tell(State::Alive);
            let pause = if idle { poll } else { Duration::ZERO };
            select! {
                biased;
                () = &mut shutdown => break,
                () = sleep(pause) => {}
            }
        }
        supervisor.tell(State::Stopping);
        info!("stopped");
        Ok(())
    }

    fn tell(&self, round: &Round) -> Result<(), Failure> {
        if self.output.json && round.has_sent() {
            let line = serde_json::to_string(round).map_err(Failure::service)?;
            writeln!(io::stdout(), "{line}")?;
        }
        Ok(())
    }
}

/// What can be known to be wrong before anything is waited for.
fn check(config: &DaemonConfig) -> Result<(), StartError> {
    if config.key.is_none() {
        return Err(KeyError::None.into());
    }
    let deployment = Deployment::read(&config.node.deployment).map_err(NodeError::from)?;
    if deployment.bridge.is_none() {
        return Err(StartError::NoBridge);
    }
    Ok(())
}
