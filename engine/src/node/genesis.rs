//! The state before the first block, imported once into an empty store.

use alloy_primitives::map::B256Map;

use super::{NodeError, config::GenesisSource};
use crate::{
    execute::boundary::Genesis,
    genesis::GenesisFile,
    state::{Commit, witness::BlockWitness},
};

/// All nodes and codes of the genesis state that `source` has; its root must be the deployment's.
///
/// # Errors
/// [`NodeError::WrongGenesis`] for another state, [`NodeError::Witness`] for a file that cannot be read.
pub fn import(source: &GenesisSource, genesis: &Genesis) -> Result<Commit, NodeError> {
    match source {
        GenesisSource::Witness { path } => {
            let witness = BlockWitness::read(path)?;
            if witness.parent_state_root != genesis.state_root {
                return Err(NodeError::WrongGenesis { path: path.clone() });
            }
            Ok(witness.to_commit())
        }
        GenesisSource::Geth { path } => {
            let json = std::fs::read(path)
                .map_err(|source| NodeError::Read { path: path.clone(), source })?;
            let mut nodes = B256Map::default();
            let (built, codes) = GenesisFile::from_json(&json)?.build(&mut nodes)?;
            if built != *genesis {
                return Err(NodeError::WrongGenesis { path: path.clone() });
            }
            let mut commit = Commit::new();
            commit.nodes(nodes).codes(codes.into_values());
            Ok(commit)
        }
    }
}
