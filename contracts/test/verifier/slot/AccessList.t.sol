// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {AccessList as AccessListPhase} from "../../../src/verifier/slot/AccessList.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {Transactions} from "../../support/Transactions.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract AccessListTest is WorldTest {
    address private constant PLAIN = address(0x1111);
    address private constant SENDER = address(0xA11CE);

    function setUp() public {
        vm.pauseGasMetering();
        family = new AccessListPhase();
        _populate();
    }

    /// An address without keys, the sender with one key, then an address with so many keys that its headers are long.
    function test_wholeList() public {
        uint256[] memory entries = new uint256[](3);
        (entries[0], entries[1], entries[2]) = (0, 1, 9);
        address[] memory accounts = new address[](3);
        (accounts[0], accounts[1], accounts[2]) = (PLAIN, SENDER, address(0x2222));
        bytes memory list;
        for (uint256 i; i < 3; ++i) {
            list = bytes.concat(list, Transactions.accessEntry(accounts[i], _keys(entries[i])));
        }
        Scene memory scene = _scene(list);
        uint32 done;
        for (uint256 i; i < 3; ++i) {
            uint32 size = uint32(Transactions.accessEntry(accounts[i], _keys(entries[i])).length);
            uint32 end = done + size;
            uint32 keys = uint32(33 * entries[i]);
            scene = _step(scene, accounts[i], list);
            done = end - keys;
            (scene.job.done, scene.job.destination) = (done, keys == 0 ? 0 : end);
            scene.job.accumulator = bytes32(uint256(uint160(accounts[i])));
            _check(scene, list);
            for (uint256 k; k < entries[i]; ++k) {
                scene = _stepKey(scene, accounts[i], uint256(_keys(entries[i])[k]), list);
                scene.job.done = done += 33;
                if (done == end) scene.job.destination = 0;
                _check(scene, list);
            }
        }
        assertEq(scene.phase, Phase.ENTER);
    }

    function test_whatIsWarmAlreadyStays() public {
        _mark(WARM_ADDRESS, PLAIN, 0, 1);
        bytes memory list = Transactions.accessEntry(PLAIN, _keys(0));
        Scene memory scene = _step(_scene(list), PLAIN, list);
        scene.phase = Phase.ENTER;
        assertEq(expected, scene.hash());
    }

    function test_authorizationsFollow() public {
        _mark(WARM_ADDRESS, PLAIN, 0, 1);
        bytes memory list = Transactions.accessEntry(PLAIN, _keys(0));
        Scene memory scene = _scene(list);
        scene.tx.authorizations = Slice(keccak256("batch"), 9, 100, 94);
        scene = _step(scene, PLAIN, list);
        scene.phase = Phase.AUTHORIZE;
        (scene.job.kind, scene.job.source) = (3, scene.tx.authorizations);
        (scene.job.total, scene.job.done) = (94, 0);
        assertEq(expected, scene.hash());
    }

    bytes32 private expected;

    function _step(Scene memory scene, address account, bytes memory list) private returns (Scene memory) {
        _prepare(scene, list);
        if (account != SENDER) _seeMark(scene, WARM_ADDRESS, account, 0);
        expected = _next(scene);
        if (account != SENDER) _mark(WARM_ADDRESS, account, 0, 1);
        return scene;
    }

    function _stepKey(Scene memory scene, address account, uint256 key, bytes memory list)
        private
        returns (Scene memory)
    {
        _prepare(scene, list);
        _seeMark(scene, WARM_SLOT, account, key);
        expected = _next(scene);
        _mark(WARM_SLOT, account, key, 1);
        return scene;
    }

    /// The list is the whole batch from byte 5 on.
    function _prepare(Scene memory scene, bytes memory list) private {
        _place(scene);
        scene.nodes = new bytes[](0);
        (scene.rangeCount, scene.ranges) = (0, "");
        uint256 left = scene.job.total - scene.job.done;
        uint256 start = 5 + scene.job.done;
        scene.addRange(bytes.concat(new bytes(5), list), start, start + (left < 64 ? left : 64));
    }

    function _check(Scene memory scene, bytes memory list) private {
        _place(scene);
        if (scene.job.done == list.length) scene.phase = Phase.ENTER;
        assertEq(expected, scene.hash());
    }

    function _scene(bytes memory list) private returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.ACCESS_LIST;
        scene.job.kind = 1;
        Slice memory source = Scenes.sliceOf(bytes.concat(new bytes(5), list));
        (source.offset, source.length) = (5, uint32(list.length));
        scene.job.source = source;
        scene.job.total = uint32(list.length);
        _place(scene);
    }

    function _keys(uint256 count) private pure returns (bytes32[] memory keys) {
        keys = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            keys[i] = keccak256(abi.encode(i));
        }
    }
}
