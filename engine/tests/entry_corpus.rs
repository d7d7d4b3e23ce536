//! The corpus of batch entries in `fixtures/entries`, which the Solidity decoder's tests read too: every entry with the
//! outcome that the grammar demands. `UPDATE_FIXTURES=1` writes it anew; otherwise the committed files must be current.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256, uint};
use alloy_rlp::{Encodable, Header};
use serde_json::{Value, json};
use surety_engine::execute::{decode::decode_entry, skip::Skip};

const CHAIN_ID: u64 = 61_331;
const CURVE_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

fn signer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(0x5e)).unwrap()
}

/// Fields as they are encoded, canonical or not, so that every case but those about signatures is signed correctly over
/// exactly its own bytes.
#[derive(Clone)]
struct Draft {
    kind: u8,
    chain_id: Option<u64>,
    fields: Vec<Vec<u8>>,
}

fn rlp(value: impl Encodable) -> Vec<u8> {
    alloy_rlp::encode(value)
}

fn string(bytes: &[u8]) -> Vec<u8> {
    rlp(bytes)
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let payload = items.concat();
    let mut encoded = Vec::new();
    Header { list: true, payload_length: payload.len() }.encode(&mut encoded);
    [encoded, payload].concat()
}

fn access_list() -> Vec<u8> {
    let keys = list(&[string(&[1; 32]), string(&[0; 32])]);
    list(&[list(&[string(&[0xaa; 20]), keys]), list(&[string(&[0; 20]), list(&[])])])
}

/// A tuple of an authorization list, which need not be anybody's.
fn tuple(chain_id: u64) -> Vec<Vec<u8>> {
    vec![
        rlp(chain_id),
        string(&[0xdd; 20]),
        rlp(3_u64),
        rlp(1_u8),
        rlp(U256::from(7) << 240),
        rlp(U256::from(5) << 200),
    ]
}

fn authorization_list() -> Vec<u8> {
    list(&[list(&tuple(CHAIN_ID)), list(&tuple(0))])
}

impl Draft {
    // nonce, gas price, gas limit, to, value, data
    fn legacy(chain_id: Option<u64>) -> Self {
        let fields = vec![
            rlp(7_u64),
            rlp(2_000_000_000_u64),
            rlp(90_000_u64),
            rlp(Address::repeat_byte(0xcc)),
            rlp(1_000_u64),
            string(&[0, 1, 0xff]),
        ];
        Self { kind: 0, chain_id, fields }
    }

    // chain id, then as legacy, then the access list
    fn access_list() -> Self {
        let Self { mut fields, .. } = Self::legacy(None);
        fields.insert(0, rlp(CHAIN_ID));
        fields.push(access_list());
        Self { kind: 1, chain_id: Some(CHAIN_ID), fields }
    }

    // as an access-list transaction, with the priority fee before the fee cap
    fn dynamic_fee() -> Self {
        let Self { mut fields, .. } = Self::access_list();
        fields.insert(2, rlp(1_000_000_u64));
        Self { kind: 2, chain_id: Some(CHAIN_ID), fields }
    }

    // as a dynamic-fee transaction, then the authorization list
    fn set_code() -> Self {
        let Self { mut fields, .. } = Self::dynamic_fee();
        fields.push(authorization_list());
        Self { kind: 4, chain_id: Some(CHAIN_ID), fields }
    }

    fn with(mut self, field: usize, encoding: Vec<u8>) -> Self {
        self.fields[field] = encoding;
        self
    }

    fn without(mut self, field: usize) -> Self {
        self.fields.remove(field);
        self
    }

    fn signature(&self) -> (u128, U256, U256) {
        let mut signed = self.fields.clone();
        if let (0, Some(chain_id)) = (self.kind, self.chain_id) {
            signed.extend([rlp(chain_id), rlp(0_u8), rlp(0_u8)]);
        }
        let hash = keccak256(self.envelope(&signed));
        let signature = signer().sign_hash_sync(&hash).unwrap();
        let parity = u128::from(signature.v());
        let v = match (self.kind, self.chain_id) {
            (0, Some(chain_id)) => 35 + 2 * u128::from(chain_id) + parity,
            (0, None) => 27 + parity,
            _ => parity,
        };
        (v, signature.r(), signature.s())
    }

    fn envelope(&self, items: &[Vec<u8>]) -> Vec<u8> {
        let kind = if self.kind == 0 { vec![] } else { vec![self.kind] };
        [kind, list(items)].concat()
    }

    fn signed_as(&self, v: Vec<u8>, r: Vec<u8>, s: Vec<u8>) -> Vec<u8> {
        self.envelope(&[self.fields.clone(), vec![v, r, s]].concat())
    }

    fn sign(&self) -> Vec<u8> {
        let (v, r, s) = self.signature();
        self.signed_as(rlp(v), rlp(r), rlp(s))
    }
}

fn case(name: &str, entry: Vec<u8>) -> Value {
    let (outcome, sender) = match decode_entry(&entry, CHAIN_ID) {
        Ok(transaction) => (json!("accept"), transaction.sender),
        Err(reason) => (json!(reason), Address::ZERO),
    };
    json!({ "name": name, "entry": Bytes::from(entry), "outcome": outcome, "sender": sender })
}

fn expect(cases: &mut Vec<Value>, name: &str, entry: Vec<u8>, outcome: Result<(), Skip>) {
    let judged = case(name, entry);
    let expected = match outcome {
        Ok(()) => json!("accept"),
        Err(reason) => json!(reason),
    };
    assert_eq!(judged["outcome"], expected, "{name}");
    cases.push(judged);
}

fn fields(cases: &mut Vec<Value>) {
    let kinds = [
        ("legacy", Draft::legacy(Some(CHAIN_ID)), 0_usize, 0_usize),
        ("access list", Draft::access_list(), 1, 0),
        ("dynamic fee", Draft::dynamic_fee(), 1, 1),
        ("set code", Draft::set_code(), 1, 1),
    ];
    for (kind, draft, first, extra) in kinds {
        let (nonce, fee, gas, to, value, data) = (
            first,
            first + 1,
            first + 2 + extra,
            first + 3 + extra,
            first + 4 + extra,
            first + 5 + extra,
        );
        let mut judge = |name: &str, draft: Draft, outcome| {
            expect(cases, &format!("{kind}: {name}"), draft.sign(), outcome);
        };
        let with = |field, encoding| draft.clone().with(field, encoding);
        judge("plain", draft.clone(), Ok(()));
        let creation = if draft.kind == 4 { Err(Skip::Callee) } else { Ok(()) };
        judge("creation", with(to, rlp("")), creation);
        judge("empty data", with(data, rlp("")), Ok(()));
        judge("one byte of data", with(data, vec![0x7f]), Ok(()));
        judge("one high byte of data", with(data, vec![0x81, 0x80]), Ok(()));
        judge("55 bytes of data", with(data, string(&[9; 55])), Ok(()));
        judge("56 bytes of data", with(data, string(&[9; 56])), Ok(()));
        judge("256 bytes of data", with(data, string(&[9; 256])), Ok(()));
        judge("zero nonce", with(nonce, vec![0x80]), Ok(()));
        judge("largest nonce", with(nonce, rlp(u64::MAX - 1)), Ok(()));
        judge("nonce 2^64 - 1", with(nonce, rlp(u64::MAX)), Err(Skip::NonceRange));
        judge("nonce 2^64", with(nonce, rlp(1_u128 << 64)), Err(Skip::NonceRange));
        judge("largest fee", with(fee, rlp(u128::MAX)), Ok(()));
        judge("fee 2^128", with(fee, rlp(U256::from(1) << 128)), Err(Skip::FeeRange));
        judge("largest gas limit", with(gas, rlp(u64::MAX)), Ok(()));
        judge("gas limit 2^64", with(gas, rlp(1_u128 << 64)), Err(Skip::GasLimitRange));
        judge("largest value", with(value, rlp(U256::MAX)), Ok(()));
        let beyond = [vec![0xa1, 1], vec![0; 32]].concat();
        judge("value 2^256", with(value, beyond), Err(Skip::ValueRange));
        judge("19 bytes of callee", with(to, string(&[1; 19])), Err(Skip::Callee));
        judge("21 bytes of callee", with(to, string(&[1; 21])), Err(Skip::Callee));
        judge("callee is a list", with(to, list(&[])), Err(Skip::Encoding));
        judge("nonce as byte 0", with(nonce, vec![0]), Err(Skip::Encoding));
        judge("nonce with a leading zero", with(nonce, vec![0x82, 0, 7]), Err(Skip::Encoding));
        judge("nonce with a needless prefix", with(nonce, vec![0x81, 7]), Err(Skip::Encoding));
        judge("nonce is a list", with(nonce, list(&[])), Err(Skip::Encoding));
        judge("value with a leading zero", with(value, vec![0x82, 0, 1]), Err(Skip::Encoding));
        judge("data with a needless prefix", with(data, vec![0x81, 1]), Err(Skip::Encoding));
        let short = [vec![0xb8, 55], vec![9; 55]].concat();
        judge("data of 55 bytes in long form", with(data, short), Err(Skip::Encoding));
        let padded = [vec![0xb9, 0, 56], vec![9; 56]].concat();
        judge("data with a zero in its length", with(data, padded), Err(Skip::Encoding));
        judge("data beyond the end", with(data, vec![0xbf; 9]), Err(Skip::Encoding));
        judge("data is a list", with(data, list(&[])), Err(Skip::Encoding));
        judge("a field less", draft.clone().without(data), Err(Skip::Encoding));
    }
}

fn access_lists(cases: &mut Vec<Value>) {
    let draft = Draft::dynamic_fee();
    let mut judge = |name: &str, encoding: Vec<u8>, outcome| {
        let draft = draft.clone().with(8, encoding);
        expect(cases, &format!("access list: {name}"), draft.sign(), outcome);
    };
    let address = string(&[0xaa; 20]);
    let key = string(&[3; 32]);
    let bad = Err(Skip::AccessList);
    judge("empty", list(&[]), Ok(()));
    judge(
        "an address twice",
        list(&[list(&[address.clone(), list(&[])]), list(&[address.clone(), list(&[])])]),
        Ok(()),
    );
    judge(
        "a key twice",
        list(&[list(&[address.clone(), list(&[key.clone(), key.clone()])])]),
        Ok(()),
    );
    judge("a string", string(&[1, 2, 3]), Err(Skip::Encoding));
    judge("an item without keys", list(&[list(std::slice::from_ref(&address))]), bad);
    judge(
        "an item with a third field",
        list(&[list(&[address.clone(), list(&[]), list(&[])])]),
        bad,
    );
    judge("an item that is a string", list(std::slice::from_ref(&address)), bad);
    judge("a short address", list(&[list(&[string(&[1; 19]), list(&[])])]), bad);
    judge("a long key", list(&[list(&[address.clone(), list(&[string(&[1; 33])])])]), bad);
    judge("a short key", list(&[list(&[address.clone(), list(&[string(&[1; 31])])])]), bad);
    judge("a key that is a list", list(&[list(&[address.clone(), list(&[list(&[])])])]), bad);
    judge("keys that are a string", list(&[list(&[address.clone(), key.clone()])]), bad);
    // 33 bytes of payload behind a two-byte header
    let long_form = [vec![0xf8, 33], key].concat();
    judge("keys in needless long form", list(&[list(&[address.clone(), long_form])]), bad);
    judge("an item that ends outside", [vec![0xd6, 0xd7], address, vec![0xc0]].concat(), bad);
}

fn authorization_lists(cases: &mut Vec<Value>) {
    let draft = Draft::set_code();
    let mut judge = |name: &str, encoding: Vec<u8>, outcome| {
        let draft = draft.clone().with(9, encoding);
        expect(cases, &format!("authorization list: {name}"), draft.sign(), outcome);
    };
    let good = tuple(CHAIN_ID);
    let bad = Err(Skip::AuthorizationList);
    judge("empty", list(&[]), bad);
    judge("a string", string(&[1, 2, 3]), Err(Skip::Encoding));
    judge("one tuple", list(&[list(&good)]), Ok(()));
    judge("a tuple twice", list(&[list(&good), list(&good)]), Ok(()));
    judge("a tuple that is a string", list(&[string(&good.concat())]), bad);
    judge("an address for a tuple", list(std::slice::from_ref(&good[1])), bad);
    judge("an empty tuple", list(&[list(&[])]), bad);
    judge("a tuple without s", list(&[list(&good[..5])]), bad);
    judge(
        "a tuple with a seventh field",
        list(&[list(&[good.clone(), vec![vec![1]]].concat())]),
        bad,
    );
    judge("a bad second tuple", list(&[list(&good), list(&good[..5])]), bad);
    judge("a byte behind the tuples", list(&[list(&good), vec![0x80]]), bad);
    let payload = good.concat();
    let long_form = [&[0xf9, 0, u8::try_from(payload.len()).unwrap()], &payload[..]].concat();
    judge("a tuple in needless long form", list(&[long_form]), bad);
    judge("a tuple that ends outside", list(&[list(&good)[1..].to_vec()]), bad);
    let zeros = [vec![0x80], good[1].clone(), vec![0x80], vec![0x80], vec![0x80], vec![0x80]];
    judge("zeros", list(&[list(&zeros)]), Ok(()));

    // how many bytes each integer may have
    for (field, name, bytes) in
        [(0, "chain id", 32), (2, "nonce", 8), (3, "parity", 1), (4, "r", 32), (5, "s", 32)]
    {
        let mut judge = |what: &str, encoding: Vec<u8>, outcome| {
            let mut changed = good.clone();
            changed[field] = encoding;
            judge(&format!("{name} {what}"), list(&[list(&changed)]), outcome);
        };
        judge("largest", string(&vec![0xff; bytes]), Ok(()));
        judge("one byte too long", string(&[vec![1], vec![0; bytes]].concat()), bad);
        judge("0x7f", vec![0x7f], Ok(()));
        judge("0x80", vec![0x81, 0x80], Ok(()));
        judge("as byte 0", vec![0], bad);
        judge("with a needless prefix", vec![0x81, 0x7f], bad);
        judge("with a prefixed zero", vec![0x81, 0], bad);
        judge("with a leading zero", vec![0x82, 0, 0xff], bad);
        judge("in long form", [vec![0xb8, 56], vec![1; 56]].concat(), bad);
        judge("as a list", list(&[]), bad);
        judge("that ends outside", vec![0xa0], bad);
    }
    for (name, address) in [
        ("19 bytes of address", string(&[1; 19])),
        ("21 bytes of address", string(&[1; 21])),
        ("no address", vec![0x80]),
        ("an address that is a list", list(&[])),
        ("an address that is a list of 20 bytes", [vec![0xd4], vec![1; 20]].concat()),
    ] {
        let mut changed = good.clone();
        changed[1] = address;
        judge(name, list(&[list(&changed)]), bad);
    }
    let many: Vec<_> = (0..300).map(|_| list(&zeros)).collect();
    judge("300 tuples", list(&many), Ok(()));
}

fn signatures(cases: &mut Vec<Value>) {
    for (kind, draft) in [
        ("legacy", Draft::legacy(Some(CHAIN_ID))),
        ("legacy without chain id", Draft::legacy(None)),
        ("access list", Draft::access_list()),
        ("dynamic fee", Draft::dynamic_fee()),
        ("set code", Draft::set_code()),
    ] {
        let (v, r, s) = draft.signature();
        let other = if (v & 1 == 1) ^ (draft.kind == 0) { v - 1 } else { v + 1 };
        let mut judge = |name: &str, v: Vec<u8>, r: Vec<u8>, s: Vec<u8>, outcome| {
            expect(cases, &format!("{kind}: {name}"), draft.signed_as(v, r, s), outcome);
        };
        let range = Err(Skip::SignatureRange);
        judge("plain signature", rlp(v), rlp(r), rlp(s), Ok(()));
        judge("high s", rlp(other), rlp(r), rlp(CURVE_ORDER - s), range);
        judge("zero r", rlp(v), rlp(0_u8), rlp(s), range);
        judge("zero s", rlp(v), rlp(r), rlp(0_u8), range);
        judge("r is the order", rlp(v), rlp(CURVE_ORDER), rlp(s), range);
        judge("r above the order", rlp(v), rlp(U256::MAX), rlp(s), range);
        judge("s is half the order", rlp(v), rlp(r), rlp(CURVE_ORDER >> 1), Ok(()));
        judge(
            "s is half the order + 1",
            rlp(v),
            rlp(r),
            rlp((CURVE_ORDER >> 1) + U256::ONE),
            range,
        );
        // 5 is not the x of any point
        judge("r is no point", rlp(v), rlp(5_u8), rlp(s), Err(Skip::Signer));
        judge(
            "r with a leading zero",
            rlp(v),
            string(&[&[0], &r.to_be_bytes::<32>()[..]].concat()),
            rlp(s),
            Err(Skip::Encoding),
        );
        judge(
            "huge v",
            rlp(U256::MAX),
            rlp(r),
            rlp(s),
            Err(if draft.kind == 0 { Skip::ChainId } else { Skip::SignatureRange }),
        );
        judge("v as byte 0", vec![0], rlp(r), rlp(s), Err(Skip::Encoding));
        for parity in [2_u8, 26, 29, 34] {
            judge(&format!("v {parity}"), rlp(parity), rlp(r), rlp(s), range);
        }
        judge(
            "v 35",
            rlp(35_u8),
            rlp(r),
            rlp(s),
            Err(if draft.kind == 0 { Skip::ChainId } else { Skip::SignatureRange }),
        );
        let name = "the other parity: another signer";
        cases.push(case(&format!("{kind}: {name}"), draft.signed_as(rlp(other), rlp(r), rlp(s))));
        let more = draft
            .envelope(&[draft.fields.clone(), vec![rlp(v), rlp(r), rlp(s), rlp(0_u8)]].concat());
        expect(cases, &format!("{kind}: a field more"), more, Err(Skip::Encoding));
    }
}

fn envelopes(cases: &mut Vec<Value>) {
    let mut judge = |name: &str, entry: Vec<u8>, outcome| {
        expect(cases, &format!("envelope: {name}"), entry, outcome);
    };
    let legacy = Draft::legacy(Some(CHAIN_ID)).sign();
    let typed = Draft::dynamic_fee().sign();
    judge("trailing byte", [legacy.clone(), vec![0]].concat(), Err(Skip::Encoding));
    judge("typed with a trailing byte", [typed.clone(), vec![0]].concat(), Err(Skip::Encoding));
    judge("a byte short", legacy[..legacy.len() - 1].to_vec(), Err(Skip::Encoding));
    judge("typed as a string", string(&typed), Err(Skip::Type));
    judge("legacy behind type 0", [vec![0], legacy.clone()].concat(), Err(Skip::Type));
    judge("legacy behind type 1", [vec![1], legacy.clone()].concat(), Err(Skip::ChainId));
    judge("type byte alone", vec![2], Err(Skip::Encoding));
    judge("empty list", vec![0xc0], Err(Skip::Encoding));
    judge("type 2 and empty list", vec![2, 0xc0], Err(Skip::Encoding));
    judge("type 2 and a string", [vec![2], string(&typed[1..])].concat(), Err(Skip::Encoding));
    // a three-byte header where two suffice
    let payload = &legacy[2..];
    judge("needless long form", [&[0xf9, 0, legacy[1]], payload].concat(), Err(Skip::Encoding));
    judge("length beyond any memory", vec![0xff; 60], Err(Skip::Encoding));
    let foreign = Draft { chain_id: Some(CHAIN_ID + 1), ..Draft::legacy(None) };
    judge("legacy for another chain", foreign.sign(), Err(Skip::ChainId));
    let foreign = Draft::access_list().with(0, rlp(CHAIN_ID + 1));
    judge("access list for another chain", foreign.sign(), Err(Skip::ChainId));
    let wide = Draft::dynamic_fee().with(0, rlp((1_u128 << 64) + u128::from(CHAIN_ID)));
    judge("chain id 2^64 too large", wide.sign(), Err(Skip::ChainId));
    for kind in [0x03, 0x05, 0x7f, 0x80, 0xbf] {
        let entry = [vec![kind], typed[1..].to_vec()].concat();
        judge(&format!("first byte {kind:#04x}"), entry, Err(Skip::Type));
    }
    judge("type 4 without a list", [vec![4], typed[1..].to_vec()].concat(), Err(Skip::Encoding));
    let typed = Draft::set_code().sign();
    judge("type 2 with a list", [vec![2], typed[1..].to_vec()].concat(), Err(Skip::Encoding));
    judge("type 4 and empty list", vec![4, 0xc0], Err(Skip::Encoding));
    judge("type 4 with a trailing byte", [typed, vec![0]].concat(), Err(Skip::Encoding));
    let foreign = Draft::set_code().with(0, rlp(CHAIN_ID + 1));
    judge("set code for another chain", foreign.sign(), Err(Skip::ChainId));
}

/// Each byte of a sample changed by each mask: a byte a position says whether the result is still accepted, and a hash
/// binds the senders that are recovered then.
fn flips() -> Value {
    let drafts = [
        Draft::legacy(Some(CHAIN_ID)),
        Draft::legacy(None),
        Draft::access_list(),
        Draft::dynamic_fee(),
        Draft::set_code(),
    ];
    let samples: Vec<Value> = drafts
        .iter()
        .map(Draft::sign)
        .flat_map(|entry| [0x01_u8, 0x80, 0xff].map(|mask| flip(&entry, mask)))
        .collect();
    json!({ "chainId": CHAIN_ID, "samples": samples })
}

fn flip(entry: &[u8], mask: u8) -> Value {
    let (mut accepted, mut senders) = (Vec::new(), Vec::new());
    for position in 0..entry.len() {
        let mut changed = entry.to_vec();
        changed[position] ^= mask;
        let decoded = decode_entry(&changed, CHAIN_ID);
        accepted.push(u8::from(decoded.is_ok()));
        senders.extend(decoded.iter().flat_map(|transaction| transaction.sender));
    }
    json!({
        "entry": Bytes::copy_from_slice(entry),
        "mask": mask,
        "accepted": Bytes::from(accepted),
        "sendersHash": keccak256(senders),
    })
}

#[test]
fn t70_grammar_cases_are_current() {
    let mut cases = Vec::new();
    fields(&mut cases);
    access_lists(&mut cases);
    authorization_lists(&mut cases);
    signatures(&mut cases);
    envelopes(&mut cases);
    support::check_fixture("entries/grammar.json", &json!({ "chainId": CHAIN_ID, "cases": cases }));
}

#[test]
fn t70_flipped_bytes_are_current() {
    support::check_fixture("entries/flips.json", &flips());
}
