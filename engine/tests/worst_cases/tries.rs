//! Paths as deep as can be, all at once.

use alloy_primitives::{Address, B256, U256};
use revm::bytecode::opcode as op;
use surety_engine::rules::limits::CODE_BYTES;

use crate::{
    codes::padded,
    measure::{Case, End},
    program::Program,
    world::World,
};

const GAS: u64 = 8_000_000;
const CALLER: Address = Address::repeat_byte(0xca);
const OTHER: Address = Address::repeat_byte(0x0e);

pub fn cases() -> Vec<Case> {
    let other = OTHER.into_word().into();
    vec![
        case("deep tries: SSTORE that adds, clears and changes", |world| {
            world.storage(CALLER, &[(1, None), (2, Some(7)), (3, Some(7)), (4, Some(9))]);
            Program::new()
                .with_numbers(op::SSTORE, &[1, 5])
                .with_numbers(op::SSTORE, &[2, 0])
                .with_numbers(op::SSTORE, &[3, 8])
                .with_numbers(op::SSTORE, &[3, 0])
                .with_numbers(op::SLOAD, &[4])
                .with_numbers(op::TSTORE, &[1, 5])
                .with_numbers(op::TSTORE, &[1, 0])
        }),
        case("deep tries: CALL with value to a cold delegated account", |world| {
            let delegate = world.contract(
                Address::repeat_byte(0xde),
                &padded(Program::new().op(op::STOP), CODE_BYTES),
            );
            world.contract(OTHER, &[&[0xef, 1, 0], delegate.as_slice()].concat());
            calling(OTHER)
        }),
        case("deep tries: CALL with value to a new account", |world| {
            world.vacant(OTHER);
            calling(OTHER)
        }),
        case("deep tries: CALL with value to 24,576 bytes of code", |world| {
            world.contract(OTHER, &padded(Program::new().op(op::STOP), CODE_BYTES));
            calling(OTHER)
        }),
        case("deep tries: CREATE2 with value", |world| {
            world.vacant(CALLER.create2_from_code(B256::with_last_byte(9), [0]));
            Program::new().with_numbers(op::CREATE2, &[1, 0, 1, 9])
        }),
        case("deep tries: SELFDESTRUCT to a new account", move |world| {
            world.vacant(OTHER);
            Program::new().with(op::SELFDESTRUCT, &[other])
        }),
        case("deep tries: SELFDESTRUCT of what was just created", |world| {
            let initcode = [op::CALLER, op::SELFDESTRUCT];
            world.vacant(CALLER.create2_from_code(B256::with_last_byte(9), initcode));
            Program::new().store(&initcode).with_numbers(op::CREATE2, &[1, 0, 2, 9])
        }),
    ]
}

fn calling(to: Address) -> Program {
    let to = to.into_word().into();
    let [gas, value, none] = [100_000, 1, 0].map(U256::from);
    Program::new().with(op::CALL, &[gas, to, value, none, none, none, none])
}

/// A contract with full code runs the program that `prepare` makes along with its state.
fn case(name: &'static str, prepare: impl FnOnce(&mut World) -> Program) -> Case {
    let mut world = World::new();
    world.contract(CALLER, &[]);
    let program = prepare(&mut world);
    world.code(CALLER, &padded(program.op(op::STOP), CODE_BYTES));
    let mut scenario = world.into_scenario();
    scenario.call(CALLER, GAS);
    Case { is_scratch_deep: true, ..Case::new(name, scenario, End::Success) }
}
