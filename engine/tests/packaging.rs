//! What an operator installs and configures: examples that explain every key, layers of configuration, exit codes, and units and a
//! container file that name what is there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::{
    collections::BTreeSet,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use alloy::primitives::{B256, U256};
use ethers_core::rand::thread_rng;
use ethers_signers::LocalWallet;
use surety_engine::{execute::boundary::Genesis, l1::signer::write_secret};
use tempfile::TempDir;
use toml::Table;

const DAEMONS: [&str; 2] = ["proposer", "challenger"];

fn root() -> PathBuf {
    support::root()
}

fn example(daemon: &str) -> PathBuf {
    root().join(format!("docs/examples/{daemon}.toml"))
}

/// A daemon's program, with nothing of this process's environment that configures it.
fn program(daemon: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join(format!("surety-{daemon}"));
    assert!(path.exists(), "build the daemons: scripts/test does");
    let mut command = Command::new(path);
    command.env_clear();
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the daemon takes for its configuration.
fn printed(mut command: Command) -> Table {
    let output = command.arg("--print-config").output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).parse().unwrap()
}

/// An example with every key that it mentions set.
fn whole(daemon: &str) -> Table {
    let text = std::fs::read_to_string(example(daemon)).unwrap();
    let set = text.lines().map(|line| {
        let rest = line.strip_prefix("# ").unwrap_or(line);
        let key = rest.split(" = ").next().unwrap_or_default();
        let named =
            rest.contains(" = ") && key.chars().all(|it| it.is_ascii_lowercase() || it == '_');
        if named || rest.starts_with('[') { rest } else { line }
    });
    set.collect::<Vec<_>>().join("\n").parse().unwrap()
}

/// The keys that a table of this file may have, as the refusal of another one says.
fn allowed(daemon: &str, file: &Path, table: &str) -> BTreeSet<String> {
    let mut command = program(daemon);
    command.arg("--config").arg(file).arg("--print-config");
    let output = command.args(["--set", &format!("{table}.no_such_key=1")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{table}");
    let refusal = text(&output.stderr);
    let (_, expected) = refusal.split_once("expected").expect("the keys that there are");
    let word = |part: &&str| {
        !part.is_empty()
            && part.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
    };
    expected.split('`').filter(word).map(str::to_owned).collect()
}

#[test]
fn the_examples_explain_every_key() {
    for daemon in DAEMONS {
        let whole = whole(daemon);
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("whole.toml");
        std::fs::write(&file, toml::to_string(&whole).unwrap()).unwrap();
        let mut tables = vec![(String::new(), whole.clone())];
        while let Some((path, table)) = tables.pop() {
            for (key, value) in &table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if let Some(table) = value.as_table() {
                    tables.push((path, table.clone()));
                }
            }
            if !path.is_empty() && !["key", "node.genesis", "node.beacon.blocks"].contains(&&*path)
            {
                let missing: Vec<_> = allowed(daemon, &file, &path)
                    .into_iter()
                    .filter(|key| !table.contains_key(key))
                    .collect();
                assert!(missing.is_empty(), "docs/examples/{daemon}.toml, [{path}]: {missing:?}");
            }
        }
        let mut command = program(daemon);
        command.arg("--config").arg(example(daemon));
        for table in printed(command).keys() {
            assert!(whole.contains_key(table), "docs/examples/{daemon}.toml: [{table}]");
        }
        // and what it mentions can be set
        let mut command = program(daemon);
        command.arg("--config").arg(file);
        printed(command);
    }
}

#[test]
fn files_environment_and_flags_in_this_order() {
    let poll = |command: Command| printed(command)["node"]["poll_ms"].as_integer().unwrap();
    for daemon in DAEMONS {
        let mut command = program(daemon);
        command.env("SURETY_CONFIG", example(daemon));
        assert_eq!(poll(command), 2_000, "{daemon}");
        let mut command = program(daemon);
        command.env("SURETY_CONFIG", example(daemon)).env("SURETY_NODE__POLL_MS", "7");
        // whoever runs containers sets such variables
        command.env("SURETY_PROPOSER_PORT", "tcp://10.0.0.1:80").env("SURETY_NODE", "1");
        assert_eq!(poll(command), 7, "{daemon}");
        let mut command = program(daemon);
        command.env("SURETY_CONFIG", example(daemon)).env("SURETY_NODE__POLL_MS", "7");
        command.args(["--set", "node.poll_ms=9"]);
        assert_eq!(poll(command), 9, "{daemon}");
        let mut command = program(daemon);
        command.env("SURETY_NODE__POL_MS", "7").arg("--config").arg(example(daemon));
        let output = command.arg("--print-config").output().unwrap();
        let refusal = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(refusal.contains("environment") && refusal.contains("node.pol_ms"), "{refusal}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let mut command = program("proposer");
    command.arg("--config").arg(example("proposer"));
    command.args(["--l1", "https://user:hidden@l1.example/v3/hidden?key=hidden"]);
    let output = command.arg("--print-config").output().unwrap();
    let all = text(&output.stdout) + &text(&output.stderr);
    assert!(all.contains("https://l1.example/...") && !all.contains("hidden"), "{all}");
}

/// A directory with all that a daemon reads at its start.
fn installed() -> TempDir {
    let directory = TempDir::new().unwrap();
    let genesis =
        Genesis::new_chain(5, B256::ZERO, 0, U256::from(1_000_000_000), 12_000_000).unwrap();
    support::nowhere(genesis).write(&directory.path().join("deployment.json")).unwrap();
    let password = "correct horse battery staple";
    write_secret(&directory.path().join("challenger-password"), password).unwrap();
    let (secret, name) = ([7; 32], Some("challenger-key.json"));
    LocalWallet::encrypt_keystore(directory.path(), &mut thread_rng(), secret, password, name)
        .unwrap();
    directory
}

fn challenger(directory: &Path) -> Command {
    let mut command = program("challenger");
    command.current_dir(directory).arg("--config").arg(example("challenger"));
    command.args(["--l1", "http://127.0.0.1:1", "--set", "node.poll_ms=50"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn exit_codes_say_whether_to_start_again() {
    let directory = installed();
    let code = |arguments: &[&str]| {
        let output = challenger(directory.path()).args(arguments).output().unwrap();
        (output.status.code().unwrap(), text(&output.stderr))
    };
    for (arguments, expected, says) in [
        (&["--no-such-flag"][..], 2, "no-such-flag"),
        (&["--set", "node.poll_ms=soon"], 2, "node.poll_ms"),
        (&["--check", "--deployment", "nowhere.json"], 2, "nowhere.json"),
        (&["--set", "key.path=nowhere"], 2, "nowhere"),
        (&["--check", "--watch-only"], 2, "genesis.json"),
    ] {
        let (code, error) = code(arguments);
        assert_eq!(code, expected, "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
    let exposed = directory.path().join("exposed");
    std::fs::write(&exposed, "").unwrap();
    std::fs::set_permissions(&exposed, std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .unwrap();
    let (code, error) = code(&["--set", "key.password_file=exposed"]);
    assert!(code == 2 && error.contains("others can open"), "{error}");
}

#[test]
fn a_daemon_waits_for_l1_and_ends_when_it_is_told_to() {
    let directory = installed();
    for watch in [&[][..], &["--watch-only"]] {
        let mut daemon = challenger(directory.path()).args(watch).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(daemon.try_wait().unwrap().is_none(), "it waits");
        let id = daemon.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        let status = daemon.wait().unwrap();
        assert!(began.elapsed() < Duration::from_secs(20));
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{watch:?}");
    }
}

/// The lines `key=value` of a unit.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

#[test]
fn the_units_run_programs_that_exist_hardened_and_without_secrets() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let directory = root().join("packaging/systemd");
    let mut units = BTreeSet::new();
    for entry in std::fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let unit = std::fs::read_to_string(&path).unwrap().replace("\\\n", "");
        let [start] = values(&unit, "ExecStart")[..] else { panic!("{name}") };
        let mut words = start.split_whitespace();
        let program = words.next().unwrap().strip_prefix("/usr/bin/").unwrap();
        let member = program.strip_prefix("surety-").unwrap_or("engine");
        assert!(manifest.contains(&format!("\"{member}\"")), "{name}: {program}");
        // its own flags are taken
        let arguments: Vec<_> = words.collect();
        let mut command = program_of(program);
        let output = command.args(&arguments).arg("--help").output().unwrap();
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        // and with the example that its configuration begins as they make a configuration
        let example = start.split("/etc/surety/").nth(1).unwrap();
        let example = example.split_whitespace().next().unwrap();
        assert!(root().join("docs/examples").join(example).exists(), "{name}: {example}");
        if DAEMONS.contains(&member) {
            let examples = root().join("docs/examples");
            let mut command = program_of(program);
            command.env_clear().args(
                arguments
                    .iter()
                    .map(|argument| argument.replace("/etc/surety", examples.to_str().unwrap())),
            );
            printed(command);
        }
        for (key, value) in [
            ("Type", "notify"),
            ("DynamicUser", "yes"),
            ("Restart", "on-failure"),
            ("RestartPreventExitStatus", "2 3"),
            ("ProtectSystem", "strict"),
            ("WorkingDirectory", "/etc/surety"),
            ("NoNewPrivileges", "yes"),
            ("CapabilityBoundingSet", ""),
            ("StateDirectory", &*name),
        ] {
            assert_eq!(values(&unit, key), [value], "{name}: {key}");
        }
        assert_eq!(values(&unit, "LoadCredential").is_empty(), name == "surety-watcher", "{name}");
        units.insert(name);
    }
    let all = ["surety-challenger", "surety-proposer", "surety-relayer", "surety-watcher"];
    assert_eq!(units, all.map(str::to_owned).into());
}

fn program_of(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    Command::new(test.parent().unwrap().parent().unwrap().join(name))
}

#[test]
fn the_container_file_copies_what_exists_and_all_that_the_build_includes() {
    let file = std::fs::read_to_string(root().join("packaging/Containerfile")).unwrap();
    let file = file.replace("\\\n", "");
    let copied: Vec<_> = file
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.starts_with("--from"))
        .flat_map(|line| {
            line.split_whitespace().rev().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    for path in &copied {
        assert!(root().join(path).exists(), "{path}");
    }
    // what the sources include from elsewhere in the repository is there, too
    let found = Command::new("grep")
        .args(["-rhoE", r#"include_(str|bytes)!\("(\.\./)+[^"]+"\)"#])
        .args(["engine/src/node", "engine/src/genesis", "proposer/src", "challenger/src"])
        .current_dir(root())
        .output()
        .unwrap();
    for include in text(&found.stdout).lines() {
        let path = include.split('"').nth(1).unwrap().trim_start_matches("../");
        let there = copied.iter().any(|copied| path.starts_with(&**copied));
        let beside = DAEMONS.iter().any(|member| root().join(member).join(path).exists());
        assert!(there || beside, "{include} is not copied");
    }
    let workspace: Table =
        std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    for member in workspace["workspace"]["members"].as_array().unwrap() {
        assert!(copied.contains(&member.as_str().unwrap().to_owned()), "{member}");
    }
    for program in ["surety", "surety-proposer", "surety-challenger"] {
        assert!(file.contains(&format!("--bin {program}")), "{program} is not built");
        assert!(file.contains(&format!("/build/target/release/{program}")), "{program}");
    }
    assert!(file.contains("\nUSER surety\n") && file.contains("STOPSIGNAL SIGTERM"));
}
