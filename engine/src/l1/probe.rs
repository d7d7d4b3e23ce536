//! All endpoints are asked for their heads now and then: whether one works is known before it is needed, and one that is
//! behind the others is not asked first.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{task::JoinHandle, time::sleep};

use super::fallback::{Distrust, Fallback};

/// How far behind the others an endpoint's head may be: a minute of Ethereum's blocks.
const BEHIND: u64 = 5;

/// The task that asks; it ends with this.
#[derive(Debug)]
pub(super) struct Probe(Option<JoinHandle<()>>);

impl Probe {
    /// Asks again after each `pause`; never if that is zero, or if there is nothing to compare.
    pub(super) fn start(fallback: &Fallback, pause: Duration) -> Self {
        let wanted = !pause.is_zero() && fallback.endpoints().len() > 1;
        Self(wanted.then(|| tokio::spawn(probe(fallback.clone(), pause))))
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

async fn probe(fallback: Fallback, pause: Duration) {
    loop {
        sleep(pause).await;
        let all = 0..fallback.endpoints().len();
        let heads =
            join_all(all.map(async |index| (index, fallback.head_of(index).await.ok()))).await;
        let Some(highest) = heads.iter().filter_map(|(_, head)| *head).max() else { continue };
        for (index, head) in heads {
            if head.is_some_and(|head| head.saturating_add(BEHIND) <= highest) {
                fallback.distrust(index, Distrust::Stale);
            }
        }
    }
}
