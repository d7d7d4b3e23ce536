//! Random cases, and those that once showed a difference: engine, plain revm and verifier agree. Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::{fs, path::Path};

use surety_engine::{
    conformance::{
        Verifier,
        fuzz::{
            Case, Coverage, Difference, Plan, case::LIMITS, check_case, generate, load,
            minimise::minimise, run,
        },
    },
    rules::limits::Limits,
};

fn out() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../out"))
}

#[test]
fn random_cases_agree() {
    let plan = Plan { seed: 1, first: 0, cases: 150, time: None, jobs: 2, save: None };
    let findings = run(&plan, out(), |_| ()).unwrap();
    for (case, difference) in &findings.differences {
        println!("{}: {difference}", serde_json::to_string(case).unwrap());
    }
    assert!(findings.differences.is_empty());
    assert_eq!(findings.cases, plan.cases);
    assert!(findings.size.executed > plan.cases, "{:?}", findings.size);
    assert!(findings.coverage.kinds() > 250, "{}", findings.coverage);
}

#[test]
fn found_cases_agree() {
    let mut verifier = Verifier::deploy(out(), &LIMITS).unwrap();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/fuzz");
    let mut cases = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let case = load(&path).unwrap();
            let result = check_case(&case, &mut verifier, &mut Coverage::default());
            let size = result.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(size.steps > 0);
            cases += 1;
        }
    }
    assert_eq!(cases, 20);
}

#[test]
fn a_case_follows_from_its_seed() {
    for number in 0..20 {
        let case = generate::case(7, number);
        assert_eq!(case, generate::case(7, number));
        assert_ne!(case, generate::case(8, number));
        let json = serde_json::to_string(&case).unwrap();
        assert_eq!(serde_json::from_str::<Case>(&json).unwrap(), case);
        case.build().unwrap();
    }
}

/// A verifier with another cap on a transaction's gas does not skip what the engine skips.
#[test]
fn a_difference_is_found_and_made_smaller() {
    let mut verifier =
        Verifier::deploy(out(), &Limits { transaction_gas: 60_000, ..LIMITS }).unwrap();
    let mut show = |case: &_| check_case(case, &mut verifier, &mut Coverage::default());
    let (case, difference) = (0..)
        .map(|number| generate::case(3, number))
        .find_map(|case| show(&case).err().map(|difference| (case, difference)))
        .unwrap();
    assert!(matches!(difference, Difference::Step { .. }), "{difference}");
    let smaller = minimise(&case, |case| show(case).is_err_and(|other| difference.is_like(&other)));
    assert!(show(&smaller).is_err());
    assert_eq!(smaller.entries.len(), 1);
    assert!(smaller.accounts.len() <= case.accounts.len());
    assert!(smaller.tail.is_empty() && smaller.deposits.is_empty());
}
