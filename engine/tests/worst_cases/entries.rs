//! Entries as long as a batch can hold them.

use alloy::{
    consensus::TxEip2930,
    eips::{
        eip2930::{AccessList, AccessListItem},
        eip7702::{Authorization, SignedAuthorization},
    },
    signers::{SignerSync, local::PrivateKeySigner},
};
use alloy_primitives::{Address, U256, keccak256};
use revm::bytecode::opcode as op;
use surety_engine::machine::Phase;

use crate::{
    measure::{Case, End},
    scenario::{CHAIN_ID, GAS_PRICE, Scenario, address, signed, signer},
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
        authorizations(),
        unpaid_authorizations(),
        many_authorities(),
        invalid_authorization(),
        deposits(),
        blob(),
    ]
}

fn scenario() -> Scenario {
    let mut world = World::new();
    world.contract(CALLEE, &[op::STOP]);
    world.into_scenario()
}

/// A blob that is copied into a batch: an element in one word, elements in two, the first and the last ones.
fn blob() -> Case {
    let mut scenario = scenario();
    scenario.in_blob = true;
    scenario.entry([0xff; ENTRY]);
    scenario.entry([0xff; 126_976 - ENTRY - 4]);
    Case {
        focus: |step| step.phase == Phase::Blob,
        proven: |index| !(40..=4_090).contains(&index),
        has_block: true,
        ..Case::new("a batch in a blob", scenario, End::Skip)
    }
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

/// As many authorizations as the gas is enough for: of a contract with the longest code, of a delegated account, of a new
/// one, and then of the longest tuples.
fn authorizations() -> Case {
    let mut world = World::new();
    world.contract(CALLEE, &[op::STOP]);
    world.contract(address(7), &[0xfe; 24_576]);
    world.contract(address(8), &[&[0xef, 0x01, 0x00], CALLEE.as_slice()].concat());
    world.vacant(address(9));
    let of = |key, nonce| {
        let chain_id = U256::from(CHAIN_ID);
        let authorization = Authorization { chain_id, address: CALLEE, nonce };
        let signature = signer(key).sign_hash_sync(&authorization.signature_hash()).unwrap();
        authorization.into_signed(signature)
    };
    let longest = tuple(U256::MAX, u64::MAX, u8::MAX);
    let mut list = vec![of(7, 1), of(8, 1), of(9, 0)];
    list.resize(319, longest);
    let mut scenario = world.into_scenario();
    scenario.send_authorizations(1, CALLEE, GAS, list);
    Case::new("319 authorizations", scenario, End::Success)
}

/// As many as fit an entry.
fn unpaid_authorizations() -> Case {
    let mut scenario = scenario();
    scenario.send_authorizations(1, CALLEE, GAS, vec![tuple(U256::ZERO, 0, 0); 2_420]);
    Case::new("2,420 authorizations that cannot be paid for", scenario, End::Skip)
}

fn tuple(integer: U256, nonce: u64, parity: u8) -> SignedAuthorization {
    let inner = Authorization { chain_id: integer, address: CALLEE, nonce };
    SignedAuthorization::new_unchecked(inner, parity, integer, integer)
}

/// Authorizations that 8,000,000 gas pay for.
const AUTHORIZATIONS: u64 = 319;

fn authority(number: u64) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256(number.to_be_bytes())).unwrap()
}

/// Each by an authority of its own, every second of which exists.
fn authorizing(edit: impl FnOnce(&mut Vec<SignedAuthorization>)) -> Scenario {
    let mut world = World::new();
    world.contract(CALLEE, &[op::STOP]);
    let mut list = Vec::new();
    for number in 0..AUTHORIZATIONS {
        let signer = authority(number);
        if number % 2 == 0 {
            world.fund(signer.address());
        } else {
            world.vacant(signer.address());
        }
        let chain_id = U256::from(CHAIN_ID);
        let authorization = Authorization { chain_id, address: CALLEE, nonce: 0 };
        let signature = signer.sign_hash_sync(&authorization.signature_hash()).unwrap();
        list.push(authorization.into_signed(signature));
    }
    edit(&mut list);
    let mut scenario = world.into_scenario();
    scenario.send_authorizations(1, CALLEE, GAS, list);
    scenario
}

fn many_authorities() -> Case {
    Case::new(
        "319 authorizations, each by an account of its own",
        authorizing(|_| {}),
        End::Success,
    )
}

/// The last one's parity is none, and it is passed over.
fn invalid_authorization() -> Case {
    let scenario = authorizing(|list| {
        if let Some(last) = list.last_mut() {
            let (r, s) = (last.r(), last.s());
            *last = SignedAuthorization::new_unchecked(last.inner().clone(), 2, r, s);
        }
    });
    Case::new("319 authorizations, the last one invalid", scenario, End::Success)
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
