//! Where our newest move was mined: until L1 shows that block, what is planned may have been done already.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::domain;

/// How long a block is waited for that L1 does not show. A reorganisation may have taken it back, and an endpoint that is so far
/// behind is not asked any more.
const PATIENCE: Duration = Duration::from_secs(120);

/// The L1 block of the newest move, and when it was heard of. It may be lost.
#[derive(Debug, Default)]
pub(super) struct Moved(Mutex<Option<(u64, Instant)>>);

impl Moved {
    /// A move was mined in `block`.
    pub(super) fn to(&self, block: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((block, Instant::now()));
    }

    /// Whether L1 as of `now` lacks the newest move.
    pub(super) fn is_after(&self, now: domain::Instant) -> bool {
        let newest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.is_some_and(|(block, heard)| now.0 < block && heard.elapsed() < PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_move_is_waited_for_until_l1_shows_its_block_but_not_for_ever() {
        let moved = Moved::default();
        assert!(!moved.is_after(domain::Instant(0)));
        moved.to(7);
        assert!(moved.is_after(domain::Instant(6)) && !moved.is_after(domain::Instant(7)));
        *moved.0.lock().unwrap() = Instant::now().checked_sub(PATIENCE).map(|heard| (7, heard));
        assert!(!moved.is_after(domain::Instant(6)));
    }
}
