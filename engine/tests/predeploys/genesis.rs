//! The genesis file of a rollup with a Bridge.

use alloy::genesis::GenesisAccount;
use alloy_primitives::{Address, B256, Bytes, U256, map::B256Map};
use serde_json::json;
use surety_engine::{
    authenticated::account,
    bridge::predeploys::{L1_MESSENGER, OUTBOX, TOKEN_BRIDGE},
    genesis::{Alloc, GenesisError, GenesisFile, NewChain},
};

use crate::{
    rollup::{artifacts, chain},
    support::check_fixture,
};

const SOMEBODY: Address = Address::repeat_byte(9);

fn with(address: Address, account: GenesisAccount) -> Result<GenesisFile, GenesisError> {
    chain(Alloc::from([(address, account)])).file(&artifacts())
}

#[test]
fn the_committed_genesis_is_what_the_contracts_make() {
    let file = chain(Alloc::new()).file(&artifacts()).unwrap();
    check_fixture("genesis/bridge.json", &json!(file));
    let (genesis, _) = file.build(&mut B256Map::<Bytes>::default()).unwrap();
    check_fixture("genesis/bridge-boundary.json", &json!(genesis));
}

#[test]
fn a_file_comes_back_with_the_same_state() {
    let file = chain(Alloc::new()).file(&artifacts()).unwrap();
    let read = GenesisFile::from_json(file.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(read, file);
    let mut nodes = B256Map::<Bytes>::default();
    let (genesis, codes) = read.build(&mut nodes).unwrap();
    for predeploy in [L1_MESSENGER, OUTBOX, TOKEN_BRIDGE] {
        let account = account::read(&nodes, genesis.state_root, predeploy).unwrap().unwrap();
        assert!(codes.contains_key(&account.code_hash));
    }
}

#[test]
fn the_bridge_is_part_of_the_state() {
    let root = |chain: &NewChain| {
        let file = chain.file(&artifacts()).unwrap();
        file.build(&mut B256Map::<Bytes>::default()).unwrap().0.state_root
    };
    let base = chain(Alloc::new());
    let mut roots = vec![root(&base), root(&NewChain { bridge: None, ..base.clone() })];
    let ends = base.bridge.unwrap();
    let mut other = ends;
    other.crossing.l1_chain_id += 1;
    roots.push(root(&NewChain { bridge: Some(other), ..base.clone() }));
    other = ends;
    other.crossing.bridge = SOMEBODY;
    roots.push(root(&NewChain { bridge: Some(other), ..base.clone() }));
    other = ends;
    other.token_escrow = SOMEBODY;
    roots.push(root(&NewChain { bridge: Some(other), ..base }));
    roots.sort();
    roots.dedup();
    assert_eq!(roots.len(), 5);
}

#[test]
fn t72_a_rollup_with_a_bridge_has_no_ether_in_its_genesis() {
    let rich = GenesisAccount::default().with_balance(U256::ONE);
    let refused = with(SOMEBODY, rich.clone());
    assert!(matches!(refused, Err(GenesisError::Ether(at)) if at == SOMEBODY));
    let without = NewChain { bridge: None, ..chain(Alloc::from([(SOMEBODY, rich)])) };
    without.file(&artifacts()).unwrap();
}

#[test]
fn a_predeploys_place_is_taken() {
    let storage = [(B256::ZERO, B256::with_last_byte(1))].into();
    let account =
        GenesisAccount { nonce: Some(1), storage: Some(storage), ..GenesisAccount::default() };
    let refused = with(OUTBOX, account);
    assert!(matches!(refused, Err(GenesisError::Occupied(OUTBOX))));
}
