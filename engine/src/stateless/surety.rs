//! A block of ours, slot by slot as everywhere, but for the parent: what its header says is all there is of it.

use alloy::consensus::Header;
use alloy_primitives::{B256, Bytes, U256, keccak256};

use super::{error::NotProven, header::check_parent};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::{BlockInput, batch, deposits},
    execute::{
        block::{Effect, FIRST_SLOT, LAST_SLOT, SlotOutcome, execute_slot},
        boundary::{Boundary, Genesis},
        pending::Pending,
    },
    machine::groups::Record,
    rules::{gas::ELASTICITY, limits::Limits},
};

/// A block of ours to execute.
pub(super) struct SuretyBlock<'a> {
    pub(super) chain_id: u64,
    pub(super) header: &'a Header,
    pub(super) parent: Option<&'a Header>,
    pub(super) batch: &'a Bytes,
    pub(super) deposits: &'a Bytes,
}

impl SuretyBlock<'_> {
    /// Executes it after `pre_state_root`; gives the header it has, and how many transactions.
    pub(super) fn execute<S: NodeSource + CodeSource>(
        &self,
        pending: &mut Pending<S>,
        pre_state_root: B256,
    ) -> Result<(Header, usize), NotProven> {
        if let Some(parent) = self.parent {
            check_parent(self.header, parent)?;
            super::header::field("gas_limit", &self.header.gas_limit, &parent.gas_limit)?;
        }
        let input = self.input()?;
        let mut boundary = self.parent_boundary(pre_state_root)?;
        let mut transactions = 0;
        for slot in FIRST_SLOT..LAST_SLOT {
            let SlotOutcome { effect, boundary: after, .. } =
                execute_slot(pending, &boundary, slot, &input, &Limits::SURETY)?;
            match effect {
                Effect::Idle => break,
                Effect::Skipped(reason) => return Err(NotProven::Skipped { slot, reason }),
                Effect::Executed(_) => transactions += 1,
                Effect::Begun | Effect::Sealed(_) => {}
            }
            boundary = after;
            if boundary.block.gas_used > self.header.gas_used {
                let (used, stated) = (boundary.block.gas_used, self.header.gas_used);
                return Err(NotProven::GasExceeded { used, stated });
            }
        }
        let last = execute_slot(pending, &boundary, LAST_SLOT, &input, &Limits::SURETY)?;
        let header = match last.effect {
            Effect::Sealed(header) => *header,
            _ => Header::default(),
        };
        Ok((header, transactions))
    }

    /// What the Inbox would have recorded.
    fn input(&self) -> Result<BlockInput, NotProven> {
        let malformed = || NotProven::Deposits(self.deposits.len());
        let list = deposits::unpack(self.deposits).ok_or_else(malformed)?;
        let slice = batch::slice(self.batch).unwrap_or_default();
        let record = Record {
            number: self.header.number,
            timestamp: self.header.timestamp,
            prev_randao: self.header.mix_hash,
            fee_recipient: self.header.beneficiary,
            l1_message_root: self.header.parent_beacon_block_root.unwrap_or_default(),
            batch_root: slice.root,
            batch_length: slice.length,
            deposits_hash: keccak256(self.deposits),
            deposit_count: u8::try_from(list.len()).map_err(|_| malformed())?,
            // a blob's bytes are a batch like any other
            ..Record::default()
        };
        BlockInput::new(record, self.batch.clone(), list).map_err(|_| malformed())
    }

    /// A parent whose base fee the block keeps: the base fee is the header's word, or checked against the parent's header.
    fn parent_boundary(&self, state_root: B256) -> Result<Boundary, NotProven> {
        let header = self.header;
        let number = header.number.checked_sub(1);
        Ok(Boundary::genesis(&Genesis {
            chain_id: self.chain_id,
            number: number.ok_or(NotProven::Rule { field: "number", rule: "not 0" })?,
            hash: header.parent_hash,
            state_root,
            timestamp: 0,
            base_fee: U256::from(header.base_fee_per_gas.unwrap_or_default()),
            gas_limit: header.gas_limit,
            gas_used: header.gas_limit / ELASTICITY,
        }))
    }
}
