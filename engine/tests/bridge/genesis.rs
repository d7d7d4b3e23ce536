//! What a rollup with a Bridge must not start from.

use alloy::{
    genesis::GenesisAccount,
    primitives::{Address, Bytes, U256, map::B256Map},
};
use surety_engine::{
    artifacts::Artifacts,
    bridge::message::Crossing,
    deploy::Plan,
    genesis::{Alloc, BridgeEnds, GenesisError, GenesisFile, NewChain},
    node::{NodeError, config::GenesisSource, deployment::Deployment, genesis::import},
};
use tempfile::TempDir;

use crate::support;

/// A deployment whose genesis is `file`, and where that is.
fn deployment(directory: &TempDir, file: &GenesisFile) -> (Deployment, GenesisSource) {
    let path = directory.path().join("genesis.json");
    std::fs::write(&path, file.to_json().unwrap()).unwrap();
    let (genesis, _) = file.build(&mut B256Map::<Bytes>::default()).unwrap();
    let bridge = Some(Plan::bridge(Address::repeat_byte(7), 0, None));
    let deployment = Deployment { l1_block: 0, bridge, ..support::nowhere(genesis) };
    (deployment, GenesisSource::Geth { path })
}

#[test]
fn t72_ether_in_genesis_and_the_ends_of_another_bridge_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let contracts = Plan::bridge(Address::repeat_byte(7), 0, None);
    let chain = NewChain {
        chain_id: 5,
        timestamp: 0,
        base_fee: 1_000_000_000,
        gas_limit: 12_000_000,
        bridge: Some(BridgeEnds {
            crossing: Crossing { l1_chain_id: 1, bridge: contracts.bridge },
            token_escrow: contracts.token_escrow,
        }),
        alloc: Alloc::default(),
    };
    let file = chain.file(&Artifacts::new(support::root().join("out"))).unwrap();
    let (right, source) = deployment(&directory, &file);
    import(&source, &right).unwrap();

    let predeploy = |change: &dyn Fn(&mut Deployment)| {
        let mut changed = right.clone();
        change(&mut changed);
        match import(&source, &changed) {
            Err(NodeError::WrongPredeploy { contract, .. }) => contract,
            other => panic!("{other:?}"),
        }
    };
    let other = Address::repeat_byte(9);
    assert_eq!(predeploy(&|it| it.l1_chain_id = 2), "L1Messenger");
    assert_eq!(predeploy(&|it| it.bridge.as_mut().unwrap().bridge = other), "L1Messenger");
    assert_eq!(predeploy(&|it| it.bridge.as_mut().unwrap().token_escrow = other), "TokenBridge");

    let rich = GenesisAccount::default().with_balance(U256::ONE);
    let alloc = Alloc::from([(other, rich)]);
    let (without, with) = (NewChain { bridge: None, ..chain.clone() }, chain);
    let made = NewChain { alloc: alloc.clone(), ..with }
        .file(&Artifacts::new(support::root().join("out")));
    assert!(matches!(made, Err(GenesisError::Ether(account)) if account == other));
    let rich = NewChain { alloc, ..without };
    let file = rich.file(&Artifacts::new("nowhere")).unwrap();
    let (mut deployed, source) = deployment(&directory, &file);
    let refused = import(&source, &deployed).unwrap_err();
    let NodeError::Genesis(GenesisError::Ether(account)) = refused else { panic!("{refused}") };
    assert_eq!(account, other);
    deployed.bridge = None;
    import(&source, &deployed).unwrap();

    let witness = GenesisSource::Witness { path: "none".into() };
    assert!(matches!(import(&witness, &right), Err(NodeError::NoGenesisFile { .. })));
}
