//! Makes a case from a seed.

use alloy::eips::{eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE};
use alloy_primitives::{Address, Bytes, U256, keccak256};

use super::{
    case::{Accounts, Case, Environment, WorldAccount},
    dice::Dice,
    programs::Author,
    reference::Reference,
    transactions::{SENDERS, Sender, account},
};
use crate::{
    derive::deposits::Deposit,
    rules::addresses::{BEACON_ROOTS, BLOCK_HASHES},
};

const ETHER: u64 = 1_000_000_000_000_000_000;

/// Case `number` of the run with `seed`.
#[must_use]
pub fn case(seed: u64, number: u64) -> Case {
    let mut dice = Dice::of(seed, number);
    let dice = &mut dice;
    let contracts: Vec<Address> =
        (0..2 + dice.below(6) as u8).map(|it| Address::repeat_byte(0x30 + it)).collect();
    let addresses = addresses(&contracts);
    let fee_recipient =
        if dice.one_in(3) { dice.pick(&addresses) } else { Address::repeat_byte(0xfe) };
    let environment = Environment {
        parent: if dice.one_in(4) { dice.below(10) } else { 290 + dice.below(20) },
        parent_hash: dice.hash(),
        timestamp: 1_000 + dice.below(1_000_000_000),
        base_fee: if dice.one_in(8) { dice.below(20) } else { 1_000_000_000 },
        prev_randao: dice.hash(),
        fee_recipient,
        l1_message_root: dice.hash(),
    };
    let accounts = accounts(dice, &contracts, &addresses, &environment);
    let base_fee = environment.base_fee;
    let mut case = Case {
        seed,
        number,
        environment,
        accounts,
        entries: Vec::new(),
        tail: Bytes::new(),
        blob: false,
        deposits: Vec::new(),
    };
    // the gas that entries need is what the ones before them leave
    if let Ok(mut plain) = Reference::begin(&case) {
        for _ in 0..1 + dice.below(4) {
            let entry = Sender { dice, addresses: &addresses, base_fee }.entry(&plain);
            let _skipped = plain.execute(&entry);
            if !entry.is_empty() {
                case.entries.push(entry);
            }
        }
    }
    if dice.one_in(8) {
        let length = dice.index(60);
        case.tail = dice.bytes(length).into();
    }
    if dice.one_in(8) {
        let deposit =
            |index| Deposit { index, account: dice.pick(&addresses), amount: dice.below(3) };
        case.deposits = (0..4).map(deposit).collect();
    }
    case.blob = dice.one_in(64);
    case
}

/// What programs and transactions name: contracts, accounts with keys, precompiles, system contracts, nobody.
fn addresses(contracts: &[Address]) -> Vec<Address> {
    // mostly contracts
    let mut addresses = contracts.repeat(4);
    addresses.extend((0..SENDERS + 2).map(account));
    addresses.extend([1, 2, 4].map(Address::with_last_byte));
    addresses.extend([BEACON_ROOTS, BLOCK_HASHES, Address::repeat_byte(0xdd)]);
    addresses
}

fn accounts(
    dice: &mut Dice,
    contracts: &[Address],
    addresses: &[Address],
    environment: &Environment,
) -> Accounts {
    let mut accounts = Accounts::new();
    if dice.one_in(10) {
        let bystander = || WorldAccount { nonce: 1, ..WorldAccount::default() };
        accounts.extend((0..80).map(|_| (dice.stranger(), bystander())));
    }
    if !dice.one_in(16) {
        let system =
            |code: &Bytes| WorldAccount { nonce: 1, code: code.clone(), ..Default::default() };
        accounts.insert(BEACON_ROOTS, system(&BEACON_ROOTS_CODE));
        let mut history = system(&HISTORY_STORAGE_CODE);
        for back in 0..dice.below(6) {
            let number = environment.parent.saturating_sub(back);
            history.storage.insert(U256::from(number), keccak256(number.to_be_bytes()).into());
        }
        accounts.insert(BLOCK_HASHES, history);
    }
    for key in 0..SENDERS {
        let sender = WorldAccount {
            nonce: match dice.below(40) {
                0 => u64::MAX - dice.below(3),
                _ => dice.below(6),
            },
            balance: match dice.below(30) {
                0 => U256::from(dice.next() >> dice.below(40)),
                _ => U256::from(1_000) * U256::from(ETHER),
            },
            code: match dice.below(12) {
                0 => delegation(dice, addresses),
                1 if dice.one_in(4) => Bytes::from_static(&[0]),
                _ => Bytes::new(),
            },
            storage: Default::default(),
        };
        insert(&mut accounts, account(key), sender);
    }
    for address in contracts {
        let code = match dice.below(12) {
            0 | 1 => delegation(dice, addresses),
            2 => [&[0xef][..], &dice.bytes(4)].concat().into(),
            _ => Author { dice, addresses, nested: 0 }.program().into(),
        };
        let nonce = match dice.below(20) {
            0 => u64::MAX - dice.below(3),
            _ => 1 + dice.below(3),
        };
        // sometimes a trie with branches below branches
        let slots = if dice.one_in(10) { 80 } else { dice.below(5) };
        let storage = (0..slots)
            .map(|_| (U256::from(dice.below(slots.max(5))), U256::from(1 + dice.below(4))))
            .collect();
        let balance = match dice.below(4) {
            0 => U256::ZERO,
            1 => U256::from(dice.below(5)),
            _ => U256::from(ETHER),
        };
        accounts.insert(*address, WorldAccount { nonce, balance, code, storage });
        // where its next creation would go
        if dice.one_in(6) {
            let squatter = WorldAccount {
                nonce: dice.below(2),
                balance: U256::from(dice.below(2)),
                code: if dice.one_in(4) { Bytes::from_static(&[0]) } else { Bytes::new() },
                storage: Default::default(),
            };
            insert(&mut accounts, address.create(nonce), squatter);
        }
    }
    accounts
}

/// The account, unless it is empty: no state holds one that is.
fn insert(accounts: &mut Accounts, address: Address, account: WorldAccount) {
    if account.nonce > 0 || !account.balance.is_zero() || !account.code.is_empty() {
        accounts.insert(address, account);
    }
}

fn delegation(dice: &mut Dice, addresses: &[Address]) -> Bytes {
    [&[0xef, 0x01, 0x00][..], dice.pick(addresses).as_slice()].concat().into()
}
