//! Generates the second scenario and asserts what happens in it: every way in which a frame, a call, a creation or an
//! entry can fail. `UPDATE_FIXTURES=1` writes `fixtures/scenario`; otherwise the committed files must be current.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod assembler;
mod author;
#[path = "../support/mod.rs"]
mod support;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use author::{Author, Expect, Key, initcode, word, word_of};
use support::scenario::{self, BLOCKS, address};
use surety_engine::{
    derive::deposits::Deposit,
    execute::{
        block::{Effect, execute_block},
        boundary::Boundary,
        pending::Pending,
        skip::Skip,
    },
    rules::limits::Limits,
};

const CALLERS: [&str; 4] = ["call", "callcode", "delegatecall", "staticcall"];

/// Frames that fail, with the gas that lets them come to it.
const FAILING: [(&str, u64); 13] = [
    ("reverts", 30_000),
    ("reverts-silently", 5_000),
    ("loops", 5_000),
    ("expands-memory", 5_000),
    ("expands-memory-far", 5_000),
    ("underflows", 5_000),
    ("overflows", 20_000),
    ("jumps-astray", 5_000),
    ("jumps-into-data", 5_000),
    ("jumps-far", 5_000),
    ("jumps-if", 5_000),
    ("invalid", 5_000),
    ("undefined", 5_000),
];

/// Frames that succeed unless they may not write.
const WRITING: [(&str, u64); 6] = [
    ("writes", 40_000),
    ("logs", 20_000),
    ("stores-transiently", 5_000),
    ("creates", 60_000),
    ("pays", 60_000),
    ("destructs", 60_000),
];

fn failing_frames(author: &mut Author) {
    for (target, gas) in FAILING {
        let transaction = author.call(Key::User, address(target), Vec::new(), 21_000 + gas);
        author.entry(format!("{target}, as a transaction"), transaction, Expect::Failure);
        for caller in CALLERS {
            let transaction = author.through(caller, address(target), gas, 0, &[]);
            author.entry(format!("{target}, by {caller}"), transaction, Expect::Remembers(false));
        }
    }
    let missing = address("copies-no-returndata");
    let transaction = author.call(Key::User, missing, Vec::new(), 40_000);
    author.entry("return data out of bounds".into(), transaction, Expect::Failure);
    for (target, gas) in WRITING {
        let input = word(address("beneficiary"));
        for caller in CALLERS {
            let transaction = author.through(caller, address(target), gas, 0, &input);
            let expected = Expect::Remembers(caller != "staticcall");
            author.entry(format!("{target}, by {caller}"), transaction, expected);
        }
    }
    // under a static frame the callee's own callee may not write either
    let inner = [word(address("writes")), word_of(40_000), word_of(0)].concat();
    let transaction = author.through("staticcall", address("call"), 90_000, 0, &inner);
    author.entry("call below staticcall".into(), transaction, Expect::Remembers(false));
    let transaction = author.through("call", address("writes"), 2_300, 0, &[]);
    author.entry("SSTORE with a stipend's gas".into(), transaction, Expect::Remembers(false));
    let transaction = author.through("call", address("pays-too-much"), 120_000, 0, &[]);
    author.entry("value beyond the balance".into(), transaction, Expect::Remembers(true));
    let nested = [word(address("reverts")), word_of(30_000), word_of(0)].concat();
    let transaction = author.through("call", address("call"), 200_000, 7, &nested);
    author.entry("revert two frames down".into(), transaction, Expect::Remembers(true));
    let transaction = author.call(Key::User, address("recurses"), Vec::new(), 150_000);
    author.entry("recursion until the gas is gone".into(), transaction, Expect::Success);
}

fn malformed_entries(author: &mut Author) {
    let good = author.unsent(Key::User, address("returns"), Vec::new(), 50_000);
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    author.skipped("type 3", vec![0x03, 0xc0], Skip::Type);
    author.skipped("not even RLP", vec![0xff; 40], Skip::Encoding);
    author.skipped("trailing byte", [good, vec![0]].concat(), Skip::Encoding);
    // another signer, who has nothing and no transactions
    author.skipped("a flipped bit in s", flipped, Skip::Nonce);
    let foreign = author.variant(Key::User, |transaction| transaction.chain_id += 1);
    author.skipped("another chain's", foreign, Skip::ChainId);
}

fn creations(author: &mut Author) {
    let inits = [
        ("deploys", true),
        ("deploys-nothing", true),
        ("deploys-self-destruct", true),
        ("returns-nothing", true),
        ("creates", true),
        ("self-destructs", true),
        ("reverts", false),
        ("loops", false),
        ("underflows", false),
        ("deploys-ef", false),
        ("deploys-too-much", false),
        ("deploys-expensively", false),
    ];
    for (name, succeeds) in inits {
        let gas = if name == "loops" { 60_000 } else { 300_000 };
        let transaction = author.create(Key::Creator, initcode(name), 0, gas);
        let expected = if succeeds { Expect::Success } else { Expect::Failure };
        author.entry(format!("{name}, as a transaction"), transaction, expected);
        let gas = if name == "loops" { 60_000 } else { 250_000 };
        for creator in ["create", "create2"] {
            let transaction = author.creator(creator, &initcode(name), 0, gas);
            author.entry(format!("{name}, by {creator}"), transaction, Expect::Created(succeeds));
        }
    }
    let transaction = author.create(Key::Creator, initcode("deploys"), 5, 200_000);
    author.entry("creation with value".into(), transaction, Expect::Success);
    let transaction = author.create(Key::Creator, Vec::new(), 0, 60_000);
    author.entry("creation without initcode".into(), transaction, Expect::Success);
    let transaction = author.creator("create", &initcode("deploys"), 3, 250_000);
    author.entry("CREATE with value".into(), transaction, Expect::Created(true));
    let transaction = author.creator("create2", &initcode("deploys"), 0, 250_000);
    author.entry("CREATE2 at the same address".into(), transaction, Expect::Created(false));
    let transaction = author.creator("create2", &initcode("self-destructs"), 0, 250_000);
    author.entry("CREATE2 where a destroyed one was".into(), transaction, Expect::Created(true));
    let transaction = author.creator("create", &initcode("deploys"), u64::MAX, 250_000);
    author.entry(
        "CREATE with value beyond the balance".into(),
        transaction,
        Expect::Created(false),
    );
    let transaction = author.create(Key::Collider, initcode("deploys"), 0, 100_000);
    author.entry("creation where an account is".into(), transaction, Expect::Failure);
    let transaction = author.create(Key::Collider, initcode("deploys"), 0, 200_000);
    author.entry("creation where only ether is".into(), transaction, Expect::Success);
    let last = author::LAST_NONCE;
    let transaction = author.through("call", address(last), 60_000, 0, &[]);
    author.entry("CREATE at the last nonce".into(), transaction, Expect::Remembers(true));
    let oversized = address("creates-from-oversized-initcode");
    let transaction = author.through("call", oversized, 60_000, 0, &[]);
    author.entry("oversized initcode".into(), transaction, Expect::Remembers(false));
}

fn invalid_entries(author: &mut Author) {
    let over = author.variant(Key::User, |it| it.gas_limit = 8_000_001);
    author.skipped("gas limit above the cap", over, Skip::TransactionGas);
    let low = author.variant(Key::User, |it| it.gas_limit = 20_999);
    author.skipped("gas limit below the intrinsic gas", low, Skip::IntrinsicGas);
    let floor = author.variant(Key::User, |it| {
        it.input = Bytes::from(vec![1; 1_000]);
        it.gas_limit = 21_000 + 16_000;
    });
    author.skipped("gas limit below the floor", floor, Skip::FloorGas);
    let cheap = author.variant(Key::User, |it| it.max_fee_per_gas = 1);
    author.skipped("fee cap below the base fee", cheap, Skip::FeeCap);
    let tip = author.variant(Key::User, |it| it.max_priority_fee_per_gas = it.max_fee_per_gas + 1);
    author.skipped("priority fee above the fee cap", tip, Skip::PriorityFee);
    let early = author.variant(Key::User, |it| it.nonce += 1);
    author.skipped("a nonce too high", early, Skip::Nonce);
    let late = author.variant(Key::User, |it| it.nonce -= 1);
    author.skipped("a nonce too low", late, Skip::Nonce);
    let rich = author.variant(Key::User, |it| it.value = U256::MAX);
    author.skipped("more than all ether", rich, Skip::Funds);
    let poor = author.variant(Key::Poor, |it| it.gas_limit = 100_000);
    author.skipped("no funds for the gas", poor, Skip::Funds);
    let contract = author.variant(Key::Contract, |_| {});
    author.skipped("signed by a contract's key", contract, Skip::SenderCode);
}

fn precompiles(author: &mut Author) {
    let modexp = |length: u64| [word_of(length), word_of(1), word_of(1), vec![3, 2, 5]].concat();
    let cases: [(&str, u16, Vec<u8>, bool); 18] = [
        ("ECRECOVER of nothing", 0x01, vec![0; 128], true),
        ("SHA256", 0x02, vec![7; 100], true),
        ("RIPEMD160", 0x03, vec![7; 33], true),
        ("IDENTITY", 0x04, (0..=255).collect(), true),
        ("MODEXP", 0x05, modexp(1), true),
        ("MODEXP with too long a base", 0x05, modexp(1_025), false),
        ("BN254_ADD", 0x06, vec![0; 128], true),
        ("BN254_ADD of no points", 0x06, vec![1; 128], false),
        ("BN254_MUL", 0x07, vec![0; 96], true),
        ("BN254_PAIRING of nothing", 0x08, Vec::new(), true),
        ("BN254_PAIRING of a wrong length", 0x08, vec![0; 191], false),
        ("BLAKE2F without rounds", 0x09, vec![0; 213], true),
        ("BLAKE2F of a wrong length", 0x09, vec![0; 212], false),
        ("KZG_POINT_EVALUATION of zeros", 0x0a, vec![0; 192], false),
        ("BLS12_G1ADD", 0x0b, vec![0; 256], true),
        ("BLS12_G1ADD of a wrong length", 0x0b, vec![0; 255], false),
        ("BLS12_PAIRING of a wrong length", 0x0f, vec![0; 383], false),
        ("P256VERIFY of nothing", 0x100, vec![0; 160], true),
    ];
    for (name, precompile, input, succeeds) in cases {
        let to = Address::from_word(B256::from(U256::from(precompile)));
        let transaction = author.call(Key::User, to, input.clone(), 120_000);
        let expected = if succeeds { Expect::Success } else { Expect::Failure };
        author.entry(format!("{name}, as a transaction"), transaction, expected);
        let transaction = author.through("staticcall", to, 60_000, 0, &input);
        author.entry(format!("{name}, by staticcall"), transaction, Expect::Remembers(succeeds));
    }
    let identity = Address::with_last_byte(4);
    let transaction = author.through("call", identity, 17, 0, &[1; 33]);
    author.entry("IDENTITY a gas short".into(), transaction, Expect::Remembers(false));
    let transaction = author.through("call", identity, 1_000, 1, &[1; 33]);
    author.entry("IDENTITY with value".into(), transaction, Expect::Remembers(true));
}

fn authorizations(author: &mut Author) {
    let [_, looped, _] = author::DELEGATIONS;
    let [poor, contract] = [Key::Poor, Key::Contract];
    let [returns, writes, reverts] = ["returns", "writes", "reverts"].map(address);
    // applied, passed over by its nonce, by its code, and applied to an account that delegates already
    let list =
        [(poor, writes, 0), (poor, returns, 0), (contract, returns, 0), (looped, returns, 0)];
    let transaction = author.set_code(Key::User, poor.address(), 200_000, &list);
    author.entry("a transaction into its own delegation".into(), transaction, Expect::Success);
    let transaction =
        author.set_code(Key::User, looped.address(), 100_000, &[(looped, reverts, 1)]);
    author.entry("a delegation to what reverts".into(), transaction, Expect::Failure);
    let taken_back = [(looped, Address::ZERO, 2), (poor, Address::ZERO, 1)];
    let transaction = author.set_code(Key::User, looped.address(), 100_000, &taken_back);
    author.entry("delegations taken back".into(), transaction, Expect::Success);
    let transaction = author.set_code(Key::Delegated, returns, 100_000, &[]);
    author.skipped("no authorization", transaction, Skip::AuthorizationList);
}

fn everything_else(author: &mut Author) {
    for name in ["environment", "arithmetic", "copies", "refunds", "ends-in-push", "logs"] {
        let transaction = author.call(Key::User, address(name), vec![0x5a; 70], 300_000);
        author.entry(name.into(), transaction, Expect::Success);
    }
    let [delegated, looped, to_precompile] = author::DELEGATIONS.map(Key::address);
    let targets = [address("returns"), address("nobody"), Address::with_last_byte(4), delegated];
    for target in targets {
        let look = author.call(Key::User, address("looks-around"), word(target), 200_000);
        author.entry(format!("looks at {target}"), look, Expect::Success);
    }
    for caller in CALLERS {
        let transaction = author.through(caller, delegated, 50_000, 0, &[]);
        author.entry(
            format!("delegated account, by {caller}"),
            transaction,
            Expect::Remembers(true),
        );
        let transaction = author.through(caller, looped, 50_000, 0, &[]);
        let name = format!("delegation to a delegated account, by {caller}");
        author.entry(name, transaction, Expect::Remembers(false));
        let transaction = author.through(caller, to_precompile, 50_000, 0, &[1, 2]);
        let name = format!("delegation to a precompile, by {caller}");
        author.entry(name, transaction, Expect::Remembers(true));
    }
    let transaction = author.call(Key::Delegated, delegated, Vec::new(), 60_000);
    author.entry("a delegated account calls itself".into(), transaction, Expect::Success);
    let transaction = author.call(Key::User, looped, Vec::new(), 60_000);
    author.entry("a transaction into a looped delegation".into(), transaction, Expect::Failure);
    let transaction = author.legacy(Key::User, None, address("writes"), 60_000);
    author.entry("legacy without chain id".into(), transaction, Expect::Success);
    let transaction = author.legacy(Key::User, Some(author::CHAIN_ID), address("writes"), 60_000);
    author.entry("legacy".into(), transaction, Expect::Success);
    let transaction = author.access_list(Key::User, address("writes"), 60_000);
    author.entry("access list".into(), transaction, Expect::Success);
    authorizations(author);
    let transaction = author.pay(Key::User, address("nobody"), 1_000);
    author.entry("plain payment".into(), transaction, Expect::Success);
    let destructs = author.call(Key::User, address("destructs"), word(address("heir")), 60_000);
    author.entry("SELFDESTRUCT of an old contract".into(), destructs, Expect::Success);
    let itself = word(address("destructs"));
    let destructs = author.call(Key::User, address("destructs"), itself, 60_000);
    author.entry("SELFDESTRUCT for itself".into(), destructs, Expect::Success);
    let long = author.call(Key::User, address("hashes-long-data"), Vec::new(), 1_000_000);
    author.entry("hashes long data".into(), long, Expect::Success);
    // the rest of the block's gas is too little for what follows
    let burner = author.call(Key::User, address("invalid"), Vec::new(), 5_000_000);
    author.entry("burns five million gas".into(), burner, Expect::Failure);
    let wide = author.variant(Key::User, |transaction| transaction.gas_limit = 7_000_000);
    author.skipped("gas limit above what the block has left", wide, Skip::BlockGas);
}

#[test]
fn the_committed_scenario_is_current_and_does_what_it_says() {
    let mut author = Author::new();
    failing_frames(&mut author);
    malformed_entries(&mut author);
    author.seal(&[0, 0, 0xff], Vec::new());
    creations(&mut author);
    invalid_entries(&mut author);
    let deposit = |index, account, amount| Deposit { index, account, amount };
    author.seal(&[0xff, 0xff, 1, 2], vec![deposit(0, address("depositor"), 1_000_000)]);
    precompiles(&mut author);
    everything_else(&mut author);
    author.seal(&[0], Vec::new());
    let nothing = deposit(2, address("pauper"), 0);
    author.seal(&[], vec![deposit(1, address("depositor"), 5), nothing]);
    author.check();
}

#[test]
fn the_committed_blocks_execute_to_their_roots() {
    let (genesis, memory) = scenario::genesis();
    let mut pending = Pending::new(memory);
    let mut boundary = Boundary::genesis(&genesis);
    for number in 1..=BLOCKS {
        let block = scenario::block(number);
        let outcome =
            execute_block(&mut pending, &boundary, &block.input(), &Limits::SURETY).unwrap();
        assert_eq!(outcome.header.hash_slow(), block.block_hash);
        assert_eq!(outcome.boundary.state_root, block.state_root);
        assert_eq!(outcome.header.gas_used, block.gas_used);
        let entries = outcome.slots.len() - 2;
        assert_eq!(entries, block.entries.len());
        boundary = outcome.boundary;
    }
}

#[test]
fn t45_no_batch_stops_a_node() {
    let (genesis, memory) = scenario::genesis();
    let boundary = Boundary::genesis(&genesis);
    for (seed, length) in (0_u64..200).zip([0_usize, 1, 2, 3, 50, 700].into_iter().cycle()) {
        let mut batch: Vec<u8> = Vec::new();
        while batch.len() < length {
            let noise = keccak256(format!("{seed} {}", batch.len()));
            // short lengths, so that there are many entries
            let size = 1 + usize::from(noise[0] % 31);
            batch.extend(u16::try_from(size).unwrap().to_be_bytes());
            batch.extend(&noise[..size]);
        }
        let input = author::input(1, batch.into(), Vec::new());
        let mut pending = Pending::new(memory.clone());
        let outcome = execute_block(&mut pending, &boundary, &input, &Limits::SURETY).unwrap();
        assert_eq!(outcome.executed().count(), 0);
        assert!(matches!(outcome.slots.last().unwrap().effect, Effect::Sealed(_)));
    }
}
