// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Share} from "../../src/interfaces/IBonds.sol";
import {PROOF_GAS} from "../../src/rules/RefundGas.sol";
import {Spoils} from "../../src/rules/Spoils.sol";
import {Side} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Test} from "../support/TestBase.sol";

contract SpoilsTest is Test {
    bytes32 private constant SEED = keccak256("seed");

    function shares(uint256 bond, Side winner, address owner, Move[] calldata moves)
        external
        pure
        returns (Share[] memory)
    {
        return Spoils.shares(bond, winner, owner, moves);
    }

    function chain(bytes32 seed, Move[] calldata moves) external pure returns (bytes32) {
        return Spoils.chain(seed, moves);
    }

    function test_T36_fuzz_shares_atLeastHalfIsBurned(uint128 bond, uint8 count, uint256 seed) public view {
        Move[] memory moves = new Move[](count % 12);
        for (uint256 i = 0; i < moves.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            moves[i] = Move(seed % 2 == 0 ? Side.One : Side.Two, vm.addr(1 + seed % 5), seed >> 140);
        }
        Share[] memory result = this.shares(bond, Side.One, address(1), moves);
        uint256 sum = 0;
        uint256 refunds = 0;
        for (uint256 i = 0; i < result.length; ++i) {
            sum += result[i].amount;
            if (i > 0) refunds += result[i].amount;
        }
        assertLe(sum, bond / 2, "burn");
        assertLe(refunds, bond / 3, "refund");
        assertEq(result[0].amount, uint256(bond) * 15 / 100, "bounty");
    }

    function test_shares_theProofComesFirst() public view {
        Move[] memory moves = new Move[](3);
        moves[0] = Move(Side.One, address(11), 0.9 ether);
        moves[1] = Move(Side.Two, address(22), 0.9 ether);
        moves[2] = Move(Side.One, address(33), 0.9 ether);
        Share[] memory result = this.shares(3 ether, Side.One, address(1), moves);
        assertEq(result.length, 3, "the loser's moves get nothing");
        assertEq(result[1].recipient, address(33));
        assertEq(result[1].amount, 0.9 ether);
        assertEq(result[2].recipient, address(11));
        assertEq(result[2].amount, 0.1 ether);
    }

    function test_T74_refund_priceIsCapped() public {
        vm.fee(10 gwei);
        assertEq(Spoils.refund(100_000, 50 gwei), 100_000 * 11 gwei);
        vm.fee(1000 gwei);
        assertEq(Spoils.refund(100_000, 50 gwei), 100_000 * 50 gwei);
    }

    function test_proofGas_isWhatL1Charges() public pure {
        assertEq(Spoils.proofGas(0, 70_000), 70_000);
        assertEq(Spoils.proofGas(1000, 70_000), 86_000, "calldata and execution");
        assertEq(Spoils.proofGas(30_000, 70_000), 1_200_000, "the floor of calldata");
        assertEq(Spoils.proofGas(93_281, 9_000_000), 10_492_496, "the dearest step");
        assertEq(Spoils.proofGas(93_281, 10_000_000), PROOF_GAS, "and no more");
    }

    function test_chain_bindsOrderSideMoverAndAmount() public view {
        Move[] memory moves = new Move[](2);
        moves[0] = Move(Side.One, address(11), 1);
        moves[1] = Move(Side.Two, address(22), 2);
        bytes32 head = this.chain(SEED, moves);
        assertEq(head, keccak256(abi.encode(keccak256(abi.encode(SEED, 0, address(11), 1)), 1, address(22), 2)));
        (moves[0], moves[1]) = (moves[1], moves[0]);
        assertNotEq(this.chain(SEED, moves), head);
    }
}
