//! What the followed L1 blocks hold of the rollup is taken in at once, whether it can be executed or not: the events of
//! disputes, the messages to L2, and the batches, which wait in the store for their execution.

use alloy_primitives::{Address, B256, Bytes};

use super::{
    Node, NodeError,
    batches::{Batch, batches, view as ask},
    memory::remember,
    messages::{Sent, messages},
};
use crate::{
    derive::deposits::pack,
    dispute::observe,
    l1::{again::again, bindings::IInbox, follow::BlockRef, receipts::PlacedLog},
    state::{AppendedRow, Commit, EventRow, Progress},
};

impl Node {
    /// Takes in what `blocks` hold, which follow the cursor: all of it is stored together with the new cursor, or nothing.
    pub(super) async fn take_in(
        &self,
        mut progress: Progress,
        blocks: &[BlockRef],
        behind: bool,
    ) -> Result<(), NodeError> {
        let Some(last) = blocks.last() else { return Ok(()) };
        let logs = self.l1.proven_logs(&self.contracts(), blocks).await?;
        let mut commit = Commit::new();
        for event in self.disputes(&logs) {
            commit.event(&event);
        }
        // an earlier try may have failed after it took messages
        self.messages.fit(&self.store)?;
        let latest = self.take_batches(&logs, progress.head.number, &mut commit)?;
        // of L1's history only an archive has the state
        if !behind {
            again(|| self.check_counts(last.hash, latest), is_gap).await?;
        }
        remember(&mut progress.l1, blocks.iter());
        commit.progress(&progress);
        Ok(self.store.commit(commit)?)
    }

    /// Takes batches and messages in the order in which L1 has them. Gives the last L2 block that has a batch, given the last
    /// one that is executed.
    fn take_batches(
        &self,
        logs: &[PlacedLog],
        executed: u64,
        commit: &mut Commit,
    ) -> Result<u64, NodeError> {
        let sent = match self.deployment.crossing() {
            Some(crossing) => messages(logs, &crossing)?,
            None => Vec::new(),
        };
        let mut sent = sent.into_iter().peekable();
        let mut latest = self.store.last_appended()?.unwrap_or(executed);
        for Batch { place, record, bytes, deposits } in batches(logs, self.deployment.inbox)? {
            self.take_messages(std::iter::from_fn(|| sent.next_if(|it| it.place < place)), commit)?;
            let number = record.number;
            if Some(number) != latest.checked_add(1) {
                return Err(NodeError::Gap { expected: latest.saturating_add(1), got: number });
            }
            let row = AppendedRow {
                l1_block: place.block,
                messages: self.messages_of(number, record.l1_message_root)?,
                record: Bytes::copy_from_slice(&record.encode()),
                batch: bytes,
                deposits: pack(&deposits).into(),
            };
            commit.appended(number, &row);
            latest = number;
        }
        self.take_messages(sent, commit)?;
        Ok(latest)
    }

    /// Takes messages into the tree; they are to be committed with what follows them.
    fn take_messages(
        &self,
        sent: impl Iterator<Item = Sent>,
        commit: &mut Commit,
    ) -> Result<(), NodeError> {
        for sent in sent {
            self.messages.push(&sent)?;
            commit.message(sent.index, &sent.row);
        }
        Ok(())
    }

    /// How many messages the message root of an L2 block's record holds: all that were sent before it.
    fn messages_of(&self, number: u64, record: B256) -> Result<u64, NodeError> {
        let tree = self.messages.tree();
        let ours = tree.root();
        if record == ours {
            Ok(tree.len())
        } else {
            Err(NodeError::MessageRoot { number, record, ours })
        }
    }

    /// Whether the Inbox has as many blocks and messages as were followed, as of an L1 block.
    async fn check_counts(&self, at: B256, latest: u64) -> Result<(), NodeError> {
        let inbox = self.deployment.inbox;
        let got = ask(&self.l1, inbox, at, IInbox::latestBlockCall {}).await?;
        if got != latest {
            return Err(NodeError::Gap { expected: latest.saturating_add(1), got });
        }
        let got = ask(&self.l1, inbox, at, IInbox::messageCountCall {}).await?;
        let expected = self.messages.tree().len();
        if got != expected {
            return Err(NodeError::MessageGap { expected, got });
        }
        Ok(())
    }

    /// Whose logs are followed.
    fn contracts(&self) -> Vec<Address> {
        let observed = observe::Deployment::from(&self.deployment).observed();
        let bridge = self.deployment.bridge.map(|contracts| contracts.bridge);
        observed.into_iter().chain([self.deployment.inbox]).chain(bridge).collect()
    }

    /// The logs that disputes are observed by.
    fn disputes(&self, logs: &[PlacedLog]) -> Vec<EventRow> {
        let observed = observe::Deployment::from(&self.deployment).observed();
        let logs = logs.iter().filter(|it| observed.contains(&it.log.address));
        let row = |PlacedLog { place, log }: &PlacedLog| EventRow {
            l1_block: place.block,
            index: place.log,
            log: log.clone(),
        };
        logs.map(row).collect()
    }
}

/// Whether the Inbox counts otherwise than the events.
const fn is_gap(error: &NodeError) -> bool {
    matches!(error, NodeError::Gap { .. } | NodeError::MessageGap { .. })
}
