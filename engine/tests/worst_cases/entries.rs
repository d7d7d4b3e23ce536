//! Entries as long as a batch can hold them.

use alloy::{
    consensus::TxEip2930,
    eips::eip2930::{AccessList, AccessListItem},
};
use alloy_primitives::{Address, keccak256};
use revm::bytecode::opcode as op;

use crate::{
    measure::{Case, End},
    scenario::{CHAIN_ID, GAS_PRICE, Scenario, signed},
    world::World,
};

/// The longest entry.
const ENTRY: usize = 65_535;
const CALLEE: Address = Address::repeat_byte(0xca);
const GAS: u64 = 8_000_000;

pub fn cases() -> Vec<Case> {
    vec![
        data("a transaction of 65,535 bytes, data of zeros", 0),
        data("a transaction of 65,535 bytes, data without zeros", 0xff),
        addresses(),
        malformed_address(),
        keys(),
        deposits(),
    ]
}

fn scenario() -> Scenario {
    let mut world = World::new();
    world.contract(CALLEE, &[op::STOP]);
    world.into_scenario()
}

/// The longest data with which the entry fits.
fn data(name: &'static str, byte: u8) -> Case {
    let mut scenario = scenario();
    // what is around the data has 111 bytes
    scenario.send_legacy(1, CALLEE.into(), GAS, &vec![byte; ENTRY - 119]);
    Case::new(name, scenario, End::Success)
}

/// As many addresses as fit, each with an empty list of keys.
fn list() -> TxEip2930 {
    let item = |number: u64| AccessListItem {
        address: Address::from_word(keccak256(number.to_be_bytes())),
        storage_keys: Vec::new(),
    };
    TxEip2930 {
        chain_id: CHAIN_ID,
        gas_price: GAS_PRICE,
        gas_limit: GAS,
        to: CALLEE.into(),
        access_list: AccessList((0..2840).map(item).collect()),
        ..TxEip2930::default()
    }
}

fn addresses() -> Case {
    let mut scenario = scenario();
    scenario.entry(signed(1, list()));
    Case::new("an access list of 2,840 addresses", scenario, End::Success)
}

fn malformed_address() -> Case {
    let mut scenario = scenario();
    let mut entry = signed(1, list()).to_vec();
    // the last item's list of keys, before the signature, becomes a string
    let at = entry.len() - 68;
    assert_eq!(std::mem::replace(&mut entry[at], 0x80), 0xc0);
    scenario.entry(entry);
    Case::new("an access list whose 2,840th item is malformed", scenario, End::Skip)
}

fn keys() -> Case {
    let mut scenario = scenario();
    let storage_keys = (0..1980_u64).map(|key| keccak256(key.to_be_bytes())).collect();
    let item = AccessListItem { address: CALLEE, storage_keys };
    scenario.send_with_list(1, CALLEE, GAS, AccessList(vec![item]));
    Case::new("an access list of 1,980 keys", scenario, End::Success)
}

/// The steps of a block that has no transaction.
fn deposits() -> Case {
    let mut world = World::new();
    let accounts: Vec<Address> = (0x10..0x20).map(Address::repeat_byte).collect();
    for (number, account) in accounts.iter().enumerate() {
        if number % 2 == 0 {
            world.vacant(*account);
        } else {
            world.fund(*account);
        }
    }
    let mut scenario = world.into_scenario();
    for account in accounts {
        scenario.deposit(account, 1);
    }
    Case::new("a block's own steps with 16 deposits", scenario, End::NoTransaction)
}
