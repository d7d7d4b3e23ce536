//! Transactions of type 4 (EIP-7702): authorizations applied, passed over, followed, refunded.

use alloy::{
    consensus::TxEip7702,
    eips::{
        eip2930::{AccessList, AccessListItem},
        eip7702::{Authorization, SignedAuthorization},
    },
    signers::SignerSync,
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, TxKind, U256, keccak256, uint};
use revm::bytecode::opcode as op;

use crate::{
    program::Program,
    scenario::{CHAIN_ID, ETHER, Scenario, address, set_code, signed, signer},
};

const CURVE_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
/// Intrinsic gas of a call with one authorization.
const ONE: u64 = 21_000 + 25_000;

fn unsigned(delegate: Address, nonce: u64) -> Authorization {
    Authorization { chain_id: U256::from(CHAIN_ID), address: delegate, nonce }
}

pub fn sign(key: u8, authorization: Authorization) -> SignedAuthorization {
    let signature = signer(key).sign_hash_sync(&authorization.signature_hash()).unwrap();
    authorization.into_signed(signature)
}

pub fn authorize(key: u8, delegate: Address, nonce: u64) -> SignedAuthorization {
    sign(key, unsigned(delegate, nonce))
}

fn designator(delegate: Address) -> B256 {
    keccak256([&[0xef, 0x01, 0x00], delegate.as_slice()].concat())
}

/// A contract that counts its calls in slot 0.
fn counter(scenario: &mut Scenario) -> Address {
    let code = Program::new()
        .with_numbers(op::SLOAD, &[0])
        .push(U256::ONE)
        .op(op::ADD)
        .push(U256::ZERO)
        .ops(&[op::SSTORE, op::STOP]);
    scenario.contract(Address::repeat_byte(0x51), &code.0)
}

#[test]
fn the_callees_new_delegation_is_followed_and_stays() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    let authority = address(7);
    scenario.send_authorizations(1, authority, 200_000, vec![authorize(7, counter, 0)]);
    scenario.send(2, authority.into(), 100_000, 3, &[]);
    // what other code sees of it
    let looks = Program::new()
        .with(op::EXTCODESIZE, &[authority.into_word().into()])
        .with(op::EXTCODEHASH, &[authority.into_word().into()])
        .with(
            op::EXTCODECOPY,
            &[authority.into_word().into(), U256::ZERO, U256::ZERO, U256::from(40)],
        )
        .call(authority, 50_000, 1, 0, 0)
        .call_without_value(op::STATICCALL, authority, 50_000, 0, 0)
        .call_without_value(op::DELEGATECALL, authority, 50_000, 0, 0);
    let looks = scenario.contract(Address::repeat_byte(0x52), &looks.0);
    scenario.call(looks, 300_000);
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [true; 3]);
    let account = checked.account(authority);
    assert_eq!((account.nonce, account.balance), (1, U256::from(4)));
    assert_eq!(account.code_hash, designator(counter));
    assert_ne!(account.storage_root, checked.account(address(8)).storage_root);
}

#[test]
fn senders_delegate_themselves() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    // the sender's nonce has been counted up before its authorization is looked at
    scenario.send_authorizations(1, address(1), 200_000, vec![authorize(1, counter, 1)]);
    scenario.send_authorizations(2, address(2), 200_000, vec![authorize(2, counter, 0)]);
    // both nonces are taken: the sender's next one is 3
    scenario.entry(signed(
        3,
        TxEip7702 {
            gas_limit: 200_000,
            to: address(3),
            authorization_list: vec![authorize(3, counter, 1)],
            ..set_code()
        },
    ));
    scenario.entry(signed(
        3,
        TxEip7702 {
            nonce: 2,
            gas_limit: 200_000,
            to: address(4),
            authorization_list: vec![authorize(3, Address::ZERO, 3)],
            ..set_code()
        },
    ));
    let checked = scenario.check();
    assert_eq!(checked.outcome.skipped().count(), 0);
    let after = [1, 2, 3].map(|key| checked.account(address(key)));
    assert_eq!(after.map(|account| account.nonce), [2, 1, 4]);
    assert_eq!(after[0].code_hash, designator(counter));
    assert_eq!(after[1].code_hash, KECCAK256_EMPTY);
    assert_eq!(after[2].code_hash, KECCAK256_EMPTY);
    // the counter's first SSTORE ran for senders 1 and 3, and the refund for an existing account was capped at a fifth
    assert_ne!(after[0].storage_root, after[1].storage_root);
    assert_eq!(after[0].storage_root, after[2].storage_root);
}

#[test]
fn one_authority_more_than_once() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    let stop = scenario.contract(Address::repeat_byte(0x53), &[op::STOP]);
    let list = vec![
        authorize(7, stop, 0),
        authorize(7, stop, 0),
        authorize(7, Address::ZERO, 1),
        authorize(7, counter, 2),
        authorize(7, stop, 4),
        authorize(8, stop, 0),
        authorize(8, Address::ZERO, 1),
    ];
    scenario.send_authorizations(1, address(7), 400_000, list);
    scenario.send_authorizations(1, address(8), 400_000, vec![authorize(7, Address::ZERO, 3)]);
    scenario.send(2, address(7).into(), 50_000, 1, &[]);
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [true; 3]);
    let [seven, eight] = [7, 8].map(|key| checked.account(address(key)));
    assert_eq!((seven.nonce, seven.code_hash), (4, KECCAK256_EMPTY));
    assert_eq!((eight.nonce, eight.code_hash), (2, KECCAK256_EMPTY));
    assert_ne!(seven.storage_root, eight.storage_root);
}

#[test]
fn only_one_level_and_no_precompile() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    for precompile in [4, 0x11] {
        let delegate = Address::with_last_byte(precompile);
        let key = 10 + precompile;
        scenario.send_authorizations(1, address(key), 100_000, vec![authorize(key, delegate, 0)]);
    }
    // 8 delegates to 7, which delegates to the counter: its designator runs, and halts
    let list = vec![authorize(7, counter, 0), authorize(8, address(7), 0)];
    scenario.send_authorizations(1, address(8), 200_000, list);
    // to itself
    scenario.send_authorizations(1, address(9), 200_000, vec![authorize(9, address(9), 0)]);
    // to an account without code
    scenario.send_authorizations(1, address(6), 200_000, vec![authorize(6, address(5), 0)]);
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [true, true, false, false, true]);
    assert_eq!(checked.account(address(8)).code_hash, designator(address(7)));
    assert_eq!(checked.account(address(9)).code_hash, designator(address(9)));
}

#[test]
fn the_fee_recipient_is_an_authority() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    scenario.fee_recipient = address(7);
    scenario.send_authorizations(1, counter, 200_000, vec![authorize(7, counter, 0)]);
    scenario.send_authorizations(1, address(7), 200_000, vec![authorize(7, counter, 1)]);
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [true; 2]);
    assert_eq!(checked.account(address(7)).nonce, 2);
}

#[test]
fn authorizations_that_are_passed_over() {
    let mut scenario = Scenario::new();
    let stop = scenario.contract(Address::repeat_byte(0x53), &[op::STOP]);
    // an authority with code of its own, and one with code that only begins like a delegation
    scenario.contract(address(10), &[op::STOP]);
    scenario.contract(address(11), &[0xef, 0x01, 0x00, 0x12]);
    // an authority at the last nonce but one
    scenario.nonce(address(12), u64::MAX - 1);
    let good = authorize(7, stop, 0);
    let (r, s) = (good.r(), good.s());
    let parity = good.y_parity();
    let broken =
        |parity, r, s| SignedAuthorization::new_unchecked(good.inner().clone(), parity, r, s);
    let other_chain = |chain_id| sign(7, Authorization { chain_id, ..unsigned(stop, 0) });
    let passed_over = [
        broken(1 - parity, r, CURVE_ORDER - s),
        broken(2, r, s),
        broken(27 + parity, r, s),
        broken(u8::MAX, r, s),
        broken(parity, U256::ZERO, s),
        broken(parity, r, U256::ZERO),
        broken(parity, CURVE_ORDER, s),
        broken(parity, U256::MAX, s),
        broken(parity, r, U256::MAX),
        // 5 is not the x of any point
        broken(parity, U256::from(5), s),
        other_chain(U256::from(CHAIN_ID + 1)),
        other_chain(U256::from(CHAIN_ID) + (U256::ONE << 64)),
        other_chain(U256::MAX),
        authorize(7, stop, 1),
        authorize(7, stop, u64::MAX),
        authorize(10, stop, 1),
        authorize(11, stop, 1),
        authorize(12, stop, u64::MAX),
    ];
    for authorization in &passed_over {
        scenario.send_authorizations(1, stop, 100_000, vec![authorization.clone()]);
    }
    scenario.send_authorizations(2, stop, 800_000, passed_over.to_vec());
    // the other parity: somebody else's account, which now exists
    scenario.send_authorizations(2, stop, 100_000, vec![broken(1 - parity, r, s)]);
    // for any chain; the last nonce
    let list = vec![other_chain(U256::ZERO), authorize(12, stop, u64::MAX - 1)];
    scenario.send_authorizations(2, stop, 200_000, list);
    let checked = scenario.check();
    assert_eq!(checked.outcome.skipped().count(), 0);
    let used = checked.gas_used();
    assert_eq!(used[..18], [ONE; 18]);
    assert_eq!(used[18], 21_000 + 18 * 25_000);
    assert_eq!(used[19], ONE);
    // of 71,000 gas 12,500 for the account that was there
    assert_eq!(used[20], 71_000 - 12_500);
    let code_hash = designator(stop);
    let seven = checked.account(address(7));
    assert_eq!((seven.nonce, seven.code_hash), (1, code_hash));
    let last = checked.account(address(12));
    assert_eq!((last.nonce, last.code_hash), (u64::MAX, code_hash));
    assert_eq!(checked.account(address(10)).nonce, 1);
}

#[test]
fn refunds() {
    let mut scenario = Scenario::new();
    let stop = scenario.contract(Address::repeat_byte(0x53), &[op::STOP]);
    // a balance, no nonce
    scenario.fund(address(7), 1);
    scenario.send_authorizations(1, stop, 100_000, vec![authorize(7, stop, 0)]);
    // no account; then it exists
    scenario.send_authorizations(1, stop, 100_000, vec![authorize(8, stop, 0)]);
    scenario.send_authorizations(1, stop, 100_000, vec![authorize(8, stop, 1)]);
    // an authority that comes to exist by its own first authorization
    let list = vec![authorize(9, stop, 0), authorize(9, stop, 1), authorize(9, stop, 2)];
    scenario.send_authorizations(1, stop, 100_000, list);
    // the floor: 20,000 gas of data, and a refund that would go below it
    scenario.entry(signed(
        2,
        TxEip7702 {
            gas_limit: 200_000,
            to: stop,
            authorization_list: vec![authorize(7, stop, 1)],
            input: Bytes::from(vec![1; 1_000]),
            ..set_code()
        },
    ));
    let checked = scenario.check();
    assert_eq!(
        checked.gas_used(),
        [
            // a fifth of 46,000 is less than 12,500
            ONE - ONE / 5,
            ONE,
            ONE - ONE / 5,
            96_000 - 96_000 / 5,
            21_000 + 40_000,
        ]
    );
}

#[test]
fn a_failing_transaction_keeps_delegations_and_their_refunds() {
    let mut scenario = Scenario::new();
    let [reverts, fails] = [0x54, 0x55].map(Address::repeat_byte);
    // clears a slot first: that refund is lost
    let clears = Program::new().with_numbers(op::SSTORE, &[0, 0]);
    scenario.contract(reverts, &clears.clone().with_numbers(op::REVERT, &[0, 0]).0);
    scenario.slot(reverts, 0, 1);
    scenario.contract(fails, &clears.op(op::INVALID).0);
    scenario.slot(fails, 0, 1);
    scenario.fund(address(7), 1);
    scenario.fund(address(8), 1);
    scenario.send_authorizations(1, reverts, 200_000, vec![authorize(7, reverts, 0)]);
    scenario.send_authorizations(1, fails, 200_000, vec![authorize(8, reverts, 0)]);
    // into the delegation that the same transaction makes
    scenario.send_authorizations(1, address(9), 200_000, vec![authorize(9, reverts, 0)]);
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [false; 3]);
    assert_eq!(checked.gas_used()[1], 200_000 - 12_500);
    for key in [7, 8, 9] {
        let account = checked.account(address(key));
        assert_eq!((account.nonce, account.code_hash), (1, designator(reverts)));
    }
}

#[test]
fn authorities_are_warm() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    let balances = [7, 8, 9, 10].iter().fold(Program::new(), |code, key| {
        code.with(op::BALANCE, &[address(*key).into_word().into()])
    });
    let reader = scenario.contract(Address::repeat_byte(0x56), &balances.0);
    scenario.contract(address(10), &[op::STOP]);
    // applied, passed over by its nonce, passed over by its code; 8 is nobody's: not even warm
    let list = vec![
        authorize(7, counter, 0),
        authorize(9, counter, 5),
        authorize(10, counter, 1),
        sign(8, Authorization { chain_id: U256::from(1), ..unsigned(counter, 0) }),
    ];
    scenario.send_authorizations(1, reader, 200_000, list.clone());
    // with an access list before it, which warms one of them
    let item = |address, keys: &[u8]| AccessListItem {
        address,
        storage_keys: keys.iter().copied().map(B256::with_last_byte).collect(),
    };
    scenario.entry(signed(
        2,
        TxEip7702 {
            gas_limit: 300_000,
            to: reader,
            access_list: AccessList(vec![item(address(7), &[0, 1]), item(counter, &[])]),
            authorization_list: list,
            ..set_code()
        },
    ));
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [true; 2]);
    let pushes = 4 * 3;
    assert_eq!(checked.gas_used()[0], 21_000 + 100_000 + pushes + 3 * 100 + 2_600);
    assert_eq!(
        checked.gas_used()[1],
        21_000 + 100_000 + 2 * 2_400 + 2 * 1_900 + pushes + 3 * 100 + 2_600
    );
}

#[test]
fn delegated_code_acts_for_its_authority() {
    let mut scenario = Scenario::new();
    let creates = Program::new().create(&[op::STOP], 0).op(op::POP);
    let creates = creates.call(Address::repeat_byte(0xdd), 30_000, 5, 0, 0);
    let creates = scenario.contract(Address::repeat_byte(0x57), &creates.0);
    let heir = Address::repeat_byte(0xde);
    let destructs = Program::new().with(op::SELFDESTRUCT, &[heir.into_word().into()]);
    let destructs = scenario.contract(Address::repeat_byte(0x58), &destructs.0);
    scenario.fund(address(7), ETHER);
    scenario.fund(address(8), ETHER);
    scenario.send_authorizations(1, address(7), 300_000, vec![authorize(7, creates, 0)]);
    scenario.send_authorizations(1, address(8), 300_000, vec![authorize(8, destructs, 0)]);
    // the delegated account sends a transaction, and calls itself
    scenario.entry(signed(
        7,
        TxEip7702 {
            nonce: 2,
            gas_limit: 300_000,
            to: address(7),
            authorization_list: vec![authorize(8, Address::ZERO, 1)],
            ..set_code()
        },
    ));
    let checked = scenario.check();
    assert_eq!(checked.statuses(), [true; 3]);
    // its authorization, a creation, its own transaction, another creation
    assert_eq!(checked.account(address(7)).nonce, 4);
    assert_eq!(checked.account(heir).balance, U256::from(ETHER));
    let eight = checked.account(address(8));
    assert_eq!((eight.nonce, eight.code_hash), (2, KECCAK256_EMPTY));
}

#[test]
fn a_long_list() {
    let mut scenario = Scenario::new();
    let counter = counter(&mut scenario);
    let list: Vec<_> = (0..120).map(|nonce| authorize(7, counter, nonce)).collect();
    scenario.send_authorizations(1, address(7), 4_000_000, list);
    let checked = scenario.check();
    assert_eq!(checked.account(address(7)).nonce, 120);
    assert!(checked.report.passed() > 120);
}

#[test]
fn invalid_transactions_of_type_4_are_skipped() {
    let mut scenario = Scenario::new();
    let stop = scenario.contract(Address::repeat_byte(0x53), &[op::STOP]);
    let transaction = TxEip7702 {
        gas_limit: ONE,
        to: stop,
        authorization_list: vec![authorize(7, stop, 0)],
        ..set_code()
    };
    let changed = |change: fn(&mut TxEip7702)| {
        let mut changed = transaction.clone();
        change(&mut changed);
        signed(1, changed)
    };
    scenario.entry(changed(|it| it.authorization_list.clear()));
    scenario.entry(changed(|it| it.gas_limit -= 1));
    scenario.entry(changed(|it| it.nonce = 1));
    scenario.entry(changed(|it| it.chain_id += 1));
    scenario.entry(changed(|it| it.max_priority_fee_per_gas = it.max_fee_per_gas + 1));
    scenario.entry(changed(|it| it.max_fee_per_gas = 8));
    scenario.entry(changed(|it| it.value = U256::MAX));
    scenario.entry(vec![4]);
    scenario.entry(vec![4, 0xc0]);
    scenario.entry(changed(|_| {}));
    scenario.send(2, TxKind::Call(address(7)), 50_000, 0, &[]);
    let checked = scenario.check();
    assert_eq!(checked.outcome.skipped().count(), 9);
    assert_eq!(checked.statuses(), [true; 2]);
    assert_eq!(checked.account(address(7)).code_hash, designator(stop));
}
