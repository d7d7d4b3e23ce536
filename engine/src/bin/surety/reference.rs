//! `surety reference`: the reference of all commands in Markdown, of which docs/cli.md is made.

use std::fmt::Write as _;

use clap::{Arg, Args, Command, CommandFactory as _};

/// Flags that most commands have: explained once.
const COMMON: [&str; 10] = [
    "config",
    "l1",
    "deployment",
    "store",
    "set",
    "keystore",
    "password-file",
    "mnemonic-file",
    "key-index",
    "json",
];

/// Writes the reference of all commands to standard output, in Markdown.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reference {}

impl Reference {
    pub(crate) fn run(&self) -> eyre::Result<()> {
        let mut command = crate::Arguments::command();
        command.build();
        let mut text = String::new();
        for command in command.get_subcommands().filter(|it| it.get_name() != "help") {
            section(&mut text, "surety", command)?;
        }
        print!("{}", text.trim_end());
        println!();
        Ok(())
    }
}

fn section(text: &mut String, parent: &str, command: &Command) -> eyre::Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    let name = format!("{parent} {}", command.get_name());
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let end = if about.ends_with('.') { "" } else { "." };
    writeln!(text, "## {name}\n\n{about}{end}\n")?;
    if command.has_subcommands() {
        for command in command.get_subcommands().filter(|it| it.get_name() != "help") {
            section(text, &name, command)?;
        }
        return Ok(());
    }
    let (common, own): (Vec<_>, Vec<_>) = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && argument.get_id() != "help")
        .partition(|argument| argument.get_long().is_some_and(is_common));
    if !own.is_empty() {
        writeln!(text, "| argument | |\n|---|---|")?;
        own.iter().try_for_each(|argument| row(text, argument))?;
        writeln!(text)?;
    }
    if !common.is_empty() {
        let flags = common.iter().filter_map(|argument| argument.get_long());
        let flags: Vec<_> = flags.map(|flag| format!("`--{flag}`")).collect();
        writeln!(text, "And {}.\n", flags.join(", "))?;
    }
    if let Some(example) = command.get_after_help() {
        writeln!(text, "```\n{}\n```\n", example.to_string().trim())?;
    }
    Ok(())
}

/// Whether a flag is among those explained once.
fn is_common(flag: &str) -> bool {
    COMMON.contains(&flag)
}

fn row(text: &mut String, argument: &Arg) -> std::fmt::Result {
    let values = argument.get_value_names().unwrap_or_default();
    let takes = argument.get_num_args().is_some_and(|count| count.takes_values());
    let value = match values.first() {
        Some(value) if takes => format!(" {value}"),
        _ => String::new(),
    };
    let name = match argument.get_long() {
        Some(flag) => format!("`--{flag}{value}`"),
        None => format!("`{}`", value.trim()),
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    // clap takes the last full stop away
    let end = if help.is_empty() || help.ends_with('.') { "" } else { "." };
    let defaults = argument.get_default_values().iter().filter_map(|value| value.to_str());
    let default: Vec<_> =
        defaults.filter(|_| takes && !argument.is_hide_default_value_set()).collect();
    let default = match default.as_slice() {
        [] => String::new(),
        values => format!(" Default: `{}`.", values.join(" ")),
    };
    let required = if argument.is_required_set() { " Required." } else { "" };
    writeln!(text, "| {name} | {}{end}{default}{required} |", help.replace('|', "\\|"))
}
