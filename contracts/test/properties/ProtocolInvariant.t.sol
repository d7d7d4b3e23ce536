// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../support/TestBase.sol";
import {ProtocolHandler} from "./world/ProtocolHandler.sol";
import {console} from "forge-std/console.sol";

contract ProtocolInvariantTest is Test {
    ProtocolHandler private handler;

    function setUp() public {
        vm.pauseGasMetering();
        handler = new ProtocolHandler();
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), _actions()));
        vm.resumeGasMetering();
    }

    function invariant_everyPromiseHolds() public {
        handler.checkPromises();
    }

    /// @dev There is a way forward from every state.
    function afterInvariant() public {
        handler.wrapUp();
        handler.checkPromises();
    }

    function test_x() public {
        vm.pauseGasMetering();
        string[] memory names = _names();
        uint256[] memory times = new uint256[](names.length);
        uint256 worlds = vm.envOr("WORLDS", uint256(10));
        uint256 moves = vm.envOr("MOVES", uint256(100));
        for (uint256 w = 0; w < worlds; ++w) {
            vm.pauseGasMetering();
            uint256 start = vm.snapshotState();
            for (uint256 i = 0; i < moves; ++i) {
                _act(uint256(keccak256(abi.encode(w, i))));
            }
            handler.checkPromises();
            handler.wrapUp();
            for (uint256 i = 0; i < names.length; ++i) {
                times[i] += handler.reached(names[i]);
            }
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < names.length; ++i) {
            console.log(names[i], times[i]);
        }
    }

    function _act(uint256 seed) private {
        uint256 which = seed % 14;
        uint256 a = seed >> 16;
        uint256 b = uint256(keccak256(abi.encode(seed)));
        if (which == 0) handler.pass(uint8(a), uint8(a >> 8), uint8(a >> 16));
        else if (which == 1) handler.censor(uint8(a));
        else if (which == 2) handler.changeBaseFee(uint8(a));
        else if (which == 3) handler.appendBatch();
        else if (which == 4) handler.helpHonestly(a);
        else if (which == 5) handler.attack(a, b, uint8(b >> 16), uint32(b >> 32), uint8(b >> 64));
        else if (which == 6) handler.follow(a, b);
        else if (which == 7) handler.joinSteps(a, b, b & (1 << 200) != 0, uint8(b >> 201));
        else if (which == 8) handler.move(a);
        else if (which == 9) handler.play(a, uint8(b));
        else if (which == 10) handler.settle(a, uint8(b), b & 256 == 0);
        else if (which == 11) handler.decide(a, b & 1 == 0);
        else if (which == 12) handler.collect(a, uint8(b), b & 256 == 0);
        else handler.bank(a, uint8(b), uint96(b >> 100));
    }

    function _names() private pure returns (string[] memory) {
        return vm.split(
            "batch|true claim|truth followed|truth claimed first by a sybil|first claim|first claim nobody can open|rival claim|rival claim under an undecided one|claim copied|claim followed|turn|step join|true steps joined by a sybil|true side joined astray|proof|proof against both|timeout|timeout of a sealed match|conclude|merge|slot match lost by both|step match lost by both|contest without a winner|step contest without a winner|further round|confirm|void|bond frozen|bond released|bond forfeited|root bond split|bond burned by a walk|step bond split|step bond of a winner released|step bond under a void claim released|censored|payment to a bomb|payment refused|payment reentered|forced ETH",
            "|"
        );
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](14);
        actions[0] = ProtocolHandler.pass.selector;
        actions[1] = ProtocolHandler.censor.selector;
        actions[2] = ProtocolHandler.changeBaseFee.selector;
        actions[3] = ProtocolHandler.appendBatch.selector;
        actions[4] = ProtocolHandler.helpHonestly.selector;
        actions[5] = ProtocolHandler.attack.selector;
        actions[6] = ProtocolHandler.follow.selector;
        actions[7] = ProtocolHandler.joinSteps.selector;
        actions[8] = ProtocolHandler.move.selector;
        actions[9] = ProtocolHandler.play.selector;
        actions[10] = ProtocolHandler.settle.selector;
        actions[11] = ProtocolHandler.decide.selector;
        actions[12] = ProtocolHandler.collect.selector;
        actions[13] = ProtocolHandler.bank.selector;
    }
}
