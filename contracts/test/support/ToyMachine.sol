// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStepVerifier, StepContext} from "../../src/interfaces/IStepVerifier.sol";
import {Machine, MachineCodec} from "../../src/machine/Machine.sol";
import {Encoding} from "./Encoding.sol";
import {RunTree} from "./RunTree.sol";

/// @notice A lie: at this step of this slot the state is another than the successor. `salt` 0: no lie.
struct Lie {
    uint32 slot;
    uint32 step;
    uint256 salt;
}

/// @notice A machine small enough for tests that fold whole traces. Its state is one word, the `core`; its hash is that of
/// a Machine at a boundary, whose roots are the core. In a block's first ACTIVE_SLOTS slots the first STEPS steps hash
/// the core, everything else is a fixed point.
library ToyMachine {
    uint32 internal constant ACTIVE_SLOTS = 3;
    uint32 internal constant STEPS = 5;

    function boundary(bytes32 core) internal pure returns (Machine memory machine) {
        machine.blockHash = core;
        machine.stateRoot = core;
    }

    function encode(bytes32 core) internal pure returns (bytes memory) {
        return Encoding.encode(boundary(core));
    }

    function hash(bytes32 core) internal pure returns (bytes32) {
        return Encoding.hash(boundary(core));
    }

    function next(StepContext memory context, bytes32 core) internal pure returns (bytes32) {
        bool active = context.inDomain && context.slot % 1024 < ACTIVE_SLOTS && context.step < STEPS;
        return active ? keccak256(abi.encode(context.recordHash, context.slot, context.step, core)) : core;
    }

    /// @notice The core after a slot that begins with `core`, as `lie` has it.
    function afterSlot(bytes32[] memory records, Lie memory lie, uint32 slot, bytes32 core)
        internal
        pure
        returns (bytes32)
    {
        bool lies = lie.salt != 0 && lie.slot == slot;
        for (uint32 k = 0; k < STEPS; ++k) {
            core = next(contextOf(records, slot, k), core);
            if (lies && lie.step == k) core = keccak256(abi.encode(core, lie.salt));
        }
        return lies && lie.step >= STEPS ? keccak256(abi.encode(core, lie.salt)) : core;
    }

    /// @notice The cores after each step of a slot that begins with `core`, and the steps from which they hold.
    function stepCores(bytes32[] memory records, Lie memory lie, uint32 slot, bytes32 core)
        internal
        pure
        returns (uint256[] memory starts, bytes32[] memory cores)
    {
        (starts, cores) = (new uint256[](STEPS + 1), new bytes32[](STEPS + 1));
        bool lies = lie.salt != 0 && lie.slot == slot;
        for (uint32 k = 0; k <= STEPS; ++k) {
            uint32 step = lies && k == STEPS && lie.step > STEPS ? lie.step : k;
            core = next(contextOf(records, slot, step), core);
            if (lies && lie.step == step) core = keccak256(abi.encode(core, lie.salt));
            (starts[k], cores[k]) = (step, core);
        }
    }

    /// @notice The states after each step of a slot that begins with `core`.
    function stepTree(bytes32[] memory records, Lie memory lie, uint32 slot, bytes32 core)
        internal
        pure
        returns (RunTree memory tree)
    {
        (uint256[] memory starts, bytes32[] memory values) = stepCores(records, lie, slot, core);
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = hash(values[i]);
        }
        tree = RunTree(24, starts, values);
    }

    /// @notice The states after each slot of a domain that begins with `core`; and the last core.
    function slotTree(bytes32[] memory records, Lie memory lie, bytes32 core)
        internal
        pure
        returns (RunTree memory tree, bytes32 end)
    {
        uint32[] memory active = activeSlots(records, lie);
        tree = RunTree(20, new uint256[](active.length), new bytes32[](active.length));
        for (uint256 i = 0; i < active.length; ++i) {
            core = afterSlot(records, lie, active[i], core);
            (tree.starts[i], tree.values[i]) = (active[i], hash(core));
        }
        end = core;
    }

    /// @notice The core with which `slot` begins.
    function before(bytes32[] memory records, Lie memory lie, bytes32 core, uint32 slot)
        internal
        pure
        returns (bytes32)
    {
        uint32[] memory active = activeSlots(records, lie);
        for (uint256 i = 0; i < active.length && active[i] < slot; ++i) {
            core = afterSlot(records, lie, active[i], core);
        }
        return core;
    }

    /// @dev Where the state can change, in order: the active slots of each block, and the lie's.
    function activeSlots(bytes32[] memory records, Lie memory lie) internal pure returns (uint32[] memory slots) {
        uint256 count = records.length * ACTIVE_SLOTS;
        bool extra = lie.salt != 0 && (lie.slot / 1024 >= records.length || lie.slot % 1024 >= ACTIVE_SLOTS);
        slots = new uint32[](extra ? count + 1 : count);
        uint256 filled = 0;
        for (uint32 first = 0; first / 1024 < records.length; first += 1024) {
            for (uint32 slot = first; slot < first + ACTIVE_SLOTS; ++slot) {
                if (extra && lie.slot < slot) {
                    slots[filled++] = lie.slot;
                    extra = false;
                }
                slots[filled++] = slot;
            }
        }
        if (extra) slots[filled] = lie.slot;
    }

    function contextOf(bytes32[] memory records, uint32 slot, uint32 step)
        internal
        pure
        returns (StepContext memory context)
    {
        context.slot = slot;
        context.step = step;
        context.inDomain = slot / 1024 < records.length;
        if (context.inDomain) context.recordHash = records[slot / 1024];
    }
}

/// @notice The toy machine behind the verifier's interface. The witness is the Machine's encoding.
contract ToyVerifier is IStepVerifier {
    error WrongWitness(bytes32 preState, bytes witness);

    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        pure
        returns (bytes32)
    {
        Machine memory machine = MachineCodec.decode(witness);
        if (MachineCodec.hash(machine) != preState) revert WrongWitness(preState, witness);
        return ToyMachine.hash(ToyMachine.next(context, machine.stateRoot));
    }
}
