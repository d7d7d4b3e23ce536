// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Status} from "../src/types/TournamentState.sol";
import {ClaimStatus} from "../src/interfaces/IRollup.sol";
import {CommitmentId} from "../src/types/Ids.sol";
import {Dispute, Player} from "./support/Dispute.sol";
import {Lie} from "./support/ToyMachine.sol";

contract RollupTest is Dispute {
    function test_confirm_loneClaim() public {
        Player memory alice = honest("alice");
        propose(alice);
        roll(tournament.closing(contest(alice)));
        rollup.confirm(alice.claim);
        assertTrue(rollup.latestConfirmed() == alice.claim.id());
        assertTrue(rollup.claims(alice.claim.id()).status == ClaimStatus.Confirmed);
    }

    function test_dispute_honestProposedFirst() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", Lie(1025, 3, 7));
        propose(alice);
        proposeSibling(mallory, genesis);
        playDispute(alice, mallory, alice);
        _assertConfirmed(alice, mallory);
    }

    function test_dispute_liarProposedFirst() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", Lie(1025, 3, 7));
        propose(mallory);
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);
        _assertConfirmed(alice, mallory);
    }

    function _assertConfirmed(Player memory right, Player memory wrong) private {
        roll(tournament.closing(contest(right)));
        (Status status, CommitmentId winner) = tournament.result(contest(right));
        assertTrue(status == Status.Won && winner == right.claim.id().commitment(), "winner");
        assertTrue(rollup.isLost(wrong.claim.id()), "lost");
        rollup.confirm(right.claim);
        assertTrue(rollup.latestConfirmed() == right.claim.id(), "confirmed");
    }
}
