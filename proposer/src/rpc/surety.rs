//! `surety_*`: what stands behind the L2's blocks on L1: claims, and the way of withdrawals.

use std::sync::Arc;

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Bytes, U64},
    sol_types::SolCall as _,
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use serde::Serialize;
use surety_engine::{
    bridge::message,
    dispute::domain::{Claim, ClaimId, Snapshot},
    l1::bindings::{IBridge, Message},
    node::{
        Node,
        deployment::Deployment,
        evidence::Execution,
        feed::{Report, Reports},
    },
    relay::{
        RelayError,
        down::{self, DownStatus},
        up::{self, Outgoing, UpStatus},
    },
    state::ExecutedBlock,
    status::{
        Status,
        claims::{self, ClaimView},
    },
};
use tokio::{sync::Semaphore, time::timeout};

use super::{backend::Backend, error::RpcError, turn};

/// Questions to L1 at a time, on account of callers.
const L1_QUESTIONS: usize = 2;

/// Claims and withdrawals.
#[rpc(server, namespace = "surety")]
pub(crate) trait SuretyApi {
    /// The contracts on L1, and what the L2 starts from.
    #[method(name = "getDeployment")]
    fn deployment(&self) -> RpcResult<Deployment>;

    /// Where everything stands, as of the L1 block that the node has followed to.
    #[method(name = "getStatus")]
    fn status(&self) -> RpcResult<Status>;

    /// A claim.
    #[method(name = "getClaim")]
    async fn claim(&self, id: B256) -> RpcResult<Option<ClaimView>>;

    /// The claims about a block, rivals included.
    #[method(name = "getClaimsByBlock")]
    async fn claims_by_block(&self, block: BlockNumberOrTag) -> RpcResult<Vec<ClaimView>>;

    /// The messages to L1 that a transaction sent, withdrawals among them.
    #[method(name = "getWithdrawals")]
    async fn withdrawals(&self, transaction: B256) -> RpcResult<Vec<Outgoing>>;

    /// Where such a message stands.
    #[method(name = "getWithdrawalStatus")]
    async fn withdrawal_status(&self, transaction: B256, message: B256) -> RpcResult<UpStatus>;

    /// What carries such a message out on L1, once a claim that holds it is confirmed.
    #[method(name = "getWithdrawalProof")]
    async fn withdrawal_proof(
        &self,
        transaction: B256,
        message: B256,
    ) -> RpcResult<WithdrawalProof>;

    /// A message to L2, by its leaf of the message tree, and where it stands.
    #[method(name = "getMessage")]
    async fn message(&self, leaf: U64) -> RpcResult<Incoming>;
}

/// A message to L2.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Incoming {
    /// Its hash.
    hash: B256,
    /// The message.
    #[serde(flatten)]
    message: message::Message,
    /// Where it stands.
    #[serde(flatten)]
    status: DownStatus,
    /// The L2 transaction that relays it, once an L2 block has a root that holds it; anybody may send it.
    relay: Option<RelayCall>,
}

/// A call on L2.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RelayCall {
    to: Option<Address>,
    data: Bytes,
}

/// A proof that L1 takes, and the call that brings it there; anybody may send it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WithdrawalProof {
    /// The confirmed claim.
    claim: B256,
    /// The machine at its end.
    boundary: Bytes,
    /// Trie nodes from its state root to the Outbox's account.
    account_proof: Vec<Bytes>,
    /// Trie nodes from the Outbox's storage root to the message.
    storage_proof: Vec<Bytes>,
    /// The Bridge.
    to: Address,
    /// Calldata of `Bridge.withdraw`.
    data: Bytes,
}

/// Answers about claims and withdrawals.
#[derive(Debug)]
pub(crate) struct Surety {
    backend: Arc<Backend>,
    reports: Reports,
    execution: Execution,
    questions: Semaphore,
}

impl Surety {
    /// Tells what the daemon reports, and judges claims by `execution`.
    pub(crate) fn new(backend: Arc<Backend>, reports: Reports, execution: Execution) -> Self {
        Self { backend, reports, execution, questions: Semaphore::new(L1_QUESTIONS) }
    }

    fn report(&self) -> Result<Arc<Report>, RpcError> {
        let unknown = || RpcError::Server("L1 has not been followed to its head yet".to_owned());
        self.reports.borrow().clone().ok_or_else(unknown)
    }

    /// The claims of these ids, judged.
    async fn views(
        &self,
        choose: impl FnOnce(&Snapshot) -> Vec<ClaimId> + Send + 'static,
    ) -> Result<Vec<ClaimView>, RpcError> {
        let (report, execution) = (self.report()?, self.execution.clone());
        let views = self.backend.blocking(move |_| {
            let ids = choose(&report.snapshot).into_iter();
            Ok(ids.filter_map(|id| claims::view(id, &report.snapshot, &execution)).collect())
        });
        views.await
    }

    async fn sent(&self, transaction: B256) -> Result<Vec<Outgoing>, RpcError> {
        let node = Arc::clone(self.backend.node());
        self.backend.blocking(move |_| sent_by(&node, transaction)).await
    }

    async fn sent_message(&self, transaction: B256, hash: B256) -> Result<Outgoing, RpcError> {
        let sent = self.sent(transaction).await?;
        let unknown = || RelayError::UnknownMessage(hash);
        Ok(sent.into_iter().find(|sent| sent.hash == hash).ok_or_else(unknown)?)
    }
}

/// The messages that a transaction sent to L1.
fn sent_by(node: &Node, transaction: B256) -> Result<Vec<Outgoing>, RpcError> {
    let unknown = || RpcError::Server("transaction not found".to_owned());
    let place = node.store().transaction_place(transaction).map_err(RpcError::internal)?;
    let number = place.ok_or_else(unknown)?.number;
    let block = node.store().block(number).map_err(RpcError::internal)?.ok_or_else(unknown)?;
    let receipts = ExecutedBlock { number, row: block }.receipts()?;
    let receipt = receipts.into_iter().find(|receipt| receipt.transaction == transaction);
    let receipt = receipt.ok_or_else(unknown)?;
    let mut sent = up::sent_in(node, number)?;
    // the Outbox names the message in a topic
    sent.retain(|sent| receipt.logs().any(|(_, log)| log.topics().contains(&sent.hash)));
    Ok(sent)
}

#[async_trait]
impl SuretyApiServer for Surety {
    fn deployment(&self) -> RpcResult<Deployment> {
        Ok(self.backend.node().deployment().clone())
    }

    fn status(&self) -> RpcResult<Status> {
        Ok(self.report()?.status.clone())
    }

    async fn claim(&self, id: B256) -> RpcResult<Option<ClaimView>> {
        Ok(self.views(move |_| vec![ClaimId(id)]).await?.pop())
    }

    async fn claims_by_block(&self, block: BlockNumberOrTag) -> RpcResult<Vec<ClaimView>> {
        let block = self.backend.number(block).await?;
        Ok(self.views(move |snapshot| about(block, snapshot)).await?)
    }

    async fn withdrawals(&self, transaction: B256) -> RpcResult<Vec<Outgoing>> {
        Ok(self.sent(transaction).await?)
    }

    async fn withdrawal_status(&self, transaction: B256, message: B256) -> RpcResult<UpStatus> {
        let sent = self.sent_message(transaction, message).await?;
        turn::end();
        let report = self.report()?;
        let ask = async {
            let _permit = self.questions.acquire().await.map_err(RpcError::internal)?;
            Ok(up::status(self.backend.node(), &report.snapshot, &sent).await?)
        };
        let asked = timeout(self.backend.config().timeout(), ask).await;
        Ok(asked.map_err(|_| RpcError::Timeout).flatten()?)
    }

    async fn withdrawal_proof(
        &self,
        transaction: B256,
        message: B256,
    ) -> RpcResult<WithdrawalProof> {
        let sent = self.sent_message(transaction, message).await?;
        let (report, node) = (self.report()?, Arc::clone(self.backend.node()));
        let prove = self.backend.blocking(move |_| {
            let snapshot = &report.snapshot;
            let to = node.deployment().bridge.ok_or(RelayError::NoBridge)?.bridge;
            let proof = up::prove(&node, snapshot, &sent)?;
            let message::Message { nonce, sender, target, value, data } = sent.message;
            let message = Message { nonce, sender, target, value, data };
            let call = IBridge::withdrawCall { message, proof };
            Ok(WithdrawalProof {
                claim: snapshot.latest_confirmed.0,
                boundary: call.proof.boundary.clone(),
                account_proof: call.proof.accountProof.clone(),
                storage_proof: call.proof.storageProof.clone(),
                to,
                data: call.abi_encode().into(),
            })
        });
        Ok(prove.await?)
    }

    async fn message(&self, leaf: U64) -> RpcResult<Incoming> {
        let (node, leaf) = (Arc::clone(self.backend.node()), leaf.to());
        let tell = self.backend.blocking(move |_| {
            if leaf >= node.messages() {
                return Err(RpcError::Server(format!("no message {leaf} was sent to L2")));
            }
            let message = node.message(leaf)?;
            let hash = down::hash(&node, &message)?;
            let status = down::status(&node, leaf)?;
            let relay = match down::relay(&node, leaf) {
                Err(RelayError::NotRooted(_)) => None,
                call => Some(call?).map(|call| RelayCall { to: call.to, data: call.data }),
            };
            Ok(Incoming { hash, message, status, relay })
        });
        Ok(tell.await?)
    }
}

/// The claims whose domain holds a block.
fn about(block: u64, snapshot: &Snapshot) -> Vec<ClaimId> {
    let parent_end =
        |claim: &Claim| snapshot.claims.get(&claim.key.parent).map(|parent| parent.end);
    let holds = |claim: &Claim| match parent_end(claim) {
        Some(end) => end < block && block <= claim.end,
        None => block == claim.end,
    };
    snapshot.claims.iter().filter(|(_, claim)| holds(claim)).map(|(id, _)| *id).collect()
}

impl From<RelayError> for RpcError {
    fn from(error: RelayError) -> Self {
        match error {
            RelayError::NoBridge | RelayError::UnknownMessage(_) | RelayError::NotConfirmed(_) => {
                Self::Server(error.to_string())
            }
            RelayError::Node(error) => error.into(),
            error => Self::internal(error),
        }
    }
}
