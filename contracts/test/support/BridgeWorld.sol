// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Inbox} from "../../src/Inbox.sol";
import {Bridge} from "../../src/bridge/Bridge.sol";
import {WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {Claim, ClaimStatus, IRollup} from "../../src/interfaces/IRollup.sol";
import {Machine} from "../../src/machine/Machine.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {BondId, ClaimId} from "../../src/types/Ids.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {Encoding} from "./Encoding.sol";
import {Layer2} from "./Layer2.sol";
import {Test} from "./TestBase.sol";

/// @notice Claims that stand as a test says: the two calls of the Rollup that a Bridge makes.
contract ClaimsStub {
    address public immutable inbox;
    mapping(ClaimId => ClaimStatus) private _status;

    constructor(address inbox_) {
        inbox = inbox_;
    }

    function set(ClaimId id, ClaimStatus status) external {
        _status[id] = status;
    }

    function claims(ClaimId id) external view returns (Claim memory) {
        return Claim(_status[id], 0, 0, BondId.wrap(0));
    }
}

/// @notice A rollup with a Bridge, and an L2 whose states are claimed and confirmed at will.
struct BridgedRollup {
    Inbox inbox;
    ClaimsStub claims;
    Bridge bridge;
    Layer2 l2;
}

/// @notice Deploys rollups with a Bridge, and makes proofs about them.
abstract contract BridgeWorld is Test {
    uint64 internal constant GENESIS_NUMBER = 100;
    uint64 internal constant GENESIS_TIME = 1_700_000_000;
    uint128 internal constant FLOOR = 0.0001 ether;

    function newRollup(uint64 sunset) internal returns (BridgedRollup memory made) {
        uint256 nonce = vm.getNonce(address(this));
        address bridge = vm.computeCreateAddress(address(this), nonce + 2);
        made.inbox = new Inbox(GENESIS_NUMBER, GENESIS_TIME, FLOOR, sunset, bridge);
        made.claims = new ClaimsStub(address(made.inbox));
        made.bridge = new Bridge(made.inbox, IRollup(address(made.claims)));
        made.l2 = new Layer2(6, 5);
    }

    function append(BridgedRollup memory on) internal {
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 12);
        vm.deal(address(this), address(this).balance + 1 ether);
        on.inbox.append{value: on.inbox.appendFee()}(address(0xfee), "");
    }

    function upHash(BridgedRollup memory on, Message memory message) internal view returns (bytes32) {
        return message.hash(Direction.Up, block.chainid, address(on.bridge));
    }

    /// @dev A claim of the L2's state as it is now, with the standing `status`, and the proof of `message` in it.
    function proofIn(BridgedRollup memory on, Message memory message, ClaimStatus status)
        internal
        returns (WithdrawalProof memory proof)
    {
        (proof.accountProof, proof.storageProof) = on.l2.prove(upHash(on, message));
        (proof.claim, proof.boundary) = claimOf(on.l2.root());
        on.claims.set(proof.claim.id(), status);
    }

    /// @dev The message is sent on L2, and the state confirmed.
    function sendUp(BridgedRollup memory on, Message memory message) internal returns (WithdrawalProof memory) {
        on.l2.send(upHash(on, message));
        return proofIn(on, message, ClaimStatus.Confirmed);
    }

    function claimOf(bytes32 stateRoot) internal pure returns (ClaimKey memory claim, bytes memory boundary) {
        Machine memory machine;
        machine.blockHash = keccak256("block");
        machine.stateRoot = stateRoot;
        boundary = Encoding.encode(machine);
        claim = ClaimKey(ClaimId.wrap("parent"), 0, "trace", Encoding.hash(machine));
    }
}
