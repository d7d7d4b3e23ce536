//! Bytecode from a listing: an instruction a line, comments behind `;`.
//!
//! `PUSH 0x..` takes the shortest push; `name:` is a JUMPDEST and `name=` only a position, which `@name` pushes in two
//! bytes; `DATA 0x..` stands for itself. Every other line is an opcode by its name.

use std::collections::HashMap;

use alloy_primitives::{U256, hex};
use revm::bytecode::opcode::{JUMPDEST, OpCode, PUSH0, PUSH2};

pub(crate) fn assemble(listing: &str) -> Vec<u8> {
    let (mut code, mut labels, mut uses) = (Vec::new(), HashMap::new(), Vec::new());
    for line in listing.lines() {
        let instruction = line.split(';').next().unwrap().trim();
        if let Some(label) = instruction.strip_suffix(':') {
            labels.insert(label, code.len());
            code.push(JUMPDEST);
        } else if let Some(label) = instruction.strip_suffix('=') {
            labels.insert(label, code.len());
        } else if let Some(label) = instruction.strip_prefix('@') {
            code.push(PUSH2);
            uses.push((label, code.len()));
            code.extend([0; 2]);
        } else if let Some(value) = instruction.strip_prefix("PUSH ") {
            let value: U256 = value.parse().unwrap();
            let bytes = value.to_be_bytes_trimmed_vec();
            code.push(PUSH0 + u8::try_from(bytes.len()).unwrap());
            code.extend(bytes);
        } else if let Some(data) = instruction.strip_prefix("DATA ") {
            code.extend(hex::decode(data).unwrap());
        } else if !instruction.is_empty() {
            code.push(opcode(instruction));
        }
    }
    for (label, at) in uses {
        let position = labels.get(label).unwrap_or_else(|| panic!("no label {label}"));
        let position = u16::try_from(*position).unwrap().to_be_bytes();
        code.splice(at..at + 2, position);
    }
    code
}

fn opcode(name: &str) -> u8 {
    (0..=u8::MAX)
        .find(|byte| OpCode::new(*byte).is_some_and(|opcode| opcode.as_str() == name))
        .unwrap_or_else(|| panic!("no opcode {name}"))
}

#[test]
fn labels_pushes_and_data() {
    let code =
        assemble("start: ; begins\nPUSH 0x0\nPUSH 0x100\n@end\nJUMP\nend=\nDATA 0xfe0c\n@start");
    assert_eq!(hex::encode(code), "5b5f61010061000956fe0c610000");
}
