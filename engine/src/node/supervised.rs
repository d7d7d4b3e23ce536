//! The lane of a daemon that is supervised: a call that takes long is none that hangs.

use std::sync::Arc;

use async_trait::async_trait;

use super::supervisor::Supervisor;
use crate::{
    dispute::lane::TransactionLane,
    l1::send::{Call, Lane, LaneError, Sent},
};

/// A lane whose supervisor hears of every transaction that is sent for the player's call.
#[derive(Debug)]
pub(super) struct SupervisedLane {
    pub(super) lane: Arc<Lane>,
    pub(super) supervisor: Arc<Supervisor>,
}

#[async_trait]
impl TransactionLane for SupervisedLane {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        self.supervisor.accompany(self.lane.attempts(), self.lane.send(call)).await
    }

    async fn defend(&self, call: &Call) -> Result<Sent, LaneError> {
        self.supervisor.accompany(self.lane.attempts(), self.lane.defend(call)).await
    }
}
