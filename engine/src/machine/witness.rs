//! What authenticates the parts of a machine state that a step touches (`docs/protocol.md` section 3).

use alloy_primitives::{B256, Bytes, U256};

use super::groups::{Block, Call, Frame, Job, Machine, Tx};
use crate::authenticated::word_tree::Range;

/// A step's witness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// The machine before the step.
    pub machine: Machine,
    /// Its Block group.
    pub block: Block,
    /// Its Tx group, if the phase has one.
    pub tx: Option<Tx>,
    /// Its Frame group with the Call, if the phase has one.
    pub frame: Option<FrameWitness>,
    /// Its Job group, if the phase has one.
    pub job: Option<Job>,
    /// The suspended caller, if the step ends a frame of depth > 0.
    pub resumed: Option<Frame>,
    /// Proven words of trees, in the order in which they are read.
    pub ranges: Vec<Range>,
    /// Codes, each once.
    pub codes: Vec<Bytes>,
    /// Trie nodes, each once.
    pub nodes: Vec<Bytes>,
    /// The Inbox record, an opening of a blob's element, an absorbing state, packed deposits or a link of the destructs chain.
    pub record: Bytes,
}

/// The running frame and the stack items that the step reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameWitness {
    /// The Frame group.
    pub frame: Frame,
    /// Its Call group.
    pub call: Call,
    /// The hash chain below the items.
    pub stack_rest: B256,
    /// The items read, deepest first.
    pub items: Vec<U256>,
}

/// A part of a witness is longer than its length field can say: no L1 transaction could carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{count} {part} do not fit a witness")]
pub struct WitnessError {
    /// Which part.
    pub part: &'static str,
    /// Its length.
    pub count: usize,
}

impl Witness {
    /// The bytes that the verifier takes.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn encode(&self) -> Result<Vec<u8>, WitnessError> {
        let mut out = Encoder(Vec::with_capacity(2048));
        out.group(Some(&self.machine.encode()))?;
        out.group(Some(&self.block.encode()))?;
        out.group(self.tx.as_ref().map(Tx::encode).as_ref().map(<[u8; _]>::as_slice))?;
        let frame = self.frame.as_ref();
        out.group(frame.map(|it| it.frame.encode()).as_ref().map(<[u8; _]>::as_slice))?;
        out.group(frame.map(|it| it.call.encode()).as_ref().map(<[u8; _]>::as_slice))?;
        out.group(self.job.as_ref().map(Job::encode).as_ref().map(<[u8; _]>::as_slice))?;
        out.group(self.resumed.as_ref().map(Frame::encode).as_ref().map(<[u8; _]>::as_slice))?;
        if let Some(FrameWitness { stack_rest, items, .. }) = frame {
            out.0.extend_from_slice(stack_rest.as_slice());
            out.length::<1>("stack items", items.len())?;
            for item in items {
                out.0.extend_from_slice(&item.to_be_bytes::<32>());
            }
        }
        out.length::<1>("ranges", self.ranges.len())?;
        for Range { words, siblings } in &self.ranges {
            out.length::<2>("words", words.len())?;
            out.0.extend(words.iter().flat_map(|word| word.0));
            out.length::<1>("siblings", siblings.len())?;
            out.0.extend(siblings.iter().flat_map(|sibling| sibling.0));
        }
        out.length::<1>("codes", self.codes.len())?;
        for code in &self.codes {
            out.length::<3>("bytes of code", code.len())?;
            out.0.extend_from_slice(code);
        }
        out.length::<2>("nodes", self.nodes.len())?;
        for node in &self.nodes {
            out.length::<2>("bytes of a node", node.len())?;
            out.0.extend_from_slice(node);
        }
        out.length::<2>("bytes of record", self.record.len())?;
        out.0.extend_from_slice(&self.record);
        Ok(out.0)
    }
}

struct Encoder(Vec<u8>);

impl Encoder {
    /// `count` in `N` bytes, big-endian.
    fn length<const N: usize>(
        &mut self,
        part: &'static str,
        count: usize,
    ) -> Result<(), WitnessError> {
        let bytes = count.to_be_bytes();
        match bytes.split_last_chunk::<N>() {
            Some((high, low)) if high.iter().all(|byte| *byte == 0) => {
                self.0.extend_from_slice(low);
                Ok(())
            }
            _ => Err(WitnessError { part, count }),
        }
    }

    fn group(&mut self, encoding: Option<&[u8]>) -> Result<(), WitnessError> {
        let encoding = encoding.unwrap_or_default();
        self.length::<2>("bytes of a group", encoding.len())?;
        self.0.extend_from_slice(encoding);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_boundary_has_two_groups() {
        let encoding = Witness::default().encode().unwrap();
        // five absent groups, and no ranges, codes, nodes or record
        let rest = 5 * 2 + 1 + 1 + 2 + 2;
        assert_eq!(encoding.len(), 2 + Machine::SIZE + 2 + Block::SIZE + rest);
        assert_eq!(encoding[..2], [0, 194]);
    }

    #[test]
    fn a_length_that_does_not_fit_is_refused() {
        let codes = vec![Bytes::from_static(&[1]); 256];
        let error = Witness { codes, ..Witness::default() }.encode().unwrap_err();
        assert_eq!(error, WitnessError { part: "codes", count: 256 });
    }
}
