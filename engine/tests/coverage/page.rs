//! The page `docs/coverage.md`.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use serde::Deserialize;
use surety_engine::machine::Outcome;

use crate::{
    cells::{Cell, PRECOMPILES, UNDEFINED},
    run::Reached,
};

const HEAD: &str = "\
# Coverage

Every way in which a step of the machine can end, and how often the tests prove one: a step that the tracer makes and the
compiled `StepVerifier` repeats. The cells that can occur are written down by Osaka's rules alone
(`engine/tests/coverage/cells.rs`); the test fails when one of them is empty, when a step falls into none, and when this page
is out of date. `UPDATE_FIXTURES=1 cargo test --release -p surety-engine --test coverage` writes it.

**Own tests** reach every cell by a program or an entry made for it. Out of gas at a charge: the frame has one gas less than
that charge and those before it need; with exactly what all of them need the same step succeeds. **State tests** are the
steps of the sample in [`fixtures/state-tests`](../fixtures/state-tests/README.md), by the report that `conformance state-tests
fixtures/state-tests --report snapshots/state-tests.json` has written. It knows only the kind of a step: neither the charge,
but for memory, nor what is created or absorbed. The kind's number stands in each of its cells.

| step | end | own tests | state tests |
|---|---|---:|---:|
";

/// The report of `conformance state-tests fixtures/state-tests`.
const REPORT: &str = "snapshots/state-tests.json";

/// Its verified steps.
#[derive(Deserialize)]
struct StateTests {
    kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    opcode: String,
    outcome: String,
    verified: u64,
}

impl StateTests {
    fn read(root: &Path) -> Self {
        let text = std::fs::read(root.join(REPORT)).expect("the report of the state tests");
        serde_json::from_slice(&text).unwrap()
    }

    /// Those of the kind that a cell is part of.
    fn verified(&self, cell: &Cell) -> u64 {
        let step = PRECOMPILES.iter().find(|(_, name, _)| *name == cell.step).map_or_else(
            || cell.step.split(' ').next().unwrap_or_default().to_owned(),
            |(number, ..)| format!("Precompile 0x{number:02x}"),
        );
        let end = match cell.end.strip_prefix("out of gas: ") {
            Some("memory") => Outcome::MemoryOutOfGas.to_string(),
            Some(_) => Outcome::OutOfGas.to_string(),
            None => cell.end.clone(),
        };
        let is_it = |kind: &&Kind| match (cell.step.as_str(), kind.opcode.as_str()) {
            (UNDEFINED, _) => kind.outcome == end,
            (_, opcode) => opcode == step && kind.outcome == end,
        };
        self.kinds.iter().filter(is_it).map(|kind| kind.verified).sum()
    }
}

/// Compares the committed page with the current one; `UPDATE_FIXTURES=1` writes it.
pub fn check(reached: &Reached) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let state_tests = StateTests::read(&root);
    let mut page = HEAD.to_owned();
    let mut in_both = 0;
    for (cell @ Cell { step, end }, count) in reached {
        let verified = Some(state_tests.verified(cell)).filter(|verified| *verified > 0);
        in_both += usize::from(verified.is_some());
        let verified = verified.map(|verified| verified.to_string()).unwrap_or_default();
        writeln!(page, "| {step} | {end} | {count} | {verified} |").unwrap();
    }
    let steps: BTreeSet<&str> = reached.keys().map(|cell| cell.step.as_str()).collect();
    let (cells, steps) = (reached.len(), steps.len());
    writeln!(page, "\n{cells} cells of {steps} kinds of steps; {in_both} in both columns.")
        .unwrap();
    let file = root.join("docs/coverage.md");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).expect("run with UPDATE_FIXTURES=1");
    assert!(committed == page, "docs/coverage.md is not current: run with UPDATE_FIXTURES=1");
}
