// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StepContext} from "../interfaces/IStepVerifier.sol";
import {Block, BlockCodec} from "../machine/Block.sol";
import {Call, CallCodec} from "../machine/Call.sol";
import {Frame, FrameCodec} from "../machine/Frame.sol";
import {Job, JobCodec} from "../machine/Job.sol";
import {Machine, MachineCodec} from "../machine/Machine.sol";
import {Phase} from "../machine/Phase.sol";
import {Tx, TxCodec} from "../machine/Tx.sol";
import {Cursor, Cursors, Witness} from "./Witness.sol";

/// @notice One transition under way: the machine's groups, proven to be those of the state before it and changed in place
/// into those of the state after it, and what is left of the witness.
struct Step {
    /// Where in the claim the transition stands.
    StepContext context;
    /// The machine. Its group hashes are those before the step; its phase decides which are made anew.
    Machine machine;
    /// The L2 block.
    Block block;
    /// The transaction, if the phase has one.
    Tx tx;
    /// The frame under way, if the phase has one. A step that enters a call sets its `callHash`.
    Frame frame;
    /// The call that `frame` runs.
    Call call;
    /// The bulk operation, if the phase has one.
    Job job;
    /// The suspended caller's frame, if given and not taken yet.
    Frame resumed;
    /// Whether it is there.
    bool hasResumed;
    /// Everything else the step is given.
    Witness witness;
}

using Steps for Step global;

/// @notice Opening and closing of a step.
library Steps {
    /// @notice The witness's machine is not the one before the step.
    error WrongPreState(bytes32 hash);
    /// @notice The witness's group with this tag does not have the hash that commits to it.
    error WrongGroup(uint8 tag);
    /// @notice The phase does not have the group with this tag, which is given.
    error UnexpectedGroup(uint8 tag);
    /// @notice There is no such phase.
    error UnknownPhase(uint8 phase);
    /// @notice A hash stands where the phase says that nothing is.
    error PhaseMismatch(uint8 phase);
    /// @notice The items given are not the uppermost of the stack.
    error WrongStack();
    /// @notice The step ends no frame that was called by the one given.
    error UnexpectedResumedFrame();
    /// @notice The step does not work in this phase.
    error WrongPhase(uint8 phase);

    /// @notice The step from the machine hashed in `preState`, with everything that is committed by it proven.
    function load(StepContext calldata context, bytes32 preState, bytes calldata witness)
        internal
        pure
        returns (Step memory step)
    {
        step.context = context;
        Cursor memory cursor = Cursors.open(witness);
        _loadGroups(step, cursor, preState);
        if (Phase.hasFrame(step.machine.phase)) {
            step.witness.readItems(cursor);
            if (step.witness.stackHash() != step.frame.stackHash) revert WrongStack();
        }
        step.witness.readProofs(cursor);
    }

    /// @notice Hash of the machine after the step. Reverts unless the step has used its whole witness.
    function seal(Step memory step) internal pure returns (bytes32 postState) {
        step.witness.requireSpent();
        if (step.hasResumed) revert UnexpectedResumedFrame();
        Machine memory machine = step.machine;
        uint8 phase = machine.phase;
        machine.blockHash = BlockCodec.hash(step.block);
        machine.txHash = Phase.hasTx(phase) ? TxCodec.hash(step.tx) : bytes32(0);
        machine.frameHash = Phase.hasFrame(phase) ? FrameCodec.hash(step.frame) : bytes32(0);
        machine.jobHash = Phase.hasJob(phase) ? JobCodec.hash(step.job) : bytes32(0);
        if (!Phase.hasTx(phase)) machine.scratchRoot = 0;
        return MachineCodec.hash(machine);
    }

    /// @notice Reverts unless the machine is in this phase.
    function requirePhase(Step memory step, uint8 phase) internal pure {
        if (step.machine.phase != phase) revert WrongPhase(step.machine.phase);
    }

    /// @notice The frame that waits for the call under way to end; it is used from now on.
    function takeResumed(Step memory step) internal pure returns (Frame memory) {
        if (!step.hasResumed || FrameCodec.hash(step.resumed) != step.call.parent) revert WrongGroup(FrameCodec.TAG);
        step.hasResumed = false;
        return step.resumed;
    }

    /// @notice Takes `amount` gas from the frame; false if it has less, which halts it.
    function charge(Step memory step, uint256 amount) internal pure returns (bool) {
        Frame memory frame = step.frame;
        if (amount > frame.gas) return false;
        // At most the frame's gas.
        // forge-lint: disable-next-line(unsafe-typecast)
        frame.gas -= uint64(amount);
        return true;
    }

    function _loadGroups(Step memory step, Cursor memory cursor, bytes32 preState) private pure {
        Machine memory machine = MachineCodec.decode(cursor.readBytes());
        if (MachineCodec.hash(machine) != preState) revert WrongPreState(preState);
        uint8 phase = machine.phase;
        if (phase >= Phase.COUNT) revert UnknownPhase(phase);
        if (!Phase.hasTx(phase) && machine.scratchRoot != 0) revert PhaseMismatch(phase);
        step.machine = machine;

        step.block = BlockCodec.decode(cursor.readBytes());
        if (BlockCodec.hash(step.block) != machine.blockHash) revert WrongGroup(BlockCodec.TAG);

        bytes calldata data = cursor.readBytes();
        if (_isGiven(data, Phase.hasTx(phase), machine.txHash, phase, TxCodec.TAG)) {
            step.tx = TxCodec.decode(data);
            if (TxCodec.hash(step.tx) != machine.txHash) revert WrongGroup(TxCodec.TAG);
        }
        data = cursor.readBytes();
        if (_isGiven(data, Phase.hasFrame(phase), machine.frameHash, phase, FrameCodec.TAG)) {
            step.frame = FrameCodec.decode(data);
            if (FrameCodec.hash(step.frame) != machine.frameHash) revert WrongGroup(FrameCodec.TAG);
        }
        data = cursor.readBytes();
        if (_isGiven(data, Phase.hasFrame(phase), 0, phase, CallCodec.TAG)) {
            step.call = CallCodec.decode(data);
            if (CallCodec.hash(step.call) != step.frame.callHash) revert WrongGroup(CallCodec.TAG);
        }
        data = cursor.readBytes();
        if (_isGiven(data, Phase.hasJob(phase), machine.jobHash, phase, JobCodec.TAG)) {
            step.job = JobCodec.decode(data);
            if (JobCodec.hash(step.job) != machine.jobHash) revert WrongGroup(JobCodec.TAG);
        }
        data = cursor.readBytes();
        if (data.length != 0) {
            step.resumed = FrameCodec.decode(data);
            step.hasResumed = true;
        }
    }

    /// @dev Whether there is a group to decode: exactly if the phase has it. Where it has none, no hash may stand for one.
    function _isGiven(bytes calldata data, bool expected, bytes32 hash, uint8 phase, uint8 tag)
        private
        pure
        returns (bool)
    {
        if (expected) return true;
        if (data.length != 0) revert UnexpectedGroup(tag);
        if (hash != 0) revert PhaseMismatch(phase);
        return false;
    }
}
