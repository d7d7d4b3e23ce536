//! The steps of `fixtures/steps`, on which forge tests the verifier: one of each family and of each way to fail, from
//! blocks that are committed too. Fails when a file is not what it makes now; `UPDATE_FIXTURES=1` writes it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod run;
#[path = "../support/mod.rs"]
mod support;

use alloy_primitives::hex;
use run::{Made, Place, Run, kind};
use serde_json::{Value, json};
use support::{
    check_fixture, root,
    scenario::{BLOCKS, Memory, block, genesis},
};
use surety_engine::{
    authenticated::{
        blob::Blob,
        source::{CodeSource, NodeSource},
    },
    conformance::SuretyBlock,
    derive::BlockInput,
    execute::boundary::Boundary,
    rules::limits::Limits,
    state::witness::BlockWitness,
};

/// The families in the order of `contracts/src/verifier/Family.sol`, each with a kind of step that it verifies. In the
/// phase Boundary the position decides: see [`is_typical`].
const FAMILIES: [(&str, &str); 30] = [
    ("Arithmetic", "ADD"),
    ("Comparison", "EQ"),
    ("Bitwise", "AND"),
    ("StackItems", "PUSH1"),
    ("ControlFlow", "JUMP"),
    ("Return", "RETURN"),
    ("Environment", "CALLDATALOAD"),
    ("StateReads", "BALANCE"),
    ("MemoryAccess", "MSTORE"),
    ("Copies", "CALLDATACOPY"),
    ("Keccak", "KECCAK256"),
    ("Log", "LOG2"),
    ("Storage", "SSTORE"),
    ("Calls", "CALL"),
    ("Create", "CREATE2"),
    ("SelfDestruct", "SELFDESTRUCT"),
    ("FixedPoint", "Boundary"),
    ("BlockBegin", "Boundary"),
    ("Blob", "Blob"),
    ("TxBegin", "Boundary"),
    ("AccessList", "AccessList"),
    ("Authorize", "Authorize"),
    ("Enter", "Enter"),
    ("Precompiles", "Precompile"),
    ("Copy", "Copy"),
    ("Absorb", "Absorb"),
    ("Creation", "Create"),
    ("Settle", "Settle"),
    ("Destruct", "Destruct"),
    ("BlockEnd", "Deposits"),
];

/// Entries of the scenario: the block, the name, and the kind of step that fails, unless it is the one that ends its
/// frame by failing.
const FAILURES: [(usize, &str, Option<&str>); 34] = [
    (1, "reverts, as a transaction", None),
    (1, "reverts, by call", None),
    (1, "loops, by call", None),
    (1, "expands-memory-far, by call", None),
    (1, "underflows, by call", None),
    (1, "overflows, by call", None),
    (1, "jumps-astray, by call", None),
    (1, "jumps-into-data, by staticcall", None),
    (1, "undefined, by call", None),
    (1, "return data out of bounds", None),
    (1, "writes, by staticcall", None),
    (1, "creates, by staticcall", None),
    (1, "pays, by staticcall", None),
    (1, "destructs, by staticcall", Some("SELFDESTRUCT")),
    (1, "SSTORE with a stipend's gas", None),
    (1, "value beyond the balance", Some("CALL")),
    (1, "type 3", Some("Boundary")),
    (1, "not even RLP", Some("Boundary")),
    (1, "a flipped bit in s", Some("Boundary")),
    (2, "reverts, by create", None),
    (2, "deploys-ef, by create", Some("RETURN")),
    (2, "deploys-expensively, by create2", Some("RETURN")),
    (2, "CREATE2 at the same address", Some("Create")),
    (2, "creation where an account is", Some("Enter")),
    (2, "CREATE at the last nonce", Some("Create")),
    (2, "oversized initcode", None),
    (2, "gas limit below the floor", Some("Boundary")),
    (2, "a nonce too high", Some("Boundary")),
    (2, "signed by a contract's key", Some("Boundary")),
    (3, "MODEXP with too long a base, by staticcall", Some("Precompile")),
    (3, "BN254_ADD of no points, as a transaction", Some("Precompile")),
    (3, "BLAKE2F of a wrong length, by staticcall", Some("Precompile")),
    (3, "KZG_POINT_EVALUATION of zeros, as a transaction", Some("Precompile")),
    (3, "IDENTITY a gas short", Some("Precompile")),
];

#[test]
fn a_typical_step_of_each_family() {
    let run = scenario();
    let steps: Vec<Value> = FAMILIES
        .iter()
        .map(|(family, kind)| {
            if *family == "Blob" {
                // an element that reaches into two words
                return proven(&in_blob(), family, Place { block: 0, slot: 0, step: 500 });
            }
            let place = if *family == "FixedPoint" {
                Place { block: 0, slot: 1, step: (1 << 24) - 1 }
            } else {
                median(run.steps.iter().filter(|made| is_typical(made, family, kind))).place
            };
            proven(&run, family, place)
        })
        .collect();
    check_fixture("steps/families.json", &steps.into());
}

#[test]
fn each_way_to_fail() {
    let run = scenario();
    let steps: Vec<Value> = FAILURES
        .iter()
        .map(|(number, name, failing)| {
            let entries = block(*number as u64).entries;
            let slot = entries.iter().find(|entry| entry.name == *name).unwrap().slot;
            let made = run.steps.iter().find(|made| {
                let Made { place, info, fails, .. } = made;
                (place.block + 1, place.slot) == (*number, slot)
                    && failing.map_or(*fails, |failing| kind(info) == failing)
            });
            proven(&run, name, made.unwrap().place)
        })
        .collect();
    check_fixture("steps/failures.json", &steps.into());
}

#[test]
fn a_median_step_of_mainnet_most_of_whose_bytes_are_code() {
    let file = root().join("fixtures/blocks/mainnet-23587691-witness.json.xz");
    let witness = BlockWitness::read(&file).unwrap();
    let SuretyBlock { parent, input, limits } = SuretyBlock::new(&witness).unwrap();
    let mut run = Run::new(&witness, parent, limits);
    run.append(input);

    let median = median(run.steps.iter());
    check_fixture("steps/mainnet.json", &vec![proven(&run, "median", median.place)].into());

    let total: u64 = run.steps.iter().map(|made| made.tokens).sum();
    let code: u64 = run.steps.iter().map(|made| made.code_tokens).sum();
    let half = run.steps.iter().filter(|made| 2 * made.code_tokens > made.tokens).count();
    println!("{} steps, {half} of them more than half code", run.steps.len());
    println!("tokens: {total}, of code {code}");
    let largest = run.steps.iter().max_by_key(|made| made.tokens).unwrap();
    for (what, Made { info, tokens, code_tokens, .. }) in [("median", median), ("largest", largest)]
    {
        println!("{what}: {}, {tokens} tokens, of code {code_tokens}", kind(info));
    }
    assert!(10 * code > 9 * total);
}

fn scenario() -> Run<Memory> {
    let (genesis, memory) = genesis();
    let mut run = Run::new(memory, Boundary::genesis(&genesis), Limits::SURETY);
    for number in 1..=BLOCKS {
        run.append(block(number).input());
    }
    run
}

/// The scenario's first block, its batch in a blob.
fn in_blob() -> Run<Memory> {
    let (genesis, memory) = genesis();
    let mut run = Run::new(memory, Boundary::genesis(&genesis), Limits::SURETY);
    let input = block(1).input();
    let blob = Blob::of_batch(input.batch()).unwrap();
    run.execute(BlockInput::committed(input.record().clone(), blob).unwrap());
    run
}

/// Whether `made` is a step of the kind that stands for a family, and succeeds.
fn is_typical(made: &Made, family: &str, kind_: &str) -> bool {
    kind(&made.info) == kind_
        && !made.fails
        && match family {
            "BlockBegin" => made.place.slot == 0,
            // alone in its slot it is an entry skipped, or the block's end
            "TxBegin" => (1..1023).contains(&made.place.slot) && made.has_company,
            _ => true,
        }
}

/// The step with the median witness.
fn median<'a>(steps: impl Iterator<Item = &'a Made>) -> &'a Made {
    let mut steps: Vec<&Made> = steps.collect();
    steps.sort_by_key(|made| made.size);
    steps[steps.len() / 2]
}

fn proven<S: NodeSource + CodeSource + Clone>(run: &Run<S>, name: &str, place: Place) -> Value {
    let (info, proof) = run.prove(place);
    json!({
        "name": name,
        "kind": kind(&info),
        "context": {
            "slot": proof.context.slot,
            "step": proof.context.step,
            "inDomain": proof.context.in_domain,
            "recordHash": proof.context.record_hash,
        },
        "preState": proof.pre,
        "postState": proof.post,
        "witness": hex::encode_prefixed(proof.witness.encode().unwrap()),
    })
}
