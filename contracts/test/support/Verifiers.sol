// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IStepVerifier} from "../../src/interfaces/IStepVerifier.sol";
import {Family} from "../../src/verifier/Family.sol";
import {StepVerifier} from "../../src/verifier/StepVerifier.sol";
import {Absorb} from "../../src/verifier/job/Absorb.sol";
import {Blob} from "../../src/verifier/job/Blob.sol";
import {Copy} from "../../src/verifier/job/Copy.sol";
import {Creation} from "../../src/verifier/job/Creation.sol";
import {Arithmetic} from "../../src/verifier/opcode/Arithmetic.sol";
import {Bitwise} from "../../src/verifier/opcode/Bitwise.sol";
import {Calls} from "../../src/verifier/opcode/Calls.sol";
import {Comparison} from "../../src/verifier/opcode/Comparison.sol";
import {ControlFlow} from "../../src/verifier/opcode/ControlFlow.sol";
import {Copies} from "../../src/verifier/opcode/Copies.sol";
import {Create} from "../../src/verifier/opcode/Create.sol";
import {Environment} from "../../src/verifier/opcode/Environment.sol";
import {Keccak} from "../../src/verifier/opcode/Keccak.sol";
import {Log} from "../../src/verifier/opcode/Log.sol";
import {MemoryAccess} from "../../src/verifier/opcode/MemoryAccess.sol";
import {Return} from "../../src/verifier/opcode/Return.sol";
import {SelfDestruct} from "../../src/verifier/opcode/SelfDestruct.sol";
import {StackItems} from "../../src/verifier/opcode/StackItems.sol";
import {StateReads} from "../../src/verifier/opcode/StateReads.sol";
import {Storage} from "../../src/verifier/opcode/Storage.sol";
import {Precompiles} from "../../src/verifier/precompile/Precompiles.sol";
import {AccessList} from "../../src/verifier/slot/AccessList.sol";
import {Authorize} from "../../src/verifier/slot/Authorize.sol";
import {BlockBegin} from "../../src/verifier/slot/BlockBegin.sol";
import {BlockEnd} from "../../src/verifier/slot/BlockEnd.sol";
import {Destruct} from "../../src/verifier/slot/Destruct.sol";
import {Enter} from "../../src/verifier/slot/Enter.sol";
import {FixedPoint} from "../../src/verifier/slot/FixedPoint.sol";
import {Settle} from "../../src/verifier/slot/Settle.sol";
import {TxBegin} from "../../src/verifier/slot/TxBegin.sol";

/// @notice Deployment of the whole verifier, from the artifacts: no contract may be as large as one that holds them all. It
/// takes more gas than a transaction has, so callers pause the metering.
/// @dev The families are imported for their artifacts.
library Verifiers {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// DESIGN, section 13.
    uint64 internal constant TRANSACTION_GAS = 8_000_000;

    function deploy() internal returns (StepVerifier) {
        return new StepVerifier(families());
    }

    function families() internal returns (IStepVerifier[] memory all) {
        all = new IStepVerifier[](uint256(type(Family).max) + 1);
        all[uint256(Family.Arithmetic)] = _deploy("opcode/Arithmetic.sol:Arithmetic", "");
        all[uint256(Family.Comparison)] = _deploy("opcode/Comparison.sol:Comparison", "");
        all[uint256(Family.Bitwise)] = _deploy("opcode/Bitwise.sol:Bitwise", "");
        all[uint256(Family.StackItems)] = _deploy("opcode/StackItems.sol:StackItems", "");
        all[uint256(Family.ControlFlow)] = _deploy("opcode/ControlFlow.sol:ControlFlow", "");
        all[uint256(Family.Return)] = _deploy("opcode/Return.sol:Return", "");
        all[uint256(Family.Environment)] = _deploy("opcode/Environment.sol:Environment", "");
        all[uint256(Family.StateReads)] = _deploy("opcode/StateReads.sol:StateReads", "");
        all[uint256(Family.MemoryAccess)] = _deploy("opcode/MemoryAccess.sol:MemoryAccess", "");
        all[uint256(Family.Copies)] = _deploy("opcode/Copies.sol:Copies", "");
        all[uint256(Family.Keccak)] = _deploy("opcode/Keccak.sol:Keccak", "");
        all[uint256(Family.Log)] = _deploy("opcode/Log.sol:Log", "");
        all[uint256(Family.Storage)] = _deploy("opcode/Storage.sol:Storage", "");
        all[uint256(Family.Calls)] = _deploy("opcode/Calls.sol:Calls", "");
        all[uint256(Family.Create)] = _deploy("opcode/Create.sol:Create", "");
        all[uint256(Family.SelfDestruct)] = _deploy("opcode/SelfDestruct.sol:SelfDestruct", "");
        all[uint256(Family.FixedPoint)] = _deploy("slot/FixedPoint.sol:FixedPoint", "");
        all[uint256(Family.BlockBegin)] = _deploy("slot/BlockBegin.sol:BlockBegin", "");
        all[uint256(Family.Blob)] = _deploy("job/Blob.sol:Blob", "");
        all[uint256(Family.TxBegin)] = _deploy("slot/TxBegin.sol:TxBegin", abi.encode(TRANSACTION_GAS));
        all[uint256(Family.AccessList)] = _deploy("slot/AccessList.sol:AccessList", "");
        all[uint256(Family.Authorize)] = _deploy("slot/Authorize.sol:Authorize", "");
        all[uint256(Family.Enter)] = _deploy("slot/Enter.sol:Enter", "");
        all[uint256(Family.Precompiles)] = _deploy("precompile/Precompiles.sol:Precompiles", "");
        all[uint256(Family.Copy)] = _deploy("job/Copy.sol:Copy", "");
        all[uint256(Family.Absorb)] = _deploy("job/Absorb.sol:Absorb", "");
        all[uint256(Family.Creation)] = _deploy("job/Creation.sol:Creation", "");
        all[uint256(Family.Settle)] = _deploy("slot/Settle.sol:Settle", "");
        all[uint256(Family.Destruct)] = _deploy("slot/Destruct.sol:Destruct", "");
        all[uint256(Family.BlockEnd)] = _deploy("slot/BlockEnd.sol:BlockEnd", "");
    }

    function _deploy(string memory name, bytes memory arguments) private returns (IStepVerifier) {
        return IStepVerifier(VM.deployCode(string.concat("contracts/src/verifier/", name), arguments));
    }
}
