// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBoundaryProver, Question} from "../../src/interfaces/IBoundaryProver.sol";
import {ClaimStatus, IRollup} from "../../src/interfaces/IRollup.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Settlement} from "../../src/settlement/Settlement.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {ClaimId} from "../../src/types/Ids.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Settled} from "../support/Settled.sol";
import {Lie, ToyMachine} from "../support/ToyMachine.sol";

/// @notice Executes toy blocks; the evidence is the core before the first of them.
contract ToyProver is IBoundaryProver {
    error WrongStart(bytes32 start);

    function prove(Question calldata question, bytes calldata evidence) external pure returns (bytes32) {
        bytes32 core = abi.decode(evidence, (bytes32));
        if (ToyMachine.hash(core) != question.start) revert WrongStart(question.start);
        (, bytes32 end) = ToyMachine.slotTree(question.records, Lie(0, 0, 0), core);
        return ToyMachine.hash(end);
    }
}

contract SettlementTest is Settled {
    using RunTrees for RunTree;

    Settlement private settlement;

    function settlementOf() internal override returns (address) {
        IBoundaryProver[] memory provers = new IBoundaryProver[](2);
        (provers[0], provers[1]) = (new ToyProver(), new ToyProver());
        settlement = new Settlement(provers);
        return address(settlement);
    }

    function test_constructor_noCode() public {
        IBoundaryProver[] memory provers = new IBoundaryProver[](1);
        provers[0] = IBoundaryProver(address(0xdead));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NoCode.selector, address(0xdead)));
        new Settlement(provers);
    }

    /// Block by block, by either way, by anybody: then the contest is settled.
    function test_prove_blockByBlock_settle() public {
        bytes32 middle = _after(genesisCore, 0, 1);
        Player memory alice = _ending("alice", _after(middle, 1, 2));
        Player memory liar = player("liar", twist);
        propose(liar);
        proposeSibling(alice, genesis);
        vm.expectEmit();
        emit ISettlement.BoundaryProven(
            rollup, genesis.id(), GENESIS_NUMBER + 1, GENESIS_NUMBER + 1, ToyMachine.hash(middle), 0
        );
        _prove(genesis, 1, 1, 0, genesisCore);
        (uint64 last, bytes32 boundary) = settlement.progress(rollup, genesis.id());
        assertEq(last, GENESIS_NUMBER + 1);
        assertEq(boundary, ToyMachine.hash(middle));
        uint64 end = GENESIS_NUMBER + 2;
        vm.expectRevert(abi.encodeWithSelector(IRollup.WrongDomain.selector, end, end - 1));
        settlement.settle(rollup, genesis.id());
        vm.prank(address(0xa11));
        _prove(genesis, 2, 2, 1, middle);
        vm.prank(address(0xb0b));
        assertTrue(settlement.settle(rollup, genesis.id()) == alice.claim.id());
        assertTrue(rollup.isLost(liar.claim.id()));
    }

    /// Proving does not wait for the claim that it starts from: what is proven under it counts once that is confirmed.
    function test_prove_underAnUndecidedClaim() public {
        (Player memory parent, Player memory child) = chain();
        _prove(parent.claim, 3, 3, 0, parent.end);
        ClaimId latest = rollup.genesis();
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLatestConfirmed.selector, latest, parent.claim.id()));
        settlement.settle(rollup, parent.claim.id());
        _prove(genesis, 1, 2, 0, genesisCore);
        settlement.settle(rollup, genesis.id());
        settlement.settle(rollup, parent.claim.id());
        assertTrue(rollup.claims(child.claim.id()).status == ClaimStatus.Confirmed);
    }

    /// Where nobody proposes, proofs alone go on, from claim to claim that nobody made.
    function test_settle_claimsThatNobodyMade() public {
        ClaimKey memory parent = genesis;
        bytes32 core = genesisCore;
        append();
        for (uint64 i = 0; i < 3; ++i) {
            bytes32 next = _after(core, i, i + 1);
            _prove(parent, i + 1, i + 1, 0, core);
            ClaimKey memory made = unproposed(parent.id(), ToyMachine.hash(next));
            assertTrue(settlement.settle(rollup, parent.id()) == made.id());
            (parent, core) = (made, next);
        }
        assertEq(rollup.claims(rollup.latestConfirmed()).end, GENESIS_NUMBER + 3);
    }

    function test_prove_wrongEvidenceChangesNothing() public {
        vm.expectRevert(abi.encodeWithSelector(ToyProver.WrongStart.selector, genesis.boundary));
        _prove(genesis, 1, 2, 0, "wrong core");
        (uint64 last,) = settlement.progress(rollup, genesis.id());
        assertEq(last, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NothingProven.selector, genesis.id()));
        settlement.settle(rollup, genesis.id());
    }

    function test_prove_theNextBlocksAlone() public {
        uint64 next = GENESIS_NUMBER + 1;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotNext.selector, next, next + 1));
        _prove(genesis, 2, 2, 0, genesisCore);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotNext.selector, next, next - 1));
        _prove(genesis, 0, 1, 0, genesisCore);
        _prove(genesis, 1, 1, 0, genesisCore);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotNext.selector, next + 1, next));
        _prove(genesis, 1, 1, 0, genesisCore);
    }

    function test_prove_outsideTheDomain() public {
        uint64 end = GENESIS_NUMBER + 2;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.OutsideDomain.selector, end, end + 1));
        _prove(genesis, 1, 3, 0, genesisCore);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.OutsideDomain.selector, end, end - 2));
        _prove(genesis, 1, 0, 0, genesisCore);
        propose(honest("alice"));
        append();
        vm.expectRevert(abi.encodeWithSelector(ISettlement.OutsideDomain.selector, end, end + 1));
        _prove(genesis, 1, 3, 0, genesisCore);
    }

    function test_prove_unknownClaimOrProver() public {
        ClaimKey memory unknown = unproposed(genesis.id(), genesis.boundary);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.UnknownClaim.selector, unknown.id()));
        _prove(unknown, 1, 1, 0, genesisCore);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.UnknownProver.selector, 2));
        _prove(genesis, 1, 1, 2, genesisCore);
    }

    /// T58: what is proven for one rollup is nothing to another, though both start from the same genesis.
    function test_T58_progressIsOfOneRollup() public {
        IRollup first = rollup;
        _prove(genesis, 1, 2, 0, genesisCore);
        setUp();
        assertTrue(address(first) != address(rollup));
        (uint64 last,) = settlement.progress(rollup, genesis.id());
        assertEq(last, 0);
    }

    /// @dev A claim about the first two blocks that ends with `core`: toy blocks executed one by one end elsewhere.
    function _ending(string memory name, bytes32 core) private returns (Player memory who) {
        who = honest(name);
        who.end = core;
        who.slots.values[who.slots.values.length - 1] = ToyMachine.hash(core);
        (who.claim.traceRoot, who.claim.boundary) = (who.slots.root(), ToyMachine.hash(core));
    }

    /// @dev By block numbers after genesis.
    function _prove(ClaimKey memory parent, uint64 first, uint64 last, uint256 prover, bytes32 core) private {
        settlement.prove(rollup, parent, GENESIS_NUMBER + first, GENESIS_NUMBER + last, prover, abi.encodePacked(core));
    }

    /// @dev The core after the blocks of records [from, to).
    function _after(bytes32 core, uint256 from, uint256 to) private view returns (bytes32 end) {
        bytes32[] memory domain = new bytes32[](to - from);
        for (uint256 i = from; i < to; ++i) {
            domain[i - from] = records[i];
        }
        (, end) = ToyMachine.slotTree(domain, Lie(0, 0, 0), core);
    }
}
