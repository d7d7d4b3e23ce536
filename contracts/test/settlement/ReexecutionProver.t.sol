// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WordTree} from "../../src/authenticated/WordTree.sol";
import {Doubt, IBoundaryProver, Question} from "../../src/interfaces/IBoundaryProver.sol";
import {Block, BlockCodec} from "../../src/machine/Block.sol";
import {Machine, MachineCodec} from "../../src/machine/Machine.sol";
import {Record, RecordCodec} from "../../src/machine/Record.sol";
import {Outcome} from "../../src/settlement/NextBlock.sol";
import {Execution, ReexecutionProver} from "../../src/settlement/ReexecutionProver.sol";
import {BaseFee} from "../../src/verifier/slot/BaseFee.sol";
import {Header} from "../../src/verifier/slot/Header.sol";
import {Encoding} from "../support/Encoding.sol";
import {Records} from "../support/Records.sol";
import {RlpText} from "../support/RlpText.sol";
import {Test} from "../support/TestBase.sol";

/// @notice An EXECUTE that says yes to one question.
contract OneAnswer {
    bytes32 private immutable _question;

    constructor(bytes memory question) {
        _question = keccak256(question);
    }

    fallback(bytes calldata question) external returns (bytes memory) {
        return abi.encode(keccak256(question) == _question);
    }
}

contract ReexecutionProverTest is Test {
    address private constant PRECOMPILE = address(0x0101);
    bytes32 private constant PRE = keccak256("state before");

    ReexecutionProver private prover;
    Block private parent;
    Record private record;
    Outcome private outcome;
    bytes private batch = hex"0003aabbcc0000ffffff";
    bytes private deposits = new bytes(36);
    bytes private witness = hex"c2c0c0";

    function setUp() public {
        prover = new ReexecutionProver(PRECOMPILE);
        parent.number = 41;
        parent.timestamp = 1_700_000_000;
        parent.baseFee = 1 gwei;
        parent.gasLimit = 12_000_000;
        parent.chainId = 4242;
        parent.headHash = keccak256("head");
        parent.gasUsed = 9_000_000;
        record.number = 42;
        record.timestamp = 1_700_000_001;
        record.prevRandao = keccak256("randao");
        record.feeRecipient = address(0xfee);
        record.l1MessageRoot = keccak256("messages");
        record.batchRoot = WordTree.rootOf(batch);
        record.batchLength = uint32(batch.length);
        record.depositsHash = keccak256(deposits);
        record.depositCount = 1;
        outcome = Outcome(keccak256("receipts"), 1_234_567, keccak256("state after"));
    }

    /// The precompile is asked about exactly this header, batch and state, and the boundary is what the machine's own rules make
    /// of the block.
    function test_prove_composesTheTrace() public {
        _answer(_input(outcome.stateRoot));
        assertEq(prover.prove(_question(), abi.encode(_execution())), _expectedBoundary());
    }

    function test_fuzz_prove_composesTheTrace(
        uint64 gasUsed,
        bytes memory batch_,
        bytes memory deposits_,
        bytes32 post,
        bytes32 receipts,
        uint256 baseFee
    ) public {
        (batch, deposits) = (batch_, deposits_);
        (record.batchRoot, record.batchLength) = (WordTree.rootOf(batch_), uint32(batch_.length));
        record.depositsHash = keccak256(deposits_);
        outcome = Outcome(receipts, uint64(bound(gasUsed, 0, parent.gasLimit)), post);
        parent.baseFee = bound(baseFee, 7, type(uint64).max);
        _answer(_input(post));
        assertEq(prover.prove(_question(), abi.encode(_execution())), _expectedBoundary());
    }

    // What L1 knows is not the sender's to say

    function test_prove_wrongStart() public {
        _answer(_input(outcome.stateRoot));
        for (uint256 i = 0; i < 3; ++i) {
            Execution memory execution = _execution();
            if (i == 0) execution.stateRoot = keccak256("another state");
            if (i == 1) execution.parent[8] = 0x2a;
            Question memory question = _question();
            if (i == 2) question.start = "another start";
            vm.expectPartialRevert(ReexecutionProver.WrongStart.selector);
            prover.prove(question, abi.encode(execution));
        }
    }

    function test_prove_wrongRecord() public {
        Execution memory execution = _execution();
        ++record.timestamp;
        execution.record = Records.encode(record);
        vm.expectRevert(abi.encodeWithSelector(ReexecutionProver.WrongRecord.selector, RecordCodec.hash(record)));
        --record.timestamp;
        prover.prove(_question(), abi.encode(execution));
    }

    function test_prove_notTheNextBlock() public {
        ++record.number;
        vm.expectRevert(abi.encodeWithSelector(ReexecutionProver.WrongBlockNumber.selector, 43));
        prover.prove(_question(), abi.encode(_execution()));
    }

    function test_prove_wrongBatch() public {
        bytes[3] memory wrong = [bytes(hex"0003aabbcc0000fffffe"), hex"0003aabbcc0000ffffff00", ""];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Execution memory execution = _execution();
            execution.batch = wrong[i];
            vm.expectPartialRevert(ReexecutionProver.WrongBatch.selector);
            prover.prove(_question(), abi.encode(execution));
        }
    }

    /// A blob's bytes are not in the record, and nobody can give them here.
    function test_prove_blobBatch() public {
        record.batchRoot = 0;
        record.batchLength = 126_976;
        record.blobHash = keccak256("blob");
        for (uint256 i = 0; i < 2; ++i) {
            if (i == 1) batch = "";
            vm.expectPartialRevert(ReexecutionProver.WrongBatch.selector);
            prover.prove(_question(), abi.encode(_execution()));
        }
    }

    function test_prove_wrongDeposits() public {
        Execution memory execution = _execution();
        execution.deposits = new bytes(35);
        vm.expectPartialRevert(ReexecutionProver.WrongDeposits.selector);
        prover.prove(_question(), abi.encode(execution));
    }

    function test_prove_tooMuchGas() public {
        outcome.gasUsed = parent.gasLimit + 1;
        vm.expectRevert(abi.encodeWithSelector(ReexecutionProver.TooMuchGas.selector, outcome.gasUsed, parent.gasLimit));
        prover.prove(_question(), abi.encode(_execution()));
    }

    function test_prove_oneBlock() public {
        Question memory question = _question();
        question.records = new bytes32[](2);
        vm.expectRevert(abi.encodeWithSelector(ReexecutionProver.NotOneBlock.selector, 2));
        prover.prove(question, abi.encode(_execution()));
    }

    /// Evidence whose parts lie outside it is refused or means the same as what is there.
    function test_fuzz_prove_malformedEvidence(bytes memory evidence) public {
        (bool done,) = address(prover).call(abi.encodeCall(prover.prove, (_question(), evidence)));
        assertFalse(done);
    }

    // Who answers

    /// T68: at an address without code every call succeeds, with no data.
    function test_T68_noCode() public {
        _refused(Doubt.Refused);
    }

    /// T68: whatever is there, only exactly one word that is 1 means yes, and not to everything.
    function test_T68_somethingElseIsThere() public {
        // Returns 0, 2, 31 bytes, 33 bytes, 64 bytes; reverts with 1; stops; runs out of gas; reads nothing and says yes.
        _answerWith(hex"60005ff3", Doubt.Refused);
        _answerWith(hex"5f5f5260205ff3", Doubt.Refused);
        _answerWith(hex"60025f5260205ff3", Doubt.Refused);
        _answerWith(hex"60015f52601f5ff3", Doubt.Refused);
        _answerWith(hex"60015f5260215ff3", Doubt.Refused);
        _answerWith(hex"60015f5260405ff3", Doubt.Refused);
        _answerWith(hex"60015f5260205ffd", Doubt.Refused);
        _answerWith(hex"00", Doubt.Refused);
        _answerWith(hex"5b5f56", Doubt.Refused);
        _answerWith(hex"60015f5260205ff3", Doubt.FalseAccepted);
    }

    /// T68: none of L1's precompiles is taken for EXECUTE.
    function test_T68_anotherPrecompileIsThere() public {
        for (uint160 i = 1; i <= 0x12; ++i) {
            prover = new ReexecutionProver(address(i == 0x12 ? 0x100 : i));
            _refused(Doubt.Refused);
        }
    }

    /// An answer about another post state is none about this one.
    function test_prove_refused() public {
        _answer(_input(keccak256("another state")));
        _refused(Doubt.Refused);
    }

    function _answerWith(bytes memory code, Doubt doubt) private {
        vm.etch(PRECOMPILE, code);
        _refused(doubt);
    }

    function _refused(Doubt doubt) private {
        vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, doubt));
        prover.prove{gas: 2_000_000}(_question(), abi.encode(_execution()));
    }

    function _answer(bytes memory question) private {
        vm.etch(PRECOMPILE, address(new OneAnswer(question)).code);
    }

    function _execution() private view returns (Execution memory) {
        return Execution(Encoding.encode(parent), PRE, Records.encode(record), batch, deposits, outcome, witness);
    }

    function _question() private view returns (Question memory question) {
        question = Question(address(0xa), _boundary(parent, PRE), record.number, new bytes32[](1));
        question.records[0] = RecordCodec.hash(record);
    }

    /// @dev docs/protocol.md, section 24, for the header that `outcome` says.
    function _input(bytes32 post) private view returns (bytes memory) {
        bytes memory header = Header.encode(_open(), outcome.stateRoot);
        bytes memory items = bytes.concat(
            RlpText.number(0), RlpText.number(parent.chainId), RlpText.text(abi.encodePacked(keccak256(header))), header
        );
        items = bytes.concat(items, hex"c0", RlpText.text(batch), RlpText.text(deposits), witness);
        return abi.encode(PRE, post, RlpText.list(items), uint256(outcome.gasUsed));
    }

    /// @dev docs/protocol.md, section 4: the block as slot 1023 finds it.
    function _open() private view returns (Block memory open) {
        open = parent;
        open.number = record.number;
        open.timestamp = record.timestamp;
        open.prevRandao = record.prevRandao;
        open.feeRecipient = record.feeRecipient;
        open.baseFee = BaseFee.next(parent.gasUsed, parent.gasLimit, parent.baseFee);
        open.l1MessageRoot = record.l1MessageRoot;
        open.batch.root = record.batchRoot;
        open.gasUsed = outcome.gasUsed;
        open.receiptsHash = outcome.receiptsHash;
        open.depositsHash = record.depositsHash;
    }

    function _expectedBoundary() private view returns (bytes32) {
        Block memory sealed_ = parent;
        Block memory open = _open();
        (sealed_.number, sealed_.timestamp, sealed_.baseFee) = (open.number, open.timestamp, open.baseFee);
        sealed_.gasUsed = open.gasUsed;
        sealed_.headHash = Header.hash(open, outcome.stateRoot);
        return _boundary(sealed_, outcome.stateRoot);
    }

    function _boundary(Block memory group, bytes32 stateRoot) private pure returns (bytes32) {
        Machine memory machine;
        (machine.blockHash, machine.stateRoot) = (BlockCodec.hash(group), stateRoot);
        return MachineCodec.hash(machine);
    }
}
