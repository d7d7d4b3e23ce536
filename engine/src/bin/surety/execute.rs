//! Whether a trace in a file proves its block.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use alloy_primitives::{B256, U256};
use clap::Args;
use eyre::{OptionExt, WrapErr};
use serde_json::json;
use surety_engine::stateless::{NotProven, Proven, encoding::decode, execute, trace::Trace};
use xz2::read::XzDecoder;

use crate::terminal::{
    failure::{Usage, tell},
    output::Output,
};

/// What the process ends with when a trace is read, and is no proof.
const NOT_PROVEN: u8 = 1;

/// Executes the block of a trace, and says whether the trace proves it. Ends with 0 if it does, 1 if not, 2 if it cannot be
/// read.
#[derive(Clone, Debug, Args)]
pub(crate) struct Execute {
    /// The trace, as RLP or SSZ; compressed if its name ends in `.xz`.
    file: PathBuf,
    /// State root before the block; needed where the trace does not hold the parent's header.
    #[arg(long)]
    pre_state_root: Option<B256>,
    #[command(flatten)]
    output: Output,
}

impl Execute {
    pub(crate) fn run(&self) -> ExitCode {
        match self.read() {
            Ok((pre, trace)) => {
                let header = &trace.header;
                let gas_used = U256::from(header.gas_used);
                let verdict = execute(pre, header.state_root, &trace, gas_used);
                self.print(pre, &trace, &verdict);
                if verdict.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(NOT_PROVEN) }
            }
            Err(error) => tell(&eyre::Report::new(Usage(format!("{error:#}"))), self.output.json),
        }
    }

    fn read(&self) -> eyre::Result<(B256, Trace)> {
        let trace = decode(&read(&self.file)?)
            .wrap_err_with(|| format!("{} is no trace", self.file.display()))?;
        let pre = self
            .pre_state_root
            .or_else(|| trace.pre_state_root())
            .ok_or_eyre("the trace does not hold the parent's header: give --pre-state-root")?;
        Ok((pre, trace))
    }

    fn print(&self, pre: B256, trace: &Trace, verdict: &Result<Proven, NotProven>) {
        let header = &trace.header;
        if self.output.json {
            let report = json!({
                "block": header.number,
                "hash": trace.block_hash,
                "chainId": trace.chain_id,
                "scheme": trace.scheme().to_string(),
                "preStateRoot": pre,
                "stateRoot": header.state_root,
                "receiptsRoot": header.receipts_root,
                "gasUsed": header.gas_used,
                "nodes": trace.witness.nodes.len(),
                "codes": trace.witness.codes.len(),
                "proven": verdict.is_ok(),
                "missing": verdict.as_ref().is_err_and(NotProven::is_missing),
                "reason": verdict.as_ref().err().map(NotProven::to_string),
            });
            println!("{report:#}");
            return;
        }
        println!("block           {} {}", header.number, trace.block_hash);
        println!("scheme          {}, chain {}", trace.scheme(), trace.chain_id);
        let witness = &trace.witness;
        println!("witness         {} nodes, {} codes", witness.nodes.len(), witness.codes.len());
        println!("pre-state root  {pre}");
        println!("state root      {}", header.state_root);
        println!("receipts root   {}", header.receipts_root);
        println!("gas used        {}", header.gas_used);
        match verdict {
            Ok(proven) => println!("proven, {} transactions", proven.transactions),
            Err(reason) => println!("not proven: {reason}"),
        }
    }
}

fn read(path: &Path) -> eyre::Result<Vec<u8>> {
    let bytes = fs::read(path).wrap_err_with(|| path.display().to_string())?;
    if path.extension().is_none_or(|extension| extension != "xz") {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    XzDecoder::new(bytes.as_slice())
        .read_to_end(&mut unpacked)
        .wrap_err_with(|| path.display().to_string())?;
    Ok(unpacked)
}
