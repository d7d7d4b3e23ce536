// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice, Slices} from "../../authenticated/Slice.sol";
import {Spans} from "../../authenticated/Span.sol";
import {JobKind} from "../../machine/JobKind.sol";
import {Phase} from "../../machine/Phase.sol";
import {Limits} from "../../rules/Limits.sol";
import {Precompile} from "../../rules/Precompile.sol";
import {AbsorbJob} from "../AbsorbJob.sol";
import {FrameEnd} from "../FrameEnd.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {Step} from "../Step.sol";
import {Inputs} from "./Inputs.sol";
import {L1Precompile} from "./L1Precompile.sol";
import {Prices} from "./Prices.sol";

/// @notice The Precompile phase: runs the precompile that the frame calls, as L1's own.
contract Precompiles is PhaseFamily {
    function _advance(Step memory step) internal view override {
        step.requirePhase(Phase.PRECOMPILE);
        address precompile = step.call.codeAddress;
        Slice memory input = step.call.input;
        if (!Inputs.isTaken(precompile, input.length)) {
            FrameEnd.halt(step);
        } else if (Prices.needInput(precompile)) {
            bytes memory data = _read(step, precompile);
            uint256 price = Prices.ofInput(precompile, data);
            if (step.charge(price)) _run(step, precompile, data, price);
            else FrameEnd.halt(step);
        } else {
            uint256 price = Prices.ofLength(precompile, input.length);
            if (step.charge(price)) _answer(step, precompile, input, price);
            else FrameEnd.halt(step);
        }
    }

    /// @dev The price is paid and nothing is read yet.
    function _answer(Step memory step, address precompile, Slice memory input, uint256 price) private view {
        if (precompile == Precompile.IDENTITY) {
            FrameEnd.succeed(step, input);
        } else if (Inputs.isVoid(precompile, input.length)) {
            Slice memory none;
            FrameEnd.succeed(step, none);
        } else if (input.length > Limits.WHOLE_BYTES && Inputs.isDivisible(precompile)) {
            AbsorbJob.begin(step, JobKind.PRECOMPILE, input);
        } else {
            _run(step, precompile, _read(step, precompile), price);
        }
    }

    function _read(Step memory step, address precompile) private pure returns (bytes memory) {
        Slice memory input = step.call.input;
        return Ranges.read(step, input, 0, Inputs.window(precompile, input.length));
    }

    /// @dev The price is paid.
    function _run(Step memory step, address precompile, bytes memory data, uint256 price) private view {
        (bool success, bytes memory output) = L1Precompile.run(precompile, Spans.from(data), price);
        if (success) FrameEnd.succeed(step, Slices.ofBytes(output));
        else FrameEnd.halt(step);
    }
}
