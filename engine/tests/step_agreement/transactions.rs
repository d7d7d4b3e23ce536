//! What happens around the top frame: access lists, fees, refunds, the floor, plain transfers, skipped entries, deposits.

use alloy::eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, TxKind, hex};
use revm::bytecode::opcode as op;

use crate::{
    program::Program,
    scenario::{ETHER, FEE_RECIPIENT, GAS_PRICE, Scenario, address},
};

#[test]
fn access_lists() {
    let mut scenario = Scenario::new();
    let [reader, other] = [0x21, 0x22].map(Address::repeat_byte);
    let code = Program::new()
        .with_numbers(op::SLOAD, &[0])
        .with_numbers(op::SLOAD, &[1])
        .with_numbers(op::SLOAD, &[2])
        .with(op::BALANCE, &[other.into_word().into()])
        .call(other, 50_000, 0, 0, 0);
    scenario.contract(reader, &code.0);
    scenario.contract(other, &Program::new().with_numbers(op::SLOAD, &[1]).0);
    let item = |address, keys: &[u8]| AccessListItem {
        address,
        storage_keys: keys.iter().copied().map(B256::with_last_byte).collect(),
    };
    let lists = [
        vec![item(other, &[])],
        vec![item(reader, &[0, 1, 1]), item(other, &[1]), item(reader, &[2])],
        vec![item(other, &[]), item(other, &[]), item(Address::with_last_byte(4), &[3])],
        vec![item(address(1), &[7]), item(FEE_RECIPIENT, &[])],
        (0..9).map(|byte| item(Address::repeat_byte(byte), &[0, 1, 2, 3, 4])).collect(),
    ];
    for list in lists {
        scenario.send_with_list(1, reader, 300_000, AccessList(list));
    }
    let checked = scenario.check();
    assert_eq!(checked.outcome.skipped().count(), 0);
}

#[test]
fn transfers_fees_and_refunds() {
    let mut scenario = Scenario::new();
    let nobody = Address::repeat_byte(0xdd);
    for to in [nobody, address(1), address(2), FEE_RECIPIENT, Address::with_last_byte(3)] {
        scenario.send(1, to.into(), 30_000, 5, &[]);
        scenario.send(1, to.into(), 30_000, 0, &[]);
        scenario.send_legacy(2, to.into(), 60_000, &[1; 60]);
    }
    // more refund than a fifth
    let clearing = Address::repeat_byte(0x33);
    let mut code = Program::new();
    for key in 0..5 {
        scenario.slot(clearing, key, 1);
        code = code.with_numbers(op::SSTORE, &[key, 0]);
    }
    scenario.contract(clearing, &code.0);
    scenario.call(clearing, 200_000);
    // the floor costs more than the execution
    scenario.send(1, clearing.into(), 100_000, 0, &[0xff; 400]);
    scenario.send(1, clearing.into(), 100_000, 0, &[0; 900]);
    // everything the sender has
    let poor = 21_000 * GAS_PRICE + 5;
    scenario.fund(address(9), poor);
    scenario.send(9, nobody.into(), 21_000, 5, &[]);
    let checked = scenario.check();
    assert_eq!(checked.outcome.skipped().count(), 0);
}

#[test]
fn skipped_entries() {
    let mut scenario = Scenario::new();
    let stop = scenario.contract(Address::repeat_byte(0x44), &[op::STOP]);
    // senders with code: a contract's is skipped, a delegation's is not
    scenario.contract(address(5), &[op::STOP]);
    scenario.nonce(address(5), 0);
    scenario.contract(address(6), &[&hex!("ef0100")[..], stop.as_slice()].concat());
    scenario.nonce(address(6), 0);
    scenario.send(5, stop.into(), 50_000, 0, &[]);
    scenario.send(6, stop.into(), 50_000, 0, &[]);
    // encodings
    for bytes in [
        &[0x00][..],
        &[0x80],
        &[0xc0],
        &[0xc1, 0x80],
        &[0x02],
        &[0x02, 0xc0],
        &[0x03, 0xc0],
        &[0x05],
        &[0x7f; 300],
    ] {
        scenario.entry(bytes.to_vec());
    }
    // limits
    scenario.call(stop, 20_999);
    scenario.send(2, stop.into(), 21_000 + 40 * 100 - 1, 0, &[1; 100]);
    scenario.send(3, stop.into(), 8_000_001, 0, &[]);
    scenario.send(4, TxKind::Create, 4_000_000, 0, &vec![0; 49_153]);
    // no funds, and a nonce that has passed
    scenario.send(7, stop.into(), 50_000, 1, &[]);
    scenario.nonce(address(8), 4);
    scenario.fund(address(8), ETHER);
    scenario.send(8, stop.into(), 50_000, 0, &[]);
    // what the block has left
    let burning = scenario.contract(Address::repeat_byte(0x45), &[op::INVALID]);
    scenario.send(6, burning.into(), 8_000_000, 0, &[]);
    scenario.send(6, burning.into(), 4_000_000, 0, &[]);
    scenario.fund(address(9), ETHER);
    scenario.send(9, burning.into(), 21_000, 0, &[]);
    let checked = scenario.check();
    assert_eq!(checked.outcome.executed().count(), 3);
    assert_eq!(checked.outcome.skipped().count(), 17);
}

#[test]
fn an_empty_block_and_deposits() {
    Scenario::new().check();
    let mut scenario = Scenario::new();
    for (gwei, byte) in [(5, 0xdd), (0, 0xde), (u64::MAX, 0xdf), (1, 0xdd)] {
        scenario.deposit(Address::repeat_byte(byte), gwei);
    }
    scenario.deposit(address(1), 77);
    scenario.check();
    let mut scenario = Scenario::new();
    for byte in 0..16 {
        scenario.deposit(Address::repeat_byte(byte), 1);
    }
    let checked = scenario.check();
    assert!(checked.report.passed() > 18);
}

#[test]
fn a_block_without_system_contracts() {
    let mut scenario = Scenario::bare();
    scenario.fund(address(1), ETHER);
    scenario.send(1, Address::repeat_byte(0xdd).into(), 21_000, 1, &[]);
    let checked = scenario.check();
    assert_eq!(checked.outcome.executed().count(), 1);
}
