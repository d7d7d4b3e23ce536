//! What the program says of itself, and what docs/cli.md says of it.

use std::process::Command;

use crate::desk::Desk;

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
fn each_command_explains_itself_and_every_flag() {
    let desk = Desk::new();
    for command in commands(&desk) {
        let help = desk.says(&[&command, "-h"]);
        assert!(help.contains("Usage: surety "), "{command}: {help}");
        for line in help.lines().filter(|line| line.trim_start().starts_with("--")) {
            let (_, explained) = line.trim().split_once("  ").unwrap_or((line, ""));
            assert!(!explained.trim().is_empty(), "{command}: {line} is not explained");
        }
    }
}

#[test]
fn completions_are_valid_scripts() {
    let desk = Desk::new();
    let script = desk.says(&["completions", "bash"]);
    for command in commands(&desk) {
        assert!(script.contains(&command), "{command}");
    }
    std::fs::write(desk.path("surety.bash"), script).unwrap();
    let checked = Command::new("bash").arg("-n").arg(desk.path("surety.bash")).status().unwrap();
    assert!(checked.success());
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(desk.says(&["completions", shell]).contains("prove-step"), "{shell}");
    }
    let (code, error) = desk.fails(&["completions", "csh"]);
    assert_eq!((code, error["kind"].as_str().unwrap()), (2, "usage"));
}
