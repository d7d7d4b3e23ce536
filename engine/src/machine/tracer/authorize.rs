//! Phase Authorize ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)): one authorization a step. revm applies them all
//! at once and out of an inspector's sight, so here the tracer does have a rule of its own; the state root shows whether
//! both agree.

use alloy::eips::eip7702::SignedAuthorization;
use alloy_primitives::{Address, U256, keccak256};
use alloy_rlp::Encodable;

use super::Tracer;
use crate::{
    authenticated::{
        account::Account,
        source::{CodeSource, NodeSource},
    },
    execute::{
        decode::recover,
        validate::{can_delegate, delegation},
    },
    machine::{error::TraceError, job_kind::JobKind, phase::Phase, step::StepSink},
    rules::gas::EXISTING_AUTHORITY_REFUND,
};

/// Bytes that a step of phase Authorize reads: the longest tuple.
const WINDOW: u64 = 133;

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// The next step applies the transaction's first authorization; without one it enters the top frame.
    pub(super) fn start_authorizations(&mut self) -> Result<(), TraceError> {
        let source = self.tx()?.authorizations().clone();
        if source.len() > 0 {
            self.start_list(Phase::Authorize, JobKind::Authorizations, source);
        } else {
            self.job = None;
            self.phase = Phase::Enter;
        }
        Ok(())
    }

    /// Takes a step for each authorization.
    pub(super) fn apply_authorizations(
        &mut self,
        authorizations: &[SignedAuthorization],
    ) -> Result<(), TraceError> {
        for authorization in authorizations {
            self.begin(None)?;
            if let Some(job) = &mut self.job {
                let window = job.source.part(job.group.done.into(), WINDOW);
                // the decoder has accepted no other encoding of it
                job.group.done += authorization.length() as u32;
                self.show_range(&window)?;
            }
            if let Some(authority) = authority(authorization, self.block.chain_id) {
                self.authorize(authority, authorization)?;
            }
            if self.job.as_ref().is_some_and(|job| job.group.done == job.group.total) {
                self.job = None;
                self.phase = Phase::Enter;
            }
            self.finish()?;
        }
        Ok(())
    }

    fn authorize(
        &mut self,
        authority: Address,
        authorization: &SignedAuthorization,
    ) -> Result<(), TraceError> {
        let cold = self.cold_address(authority)?;
        let account = self.tries.account(authority)?;
        let code = self.codes.get(account.code_hash)?;
        self.show_code(account.code_hash)?;
        self.warm([cold, None])?;
        if !can_delegate(&code) || account.nonce != authorization.nonce {
            return Ok(());
        }
        if !account.is_empty() {
            self.tx()?.add_refund(EXISTING_AUTHORITY_REFUND as i64);
        }
        let code = delegation(authorization.address);
        let code_hash = keccak256(&code);
        self.codes.insert(code_hash, code);
        let delegated = Account { nonce: account.nonce + 1, code_hash, ..account };
        Ok(self.tries.set_account(authority, &delegated)?)
    }
}

/// Who gave the authorization, if it is for this chain.
fn authority(authorization: &SignedAuthorization, chain_id: u64) -> Option<Address> {
    let for_this_chain =
        authorization.chain_id.is_zero() || authorization.chain_id == U256::from(chain_id);
    if !for_this_chain || authorization.nonce == u64::MAX || authorization.y_parity() > 1 {
        return None;
    }
    let hash = authorization.signature_hash();
    let is_odd = authorization.y_parity() == 1;
    recover(hash, authorization.r(), authorization.s(), is_odd).ok()
}
