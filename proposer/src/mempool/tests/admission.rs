use alloy::consensus::TxLegacy;

use super::*;

/// What the pool says to a changed transfer of the first user.
fn refused(change: impl FnOnce(&mut TxEip1559)) -> String {
    let mut transaction = transfer(0);
    change(&mut transaction);
    let mempool = Place::new(MempoolSettings::default());
    let result = mempool.open().submit(signed(&user(0), transaction));
    assert!(mempool.store.waiting().unwrap().is_empty(), "what is refused leaves nothing");
    rejection(result).to_string()
}

#[test]
fn a_refusal_is_worded_as_geths() {
    let funds = "insufficient funds for gas * price + value: balance 1000000000000000000, tx cost";
    assert!(refused(|it| it.value = U256::from(2 * ETHER)).starts_with(funds));
    assert_eq!(
        refused(|it| it.gas_limit = 20_999),
        "intrinsic gas too low: gas 20999, minimum needed 21000"
    );
    let data = |it: &mut TxEip1559, gas| (it.input, it.gas_limit) = (vec![1; 100].into(), gas);
    assert_eq!(
        refused(|it| data(it, 22_700)),
        "insufficient gas for floor data gas cost: gas 22700, minimum needed 25000"
    );
    assert_eq!(
        refused(|it| it.gas_limit = 8_000_001),
        "transaction gas limit too high (cap: 8000000, tx: 8000001)"
    );
    assert!(refused(|it| it.max_fee_per_gas = GWEI / 2).starts_with(
        "max fee per gas less than block base fee: address 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf, \
         maxFeePerGas: 500000000, baseFee: 1000000000"
    ));
    assert!(
        refused(|it| it.max_priority_fee_per_gas = 101 * GWEI)
            .starts_with("max priority fee per gas higher than max fee per gas")
    );
    assert_eq!(
        refused(|it| it.max_priority_fee_per_gas = 9_999_999),
        "transaction underpriced: gas tip cap 9999999, minimum needed 10000000"
    );
    assert!(refused(|it| it.chain_id = 1).starts_with("invalid chain id for signer"));
    let creation = |it: &mut TxEip1559| {
        (it.to, it.input, it.gas_limit) = (TxKind::Create, vec![0; 49_153].into(), 8_000_000);
    };
    assert_eq!(refused(creation), "max initcode size exceeded: code size 49153, limit 49152");
    let long = |it: &mut TxEip1559| it.input = vec![0; 65_536].into();
    assert!(refused(long).starts_with("oversized data: transaction size"));
}

#[test]
fn what_is_no_transaction_of_the_rollup_is_refused() {
    let place = Place::new(MempoolSettings::default());
    let mempool = place.open();
    let refusal = |raw: Bytes| rejection(mempool.submit(raw)).to_string();
    assert_eq!(refusal(Bytes::new()), "transaction type not supported");
    assert!(refusal(vec![0xc0].into()).starts_with("rlp: "));
    let mut trailing = signed(&user(0), transfer(0)).to_vec();
    trailing.push(0);
    assert!(refusal(trailing.into()).starts_with("rlp: "));
    // blobs are L1's
    assert_eq!(refusal(vec![3, 0xc0].into()), "transaction type not supported");
}

#[test]
fn a_transaction_of_no_chain_is_taken_only_if_that_is_configured() {
    let legacy = TxLegacy {
        chain_id: None,
        gas_price: 2 * GWEI,
        gas_limit: 21_000,
        to: TxKind::Call(Address::ZERO),
        ..TxLegacy::default()
    };
    let signature = user(0).sign_hash_sync(&legacy.signature_hash()).unwrap();
    let raw: Bytes = TxEnvelope::from(legacy.into_signed(signature)).encoded_2718().into();
    let place = Place::new(MempoolSettings::default());
    assert_eq!(rejection(place.open().submit(raw.clone())), Rejection::Unprotected);
    let settings = MempoolSettings { allow_unprotected: true, ..MempoolSettings::default() };
    assert_eq!(Place::new(settings).open().submit(raw.clone()).unwrap(), hash(&raw));
}

#[test]
fn the_least_tip_is_the_configurations() {
    let tipping = |tip| TxEip1559 { max_priority_fee_per_gas: tip, ..transfer(0) };
    let default = Place::new(MempoolSettings::default());
    default.open().submit(signed(&user(0), tipping(default.settings.least_tip()))).unwrap();
    let settings = MempoolSettings { min_priority_fee_wei: 0, ..MempoolSettings::default() };
    Place::new(settings).open().submit(signed(&user(0), tipping(0))).unwrap();
}

#[test]
fn nonces_and_senders_are_checked_in_the_state_of_the_head() {
    let place = Place::new(MempoolSettings::default());
    let (mempool, one) = (place.open(), user(1));
    place.stage.extend(&[(one.address(), 5)]);
    let refusal = rejection(mempool.submit(signed(&one, transfer(4))));
    assert_eq!(refusal.to_string(), "nonce too low: next nonce 5, tx nonce 4");
    assert!(mempool.submit(signed(&one, transfer(5))).is_ok());
    place.stage.set(user(2).address(), |account| account.is_contract = true);
    let refusal = rejection(mempool.submit(signed(&user(2), transfer(0))));
    assert_eq!(refusal, Rejection::SenderCode(user(2).address()));
}

#[test]
fn all_of_a_sender_has_to_be_paid_for() {
    let place = Place::new(MempoolSettings::default());
    let mempool = place.open();
    let half = |nonce| TxEip1559 { value: U256::from(ETHER / 2), ..transfer(nonce) };
    mempool.submit(signed(&user(0), half(0))).unwrap();
    let refusal = rejection(mempool.submit(signed(&user(0), half(1))));
    assert!(matches!(refusal, Rejection::QueuedFunds { .. }), "{refusal}");
    assert!(refusal.to_string().contains("insufficient funds for gas * price + value"));
    // what it replaces does not count
    let dearer =
        TxEip1559 { max_fee_per_gas: 200 * GWEI, max_priority_fee_per_gas: 2 * GWEI, ..half(0) };
    assert!(mempool.submit(signed(&user(0), dearer)).is_ok());
}

#[test]
fn a_replacement_pays_a_tenth_more_of_both_fees() {
    let place = Place::new(MempoolSettings::default());
    let (mempool, user) = (place.open(), user(0));
    let old = signed(&user, transfer(0));
    mempool.submit(old.clone()).unwrap();
    assert_eq!(rejection(mempool.submit(old.clone())).to_string(), "already known");
    let with = |fee: u128, tip: u128| {
        let fees = TxEip1559 { max_fee_per_gas: fee, max_priority_fee_per_gas: tip, ..transfer(0) };
        signed(&user, fees)
    };
    let (least, tip) = (110 * GWEI, GWEI + GWEI / 10);
    for (fee, tip) in [(least - 1, tip), (least, tip - 1), (2 * least, GWEI)] {
        let refusal = rejection(mempool.submit(with(fee, tip)));
        assert_eq!(refusal.to_string(), "replacement transaction underpriced");
    }
    let new = with(least, tip);
    assert_eq!(mempool.submit(new.clone()).unwrap(), hash(&new));
    assert_eq!(mempool.get(hash(&old)), None);
    assert_eq!(place.store.waiting().unwrap(), [new]);
}
