//! Calls of every kind: to contracts, delegations, precompiles and nobody, and all ways in which they fail.

use alloy_primitives::{Address, U256, hex};
use revm::bytecode::opcode as op;

use crate::{
    program::Program,
    scenario::{ETHER, FEE_RECIPIENT, Scenario, address},
};

const CALLS: [u8; 4] = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];

/// `opcode` to `to`, then the size of what it returned.
fn one_call(opcode: u8, to: Address, gas: u64, value: u64, input: u64, output: u64) -> Program {
    let to = U256::from_be_bytes(to.into_word().0);
    let [gas, value, input, output] = [gas, value, input, output].map(U256::from);
    let (from, at) = (U256::ZERO, U256::from(70));
    let arguments = match opcode {
        op::CALL | op::CALLCODE => vec![gas, to, value, from, input, at, output],
        _ => vec![gas, to, from, input, at, output],
    };
    Program::new().with(opcode, &arguments).op(op::RETURNDATASIZE)
}

/// Contracts that end in every way.
fn callees(scenario: &mut Scenario) -> Vec<Address> {
    let programs = [
        Program::new(),
        Program::new().op(op::STOP),
        Program::new().store(&[7; 64]).with_numbers(op::RETURN, &[3, 50]),
        Program::new().with_numbers(op::RETURN, &[u64::MAX, 0]),
        Program::new().with_numbers(op::RETURN, &[1000, 2000]),
        Program::new().store(&[9; 40]).with_numbers(op::REVERT, &[0, 40]),
        Program::new().with_numbers(op::SSTORE, &[1, 1]).with_numbers(op::REVERT, &[0, 0]),
        Program::new().op(op::INVALID),
        Program::new().op(op::JUMPDEST).with_numbers(op::JUMP, &[0]),
        Program::new().op(op::POP),
        Program::new().with_numbers(op::JUMP, &[1]),
        Program::new().with_numbers(op::SSTORE, &[1, 2]).with_numbers(op::LOG1, &[0, 5, 99]),
        Program::new()
            .with_numbers(op::TSTORE, &[1, 2])
            .with_numbers(op::SSTORE, &[5, 0])
            .with_numbers(op::LOG0, &[0, 0])
            .op(op::INVALID),
        Program::new().ops(&[
            op::CALLER,
            op::CALLVALUE,
            op::ADDRESS,
            op::SELFBALANCE,
            op::CALLDATASIZE,
        ]),
        // back into its caller's storage, in a delegate call
        Program::new().ops(&[op::CALLER, op::PUSH0, op::SSTORE]).with_numbers(op::SLOAD, &[5]),
    ];
    let mut callees = Vec::new();
    for (place, program) in programs.iter().enumerate() {
        let callee = scenario.contract(Address::repeat_byte(0x10 + place as u8), &program.0);
        scenario.slot(callee, 5, 6);
        callees.push(callee);
    }
    callees
}

#[test]
fn to_contracts_that_end_in_every_way() {
    for opcode in CALLS {
        let mut scenario = Scenario::new();
        for (place, callee) in callees(&mut scenario).into_iter().enumerate() {
            let code = one_call(opcode, callee, 30_000, 0, 10, 20)
                .0
                .into_iter()
                .chain(one_call(opcode, callee, u64::MAX, 1, 40, 2_000).0)
                .collect::<Vec<u8>>();
            let caller = Address::repeat_byte(0xa0 + place as u8);
            scenario.contract(caller, &code);
            scenario.slot(caller, 5, 1);
            scenario.call(caller, 150_000);
        }
        let checked = scenario.check();
        assert_eq!(checked.outcome.executed().count(), 15);
    }
}

#[test]
fn inside_a_static_call() {
    let mut scenario = Scenario::new();
    let mut inner = Vec::new();
    for (place, callee) in callees(&mut scenario).into_iter().enumerate() {
        for (kind, opcode) in CALLS.into_iter().enumerate() {
            let code = one_call(opcode, callee, 20_000, (place % 2) as u64, 5, 5);
            let at = Address::with_last_byte(place as u8 * 4 + kind as u8).create(9);
            inner.push(scenario.contract(at, &code.0));
        }
    }
    for (place, inner) in inner.chunks(10).enumerate() {
        let mut code = Program::new();
        for inner in inner {
            code = code.ops(&one_call(op::STATICCALL, *inner, 40_000, 0, 0, 0).0);
        }
        let at = scenario.contract(Address::repeat_byte(0xb0 + place as u8), &code.0);
        scenario.call(at, 1_000_000);
    }
    scenario.check();
}

#[test]
fn to_nobody_with_and_without_value() {
    let mut scenario = Scenario::new();
    let nobody = Address::repeat_byte(0xdd);
    let somebody = address(4);
    for (place, opcode) in CALLS.into_iter().enumerate() {
        let mut code = Program::new();
        for to in [nobody, somebody, FEE_RECIPIENT] {
            for (gas, value) in [(0, 0), (u64::MAX, 0), (0, 3), (100_000, 3)] {
                code = code.ops(&one_call(opcode, to, gas, value, 0, 0).0);
            }
        }
        // more than it has
        code = code.ops(&one_call(opcode, nobody, 50_000, 2 * ETHER as u64, 0, 4).0);
        code = code.ops(&one_call(opcode, nobody, 50_000, 10 * ETHER as u64 / 2, 0, 4).0);
        let caller = scenario.contract(Address::repeat_byte(0xa0 + place as u8), &code.0);
        scenario.call(caller, 600_000);
        for gas in [21_020, 21_130, 23_700, 30_000, 33_000, 60_000] {
            scenario.call(caller, gas);
        }
    }
    // to itself, with value
    let own = Address::repeat_byte(0xee);
    scenario.contract(own, &[&one_call(op::CALL, own, 40_000, 1, 0, 0).0[..], &[op::POP]].concat());
    scenario.call(own, 300_000);
    scenario.check();
}

#[test]
fn to_delegations() {
    let mut scenario = Scenario::new();
    let designator = |to: Address| [&hex!("ef0100")[..], to.as_slice()].concat();
    let code = Program::new()
        .ops(&[op::ADDRESS, op::PUSH0, op::SSTORE])
        .store(&[5; 32])
        .with_numbers(op::RETURN, &[0, 32]);
    let target = scenario.contract(Address::repeat_byte(0x01), &code.0);
    let [to_target, to_precompile, to_nobody, to_itself, to_delegation] =
        [0x31, 0x32, 0x33, 0x34, 0x35].map(Address::repeat_byte);
    scenario.contract(to_target, &designator(target));
    scenario.contract(to_precompile, &designator(Address::with_last_byte(4)));
    scenario.contract(to_nobody, &designator(Address::repeat_byte(0xdd)));
    scenario.contract(to_itself, &designator(to_itself));
    scenario.contract(to_delegation, &designator(to_target));
    let delegations = [to_target, to_precompile, to_nobody, to_itself, to_delegation];
    for (place, delegation) in delegations.into_iter().enumerate() {
        let word = U256::from_be_bytes(delegation.into_word().0);
        let mut code = Program::new()
            .with(op::EXTCODESIZE, &[word])
            .with(op::EXTCODEHASH, &[word])
            .with(op::EXTCODECOPY, &[word, U256::ZERO, U256::ZERO, U256::from(40)]);
        for opcode in CALLS {
            code = code.ops(&one_call(opcode, delegation, 60_000, 0, 3, 40).0);
            code = code.ops(&one_call(opcode, delegation, 60_000, 1, 0, 0).0);
        }
        let caller = scenario.contract(Address::repeat_byte(0xa0 + place as u8), &code.0);
        scenario.call(caller, 600_000);
        // cold account and cold delegate, with too little gas for either
        let short = one_call(op::CALL, delegation, 60_000, 0, 0, 0);
        let short = scenario.contract(Address::repeat_byte(0xb0 + place as u8), &short.0);
        for gas in [21_000 + 2_500, 21_000 + 2_650, 21_000 + 2_750, 21_000 + 5_000, 21_000 + 5_300]
        {
            scenario.call(short, gas);
        }
        // as a transaction
        scenario.call(delegation, 100_000);
        scenario.send(2, delegation.into(), 100_000, 5, &[1, 2]);
    }
    scenario.check();
}

#[test]
fn to_precompiles() {
    let addresses =
        (1..=0x12).map(Address::with_last_byte).chain([Address::left_padding_from(&[1, 0])]);
    let mut scenario = Scenario::new();
    let ecrecover = hex!(
        "456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3
         000000000000000000000000000000000000000000000000000000000000001c
         9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608
         4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada"
    );
    for (place, precompile) in addresses.enumerate() {
        let mut code = Program::new().store(&ecrecover);
        for opcode in CALLS {
            code = code.ops(&one_call(opcode, precompile, 150_000, 0, 128, 40).0);
            code = code.ops(&one_call(opcode, precompile, 90_000, 0, 0, 0).0);
            code = code.ops(&one_call(opcode, precompile, 20, 0, 213, 7).0);
            code = code.ops(&one_call(opcode, precompile, 100_000, 2, 5, 600).0);
        }
        let caller = scenario.contract(Address::repeat_byte(0x40 + place as u8), &code.0);
        scenario.slot(caller, 1, 1);
        let gas = if place < 9 { 600_000 } else { 500_000 };
        scenario.call(caller, gas);
        scenario.send(2, precompile.into(), 30_000, 1, &ecrecover[..5]);
    }
    scenario.check();
}

#[test]
fn precompiles_with_good_input() {
    let mut scenario = Scenario::new();
    // x^2 mod 1000 with one-word numbers
    let mut modexp = vec![0_u8; 192];
    (modexp[31], modexp[63], modexp[95]) = (32, 32, 32);
    (modexp[127], modexp[159], modexp[190], modexp[191]) = (77, 2, 3, 0xe8);
    // the generator of alt_bn128, twice
    let mut add = vec![0_u8; 128];
    (add[31], add[63], add[95], add[127]) = (1, 2, 1, 2);
    let mut multiply = vec![0_u8; 96];
    (multiply[31], multiply[63], multiply[95]) = (1, 2, 9);
    let mut blake = vec![0_u8; 213];
    (blake[3], blake[212]) = (12, 1);
    let inputs = [
        (2, vec![1; 100]),
        (3, vec![2; 100]),
        (4, vec![3; 333]),
        (5, modexp),
        (6, add),
        (7, multiply),
        (8, Vec::new()),
        (9, blake),
        (0x0b, vec![0; 256]),
        (0x0c, vec![0; 160]),
        (0x0d, vec![0; 512]),
        (0x0e, vec![0; 288]),
        (0x0f, vec![0; 384]),
        (0x10, vec![0; 64]),
        (0x11, vec![0; 128]),
    ];
    for (place, (precompile, input)) in inputs.iter().enumerate() {
        let precompile = Address::with_last_byte(*precompile);
        let length = input.len() as u64;
        let code = Program::new()
            .store(input)
            .ops(&one_call(op::STATICCALL, precompile, 400_000, 0, length, 300).0)
            .with_numbers(op::RETURNDATACOPY, &[5, 0, 10]);
        let caller = scenario.contract(Address::repeat_byte(0x40 + place as u8), &code.0);
        scenario.call(caller, 600_000);
    }
    scenario.check();
}

#[test]
fn nested_frames_take_back_what_they_did() {
    let mut scenario = Scenario::new();
    let [bottom, middle, top] = [0x51, 0x52, 0x53].map(Address::repeat_byte);
    let touch = |number: u64| {
        Program::new()
            .with_numbers(op::SSTORE, &[number, number])
            .with_numbers(op::SSTORE, &[9, 0])
            .with_numbers(op::TSTORE, &[number, 7])
            .with_numbers(op::BALANCE, &[0xbeef + number])
            .with_numbers(op::LOG1, &[0, 3, number])
    };
    scenario.contract(
        bottom,
        &touch(1).call(address(4), 0, 5, 0, 0).with_numbers(op::RETURN, &[0, 9]).0,
    );
    scenario.slot(bottom, 9, 9);
    let middle_code = touch(2).call(bottom, 200_000, 1, 0, 9).with_numbers(op::REVERT, &[64, 9]);
    scenario.contract(middle, &middle_code.0);
    scenario.slot(middle, 9, 9);
    let top_code = touch(3)
        .call(middle, 400_000, 2, 0, 5)
        .call(bottom, 200_000, 0, 3, 3)
        .call_without_value(op::DELEGATECALL, bottom, 200_000, 0, 3)
        .with_numbers(op::TLOAD, &[1])
        .with_numbers(op::BALANCE, &[0xbeef + 2]);
    scenario.contract(top, &top_code.0);
    scenario.slot(top, 9, 9);
    scenario.call(top, 1_000_000);
    scenario.call(top, 400_000);
    scenario.check();
}

#[test]
fn recursion_until_the_gas_is_gone() {
    let mut scenario = Scenario::new();
    let own = Address::repeat_byte(0x61);
    let code = Program::new().ops(&[op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0]).ops(&[
        op::ADDRESS,
        op::GAS,
        op::CALL,
        op::POP,
    ]);
    scenario.contract(own, &code.0);
    scenario.call(own, 300_000);
    scenario.check();
}

#[test]
fn depth_1024() {
    let mut scenario = Scenario::new();
    scenario.limits.transaction_gas = 1 << 40;
    scenario.limits.block_gas = 1 << 41;
    scenario.fund(address(1), 10_000 * ETHER);
    let [calling, creating] = [0x71, 0x72].map(Address::repeat_byte);
    let call =
        [op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::ADDRESS, op::GAS, op::CALL];
    scenario.contract(calling, &call);
    let create = [&call[..], &[op::PUSH0, op::PUSH0, op::PUSH0, op::CREATE]].concat();
    scenario.contract(creating, &create);
    scenario.call(calling, 1 << 38);
    scenario.call(creating, 1 << 38);
    let checked = scenario.check();
    let deepest = checked.report.steps().map(|(_, step)| step.depth).max();
    assert_eq!(deepest, Some(1024));
}
