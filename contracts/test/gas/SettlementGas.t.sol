// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBoundaryProver, Question} from "../../src/interfaces/IBoundaryProver.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {Block} from "../../src/machine/Block.sol";
import {Record} from "../../src/machine/Record.sol";
import {Execution, ReexecutionProver} from "../../src/settlement/ReexecutionProver.sol";
import {Settlement} from "../../src/settlement/Settlement.sol";
import {Program, ProgramProof, ValidityProver} from "../../src/settlement/ValidityProver.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {Player} from "../support/Dispute.sol";
import {Encoding} from "../support/Encoding.sol";
import {MockProofVerifier} from "../support/MockProofVerifier.sol";
import {Records} from "../support/Records.sol";
import {Settled} from "../support/Settled.sol";

/// @notice An EXECUTE that says yes to any execution that ends in one state.
contract EndsIn {
    bytes32 private immutable _post;

    constructor(bytes32 post) {
        _post = post;
    }

    fallback(bytes calldata question) external returns (bytes memory) {
        return abi.encode(bytes32(question[32:64]) == _post);
    }
}

/// @notice What settling by proof costs without what verifies the proof or executes the block: each verb as a transaction of
/// its own, intrinsic gas included, in snapshots/Settlement.json.
contract SettlementGasTest is Settled {
    string private constant GROUP = "Settlement";
    address private constant PRECOMPILE = address(0x0101);
    bytes32 private constant POST = keccak256("state after");

    Settlement private settlement;
    ValidityProver private one;
    ValidityProver private several;
    MockProofVerifier private verifier;
    bytes private _appended;

    /// @dev Keeps what the Inbox says of the first block.
    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = logs.length; i > 0; --i) {
            if (logs[i - 1].topics[0] == IInbox.BatchAppended.selector) _appended = logs[i - 1].data;
        }
    }

    function settlementOf() internal override returns (address) {
        verifier = new MockProofVerifier();
        Program[] memory programs = new Program[](3);
        for (uint256 i = 0; i < 3; ++i) {
            programs[i] = Program(verifier, bytes32(i));
        }
        several = new ValidityProver(programs, 2);
        assembly ("memory-safe") {
            mstore(programs, 1)
        }
        one = new ValidityProver(programs, 1);
        vm.etch(PRECOMPILE, address(new EndsIn(POST)).code);
        IBoundaryProver[] memory provers = new IBoundaryProver[](3);
        (provers[0], provers[1], provers[2]) = (one, several, new ReexecutionProver(PRECOMPILE));
        settlement = new Settlement(provers);
        return address(settlement);
    }

    /// forge-config: default.isolate = true
    function test_gas_validity() public {
        Player memory alice = honest("alice");
        propose(alice);
        _prove(0, one, alice, 1);
        vm.snapshotGasLastCall(GROUP, "prove, validity, one proof");
        settlement.settle(rollup, genesis.id());
        vm.snapshotGasLastCall(GROUP, "settle, the claim is there");
        assertTrue(rollup.latestConfirmed() == alice.claim.id());
    }

    /// forge-config: default.isolate = true
    function test_gas_validity_twoOfThree() public {
        Player memory alice = honest("alice");
        _prove(1, several, alice, 2);
        vm.snapshotGasLastCall(GROUP, "prove, validity, two of three");
        settlement.settle(rollup, genesis.id());
        vm.snapshotGasLastCall(GROUP, "settle, nobody has proposed");
        assertTrue(rollup.latestConfirmed() == unproposed(genesis.id(), alice.claim.boundary).id());
    }

    /// forge-config: default.isolate = true
    function test_gas_proposing() public {
        Player memory alice = honest("alice");
        propose(alice);
        vm.snapshotGasLastCall(GROUP, "propose, where proofs settle");
        Player memory late = astray("late", 1);
        proposeSibling(late, genesis);
        _prove(0, one, alice, 1);
        settlement.settle(rollup, genesis.id());
        rollup.walk(late.bond, _only(late));
        vm.snapshotGasLastCall(GROUP, "walk, frees a superseded claim's bond");
        assertTrue(rollup.rootBonds(late.bond).tip == alice.claim.id());
    }

    /// forge-config: default.isolate = true
    function test_gas_reexecution() public {
        Execution memory execution;
        (, Record memory record, bytes memory batch, bytes memory deposits) =
            abi.decode(_appended, (bytes32, Record, bytes, bytes));
        Block memory parent;
        (parent.number, parent.timestamp) = (GENESIS_NUMBER, GENESIS_TIME);
        execution.parent = Encoding.encode(parent);
        execution.stateRoot = genesisCore;
        execution.record = Records.encode(record);
        (execution.batch, execution.deposits) = (batch, deposits);
        execution.outcome.stateRoot = POST;
        execution.witness = abi.encodePacked(type(uint256).max);
        while (execution.witness.length < 32_768) {
            execution.witness = bytes.concat(execution.witness, execution.witness);
        }
        bytes memory evidence = abi.encode(execution);
        uint64 first = GENESIS_NUMBER + 1;
        settlement.prove(rollup, genesis, first, first, 2, evidence);
        vm.snapshotGasLastCall(GROUP, "prove, re-execution, 32 KiB of state");
        (uint64 last,) = settlement.progress(rollup, genesis.id());
        assertEq(last, first);
    }

    /// @dev By the programs 0 to `count` - 1, both blocks at once.
    function _prove(uint256 prover, ValidityProver way, Player memory who, uint256 count) private {
        uint64 first = GENESIS_NUMBER + 1;
        Question memory question = Question(address(rollup), genesis.boundary, first, records);
        bytes memory values = way.publicValues(question, who.claim.boundary);
        ProgramProof[] memory proofs = new ProgramProof[](count);
        for (uint256 i = 0; i < count; ++i) {
            verifier.accept(bytes32(i), values);
            proofs[i] = ProgramProof(i, "proof");
        }
        settlement.prove(rollup, genesis, first, first + 1, prover, abi.encode(who.claim.boundary, proofs));
    }

    function _only(Player memory who) private pure returns (ClaimKey[] memory path) {
        path = new ClaimKey[](1);
        path[0] = who.claim;
    }
}
