//! Constants that the contracts and the engine both write down are the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::Path;

use alloy_primitives::{Address, U256};
use surety_engine::{
    artifacts::Artifacts,
    bridge::predeploys::{L1_MESSENGER, OUTBOX, TOKEN_BRIDGE},
    machine::{Family, JobKind, Phase, family::FAMILIES},
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES, SYSTEM},
        gas,
        limits::{
            BLOCK_HASH_WINDOW, BLOCK_HASHES_KEPT, CODE_BYTES, DATA_BYTES, INITCODE_BYTES, Limits,
        },
        parameters::{LONGEST_LINE_GAS, SLOTS_PER_BLOCK},
    },
    swap::contracts,
};

/// The constants of one contract source.
struct Source {
    file: &'static str,
    text: String,
}

impl Source {
    fn read(file: &'static str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/src").join(file);
        Self { file, text: std::fs::read_to_string(path).unwrap() }
    }

    /// The literal that `name` stands for.
    fn constant(&self, name: &str) -> U256 {
        let definition = format!(" constant {name} = ");
        let (_, rest) = self
            .text
            .split_once(&definition)
            .unwrap_or_else(|| panic!("{} has no {name}", self.file));
        let (literal, _) = rest.split_once(';').unwrap();
        literal.replace('_', "").parse().unwrap()
    }

    #[track_caller]
    fn check(&self, pairs: &[(&str, U256)]) {
        for (name, ours) in pairs {
            assert_eq!(self.constant(name), *ours, "{} of {}", name, self.file);
        }
    }
}

fn number(number: impl TryInto<u64>) -> U256 {
    U256::from(number.try_into().ok().expect("64 bits"))
}

#[test]
fn addresses() {
    let word = |address: Address| U256::from_be_bytes(address.into_word().0);
    Source::read("rules/Addresses.sol").check(&[
        ("SYSTEM", word(SYSTEM)),
        ("BEACON_ROOTS", word(BEACON_ROOTS)),
        ("HISTORY", word(BLOCK_HASHES)),
    ]);
    Source::read("rules/Predeploys.sol").check(&[
        ("L1_MESSENGER", word(L1_MESSENGER)),
        ("OUTBOX", word(OUTBOX)),
        ("TOKEN_BRIDGE", word(TOKEN_BRIDGE)),
    ]);
}

#[test]
fn limits() {
    Source::read("rules/Limits.sol").check(&[
        ("CODE_BYTES", number(CODE_BYTES)),
        ("INITCODE_BYTES", number(INITCODE_BYTES)),
        ("WHOLE_BYTES", number(DATA_BYTES)),
        ("BLOCKHASH_WINDOW", number(BLOCK_HASH_WINDOW)),
        ("HISTORY_WINDOW", number(BLOCK_HASHES_KEPT)),
        ("BLOCK_SLOTS", number(SLOTS_PER_BLOCK)),
    ]);
    Source::read("rules/RefundGas.sol").check(&[("LONGEST_LINE_GAS", number(LONGEST_LINE_GAS))]);
    Source::read("rules/Blobs.sol").check(&[("BATCH_BYTES", number(Limits::SURETY.batch_bytes))]);
}

#[test]
fn gas_prices() {
    Source::read("rules/Gas.sol").check(&[
        ("CREATE", number(gas::TRANSACTION_CREATE)),
        ("INITCODE_WORD", number(gas::INITCODE_WORD)),
        ("CODE_DEPOSIT_BYTE", number(gas::CODE_BYTE)),
    ]);
    Source::read("verifier/slot/IntrinsicGas.sol").check(&[
        ("TRANSACTION", number(gas::TRANSACTION)),
        ("CREATION", number(gas::TRANSACTION_CREATE)),
        ("INITCODE_WORD", number(gas::INITCODE_WORD)),
        ("TOKEN", number(gas::TOKEN)),
        ("FLOOR_TOKEN", number(gas::FLOOR_TOKEN)),
        ("ACCESS_LIST_ADDRESS", number(gas::ACCESS_LIST_ADDRESS)),
        ("ACCESS_LIST_KEY", number(gas::ACCESS_LIST_KEY)),
        ("AUTHORIZATION", number(gas::AUTHORIZATION)),
    ]);
    Source::read("verifier/slot/Authorize.sol")
        .check(&[("_EXISTING_ACCOUNT_REFUND", number(gas::EXISTING_AUTHORITY_REFUND))]);
    Source::read("verifier/slot/SystemCall.sol").check(&[("GAS", number(gas::SYSTEM_CALL))]);
    Source::read("verifier/slot/BaseFee.sol").check(&[
        ("ELASTICITY", number(gas::ELASTICITY)),
        ("DENOMINATOR", number(gas::BASE_FEE_CHANGE_DENOMINATOR)),
    ]);
}

#[test]
fn phases_and_jobs() {
    let phase = |phase: Phase| U256::from(phase as u8);
    Source::read("machine/Phase.sol").check(&[
        ("BOUNDARY", phase(Phase::Boundary)),
        ("ACCESS_LIST", phase(Phase::AccessList)),
        ("ENTER", phase(Phase::Enter)),
        ("RUNNING", phase(Phase::Running)),
        ("PRECOMPILE", phase(Phase::Precompile)),
        ("COPY", phase(Phase::Copy)),
        ("SETTLE", phase(Phase::Settle)),
        ("DESTRUCT", phase(Phase::Destruct)),
        ("DEPOSITS", phase(Phase::Deposits)),
        ("AUTHORIZE", phase(Phase::Authorize)),
        ("ABSORB", phase(Phase::Absorb)),
        ("CREATE", phase(Phase::Create)),
        ("BLOB", phase(Phase::Blob)),
    ]);
    let job = |kind: JobKind| U256::from(kind as u8);
    Source::read("machine/JobKind.sol").check(&[
        ("ACCESS_LIST", job(JobKind::AccessList)),
        ("COPY", job(JobKind::Copy)),
        ("KECCAK", job(JobKind::Keccak)),
        ("LOG", job(JobKind::Log)),
        ("PRECOMPILE", job(JobKind::Precompile)),
        ("CREATE", job(JobKind::Create)),
        ("BLOB", job(JobKind::Blob)),
    ]);
}

/// Needs `forge build`. A change of their code moves them: then these are new contracts.
#[test]
fn the_contracts_of_swaps_are_where_their_code_says() {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out");
    let artifacts = Artifacts::new(out);
    let address = |contract| contracts::creation(&artifacts, contract).unwrap().address;
    assert_eq!(address("SwapArbiter"), contracts::SWAP_ARBITER);
    assert_eq!(address("SwapVault"), contracts::SWAP_VAULT);
}

#[test]
fn families_and_the_table_that_dispatches_opcodes() {
    let text = Source::read("verifier/Family.sol").text;
    let (_, body) = text.split_once("enum Family {").unwrap();
    let names: Vec<_> = body.split_once('}').unwrap().0.split(',').map(str::trim).collect();
    assert_eq!(names, FAMILIES);

    let text = Source::read("verifier/Dispatch.sol").text;
    let (_, table) = text.split_once("OPCODES = ").unwrap();
    let digits: String = table
        .split_once(';')
        .unwrap()
        .0
        .split("hex\"")
        .skip(1)
        .map(|line| line.split_once('"').unwrap().0)
        .collect();
    assert_eq!(digits.len(), 256);
    for (opcode, digit) in (0..=u8::MAX).zip(digits.chars()) {
        let expected = usize::try_from(digit.to_digit(16).unwrap()).unwrap();
        assert_eq!(Family::of_opcode(opcode).name(), FAMILIES[expected], "0x{opcode:02x}");
    }
}
