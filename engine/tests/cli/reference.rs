//! What the program says of itself, and what docs/cli.md says of it.

use std::{fs, process::Command};

use crate::{desk::Desk, support};

/// Where the part of docs/cli.md begins that the program writes.
const MARK: &str = "<!-- written by `surety reference` -->\n\n";

/// The commands that `--help` lists.
fn commands(desk: &Desk) -> Vec<String> {
    let help = desk.says(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let list = list.split_once("\n\n").unwrap().0;
    list.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_reference_is_what_the_program_says() {
    let said = Desk::new().says(&["reference"]);
    let path = support::root().join("docs/cli.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, reference) = text.split_once(MARK).unwrap();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, format!("{before}{MARK}{said}")).unwrap();
        return;
    }
    assert!(reference == said, "docs/cli.md is not current: run with UPDATE_FIXTURES=1");
}

#[test]
fn each_command_is_in_the_reference_and_every_argument_explained() {
    let desk = Desk::new();
    let reference = desk.says(&["reference"]);
    for command in commands(&desk) {
        assert!(reference.contains(&format!("## surety {command}\n")), "{command}");
        assert!(desk.says(&[&command, "--help"]).contains("Usage: surety "), "{command}");
    }
    for row in reference.lines().filter(|line| line.starts_with("| `")) {
        assert!(!row.ends_with("` |  |"), "not explained: {row}");
    }
}

#[test]
fn completions_are_valid_scripts() {
    let desk = Desk::new();
    let script = desk.says(&["completions", "bash"]);
    for command in commands(&desk) {
        assert!(script.contains(&command), "{command}");
    }
    fs::write(desk.path("surety.bash"), script).unwrap();
    let checked = Command::new("bash").arg("-n").arg(desk.path("surety.bash")).status().unwrap();
    assert!(checked.success());
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(desk.says(&["completions", shell]).contains("prove-step"), "{shell}");
    }
    let (code, error) = desk.fails(&["completions", "csh"]);
    assert_eq!((code, error["kind"].as_str().unwrap()), (2, "usage"));
}
