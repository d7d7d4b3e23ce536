//! The vectors of `fixtures/commitment`, which `contracts/test/commitment/CommitmentVectors.t.sol` reads too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use alloy_primitives::{B256, keccak256};
use serde_json::{Value, json};
use surety_engine::commitment::{FoldBuilder, Height};

/// A tree whose leaves change at the given places, and openings of it on the way down to one leaf.
fn case(name: &str, height: Height, starts: &[u32], leaf: u32) -> Value {
    let value = |index: usize| {
        if index == 1 { B256::ZERO } else { keccak256([name.as_bytes(), &[index as u8]].concat()) }
    };
    let mut builder = FoldBuilder::new(height);
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(height.leaves());
        builder.repeat(value(index), end - start).unwrap();
    }
    let tree = builder.finish().unwrap();
    let openings: Vec<_> = (4..=height.levels())
        .step_by(4)
        .rev()
        .map(|level| {
            let index = leaf.checked_shr(level.into()).unwrap_or(0);
            let opening = tree.open(level, index).unwrap();
            json!({
                "height": level, "index": index, "children": opening.0, "node": opening.root(),
            })
        })
        .collect();
    // The subtree on the left of the leaf's, or the whole tree: where a spine ends.
    let under =
        if leaf >= 16 { (leaf / 16 * 16 - 1, 4) } else { (height.leaves() - 1, height.levels()) };
    json!({
        "name": name,
        "height": height.levels(),
        "starts": starts,
        "values": (0..starts.len()).map(value).collect::<Vec<_>>(),
        "root": tree.root(),
        "last": tree.last_leaf(),
        "openings": openings,
        "lastSpine": tree.prove(height.leaves() - 1, height.levels() - 4).unwrap(),
        "spine": {
            "leaf": under.0, "height": under.1, "state": tree.leaf(under.0).unwrap(),
            "siblings": tree.prove(under.0, under.1).unwrap(),
        },
    })
}

#[test]
fn commitment_vectors_are_current() {
    let (slots, steps) = (Height::SLOTS, Height::STEPS);
    support::check_fixture(
        "commitment/trees.json",
        &json!([
            case("one state", slots, &[0], 5),
            case("one block", slots, &[0, 1, 2, 1023], 1023),
            case("odd borders", slots, &[0, 15, 16, 17, 4095, 4097, 65_535], 4096),
            case("lie in the last slot", slots, &[0, 1, 1_048_575], 1_048_575),
            case("no step", steps, &[0], 0),
            case("steps of a slot", steps, &[0, 1, 2, 3, 4, 5, 100, 101], 101),
            case("lie in the last step", steps, &[0, 1, 16_777_215], 16_777_215),
        ]),
    );
}
