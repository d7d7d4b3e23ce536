//! What a claim can be wrong about.

use super::lie::LieError;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal),+ $(,)?) => {
        /// What a claim can be wrong about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum LieKind { $($(#[$doc])* $kind),+ }

        impl LieKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }
        }
    };
}

kinds! {
    /// One opcode leaves another result on the stack.
    Arithmetic = "arithmetic",
    /// One SSTORE writes another value.
    Storage = "storage",
    /// One step leaves another amount of gas.
    Gas = "gas",
    /// One step leaves another number of stack items.
    StackDepth = "stack-depth",
    /// One step leaves another word in memory.
    Memory = "memory",
    /// One call reports the opposite of what happened.
    CallSuccess = "call-success",
    /// One account has another balance.
    Balance = "balance",
    /// One log has other data.
    Log = "log",
    /// One account has another nonce.
    Nonce = "nonce",
    /// One element of a blob reaches the batch as another.
    Element = "element",
    /// The trace leaves out one step.
    SkippedStep = "skipped-step",
    /// The trace stands still for one step.
    ExtraStep = "extra-step",
    /// An entry is executed before the one that precedes it.
    WrongOrder = "wrong-order",
    /// A valid entry is skipped.
    ValidSkipped = "valid-skipped",
    /// An invalid entry is executed.
    InvalidExecuted = "invalid-executed",
    /// One deposit credits more; the lie's step is the one that credits it.
    Deposit = "deposit",
    /// The trace is right, the claimed boundary is not its end.
    WrongBoundary = "wrong-boundary",
    /// The claimed boundary is right, the trace that leads to it is garbage.
    GarbageTrace = "garbage-trace",
}

impl std::fmt::Display for LieKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl std::str::FromStr for LieKind {
    type Err = LieError;

    fn from_str(text: &str) -> Result<Self, LieError> {
        let found = Self::ALL.iter().find(|kind| kind.name() == text);
        found.copied().ok_or_else(|| LieError::Kind(text.to_owned()))
    }
}
