// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opcode} from "../../../src/rules/Opcode.sol";
import {Storage} from "../../../src/verifier/opcode/Storage.sol";
import {RlpText} from "../../support/RlpText.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {TrieOracle} from "../../support/TrieOracle.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract StorageTest is WorldTest {
    address private constant SELF = address(0xC0DE);
    uint256 private constant KEY = 5;

    function setUp() public {
        vm.pauseGasMetering();
        family = new Storage();
        _populate();
        _put(SELF, 1, 0, hex"54");
    }

    function test_load_coldThenWarm() public {
        for (uint256 i = 1; i < 9; ++i) {
            _setSlot(SELF, i, i * i);
        }
        Scene memory scene = _load();
        bytes32 post = _next(scene);
        _mark(WARM_SLOT, SELF, KEY, 1);
        _assertLoaded(scene, post, 2100, 25);

        scene = _load();
        post = _next(scene);
        _assertLoaded(scene, post, 100, 25);
    }

    function test_load_ofAnEmptyStorageReadsNoSlot() public {
        Scene memory scene = _load();
        bytes32 post = _next(scene);
        _mark(WARM_SLOT, SELF, KEY, 1);
        _assertLoaded(scene, post, 2100, 0);
    }

    function test_load_tooLittleGasHaltsAfterTheReads() public {
        _setSlot(SELF, KEY, 1);
        Scene memory scene = _load();
        scene.frame.gas = 2099;
        _assertHalts(scene);
    }

    function test_load_underflowHaltsBeforeTheReads() public view {
        _assertHalts(Scenes.running(_opcode(Opcode.SLOAD), _items()));
        _assertHalts(Scenes.running(_opcode(Opcode.SSTORE), _items(1)));
        _assertHalts(Scenes.running(_opcode(Opcode.TLOAD), _items()));
        _assertHalts(Scenes.running(_opcode(Opcode.TSTORE), _items(1)));
    }

    /// The table of EIP-3529's test cases is a subset: every original, current and wanted value out of three.
    function test_store_pricesAndRefunds() public {
        for (uint256 original; original < 3; ++original) {
            for (uint256 current; current < 3; ++current) {
                for (uint256 wanted; wanted < 3; ++wanted) {
                    uint256 snapshot = vm.snapshotState();
                    _assertStored(original, current, wanted, true);
                    vm.revertToState(snapshot);
                    _assertStored(original, current, wanted, false);
                    vm.revertToState(snapshot);
                }
            }
        }
    }

    function test_store_sentry() public {
        _mark(WARM_SLOT, SELF, KEY, 1);
        _setSlot(SELF, KEY, 1);
        Scene memory scene = _store(1, 1);
        scene.frame.gas = 2300;
        _assertHalts(scene);

        scene = _store(1, 1);
        scene.frame.gas = 2301;
        bytes32 post = _next(scene);
        scene.stack = _items();
        scene.frame.gas = 2201;
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
    }

    function test_store_inAStaticCallHaltsBeforeTheReads() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.SSTORE), _items(1, KEY));
        scene.call.isStatic = true;
        _assertHalts(scene);
        scene = Scenes.running(_opcode(Opcode.TSTORE), _items(1, KEY));
        scene.call.isStatic = true;
        _assertHalts(scene);
    }

    function test_transient() public {
        _storeTransient(77);
        _loadTransient(77);
        _storeTransient(77);
        _storeTransient(0);
        _loadTransient(0);
        _storeTransient(0);
    }

    function _load() private returns (Scene memory scene) {
        scene = Scenes.running(_opcode(Opcode.SLOAD), _items(KEY));
        _place(scene);
        _seeMark(scene, WARM_SLOT, SELF, KEY);
        _seeSlot(scene, SELF, KEY);
    }

    function _assertLoaded(Scene memory scene, bytes32 post, uint64 price, uint256 value) private {
        _place(scene);
        scene.stack = _items(value);
        scene.frame.gas -= price;
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
    }

    /// A store over the slot's present value, which was `original` when the transaction began.
    function _store(uint256 original, uint256 wanted) private returns (Scene memory scene) {
        scene = Scenes.running(_opcode(Opcode.SSTORE), _items(wanted, KEY));
        _place(scene);
        TrieOracle start = new TrieOracle();
        TrieOracle startSlots = new TrieOracle();
        if (original != 0) startSlots.set(keccak256(abi.encode(KEY)), RlpText.number(original));
        bytes memory fields = bytes.concat(
            hex"0180", RlpText.text(abi.encodePacked(startSlots.root())), RlpText.text(abi.encodePacked(NO_CODE))
        );
        start.set(_path(SELF), RlpText.list(fields));
        scene.tx.startStateRoot = start.root();
        _seeMark(scene, WARM_SLOT, SELF, KEY);
        _seeSlot(scene, SELF, KEY);
        _see(scene, start, _path(SELF));
        _see(scene, startSlots, keccak256(abi.encode(KEY)));
    }

    function _assertStored(uint256 original, uint256 current, uint256 wanted, bool warm) private {
        _setSlot(SELF, 99, 99);
        _setSlot(SELF, KEY, current);
        if (warm) _mark(WARM_SLOT, SELF, KEY, 1);
        Scene memory scene = _store(original, wanted);
        if (wanted == 0) _seeSibling(scene, slots[SELF]);
        scene.tx.refund = 5000;
        bytes32 post = _next(scene);

        _setSlot(SELF, KEY, wanted);
        _mark(WARM_SLOT, SELF, KEY, 1);
        _place(scene);
        scene.stack = _items();
        uint64 price;
        (price, scene.tx.refund) = _eip3529(5000, original, current, wanted);
        scene.frame.gas -= price + (warm ? 0 : 2100);
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
    }

    /// EIP-2200's list as EIP-2929 and EIP-3529 have changed its numbers.
    function _eip3529(uint64 refund, uint256 original, uint256 current, uint256 wanted)
        private
        pure
        returns (uint64, uint64)
    {
        if (current == wanted) return (100, refund);
        if (original == current) {
            if (original == 0) return (20_000, refund);
            return (2900, wanted == 0 ? refund + 4800 : refund);
        }
        if (original != 0) {
            if (current == 0) refund -= 4800;
            else if (wanted == 0) refund += 4800;
        }
        if (original == wanted) refund += original == 0 ? 19_900 : 2800;
        return (100, refund);
    }

    function _storeTransient(uint256 value) private {
        Scene memory scene = Scenes.running(_opcode(Opcode.TSTORE), _items(value, KEY));
        _place(scene);
        _seeMark(scene, TRANSIENT, SELF, KEY);
        if (value == 0) _seeSibling(scene, scratch);
        bytes32 post = _next(scene);
        _mark(TRANSIENT, SELF, KEY, value);
        _place(scene);
        scene.stack = _items();
        scene.frame.gas -= 100;
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
    }

    function _loadTransient(uint256 value) private {
        Scene memory scene = Scenes.running(_opcode(Opcode.TLOAD), _items(KEY));
        _place(scene);
        _seeMark(scene, TRANSIENT, SELF, KEY);
        bytes32 post = _next(scene);
        _assertLoaded(scene, post, 100, value);
    }
}
