//! Reports: the same facts as text for people, or as JSON for programs.

use std::fmt::Display;

use clap::Args;
use serde::Serialize;

/// How to answer.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Output {
    /// Answer as JSON on standard output; errors as JSON on standard error.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Output {
    /// Says what was found or done: one JSON value on one line, or its text.
    pub(crate) fn say<T: Serialize + Display>(self, report: &T) -> eyre::Result<()> {
        if self.json {
            println!("{}", serde_json::to_string(report)?);
        } else {
            println!("{}", report.to_string().trim_end());
        }
        Ok(())
    }
}
