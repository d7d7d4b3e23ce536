//! The state before the first block, imported once into an empty store.

use std::path::Path;

use alloy::rpc::types::{TransactionInput, TransactionRequest};
use alloy_primitives::{Address, Bytes, U256, map::B256Map};
use alloy_sol_types::SolCall;

use super::{
    NodeError,
    config::GenesisSource,
    deployment::{BridgeContracts, Deployment},
};
use crate::{
    bridge::{
        message::Crossing,
        predeploys::{L1_MESSENGER, OUTBOX, TOKEN_BRIDGE},
    },
    execute::boundary::Boundary,
    genesis::{BridgeEnds, GenesisFile},
    l1::bindings::{IL1Messenger, IOutbox, ITokenBridge},
    rules::limits::Limits,
    simulate::{Quota, Scene, call},
    state::{Commit, witness::BlockWitness},
};

/// Nodes written together: the store keeps all that a commit replaces in memory until the commit is done.
const LOT: usize = 1_024;

/// All nodes and codes of the genesis state that `source` has; its root must be the deployment's. With a Bridge the state
/// has no ether, and its predeploys are that Bridge's. A state of which a part is written is written again: it takes effect
/// with the progress that is committed after it.
///
/// # Errors
/// [`NodeError::WrongGenesis`] for another state, [`NodeError::Witness`] for a file that cannot be read;
/// [`NodeError::NoGenesisFile`], [`NodeError::Genesis`] and [`NodeError::WrongPredeploy`] for one that is unsafe with a Bridge.
pub fn import(source: &GenesisSource, deployment: &Deployment) -> Result<Vec<Commit>, NodeError> {
    let genesis = &deployment.genesis;
    match source {
        GenesisSource::Witness { path } => {
            if deployment.bridge.is_some() {
                return Err(NodeError::NoGenesisFile { path: path.clone() });
            }
            let witness = BlockWitness::read(path)?;
            if witness.parent_state_root != genesis.state_root {
                return Err(NodeError::WrongGenesis { path: path.clone() });
            }
            Ok(vec![witness.to_commit()])
        }
        GenesisSource::Geth { path } => {
            let json = std::fs::read(path)
                .map_err(|source| NodeError::Read { path: path.clone(), source })?;
            let file = GenesisFile::from_json(&json)?;
            let mut nodes = B256Map::default();
            let (built, codes) = file.build(&mut nodes)?;
            if built != *genesis {
                return Err(NodeError::WrongGenesis { path: path.clone() });
            }
            if let Some(contracts) = deployment.bridge {
                file.check_no_ether()?;
                let mut state = nodes.clone();
                state.extend(codes.clone());
                Predeploys { state, deployment, path }.check(contracts)?;
            }
            // in the order of their keys a lot touches few pages of the store
            let mut nodes: Vec<_> = nodes.into_iter().collect();
            nodes.sort_unstable_by_key(|(hash, _)| *hash);
            let mut commits = Vec::new();
            let mut nodes = nodes.into_iter().peekable();
            while nodes.peek().is_some() {
                let mut commit = Commit::new();
                commit.nodes(nodes.by_ref().take(LOT));
                commits.push(commit);
            }
            let mut commit = Commit::new();
            commit.codes(codes.into_values());
            commits.push(commit);
            Ok(commits)
        }
    }
}

/// The ends on L1 of the bridge that a genesis has; none for a rollup without a Bridge.
///
/// # Errors
/// [`NodeError::Genesis`] for a file that no chain starts from, [`NodeError::Simulate`] for predeploys that cannot be asked.
pub fn bridge_of(file: &GenesisFile) -> Result<Option<BridgeEnds>, NodeError> {
    let mut state = B256Map::default();
    let (genesis, codes) = file.build(&mut state)?;
    state.extend(codes);
    let start = Boundary::genesis(&genesis);
    let ask = |to: Address, data: Vec<u8>| {
        let input = TransactionInput::new(data.into());
        let request = TransactionRequest::default().to(to).input(input);
        Scene::new(&state, &start, Quota::of_transaction(&Limits::SURETY))
            .and_then(|scene| call(&scene, request))
            .map(|called| called.output)
            .map_err(|source| NodeError::Simulate {
                number: genesis.number,
                source: Box::new(source),
            })
    };
    let chain = ask(L1_MESSENGER, IL1Messenger::l1ChainIdCall {}.abi_encode())?;
    let bridge = ask(L1_MESSENGER, IL1Messenger::bridgeCall {}.abi_encode())?;
    let escrow = ask(TOKEN_BRIDGE, ITokenBridge::escrowCall {}.abi_encode())?;
    // an account without code answers nothing
    let ends = (
        IL1Messenger::l1ChainIdCall::abi_decode_returns_validate(&chain),
        IL1Messenger::bridgeCall::abi_decode_returns_validate(&bridge),
        ITokenBridge::escrowCall::abi_decode_returns_validate(&escrow),
    );
    Ok(match ends {
        (Ok(l1_chain_id), Ok(bridge), Ok(token_escrow)) => {
            let l1_chain_id = l1_chain_id.saturating_to();
            Some(BridgeEnds { crossing: Crossing { l1_chain_id, bridge }, token_escrow })
        }
        _ => None,
    })
}

/// The genesis state, asked whose ends of a bridge its predeploys are.
struct Predeploys<'a> {
    /// Nodes and codes.
    state: B256Map<Bytes>,
    deployment: &'a Deployment,
    path: &'a Path,
}

impl Predeploys<'_> {
    fn check(&self, contracts: BridgeContracts) -> Result<(), NodeError> {
        let BridgeContracts { bridge, token_escrow, .. } = contracts;
        let chain = U256::from(self.deployment.l1_chain_id);
        let (name, at) = ("L1Messenger", L1_MESSENGER);
        self.answers(name, at, IL1Messenger::l1ChainIdCall {}, &chain)?;
        self.answers(name, at, IL1Messenger::bridgeCall {}, &bridge)?;
        let (name, at) = ("Outbox", OUTBOX);
        self.answers(name, at, IOutbox::l1ChainIdCall {}, &chain)?;
        self.answers(name, at, IOutbox::bridgeCall {}, &bridge)?;
        let (name, at) = ("TokenBridge", TOKEN_BRIDGE);
        self.answers(name, at, ITokenBridge::escrowCall {}, &token_escrow)
    }

    fn answers<C: SolCall<Return: PartialEq>>(
        &self,
        contract: &'static str,
        at: Address,
        question: C,
        expected: &C::Return,
    ) -> Result<(), NodeError> {
        let data = question.abi_encode().into();
        let request = TransactionRequest::default().to(at).input(TransactionInput::new(data));
        let number = self.deployment.genesis.number;
        let quota = Quota::of_transaction(&Limits::SURETY);
        let called = Scene::new(&self.state, &self.deployment.start(), quota)
            .and_then(|scene| call(&scene, request))
            .map_err(|source| NodeError::Simulate { number, source: Box::new(source) })?;
        match C::abi_decode_returns_validate(&called.output) {
            Ok(answer) if called.is_success() && answer == *expected => Ok(()),
            _ => Err(NodeError::WrongPredeploy { contract, path: self.path.to_owned() }),
        }
    }
}
