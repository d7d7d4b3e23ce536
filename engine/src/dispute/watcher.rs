//! The loop without a key: read, plan, and say what somebody would have to do. There is nothing here to sign or send with.

use std::time::Instant;

use alloy_primitives::U256;

use super::domain::Account;
use super::honest::Evidence;
use super::observe::{ChainReader, ObserveError, Observer};
use super::plan::{Policy, plan};
use super::player::{Tick, gather};

/// Watches for nobody.
#[derive(Debug)]
pub struct Watcher<R, E> {
    /// Reads the chain.
    pub observer: Observer<R>,
    /// Our own execution.
    pub evidence: E,
    /// It says nothing of a move until this many L1 blocks remain in which waiting is free; `None`: it says it at once.
    pub steps_in: Option<u64>,
}

impl<R: ChainReader, E: Evidence> Watcher<R, E> {
    /// Reads the chain once, and plans as a challenger would who has the money.
    ///
    /// # Errors
    /// [`ObserveError`] when the chain cannot be read: unknown.
    pub async fn tick(&self) -> Result<Tick, ObserveError> {
        let snapshot = self.observer.snapshot().await?;
        let mut tick = Tick { snapshot, planned: Vec::new(), sent: None, failures: Vec::new() };
        let policy = Policy { keeps_bonds: true, steps_in: self.steps_in, ..Policy::CHALLENGER };
        let (mut tried, began) = (Default::default(), Instant::now());
        loop {
            let nobody = tick.snapshot.account;
            tick.snapshot.account = Account { free: U256::MAX, ..nobody };
            tick.planned = plan(&tick.snapshot, &self.evidence, policy);
            tick.snapshot.account = nobody;
            if !gather(&self.evidence, &mut tick, &mut tried, began).await {
                return Ok(tick);
            }
        }
    }
}
