#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

use surety_engine::status;

use super::{Claims, Matches, Status};

/// A status that a daemon reported during a real dispute; the watchtower page is tested with the same.
fn recorded(name: &str) -> status::Status {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../challenger/page/tests/fixtures");
    let text = std::fs::read_to_string(directory.join(name).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn matches(name: &str) -> String {
    let status = recorded(name);
    Matches {
        l1_block: status.l1_block,
        verified: true,
        tournaments: status.tournaments,
        decided: status.decided,
    }
    .to_string()
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn a_running_match_is_told_by_place_clock_and_mover() {
    let text = matches("steps");
    assert_eq!(text.matches("match 0x").count(), 2, "{text}");
    has(
        &text,
        &[
            "transaction 1 of L2 block 23587691",
            "Down to one slot: its step tournament decides.",
            "5 of 5",
            "right",
            "WRONG",
            "left, running",
        ],
    );
    has(&matches("quiet"), &["no match runs at L1 block"]);
}

#[test]
fn a_match_that_is_over_is_told_with_what_decided_it() {
    let text = matches("proven");
    has(&text, &["no match runs", "over: match 0x", "by a proof of step"]);
}

#[test]
fn a_dispute_shows_on_the_status_and_the_claims() {
    let status = recorded("slots");
    let claims = Claims {
        l1_block: status.l1_block,
        verified: true,
        latest_confirmed: status.latest_confirmed,
        counts: status.claim_counts,
        claims: status.claims.clone(),
    };
    has(&claims.to_string(), &["3 claims, 2 undecided, at L1 block 50"]);
    let screen = Status { verified: true, warnings: vec!["beware".to_owned()], status };
    has(
        &screen.to_string(),
        &["1 match", "a claim is wrong, or in dispute", "match 0x", "contest window", "! beware"],
    );
}
