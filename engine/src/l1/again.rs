//! What contradicts the events is asked for again before it counts: an endpoint that takes in a block at that moment may answer
//! for the block before by the new one's state, as anvil does.

use std::{future::Future, time::Duration};

/// How often one thing is asked for.
const TIMES: u32 = 3;
/// From one time to the next: by then a block is taken in.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks until the answer contradicts nothing, at most [`TIMES`]; gives the last one.
pub(crate) async fn again<T, E, F>(
    ask: impl Fn() -> F,
    contradicts: impl Fn(&E) -> bool,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    for _ in 1..TIMES {
        match ask().await {
            Err(error) if contradicts(&error) => tokio::time::sleep(PAUSE).await,
            answer => return answer,
        }
    }
    ask().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Asks somebody whose answers are errors until the given time; gives the answer, and how often it was asked.
    async fn asked(right_from: u32) -> (Result<u32, u32>, u32) {
        let times = Cell::new(0);
        let ask = || async {
            times.set(times.get() + 1);
            if times.get() < right_from { Err(times.get()) } else { Ok(times.get()) }
        };
        (again(ask, |error| *error != 0).await, times.get())
    }

    #[tokio::test]
    async fn a_contradiction_counts_when_it_stays() {
        assert_eq!(asked(1).await, (Ok(1), 1));
        assert_eq!(asked(3).await, (Ok(3), 3));
        assert_eq!(asked(4).await, (Err(3), 3));
    }

    #[tokio::test]
    async fn another_failure_is_given_at_once() {
        let times = Cell::new(0);
        let ask = || async {
            times.set(times.get() + 1);
            Err::<(), _>("no connection")
        };
        assert_eq!(again(ask, |error| *error == "contradiction").await, Err("no connection"));
        assert_eq!(times.get(), 1);
    }
}
