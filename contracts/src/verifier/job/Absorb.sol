// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {HashChain} from "../../authenticated/HashChain.sol";
import {Slices} from "../../authenticated/Slice.sol";
import {Span, Spans} from "../../authenticated/Span.sol";
import {Job} from "../../machine/Job.sol";
import {JobKind} from "../../machine/JobKind.sol";
import {Phase} from "../../machine/Phase.sol";
import {Precompile} from "../../rules/Precompile.sol";
import {FrameEnd} from "../FrameEnd.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";
import {Keccak256} from "../hash/Keccak256.sol";
import {Ripemd160} from "../hash/Ripemd160.sol";
import {Sha256} from "../hash/Sha256.sol";
import {L1Precompile} from "../precompile/L1Precompile.sol";
import {Msm} from "../precompile/Msm.sol";
import {Prices} from "../precompile/Prices.sol";

/// @notice The Absorb phase: one chunk of a long input goes into a hash or a sum, whose state the job keeps the hash of.
contract Absorb is PhaseFamily {
    /// @notice The witness's record is not the state that the job keeps the hash of.
    error WrongState();

    uint256 private constant _KECCAK_CHUNK = 64 * Keccak256.BLOCK_BYTES;
    uint256 private constant _SHA256_CHUNK = 128 * Sha256.BLOCK_BYTES;
    uint256 private constant _RIPEMD160_CHUNK = 128 * Ripemd160.BLOCK_BYTES;
    /// @dev Pairs of a point and a scalar.
    uint256 private constant _MSM_CHUNK = 128;

    function _advance(Step memory step) internal view override {
        step.requirePhase(Phase.ABSORB);
        address precompile = step.call.codeAddress;
        if (step.job.kind != JobKind.PRECOMPILE) _absorbKeccak(step);
        else if (precompile == Precompile.SHA256) _absorbSha256(step);
        else if (precompile == Precompile.RIPEMD160) _absorbRipemd160(step);
        else _absorbPairs(step, precompile);
    }

    function _absorbKeccak(Step memory step) private pure {
        bytes memory state = _takeState(step, Keccak256.initial());
        (Span data, bool isLast) = _takeChunk(step, _KECCAK_CHUNK);
        if (!isLast) {
            Keccak256.update(state, data);
            _keepState(step, state);
            return;
        }
        bytes32 digest = Keccak256.finish(state, data);
        if (step.job.kind == JobKind.LOG) step.tx.logsHash = HashChain.push(step.tx.logsHash, digest);
        else Stack.push(step.frame, uint256(digest));
        step.machine.phase = Phase.RUNNING;
    }

    function _absorbSha256(Step memory step) private pure {
        bytes memory state = _takeState(step, Sha256.initial());
        (Span data, bool isLast) = _takeChunk(step, _SHA256_CHUNK);
        if (isLast) {
            bytes32 digest = Sha256.finish(state, data, step.job.total);
            FrameEnd.succeed(step, Slices.ofBytes(abi.encode(digest)));
        } else {
            Sha256.update(state, data);
            _keepState(step, state);
        }
    }

    function _absorbRipemd160(Step memory step) private pure {
        bytes memory state = _takeState(step, Ripemd160.initial());
        (Span data, bool isLast) = _takeChunk(step, _RIPEMD160_CHUNK);
        if (isLast) {
            bytes20 digest = Ripemd160.finish(state, data, step.job.total);
            FrameEnd.succeed(step, Slices.ofBytes(abi.encode(uint256(uint160(digest)))));
        } else {
            Ripemd160.update(state, data);
            _keepState(step, state);
        }
    }

    function _absorbPairs(Step memory step, address msm) private view {
        bool isG1 = msm == Precompile.BLS12_G1MSM;
        // Infinity is all zeros.
        bytes memory sum = _takeState(step, new bytes(isG1 ? Msm.G1_POINT : Msm.G2_POINT));
        (Span pairs, bool isLast) = _takeChunk(step, _MSM_CHUNK * (isG1 ? Msm.G1_PAIR : Msm.G2_PAIR));
        uint256 price = isG1 ? Msm.g1(pairs.length()) : Msm.g2(pairs.length());
        (bool success, bytes memory addend) = L1Precompile.run(msm, pairs, price);
        if (!success) {
            FrameEnd.halt(step);
            return;
        }
        sum = _add(isG1, bytes.concat(sum, addend));
        if (isLast) FrameEnd.succeed(step, Slices.ofBytes(sum));
        else _keepState(step, sum);
    }

    /// @dev Both points come from the precompiles, which have nothing to object to.
    function _add(bool isG1, bytes memory points) private view returns (bytes memory sum) {
        bool success;
        (success, sum) = isG1
            ? L1Precompile.run(Precompile.BLS12_G1ADD, Spans.from(points), Prices.BLS12_G1ADD)
            : L1Precompile.run(Precompile.BLS12_G2ADD, Spans.from(points), Prices.BLS12_G2ADD);
        assert(success);
    }

    /// @dev What the steps before have left, at first `initial`.
    function _takeState(Step memory step, bytes memory initial) private pure returns (bytes memory state) {
        bytes32 hash = step.job.accumulator;
        if (hash == 0) return initial;
        state = step.witness.takeRecord();
        if (keccak256(state) != hash) revert WrongState();
    }

    /// @dev The next bytes of the source, `size` or, at its end, fewer.
    function _takeChunk(Step memory step, uint256 size) private pure returns (Span chunk, bool isLast) {
        Job memory job = step.job;
        uint256 left = job.total - job.done;
        if (left < size) size = left;
        chunk = Ranges.readSlice(step, job.source.part(job.done, size));
        // At most the total.
        // forge-lint: disable-next-line(unsafe-typecast)
        job.done += uint32(size);
        isLast = job.done == job.total;
    }

    function _keepState(Step memory step, bytes memory state) private pure {
        step.job.accumulator = keccak256(state);
    }
}
