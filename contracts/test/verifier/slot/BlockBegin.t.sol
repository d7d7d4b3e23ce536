// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {JobKind} from "../../../src/machine/JobKind.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Tx} from "../../../src/machine/Tx.sol";
import {BlockBegin} from "../../../src/verifier/slot/BlockBegin.sol";
import {Boundary} from "../../../src/verifier/slot/Boundary.sol";
import {Scene} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract BlockBeginTest is WorldTest {
    bytes private constant BATCH = "a batch of thirty-eight bytes, exactly";

    function setUp() public {
        family = new BlockBegin();
    }

    function test_opensTheBlockAndCallsTheBeaconRoots() public {
        Scene memory scene = _scene();
        bytes32 post = _next(scene);

        scene.phase = Phase.ENTER;
        scene.scratchRoot = scratch.root();
        _open(scene);
        scene.block.batch = Slice(keccak256(BATCH), 2, 0, 38);
        Tx memory call;
        call.kind = 0x80;
        call.sender = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
        call.to = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
        call.data = Slice(scene.block.l1MessageRoot, 1, 0, 32);
        call.gasLimit = 30_000_000;
        call.gasLeft = 30_000_000;
        call.startStateRoot = scene.stateRoot;
        scene.tx = call;
        assertEq(post, scene.hash());
    }

    function test_aBlobIsCopiedIntoABatchOfZeros() public {
        Scene memory scene = _scene();
        scene.record = _record(1001, 0, 126_976, keccak256("a blob"));
        context.recordHash = keccak256(scene.record);
        bytes32 post = _next(scene);

        scene.phase = Phase.BLOB;
        _open(scene);
        bytes32 zeros;
        for (uint256 i = 0; i < 12; ++i) {
            zeros = keccak256(abi.encode(zeros, zeros));
        }
        scene.block.batch = Slice(zeros, 3968, 0, 126_976);
        Slice memory none;
        scene.job = Job(JobKind.BLOB, none, 0, 4096, 0, keccak256("a blob"));
        assertEq(post, scene.hash());
    }

    function test_anEmptyBatchIsNoSlice() public {
        Scene memory scene = _scene();
        scene.record = _record(1001, "");
        context.recordHash = keccak256(scene.record);
        bytes32 post = _next(scene);
        Scene memory other = _scene();
        assertNotEq(post, _next(other));
    }

    function test_reverts_withAnotherRecord() public {
        Scene memory scene = _scene();
        scene.record[20] ^= 0x01;
        _assertReverts(scene, abi.encodeWithSelector(BlockBegin.WrongRecord.selector, keccak256(scene.record)));
        scene.record = "";
        vm.expectPartialRevert(bytes4(keccak256("MalformedRecord()")));
        _next(scene);
    }

    function test_reverts_withTheRecordOfAnotherNumber() public {
        Scene memory scene = _scene();
        scene.record = _record(1002, BATCH);
        context.recordHash = keccak256(scene.record);
        _assertReverts(scene, abi.encodeWithSelector(BlockBegin.WrongBlockNumber.selector, 1002));
    }

    function test_reverts_whereNothingBegins() public {
        Scene memory scene = _scene();
        context.step = 1;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.NothingBegins.selector));
        context.step = 0;
        context.inDomain = false;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.NothingBegins.selector));
        context.inDomain = true;
        context.slot = 1;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongSlot.selector, 1));
        context.slot = 0;
        scene.block.open = true;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongBlock.selector, true));
    }

    function _scene() private returns (Scene memory scene) {
        scene.phase = Phase.BOUNDARY;
        scene.stateRoot = keccak256("state");
        scene.block.number = 1000;
        scene.block.timestamp = 1_700_000_000;
        scene.block.baseFee = 1 gwei;
        scene.block.gasLimit = 12_000_000;
        scene.block.gasUsed = 12_000_000;
        scene.block.chainId = 5555;
        scene.block.headHash = keccak256("parent");
        scene.record = _record(1001, BATCH);
        (context.slot, context.step, context.recordHash) = (2048, 0, keccak256(scene.record));
    }

    /// The Block group of the block that begins, but for its batch.
    function _open(Scene memory scene) private pure {
        scene.block.number = 1001;
        scene.block.timestamp = 1_700_000_012;
        scene.block.prevRandao = keccak256("new randao");
        scene.block.feeRecipient = address(0xFEE2);
        scene.block.baseFee = 1.125 gwei;
        scene.block.l1MessageRoot = keccak256("new messages");
        scene.block.gasUsed = 0;
        scene.block.depositsHash = keccak256("deposits");
        scene.block.depositCount = 3;
        scene.block.open = true;
    }

    function _record(uint64 number, bytes memory batch) private pure returns (bytes memory) {
        // At most the 38 bytes of the constant.
        // forge-lint: disable-next-line(unsafe-typecast)
        return _record(number, keccak256(batch), uint32(batch.length), 0);
    }

    function _record(uint64 number, bytes32 batchRoot, uint32 batchLength, bytes32 blobHash)
        private
        pure
        returns (bytes memory)
    {
        return bytes.concat(
            abi.encodePacked(uint8(7), number, uint64(1_700_000_012), keccak256("new randao"), address(0xFEE2)),
            abi.encodePacked(
                keccak256("new messages"), batchRoot, batchLength, blobHash, keccak256("deposits"), uint8(3)
            )
        );
    }
}
