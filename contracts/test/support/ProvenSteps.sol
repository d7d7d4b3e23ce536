// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {StepContext} from "../../src/interfaces/IStepVerifier.sol";

/// @notice A step that the engine has made and proved.
struct ProvenStep {
    /// Its family, or what fails in it.
    string name;
    /// Its opcode, else its phase.
    string kind;
    StepContext context;
    bytes32 preState;
    bytes32 postState;
    bytes witness;
}

/// @notice The steps of fixtures/steps, see its README.
library ProvenSteps {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    string private constant STEP = "ProvenStep(string name,string kind,StepContext context,bytes32 preState,bytes32 postState,bytes witness)"
        "StepContext(uint32 slot,uint32 step,bool inDomain,bytes32 recordHash)";

    /// @notice Appends the steps of fixtures/steps/`file`.json to `steps`: `families` are a typical one of each, in the order
    /// of `Family`, in `failures` something fails, `mainnet` is from a mainnet block.
    function load(ProvenStep[] storage steps, string memory file) internal {
        string memory json = VM.readFile(string.concat("fixtures/steps/", file, ".json"));
        ProvenStep[] memory loaded = abi.decode(VM.parseJsonTypeArray(json, "$", STEP), (ProvenStep[]));
        for (uint256 i = 0; i < loaded.length; ++i) {
            steps.push(loaded[i]);
        }
    }
}
