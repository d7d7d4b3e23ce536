//! A call's turn to work. It keeps its turn until its answer is written as JSON: else answers would be made faster than they
//! can be written, and all of them held.

use std::cell::Cell;

use tokio::sync::OwnedSemaphorePermit;

tokio::task_local! {
    static TURN: Cell<Option<OwnedSemaphorePermit>>;
}

/// Makes an answer; the turn that this takes ends with it.
pub(crate) async fn scope<T>(answer: impl Future<Output = T>) -> T {
    TURN.scope(Cell::default(), answer).await
}

/// The call under way keeps its turn; outside of calls it ends at once.
pub(crate) fn keep(turn: OwnedSemaphorePermit) {
    let _ = TURN.try_with(|kept| kept.set(Some(turn)));
}

/// The call under way will only wait for a while, or ask for another turn.
pub(crate) fn end() {
    let _ = TURN.try_with(Cell::take);
}
