//! Every L1 transaction of the story, read back from L1 itself.

use alloy::{
    consensus::Transaction as _,
    eips::BlockNumberOrTag,
    network::TransactionResponse as _,
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::Log,
};
use eyre::OptionExt as _;
use surety_engine::{
    l1::{
        bindings::{IBonds, IInbox, IRollup, ITournament},
        client::L1Client,
    },
    node::deployment::Deployment,
};

/// One transaction.
pub(crate) struct Entry {
    pub(crate) hash: B256,
    pub(crate) from: Address,
    /// Number of its L1 block.
    pub(crate) block: u64,
    /// The contract's name.
    pub(crate) contract: &'static str,
    /// The function's name.
    pub(crate) verb: &'static str,
    pub(crate) gas: u64,
    pub(crate) succeeded: bool,
    /// Wei paid for gas.
    pub(crate) fee: U256,
    pub(crate) logs: Vec<Log>,
}

/// All transactions to the deployment's contracts, in order.
pub(crate) async fn read(l1: &L1Client, deployment: &Deployment) -> eyre::Result<Vec<Entry>> {
    let provider = l1.provider();
    let head = provider.get_block_number().await?;
    let mut entries = Vec::new();
    for number in deployment.l1_block + 1..=head {
        let block = provider.get_block_by_number(BlockNumberOrTag::Number(number)).full().await?;
        let block = block.ok_or_eyre("an L1 block is missing")?;
        for transaction in block.transactions.txns() {
            let Some((contract, verb)) =
                name(deployment, transaction.to(), transaction.input().as_ref())
            else {
                continue;
            };
            let receipt = provider.get_transaction_receipt(transaction.tx_hash()).await?;
            let receipt = receipt.ok_or_eyre("a receipt is missing")?;
            entries.push(Entry {
                hash: transaction.tx_hash(),
                from: receipt.from,
                block: number,
                contract,
                verb,
                gas: receipt.gas_used,
                succeeded: receipt.status(),
                fee: U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price),
                logs: receipt.logs().to_vec(),
            });
        }
    }
    Ok(entries)
}

fn name(
    deployment: &Deployment,
    to: Option<Address>,
    input: &[u8],
) -> Option<(&'static str, &'static str)> {
    let selector = *input.first_chunk::<4>()?;
    let to = to?;
    if to == deployment.rollup {
        Some(("Rollup", IRollup::IRollupCalls::name_by_selector(selector)?))
    } else if to == deployment.tournament {
        Some(("Tournament", ITournament::ITournamentCalls::name_by_selector(selector)?))
    } else if to == deployment.bonds {
        Some(("Bonds", IBonds::IBondsCalls::name_by_selector(selector)?))
    } else if to == deployment.inbox {
        Some(("Inbox", IInbox::IInboxCalls::name_by_selector(selector)?))
    } else {
        None
    }
}
