// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Job} from "../../machine/Job.sol";
import {Phase} from "../../machine/Phase.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";
import {Prologue} from "./Prologue.sol";

/// @notice The AccessList phase: warms one address or one key (EIP-2930). The list was decoded when the transaction began,
/// so nothing in it is checked again.
contract AccessList is PhaseFamily {
    /// @dev Covers the longest head of an entry: a list header, an address and another list header.
    uint256 private constant _CHUNK = 64;
    uint256 private constant _ADDRESS_SIZE = 21;
    uint32 private constant _KEY_SIZE = 33;

    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.ACCESS_LIST);
        Job memory job = step.job;
        uint256 left = job.total - job.done;
        bytes memory chunk = Ranges.read(step, job.source, job.done, left < _CHUNK ? left : _CHUNK);
        if (job.destination == 0) _warmAddress(step, chunk);
        else _warmKey(step, chunk);
        if (job.done == job.total) Prologue.authorize(step);
    }

    function _warmAddress(Step memory step, bytes memory chunk) private pure {
        (uint256 position,) = _listHeader(chunk, 0);
        address account = address(uint160(_load(chunk, position + 1) >> 96));
        position += _ADDRESS_SIZE;
        (uint256 headerSize, uint256 keysLength) = _listHeader(chunk, position);

        if (!Warmth.isWarm(step, account)) Warmth.warm(step, account);
        Job memory job = step.job;
        uint256 keys = job.done + position + headerSize;
        job.accumulator = bytes32(uint256(uint160(account)));
        // Inside the list.
        // forge-lint: disable-next-line(unsafe-typecast)
        (job.done, job.destination) = (uint32(keys), keysLength == 0 ? 0 : uint32(keys + keysLength));
    }

    function _warmKey(Step memory step, bytes memory chunk) private pure {
        Job memory job = step.job;
        address account = address(uint160(uint256(job.accumulator)));
        bytes32 key = bytes32(_load(chunk, 1));
        if (!Warmth.isWarm(step, account, key)) Warmth.warm(step, account, key);
        job.done += _KEY_SIZE;
        if (job.done == job.destination) job.destination = 0;
    }

    /// @dev Size of the list header at `position` and the length it announces.
    function _listHeader(bytes memory chunk, uint256 position) private pure returns (uint256 size, uint256 length) {
        uint256 word = _load(chunk, position);
        uint256 first = word >> 248;
        if (first < 0xf8) return (1, first - 0xc0);
        uint256 lengthBytes = first - 0xf7;
        return (1 + lengthBytes, (word << 8) >> (256 - 8 * lengthBytes));
    }

    function _load(bytes memory chunk, uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(chunk, 32), position))
        }
    }
}
