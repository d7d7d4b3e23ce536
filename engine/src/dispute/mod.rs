//! Playing disputes: read the chain at one block, plan, prepare, send; nothing that matters is remembered in between.
//!
//! [`observe`] makes a validated [`domain::Snapshot`]; [`plan`] is a pure function of it and of our own execution
//! ([`honest::Honest`]); [`prepare`] turns an intent into a call; [`player`] is the loop, [`watcher`] the one without a key. The same code serves the
//! proposer that defends its claim and the challenger that joins.

pub mod domain;
pub mod honest;
pub mod lane;
mod moved;
pub mod observe;
pub mod plan;
pub mod player;
pub mod prepare;
pub mod watcher;
