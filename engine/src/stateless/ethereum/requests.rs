//! Requests to the beacon chain ([EIP-7685](https://eips.ethereum.org/EIPS/eip-7685)): deposits out of logs, withdrawals and
//! consolidations out of their contracts' queues.

use alloy::{
    consensus::ReceiptEnvelope,
    eips::{
        eip6110::{DEPOSIT_REQUEST_TYPE, MAINNET_DEPOSIT_CONTRACT_ADDRESS},
        eip7002::WITHDRAWAL_REQUEST_TYPE,
        eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_TYPE},
        eip7685::Requests,
    },
};
use alloy_primitives::{Address, Bytes, Log};
use alloy_sol_types::{SolEvent, sol};
use revm::{SystemCallCommitEvm, context::ContextTr};

use super::{BlockEvm, in_system_call};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    stateless::error::NotProven,
};

sol! {
    /// The deposit contract's only event.
    event DepositEvent(bytes pubkey, bytes withdrawal_credentials, bytes amount, bytes signature, bytes index);
}

/// Bytes of the event's data: five offsets, and five strings of 48, 32, 8, 96 and 8 bytes, each with its length.
const DEPOSIT_LOG_BYTES: usize = 576;

/// Adds the deposits that mainnet's deposit contract logged ([EIP-6110](https://eips.ethereum.org/EIPS/eip-6110)).
///
/// # Errors
/// [`NotProven::DepositLog`].
pub(super) fn push_deposits(
    requests: &mut Requests,
    receipts: &[ReceiptEnvelope],
) -> Result<(), NotProven> {
    let mut deposits = Vec::new();
    let logs = receipts.iter().flat_map(ReceiptEnvelope::logs);
    for log in logs.filter(|log| is_deposit(log)) {
        deposits.extend(deposit(log).ok_or(NotProven::DepositLog)?);
    }
    requests.push_request_with_type(DEPOSIT_REQUEST_TYPE, deposits);
    Ok(())
}

fn is_deposit(log: &Log) -> bool {
    log.address == MAINNET_DEPOSIT_CONTRACT_ADDRESS
        && log.topics().first() == Some(&DepositEvent::SIGNATURE_HASH)
}

fn deposit(log: &Log) -> Option<Vec<u8>> {
    let event = DepositEvent::decode_log_data_validate(&log.data).ok()?;
    let parts =
        [event.pubkey, event.withdrawal_credentials, event.amount, event.signature, event.index];
    let lengths = parts.each_ref().map(|part| part.len());
    let is_whole = lengths == [48, 32, 8, 96, 8] && log.data.data.len() == DEPOSIT_LOG_BYTES;
    is_whole.then(|| parts.concat())
}

/// Adds what a system call of `contract` takes from its queue
/// ([EIP-7002](https://eips.ethereum.org/EIPS/eip-7002), [EIP-7251](https://eips.ethereum.org/EIPS/eip-7251)).
///
/// # Errors
/// [`NotProven::SystemCall`] when there is no contract, or it fails.
pub(super) fn push_queue<S: NodeSource + CodeSource>(
    requests: &mut Requests,
    evm: &mut BlockEvm<S>,
    contract: Address,
) -> Result<(), NotProven> {
    let failed = |reason| NotProven::SystemCall { contract, reason };
    let kind = if contract == CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS {
        CONSOLIDATION_REQUEST_TYPE
    } else {
        WITHDRAWAL_REQUEST_TYPE
    };
    let account = evm.ctx.db_mut().load_cache_account(contract)?.account_info();
    if account.is_none_or(|account| account.is_empty_code_hash()) {
        return Err(failed("no code".to_owned()));
    }
    let result = evm.system_call_commit(contract, Bytes::new()).map_err(in_system_call)?;
    if !result.is_success() {
        return Err(failed(format!("{result:?}")));
    }
    requests.push_request_with_type(kind, result.into_output().unwrap_or_default());
    Ok(())
}
