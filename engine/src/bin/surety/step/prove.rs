//! `surety prove-step`.

use std::{fmt, path::PathBuf};

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes},
    providers::Provider as _,
    rpc::types::TransactionRequest,
    sol_types::SolValue as _,
    transports::TransportError,
};
use clap::Args;
use eyre::{WrapErr as _, ensure};
use serde::Serialize;
use surety_engine::{
    conformance::verifier::{Cost, TRANSACTION_GAS, Verifier, calldata},
    inspect::Inspection,
    machine::StepProof,
    rules::limits::Limits,
};

use super::{inspect::Told, which::Which};
use crate::{
    blocks::BlocksArguments,
    stage::amounts::grouped,
    terminal::{failure::Advise as _, output::Output},
};

/// Makes the proof of any step: the witness from which StepVerifier computes the one right successor, checked before it is given.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  surety prove-step --block 12 --transaction 0 --step 3096 --offline --store challenger-store
  surety prove-step --transaction 0x3d7b... --step 0 --on-l1 --l1 http://127.0.0.1:8545 --json")]
pub(crate) struct ProveStep {
    #[command(flatten)]
    which: Which,
    /// The step of the slot, from 0.
    #[arg(long)]
    step: u32,
    /// Ask the deployed StepVerifier, too, by a call that costs nothing.
    #[arg(long)]
    on_l1: bool,
    /// Write the call of `next(context, preState, witness)` to this file, as hexadecimal.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The compiled contracts, for the check on an L1 in memory.
    #[arg(long, env = "SURETY_ARTIFACTS", default_value = "out", value_name = "DIRECTORY")]
    artifacts: PathBuf,
    #[command(flatten)]
    blocks: BlocksArguments,
    #[command(flatten)]
    output: Output,
}

/// What proves a step.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    context: Context,
    pre_state: B256,
    post_state: B256,
    witness: Bytes,
    /// What the compiled verifier says.
    checked: Checked,
    /// What the deployed one says.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_l1: Option<OnL1>,
    step: Inspection,
}

/// Where the step stands in its claim: StepContext of the contracts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    slot: u32,
    step: u32,
    in_domain: bool,
    record_hash: B256,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    gas: u64,
    witness_bytes: usize,
    calldata_bytes: usize,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct OnL1 {
    step_verifier: Address,
    block: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", Told(self.step.clone()))?;
        let Checked { gas, calldata_bytes, .. } = self.checked;
        writeln!(
            f,
            "the compiled verifier takes it: {} gas, {} bytes of calldata",
            grouped(gas),
            grouped(calldata_bytes as u64)
        )?;
        if let Some(OnL1 { step_verifier, block }) = self.on_l1 {
            writeln!(f, "and so does {step_verifier} on L1, as of block {block}")?;
        }
        Ok(())
    }
}

impl ProveStep {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let blocks = self.blocks.open().await?;
        let found = self.which.find(&blocks)?;
        let (step, proof) = blocks.inspect(found.domain, found.slot, self.step)?;
        let witness = Bytes::from(proof.witness.encode()?);
        let call = calldata(&proof.context, proof.pre, witness.clone());
        let mut verifier = Verifier::deploy(&self.artifacts, &Limits::SURETY)?;
        let Cost { gas, witness_bytes } =
            verifier.verify(&proof).wrap_err("the compiled verifier does not take the proof")?;
        let on_l1 = match self.on_l1 {
            true => Some(self.ask(blocks.deployment().step_verifier, &proof, &call).await?),
            false => None,
        };
        if let Some(path) = &self.out {
            std::fs::write(path, call.to_string()).wrap_err_with(|| path.display().to_string())?;
        }
        let context = proof.context;
        self.output.say(&Report {
            context: Context {
                slot: context.slot,
                step: context.step,
                in_domain: context.in_domain,
                record_hash: context.record_hash,
            },
            pre_state: proof.pre,
            post_state: proof.post,
            witness,
            checked: Checked { gas, witness_bytes, calldata_bytes: call.len() },
            on_l1,
            step,
        })
    }

    /// Whether the deployed verifier gives the same successor.
    async fn ask(
        &self,
        step_verifier: Address,
        proof: &StepProof,
        call: &Bytes,
    ) -> eyre::Result<OnL1> {
        let l1 = self.blocks.place.connect(Some(self.blocks.place.deployment()?.l1_chain_id));
        let l1 = l1.await?;
        let block = l1.provider().get_block_number().await?;
        let request = TransactionRequest::default()
            .with_to(step_verifier)
            .with_input(call.clone())
            .with_gas_limit(TRANSACTION_GAS);
        let answer = l1.provider().call(request).number(block).await;
        let reverts = |error: &TransportError| error.as_error_resp().is_some();
        let answer =
            answer.advise_if(reverts, "is the deployment of this version? surety status tells");
        let answer = answer.wrap_err("the StepVerifier on L1 does not take the proof")?;
        let post = B256::abi_decode(&answer)?;
        ensure!(post == proof.post, "the StepVerifier on L1 gives {post}, not {}", proof.post);
        Ok(OnL1 { step_verifier, block })
    }
}
