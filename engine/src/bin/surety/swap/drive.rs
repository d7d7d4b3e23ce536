//! `surety swap status` and `surety swap drive`.

use std::{pin::pin, time::Duration};

use clap::Args;
use surety_engine::{
    node::process,
    swap::{driver::Progress, plan::Next},
};
use tokio::{select, time::sleep};
use tracing::{error, warn};

use super::seats::SeatsArguments;
use crate::stage::amounts::grouped;

/// How to answer.
#[derive(Clone, Debug, Args)]
pub(crate) struct Status {
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    seats: SeatsArguments,
}

/// How to answer.
#[derive(Clone, Debug, Args)]
pub(crate) struct Drive {
    /// Answer as JSON: one line for each thing done, and one for the end.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    seats: SeatsArguments,
}

impl Status {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let (driver, _) = self.seats.open().await?;
        let progress = driver.status().await?;
        progress.iter().try_for_each(|progress| say(progress, self.json))
    }
}

impl Drive {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let (driver, poll) = self.seats.open().await?;
        // until it has caught up nothing is under way, and a signal ends it at once
        if let Err(error) = driver.status().await {
            warn!(%error, "unknown for now");
        }
        let mut shutdown = pin!(process::shutdown()?);
        loop {
            let mut pause = poll;
            match driver.round().await {
                Ok(round) => {
                    let is_over = round.iter().all(Progress::is_over);
                    for progress in round.iter().filter(|it| is_over || it.done.is_some()) {
                        say(progress, self.json)?;
                    }
                    if is_over {
                        return Ok(());
                    }
                    if round.iter().any(|progress| progress.done.is_some()) {
                        pause = Duration::ZERO;
                    }
                }
                Err(error) => error!(%error, "this round ends here, the next one looks again"),
            }
            select! {
                biased;
                () = &mut shutdown => return Ok(()),
                () = sleep(pause) => {}
            }
        }
    }
}

fn say(progress: &Progress, json: bool) -> eyre::Result<()> {
    if json {
        println!("{}", serde_json::to_string(progress)?);
        return Ok(());
    }
    let Progress { view, next, done } = progress;
    let state = format!("leg {}: {}, the swap {}", view.number, view.leg, view.swap);
    match (done, next) {
        (Some(done), Next::Act(step)) => {
            println!("{state}; {step}: {}, {} gas", done.transaction, grouped(done.gas));
        }
        (_, Next::Act(step)) => println!("{state}; due: {step}"),
        (_, Next::Wait(wait)) => println!("{state}; waits: {wait}"),
        (_, Next::Over) => println!("{state}; over"),
    }
    Ok(())
}
