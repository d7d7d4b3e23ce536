// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../src/authenticated/Slice.sol";
import {Block} from "../../src/machine/Block.sol";
import {Call} from "../../src/machine/Call.sol";
import {Frame} from "../../src/machine/Frame.sol";
import {Job} from "../../src/machine/Job.sol";
import {Machine} from "../../src/machine/Machine.sol";
import {Phase} from "../../src/machine/Phase.sol";
import {Tx} from "../../src/machine/Tx.sol";
import {Encoding} from "./Encoding.sol";
import {WordTreeOracle} from "./WordTreeOracle.sol";

/// @notice A hand-made machine state with everything that its hashes stand for, and what its witness is to hold.
struct Scene {
    uint8 phase;
    bytes32 stateRoot;
    bytes32 scratchRoot;
    Block block;
    Tx tx;
    Frame frame;
    Call call;
    Job job;
    /// The suspended caller, part of the witness if `endsCall`.
    Frame caller;
    bool endsCall;
    /// Deepest first; of them the witness has the uppermost `given`.
    uint256[] stack;
    uint256 given;
    bytes data;
    bytes code;
    uint8 rangeCount;
    bytes ranges;
    bytes[] otherCodes;
    bytes[] nodes;
    bytes record;
}

using Scenes for Scene global;

/// @notice Making of scenes, their hashes and witnesses, by the words of docs/protocol.md.
library Scenes {
    bytes32 internal constant EMPTY_ROOT = keccak256(hex"80");
    uint64 internal constant GAS = 1_000_000;

    /// A top frame about to execute the first opcode of `code`.
    function running(bytes memory code, uint256[] memory stack) internal pure returns (Scene memory scene) {
        scene.phase = Phase.RUNNING;
        scene.stateRoot = EMPTY_ROOT;
        scene.scratchRoot = EMPTY_ROOT;
        scene.code = code;
        scene.stack = stack;
        scene.given = stack.length;
        scene.frame.gas = GAS;
        _fillBlock(scene.block);
        _fillTx(scene.tx);
        _fillCall(scene.call);
    }

    /// The same frame, called by another.
    function nest(Scene memory scene) internal pure returns (Scene memory) {
        scene.call.depth = 1;
        scene.caller.callHash = keccak256("the caller's call");
        scene.caller.pc = 77;
        scene.caller.gas = 5000;
        scene.caller.stackHash = keccak256("the caller's stack");
        scene.caller.stackSize = 9;
        scene.caller.memoryRoot = keccak256("the caller's memory");
        scene.caller.memoryWords = 8;
        return scene;
    }

    /// Writes into the groups what the scene's other parts hash to.
    function commit(Scene memory scene) internal pure returns (Scene memory) {
        scene.frame.stackHash = stackHash(0, scene.stack, 0, scene.stack.length);
        scene.frame.stackSize = uint16(scene.stack.length);
        scene.frame.memoryWords = uint32(scene.data.length / 32);
        scene.frame.memoryRoot = scene.data.length == 0 ? bytes32(0) : WordTreeOracle.root(scene.data);
        scene.call.codeHash = keccak256(scene.code);
        scene.call.parent = scene.call.depth == 0 ? bytes32(0) : Encoding.hash(scene.caller);
        scene.frame.callHash = keccak256(Encoding.encode(scene.call));
        return scene;
    }

    /// Hash of the machine whose groups these are.
    function hash(Scene memory scene) internal pure returns (bytes32) {
        return Encoding.hash(machine(scene));
    }

    function machine(Scene memory scene) internal pure returns (Machine memory result) {
        result.phase = scene.phase;
        result.stateRoot = scene.stateRoot;
        result.scratchRoot = hasTx(scene) ? scene.scratchRoot : bytes32(0);
        result.blockHash = keccak256(Encoding.encode(scene.block));
        if (hasTx(scene)) result.txHash = keccak256(Encoding.encode(scene.tx));
        if (hasFrame(scene)) result.frameHash = Encoding.hash(scene.frame);
        if (hasJob(scene)) result.jobHash = keccak256(Encoding.encode(scene.job));
    }

    function witness(Scene memory scene) internal pure returns (bytes memory) {
        return bytes.concat(groups(scene), hasFrame(scene) ? stackItems(scene) : bytes(""), proofs(scene));
    }

    function groups(Scene memory scene) internal pure returns (bytes memory) {
        bytes memory first = bytes.concat(
            _sized(Encoding.encode(machine(scene))),
            _sized(Encoding.encode(scene.block)),
            _sized(hasTx(scene) ? Encoding.encode(scene.tx) : bytes(""))
        );
        return bytes.concat(
            first,
            _sized(hasFrame(scene) ? Encoding.encode(scene.frame) : bytes("")),
            _sized(hasFrame(scene) ? Encoding.encode(scene.call) : bytes("")),
            _sized(hasJob(scene) ? Encoding.encode(scene.job) : bytes("")),
            _sized(scene.endsCall ? Encoding.encode(scene.caller) : bytes(""))
        );
    }

    function stackItems(Scene memory scene) internal pure returns (bytes memory) {
        uint256 below = scene.stack.length - scene.given;
        bytes memory items = abi.encodePacked(stackHash(0, scene.stack, 0, below), uint8(scene.given));
        for (uint256 i = below; i < scene.stack.length; ++i) {
            items = abi.encodePacked(items, scene.stack[i]);
        }
        return items;
    }

    function proofs(Scene memory scene) internal pure returns (bytes memory result) {
        bool hasCode = scene.phase == Phase.RUNNING && scene.code.length != 0;
        uint256 codes = scene.otherCodes.length + (hasCode ? 1 : 0);
        result = abi.encodePacked(scene.rangeCount, scene.ranges, uint8(codes));
        if (hasCode) result = abi.encodePacked(result, uint24(scene.code.length), scene.code);
        for (uint256 i = 0; i < scene.otherCodes.length; ++i) {
            result = abi.encodePacked(result, uint24(scene.otherCodes[i].length), scene.otherCodes[i]);
        }
        result = abi.encodePacked(result, uint16(scene.nodes.length));
        for (uint256 i = 0; i < scene.nodes.length; ++i) {
            result = abi.encodePacked(result, _sized(scene.nodes[i]));
        }
        return abi.encodePacked(result, _sized(scene.record));
    }

    /// Adds the range proof for the bytes [from, to) of a tree.
    function addRange(Scene memory scene, bytes memory tree, uint256 from, uint256 to) internal pure {
        ++scene.rangeCount;
        scene.ranges = bytes.concat(scene.ranges, WordTreeOracle.proof(tree, from, to));
    }

    /// The frame halts: what the machine is afterwards.
    function halted(Scene memory scene) internal pure returns (Scene memory) {
        scene.frame.gas = 0;
        return failed(scene);
    }

    /// The frame fails with the gas it has, and without output.
    function failed(Scene memory scene) internal pure returns (Scene memory) {
        scene.stateRoot = scene.call.stateRoot;
        scene.scratchRoot = scene.call.scratchRoot;
        scene.tx.logsHash = scene.call.logsHash;
        scene.tx.refund = scene.call.refund;
        scene.tx.destructsHash = scene.call.destructsHash;
        scene.tx.destructCount = scene.call.destructCount;
        return left(scene, false);
    }

    /// The frame ends with the gas it has, and without output.
    function left(Scene memory scene, bool success) internal pure returns (Scene memory) {
        if (scene.call.depth == 0) {
            scene.tx.status = success;
            scene.tx.gasLeft = scene.frame.gas;
            scene.phase = Phase.SETTLE;
            return scene;
        }
        scene.caller.gas += scene.frame.gas;
        uint256 result = scene.call.kind == 1 ? uint256(uint160(scene.call.self)) : 1;
        scene.caller.stackHash = keccak256(abi.encode(scene.caller.stackHash, success ? result : 0));
        ++scene.caller.stackSize;
        Slice memory none;
        scene.caller.returned = none;
        scene.frame = scene.caller;
        return scene;
    }

    function stackHash(bytes32 chain, uint256[] memory items, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32)
    {
        for (uint256 i = from; i < to; ++i) {
            chain = keccak256(abi.encode(chain, items[i]));
        }
        return chain;
    }

    function sliceOf(bytes memory data) internal pure returns (Slice memory slice) {
        if (data.length == 0) return slice;
        return Slice(WordTreeOracle.root(data), uint32((data.length + 31) / 32), 0, uint32(data.length));
    }

    function hasTx(Scene memory scene) internal pure returns (bool) {
        return scene.phase != Phase.BOUNDARY && scene.phase != Phase.DEPOSITS && scene.phase != Phase.BLOB;
    }

    function hasFrame(Scene memory scene) internal pure returns (bool) {
        return scene.phase == Phase.RUNNING || scene.phase == Phase.PRECOMPILE || scene.phase == Phase.COPY
            || scene.phase == Phase.ABSORB || scene.phase == Phase.CREATE;
    }

    function hasJob(Scene memory scene) internal pure returns (bool) {
        return scene.phase == Phase.ACCESS_LIST || scene.phase == Phase.COPY || scene.phase == Phase.AUTHORIZE
            || scene.phase == Phase.ABSORB || scene.phase == Phase.CREATE || scene.phase == Phase.BLOB;
    }

    function _sized(bytes memory data) private pure returns (bytes memory) {
        return abi.encodePacked(uint16(data.length), data);
    }

    function _fillBlock(Block memory block_) private pure {
        block_.number = 1000;
        block_.timestamp = 1_700_000_000;
        block_.prevRandao = keccak256("randao");
        block_.feeRecipient = address(0xFEE);
        block_.baseFee = 7;
        block_.gasLimit = 12_000_000;
        block_.chainId = 5555;
        block_.headHash = keccak256("parent");
        block_.l1MessageRoot = keccak256("messages");
        block_.open = true;
    }

    function _fillTx(Tx memory transaction) private pure {
        transaction.kind = 2;
        transaction.hash = keccak256("transaction");
        transaction.sender = address(0xA11CE);
        transaction.to = address(0xC0DE);
        transaction.gasLimit = 2_000_000;
        transaction.gasPrice = 9;
        transaction.priorityFee = 2;
        transaction.startStateRoot = EMPTY_ROOT;
        transaction.refund = 4800;
        transaction.logsHash = keccak256("logs");
        transaction.destructsHash = keccak256("destructs");
        transaction.destructCount = 1;
    }

    function _fillCall(Call memory call) private pure {
        call.self = address(0xC0DE);
        call.codeAddress = address(0xC0DE);
        call.caller = address(0xA11CE);
        call.value = 3;
        call.stateRoot = keccak256("state at the call");
        call.scratchRoot = keccak256("scratch at the call");
        call.logsHash = keccak256("logs at the call");
    }
}
// forge-lint: disable-end(unsafe-typecast)
