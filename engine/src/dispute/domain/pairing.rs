//! Who may meet whom after joining has closed. Mirrors `contracts/src/tournament/Pairing.sol`.

/// A set of win ranks, as a bitmap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ranks(pub u32);

impl Ranks {
    /// How many ranks are in it.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether no rank is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn lowest(self) -> u32 {
        self.0 & self.0.wrapping_neg()
    }

    /// Whether the two lowest of these waiting ranks meet, given the ranks that `running` matches give their winners: as
    /// soon as nobody can still arrive up to the second one's.
    #[must_use]
    pub const fn may_merge(self, running: Self) -> bool {
        let rest = Self(self.0 ^ self.lowest());
        let higher = rest.lowest();
        higher != 0 && running.0 & (higher | (higher - 1)) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_meet_unless_somebody_can_arrive_below() {
        assert!(!Ranks(0b0).may_merge(Ranks(0)), "nobody waits");
        assert!(!Ranks(0b100).may_merge(Ranks(0)), "one waits");
        assert!(Ranks(0b101).may_merge(Ranks(0)));
        assert!(!Ranks(0b101).may_merge(Ranks(0b010)), "a winner of rank 1 would come between");
        assert!(!Ranks(0b101).may_merge(Ranks(0b100)), "or meet the second");
        assert!(
            Ranks(0b101).may_merge(Ranks(0b1000)),
            "t79: a slow match above does not hold them up"
        );
        assert_eq!((Ranks(0b1011).len(), Ranks(0).is_empty()), (3, true));
    }
}
