//! Transactions of every type, entries skipped for every reason, and what a block does by itself.

use alloy::{
    consensus::{TxEip1559, TxEip2930, TxLegacy},
    eips::{
        eip2930::{AccessList, AccessListItem},
        eip7702::Authorization,
    },
    signers::SignerSync,
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::bytecode::opcode as op;
use serde::Deserialize;
use surety_engine::machine::Phase;

use crate::{
    program::Program,
    run::{Reached, is_telling, prove},
    scenario::{BASE_FEE, CHAIN_ID, ETHER, GAS_PRICE, Scenario, address, signed, signer},
};

pub fn run(reached: &mut Reached) {
    ends(reached);
    encodings(reached);
    skips(reached);
    blocks(reached);
}

/// Code that succeeds, reverts, halts.
const ENDS: [&[u8]; 3] = [&[op::STOP], &[op::PUSH0, op::PUSH0, op::REVERT], &[op::INVALID]];

fn ends(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    for (number, code) in (0x10..).zip(ENDS) {
        let callee = scenario.contract(Address::repeat_byte(number), code);
        let keys = vec![B256::with_last_byte(1)];
        let list = AccessList(vec![AccessListItem { address: callee, storage_keys: keys }]);
        for (to, input) in [(TxKind::Call(callee), &[][..]), (TxKind::Create, code)] {
            scenario.send(1, to, 100_000, 0, input);
            scenario.send_legacy(2, to, 100_000, input);
            let transaction = TxEip2930 {
                chain_id: CHAIN_ID,
                nonce: scenario.next_nonce(3),
                gas_price: GAS_PRICE,
                gas_limit: 100_000,
                to,
                access_list: list.clone(),
                input: Bytes::copy_from_slice(input),
                ..TxEip2930::default()
            };
            scenario.entry(signed(3, transaction));
        }
        let delegation = Authorization { chain_id: U256::ZERO, address: callee, nonce: 0 };
        let signature = signer(number).sign_hash_sync(&delegation.signature_hash()).unwrap();
        scenario.send_authorizations(4, callee, 100_000, vec![delegation.into_signed(signature)]);
    }
    // what is created destroys itself
    scenario.send(1, TxKind::Create, 100_000, 1, &[op::CALLER, op::SELFDESTRUCT]);
    let copying = Program::new().with_numbers(op::CALLDATACOPY, &[0, 0, 40]);
    let copying = scenario.contract(Address::repeat_byte(0x20), &copying.0);
    scenario.call(copying, 100_000);
    prove(scenario, reached, is_telling);
}

#[derive(Deserialize)]
struct Corpus {
    cases: Vec<Encoding>,
}

#[derive(Deserialize)]
struct Encoding {
    entry: Bytes,
}

/// The corpus of `fixtures/entries`.
fn encodings(reached: &mut Reached) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/entries/grammar.json");
    let corpus: Corpus = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    // entries as long as they can be fill a batch
    let mut scenario = Scenario::new();
    let mut length = 0;
    for Encoding { entry } in corpus.cases {
        if length + entry.len() + 2 > 120_000 {
            prove(std::mem::replace(&mut scenario, Scenario::new()), reached, is_telling);
            length = 0;
        }
        length += entry.len() + 2;
        if !entry.is_empty() {
            scenario.entry(entry);
        }
    }
    prove(scenario, reached, is_telling);
}

/// What the encoding does not decide.
fn skips(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    let stop = scenario.contract(Address::repeat_byte(0x44), &[op::STOP]);
    let plain = TxEip1559 {
        chain_id: CHAIN_ID,
        gas_limit: 50_000,
        max_fee_per_gas: GAS_PRICE,
        to: stop.into(),
        ..TxEip1559::default()
    };
    let entries = [
        TxEip1559 { gas_limit: 20_999, ..plain.clone() },
        TxEip1559 { gas_limit: 24_999, input: vec![1; 100].into(), ..plain.clone() },
        TxEip1559 { gas_limit: 8_000_001, ..plain.clone() },
        TxEip1559 {
            to: TxKind::Create,
            gas_limit: 4_000_000,
            input: vec![0; 49_153].into(),
            ..plain.clone()
        },
        TxEip1559 { max_fee_per_gas: u128::from(BASE_FEE) - 1, ..plain.clone() },
        TxEip1559 { max_priority_fee_per_gas: GAS_PRICE + 1, ..plain.clone() },
        TxEip1559 { nonce: 1, ..plain.clone() },
        TxEip1559 { value: U256::MAX, ..plain.clone() },
        TxEip1559 { chain_id: CHAIN_ID + 1, ..plain.clone() },
    ];
    for entry in entries {
        scenario.entry(signed(1, entry));
    }
    // a contract as sender
    scenario.contract(address(5), &[op::STOP]);
    scenario.nonce(address(5), 0);
    scenario.entry(signed(5, plain.clone()));
    // more than the block has left
    let burning = scenario.contract(Address::repeat_byte(0x45), &[op::INVALID]);
    scenario.send(2, burning.into(), 8_000_000, 0, &[]);
    scenario.entry(signed(
        1,
        TxLegacy {
            gas_limit: 4_000_001,
            gas_price: GAS_PRICE,
            to: stop.into(),
            chain_id: Some(CHAIN_ID),
            ..TxLegacy::default()
        },
    ));
    prove(scenario, reached, is_telling);
}

fn blocks(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    scenario.deposit(address(7), ETHER as u64);
    prove(scenario, reached, is_telling);

    let mut scenario = Scenario::new();
    scenario.in_blob = true;
    // one in a word, one in two, the last
    prove(scenario, reached, |step| {
        step.phase == Phase::Blob && [1, 2, 4096].contains(&step.index)
    });
}
