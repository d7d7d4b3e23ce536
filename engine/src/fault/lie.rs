//! Where a claim is wrong, and how.

use super::kind::LieKind;
use crate::commitment::{Height, SLOTS_PER_BLOCK};

/// One lie: the first transition of the claim that is not what the machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lie {
    /// Slot of the claim, counted from its first block's begin.
    pub slot: u32,
    /// Step of that slot.
    pub step: u32,
    /// What is wrong there.
    pub kind: LieKind,
}

/// Why a text names no lie.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LieError {
    /// Not `transaction=N` or `slot=N`, `step=N`, `kind=NAME`, each once, separated by commas.
    #[error("`{0}` is not one of slot=N or transaction=N, step=N, kind=NAME")]
    Field(String),
    /// A number that is none, or beyond the place's bounds.
    #[error("`{0}` is not a number in range")]
    Number(String),
    /// A kind nobody knows.
    #[error("`{0}` is no kind of lie")]
    Kind(String),
    /// A part that has no default was not given.
    #[error("{0} is not given")]
    Missing(&'static str),
}

impl Lie {
    /// The slot of the transaction in place `index` of the first block's batch.
    ///
    /// # Errors
    /// [`LieError::Number`] for a place a block does not have.
    pub fn slot_of_transaction(index: u32) -> Result<u32, LieError> {
        if index < SLOTS_PER_BLOCK - 2 {
            Ok(index + 1)
        } else {
            Err(LieError::Number(index.to_string()))
        }
    }
}

impl std::fmt::Display for Lie {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "slot={},step={},kind={}", self.slot, self.step, self.kind)
    }
}

impl std::str::FromStr for Lie {
    type Err = LieError;

    fn from_str(text: &str) -> Result<Self, LieError> {
        let (mut slot, mut step, mut kind) = (None, None, None);
        for part in text.split(',') {
            let unknown = || LieError::Field(part.to_owned());
            let (name, value) = part.split_once('=').ok_or_else(unknown)?;
            let number = |bound: u32| {
                value
                    .parse()
                    .ok()
                    .filter(|number| *number < bound)
                    .ok_or_else(|| LieError::Number(value.to_owned()))
            };
            let repeated = match name {
                "slot" => slot.replace(number(Height::SLOTS.leaves())?).is_some(),
                "transaction" => {
                    slot.replace(Self::slot_of_transaction(number(SLOTS_PER_BLOCK)?)?).is_some()
                }
                "step" => step.replace(number(Height::STEPS.leaves())?).is_some(),
                "kind" => kind.replace(value.parse()?).is_some(),
                _ => return Err(unknown()),
            };
            if repeated {
                return Err(unknown());
            }
        }
        Ok(Self {
            slot: slot.ok_or(LieError::Missing("slot"))?,
            step: step.ok_or(LieError::Missing("step"))?,
            kind: kind.ok_or(LieError::Missing("kind"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_lie_is_written_as_it_is_read() {
        for &kind in LieKind::ALL {
            let lie = Lie { slot: 17, step: 4096, kind };
            assert_eq!(lie.to_string().parse(), Ok(lie));
        }
        let parsed: Lie = "kind=gas,step=3,transaction=0".parse().unwrap();
        assert_eq!(parsed, Lie { slot: 1, step: 3, kind: LieKind::Gas });
    }

    #[test]
    fn what_is_no_lie_is_refused_by_name() {
        let cases = [
            ("slot=1,step=2", LieError::Missing("kind")),
            ("slot=1,kind=gas", LieError::Missing("step")),
            ("step=1,kind=gas", LieError::Missing("slot")),
            ("slot=1,slot=2,step=2,kind=gas", LieError::Field("slot=2".into())),
            ("slot=1,step=2,kind=gas,colour=red", LieError::Field("colour=red".into())),
            ("", LieError::Field(String::new())),
            ("slot=x,step=2,kind=gas", LieError::Number("x".into())),
            ("slot=1048576,step=2,kind=gas", LieError::Number("1048576".into())),
            ("transaction=1022,step=2,kind=gas", LieError::Number("1022".into())),
            ("slot=1,step=16777216,kind=gas", LieError::Number("16777216".into())),
            ("slot=1,step=2,kind=none", LieError::Kind("none".into())),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Lie>(), Err(error), "{text}");
        }
    }
}
