#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{fs::Permissions, os::unix::fs::PermissionsExt as _, sync::Arc};

use alloy::{
    consensus::{
        TxEip1559, TxEip4844, TxEnvelope, TypedTransaction, transaction::SignerRecoverable as _,
    },
    eips::eip2718::Encodable2718 as _,
    network::TxSignerSync as _,
    primitives::{Bytes, TxKind, U256, address, bytes, keccak256},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
};
use axum::{Json, Router, routing::post};
use serde_json::{Value, json};

use super::*;

const PHRASE: &str = "test test test test test test test test test test test junk\n";
const SECRET: [u8; 32] = [0x42; 32];

fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    write_secret(&path, text).unwrap();
    path
}

fn local() -> Key {
    let wallet = LocalWallet::from_bytes(&SECRET).unwrap();
    Key { holder: Holder::Local(EthersSigner::new(wallet)), chain_id: None }
}

fn reference() -> PrivateKeySigner {
    PrivateKeySigner::from_slice(&SECRET).unwrap()
}

fn call() -> TxEip1559 {
    TxEip1559 {
        chain_id: 31_337,
        nonce: 7,
        gas_limit: 21_000,
        max_fee_per_gas: 1 << 70,
        max_priority_fee_per_gas: 3,
        to: TxKind::Call(Address::repeat_byte(9)),
        value: U256::from(5),
        input: bytes!("c0ffee"),
        ..TxEip1559::default()
    }
}

#[test]
fn a_mnemonic_gives_the_well_known_development_accounts() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "phrase", PHRASE);
    let at =
        |index| Signer::address(&KeySource::Mnemonic { path: path.clone(), index }.load().unwrap());
    assert_eq!(at(0), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
    assert_eq!(at(1), address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"));
}

#[test]
fn a_keystore_opens_with_its_password_only() {
    let dir = tempfile::tempdir().unwrap();
    let name = LocalWallet::encrypt_keystore(
        dir.path(),
        &mut ethers_core::rand::thread_rng(),
        SECRET,
        "secret",
        Some("key.json"),
    );
    assert!(name.is_ok());
    let path = dir.path().join("key.json");
    let good = file(dir.path(), "good", "secret\n");
    let bad = file(dir.path(), "bad", "guess\n");
    let open = |password_file| KeySource::Keystore { path: path.clone(), password_file }.load();
    assert_eq!(Signer::address(&open(good).unwrap()), reference().address());
    assert!(matches!(open(bad), Err(KeyError::Wallet { .. })));
    let missing = open(dir.path().join("none"));
    assert!(matches!(missing, Err(KeyError::Secret(SecretError::Io { .. }))));
}

#[test]
fn a_secret_that_others_can_open_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "phrase", PHRASE);
    let with = |mode| {
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        KeySource::Mnemonic { path: path.clone(), index: 0 }.load()
    };
    for mode in [0o644, 0o604, 0o602, 0o666] {
        let refused = with(mode);
        assert!(
            matches!(refused, Err(KeyError::Secret(SecretError::Exposed { mode: found, .. })) if found == mode),
            "{mode:o}"
        );
    }
    for mode in [0o400, 0o600, 0o440, 0o640] {
        assert!(with(mode).is_ok(), "{mode:o}");
    }
    std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    write_secret(&path, PHRASE).unwrap();
    assert!(with(0o600).is_ok(), "written again, it is closed");
}

#[test]
fn signs_byte_for_byte_what_alloys_own_signer_signs() {
    let Key { holder: Holder::Local(ours), .. } = local() else { return };
    for i in 0..64_u8 {
        let hash = keccak256([i]);
        let theirs = alloy::signers::SignerSync::sign_hash_sync(&reference(), &hash).unwrap();
        assert_eq!(ours.sign_hash_sync(&hash).unwrap(), theirs, "hash {i}");
    }
}

#[tokio::test]
async fn a_signed_transaction_recovers_the_key() {
    let mut tx = call();
    let key = local().with_chain_id(Some(31_337));
    let signature = key.sign_transaction(&mut tx).await.unwrap();
    assert_eq!(signature, reference().sign_transaction_sync(&mut tx).unwrap());
    let signed = TxEnvelope::from(tx.into_signed(signature));
    assert_eq!(signed.recover_signer().unwrap(), reference().address());
}

#[tokio::test]
async fn refuses_a_transaction_for_another_chain() {
    let key = local().with_chain_id(Some(1));
    assert!(matches!(
        key.sign_transaction(&mut call()).await,
        Err(Error::TransactionChainIdMismatch { signer: 1, tx: 31_337 })
    ));
}

/// A signer that answers a request's method and parameters with `answer`.
async fn remote(answer: impl Fn(&str, &Value) -> Value + Send + Sync + 'static) -> Key {
    let answer = Arc::new(answer);
    let service = post(move |Json(request): Json<Value>| async move {
        let answered = answer(request["method"].as_str().unwrap(), &request["params"]);
        let key = if answered.get("code").is_some() { "error" } else { "result" };
        Json(json!({ "jsonrpc": "2.0", "id": request["id"], key: answered }))
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:secret@{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", service)).await });
    let address = reference().address();
    KeySource::Remote { url, address, timeout_ms: 500 }.load().unwrap()
}

/// What the key signs of the transaction that is asked for.
fn signed_by(key: &PrivateKeySigner, params: &Value) -> Bytes {
    let mut request: TransactionRequest = serde_json::from_value(params[0].clone()).unwrap();
    // it creates a contract
    request.to.get_or_insert(TxKind::Create);
    assert_eq!(params[0]["data"], params[0]["input"]);
    let mut tx = request.build_consensus_tx().unwrap();
    let signature = key.sign_transaction_sync(&mut tx).unwrap();
    match tx {
        TypedTransaction::Eip1559(tx) => TxEnvelope::from(tx.into_signed(signature)),
        TypedTransaction::Eip4844(tx) => TxEnvelope::from(tx.into_signed(signature)),
        _ => TxEnvelope::from(TxEip1559::default().into_signed(signature)),
    }
    .encoded_2718()
    .into()
}

async fn refused(key: &Key) -> RemoteError {
    match key.sign_transaction(&mut call()).await {
        Err(Error::Other(error)) => *error.downcast().unwrap(),
        other => panic_of(&other),
    }
}

#[allow(clippy::panic)]
fn panic_of(other: &impl std::fmt::Debug) -> ! {
    panic!("{other:?}")
}

#[tokio::test]
async fn a_remote_signer_signs_what_a_local_key_signs() {
    let bare = remote(|_, params| json!(signed_by(&reference(), params))).await;
    let object =
        remote(|_, params| json!({ "raw": signed_by(&reference(), params), "tx": {} })).await;
    let expected = local().sign_transaction(&mut call()).await.unwrap();
    for key in [bare, object] {
        assert_eq!(Signer::address(&key), reference().address());
        assert_eq!(key.sign_transaction(&mut call()).await.unwrap(), expected);
        let mut create = TxEip1559 { to: TxKind::Create, ..call() };
        let signature = key.sign_transaction(&mut create).await.unwrap();
        assert_eq!(signature, local().sign_transaction(&mut create).await.unwrap());
        let mut blobs = TxEip4844 {
            chain_id: 31_337,
            max_fee_per_blob_gas: 9,
            blob_versioned_hashes: vec![B256::repeat_byte(1)],
            ..TxEip4844::default()
        };
        let signature = key.sign_transaction(&mut blobs).await.unwrap();
        assert_eq!(signature, local().sign_transaction(&mut blobs).await.unwrap());
        assert!(key.sign_hash(&B256::ZERO).await.unwrap_err().is_unsupported());
    }
}

#[tokio::test]
async fn a_remote_signer_that_changes_anything_is_refused() {
    for (field, value, named) in [
        ("nonce", json!("0x8"), "the nonce"),
        ("gas", json!("0x5209"), "the gas limit"),
        ("to", json!(Address::ZERO), "the recipient"),
        ("value", json!("0x6"), "the value"),
        ("chainId", json!("0x1"), "the chain id"),
        ("maxFeePerGas", json!("0x9"), "the fee"),
        ("maxPriorityFeePerGas", json!("0x9"), "the priority fee"),
        ("accessList", json!([{ "address": Address::ZERO, "storageKeys": [] }]), "the access list"),
    ] {
        let key = remote(move |_, params| {
            let mut params = params.clone();
            params[0][field] = value.clone();
            json!(signed_by(&reference(), &params))
        });
        assert!(
            matches!(refused(&key.await).await, RemoteError::Changed(what) if what == named),
            "{field}"
        );
    }
    let data = remote(|_, params| {
        let mut params = params.clone();
        params[0]["data"] = json!("0xbad0");
        params[0]["input"] = json!("0xbad0");
        json!(signed_by(&reference(), &params))
    });
    assert!(matches!(refused(&data.await).await, RemoteError::Changed("the input")));
}

#[tokio::test]
async fn a_remote_signer_that_fails_gives_a_reason_and_no_signature() {
    let other = PrivateKeySigner::from_slice(&[7; 32]).unwrap();
    let got = other.address();
    let key = remote(move |_, params| json!(signed_by(&other, params))).await;
    assert!(matches!(refused(&key).await, RemoteError::OtherKey { got: key, .. } if key == got));
    let key = remote(|_, _| json!({ "code": -32_000, "message": "denied" })).await;
    assert!(matches!(refused(&key).await, RemoteError::Refused { code: -32_000, .. }));
    for answer in [json!("0x02c0"), json!("0x"), json!("0x05")] {
        let key = remote(move |_, _| answer.clone()).await;
        assert!(matches!(refused(&key).await, RemoteError::NotATransaction(_)));
    }
    let key = remote(|_, _| json!({ "rsv": 1 })).await;
    assert!(matches!(refused(&key).await, RemoteError::Malformed(_)));
    let key = remote(|_, _| Value::Null).await;
    assert!(matches!(refused(&key).await, RemoteError::Empty));
    let key = remote(|_, _| {
        std::thread::sleep(Duration::from_millis(900));
        Value::Null
    });
    let slow = refused(&key.await).await;
    assert!(matches!(&slow, RemoteError::Transport(error) if error.is_timeout()), "{slow}");
    assert!(!slow.to_string().contains("secret"), "{slow}");
}

#[tokio::test]
async fn a_remote_signer_is_asked_for_its_keys() {
    let address = reference().address();
    assert!(remote(move |_, _| json!([address])).await.check().await.is_ok());
    let unlisted = remote(|_, _| json!({ "code": -32_601, "message": "no such method" })).await;
    assert!(unlisted.check().await.is_ok(), "not all of them list");
    let others = remote(|_, _| json!([Address::repeat_byte(7)])).await.check().await.unwrap_err();
    assert!(matches!(others, KeyError::Remote(RemoteError::NoKey(_))));
    assert!(!others.may_pass());
    let url = "http://127.0.0.1:1".to_owned();
    let nobody = KeySource::Remote { url, address, timeout_ms: 500 }.load().unwrap();
    assert!(nobody.check().await.unwrap_err().may_pass());
    assert!(is_unreachable(&nobody.sign_transaction(&mut call()).await.unwrap_err()));
    let url = "no url".to_owned();
    let endpoint = KeySource::Remote { url, address, timeout_ms: 500 }.load().unwrap_err();
    assert!(matches!(endpoint, KeyError::Remote(RemoteError::Endpoint)));
    assert!(!endpoint.may_pass());
}

#[tokio::test]
async fn a_remote_signer_that_is_starting_is_waited_for() {
    let sealed = remote(|_, _| json!([])).await.check().await.unwrap_err();
    assert!(matches!(sealed, KeyError::Remote(RemoteError::Sealed)));
    let denied = remote(|_, _| json!({ "code": -32_000, "message": "authentication needed" }));
    let denied = denied.await.check().await.unwrap_err();
    assert!(matches!(denied, KeyError::Remote(RemoteError::Refused { .. })));
    assert!(sealed.may_pass() && denied.may_pass());
    // it signs other things
    let key = remote(|_, _| json!({ "code": -32_000, "message": "denied" })).await;
    assert!(!is_unreachable(&key.sign_transaction(&mut call()).await.unwrap_err()));
}
