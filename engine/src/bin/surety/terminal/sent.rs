//! What fails after a transaction was sent: trying again blindly could do it twice.

use std::{error::Error, fmt};

use alloy::primitives::B256;

/// A failure behind a transaction that was sent.
#[derive(Debug)]
pub(crate) struct AfterSend {
    /// The transaction on L1.
    pub(crate) transaction: B256,
    source: eyre::Report,
}

impl fmt::Display for AfterSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "transaction {} was sent, but then: {}", self.transaction, self.source)
    }
}

impl Error for AfterSend {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// Names the transaction that was sent before.
pub(crate) trait After<T> {
    /// If it failed, `transaction` was sent before, if there is one.
    fn after(self, transaction: impl Into<Option<B256>>) -> eyre::Result<T>;
}

impl<T, E: Into<eyre::Report>> After<T> for Result<T, E> {
    fn after(self, transaction: impl Into<Option<B256>>) -> eyre::Result<T> {
        self.map_err(|error| match transaction.into() {
            Some(transaction) => eyre::Report::new(AfterSend { transaction, source: error.into() }),
            None => error.into(),
        })
    }
}
