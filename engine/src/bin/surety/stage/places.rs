//! Where a story finds what it needs, and where it leaves what it makes.

use std::path::{Path, PathBuf};

use clap::Args;
use eyre::OptionExt as _;
use tempfile::TempDir;

/// Where a story finds what it needs, and where it leaves what it makes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Places {
    /// Where stores, keys and logs go. Default: a temporary directory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The directory with the daemons' programs. Default: beside this one.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// The repository's root, with `out/`, `node_modules/` and `fixtures/`.
    #[arg(long, default_value = ".")]
    pub(crate) root: PathBuf,
}

/// The working directory, temporary unless one was named.
pub(crate) enum Data {
    Temporary(TempDir),
    Named(PathBuf),
}

impl Places {
    /// Opens the working directory.
    pub(crate) fn data(&self) -> eyre::Result<Data> {
        Ok(match &self.data {
            Some(path) => {
                std::fs::create_dir_all(path)?;
                Data::Named(std::fs::canonicalize(path)?)
            }
            None => Data::Temporary(tempfile::tempdir()?),
        })
    }

    /// The directory with the daemons' programs.
    pub(crate) fn programs(&self) -> eyre::Result<PathBuf> {
        if let Some(programs) = &self.programs {
            return Ok(programs.clone());
        }
        let program = std::env::current_exe()?;
        Ok(program.parent().ok_or_eyre("this program is nowhere")?.to_owned())
    }
}

impl Data {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Temporary(directory) => directory.path(),
            Self::Named(path) => path,
        }
    }
}
