//! `surety relayer`.

use std::{pin::pin, sync::Arc, time::Duration};

use alloy::primitives::Address;
use clap::Args;
use surety_engine::{
    node::{
        process,
        supervisor::{State, Supervisor},
    },
    relay::relayer,
    telemetry::Telemetry,
};
use tokio::{select, time::sleep};
use tracing::{error, info};

use super::seat::SeatArguments;

/// Relays every message, both ways, until it is stopped. It appends batches for what waits to arrive on L2, and pays for all.
#[derive(Clone, Debug, Args)]
pub(crate) struct Relayer {
    /// Only messages from or to this address; may be given more than once.
    #[arg(long)]
    only: Vec<Address>,
    #[command(flatten)]
    seat: SeatArguments,
}

impl Relayer {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let mut shutdown = pin!(process::shutdown()?);
        let seat = self.seat.open().await?;
        let key = seat.key.clone();
        let telemetry = Telemetry::start("surety-relayer", seat.telemetry).await?;
        telemetry.health().allow_lag(seat.lag_seconds);
        let only = self.only.iter().copied();
        let mut relayer = relayer::Relayer::new(Arc::clone(&seat.node), key, seat.settings, only)?
            .reporting_to(telemetry.health().clone());
        info!(account = %seat.account.address(), "started");
        let supervisor = Supervisor::from_environment();
        loop {
            supervisor.tell(State::Alive);
            let idle = match relayer.round().await {
                Ok(round) => round.is_idle(),
                Err(error) => {
                    error!(%error, "this round ends here, the next one looks again");
                    true
                }
            };
            let pause = if idle { seat.poll } else { Duration::ZERO };
            select! {
                biased;
                () = &mut shutdown => return Ok(()),
                () = sleep(pause) => {}
            }
        }
    }
}
