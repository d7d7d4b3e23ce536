//! What went wrong, what to do about it, and what the process ends with.

use std::{error::Error, fmt, process::ExitCode};

use alloy::primitives::B256;
use serde::Serialize;

use super::cause;

/// Why a command fails, as a program tells cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// It did not work, or the check's answer is no.
    Failed,
    /// A transaction was sent, and what came of it is not known, or not what was asked for: the chain says.
    Sent,
    /// Arguments, files or configuration cannot be used: nothing was tried.
    Usage,
    /// L1 or L2 could not be read: nothing was concluded, and trying again may help.
    Unknown,
}

impl Kind {
    /// What the process ends with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed | Self::Sent => 1,
            Self::Usage => 2,
            // sysexits: a temporary failure
            Self::Unknown => 75,
        }
    }
}

/// An error that knows what to do next.
#[derive(Debug)]
struct Advised {
    source: eyre::Report,
    advice: String,
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for Advised {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}

/// Something in the arguments that only a look at them together, or at a file, shows to be wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Adds what to do next. It is told in place of what the failure's causes advise.
pub(crate) trait Advise<T, E> {
    /// If it failed, `advice` says what to do next: for failures that are made here.
    fn advise<A: Into<String>>(self, advice: impl FnOnce() -> A) -> eyre::Result<T>;

    /// If it failed in a way that `is_meant`, `advice` says what to do next: for failures that come from elsewhere.
    fn advise_if(self, is_meant: impl FnOnce(&E) -> bool, advice: &'static str) -> eyre::Result<T>;
}

impl<T, E: Into<eyre::Report>> Advise<T, E> for Result<T, E> {
    fn advise<A: Into<String>>(self, advice: impl FnOnce() -> A) -> eyre::Result<T> {
        self.map_err(|error| {
            eyre::Report::new(Advised { source: error.into(), advice: advice().into() })
        })
    }

    fn advise_if(self, is_meant: impl FnOnce(&E) -> bool, advice: &'static str) -> eyre::Result<T> {
        match self {
            Err(error) if is_meant(&error) => Err(error).advise(|| advice),
            other => other.map_err(Into::into),
        }
    }
}

/// A failure as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    kind: Kind,
    message: String,
    /// The transaction that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<B256>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Serialize)]
struct Failure {
    error: Told,
}

/// Tells a failure on standard error; gives what the process ends with.
pub(crate) fn tell(report: &eyre::Report, json: bool) -> ExitCode {
    let (kind, answer) = classify(report);
    let advice = advice(report).or_else(|| answer.map(str::to_owned));
    let message = report.to_string();
    let mut causes = Vec::new();
    for cause in report.chain().skip(1).map(ToString::to_string) {
        // a transparent error repeats its cause, and some tell it themselves
        if !message.contains(&cause) && !causes.iter().any(|told: &String| told.contains(&cause)) {
            causes.push(cause);
        }
    }
    say(Told { kind, message, transaction: transaction(report), causes, advice }, json)
}

/// Tells that the arguments make no command.
pub(crate) fn tell_usage(error: &clap::Error, json: bool) -> ExitCode {
    if !json || !error.use_stderr() {
        // help and version are no failures
        let code = u8::try_from(error.exit_code()).unwrap_or(Kind::Usage.code());
        return match error.print() {
            Ok(()) => ExitCode::from(code),
            Err(_) => ExitCode::from(Kind::Failed.code()),
        };
    }
    let text = error.to_string();
    let message = text.trim_start_matches("error: ").trim().to_owned();
    let (kind, causes) = (Kind::Usage, Vec::new());
    say(Told { kind, message, transaction: None, causes, advice: None }, json)
}

fn say(told: Told, json: bool) -> ExitCode {
    let code = told.kind.code();
    if json {
        let failure = Failure { error: told };
        match serde_json::to_string(&failure) {
            Ok(text) => eprintln!("{text}"),
            Err(error) => eprintln!("{error}"),
        }
    } else {
        eprintln!("error: {}", told.message);
        told.causes.iter().for_each(|cause| eprintln!("  because {cause}"));
        told.advice.iter().for_each(|advice| eprintln!("  try: {advice}"));
    }
    ExitCode::from(code)
}

fn advice(report: &eyre::Report) -> Option<String> {
    report.downcast_ref::<Advised>().map(|advised| advised.advice.clone())
}

/// The kind of a failure by its causes, and what to do about those that have one answer.
fn classify(report: &eyre::Report) -> (Kind, Option<&'static str>) {
    if let Some(advised) = report.downcast_ref::<Advised>() {
        return classify(&advised.source);
    }
    report.chain().find_map(cause::answer).unwrap_or((Kind::Failed, None))
}

/// Whether all that is wrong is that L1 or L2 could not be read: trying again may help.
pub(crate) fn is_unknown(report: &eyre::Report) -> bool {
    classify(report).0 == Kind::Unknown
}

fn transaction(report: &eyre::Report) -> Option<B256> {
    match report.downcast_ref::<Advised>() {
        Some(advised) => transaction(&advised.source),
        None => report.chain().find_map(cause::transaction),
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Bytes, U256};
    use eyre::WrapErr as _;
    use surety_engine::l1::{client::L1Error, send::LaneError};

    use super::*;
    use crate::terminal::sent::After as _;

    fn fails(error: impl Into<eyre::Report>) -> eyre::Report {
        error.into()
    }

    #[test]
    fn a_failure_keeps_its_kind_under_context_and_advice() {
        let unreachable = || L1Error::Inconsistent("a log of another block");
        assert_eq!(classify(&fails(unreachable())).0, Kind::Unknown);
        let wrapped = Err::<(), _>(unreachable()).wrap_err("reading the claims");
        assert!(wrapped.as_ref().is_err_and(|error| classify(error).0 == Kind::Unknown));
        let advised = wrapped.advise(|| "wait");
        let Err(advised) = advised else { return };
        assert_eq!(classify(&advised).0, Kind::Unknown);
        assert_eq!(advice(&advised).as_deref(), Some("wait"));
        assert_eq!(advised.to_string(), "reading the claims");
        assert_eq!(classify(&fails(Usage("two files".into()))).0, Kind::Usage);
        assert_eq!(classify(&eyre::eyre!("no such claim")).0, Kind::Failed);
    }

    #[test]
    fn behind_a_transaction_nothing_is_to_be_tried_again_blindly() {
        let gone = || L1Error::Inconsistent("nothing");
        let hash = B256::repeat_byte(7);
        let failed = Err::<(), _>(gone()).after(hash).advise(|| "wait");
        let Err(failed) = failed else { return };
        assert_eq!((classify(&failed).0, transaction(&failed)), (Kind::Sent, Some(hash)));
        assert!(failed.to_string().contains(&hash.to_string()));
        let nothing = Err::<(), _>(gone()).after(None);
        assert!(nothing.is_err_and(|error| is_unknown(&error) && transaction(&error).is_none()));

        let waiting = LaneError::NotMined { label: "append", attempts: 10, hash: Some(hash) };
        let waiting = fails(waiting);
        assert_eq!((classify(&waiting).0, transaction(&waiting)), (Kind::Sent, Some(hash)));
    }

    #[test]
    fn advice_is_for_the_failure_that_it_is_about_and_for_no_other() {
        let refuses = |error: &LaneError| matches!(error, LaneError::WouldRevert { .. });
        let told = |error: LaneError| {
            let report = Err::<(), _>(error).advise_if(refuses, "try later").err();
            report.map(|report| (advice(&report), classify(&report)))
        };
        let label = "withdraw";
        let would_revert = LaneError::WouldRevert { label, data: Bytes::new() };
        let later = Some("try later".to_owned());
        assert_eq!(told(would_revert), Some((later, (Kind::Failed, None))));
        let poor = LaneError::Funds { label, needed: U256::from(2), balance: U256::ONE };
        let more = Some("send the key's account more ETH on L1");
        assert_eq!(told(poor), Some((None, (Kind::Failed, more))));
    }
}
