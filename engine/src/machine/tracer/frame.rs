//! A call frame with everything its groups commit to.

use std::rc::Rc;

use alloy_primitives::{Address, B256, Bytes};

use crate::{
    authenticated::word_tree::{WordTree, WordTreeError},
    machine::{
        groups::{Call, Frame},
        stack::Stack,
        view::{View, word_range},
    },
};

/// The Frame and Call groups with the stack, the memory, the code and the trees that their slices refer to.
#[derive(Debug)]
pub(super) struct ActiveFrame {
    pub(super) group: Frame,
    /// Hash of the group's cold fields.
    cold: B256,
    pub(super) call: Call,
    pub(super) stack: Stack,
    memory: Rc<WordTree>,
    pub(super) calldata: View,
    returndata: View,
    pub(super) code: Bytes,
    /// revm's refund counter of this frame alone.
    pub(super) refunded: i64,
    /// What runs now.
    pub(super) opcode: u8,
    /// Whether revm's frame may differ from this one: it has just been entered or resumed.
    pub(super) unchecked: bool,
}

impl ActiveFrame {
    /// A frame before its first opcode.
    pub(super) fn new(call: Call, gas: u64, code: Bytes, calldata: View) -> Self {
        let group = Frame { call_hash: call.hash(), gas, ..Frame::default() };
        Self {
            cold: group.cold_hash(),
            group,
            call,
            stack: Stack::default(),
            memory: Rc::default(),
            calldata,
            returndata: View::default(),
            code,
            refunded: 0,
            opcode: 0,
            unchecked: true,
        }
    }

    /// Brings the Frame group up to date and hashes it.
    #[inline]
    pub(super) fn commit(&mut self) -> B256 {
        self.group.stack_hash = self.stack.hash();
        // at most 1024
        self.group.stack_size = self.stack.len() as u16;
        self.group.memory_root = self.memory.root();
        self.group.memory_words = self.memory.words();
        self.group.hash_with(&self.cold)
    }

    /// An address among the arguments.
    pub(super) fn address_argument(&self, depth: usize) -> Address {
        Address::from_word(self.stack.peek(depth).into())
    }

    /// A number among the arguments; what does not fit is the largest number.
    #[inline]
    pub(super) fn argument(&self, depth: usize) -> u64 {
        self.stack.peek(depth).saturating_to()
    }

    #[inline]
    pub(super) fn memory_bytes(&self) -> usize {
        self.memory.words() as usize * 32
    }

    /// Memory becomes at least `bytes` long.
    #[inline]
    pub(super) fn grow_memory(&mut self, bytes: usize) -> Result<(), WordTreeError> {
        let words =
            u32::try_from(bytes.div_ceil(32)).map_err(|_| WordTreeError::TooHigh(u8::MAX))?;
        if words > self.memory.words() {
            Rc::make_mut(&mut self.memory).grow(words)?;
        }
        Ok(())
    }

    /// The bytes `[offset, offset + length)` of memory, which is as large as that; of length 0 at any offset.
    pub(super) fn memory(&self, offset: u64, length: u64) -> View {
        match (u32::try_from(offset), u32::try_from(length)) {
            (Ok(offset), Ok(length)) => View::of(Rc::clone(&self.memory), offset, length),
            _ => View::default(),
        }
    }

    /// Writes `bytes` at `offset`.
    pub(super) fn write_memory(&mut self, offset: u64, bytes: &[u8]) -> Result<(), WordTreeError> {
        let Some((first, count)) = word_range(offset, bytes.len() as u64) else { return Ok(()) };
        let memory = Rc::make_mut(&mut self.memory);
        let mut words: Vec<B256> = memory.leaves(first as usize).take(count as usize).collect();
        let flat = words.iter_mut().flat_map(|word| &mut word.0);
        let skip = (offset - u64::from(first) * 32) as usize;
        for (old, new) in flat.skip(skip).zip(bytes) {
            *old = *new;
        }
        memory.set(first, &words)
    }

    pub(super) fn returndata(&self) -> &View {
        &self.returndata
    }

    pub(super) fn set_returndata(&mut self, view: View) {
        if view.slice() != self.group.returndata {
            self.group.returndata = view.slice();
            self.cold = self.group.cold_hash();
        }
        self.returndata = view;
    }
}
