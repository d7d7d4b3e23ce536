// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Block} from "../../machine/Block.sol";
import {Call} from "../../machine/Call.sol";
import {Frame} from "../../machine/Frame.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Ranges} from "../Range.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice The opcodes that report what block, transaction, call and frame hold.
contract Environment is OpcodeFamily {
    /// @dev The blob base fee without excess blob gas (EIP-7516): the L2 has no blobs.
    uint256 private constant BLOB_BASE_FEE = 1;

    /// @dev Bit i is set if opcode i is one of those without an operand.
    uint256 private constant REPORTS = 2 ** Opcode.ADDRESS | 2 ** Opcode.ORIGIN | 2 ** Opcode.CALLER
        | 2 ** Opcode.CALLVALUE | 2 ** Opcode.CALLDATASIZE | 2 ** Opcode.CODESIZE | 2 ** Opcode.GASPRICE
        | 2 ** Opcode.RETURNDATASIZE | 2 ** Opcode.COINBASE | 2 ** Opcode.TIMESTAMP | 2 ** Opcode.NUMBER
        | 2 ** Opcode.PREVRANDAO | 2 ** Opcode.GASLIMIT | 2 ** Opcode.CHAINID | 2 ** Opcode.BASEFEE
        | 2 ** Opcode.BLOBBASEFEE | 2 ** Opcode.MSIZE;

    function _execute(Step memory step, bytes calldata code, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.CALLDATALOAD || opcode == Opcode.BLOBHASH) return _lookUp(step, opcode);
        if ((REPORTS >> opcode) & 1 == 0) revert WrongFamily(opcode);

        // STACK
        (bool ok,) = Stack.pop(step, 0, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.BASE)) return false;

        // OPERATION
        Stack.push(step.frame, _value(step, code, opcode));

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev CALLDATALOAD and BLOBHASH, which is always zero.
    function _lookUp(Step memory step, uint8 opcode) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(opcode == Opcode.BLOBHASH ? Gas.BLOBHASH : Gas.VERY_LOW)) return false;

        // OPERATION
        bytes32 word;
        if (opcode == Opcode.CALLDATALOAD) word = bytes32(Ranges.read(step, step.call.input, items[0], 32));
        Stack.push(step.frame, uint256(word));

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _value(Step memory step, bytes calldata code, uint8 opcode) private pure returns (uint256) {
        Call memory call = step.call;
        if (opcode == Opcode.ADDRESS) return uint160(call.self);
        if (opcode == Opcode.CALLER) return uint160(call.caller);
        if (opcode == Opcode.CALLVALUE) return call.value;
        if (opcode == Opcode.CALLDATASIZE) return call.input.length;
        if (opcode == Opcode.CODESIZE) return code.length;
        if (opcode == Opcode.RETURNDATASIZE) return step.frame.returned.length;
        if (opcode == Opcode.MSIZE) return 32 * uint256(step.frame.memoryWords);
        if (opcode == Opcode.ORIGIN) return uint160(step.tx.sender);
        if (opcode == Opcode.GASPRICE) return step.tx.gasPrice;
        return _blockValue(step.block, opcode);
    }

    function _blockValue(Block memory block_, uint8 opcode) private pure returns (uint256) {
        if (opcode == Opcode.COINBASE) return uint160(block_.feeRecipient);
        if (opcode == Opcode.TIMESTAMP) return block_.timestamp;
        if (opcode == Opcode.NUMBER) return block_.number;
        if (opcode == Opcode.PREVRANDAO) return uint256(block_.prevRandao);
        if (opcode == Opcode.GASLIMIT) return block_.gasLimit;
        if (opcode == Opcode.CHAINID) return block_.chainId;
        if (opcode == Opcode.BASEFEE) return block_.baseFee;
        return BLOB_BASE_FEE;
    }
}
