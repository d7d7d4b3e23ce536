//! What the challenger shows: the watchtower page.

pub mod page;
