//! A batch: entries one after the other, each `u16 length ‖ EIP-2718 bytes`.

use std::ops::Range;

use thiserror::Error;

use crate::authenticated::{
    slice::Slice,
    word_tree::{root_of, words_for},
};

/// Bytes of the length before each entry.
const LENGTH_BYTES: u32 = 2;

/// An entry that no batch can hold.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an entry has {0} bytes, 1 to 65535 are possible")]
pub struct EntryLength(pub usize);

/// One entry: where its bytes lie in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where they lie in the batch; the next entry's cursor is its end.
    pub range: Range<u32>,
}

/// The entry at `cursor`, or `None` when the batch ends there: fewer than two bytes, a length of 0, or one that leads
/// beyond the end.
#[must_use]
pub fn entry_at(batch: &[u8], cursor: u32) -> Option<Entry<'_>> {
    let rest = batch.get(usize::try_from(cursor).ok()?..)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = u16::from_be_bytes(*length);
    let bytes = rest.get(..length.into()).filter(|bytes| !bytes.is_empty())?;
    let start = cursor.checked_add(LENGTH_BYTES)?;
    Some(Entry { bytes, range: start..start.checked_add(length.into())? })
}

/// The batch of `entries`.
///
/// # Errors
/// [`EntryLength`] for one that is empty or too long.
pub fn encode<T: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = T>,
) -> Result<Vec<u8>, EntryLength> {
    let mut batch = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        match u16::try_from(entry.len()) {
            Ok(length @ 1..) => batch.extend_from_slice(&length.to_be_bytes()),
            _ => return Err(EntryLength(entry.len())),
        }
        batch.extend_from_slice(entry);
    }
    Ok(batch)
}

/// The slice of all of `batch`; `None` above 2^32 - 1 bytes.
#[must_use]
pub fn slice(batch: &[u8]) -> Option<Slice> {
    let length = u32::try_from(batch.len()).ok()?;
    Some(match length {
        0 => Slice::default(),
        _ => Slice { root: root_of(batch), words: words_for(length), offset: 0, length },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bad_tails_end_the_batch() {
        for tail in [&[][..], &[0], &[0, 0], &[0, 0, 1, 9], &[0, 2, 9], &[0xff, 0xff, 9]] {
            let batch = [&[0, 1, 7][..], tail].concat();
            let entry = entry_at(&batch, 0).unwrap();
            assert_eq!((entry.bytes, entry.range), (&[7][..], 2..3));
            assert_eq!(entry_at(&batch, 3), None, "{tail:?}");
        }
        assert_eq!(entry_at(&[0, 1, 7], 4), None);
        assert_eq!(entry_at(&[0, 1, 7], u32::MAX), None);
    }

    #[test]
    fn no_batch_holds_an_empty_or_oversized_entry() {
        assert_eq!(encode([vec![]]), Err(EntryLength(0)));
        assert_eq!(encode([vec![1; 65_536]]), Err(EntryLength(65_536)));
    }

    #[test]
    fn the_empty_batch_is_the_zero_slice() {
        assert_eq!(slice(&[]), Some(Slice::default()));
        let some = slice(&[1; 33]).unwrap();
        assert_eq!((some.words, some.offset, some.length), (2, 0, 33));
    }

    proptest! {
        #[test]
        fn encoded_entries_come_back(
            entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..20),
        ) {
            let batch = encode(&entries).unwrap();
            let (mut cursor, mut read) = (0, Vec::new());
            while let Some(entry) = entry_at(&batch, cursor) {
                read.push(entry.bytes.to_vec());
                cursor = entry.range.end;
            }
            prop_assert_eq!(read, entries);
            prop_assert_eq!(usize::try_from(cursor).unwrap(), batch.len());
        }
    }
}
