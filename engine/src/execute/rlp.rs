//! Strict canonical RLP: every item has exactly one accepted encoding.

use std::ops::Range;

use alloy_primitives::U256;

/// Bytes that are not strict canonical RLP, or not of the kind wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// One item: where in the whole input its payload and the item itself lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) is_list: bool,
    pub(super) payload: Range<usize>,
    pub(super) whole: Range<usize>,
}

/// Reads items one after the other from a part of `input`; positions stay those of the input.
pub(super) struct Reader<'a> {
    input: &'a [u8],
    part: Range<usize>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(input: &'a [u8], part: Range<usize>) -> Self {
        Self { input, part }
    }

    pub(super) const fn position(&self) -> usize {
        self.part.start
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.part.start >= self.part.end
    }

    fn take(&mut self, length: usize) -> Result<Range<usize>, Malformed> {
        let end = self.part.start.checked_add(length).ok_or(Malformed)?;
        if end > self.part.end || end > self.input.len() {
            return Err(Malformed);
        }
        let taken = self.part.start..end;
        self.part.start = end;
        Ok(taken)
    }

    fn bytes(&self, range: Range<usize>) -> Result<&'a [u8], Malformed> {
        self.input.get(range).ok_or(Malformed)
    }

    // The length that follows a prefix for more than 55 bytes.
    fn long_length(&mut self, size: u8) -> Result<usize, Malformed> {
        let range = self.take(size.into())?;
        let digits = self.bytes(range)?;
        if digits.first() == Some(&0) {
            return Err(Malformed);
        }
        let mut length = 0_usize;
        for digit in digits {
            length = length.checked_mul(256).ok_or(Malformed)? + usize::from(*digit);
        }
        if length <= 55 { Err(Malformed) } else { Ok(length) }
    }

    pub(super) fn item(&mut self) -> Result<Item, Malformed> {
        let start = self.position();
        let first = self.take(1)?;
        let prefix = *self.bytes(first.clone())?.first().ok_or(Malformed)?;
        let (is_list, payload) = match prefix {
            0x00..=0x7f => (false, first),
            0x80..=0xb7 => {
                let payload = self.take((prefix - 0x80).into())?;
                if let [byte @ 0..=0x7f] = self.bytes(payload.clone())? {
                    let _below_prefixes = byte;
                    return Err(Malformed);
                }
                (false, payload)
            }
            0xb8..=0xbf => {
                let length = self.long_length(prefix - 0xb7)?;
                (false, self.take(length)?)
            }
            0xc0..=0xf7 => (true, self.take((prefix - 0xc0).into())?),
            0xf8..=0xff => {
                let length = self.long_length(prefix - 0xf7)?;
                (true, self.take(length)?)
            }
        };
        Ok(Item { is_list, payload, whole: start..self.position() })
    }

    pub(super) fn string(&mut self) -> Result<Item, Malformed> {
        self.item().and_then(|item| if item.is_list { Err(Malformed) } else { Ok(item) })
    }

    pub(super) fn list(&mut self) -> Result<Item, Malformed> {
        self.item().and_then(|item| if item.is_list { Ok(item) } else { Err(Malformed) })
    }

    /// A string of exactly `N` bytes.
    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let item = self.string()?;
        self.bytes(item.payload)?.try_into().map_err(|_| Malformed)
    }

    /// An integer without leading zeros; `None` when it does not fit 256 bits.
    pub(super) fn integer(&mut self) -> Result<Option<U256>, Malformed> {
        let item = self.string()?;
        let digits = self.bytes(item.payload)?;
        if digits.first() == Some(&0) {
            return Err(Malformed);
        }
        Ok(U256::try_from_be_slice(digits))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy_primitives::hex;

    use super::*;

    fn item(encoding: &str) -> Result<Item, Malformed> {
        let input = hex::decode(encoding).unwrap();
        Reader::new(&input, 0..input.len()).item()
    }

    #[test]
    fn strings_and_lists() {
        assert_eq!(item("7f"), Ok(Item { is_list: false, payload: 0..1, whole: 0..1 }));
        assert_eq!(item("80"), Ok(Item { is_list: false, payload: 1..1, whole: 0..1 }));
        assert_eq!(item("8180"), Ok(Item { is_list: false, payload: 1..2, whole: 0..2 }));
        assert_eq!(item("c20102ff"), Ok(Item { is_list: true, payload: 1..3, whole: 0..3 }));
        let long = format!("b838{}", "11".repeat(56));
        assert_eq!(item(&long), Ok(Item { is_list: false, payload: 2..58, whole: 0..58 }));
    }

    #[test]
    fn non_canonical_and_truncated_items_are_malformed() {
        let short_as_long = format!("b837{}", "11".repeat(55));
        let zero_led = format!("b90038{}", "11".repeat(56));
        for encoding in [
            "",
            "8100",
            "817f",
            "82ff",
            "c3c0",
            "b8",
            "bfffffffffffffffff",
            &short_as_long,
            &zero_led,
        ] {
            assert_eq!(item(encoding), Err(Malformed), "{encoding}");
        }
    }

    #[test]
    fn integers_have_no_leading_zeros() {
        let read = |encoding: &str| {
            let input = hex::decode(encoding).unwrap();
            Reader::new(&input, 0..input.len()).integer()
        };
        assert_eq!(read("80"), Ok(Some(U256::ZERO)));
        assert_eq!(read("820100"), Ok(Some(U256::from(256))));
        assert_eq!(read("00"), Err(Malformed));
        assert_eq!(read("820001"), Err(Malformed));
        assert_eq!(read("c0"), Err(Malformed));
        assert_eq!(read(&format!("a101{}", "00".repeat(32))), Ok(None));
    }
}
