//! An Ethereum block, Paris to Osaka, with everything around its transactions: system calls, withdrawals, requests, and the
//! header that they give.

mod requests;
mod rules;
mod state;
mod transactions;

use alloy::{
    consensus::{EMPTY_OMMER_ROOT_HASH, Header, ReceiptEnvelope, proofs::calculate_receipt_root},
    eips::{
        eip4895::Withdrawal, eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
        eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, eip7685::Requests,
    },
};
use alloy_primitives::{B256, Bloom, Bytes, U256};
use revm::{
    ExecuteCommitEvm, MainBuilder, SystemCallCommitEvm,
    context::{BlockEnv, CfgEnv, ContextTr, result::EVMError},
    context_interface::block::BlobExcessGasAndPrice,
    database_interface::bal::EvmDatabaseError,
    handler::{MainnetContext, MainnetEvm},
};

use self::{
    state::{BlockState, ChainDatabase},
    transactions::{Checked, receipt},
};
use super::{error::NotProven, scheme::Fork};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::{
        error::{ExecuteError, StateError},
        pending::Pending,
    },
    rules::addresses::{BEACON_ROOTS, BLOCK_HASHES},
};

type BlockEvm<S> = MainnetEvm<MainnetContext<BlockState<S>>>;

/// An Ethereum block to execute.
pub(super) struct EthereumBlock<'a> {
    pub(super) fork: Fork,
    pub(super) chain_id: u64,
    pub(super) header: &'a Header,
    pub(super) ancestors: &'a [Header],
    pub(super) transactions: &'a [Bytes],
    pub(super) withdrawals: &'a [Withdrawal],
}

/// What executing it gives.
pub(super) struct Outcome {
    pub(super) header: Header,
    pub(super) requests: Requests,
    /// How many ancestors BLOCKHASH asked for.
    pub(super) ancestors: usize,
}

/// What the transactions give.
struct Executed {
    receipts: Vec<ReceiptEnvelope>,
    gas_used: u64,
    blob_gas_used: u64,
}

impl EthereumBlock<'_> {
    /// Executes it after `pre_state_root`.
    pub(super) fn execute<S: NodeSource + CodeSource>(
        &self,
        pending: &mut Pending<S>,
        pre_state_root: B256,
    ) -> Result<Outcome, NotProven> {
        self.check_rules()?;
        let database = ChainDatabase::new(&*pending, pre_state_root, self.header, self.ancestors);
        let mut evm = MainnetContext::new(state::over(database), self.fork.spec())
            .with_cfg(self.cfg())
            .with_block(self.environment()?)
            .build_mainnet();
        self.begin(&mut evm)?;
        let executed = self.run(&mut evm)?;
        state::credit(evm.ctx.db_mut(), self.withdrawals)?;
        let requests = self.requests(&mut evm, &executed.receipts)?;
        let (changes, ancestors) = state::finish(evm.ctx.db_mut());
        drop(evm);
        let state_root = state::write(pending, pre_state_root, changes)?;
        let header = self.seal(state_root, &executed, &requests);
        Ok(Outcome { header, requests, ancestors })
    }

    fn cfg(&self) -> CfgEnv {
        let mut cfg = CfgEnv::new_with_spec(self.fork.spec());
        cfg.set_spec_and_mainnet_gas_params(self.fork.spec());
        cfg.chain_id = self.chain_id;
        if let Some(blobs) = self.fork.blobs() {
            cfg.set_max_blobs_per_tx(blobs.max_blobs_per_tx);
        }
        cfg
    }

    fn environment(&self) -> Result<BlockEnv, NotProven> {
        let header = self.header;
        let blobs = self.fork.blobs().map(|blobs| {
            let update_fraction = u64::try_from(blobs.update_fraction).unwrap_or(u64::MAX);
            BlobExcessGasAndPrice::new(header.excess_blob_gas.unwrap_or_default(), update_fraction)
        });
        Ok(BlockEnv {
            number: U256::from(header.number),
            beneficiary: header.beneficiary,
            timestamp: U256::from(header.timestamp),
            gas_limit: header.gas_limit,
            basefee: header.base_fee_per_gas.unwrap_or_default(),
            difficulty: U256::ZERO,
            prevrandao: Some(header.mix_hash),
            blob_excess_gas_and_price: blobs,
            slot_num: 0,
        })
    }

    /// The system calls before the first transaction. A failure of one changes nothing.
    fn begin<S: NodeSource + CodeSource>(&self, evm: &mut BlockEvm<S>) -> Result<(), NotProven> {
        if self.fork >= Fork::Cancun {
            let root = self.header.parent_beacon_block_root.unwrap_or_default();
            evm.system_call_commit(BEACON_ROOTS, root.into()).map_err(in_system_call)?;
        }
        if self.fork >= Fork::Prague {
            let parent = self.header.parent_hash;
            evm.system_call_commit(BLOCK_HASHES, parent.into()).map_err(in_system_call)?;
        }
        Ok(())
    }

    fn run<S: NodeSource + CodeSource>(
        &self,
        evm: &mut BlockEvm<S>,
    ) -> Result<Executed, NotProven> {
        let mut executed = Executed { receipts: Vec::new(), gas_used: 0, blob_gas_used: 0 };
        for (index, encoded) in self.transactions.iter().enumerate() {
            let invalid = |reason: String| NotProven::Transaction { index, reason };
            let Checked { kind, env, blob_gas } = Checked::new(encoded).map_err(invalid)?;
            let left = self.header.gas_limit.saturating_sub(executed.gas_used);
            if env.gas_limit > left {
                return Err(invalid(format!("gas limit {} of {left} left", env.gas_limit)));
            }
            let result = evm.transact_commit(env).map_err(|error| match error {
                EVMError::Database(cause) => cause.into(),
                other => invalid(other.to_string()),
            })?;
            executed.gas_used = executed.gas_used.saturating_add(result.tx_gas_used());
            executed.blob_gas_used = executed.blob_gas_used.saturating_add(blob_gas);
            if executed.gas_used > self.header.gas_used {
                let (used, stated) = (executed.gas_used, self.header.gas_used);
                return Err(NotProven::GasExceeded { used, stated });
            }
            executed.receipts.push(receipt(kind, executed.gas_used, result));
        }
        Ok(executed)
    }

    /// The block's requests, and the system calls after the last transaction that make some of them.
    fn requests<S: NodeSource + CodeSource>(
        &self,
        evm: &mut BlockEvm<S>,
        receipts: &[ReceiptEnvelope],
    ) -> Result<Requests, NotProven> {
        let mut requests = Requests::default();
        if self.fork < Fork::Prague {
            return Ok(requests);
        }
        requests::push_deposits(&mut requests, receipts)?;
        for contract in
            [WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS]
        {
            requests::push_queue(&mut requests, evm, contract)?;
        }
        Ok(requests)
    }

    /// The header that the block gives; what it does not give is the environment's, and the body's roots are checked.
    fn seal(&self, state_root: B256, executed: &Executed, requests: &Requests) -> Header {
        let given = self.header;
        let since = |fork| self.fork >= fork;
        let bloom = executed.receipts.iter().fold(Bloom::ZERO, |all, it| all | *it.logs_bloom());
        Header {
            parent_hash: given.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: given.beneficiary,
            state_root,
            transactions_root: given.transactions_root,
            receipts_root: calculate_receipt_root(&executed.receipts),
            logs_bloom: bloom,
            number: given.number,
            gas_limit: given.gas_limit,
            gas_used: executed.gas_used,
            timestamp: given.timestamp,
            extra_data: given.extra_data.clone(),
            mix_hash: given.mix_hash,
            base_fee_per_gas: Some(given.base_fee_per_gas.unwrap_or_default()),
            withdrawals_root: given.withdrawals_root,
            blob_gas_used: since(Fork::Cancun).then_some(executed.blob_gas_used),
            excess_blob_gas: since(Fork::Cancun).then(|| given.excess_blob_gas.unwrap_or_default()),
            parent_beacon_block_root: since(Fork::Cancun)
                .then(|| given.parent_beacon_block_root.unwrap_or_default()),
            requests_hash: since(Fork::Prague).then(|| requests.requests_hash()),
            ..Header::default()
        }
    }
}

fn in_system_call(error: EVMError<EvmDatabaseError<StateError>>) -> NotProven {
    match error {
        EVMError::Database(cause) => cause.into(),
        other => ExecuteError::Refused(other.to_string()).into(),
    }
}
