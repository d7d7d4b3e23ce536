// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {Slice, Slices} from "../../authenticated/Slice.sol";
import {WordTree} from "../../authenticated/WordTree.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {CopyJob} from "../CopyJob.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice CALLDATACOPY, CODECOPY, EXTCODECOPY and RETURNDATACOPY. They only pay; the Copy phase copies.
contract Copies is OpcodeFamily {
    function _execute(Step memory step, bytes calldata code, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.EXTCODECOPY) return _copyExternalCode(step);
        if (opcode != Opcode.CALLDATACOPY && opcode != Opcode.CODECOPY && opcode != Opcode.RETURNDATACOPY) {
            revert WrongFamily(opcode);
        }

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 3, 0);
        if (!ok) return false;
        (uint256 destination, uint256 offset, uint256 length) = (items[0], items[1], items[2]);

        // GAS
        if (opcode == Opcode.RETURNDATACOPY && _endsBeyond(step.frame.returned, offset, length)) return false;
        if (!_pay(step, Gas.VERY_LOW, destination, length)) return false;

        // OPERATION
        CopyJob.begin(step, _source(step, code, opcode, offset, length), destination, length);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _copyExternalCode(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 4, 0);
        if (!ok) return false;
        // An address is the low 20 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        address account = address(uint160(items[0]));
        (uint256 destination, uint256 offset, uint256 length) = (items[1], items[2], items[3]);

        // GAS
        bool warm = Warmth.isWarm(step, account);
        Account memory found = State.read(step, account);
        bytes calldata code = step.witness.code(found.codeHash);
        if (!_pay(step, warm ? Gas.WARM_ACCESS : Gas.COLD_ACCOUNT_ACCESS, destination, length)) return false;

        // OPERATION
        if (!warm) Warmth.warm(step, account);
        CopyJob.begin(step, _codePart(code, offset, length), destination, length);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _source(Step memory step, bytes calldata code, uint8 opcode, uint256 offset, uint256 length)
        private
        pure
        returns (Slice memory)
    {
        if (opcode == Opcode.CALLDATACOPY) return step.call.input.part(offset, length);
        if (opcode == Opcode.RETURNDATACOPY) return step.frame.returned.part(offset, length);
        return _codePart(code, offset, length);
    }

    /// @dev Whether return data has no such bytes, which halts even if none are wanted (EIP-211).
    function _endsBeyond(Slice memory data, uint256 offset, uint256 length) private pure returns (bool) {
        return offset > data.length || length > data.length - offset;
    }

    /// @dev Pays `price`, the copied words and memory up to their end, and grows it.
    function _pay(Step memory step, uint256 price, uint256 destination, uint256 length) private pure returns (bool) {
        if (!Memory.grow(step, destination, length)) return false;
        return step.charge(price + Gas.COPY_WORD * Memory.wordCount(length));
    }

    /// @dev Bytes [offset, offset + length) of the code's word tree, which is only built if there are any.
    function _codePart(bytes calldata code, uint256 offset, uint256 length) private pure returns (Slice memory slice) {
        if (length == 0 || offset >= code.length) return slice;
        // A code has at most 49,152 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 words = uint32(Memory.wordCount(code.length));
        return Slices.create(WordTree.rootOfCalldata(code), words, 0, code.length).part(offset, length);
    }
}
