//! A source that holds nothing: all state is made by the test.

use alloy_primitives::{B256, Bytes};
use surety_engine::authenticated::source::{CodeSource, NodeSource, SourceError};

#[derive(Clone, Copy, Debug, Default)]
pub struct Empty;

impl NodeSource for Empty {
    fn node(&self, _: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(None)
    }
}

impl CodeSource for Empty {
    fn code(&self, _: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(None)
    }
}
