//! Time in L1 blocks. Mirrors `contracts/src/types/{Instant,Duration,Timing}.sol`.

/// A number of L1 blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub u64);

impl Duration {
    /// `self - other`, or zero when that would be negative.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A point in time: the number of an L1 block. Another type than a [`Duration`], so that no deadline is added to a
/// deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

impl Instant {
    /// The instant `duration` later.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.0))
    }

    /// Time from `earlier` to here; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// The block that a transaction sent now enters at the earliest.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The clock's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// C: how long in total an honest player may be kept off L1.
    pub censorship: Duration,
    /// G: free allowance of each response.
    pub response: Duration,
    /// T: time to build a step commitment.
    pub build: Duration,
    /// A: budget of a commitment at the root.
    pub budget: Duration,
}
