//! Writes a group's encoding, or a part of it, field by field.

use alloy_primitives::{Address, B256, U256};

use crate::authenticated::slice::Slice;

/// `N` bytes of one group's encoding, under way. What does not fit is cut off, which the generated callers never
/// cause: `N` is the sum of their fields.
pub(super) struct Writer<const N: usize> {
    out: [u8; N],
    at: usize,
}

impl<const N: usize> Writer<N> {
    pub(super) fn new(tag: u8) -> Self {
        let mut writer = Self::bare();
        writer.u8(tag);
        writer
    }

    /// Without a tag.
    pub(super) const fn bare() -> Self {
        Self { out: [0; N], at: 0 }
    }

    fn put(&mut self, bytes: &[u8]) {
        if let Some(slot) = self.out.get_mut(self.at..self.at + bytes.len()) {
            slot.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.u8(value.into());
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u256(&mut self, value: &U256) {
        self.put(&value.to_be_bytes::<32>());
    }

    pub(super) fn b32(&mut self, value: &B256) {
        self.put(value.as_slice());
    }

    pub(super) fn address(&mut self, value: &Address) {
        self.put(value.as_slice());
    }

    pub(super) fn slice(&mut self, value: &Slice) {
        self.put(&value.encode());
    }

    pub(super) const fn finish(self) -> [u8; N] {
        self.out
    }
}
