//! Whether every way in which a step can end is proven: the table in `docs/coverage.md`. Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod cells;
mod frames;
mod inputs;
mod opcodes;
mod page;
mod run;
mod transactions;
mod trial;

#[path = "../step_agreement/empty.rs"]
mod empty;
#[path = "../step_agreement/program.rs"]
#[allow(dead_code)]
mod program;
#[path = "../step_agreement/scenario.rs"]
mod scenario;

use crate::{cells::possible, run::Reached};

/// Every cell that can occur is reached by a step that the compiled verifier repeats, and no other cell is.
/// `UPDATE_FIXTURES=1` writes the page.
#[test]
fn every_cell_is_proven() {
    let mut reached = Reached::new();
    opcodes::run(&mut reached);
    frames::run(&mut reached);
    inputs::run(&mut reached);
    transactions::run(&mut reached);
    let possible = possible();
    let empty: Vec<_> = possible.iter().filter(|cell| !reached.contains_key(cell)).collect();
    let unknown: Vec<_> = reached.keys().filter(|cell| !possible.contains(cell)).collect();
    assert!(empty.is_empty(), "cells without a test: {empty:#?}");
    assert!(unknown.is_empty(), "cells that should not occur: {unknown:#?}");
    page::check(&reached);
}
