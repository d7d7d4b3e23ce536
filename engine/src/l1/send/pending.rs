//! What a lane has sent and not seen mined, from one call to the next. All of it may be lost.

use std::time::{Duration, SystemTime};

use alloy_primitives::Address;
use tokio::{
    task::AbortHandle,
    time::{Instant, timeout},
};

use super::Fees;
use crate::telemetry::{names, unix_time};

/// How long a transaction is remembered that nobody replaces: pools forget, and prices fall.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The nonce that a lane has sent transactions with, until it is used.
#[derive(Debug)]
pub(super) struct Pending {
    account: Address,
    remembered: Duration,
    held: Option<Held>,
    watch: Option<AbortHandle>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    nonce: u64,
    since: SystemTime,
    /// When something was last sent.
    sent: Instant,
    /// What the pools' transaction pays, if they have taken one.
    taken: Option<Fees>,
}

impl Pending {
    /// Nothing of `account`'s.
    pub(super) fn of(account: Address) -> Self {
        Self::remembering(account, REMEMBERED)
    }

    fn remembering(account: Address, remembered: Duration) -> Self {
        Self { account, remembered, held: None, watch: None }
    }

    fn held(&self) -> Option<Held> {
        self.held.filter(|held| held.sent.elapsed() < self.remembered)
    }

    /// A transaction with `nonce` is sent; it waits until `used` resolves.
    pub(super) fn sent(&mut self, nonce: u64, used: impl Future<Output = ()> + Send + 'static) {
        let same = self.held().filter(|held| held.nonce == nonce);
        let (since, taken) =
            same.map_or_else(|| (SystemTime::now(), None), |held| (held.since, held.taken));
        self.held = Some(Held { nonce, since, sent: Instant::now(), taken });
        let (account, remembered) = (self.account, self.remembered);
        tell(account, unix_time(since));
        self.forsake();
        // who gave up on it may never send again
        let watch = tokio::spawn(async move {
            let _ = timeout(remembered, used).await;
            tell(account, 0.0);
        });
        self.watch = Some(watch.abort_handle());
    }

    /// The pools have taken what was sent, at these fees.
    pub(super) fn taken(&mut self, fees: Fees) {
        if let Some(held) = &mut self.held {
            held.taken = Some(fees);
        }
    }

    /// What a transaction with `nonce` that the pools may still have pays: only one that pays more replaces it.
    pub(super) fn fees(&self, nonce: u64) -> Option<Fees> {
        self.held().filter(|held| held.nonce == nonce)?.taken
    }

    /// Forgets what it pays: the pools say if they still have it.
    pub(super) fn forget_fees(&mut self) {
        if let Some(held) = &mut self.held {
            held.taken = None;
        }
    }

    /// The nonce that nobody saw used, if the account's next one is `next`: whoever gave up on it does not know that its call
    /// may have been mined after all. It is told once.
    pub(super) fn passed(&mut self, next: u64) -> Option<u64> {
        let passed = self.held().map(|held| held.nonce).filter(|nonce| *nonce < next);
        if passed.is_some() {
            self.settle();
        }
        passed
    }

    /// The nonce is used.
    pub(super) fn settle(&mut self) {
        self.held = None;
        self.forsake();
        tell(self.account, 0.0);
    }

    fn forsake(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.forsake();
    }
}

fn tell(account: Address, since: f64) {
    names::TRANSACTION_PENDING_SINCE.with([account.to_string()]).set(since);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]

    use std::future::{pending, ready};

    use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
    use tokio::time::sleep;

    use super::*;

    const FEES: Fees = Fees { max: 10, priority: 1, blob: 0 };

    /// What the metrics say of `account`.
    fn since(metrics: &PrometheusHandle, account: Address) -> f64 {
        let account = account.to_string();
        let page = metrics.render();
        let line =
            page.lines().find(|line| line.starts_with("surety_t") && line.contains(&account));
        line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn a_nonce_is_pending_from_its_first_transaction_on_until_it_is_used() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _metrics = metrics::set_default_local_recorder(&recorder);
        let metrics = recorder.handle();
        let (one, two) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let (mut ours, mut batchers) = (Pending::of(one), Pending::of(two));
        ours.sent(5, pending());
        let began = since(&metrics, one);
        assert!(began > 0.0);
        sleep(Duration::from_millis(20)).await;
        ours.sent(5, pending());
        batchers.sent(9, pending());
        batchers.settle();
        assert_eq!((since(&metrics, one), since(&metrics, two)), (began, 0.0));
        ours.sent(6, pending());
        assert!(since(&metrics, one) > began);
        ours.settle();
        assert_eq!(since(&metrics, one), 0.0);

        // it was mined after its caller gave up
        ours.sent(7, ready(()));
        sleep(Duration::from_millis(20)).await;
        assert_eq!(since(&metrics, one), 0.0);
    }

    #[tokio::test]
    async fn what_nobody_replaces_is_forgotten() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _metrics = metrics::set_default_local_recorder(&recorder);
        let metrics = recorder.handle();
        let account = Address::repeat_byte(3);
        let mut ours = Pending::remembering(account, Duration::from_millis(50));
        ours.sent(5, pending());
        ours.taken(FEES);
        assert_eq!((ours.fees(5), ours.fees(6)), (Some(FEES), None));
        sleep(Duration::from_millis(150)).await;
        assert_eq!((ours.fees(5), since(&metrics, account)), (None, 0.0));
        ours.sent(5, pending());
        assert_eq!(ours.fees(5), None, "it has not been taken again");
    }

    #[tokio::test]
    async fn only_what_a_pool_has_taken_is_outbid() {
        let mut ours = Pending::of(Address::repeat_byte(4));
        ours.sent(5, pending());
        assert_eq!(ours.fees(5), None);
        ours.taken(FEES);
        ours.sent(5, pending());
        assert_eq!(ours.fees(5), Some(FEES));
        ours.forget_fees();
        assert_eq!(ours.fees(5), None);
    }

    #[tokio::test]
    async fn a_nonce_that_was_used_unseen_is_told_once() {
        let mut ours = Pending::of(Address::repeat_byte(5));
        ours.sent(5, pending());
        assert_eq!(ours.passed(5), None);
        assert_eq!((ours.passed(6), ours.passed(6)), (Some(5), None));
        ours.sent(6, pending());
        ours.settle();
        assert_eq!(ours.passed(7), None, "it was seen");
    }
}
