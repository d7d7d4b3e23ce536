//! What causes of failures have in common: the kind that they are of, and what to do about those that have one answer.

use std::{error::Error, iter};

use alloy::{primitives::B256, transports::TransportError};
use surety_engine::{
    artifacts::ArtifactError,
    deploy::{CreationError, PlanError, SurveyError, VerifierMismatch},
    dispute::observe::{ObserveError, ReadError},
    genesis::GenesisError,
    inspect::InspectError,
    l1::{
        append::AppendError, client::L1Error, follow::FollowError, send::LaneError,
        signer::KeyError,
    },
    node::{
        NodeError, daemon::StartError, deployment::DeploymentError, layers::ConfigError,
        wiring::WiringError,
    },
    relay::RelayError,
    state::StoreError,
    swap::SwapError,
};

use super::{
    failure::{Kind, Usage},
    sent::AfterSend,
};

/// The kind of failures with this cause, and what to do about them; none if other causes have to tell.
pub(super) fn answer(cause: &(dyn Error + 'static)) -> Option<(Kind, Option<&'static str>)> {
    all(cause).find_map(of)
}

/// The transaction that was sent before this cause came.
pub(super) fn transaction(cause: &(dyn Error + 'static)) -> Option<B256> {
    all(cause).find_map(|error| {
        if let Some(AfterSend { transaction, .. }) = error.downcast_ref() {
            return Some(*transaction);
        }
        if let Some(RelayError::NoEvent(hash)) = error.downcast_ref() {
            return Some(*hash);
        }
        match error.downcast_ref()? {
            LaneError::Reverted { hash, .. } | LaneError::Unseen { hash, .. } => Some(*hash),
            LaneError::NotMined { hash, .. } => *hash,
            _ => None,
        }
    })
}

/// The cause, and what it stands for.
fn all<'a>(cause: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(cause), |cause| within(*cause))
}

/// What a transparent error stands for: that is not among its own causes.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(error) = error.downcast_ref::<StartError>() {
        return match error {
            StartError::Node(error) => Some(error),
            StartError::Key(error) => Some(error),
            StartError::Wiring(error) => Some(error),
            StartError::NoBridge => None,
        };
    }
    if let Some(error) = error.downcast_ref::<NodeError>() {
        return match error {
            NodeError::Deployment(error) => Some(error),
            NodeError::L1(error) | NodeError::Follow(FollowError::Headers(error)) => Some(error),
            NodeError::Store(error) => Some(error),
            NodeError::Genesis(error) => Some(error),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<RelayError>() {
        return match error {
            RelayError::Node(error) => Some(error),
            RelayError::Store(error) => Some(error),
            RelayError::Observe(error) => Some(error),
            RelayError::L1(error) => Some(error),
            RelayError::Lane(error) => Some(error),
            RelayError::Append(error) => Some(error),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<SwapError>() {
        return match error {
            SwapError::Relay(error) => Some(error),
            SwapError::Lane(error) => Some(error),
            SwapError::Artifact(error) => Some(error),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<VerifierMismatch>() {
        return match error {
            VerifierMismatch::L1(error) => Some(error),
            VerifierMismatch::Plan(error) => Some(error),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<AppendError>() {
        return match error {
            AppendError::L1(error) => Some(error),
            AppendError::Lane(error) => Some(error),
            AppendError::Blob(_) => None,
        };
    }
    if let Some(WiringError::L1(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(InspectError::Node(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(CreationError::Lane(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(SurveyError::L1(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(PlanError::Artifact(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(GenesisError::Artifact(error)) = error.downcast_ref() {
        return Some(error);
    }
    None
}

/// The same of one error.
fn of(error: &(dyn Error + 'static)) -> Option<(Kind, Option<&'static str>)> {
    let advised = |kind, advice| Some((kind, Some(advice)));
    if error.is::<AfterSend>() {
        return advised(Kind::Sent, "look at the chain before you repeat it");
    }
    if error.is::<Usage>() || error.is::<ConfigError>() || error.is::<KeyError>() {
        return Some((Kind::Usage, None));
    }
    if let Some(error) = error.downcast_ref::<DeploymentError>() {
        return match error {
            DeploymentError::Io { .. } => advised(
                Kind::Usage,
                "name the file that `surety deploy` wrote with --deployment, or deploy first",
            ),
            DeploymentError::Json { .. } => Some((Kind::Usage, None)),
        };
    }
    if error.is::<ArtifactError>() {
        return advised(
            Kind::Usage,
            "scripts/setup compiles the contracts; --artifacts names their directory",
        );
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return match error.is_locked() {
            true => advised(
                Kind::Failed,
                "a daemon that runs keeps its store to itself: stop it, or name another store with --store",
            ),
            false => Some((Kind::Failed, None)),
        };
    }
    if let Some(error) = error.downcast_ref::<L1Error>() {
        return match error {
            L1Error::Endpoint(_) => {
                advised(Kind::Usage, "L1 is named by a URL such as http://127.0.0.1:8545")
            }
            L1Error::TooFew { .. } => Some((Kind::Usage, None)),
            L1Error::WrongChain { .. } => {
                advised(Kind::Usage, "the deployment is on another L1 than --l1 serves: check both")
            }
            _ => advised(Kind::Unknown, "is the L1 node running, and synced? then try again"),
        };
    }
    if let Some(error) = error.downcast_ref::<LaneError>() {
        return match error {
            LaneError::Funds { .. } => {
                advised(Kind::Failed, "send the key's account more ETH on L1")
            }
            LaneError::Transport { .. } => {
                advised(Kind::Unknown, "is the L1 node running, and synced? then try again")
            }
            LaneError::Unseen { .. } | LaneError::NotMined { .. } => {
                advised(Kind::Sent, "look whether it is mined before you repeat it")
            }
            _ => Some((Kind::Failed, None)),
        };
    }
    if let Some(RelayError::Funds { .. }) = error.downcast_ref() {
        return advised(Kind::Failed, "bring the account ETH on L2: surety deposit");
    }
    if let Some(WiringError::NoCode { .. }) = error.downcast_ref() {
        return advised(
            Kind::Failed,
            "the deployment is not on this L1, or not complete: surety deploy goes on with it",
        );
    }
    if let Some(error) = error.downcast_ref::<NodeError>() {
        return match error {
            NodeError::Blob { .. } => advised(
                Kind::Unknown,
                "give the node a beacon API: [node.beacon] in its configuration",
            ),
            NodeError::Read { .. } => advised(
                Kind::Usage,
                "name the rollup's genesis file: node.genesis in a configuration, or --genesis of commands that look",
            ),
            NodeError::OtherDeployment { .. } => {
                advised(Kind::Usage, "name this rollup's store with --store, or a new one")
            }
            NodeError::Beacon(_)
            | NodeError::Witness(_)
            | NodeError::WrongGenesis { .. }
            | NodeError::NoGenesisFile { .. }
            | NodeError::WrongPredeploy { .. } => Some((Kind::Usage, None)),
            // what it stands for has the answer
            NodeError::L1(_) | NodeError::Follow(FollowError::Headers(_)) => None,
            error => error.is_of_l1().then_some((Kind::Unknown, None)),
        };
    }
    if let Some(error) = error.downcast_ref::<GenesisError>() {
        return match error {
            GenesisError::Artifact(_) | GenesisError::Trie(_) | GenesisError::Execute(_) => None,
            _ => Some((Kind::Usage, None)),
        };
    }
    if let Some(
        SwapError::OtherRollup { .. }
        | SwapError::OtherL1 { .. }
        | SwapError::OtherContract { .. }
        | SwapError::OtherAccount { .. },
    ) = error.downcast_ref()
    {
        return Some((Kind::Usage, None));
    }
    let unknown =
        error.is::<TransportError>() || error.is::<ReadError>() || error.is::<ObserveError>();
    unknown.then_some((Kind::Unknown, None))
}

#[cfg(test)]
mod tests {
    use std::{io, path::PathBuf};

    use alloy::primitives::U256;

    use super::*;

    #[test]
    fn what_an_error_passes_on_is_answered_as_if_it_came_alone() {
        let poor = || LaneError::Funds { label: "test", needed: U256::ONE, balance: U256::ZERO };
        let alone = answer(&poor());
        assert!(alone.is_some_and(|(kind, advice)| kind == Kind::Failed && advice.is_some()));
        assert_eq!(answer(&CreationError::from(poor())), alone);
        assert_eq!(answer(&SwapError::from(RelayError::from(AppendError::from(poor())))), alone);

        let down = || L1Error::Inconsistent("test");
        assert_eq!(answer(&NodeError::from(down())), answer(&down()));
        assert_eq!(answer(&WiringError::from(down())), answer(&down()));
        assert_eq!(answer(&SurveyError::from(down())), answer(&down()));

        let source = || io::Error::from(io::ErrorKind::NotFound);
        let missing = || DeploymentError::Io { path: PathBuf::new(), source: source() };
        assert_eq!(answer(&NodeError::from(missing())), answer(&missing()));
        let (deployment, genesis) = (
            answer(&NodeError::from(missing())),
            answer(&NodeError::Read { path: PathBuf::new(), source: source() }),
        );
        assert!(deployment.is_some_and(|(kind, _)| kind == Kind::Usage));
        assert!(genesis.is_some_and(|(kind, _)| kind == Kind::Usage) && genesis != deployment);
        assert_eq!(answer(&source()), None);
        let usage = Some((Kind::Usage, None));
        assert_eq!(answer(&StartError::from(NodeError::from(GenesisError::Rules))), usage);
        assert_eq!(answer(&NodeError::Moving { number: 1 }), Some((Kind::Unknown, None)));
    }
}
