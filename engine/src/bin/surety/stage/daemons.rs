//! The daemons as processes of their own, each with its own store, key and log.

use std::{
    fmt::Display,
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use ethers_core::rand::thread_rng;
use ethers_signers::{LocalWallet, MnemonicBuilder, coins_bip39::English};
use eyre::{OptionExt as _, WrapErr as _, ensure};
use surety_engine::l1::signer::write_secret;

use super::{
    devnet::{Account, MNEMONIC},
    mainnet,
    scene::Scene,
};

/// Unit of processor times in /proc: the same on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// A daemon that runs, or was killed.
pub(crate) struct Daemon {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
}

impl Daemon {
    /// The proposer; its key comes from a mnemonic. It leaves a move to challengers while waiting is free.
    pub(crate) fn proposer(scene: &Scene, programs: &Path) -> eyre::Result<Self> {
        let key = format!(
            "[key]\nkind = \"mnemonic\"\npath = {:?}\nindex = {}\n\n[proposer]\ndefend_within = 1\n",
            scene.devnet.phrase(),
            Account::Proposer.index()
        );
        Self::new("surety-proposer", "surety-proposer", scene, programs, &key)
    }

    /// The challenger; its key comes from an encrypted keystore. Shows its page at this address, if there is one.
    pub(crate) fn challenger(
        scene: &Scene,
        programs: &Path,
        page: Option<SocketAddr>,
    ) -> eyre::Result<Self> {
        let data = scene.data();
        let password = data.join("password");
        write_secret(&password, "correct horse battery staple\n")?;
        let wallet = MnemonicBuilder::<English>::default()
            .phrase(MNEMONIC)
            .index(Account::Challenger.index())?
            .build()?;
        let secret = wallet.signer().to_bytes();
        LocalWallet::encrypt_keystore(
            data,
            &mut thread_rng(),
            secret,
            "correct horse battery staple",
            Some("challenger.json"),
        )?;
        let page = page.map(|address| format!("\n[page]\nlisten = \"{address}\"\n"));
        let key = format!(
            "[key]\nkind = \"keystore\"\npath = {:?}\npassword_file = {password:?}\n{}",
            data.join("challenger.json"),
            page.unwrap_or_default()
        );
        Self::new("surety-challenger", "surety-challenger", scene, programs, &key)
    }

    /// A challenger beside the first, which leaves a move to others until so many blocks remain in which waiting is free.
    pub(crate) fn second_challenger(
        scene: &Scene,
        programs: &Path,
        step_in_within: u64,
    ) -> eyre::Result<Self> {
        let key = format!(
            "[key]\nkind = \"mnemonic\"\npath = {:?}\nindex = {}\n\n[challenger]\nstep_in_within = {step_in_within}\n",
            scene.devnet.phrase(),
            Account::SecondChallenger.index()
        );
        Self::new("surety-challenger", "second-challenger", scene, programs, &key)
    }

    /// `program`, whose files go by `name`.
    fn new(
        program: &'static str,
        name: &str,
        scene: &Scene,
        programs: &Path,
        key: &str,
    ) -> eyre::Result<Self> {
        let data = scene.data();
        let config = data.join(format!("{name}.toml"));
        let witness = std::fs::canonicalize(mainnet::fixture(scene.root()))?;
        std::fs::write(
            &config,
            format!(
                "[node]\nl1 = {:?}\ndeployment = {:?}\nstore = {:?}\npoll_ms = 200\n\
                 genesis = {{ kind = \"witness\", path = {witness:?} }}\n\
                 [node.beacon]\nurls = {:?}\nblocks = {{ by = \"number\" }}\n\n{key}",
                scene.devnet.endpoint(),
                data.join("deployment.json"),
                data.join(name),
                scene.devnet.beacon().urls,
            ),
        )?;
        Self::of(program, programs, &[], config)
    }

    /// A program that runs with this configuration, and with these arguments before it; its log is beside the file.
    pub(crate) fn of(
        name: &'static str,
        programs: &Path,
        arguments: &[&str],
        config: PathBuf,
    ) -> eyre::Result<Self> {
        let program = programs.join(name);
        ensure!(program.exists(), "{} is missing: run scripts/demo", program.display());
        let log = config.with_extension("log");
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Ok(Self { name, program, arguments, config, log, child: None })
    }

    /// The same, with this value of a key of its configuration.
    pub(crate) fn with(mut self, key: &str, value: impl Display) -> Self {
        self.arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        self
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn start(&mut self) -> eyre::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .arg("--config")
            .arg(&self.config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .wrap_err_with(|| format!("starting {}", self.name))?;
        self.child = Some(child);
        Ok(())
    }

    /// Fails when the daemon has ended by itself.
    pub(crate) fn check(&mut self) -> eyre::Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        let ended = child.try_wait()?;
        ensure!(ended.is_none(), "{} ended: see {}", self.name, self.log.display());
        Ok(())
    }

    /// Processor time that the running daemon has used so far, in all its threads.
    pub(crate) fn processor_time(&self) -> eyre::Result<Duration> {
        let child = self.child.as_ref().ok_or_eyre("the daemon does not run")?;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
        // proc(5): the program's name stands in parentheses and is field 2; utime and stime are fields 14 and 15
        let (_, fields) = stat.rsplit_once(") ").ok_or_eyre("/proc has another format")?;
        let ticks: Vec<u64> =
            fields.split(' ').skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 1_000 / TICKS_PER_SECOND))
    }

    /// What the running daemon holds in memory, bytes.
    pub(crate) fn memory(&self) -> eyre::Result<u64> {
        let child = self.child.as_ref().ok_or_eyre("the daemon does not run")?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kibibytes.ok_or_eyre("/proc has another format")?.parse::<u64>()? << 10)
    }

    /// The daemon's log.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// SIGKILL: nothing of the process runs any more.
    pub(crate) fn kill(&mut self) -> eyre::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // the demo is over, whatever the outcome; a daemon that is gone already is what is wanted
        let _ = self.kill();
    }
}
