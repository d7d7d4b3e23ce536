//! What the protocol asks of an opcode besides its effect: the items it reads, and what halts it before any read.

use revm::bytecode::opcode::{self as op, OpCode};

/// Most items a stack holds.
pub(super) const STACK_LIMIT: usize = 1024;

/// Items that `opcode` takes from the stack and puts there; `None` when Osaka does not define it.
#[inline]
fn stack_io(opcode: u8) -> Option<(usize, usize)> {
    // revm's table has opcodes of later forks
    if matches!(opcode, op::SLOTNUM | op::DUPN | op::SWAPN | op::EXCHANGE | op::INVALID) {
        return None;
    }
    let info = OpCode::new(opcode)?;
    Some((info.inputs().into(), info.outputs().into()))
}

/// Items that `opcode` reads, were they all there: DUPn n, SWAPn n + 1.
pub(crate) fn items_read(opcode: u8) -> usize {
    stack_io(opcode).map_or(0, |(inputs, _)| inputs)
}

/// Whether `opcode` halts at once, before any read: undefined, underflow, overflow or static violation. `value` is the
/// third item, the value of a CALL.
#[inline]
pub(super) fn halts_at_once(opcode: u8, stack: usize, is_static: bool, has_value: bool) -> bool {
    let Some((inputs, outputs)) = stack_io(opcode) else { return true };
    let fits = stack >= inputs && stack - inputs + outputs <= STACK_LIMIT;
    !fits || (is_static && changes_state(opcode, has_value))
}

fn changes_state(opcode: u8, has_value: bool) -> bool {
    match opcode {
        op::SSTORE | op::TSTORE | op::CREATE | op::CREATE2 | op::SELFDESTRUCT => true,
        op::LOG0..=op::LOG4 => true,
        op::CALL => has_value,
        _ => false,
    }
}

/// The name of `opcode`.
#[must_use]
pub fn name(opcode: u8) -> &'static str {
    OpCode::name_by_op(opcode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_protocol_says() {
        assert_eq!(items_read(op::DUP1), 1);
        assert_eq!(items_read(op::DUP16), 16);
        assert_eq!(items_read(op::SWAP1), 2);
        assert_eq!(items_read(op::SWAP16), 17);
        assert_eq!(items_read(op::CALL), 7);
        assert_eq!(items_read(op::LOG4), 6);
        assert_eq!(items_read(op::DUPN), 0);
        assert_eq!(items_read(0x0c), 0);
    }

    #[test]
    fn halts_before_reading() {
        assert!(halts_at_once(op::INVALID, 0, false, false));
        assert!(halts_at_once(op::ADD, 1, false, false));
        assert!(!halts_at_once(op::ADD, 2, false, false));
        assert!(halts_at_once(op::PUSH0, 1024, false, false));
        assert!(halts_at_once(op::DUP1, 1024, false, false));
        assert!(!halts_at_once(op::SWAP1, 1024, false, false));
        assert!(halts_at_once(op::SSTORE, 2, true, false));
        assert!(halts_at_once(op::CALL, 7, true, true));
        assert!(!halts_at_once(op::CALL, 7, true, false));
        assert!(!halts_at_once(op::CALLCODE, 7, true, true));
    }
}
