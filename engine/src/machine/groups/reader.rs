//! Reads a group's encoding field by field.

use alloy_primitives::{Address, B256, U256};
use thiserror::Error;

use crate::authenticated::slice::Slice;

/// Why bytes are not a group's encoding.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum GroupError {
    /// The length is not the group's.
    #[error("group of tag {tag} has {got} bytes, expected {expected}")]
    Length {
        /// The group's tag.
        tag: u8,
        /// Bytes given.
        got: usize,
        /// Bytes the group has.
        expected: usize,
    },
    /// The first byte is not the group's tag.
    #[error("group tag {got}, expected {expected}")]
    Tag {
        /// Tag given.
        got: u8,
        /// The group's tag.
        expected: u8,
    },
    /// A boolean is neither 0 nor 1.
    #[error("boolean byte {0}")]
    Boolean(u8),
}

/// A cursor over the encoding of one group.
pub(super) struct Reader<'a> {
    data: &'a [u8],
    tag: u8,
    size: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(data: &'a [u8], tag: u8, size: usize) -> Result<Self, GroupError> {
        if data.len() != size {
            return Err(GroupError::Length { tag, got: data.len(), expected: size });
        }
        let mut reader = Self { data, tag, size };
        let got = reader.u8()?;
        if got != tag {
            return Err(GroupError::Tag { got, expected: tag });
        }
        Ok(reader)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], GroupError> {
        let (head, rest) = self.data.split_first_chunk::<N>().ok_or(GroupError::Length {
            tag: self.tag,
            got: self.size - self.data.len(),
            expected: self.size,
        })?;
        self.data = rest;
        Ok(*head)
    }

    pub(super) fn u8(&mut self) -> Result<u8, GroupError> {
        Ok(u8::from_be_bytes(self.take()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, GroupError> {
        Ok(u16::from_be_bytes(self.take()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, GroupError> {
        Ok(u32::from_be_bytes(self.take()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, GroupError> {
        Ok(u64::from_be_bytes(self.take()?))
    }

    pub(super) fn u256(&mut self) -> Result<U256, GroupError> {
        Ok(U256::from_be_bytes(self.take::<32>()?))
    }

    pub(super) fn b32(&mut self) -> Result<B256, GroupError> {
        Ok(B256::from(self.take::<32>()?))
    }

    pub(super) fn address(&mut self) -> Result<Address, GroupError> {
        Ok(Address::from(self.take::<20>()?))
    }

    pub(super) fn bool(&mut self) -> Result<bool, GroupError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(GroupError::Boolean(other)),
        }
    }

    pub(super) fn slice(&mut self) -> Result<Slice, GroupError> {
        Ok(Slice {
            root: self.b32()?,
            words: self.u32()?,
            offset: self.u32()?,
            length: self.u32()?,
        })
    }
}
