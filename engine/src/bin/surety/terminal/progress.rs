//! Progress of long work, on standard error and only where somebody watches it.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// Work of which the end is unknown.
pub(crate) fn spinner(what: impl Into<String>) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what.into());
    bar.set_style(style("{spinner} {msg} ({elapsed})"));
    bar.enable_steady_tick(TURN);
    bar
}

/// Work that has so many parts.
pub(crate) fn bar(parts: u64, what: impl Into<String>) -> ProgressBar {
    let bar = ProgressBar::new(parts).with_message(what.into());
    bar.set_style(style("[{bar:32}] {pos}/{len} {msg} ({elapsed})"));
    bar.enable_steady_tick(TURN);
    bar
}

/// indicatif draws nothing where standard error is no terminal.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
