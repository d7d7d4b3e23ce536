//! What went wrong, what to do about it, and what the process ends with.

use std::{error::Error, fmt, process::ExitCode};

use alloy::transports::TransportError;
use serde::Serialize;
use surety_engine::{
    artifacts::ArtifactError,
    dispute::observe::{ObserveError, ReadError},
    l1::{client::L1Error, send::LaneError, signer::KeyError},
    node::{NodeError, deployment::DeploymentError, layers::ConfigError, wiring::WiringError},
    relay::RelayError,
};

/// Why a command fails, as a program tells cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// It did not work, or the check's answer is no.
    Failed,
    /// Arguments, files or configuration cannot be used: nothing was tried.
    Usage,
    /// L1 or L2 could not be read: nothing was concluded, and trying again may help.
    Unknown,
}

impl Kind {
    /// What the process ends with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
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

/// Adds what to do next.
pub(crate) trait Advise<T> {
    /// If it failed, `advice` says what to do next.
    fn advise<A: Into<String>>(self, advice: impl FnOnce() -> A) -> eyre::Result<T>;
}

impl<T, E: Into<eyre::Report>> Advise<T> for Result<T, E> {
    fn advise<A: Into<String>>(self, advice: impl FnOnce() -> A) -> eyre::Result<T> {
        self.map_err(|error| {
            eyre::Report::new(Advised { source: error.into(), advice: advice().into() })
        })
    }
}

/// A failure as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    kind: Kind,
    message: String,
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
    let (kind, told_advice) = classify(report);
    let advice = advice(report).or(told_advice);
    let message = report.to_string();
    let mut causes = Vec::new();
    for cause in report.chain().skip(1).map(ToString::to_string) {
        // a transparent error repeats its cause, and some tell it themselves
        if !message.contains(&cause) && !causes.iter().any(|told: &String| told.contains(&cause)) {
            causes.push(cause);
        }
    }
    say(Told { kind, message, causes, advice }, json)
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
    say(Told { kind: Kind::Usage, message, causes: Vec::new(), advice: None }, json)
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
fn classify(report: &eyre::Report) -> (Kind, Option<String>) {
    if let Some(advised) = report.downcast_ref::<Advised>() {
        return classify(&advised.source);
    }
    for cause in report.chain() {
        if let Some(found) = of_cause(cause) {
            return found;
        }
    }
    (Kind::Failed, None)
}

fn of_cause(cause: &(dyn Error + 'static)) -> Option<(Kind, Option<String>)> {
    let advised = |kind, advice: &str| Some((kind, Some(advice.to_owned())));
    if cause.is::<Usage>() || cause.is::<ConfigError>() || cause.is::<KeyError>() {
        return Some((Kind::Usage, None));
    }
    if let Some(error) = cause.downcast_ref::<DeploymentError>() {
        return match error {
            DeploymentError::Io { .. } => advised(
                Kind::Usage,
                "name the file that `surety deploy` wrote with --deployment, or deploy first",
            ),
            DeploymentError::Json { .. } => Some((Kind::Usage, None)),
        };
    }
    if cause.is::<ArtifactError>() {
        return advised(
            Kind::Usage,
            "scripts/setup compiles the contracts; --artifacts names their directory",
        );
    }
    if let Some(error) = cause.downcast_ref::<L1Error>() {
        return match error {
            L1Error::Endpoint(_) => {
                advised(Kind::Usage, "--l1 takes a URL such as http://127.0.0.1:8545")
            }
            L1Error::WrongChain { .. } => {
                advised(Kind::Usage, "the deployment is on another L1 than --l1 serves: check both")
            }
            _ => advised(Kind::Unknown, "is the L1 node running, and synced? then try again"),
        };
    }
    if let Some(error) = cause.downcast_ref::<LaneError>() {
        return match error {
            LaneError::Funds { .. } => {
                advised(Kind::Failed, "send the key's account more ETH on L1")
            }
            LaneError::Transport { .. } | LaneError::NotMined { .. } => {
                advised(Kind::Unknown, "look at the chain again before you repeat it")
            }
            _ => Some((Kind::Failed, None)),
        };
    }
    if let Some(RelayError::Funds { .. }) = cause.downcast_ref::<RelayError>() {
        return advised(Kind::Failed, "bring the account ETH on L2: surety deposit");
    }
    if let Some(WiringError::NoCode { .. }) = cause.downcast_ref::<WiringError>() {
        return advised(
            Kind::Failed,
            "the deployment is not on this L1, or not complete: surety deploy goes on with it",
        );
    }
    if let Some(NodeError::Blob { .. }) = cause.downcast_ref::<NodeError>() {
        return advised(
            Kind::Unknown,
            "give the node a beacon API: [node.beacon] in its configuration",
        );
    }
    let unknown =
        cause.is::<TransportError>() || cause.is::<ReadError>() || cause.is::<ObserveError>();
    unknown.then_some((Kind::Unknown, None))
}

#[cfg(test)]
mod tests {
    use eyre::WrapErr as _;

    use super::*;

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
}
