//! All endpoints are asked for their newest blocks now and then: whether one works is known before it is needed, and one
//! that is behind the others is not asked first.
//!
//! What an endpoint says of its height alone could make it the only one that is asked. So it is behind only if another one
//! has blocks on top of its newest one; and with three or more no single one decides how high L1 is.

use std::{cmp::Reverse, time::Duration};

use alloy::eips::BlockNumberOrTag;
use futures_util::future::join_all;
use tokio::{task::JoinHandle, time::sleep};

use super::{
    fallback::{Distrust, Fallback},
    follow::BlockRef,
};

/// How far behind the others an endpoint's head may be: a minute of Ethereum's blocks.
const BEHIND: u64 = 5;

/// The task that asks; it ends with this.
#[derive(Debug)]
pub(super) struct Probe(Option<JoinHandle<()>>);

impl Probe {
    /// Asks again after each `pause`; never if that is zero, or if there is nothing to compare.
    pub(super) fn start(fallback: &Fallback, pause: Duration) -> Self {
        let wanted = !pause.is_zero() && fallback.endpoints().len() > 1;
        Self(wanted.then(|| tokio::spawn(probe(fallback.clone(), pause))))
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

async fn probe(fallback: Fallback, pause: Duration) {
    loop {
        sleep(pause).await;
        let newest = async |index| {
            let head = fallback.block_of(index, BlockNumberOrTag::Latest).await?;
            Some(Found { index, head })
        };
        let found = join_all((0..fallback.endpoints().len()).map(newest)).await;
        let found: Vec<_> = found.into_iter().flatten().collect();
        let Some(measure) = measure(&found) else { continue };
        for Found { index, head } in found {
            let suspected = head.number.saturating_add(BEHIND) <= measure.head.number;
            if suspected && fallback.block_of(measure.index, head.number.into()).await == Some(head)
            {
                fallback.distrust(index, Distrust::Stale);
            }
        }
    }
}

/// The newest block of an endpoint, as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    index: usize,
    head: BlockRef,
}

/// By which of them the others are measured: the second highest; of two the higher.
fn measure(found: &[Found]) -> Option<Found> {
    let mut found = found.to_vec();
    found.sort_by_key(|it| Reverse(it.head.number));
    found.get(usize::from(found.len() > 2)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_single_one_of_three_says_how_high_l1_is() {
        let found = |numbers: &[u64]| -> Vec<_> {
            let head = |number| BlockRef { number, ..BlockRef::default() };
            (0..).zip(numbers).map(|(index, number)| Found { index, head: head(*number) }).collect()
        };
        for (numbers, by) in [
            (&[][..], None),
            (&[5], Some(0)),
            (&[5, 9], Some(1)),
            (&[5, 1_000_000, 6], Some(2)),
            (&[1_000_000, 5, 6, 6], Some(2)),
        ] {
            assert_eq!(measure(&found(numbers)).map(|it| it.index), by, "{numbers:?}");
        }
    }
}
