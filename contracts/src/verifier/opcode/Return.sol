// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {Slice} from "../../authenticated/Slice.sol";
import {Span} from "../../authenticated/Span.sol";
import {CallKind} from "../../machine/CallKind.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {FrameEnd} from "../FrameEnd.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Ranges} from "../Range.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";

/// @notice RETURN and REVERT: the ends of a frame that have an output. That of a creation is the new account's code.
contract Return is OpcodeFamily {
    /// @dev First byte that no code has (EIP-3541).
    bytes1 private constant RESERVED = 0xef;

    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode != Opcode.RETURN && opcode != Opcode.REVERT) revert WrongFamily(opcode);

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2, 0);
        if (!ok) return false;

        // GAS
        if (!Memory.grow(step, items[0], items[1])) return false;

        // OPERATION
        Slice memory output = Memory.slice(step.frame, items[0], items[1]);
        if (opcode == Opcode.REVERT) {
            FrameEnd.fail(step, output);
            return true;
        }
        if (step.call.kind == CallKind.CREATION && !_deposit(step, output)) return false;
        FrameEnd.succeed(step, output);
        return true;
    }

    /// @dev Makes `code` the code of the account under creation; false if it may not be.
    function _deposit(Step memory step, Slice memory code) private pure returns (bool) {
        if (code.length > Limits.CODE_BYTES) return false;
        if (!step.charge(Gas.CODE_DEPOSIT_BYTE * code.length)) return false;
        if (code.length == 0) return true;
        Span data = Ranges.readSlice(step, code);
        if (data.first() == RESERVED) return false;
        Account memory account = State.read(step, step.call.self);
        account.codeHash = data.hash();
        State.write(step, step.call.self, account);
        return true;
    }
}
