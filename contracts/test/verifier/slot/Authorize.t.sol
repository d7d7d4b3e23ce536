// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Phase} from "../../../src/machine/Phase.sol";
import {Authorize} from "../../../src/verifier/slot/Authorize.sol";
import {Steps} from "../../../src/verifier/Step.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {Transactions} from "../../support/Transactions.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract AuthorizeTest is WorldTest {
    uint64 private constant CHAIN_ID = 5555;
    uint256 private constant KEY = 0xa11ce;
    address private constant DELEGATE = address(0xDE1E);
    /// In front of the list in the batch.
    uint32 private constant OFFSET = 5;
    address private authority = vm.addr(KEY);

    function setUp() public {
        vm.pauseGasMetering();
        family = new Authorize();
        _populate();
    }

    function test_delegates_whoDidNotExist() public {
        Scene memory scene = _look(_authorize(KEY, DELEGATE, 0));
        _assertApplied(scene, 0, _designator(DELEGATE), 0);
    }

    function test_delegates_whoHasABalance() public {
        _put(authority, 0, 1, "");
        Scene memory scene = _look(_authorize(KEY, DELEGATE, 0));
        _assertApplied(scene, 1, _designator(DELEGATE), 12_500);
    }

    function test_delegates_onAnyChain() public {
        _put(authority, 7, 1, "");
        Scene memory scene = _look(Transactions.authorization(KEY, 0, DELEGATE, 7));
        _assertApplied(scene, 1, _designator(DELEGATE), 12_500);
    }

    function test_delegates_toAnother() public {
        bytes memory old = _designator(address(0x01D));
        _put(authority, 2, 0, old);
        _setSlot(authority, 1, 1);
        Scene memory scene = _look(_authorize(KEY, DELEGATE, 2));
        scene.otherCodes = _append(scene.otherCodes, old);
        _assertApplied(scene, 0, _designator(DELEGATE), 12_500);
    }

    function test_takesADelegationBack() public {
        _put(authority, 2, 3, _designator(DELEGATE));
        Scene memory scene = _look(_authorize(KEY, address(0), 2));
        scene.otherCodes = _append(scene.otherCodes, _designator(DELEGATE));
        _assertApplied(scene, 3, "", 12_500);
    }

    function test_delegates_atTheLastNonce() public {
        _put(authority, type(uint64).max - 1, 0, "");
        Scene memory scene = _look(_authorize(KEY, DELEGATE, type(uint64).max - 1));
        _assertApplied(scene, 0, _designator(DELEGATE), 12_500);
    }

    function test_warmAuthorities() public {
        _mark(WARM_ADDRESS, authority, 0, 1);
        Scene memory scene = _look(_authorize(KEY, DELEGATE, 0));
        _assertApplied(scene, 0, _designator(DELEGATE), 0);
    }

    /// Its mark is not even looked up.
    function test_implicitlyWarmAuthorities() public {
        for (uint256 i; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            Scene memory scene = _scene(_authorize(KEY, DELEGATE, 0));
            if (i == 0) scene.tx.sender = authority;
            if (i == 1) scene.tx.to = authority;
            if (i == 2) scene.block.feeRecipient = authority;
            _seeAccount(scene, authority);
            bytes32 post = _next(scene);
            _setCode(_designator(DELEGATE), 0);
            _place(scene);
            scene.phase = Phase.ENTER;
            assertEq(post, scene.hash());
            vm.revertToState(snapshot);
        }
    }

    function test_passesOver_anotherNonce() public {
        _put(authority, 4, 1, "");
        _assertOnlyWarmed(_look(_authorize(KEY, DELEGATE, 3)));
        _assertOnlyWarmed(_look(_authorize(KEY, DELEGATE, 5)));
    }

    function test_passesOver_anotherNonceOfNobody() public {
        _assertOnlyWarmed(_look(_authorize(KEY, DELEGATE, 1)));
    }

    function test_passesOver_aContract() public {
        bytes[3] memory codes = [bytes(hex"00"), hex"ef0100", abi.encodePacked(hex"ef0101", DELEGATE)];
        for (uint256 i; i < codes.length; ++i) {
            _put(authority, 1, 1, codes[i]);
            Scene memory scene = _look(_authorize(KEY, DELEGATE, 1));
            scene.otherCodes = _append(scene.otherCodes, codes[i]);
            _assertOnlyWarmed(scene);
        }
    }

    function test_passesOver_unread() public {
        _assertUnread(Transactions.authorization(KEY, CHAIN_ID + 1, DELEGATE, 0));
        _assertUnread(Transactions.authorization(KEY, CHAIN_ID + (1 << 64), DELEGATE, 0));
        _assertUnread(_authorize(KEY, DELEGATE, type(uint64).max));

        bytes memory signed = Transactions.authorizationFields(CHAIN_ID, DELEGATE, 0);
        _assertUnread(Transactions.tuple(signed, 2, 1, 1));
        _assertUnread(Transactions.tuple(signed, 255, 1, 1));
        _assertUnread(Transactions.tuple(signed, 0, 0, 1));
        _assertUnread(Transactions.tuple(signed, 0, 1, 0));
        _assertUnread(Transactions.tuple(signed, 0, 5, 1));
        _assertUnread(Transactions.tuple(signed, 0, Transactions.ORDER, 1));
        _assertUnread(Transactions.tuple(signed, 0, 1, Transactions.ORDER / 2 + 1));
    }

    /// Tuples of all lengths, one a step.
    function test_wholeList() public {
        bytes[4] memory tuples = [
            Transactions.tuple(Transactions.authorizationFields(0, address(0), 0), 0, 0, 0),
            Transactions.authorization(KEY, CHAIN_ID, DELEGATE, type(uint64).max),
            Transactions.tuple(
                Transactions.authorizationFields(type(uint256).max, DELEGATE, type(uint64).max),
                type(uint8).max,
                type(uint256).max,
                type(uint256).max
            ),
            Transactions.authorization(KEY, 0, DELEGATE, 1)
        ];
        bytes memory list = bytes.concat(tuples[0], tuples[1], tuples[2], tuples[3]);
        Scene memory scene = _scene(list);
        for (uint256 i; i < 4; ++i) {
            _showRange(scene, list);
            if (i == 3) {
                _seeMark(scene, WARM_ADDRESS, authority, 0);
                _seeAccount(scene, authority);
                _mark(WARM_ADDRESS, authority, 0, 1);
            }
            bytes32 post = _next(scene);
            scene.job.done += _size(tuples[i]);
            if (i == 3) scene.phase = Phase.ENTER;
            _place(scene);
            assertEq(post, scene.hash());
        }
        assertEq(scene.job.done, list.length);
    }

    function test_reverts_inAnotherPhase() public {
        Scene memory scene = _scene(_authorize(KEY, DELEGATE, 0));
        scene.phase = Phase.ACCESS_LIST;
        _assertReverts(scene, abi.encodeWithSelector(Steps.WrongPhase.selector, Phase.ACCESS_LIST));
    }

    /// An authority with the largest code there can be.
    function test_largestCodeFits() public {
        bytes memory code = _bytes(1, 24_576);
        _put(authority, 1, 1, code);
        Scene memory scene = _look(_authorize(KEY, DELEGATE, 1));
        scene.otherCodes = _append(scene.otherCodes, code);
        _assertProvable(scene.commit());
    }

    function _authorize(uint256 key, address delegate, uint64 nonce) private pure returns (bytes memory) {
        return Transactions.authorization(key, CHAIN_ID, delegate, nonce);
    }

    function _designator(address delegate) private pure returns (bytes memory) {
        return abi.encodePacked(hex"ef0100", delegate);
    }

    function _scene(bytes memory list) private returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.AUTHORIZE;
        scene.job.kind = 3;
        scene.job.source = Scenes.sliceOf(bytes.concat(new bytes(OFFSET), list));
        (scene.job.source.offset, scene.job.source.length) = (OFFSET, _size(list));
        scene.job.total = _size(list);
        scene.tx.authorizations = scene.job.source;
        _showRange(scene, list);
        _place(scene);
    }

    function _showRange(Scene memory scene, bytes memory list) private pure {
        (scene.rangeCount, scene.ranges) = (0, "");
        uint256 start = OFFSET + scene.job.done;
        uint256 left = scene.job.total - scene.job.done;
        scene.addRange(bytes.concat(new bytes(OFFSET), list), start, start + (left < 133 ? left : 133));
    }

    /// A list of one tuple, with what its authority has in the tries.
    function _look(bytes memory tuple) private returns (Scene memory scene) {
        scene = _scene(tuple);
        _seeMark(scene, WARM_ADDRESS, authority, 0);
        _seeAccount(scene, authority);
    }

    function _setCode(bytes memory code, uint256 balance) private {
        holders[authority].codeHash = keccak256(code);
        holders[authority].balance = balance;
        _setNonce(authority, holders[authority].nonce + 1);
    }

    function _assertApplied(Scene memory scene, uint256 balance, bytes memory code, uint64 refund) private {
        bytes32 post = _next(scene);
        _setCode(code, balance);
        scene.tx.refund += refund;
        _assertWarm(scene, post);
    }

    function _assertOnlyWarmed(Scene memory scene) private {
        uint256 snapshot = vm.snapshotState();
        _assertWarm(scene, _next(scene));
        vm.revertToState(snapshot);
    }

    function _assertWarm(Scene memory scene, bytes32 post) private {
        _mark(WARM_ADDRESS, authority, 0, 1);
        _place(scene);
        scene.phase = Phase.ENTER;
        assertEq(post, scene.hash());
    }

    function _assertUnread(bytes memory tuple) private {
        Scene memory scene = _scene(tuple);
        bytes32 post = _next(scene);
        scene.phase = Phase.ENTER;
        assertEq(post, scene.hash());
    }

    function _size(bytes memory data) private pure returns (uint32) {
        assertLt(data.length, 1 << 32);
        // Just asserted.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(data.length);
    }
}
