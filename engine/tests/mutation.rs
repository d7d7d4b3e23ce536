//! No other successor is accepted: steps of every kind with one thing wrong in witness or claim. Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::Path;

use surety_engine::conformance::{
    Verifier,
    fuzz::{case::LIMITS, generate},
    mutate::{self, Accepted, Plan, Tally, Targets},
};

fn out() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../out"))
}

#[test]
fn no_other_successor_is_accepted() {
    let plan = Plan { seed: 1, cases: 150, per_kind: 1, stride: 2 };
    let (kinds, Tally { steps, refused, harmless, successors }) =
        mutate::run(&plan, out()).unwrap();
    assert!(kinds > 250, "{kinds} kinds");
    assert_eq!(steps, kinds as u64);
    assert!(refused > 600 * steps, "{refused} refused");
    assert!(successors > 500 * steps, "{successors} successors");
    // nodes in another order
    assert!(harmless * 20 < refused, "{harmless} harmless");
}

#[test]
fn a_wrong_witness_that_is_accepted_would_be_found() {
    let mut targets = Targets::new(1);
    targets.add(&generate::case(1, 0));
    let mut verifier = Verifier::deploy(out(), &LIMITS).unwrap();
    let target = targets.iter().find(|target| target.next.is_some()).unwrap();
    let donor = target.next.clone().unwrap();
    mutate::attack(target, &donor, (0, 50), &mut verifier).unwrap();

    let mut wrong = target.clone();
    wrong.proof.post.0[0] ^= 1;
    let found = mutate::attack(&wrong, &donor, (0, 50), &mut verifier);
    assert!(matches!(found, Err(Accepted::Right { .. })), "{found:?}");
}
