#![allow(clippy::indexing_slicing, missing_docs)]

use alloy::eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes};
use proptest::prelude::*;

use super::*;
use crate::execute::{
    environment::{cfg_env, tx_env},
    transaction::TransactionType,
};

fn transaction() -> Transaction {
    Transaction {
        kind: TransactionType::DynamicFee,
        hash: B256::ZERO,
        sender: Address::repeat_byte(1),
        chain_id: Some(1),
        nonce: 3,
        gas_limit: 100_000,
        max_fee: 200,
        max_priority_fee: 10,
        to: TxKind::Call(Address::repeat_byte(2)),
        value: U256::from(5),
        data: Bytes::new(),
        data_range: 0..0,
        access_list: AccessList::default(),
        access_list_range: 0..0,
        authorizations: Vec::new(),
        authorizations_range: 0..0,
    }
}

fn block() -> Block {
    Block {
        gas_limit: 12_000_000,
        gas_used: 6_000_000,
        base_fee: U256::from(100),
        open: true,
        ..Block::default()
    }
}

fn statically(transaction: &Transaction) -> Result<OwedGas, Skip> {
    check_static(transaction, &block(), &Limits::SURETY)
}

#[test]
fn each_static_bound_is_exact() {
    let good = transaction();
    let with_gas = |gas_limit| statically(&Transaction { gas_limit, ..good.clone() });
    assert_eq!(with_gas(21_000), Ok(OwedGas { intrinsic: 21_000, floor: 21_000 }));
    assert_eq!(with_gas(20_999), Err(Skip::IntrinsicGas));
    assert!(with_gas(6_000_000).is_ok());
    assert_eq!(with_gas(6_000_001), Err(Skip::BlockGas));
    assert_eq!(with_gas(8_000_001), Err(Skip::TransactionGas));

    let with_fees = |max_fee, max_priority_fee| {
        statically(&Transaction { max_fee, max_priority_fee, ..good.clone() }).map(|_| ())
    };
    assert_eq!(with_fees(100, 100), Ok(()));
    assert_eq!(with_fees(99, 0), Err(Skip::FeeCap));
    assert_eq!(with_fees(100, 101), Err(Skip::PriorityFee));

    let with_data = |data: Vec<u8>, gas_limit, to| {
        statically(&Transaction { data: data.into(), gas_limit, to, ..good.clone() }).map(|_| ())
    };
    assert_eq!(with_data(vec![1; 100], 25_000, good.to), Ok(()));
    assert_eq!(with_data(vec![1; 100], 24_999, good.to), Err(Skip::FloorGas));
    assert_eq!(with_data(vec![1; 100], 22_599, good.to), Err(Skip::IntrinsicGas));
    assert_eq!(with_data(vec![0; 49_152], 5_000_000, TxKind::Create), Ok(()));
    assert_eq!(with_data(vec![0; 49_153], 5_000_000, TxKind::Create), Err(Skip::InitcodeSize));
    assert_eq!(with_data(vec![0; 49_153], 5_000_000, good.to), Ok(()));
}

#[test]
fn a_full_block_has_nothing_left_even_when_it_is_over_its_limit() {
    let block = Block { gas_used: 13_000_000, ..block() };
    assert_eq!(check_static(&transaction(), &block, &Limits::SURETY), Err(Skip::BlockGas));
}

#[test]
fn each_sender_bound_is_exact() {
    let transaction = transaction();
    let balance = U256::from(100_000 * 200 + 5);
    let rich = Sender { nonce: 3, balance, code: &[] };
    assert_eq!(check_sender(&transaction, &rich), Ok(()));
    let poor = Sender { balance: balance - U256::ONE, ..rich };
    assert_eq!(check_sender(&transaction, &poor), Err(Skip::Funds));
    for nonce in [2, 4] {
        assert_eq!(check_sender(&transaction, &Sender { nonce, ..rich }), Err(Skip::Nonce));
    }
    let mut code = [0; 23];
    code[..3].copy_from_slice(&[0xef, 0x01, 0x00]);
    assert_eq!(check_sender(&transaction, &Sender { code: &code, ..rich }), Ok(()));
    for code in [&[0][..], &code[..22], &[0xef, 0x01, 0x01]] {
        assert_eq!(
            check_sender(&transaction, &Sender { code, ..rich }),
            Err(Skip::SenderCode),
            "{code:?}"
        );
    }
}

#[test]
fn only_the_zero_address_is_no_delegate() {
    let delegation_to = Address::repeat_byte(7);
    let code = delegation(delegation_to);
    assert_eq!(delegate(&code), Some(delegation_to));
    assert!(can_delegate(&code) && can_delegate(&[]) && !can_delegate(&code[1..]));
    assert!(delegation(Address::ZERO).is_empty());
}

#[test]
fn what_a_transaction_may_cost_does_not_wrap() {
    let transaction =
        Transaction { gas_limit: u64::MAX, max_fee: u128::MAX, value: U256::MAX, ..transaction() };
    let sender = Sender { nonce: 3, balance: U256::MAX, code: &[] };
    assert_eq!(check_sender(&transaction, &sender), Err(Skip::Funds));
}

#[test]
fn gas_price_is_capped_by_the_fee_cap() {
    let price = |kind, max_fee, max_priority_fee| {
        Transaction { kind, max_fee, max_priority_fee, ..transaction() }.gas_price(U256::from(100))
    };
    assert_eq!(price(TransactionType::DynamicFee, 200, 10), U256::from(110));
    assert_eq!(price(TransactionType::DynamicFee, 105, 10), U256::from(105));
    assert_eq!(price(TransactionType::DynamicFee, u128::MAX, u128::MAX), U256::from(u128::MAX));
    assert_eq!(price(TransactionType::SetCode, 200, 10), U256::from(110));
    assert_eq!(price(TransactionType::Legacy, 200, 200), U256::from(200));
    assert_eq!(price(TransactionType::AccessList, 150, 150), U256::from(150));
}

proptest! {
    #[test]
    fn owed_gas_is_revms(
        data in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..2_000),
        creates: bool,
        keys in prop::collection::vec(0..5_usize, 0..5),
        authorizations in 0..4_usize,
    ) {
        let access_list = AccessList(
            keys.iter()
                .map(|count| AccessListItem {
                    address: Address::ZERO,
                    storage_keys: vec![B256::ZERO; *count],
                })
                .collect(),
        );
        let to = if creates { TxKind::Create } else { transaction().to };
        let inner = Authorization { chain_id: U256::ZERO, address: Address::ZERO, nonce: 0 };
        let tuple = SignedAuthorization::new_unchecked(inner, 0, U256::ONE, U256::ONE);
        let authorizations = vec![tuple; authorizations];
        let kind = TransactionType::SetCode;
        let data = data.into();
        let tried =
            Transaction { kind, data, to, access_list, authorizations, ..transaction() };
        let owed = owed_gas(&tried);
        let revm = cfg_env(1).gas_params.initial_tx_gas_for_tx(tx_env(&tried), None);
        prop_assert_eq!(owed.intrinsic, revm.initial_regular_gas);
        prop_assert_eq!(owed.floor, revm.floor_gas);
    }
}
