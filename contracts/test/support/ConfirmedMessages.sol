// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account as StateAccount, Accounts} from "../../src/authenticated/Account.sol";
import {AccountStorage} from "../../src/authenticated/AccountStorage.sol";
import {OutboxProof} from "../../src/bridge/OutboxProof.sol";
import {WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {Machine} from "../../src/machine/Machine.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {BondId, rootTournament} from "../../src/types/Ids.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {Encoding} from "./Encoding.sol";
import {Stages} from "./Stages.sol";
import {SyntheticTrie} from "./SyntheticTrie.sol";
import {ToyMachine} from "./ToyMachine.sol";

/// @notice A rollup with a Bridge, and messages in states that are claimed and confirmed. The Outbox's account is under seven
/// branches and a message under five, as on an L2 of tens of millions of accounts that has sent a million messages.
abstract contract ConfirmedMessages is Stages {
    uint256 internal accountLevels = 7;
    uint256 internal messageLevels = 5;

    function hasBridge() internal pure override returns (bool) {
        return true;
    }

    /// @dev The message in a state that is claimed and confirmed.
    function confirmed(Message memory message) internal returns (Message memory, WithdrawalProof memory proof) {
        bytes32 slot = OutboxProof.slot(message.hash(Direction.Up, block.chainid, address(bridge)));
        StateAccount memory outbox = StateAccount(1, 1000 ether, 0, keccak256("Outbox"));
        (outbox.storageRoot, proof.storageProof) =
            SyntheticTrie.proof(AccountStorage.path(slot), hex"01", messageLevels);
        Machine memory machine = ToyMachine.boundary(keccak256("block"));
        (machine.stateRoot, proof.accountProof) =
            SyntheticTrie.proof(Accounts.path(Predeploys.OUTBOX), Accounts.encode(outbox), accountLevels);
        proof.boundary = Encoding.encode(machine);
        proof.claim = ClaimKey(rollup.genesis(), 0, "trace", Encoding.hash(machine));
        address proposer = makeAddr("proposer");
        BondId bond = lockBond(proposer);
        uint64 end = rollup.domainEnd(proof.claim.parent);
        vm.prank(proposer);
        rollup.propose(bond, proof.claim.parent, end, "trace", proof.boundary);
        roll(tournament.closing(rootTournament(proof.claim.parent, 0)));
        rollup.confirm(proof.claim);
        return (message, proof);
    }
}
