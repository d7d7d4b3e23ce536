//! What a configuration of the model fixes.

use std::fmt;

/// A number of L1 blocks. The model's are small.
pub type Blocks = u8;

/// The clock's parameters, and how fast the honest player answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// C: blocks in which no transaction of the honest player lands, over the whole dispute.
    pub censorship: Blocks,
    /// G: free allowance of each response.
    pub response: Blocks,
    /// T: blocks that building a step commitment takes.
    pub build: Blocks,
    /// A: budget of a commitment at the root.
    pub budget: Blocks,
    /// An honest response lands at the latest so many uncensored blocks after the block in which it became due. G, except
    /// where the allowance itself is too small for anybody.
    pub latency: Blocks,
    /// The same for what anybody may do: timeout, conclude, merge.
    pub settling: Blocks,
}

impl Parameters {
    /// What the constructor accepts at the least: A = C + T + 3G.
    #[must_use]
    pub const fn least(censorship: Blocks, response: Blocks, build: Blocks) -> Self {
        let budget = censorship + build + 3 * response;
        Self { censorship, response, build, budget, latency: response, settling: response }
    }
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { censorship, response, build, budget, .. } = self;
        write!(f, "C {censorship}, G {response}, T {build}, A {budget}")
    }
}

/// How many play, and how high the trees are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Commitments at the root that are not the honest one: N - 1.
    pub rivals: u8,
    /// Commitments in each step tournament that are not the honest one: M.
    pub step_rivals: u8,
    /// Turns of a slot match.
    pub slot_turns: u8,
    /// Turns of a step match.
    pub step_turns: u8,
}

/// Which rule is broken on purpose, to see that the model notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// Leftovers meet only when no match runs at all.
    MergeWhenIdle,
    /// The clocks of a slot match run on during its step tournament, and it refills nothing.
    NoFreeze,
    /// The winner of a step tournament goes on with what its step commitment has left.
    NoRefill,
    /// The refill is one block less than the time of an honest join, T + G.
    SmallRefill,
    /// What a response does not use of its allowance is added to the clock.
    BankedAllowance,
    /// A joiner has the whole budget, however late it comes.
    FreeLateness,
    /// A clock runs out one block after its deadline.
    EqualityInTime,
}
