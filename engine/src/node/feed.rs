//! The newest status of a daemon, for whoever shows it: pages, metrics, RPC.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use tokio::sync::watch;

use super::{Node, evidence::Execution, places::Atlas};
use crate::{
    dispute::{domain::Snapshot, player::Tick},
    status::{Status, Vantage, journal::Journal},
    telemetry::Standing,
};

/// What is known after a round.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where everything stands.
    pub status: Status,
    /// What that was made from.
    pub snapshot: Snapshot,
    /// When the round ended.
    pub at: SystemTime,
}

/// The newest report; none until the first complete round.
pub type Reports = watch::Receiver<Option<Arc<Report>>>;

/// Where a daemon publishes its reports.
#[derive(Debug)]
pub struct Feed {
    atlas: Atlas,
    journal: Mutex<Journal>,
    newest: watch::Sender<Option<Arc<Report>>>,
}

impl Feed {
    /// Nothing published yet.
    #[must_use]
    pub fn new(execution: Execution) -> Self {
        let newest = watch::Sender::new(None);
        Self { atlas: Atlas::new(execution), journal: Mutex::default(), newest }
    }

    /// The newest report, now and whenever there is a new one.
    #[must_use]
    pub fn reports(&self) -> Reports {
        self.newest.subscribe()
    }

    /// A round is complete: what is published of it.
    pub(super) fn publish(
        &self,
        node: &Node,
        execution: &Execution,
        standing: Option<Standing>,
        tick: &Tick,
    ) -> Arc<Report> {
        let deployment = node.deployment();
        let vantage = Vantage {
            rollup: deployment.rollup,
            l1_chain_id: deployment.l1_chain_id,
            l2_chain_id: deployment.genesis.chain_id,
            l1_lag_seconds: standing.map_or(0, |standing| standing.lag_seconds),
            executed_block: standing.map_or(0, |standing| standing.l2_block),
        };
        let snapshot = tick.snapshot.clone();
        let mut status = Status::new(&vantage, &snapshot, &tick.planned, execution, &self.atlas);
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).write(&mut status);
        let report = Arc::new(Report { status, snapshot, at: SystemTime::now() });
        self.newest.send_replace(Some(Arc::clone(&report)));
        if self.atlas.lacks() {
            let atlas = self.atlas.clone();
            tokio::spawn(async move { atlas.learn().await });
        }
        report
    }

    /// A round was not complete: the newest report stays, and says why.
    pub(super) fn trouble(&self, trouble: &str) {
        self.newest.send_if_modified(|newest| {
            let Some(report) = newest else { return false };
            let status = report.status.troubled(trouble.to_owned());
            let changed = status.trouble != report.status.trouble;
            *newest = Some(Arc::new(Report { status, ..Report::clone(report) }));
            changed
        });
    }
}
