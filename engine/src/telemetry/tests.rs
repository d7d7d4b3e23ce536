#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod packaging;

use std::collections::BTreeSet;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use tower::ServiceExt as _;

use super::*;
use crate::telemetry::{
    alarm::Alarm,
    server::{builder, describe, router},
};

const STANDING: Standing = Standing { l1_block: 9, lag_seconds: 12, l2_block: 3, behind: false };

async fn ask(router: &axum::Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn names_are_unique_and_say_their_unit() {
    let mut seen = BTreeSet::new();
    for metric in names::ALL {
        let name = metric.name;
        assert!(seen.insert(name), "{name} twice");
        assert!(name.starts_with("surety_") && metric.help.ends_with('.'), "{name}");
        assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
        let unit = match metric.unit {
            Unit::Seconds => "_seconds",
            Unit::UnixTime => "_timestamp_seconds",
            Unit::Bytes => "_bytes",
            Unit::Blocks => "_blocks",
            Unit::BlockNumber => "_block",
            Unit::Gwei => "_gwei_total",
            Unit::Gas => "_gas_total",
            Unit::Ether => "_ether",
            Unit::Count | Unit::Flag => "",
        };
        assert!(name.contains(unit), "{name} is in {unit}");
    }
    let codes: BTreeSet<_> = Alarm::ALL.map(Alarm::code).into();
    assert_eq!(codes.len(), Alarm::ALL.len());
}

#[tokio::test]
async fn what_is_recorded_is_rendered_with_its_help() {
    let recorder = builder().unwrap().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        describe("test");
        names::L1_HEAD.set(17.0);
        names::MOVES.with(["turn"]).increment(2);
        names::L1_REORG_DEPTH.record(3.0);
        assert_eq!(Alarm::TooLate.raise(), "too_late");
    });
    let handle = recorder.handle();
    let (status, text) = ask(&router(handle, Health::default()), "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "surety_l1_head_block 17",
        "surety_moves_total{verb=\"turn\"} 2",
        "surety_l1_reorg_depth_blocks_bucket{le=\"4\"} 1",
        "surety_l1_reorgs_total{depth=\"deep\"} 0",
        "surety_alarms_total{alarm=\"too_late\"} 1",
        "surety_last_complete_round_timestamp_seconds 0",
        "# TYPE surety_moves_total counter",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("surety_build_info{program=\"test\",version=\""), "{text}");
    assert!(text.contains(names::MOVES.description().help), "{text}");
}

#[tokio::test]
async fn ready_says_why_not() {
    let health = Health::default();
    let router = router(builder().unwrap().build_recorder().handle(), health.clone());
    let ready = async || {
        let (status, text) = ask(&router, "/ready").await;
        (status.as_u16(), serde_json::from_str::<serde_json::Value>(&text).unwrap())
    };
    assert_eq!(ask(&router, "/health").await, (StatusCode::OK, "alive\n".to_owned()));

    let (status, answer) = ready().await;
    assert_eq!((status, answer["reasons"][0]["reason"].as_str()), (503, Some("starting")));

    health.allow_lag(60);
    health.followed(STANDING);
    health.complete(Vec::new());
    let (status, answer) = ready().await;
    assert_eq!((status, &answer["reasons"]), (200, &serde_json::json!([])));
    assert_eq!((answer["l1Block"].as_u64(), answer["l2Block"].as_u64()), (Some(9), Some(3)));

    health.followed(Standing { lag_seconds: 61, ..STANDING });
    let (status, answer) = ready().await;
    assert_eq!((status, answer["reasons"][0]["lagSeconds"].as_u64()), (503, Some(61)));

    health.followed(STANDING);
    health.incomplete(Some("L1 node: gone".to_owned()));
    let (status, answer) = ready().await;
    assert_eq!((status, answer["reasons"][0]["what"].as_str()), (503, Some("L1 node: gone")));

    health.complete(Vec::new());
    assert_eq!(ready().await.0, 200, "well again");
}
