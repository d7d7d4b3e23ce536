//! Whether the daemon is ready: it has followed L1 within the lag, and its last round was complete and left nothing unknown.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use serde::Serialize;

use super::{names, unix_time};

/// A round takes at most what building evidence and waiting for a transaction take; after this long something hangs.
const STALLED_AFTER: Duration = Duration::from_secs(900);

/// Where a daemon stands after it has looked at L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The L1 block that it has followed to.
    pub l1_block: u64,
    /// How far that lies behind L1's newest block, in seconds of L1 time.
    pub lag_seconds: u64,
    /// The last executed L2 block.
    pub l2_block: u64,
    /// Whether there is more to read before it can judge.
    pub behind: bool,
}

/// Why a daemon is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum NotReady {
    /// No round has been complete since the start.
    Starting,
    /// It has not caught up with L1.
    Behind {
        /// Seconds of L1 time.
        lag_seconds: u64,
        /// How many are allowed.
        allowed_seconds: u64,
    },
    /// The last round could not read or execute something.
    Unknown {
        /// What.
        what: String,
    },
    /// No round has ended for long.
    Stalled {
        /// Since the last one.
        seconds: u64,
    },
}

/// What `/ready` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Whether nothing speaks against it.
    pub ready: bool,
    /// What does.
    pub reasons: Vec<NotReady>,
    /// Where the daemon stands, if it has looked at L1 yet.
    #[serde(flatten)]
    pub standing: Option<Standing>,
    /// Seconds since the last complete round.
    pub last_complete_round_seconds: Option<u64>,
}

/// A daemon's health, as its loop reports it and the server tells it.
#[derive(Clone, Debug)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    allowed_lag: u64,
    standing: Option<Standing>,
    unknown: Vec<String>,
    complete: Option<Instant>,
    round: Instant,
}

impl Default for Health {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            allowed_lag: u64::MAX,
            standing: None,
            unknown: Vec::new(),
            complete: None,
            round: Instant::now(),
        })))
    }
}

impl Health {
    fn state(&self) -> MutexGuard<'_, State> {
        // every change is a few assignments, none of which panics
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Not ready when the lag is more than `seconds`.
    pub fn allow_lag(&self, seconds: u64) {
        self.state().allowed_lag = seconds;
        names::L1_LAG_ALLOWED.set(seconds as f64);
    }

    /// L1 was looked at.
    pub fn followed(&self, standing: Standing) {
        self.state().standing = Some(standing);
    }

    /// A round has ended that could judge everything, except for what is `unknown`.
    pub fn complete(&self, unknown: Vec<String>) {
        let now = Instant::now();
        names::LAST_ROUND.set(unix_time(SystemTime::now()));
        let mut state = self.state();
        (state.complete, state.round, state.unknown) = (Some(now), now, unknown);
    }

    /// A round has ended that could not: there is more to follow, or for what is `unknown`.
    pub fn incomplete(&self, unknown: Option<String>) {
        let mut state = self.state();
        (state.round, state.unknown) = (Instant::now(), unknown.into_iter().collect());
    }

    /// The answer, as of now.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let state = self.state();
        let mut reasons = Vec::new();
        if state.complete.is_none() {
            reasons.push(NotReady::Starting);
        }
        if let Some(standing) = state.standing
            && (standing.behind || standing.lag_seconds > state.allowed_lag)
        {
            let (lag_seconds, allowed_seconds) = (standing.lag_seconds, state.allowed_lag);
            reasons.push(NotReady::Behind { lag_seconds, allowed_seconds });
        }
        reasons.extend(state.unknown.iter().cloned().map(|what| NotReady::Unknown { what }));
        let idle = state.round.elapsed();
        if idle >= STALLED_AFTER {
            reasons.push(NotReady::Stalled { seconds: idle.as_secs() });
        }
        Readiness {
            ready: reasons.is_empty(),
            reasons,
            standing: state.standing,
            last_complete_round_seconds: state.complete.map(|at| at.elapsed().as_secs()),
        }
    }
}
