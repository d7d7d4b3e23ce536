//! What a step does, in a sentence.

use alloy_primitives::{Address, U256};

use super::{Operand, is_halt, opcodes};
use crate::machine::{JobKind, Outcome, Phase, StepInfo, Witness, opcode};

/// Numbers below are told in decimal, others in hexadecimal.
const SMALL: u64 = 1 << 40;

/// What the step does. `operands` are an opcode's, `result` what it leaves on top of the stack.
pub(super) fn of(
    info: &StepInfo,
    before: &Witness,
    after: &Witness,
    operands: &[Operand],
    result: Option<U256>,
) -> String {
    match (info.outcome, info.phase, info.opcode) {
        (Outcome::Idle, ..) => "There is nothing to do: the state stays as it is.".to_owned(),
        (Outcome::Skipped(reason), ..) => {
            format!("The entry is no transaction here, and is skipped: {reason}.")
        }
        (outcome, Phase::Running, Some(code)) if is_halt(outcome) => format!(
            "{} fails ({outcome}): the frame ends, what it did is undone and its gas is gone.",
            opcode::name(code)
        ),
        (outcome, Phase::Running, Some(code)) => {
            let done = opcode_words(code, before, operands, result);
            let end = match outcome {
                Outcome::Success | Outcome::Revert => String::new(),
                failed => format!("; but no frame begins ({failed}), and the caller goes on"),
            };
            format!("{} {done}{end}.", opcode::name(code))
        }
        (_, phase, _) => of_phase(phase, info, before, after),
    }
}

/// What an opcode does with its operands.
fn opcode_words(code: u8, before: &Witness, operands: &[Operand], result: Option<U256>) -> String {
    let Some(words) = opcodes::of(code) else { return "is not defined".to_owned() };
    let mut text = words.does.to_owned();
    for (place, operand) in operands.iter().enumerate() {
        text = text.replace(&format!("{{{place}}}"), &value(&operand.name, operand.value));
    }
    if let Some(result) = result {
        text = text.replace("{=}", &value(result_name(code), result));
    }
    if let Some(frame) = &before.frame {
        text = text.replace("{self}", &frame.call.address.to_string());
    }
    text
}

/// What kind of value an opcode gives.
const fn result_name(code: u8) -> &'static str {
    match code {
        // ADDRESS, ORIGIN, CALLER, COINBASE
        0x30 | 0x32 | 0x33 | 0x41 => "account",
        _ => "value",
    }
}

fn value(name: &str, value: U256) -> String {
    match name {
        "account" | "callee" | "heir" => Address::from_word(value.into()).to_string(),
        _ if value < U256::from(SMALL) => value.to_string(),
        _ => format!("{value:#x}"),
    }
}

fn of_phase(phase: Phase, info: &StepInfo, before: &Witness, after: &Witness) -> String {
    let (done, total) = before.job.as_ref().map_or((0, 0), |job| (job.done, job.total));
    let next = after.job.as_ref().map_or(total, |job| job.done);
    match phase {
        Phase::Boundary => of_boundary(info, before, after),
        Phase::AccessList => "Warms what the transaction's access list names.".to_owned(),
        Phase::Authorize => {
            "Applies one of the transaction's authorizations (EIP-7702).".to_owned()
        }
        Phase::Enter => match &before.tx {
            Some(tx) if tx.create => {
                format!("Begins to create {}, with {} wei.", tx.to, tx.value)
            }
            Some(tx) => format!("Begins the call of {}, with {} wei.", tx.to, tx.value),
            None => "Begins the call.".to_owned(),
        },
        Phase::Precompile => {
            let input = before.frame.as_ref().map_or(0, |frame| frame.call.calldata.length);
            let ends = match info.outcome {
                Outcome::Success => String::new(),
                failed => format!(", which fails ({failed})"),
            };
            format!("Runs the precompile {} on {input} bytes{ends}.", info.contract)
        }
        Phase::Copy => format!("Copies bytes {done} to {next} of {total} into memory."),
        Phase::Absorb => {
            let kind = info.job.map_or("a bulk operation", job);
            format!("Takes bytes {done} to {next} of {total} into {kind}.")
        }
        Phase::Create => match is_halt(info.outcome) || info.outcome != Outcome::Success {
            true => format!("The creation does not begin ({}).", info.outcome),
            false => "Begins the creation that the opcode before has paid for.".to_owned(),
        },
        Phase::Settle => match &before.tx {
            Some(tx) if tx.kind >= 0x80 => "Ends the system call.".to_owned(),
            Some(tx) => format!(
                "Ends the transaction: pays back to {} what is left of its gas, and the tip to the fee recipient {}.",
                tx.sender, before.block.fee_recipient
            ),
            None => "Ends the transaction.".to_owned(),
        },
        Phase::Destruct => "Removes an account that has destroyed itself.".to_owned(),
        Phase::Deposits => of_deposits(before, after),
        Phase::Blob => format!("Copies element {done} of the blob's {total} into the batch."),
        Phase::Running => "Goes on.".to_owned(),
    }
}

fn of_boundary(info: &StepInfo, before: &Witness, after: &Witness) -> String {
    let block = &before.block;
    if !block.open {
        return format!("Begins block {}, at time {}.", after.block.number, after.block.timestamp);
    }
    match &after.tx {
        Some(tx) => format!(
            "Takes the next entry of the batch: transaction {} of {}, with {} gas; all that makes it valid is checked, and it is paid for.",
            tx.hash, tx.sender, tx.gas_limit
        ),
        None if info.transaction.is_zero() => of_deposits(before, after),
        None => "Takes the next entry of the batch.".to_owned(),
    }
}

fn of_deposits(before: &Witness, after: &Witness) -> String {
    let (block, count) = (&before.block, before.block.deposit_count);
    if after.block.deposits_done > block.deposits_done {
        return format!("Credits deposit {} of {count}.", after.block.deposits_done);
    }
    match after.block.open {
        true => format!("Comes to the block's end, where {count} deposits are credited."),
        false => format!("Seals block {}: makes its header.", block.number),
    }
}

/// A kind of bulk operation in words.
pub(super) const fn job(kind: JobKind) -> &'static str {
    match kind {
        JobKind::AccessList => "the access list",
        JobKind::Copy => "a copy into memory",
        JobKind::Authorizations => "the authorizations",
        JobKind::Keccak => "the hash of KECCAK256",
        JobKind::Log => "the hash of a log's data",
        JobKind::Precompile => "the precompile's input",
        JobKind::Create => "a creation",
        JobKind::Blob => "the batch",
    }
}
