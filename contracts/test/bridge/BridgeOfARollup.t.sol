// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {NodeBags} from "../../src/authenticated/NodeBag.sol";
import {IBridge, WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {ClaimStatus} from "../../src/interfaces/IRollup.sol";
import {Machine} from "../../src/machine/Machine.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {BondId, rootTournament} from "../../src/types/Ids.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {Player} from "../support/Dispute.sol";
import {Encoding} from "../support/Encoding.sol";
import {Layer2} from "../support/Layer2.sol";
import {Stages} from "../support/Stages.sol";
import {Lie, ToyMachine} from "../support/ToyMachine.sol";

/// @notice Withdrawals against the claims of the real Rollup, as they stand.
contract BridgeOfARollupTest is Stages {
    address private constant BOB = address(0xb0b);

    Layer2 private l2 = new Layer2(6, 5);
    Message private message = Message(0, BOB, BOB, 1 ether, "");

    function hasBridge() internal pure override returns (bool) {
        return true;
    }

    function setUp() public override {
        super.setUp();
        vm.deal(address(bridge), 10 ether);
    }

    function test_wiring() public view {
        assertEq(inbox.bridge(), address(bridge));
        assertEq(address(bridge.inbox()), address(inbox));
        assertEq(address(bridge.rollup()), address(rollup));
        assertEq(bridge.caller().bridge(), address(bridge));
        assertEq(address(tokenEscrow.bridge()), address(bridge));
    }

    function test_withdraw_onceTheClaimIsConfirmed() public {
        bytes32 hash = message.hash(Direction.Up, block.chainid, address(bridge));
        l2.send(hash);
        WithdrawalProof memory proof;
        (proof.accountProof, proof.storageProof) = l2.prove(hash);
        Machine memory machine = ToyMachine.boundary(keccak256("block"));
        machine.stateRoot = l2.root();
        proof.boundary = Encoding.encode(machine);
        proof.claim = ClaimKey(rollup.genesis(), 0, "trace", Encoding.hash(machine));

        _assertNotConfirmed(proof, ClaimStatus.Absent);
        BondId bond = lockBond(BOB);
        uint64 end = rollup.domainEnd(proof.claim.parent);
        vm.prank(BOB);
        rollup.propose(bond, proof.claim.parent, end, "trace", proof.boundary);
        _assertNotConfirmed(proof, ClaimStatus.Proposed);
        roll(tournament.closing(rootTournament(proof.claim.parent, 0)));
        rollup.confirm(proof.claim);
        uint256 before = BOB.balance;
        bridge.withdraw(message, proof);
        assertEq(BOB.balance, before + 1 ether);
    }

    function test_T43_withdraw_lostAndVoidClaims() public {
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory child = playerAfter("child", Lie(0, 0, 0), mallory.claim, mallory.end, lastRecord());
        follow(child, mallory.claim);
        propose(child);
        Player memory alice = inFirstDomain(honest("alice"));
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);
        rollup.voidClaim(child.claim);

        _assertNotConfirmed(_proofOf(mallory), ClaimStatus.Proposed);
        assertTrue(rollup.isLost(mallory.claim.id()));
        _assertNotConfirmed(_proofOf(child), ClaimStatus.Void);
        _assertNotConfirmed(_proofOf(alice), ClaimStatus.Proposed);
        confirm(alice);
        // the state root is the claim's
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, alice.end));
        bridge.withdraw(message, _proofOf(alice));
    }

    function test_withdraw_genesis() public {
        WithdrawalProof memory proof;
        (proof.claim, proof.boundary) = (genesis, ToyMachine.encode(genesisCore));
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, genesisCore));
        bridge.withdraw(message, proof);
    }

    function _proofOf(Player memory who) private pure returns (WithdrawalProof memory proof) {
        (proof.claim, proof.boundary) = (who.claim, ToyMachine.encode(who.end));
    }

    function _assertNotConfirmed(WithdrawalProof memory proof, ClaimStatus status) private {
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotConfirmed.selector, proof.claim.id(), status));
        bridge.withdraw(message, proof);
    }
}
