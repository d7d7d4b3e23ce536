//! Creations by transactions and by opcodes, their failures, and destruction.

use alloy_primitives::{Address, TxKind, U256};
use revm::bytecode::opcode as op;
use surety_engine::machine::Phase;

use crate::{
    program::Program,
    scenario::{ETHER, FEE_RECIPIENT, Scenario, address},
};

/// Initcode that ends in every way.
fn initcodes() -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        vec![op::STOP],
        Program::deploying(&[op::PUSH1, 1, op::STOP]).0,
        Program::deploying(&[0xef, 1]).0,
        Program::new().with_numbers(op::RETURN, &[0, 24_576]).0,
        Program::new().with_numbers(op::RETURN, &[0, 24_577]).0,
        Program::new().with_numbers(op::RETURN, &[5, 600]).0,
        Program::new().store(&[1; 32]).with_numbers(op::REVERT, &[0, 32]).0,
        vec![op::INVALID],
        vec![op::ADD],
        Program::new().with_numbers(op::SSTORE, &[1, 1]).with_numbers(op::LOG0, &[0, 1]).0,
        vec![op::CALLER, op::SELFDESTRUCT],
        vec![op::ADDRESS, op::SELFDESTRUCT],
        // codecopy, calldata and caller inside initcode
        Program::new()
            .with_numbers(op::CODECOPY, &[0, 2, 30])
            .ops(&[op::CALLDATASIZE, op::CALLER, op::CODESIZE])
            .0,
    ]
}

#[test]
fn by_transactions() {
    let mut scenario = Scenario::new();
    for initcode in initcodes() {
        scenario.send(1, TxKind::Create, 200_000, 0, &initcode);
        scenario.send(1, TxKind::Create, 100_000, 3, &initcode);
    }
    scenario.send(1, TxKind::Create, 5_500_000, 0, &initcodes()[4]);
    // collisions with a nonce and with code
    let next = 2 * initcodes().len() as u64 + 1;
    scenario.nonce(address(1).create(next), 1);
    scenario.contract(address(1).create(next + 1), &[op::STOP]);
    // an address that has ether only
    scenario.fund(address(1).create(next + 2), ETHER);
    for _ in 0..3 {
        scenario.send(1, TxKind::Create, 100_000, 1, &Program::deploying(&[op::STOP]).0);
    }
    let checked = scenario.check();
    assert_eq!(checked.outcome.skipped().count(), 0);
}

#[test]
fn by_opcodes() {
    let mut scenario = Scenario::new();
    for (place, initcode) in initcodes().into_iter().enumerate() {
        let padded = initcode.len() as u64;
        let create = Program::new()
            .store(&initcode)
            .with_numbers(op::CREATE, &[0, 0, padded])
            .op(op::RETURNDATASIZE)
            .with_numbers(op::CREATE, &[7, 0, padded])
            .with_numbers(op::CREATE2, &[0, 0, padded, 5])
            .op(op::EXTCODESIZE)
            // the same address again
            .with_numbers(op::CREATE2, &[3, 0, padded, 5])
            .with_numbers(op::CREATE2, &[3, 0, padded, 6])
            .op(op::RETURNDATASIZE);
        let creator = scenario.contract(Address::repeat_byte(0x20 + place as u8), &create.0);
        for gas in [800_000, 250_000, 53_300, 60_000] {
            scenario.call(creator, gas);
        }
        if scenario_is_full(place) {
            std::mem::replace(&mut scenario, Scenario::new()).check();
        }
    }
    scenario.check();
}

/// A block has gas for eight creators.
fn scenario_is_full(place: usize) -> bool {
    place % 8 == 7
}

#[test]
fn that_create_nothing() {
    let mut scenario = Scenario::new();
    let simple = Program::new()
        .with_numbers(op::CREATE, &[0, 0, 1])
        .with_numbers(op::CREATE2, &[0, 0, 1, 1]);
    // more value than there is
    let poor = Program::new()
        .with_numbers(op::CREATE, &[2 * ETHER as u64, 0, 40])
        .with_numbers(op::CREATE2, &[2 * ETHER as u64, 0, 40, 1]);
    let poor = scenario.contract(Address::repeat_byte(1), &poor.0);
    scenario.call(poor, 200_000);
    // initcode over the limit, at the limit
    for (place, length) in [49_152, 49_153].into_iter().enumerate() {
        let long = Program::new()
            .with_numbers(op::CREATE, &[0, 0, length])
            .with_numbers(op::CREATE2, &[0, 0, length, 1]);
        let long = scenario.contract(Address::repeat_byte(2 + place as u8), &long.0);
        scenario.call(long, 600_000);
    }
    // a nonce that cannot grow
    let old = scenario.contract(Address::repeat_byte(4), &simple.0);
    scenario.nonce(old, u64::MAX);
    scenario.call(old, 200_000);
    // a taken address, cold and warm
    let creator = scenario.contract(Address::repeat_byte(5), &simple.0);
    scenario.contract(creator.create(1), &[op::STOP]);
    scenario.nonce(creator.create2_from_code(alloy_primitives::B256::with_last_byte(1), [0]), 5);
    scenario.call(creator, 300_000);
    // static
    let outer = Program::new().call_without_value(op::STATICCALL, creator, 100_000, 0, 0);
    let outer = scenario.contract(Address::repeat_byte(6), &outer.0);
    scenario.call(outer, 300_000);
    // memory that costs too much
    let dear = Program::new().with_numbers(op::CREATE, &[0, 1 << 30, 1]);
    let dear = scenario.contract(Address::repeat_byte(7), &dear.0);
    scenario.call(dear, 300_000);
    for gas in [21_000 + 31_000, 21_000 + 32_011, 21_000 + 32_100] {
        scenario.call(creator, gas);
    }
    scenario.check();
}

#[test]
fn charged_to_the_last_unit() {
    // pushes, five words of memory, and two of initcode
    let create = Program::new().push(U256::from(5)).with_numbers(op::CREATE, &[0, 100, 40]);
    let create2 = Program::new().push(U256::from(5)).with_numbers(op::CREATE2, &[0, 100, 40, 7]);
    let opcodes = [(create, 11 + 15 + 32_000 + 2 * 2), (create2, 14 + 15 + 32_000 + (2 + 6) * 2)];
    let mut scenario = Scenario::new();
    for (place, (code, price)) in opcodes.into_iter().enumerate() {
        let creator = scenario.contract(Address::repeat_byte(0x20 + place as u8), &code.0);
        let mut caller = Program::new();
        for gas in [13, 30, 32_000, 32_015, price - 1, price, price + 1, price + 63, price + 64] {
            caller = caller.call(creator, gas, 0, 0, 0);
        }
        let caller = scenario.contract(Address::repeat_byte(0x30 + place as u8), &caller.0);
        scenario.call(caller, 1_000_000);
    }
    let checked = scenario.check();
    let creations = checked.report.steps().filter(|(_, step)| step.phase == Phase::Create).count();
    // with the price, and with more
    assert_eq!(creations, 2 * 4);
}

#[test]
fn nested_with_failures() {
    let mut scenario = Scenario::new();
    let inner = Program::deploying(&[op::STOP]).0;
    // initcode that itself creates, then reverts or returns
    let level = |end: u8| Program::new().create(&inner, 0).with_numbers(end, &[0, 0]).0;
    for (place, end) in [op::RETURN, op::REVERT].into_iter().enumerate() {
        let creator = Program::new().create(&level(end), 1).op(op::EXTCODEHASH).0;
        let creator = scenario.contract(Address::repeat_byte(1 + place as u8), &creator);
        scenario.call(creator, 500_000);
        scenario.call(creator, 130_000);
    }
    let checked = scenario.check();
    assert_eq!(checked.outcome.executed().filter(|executed| executed.status).count(), 4);
}

#[test]
fn selfdestruct() {
    let mut scenario = Scenario::new();
    let beneficiaries =
        [Address::repeat_byte(0xdd), address(3), FEE_RECIPIENT, Address::with_last_byte(2)];
    for (place, beneficiary) in beneficiaries.into_iter().enumerate() {
        let code = Program::new().push_address(beneficiary).op(op::SELFDESTRUCT);
        let destroyed = scenario.contract(Address::repeat_byte(0x20 + place as u8), &code.0);
        for gas in [100_000, 21_000 + 5_000, 21_000 + 7_600, 21_000 + 30_100, 100_000] {
            scenario.call(destroyed, gas);
        }
        let outer = Program::new()
            .call_without_value(op::STATICCALL, destroyed, 50_000, 0, 0)
            .call_without_value(op::DELEGATECALL, destroyed, 50_000, 0, 0);
        let outer = scenario.contract(Address::repeat_byte(0x30 + place as u8), &outer.0);
        scenario.call(outer, 200_000);
    }
    let own = scenario.contract(Address::repeat_byte(0x40), &[op::ADDRESS, op::SELFDESTRUCT]);
    scenario.call(own, 100_000);
    scenario.check();
}

#[test]
fn destruction_of_what_was_just_created() {
    let mut scenario = Scenario::new();
    for (place, beneficiary) in [op::CALLER, op::ADDRESS, op::ORIGIN].into_iter().enumerate() {
        // deploys a contract that destroys itself when called, calls it twice, pays it, and creates another
        let code = [beneficiary, op::SELFDESTRUCT];
        let creator = Program::new()
            .create(&Program::deploying(&code).0, 9)
            .ops(&[op::DUP1, op::PUSH0, op::MSTORE])
            .ops(&[
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::DUP6,
                op::GAS,
                op::CALL,
                op::POP,
            ])
            .ops(&[
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::PUSH1,
                4,
                op::DUP6,
                op::GAS,
                op::CALL,
                op::POP,
            ])
            .ops(&[
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::PUSH0,
                op::PUSH1,
                3,
                op::DUP6,
                op::PUSH0,
                op::CALL,
                op::POP,
            ])
            .ops(&[op::DUP1, op::BALANCE, op::DUP2, op::EXTCODESIZE])
            .create(&[op::CALLER, op::SELFDESTRUCT], 5);
        let creator = scenario.contract(Address::repeat_byte(0x50 + place as u8), &creator.0);
        scenario.call(creator, 500_000);
        // and all of it taken back
        let outer = Program::new().call(creator, 300_000, 0, 0, 0).op(op::INVALID);
        let outer = scenario.contract(Address::repeat_byte(0x60 + place as u8), &outer.0);
        scenario.call(outer, 600_000);
        scenario.call(creator, 110_000);
    }
    let checked = scenario.check();
    assert!(checked.outcome.executed().any(|executed| executed.status));
}
