//! Reports as JSON, at once and as they come.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt as _};
use serde::Serialize;
use surety_engine::{
    node::feed::{Report, Reports},
    status::Status,
    telemetry::{Health, Standing},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::wrappers::WatchStream;

/// Streams open at a time: browsers of a few people, not of the internet.
const STREAMS: usize = 64;
/// A silent stream says so often that it is alive; the page takes a longer silence for a broken line.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// What the answers are made from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    reports: Reports,
    health: Health,
    streams: Arc<Semaphore>,
}

/// The body of an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    /// How long ago the last round ended.
    age_milliseconds: u64,
    status: &'a Status,
}

/// Another round found nothing new.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Round {
    age_milliseconds: u64,
}

/// Before the first report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Starting {
    starting: bool,
    #[serde(flatten)]
    standing: Option<Standing>,
}

/// A clock that was set back makes a report no older than now.
fn age(at: SystemTime) -> u64 {
    u64::try_from(at.elapsed().unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

impl Source {
    pub(super) fn new(reports: Reports, health: Health) -> Self {
        Self { reports, health, streams: Arc::new(Semaphore::new(STREAMS)) }
    }

    fn newest(&self) -> Option<Arc<Report>> {
        self.reports.borrow().clone()
    }

    fn starting(&self) -> Starting {
        Starting { starting: true, standing: self.health.readiness().standing }
    }

    /// What a stream says of the newest report, after it has said `said`.
    fn event(&self, said: Option<&Report>, report: Option<&Report>) -> Option<Event> {
        let event = match report {
            None => Event::default().event("starting").json_data(self.starting()),
            Some(Report { status, at, .. }) if said.is_some_and(|it| it.status == *status) => {
                Event::default().event("round").json_data(Round { age_milliseconds: age(*at) })
            }
            Some(Report { status, at, .. }) => {
                let body = Body { age_milliseconds: age(*at), status };
                Event::default().event("report").json_data(body)
            }
        };
        event.ok()
    }
}

/// `/api/status`: the newest report, without its events.
pub(super) async fn status(State(source): State<Source>) -> Response {
    let Some(report) = source.newest() else { return unavailable(&source) };
    let status = Status { events: Vec::new(), ..report.status.clone() };
    let body = Body { age_milliseconds: age(report.at), status: &status };
    (fresh(), Json(body)).into_response()
}

/// `/api/events`: what happened lately, oldest first.
pub(super) async fn events(State(source): State<Source>) -> Response {
    let Some(report) = source.newest() else { return unavailable(&source) };
    (fresh(), Json(&report.status.events)).into_response()
}

/// `/api/live`: the newest report now, and every later one, as server-sent events.
pub(super) async fn live(State(source): State<Source>) -> Response {
    let Ok(permit) = Arc::clone(&source.streams).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many streams are open\n").into_response();
    };
    let alive =
        KeepAlive::new().interval(HEARTBEAT).event(Event::default().event("beat").data("alive"));
    Sse::new(stream(source, permit)).keep_alive(alive).into_response()
}

fn stream(
    source: Source,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let mut said = None;
    WatchStream::new(source.reports.clone()).filter_map(move |report| {
        // held for as long as the stream is
        let _ = &permit;
        let event = source.event(said.as_deref(), report.as_deref());
        said = report;
        async move { event.map(Ok) }
    })
}

fn fresh() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}

fn unavailable(source: &Source) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, fresh(), Json(source.starting())).into_response()
}
