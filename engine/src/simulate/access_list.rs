//! What a transaction touches, as `eth_createAccessList` tells it.

use alloy::{eips::eip2930::AccessList, rpc::types::TransactionRequest};
use revm_inspectors::access_list::AccessListInspector;

use super::{Called, Scene, SimulateError, request::fill, watch::Records};
use crate::authenticated::source::{CodeSource, NodeSource};

/// How often the list may change what the transaction does: what one touches can depend on the gas that the list costs.
const ROUNDS: usize = 16;

/// The access list of the transaction that `request` asks for, and what the transaction does with it.
///
/// # Errors
/// [`SimulateError`]; a transaction that fails has an access list, too.
pub fn access_list<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    request: TransactionRequest,
) -> Result<(AccessList, Called), SimulateError> {
    let mut list = request.access_list.clone().unwrap_or_default();
    for _ in 0..ROUNDS {
        let request = TransactionRequest { access_list: Some(list.clone()), ..request.clone() };
        let transaction = fill(scene, request, scene.quota.gas)?;
        let inspector = AccessListInspector::new(list.clone());
        let (outcome, inspector) = scene.run(transaction, inspector, Records::default())?;
        let touched = inspector.into_access_list();
        if touched == list {
            return Ok((list, outcome.result.into()));
        }
        list = touched;
    }
    Err(SimulateError::Request("the access list does not settle"))
}
