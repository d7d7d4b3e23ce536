//! Random entries: transactions of every type, with gas that ends at each charge, and what is none.

use alloy::{
    consensus::{
        SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy,
    },
    eips::{
        eip2718::Encodable2718,
        eip2930::{AccessList, AccessListItem},
        eip7702::{Authorization, SignedAuthorization},
    },
    network::TxSignerSync,
    signers::{SignerSync, local::PrivateKeySigner},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};

use super::{
    case::{Accounts, CHAIN_ID, LIMITS},
    dice::Dice,
    precompiles,
    programs::Author,
    reference::Reference,
};

/// Keys of those who send.
pub(super) const SENDERS: u8 = 4;
/// Keys of those who authorize: the senders and some more.
const AUTHORITIES: u8 = 7;

/// The account that signs with key `number`.
pub(super) fn account(number: u8) -> Address {
    signer(number).map_or(Address::ZERO, |signer| signer.address())
}

fn signer(number: u8) -> Option<PrivateKeySigner> {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(number + 1)).ok()
}

/// What all types have in common.
struct Intent {
    key: u8,
    nonce: u64,
    to: TxKind,
    value: U256,
    data: Bytes,
    chain_id: u64,
    price: u128,
    priority: u128,
    access_list: AccessList,
    authorizations: Vec<SignedAuthorization>,
    kind: u8,
}

/// Signs entries for the state that a plain run has come to.
pub(super) struct Sender<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) addresses: &'a [Address],
    pub(super) base_fee: u64,
}

impl Sender<'_> {
    /// An entry, mostly a transaction that `plain` executes.
    pub(super) fn entry(&mut self, plain: &Reference) -> Bytes {
        let intent = self.intent(plain.accounts());
        let generous = match self.dice.below(12) {
            0 => LIMITS.transaction_gas + u64::from(self.dice.one_in(8)),
            1 => 2_000_000,
            _ => 60_000 + self.dice.below(500_000),
        };
        let entry = intent.sign(generous);
        let gas = self.gas(generous, &plain.probe(&entry));
        let entry = if gas == generous { entry } else { intent.sign(gas) };
        if self.dice.one_in(20) { self.damaged(&entry) } else { entry }
    }

    /// A gas limit: enough, or ending at an opcode of the top frame, exactly or by one, or at any charge; `left` is what
    /// the top frame had left before each of its opcodes.
    fn gas(&mut self, generous: u64, left: &[u64]) -> u64 {
        let (Some(first), Some(last)) = (left.first(), left.last()) else {
            return if self.dice.one_in(8) { 21_000 + self.dice.below(30_000) } else { generous };
        };
        match self.dice.below(10) {
            0..4 => generous,
            4..8 => (generous.saturating_sub(self.dice.pick(left)) + self.dice.below(4)).max(1) - 1,
            _ => generous.saturating_sub(*first) + self.dice.below(1 + first.saturating_sub(*last)),
        }
    }

    fn intent(&mut self, accounts: &Accounts) -> Intent {
        let key = self.dice.below(SENDERS.into()) as u8;
        let nonce = accounts.get(&account(key)).map_or(0, |account| account.nonce);
        let nonce = match self.dice.below(100) {
            0 => nonce.wrapping_add(1),
            1 => nonce.wrapping_sub(1),
            _ => nonce,
        };
        let kind = self.dice.pick(&[0, 1, 2, 2, 4, 4]);
        let creates = self.dice.one_in(6) && (kind != 4 || self.dice.one_in(10));
        let (to, data) = if creates {
            let (addresses, dice) = (self.addresses, &mut *self.dice);
            (TxKind::Create, Author { dice, addresses, nested: 0 }.initcode())
        } else if self.dice.one_in(16) {
            let (precompile, input) = precompiles::input(self.dice);
            (TxKind::Call(precompile), input)
        } else {
            let length = match self.dice.below(10) {
                0 => self.dice.index(3_000),
                1..4 => 0,
                _ => self.dice.index(120),
            };
            (TxKind::Call(self.address()), self.dice.bytes(length))
        };
        let priority = u128::from(self.dice.below(3_000_000_000));
        let price = match self.dice.below(60) {
            0 => u128::from(self.base_fee).wrapping_sub(1),
            1 => u128::from(self.base_fee),
            2 => u128::from(self.dice.next()) << self.dice.below(64),
            _ => u128::from(self.base_fee) + priority,
        };
        Intent {
            key,
            nonce,
            to,
            value: match self.dice.below(40) {
                0 => self.dice.word(),
                1..12 => U256::from(self.dice.below(1_000)),
                _ => U256::ZERO,
            },
            data: data.into(),
            chain_id: if self.dice.one_in(100) { 1 } else { CHAIN_ID },
            price,
            priority: if self.dice.one_in(60) {
                price.saturating_add(1)
            } else {
                priority.min(price)
            },
            access_list: if kind == 0 { AccessList::default() } else { self.access_list() },
            authorizations: if kind == 4 { self.authorizations(accounts) } else { Vec::new() },
            kind,
        }
    }

    fn address(&mut self) -> Address {
        match self.dice.below(20) {
            0 => self.dice.stranger(),
            1 | 2 => Address::with_last_byte(self.dice.below(0x13) as u8),
            _ => self.dice.pick(self.addresses),
        }
    }

    fn access_list(&mut self) -> AccessList {
        let items = if self.dice.one_in(2) { 0 } else { self.dice.below(4) };
        let item = |_| AccessListItem {
            address: self.address(),
            storage_keys: (0..self.dice.below(4))
                .map(|_| U256::from(self.dice.below(5)).into())
                .collect(),
        };
        AccessList((0..items).map(item).collect())
    }

    fn authorizations(&mut self, accounts: &Accounts) -> Vec<SignedAuthorization> {
        let count = if self.dice.one_in(20) { 0 } else { 1 + self.dice.below(4) };
        (0..count).map(|_| self.authorization(accounts)).collect()
    }

    fn authorization(&mut self, accounts: &Accounts) -> SignedAuthorization {
        let key = self.dice.below(AUTHORITIES.into()) as u8;
        let nonce = accounts.get(&account(key)).map_or(0, |account| account.nonce);
        let authorization = Authorization {
            chain_id: match self.dice.below(12) {
                0 => U256::ONE,
                1 => self.dice.word(),
                2..6 => U256::ZERO,
                _ => U256::from(CHAIN_ID),
            },
            address: if self.dice.one_in(6) { Address::ZERO } else { self.address() },
            nonce: match self.dice.below(12) {
                0 => u64::MAX,
                1 => self.dice.next(),
                // after the transaction's own, or after one of the same list
                2..6 => nonce.wrapping_add(1),
                _ => nonce,
            },
        };
        let signature = signer(key)
            .and_then(|signer| signer.sign_hash_sync(&authorization.signature_hash()).ok());
        let (parity, r, s) =
            signature.map_or((0, U256::ONE, U256::ONE), |it| (u8::from(it.v()), it.r(), it.s()));
        match self.dice.below(20) {
            0 => SignedAuthorization::new_unchecked(authorization, self.dice.byte(), r, s),
            1 => SignedAuthorization::new_unchecked(authorization, parity, self.dice.word(), s),
            2 => SignedAuthorization::new_unchecked(authorization, parity, r, self.dice.word()),
            3 => SignedAuthorization::new_unchecked(authorization, parity, r, CURVE_ORDER - s),
            _ => SignedAuthorization::new_unchecked(authorization, parity, r, s),
        }
    }

    /// An entry with something wrong in its bytes.
    fn damaged(&mut self, entry: &[u8]) -> Bytes {
        let mut bytes = entry.to_vec();
        match self.dice.below(6) {
            0 => bytes.truncate(1 + self.dice.index(entry.len())),
            1 => bytes.push(self.dice.byte()),
            2 => {
                if let Some(first) = bytes.first_mut() {
                    *first = self.dice.byte();
                }
            }
            3 => {
                let length = 1 + self.dice.index(80);
                bytes = self.dice.bytes(length);
            }
            _ => {
                let at = self.dice.index(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.dice.below(8);
                }
            }
        }
        bytes.into()
    }
}

/// Order of secp256k1.
const CURVE_ORDER: U256 = U256::from_be_bytes(alloy_primitives::hex!(
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
));

impl Intent {
    /// The entry with this gas limit.
    fn sign(&self, gas_limit: u64) -> Bytes {
        let Self { nonce, to, value, chain_id, price, priority, .. } = *self;
        let (input, access_list) = (self.data.clone(), self.access_list.clone());
        match (self.kind, to) {
            (1, _) => signed(
                self.key,
                TxEip2930 {
                    chain_id,
                    nonce,
                    gas_price: price,
                    gas_limit,
                    to,
                    value,
                    access_list,
                    input,
                },
            ),
            (4, TxKind::Call(to)) => signed(
                self.key,
                TxEip7702 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: price,
                    max_priority_fee_per_gas: priority,
                    to,
                    value,
                    access_list,
                    authorization_list: self.authorizations.clone(),
                    input,
                },
            ),
            (2 | 4, _) => signed(
                self.key,
                TxEip1559 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: price,
                    max_priority_fee_per_gas: priority,
                    to,
                    value,
                    access_list,
                    input,
                },
            ),
            _ => signed(
                self.key,
                TxLegacy {
                    // without a chain id once in a while
                    chain_id: (nonce % 4 != 3).then_some(chain_id),
                    nonce,
                    gas_price: price,
                    gas_limit,
                    to,
                    value,
                    input,
                },
            ),
        }
    }
}

/// The signed transaction's bytes; none if it cannot be signed.
fn signed<T: SignableTransaction<Signature>>(key: u8, mut transaction: T) -> Bytes
where
    TxEnvelope: From<Signed<T>>,
{
    signer(key)
        .and_then(|signer| signer.sign_transaction_sync(&mut transaction).ok())
        .map(|signature| TxEnvelope::from(transaction.into_signed(signature)).encoded_2718())
        .unwrap_or_default()
        .into()
}
