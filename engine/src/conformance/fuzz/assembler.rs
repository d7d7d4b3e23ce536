//! Bytecode under construction.

use alloy_primitives::U256;
use revm::bytecode::opcode as op;

/// Opcodes with the data behind them.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembler {
    code: Vec<u8>,
    /// What is put behind the code, and where its position has to be written.
    data: Vec<(usize, Vec<u8>)>,
}

/// A jump whose destination is not known yet.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(super) struct Label(usize);

impl Assembler {
    pub(super) fn op(&mut self, opcode: u8) {
        self.code.push(opcode);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.code.extend_from_slice(bytes);
    }

    /// The shortest PUSH of `value`.
    pub(super) fn push(&mut self, value: impl Into<U256>) {
        let bytes = value.into().to_be_bytes_trimmed_vec();
        // at most 32
        self.op(op::PUSH0 + u8::try_from(bytes.len()).unwrap_or_default());
        self.raw(&bytes);
    }

    /// Pushes `arguments` so that the first one is on top, then `opcode`.
    pub(super) fn with(&mut self, opcode: u8, arguments: &[U256]) {
        for argument in arguments.iter().rev() {
            self.push(*argument);
        }
        self.op(opcode);
    }

    /// A PUSH2 to be filled in.
    pub(super) fn push_label(&mut self) -> Label {
        self.raw(&[op::PUSH2, 0, 0]);
        Label(self.code.len() - 2)
    }

    /// A JUMPDEST to which `label` leads.
    pub(super) fn land(&mut self, label: Label) {
        let here = self.code.len();
        self.fill(label.0, here);
        self.op(op::JUMPDEST);
    }

    /// A JUMPDEST, and where it is.
    pub(super) fn destination(&mut self) -> U256 {
        self.op(op::JUMPDEST);
        U256::from(self.code.len() - 1)
    }

    fn fill(&mut self, at: usize, position: usize) {
        let position = u16::try_from(position).unwrap_or(u16::MAX);
        if let Some(slot) = self.code.get_mut(at..at + 2) {
            slot.copy_from_slice(&position.to_be_bytes());
        }
    }

    /// CODECOPY of `data`, which goes behind the code, to `memory`.
    pub(super) fn load(&mut self, data: Vec<u8>, memory: u64) {
        self.push(U256::from(data.len()));
        let Label(at) = self.push_label();
        self.data.push((at, data));
        self.push(U256::from(memory));
        self.op(op::CODECOPY);
    }

    pub(super) const fn len(&self) -> usize {
        self.code.len()
    }

    /// The code with its data.
    pub(super) fn finish(mut self) -> Vec<u8> {
        for (at, data) in std::mem::take(&mut self.data) {
            let position = self.code.len();
            self.fill(at, position);
            self.raw(&data);
        }
        self.code
    }
}
