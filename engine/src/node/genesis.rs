//! The state before the first block, imported once into an empty store.

use super::{NodeError, config::GenesisSource};
use crate::{
    execute::boundary::Genesis,
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
        GenesisSource::Alloc { path } => Err(NodeError::WrongGenesis { path: path.clone() }),
    }
}
