// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {JobKind} from "../../../src/machine/JobKind.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Blobs} from "../../../src/rules/Blobs.sol";
import {Steps} from "../../../src/verifier/Step.sol";
import {Ranges} from "../../../src/verifier/Range.sol";
import {Blob} from "../../../src/verifier/job/Blob.sol";
import {L1Precompile} from "../../../src/verifier/precompile/L1Precompile.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WordTreeOracle} from "../../support/WordTreeOracle.sol";

/// @notice On the blob of the polynomial X: each element is the very point at which it is opened, the commitment is the
/// trusted setup's second power, and every proof is the group's generator.
contract BlobTest is FamilyTest {
    bytes private constant COMMITMENT =
        hex"ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81";
    bytes private constant PROOF =
        hex"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
    bytes32 private constant EMPTY_TRIE = keccak256(hex"80");

    function setUp() public {
        family = new Blob();
        context.slot = 1024;
    }

    function test_firstElement() public {
        vm.pauseGasMetering();
        _assertCopies(0, new bytes(Blobs.BATCH_BYTES));
    }

    function test_lastElement_beginsTheBlock() public {
        vm.pauseGasMetering();
        _assertCopies(4095, _bytes(3, Blobs.BATCH_BYTES));
    }

    /// In one word or in two; what is around it stays.
    function test_everyElementOfASmallBatch() public {
        vm.pauseGasMetering();
        for (uint256 element = 0; element < 33; ++element) {
            _assertCopies(element, _bytes(element, 1024));
        }
    }

    function test_T28_tooLittleGasOnL1Reverts() public {
        Scene memory scene = _small(5);
        bytes32 preState = scene.hash();
        bytes memory witness = scene.witness();
        vm.expectRevert(abi.encodeWithSelector(L1Precompile.NotEnoughGas.selector, 50_000));
        family.next{gas: 70_000}(context, preState, witness);
    }

    /// With any gas the successor is the same or there is none.
    /// forge-config: default.fuzz.runs = 64
    function test_T28_fuzz_gasNeverChangesTheAnswer(uint256 gas) public view {
        Scene memory scene = _small(5);
        bytes32 expected = family.next(context, scene.hash(), scene.witness());
        gas = bound(gas, 20_000, 300_000);
        try family.next{gas: gas}(context, scene.hash(), scene.witness()) returns (bytes32 postState) {
            assertEq(postState, expected);
        } catch {}
    }

    /// forge-config: default.fuzz.runs = 64
    function test_T48_fuzz_anyOtherRecordReverts(uint256 place, uint8 flip) public {
        Scene memory scene = _small(5);
        scene.record[bound(place, 0, 127)] ^= bytes1(uint8(bound(flip, 1, 255)));
        _assertReverts(scene, abi.encodeWithSelector(Blob.WrongOpening.selector, 5));
    }

    function test_T48_otherOpeningsRevert() public {
        bytes memory reason = abi.encodeWithSelector(Blob.WrongOpening.selector, 5);
        Scene memory scene = _small(5);
        scene.record = _opening(6);
        _assertReverts(scene, reason);
        scene.record = bytes.concat(bytes32(Blobs.point(5) + Blobs.MODULUS), COMMITMENT, PROOF);
        _assertReverts(scene, reason);
        // the constant polynomial: a right proof for another blob
        scene.record = bytes.concat(bytes32(uint256(1)), PROOF, hex"c0", new bytes(47));
        _assertReverts(scene, reason);
        scene.record = bytes.concat(_opening(5), hex"00");
        _assertReverts(scene, reason);
        scene.record = "";
        _assertReverts(scene, reason);
        scene.record = _opening(5);
        scene.job.accumulator = keccak256("another blob");
        _assertReverts(scene, reason);
        scene.job.accumulator = _versionedHash();
        scene.job.done = 6;
        _assertReverts(scene, abi.encodeWithSelector(Blob.WrongOpening.selector, 6));
    }

    function test_T48_otherWordsRevert() public {
        Scene memory scene = _small(5);
        bytes32 root = scene.block.batch.root;
        scene.ranges[2] ^= 0x01;
        _assertReverts(scene, abi.encodeWithSelector(Ranges.WrongRangeRoot.selector, root));
        scene.rangeCount = 0;
        scene.ranges = "";
        _assertReverts(scene, abi.encodeWithSelector(Ranges.MissingRange.selector));
    }

    function test_reverts_inAnotherPhase() public {
        Scene memory scene = _small(5);
        scene.phase = Phase.BOUNDARY;
        _assertReverts(scene, abi.encodeWithSelector(Steps.WrongPhase.selector, Phase.BOUNDARY));
    }

    function _assertCopies(uint256 element, bytes memory batch) private view {
        Scene memory scene = _scene(element, batch);
        bytes32 post = family.next(context, scene.hash(), scene.witness());

        bytes32 value = bytes32(Blobs.point(element));
        for (uint256 i = 0; i < 31; ++i) {
            batch[31 * element + i] = value[i + 1];
        }
        scene.block.batch.root = WordTreeOracle.root(batch);
        if (element < 4095) ++scene.job.done;
        else _beginBeaconRoot(scene);
        assertEq(post, scene.hash(), vm.toString(element));
    }

    /// By docs/protocol.md, section 4.
    function _beginBeaconRoot(Scene memory scene) private pure {
        scene.phase = Phase.ENTER;
        scene.scratchRoot = EMPTY_TRIE;
        scene.tx.kind = 0x80;
        scene.tx.sender = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
        scene.tx.to = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
        scene.tx.data = Slice(scene.block.l1MessageRoot, 1, 0, 32);
        scene.tx.gasLimit = 30_000_000;
        scene.tx.gasLeft = 30_000_000;
        scene.tx.startStateRoot = scene.stateRoot;
    }

    function _scene(uint256 element, bytes memory batch) private pure returns (Scene memory scene) {
        scene.phase = Phase.BLOB;
        scene.stateRoot = keccak256("state");
        scene.block.number = 1001;
        scene.block.l1MessageRoot = keccak256("messages");
        scene.block.open = true;
        scene.block.batch = Scenes.sliceOf(batch);
        Slice memory none;
        scene.job = Job(JobKind.BLOB, none, 0, 4096, uint32(element), _versionedHash());
        scene.addRange(batch, 31 * element, 31 * element + 31);
        scene.record = _opening(element);
    }

    /// The batch ends after a few elements: a step knows its size from the Block group alone.
    function _small(uint256 element) private pure returns (Scene memory) {
        return _scene(element, _bytes(4, 256));
    }

    function _opening(uint256 element) private pure returns (bytes memory) {
        return bytes.concat(bytes32(Blobs.point(element)), COMMITMENT, PROOF);
    }

    function _versionedHash() private pure returns (bytes32) {
        return bytes32(uint256(1) << 248 | uint248(uint256(sha256(COMMITMENT))));
    }
}
// forge-lint: disable-end(unsafe-typecast)
