//! `surety completions`.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

/// Writes a completion script for a shell to standard output.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "bash: surety completions bash > ~/.local/share/bash-completion/completions/surety
zsh:  surety completions zsh > ~/.zfunc/_surety
fish: surety completions fish > ~/.config/fish/completions/surety.fish"
)]
pub(crate) struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> eyre::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut crate::Arguments::command(),
            "surety",
            &mut script,
        );
        // whoever reads it may stop early
        let _ = io::Write::write_all(&mut io::stdout(), &script);
        Ok(())
    }
}
