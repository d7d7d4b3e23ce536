//! What the dearest transactions of 8,000,000 gas cost to prove: each step by the compiled verifier, within one L1
//! transaction's gas and size. Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod codes;
mod deep;
mod entries;
mod measure;
mod memory;
mod precompiles;
mod scratch;
mod tries;
mod world;

#[path = "../step_agreement/empty.rs"]
mod empty;
#[path = "../step_agreement/program.rs"]
#[allow(dead_code)]
mod program;
#[path = "../step_agreement/scenario.rs"]
mod scenario;

use std::{path::Path, sync::Mutex, thread};

use serde_json::Value;

use crate::measure::{Case, Cost, measure};

/// Compares `snapshots/worst-cases.json` with what is measured now; `UPDATE_FIXTURES=1` writes it. `WORST_CASE` measures
/// only the cases whose names have it inside, and compares nothing.
#[test]
fn t67_every_step_fits_one_transaction() {
    let only = std::env::var("WORST_CASE").ok();
    let mut cases = entries::cases();
    cases.extend(codes::cases());
    cases.extend(memory::cases());
    cases.extend(tries::cases());
    cases.extend(precompiles::cases());
    cases.retain(|case| only.as_ref().is_none_or(|only| case.name.contains(only)));
    let mut costs = Vec::new();
    let mut failures = Vec::new();
    for (name, result) in measure_all(cases) {
        match result {
            Ok(cost) => costs.push((name, cost)),
            Err(failure) => failures.push(format!("{name}: {failure}")),
        }
    }
    for (name, cost) in &costs {
        println!("{}", cost.to_json(name));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    if only.is_none() {
        check_snapshot(&costs);
    }
}

/// In the order of `cases`.
fn measure_all(cases: Vec<Case>) -> Vec<(&'static str, Result<Cost, String>)> {
    let mut results: Vec<_> = cases.iter().map(|case| (case.name, Err(String::new()))).collect();
    let queue = Mutex::new(cases.into_iter().zip(&mut results));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some((case, result)) = next else { break };
                    result.1 = measure(case);
                }
            });
        }
    });
    results
}

fn check_snapshot(costs: &[(&str, Cost)]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/worst-cases.json");
    let current: Vec<Value> = costs.iter().map(|(name, cost)| cost.to_json(name)).collect();
    let text = serde_json::to_string_pretty(&current).unwrap() + "\n";
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).expect("run with UPDATE_FIXTURES=1");
    assert!(committed == text, "worst-cases.json is not current: run with UPDATE_FIXTURES=1");
}
