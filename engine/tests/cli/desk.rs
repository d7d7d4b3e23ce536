//! Where somebody runs `surety`: a directory of files, an L1, and what the program says there.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use alloy::providers::RootProvider;
use serde_json::Value;
use tempfile::TempDir;

use crate::support;

/// The first account of [`PHRASE`].
pub const DEPLOYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
/// The development accounts' mnemonic, which every anvil funds.
pub const PHRASE: &str = "test test test test test test test test test test test junk\n";

/// A desk with an L1.
pub struct Desk {
    pub anvil: support::L1,
    directory: TempDir,
}

/// What a command ended with.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A desk at an L1 with further arguments for anvil.
    pub fn with(arguments: &[&str]) -> Self {
        let anvil = support::anvil(&[&["--gas-limit", "60000000"], arguments].concat());
        let directory = tempfile::tempdir().unwrap();
        let phrase = directory.path().join("phrase");
        std::fs::write(&phrase, PHRASE).unwrap();
        std::fs::set_permissions(&phrase, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { anvil, directory }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn at(&self) -> &Path {
        self.directory.path()
    }

    pub fn l1(&self) -> RootProvider {
        RootProvider::new_http(self.anvil.endpoint_url())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surety"));
        command
            .current_dir(self.at())
            .env("SURETY_NODE__L1", self.anvil.endpoint())
            .stdin(Stdio::null())
            .args(arguments);
        command
    }

    /// Runs `surety`.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// The same, as a process whose output is read while it runs.
    pub fn pipe(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// The same, of which nothing is read.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What a command answers to people.
    pub fn says(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err);
        ended.out
    }

    /// What a command answers to programs.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.says(&[arguments, &["--json"]].concat());
        serde_json::from_str(&said).unwrap()
    }

    /// Why a command fails: the code, and what it tells programs.
    pub fn fails(&self, arguments: &[&str]) -> (i32, Value) {
        let ended = self.run(&[arguments, &["--json"]].concat());
        assert_ne!(ended.code, 0, "{arguments:?}: {}", ended.out);
        let told: Value = serde_json::from_str(ended.err.lines().last().unwrap()).unwrap();
        (ended.code, told["error"].clone())
    }

    /// The compiled contracts.
    pub fn artifacts() -> String {
        support::root().join("out").canonicalize().unwrap().display().to_string()
    }
}
