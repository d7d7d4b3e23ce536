// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ScriptBase} from "forge-std/Base.sol";

import {Bonds} from "../contracts/src/Bonds.sol";
import {Inbox} from "../contracts/src/Inbox.sol";
import {Rollup} from "../contracts/src/Rollup.sol";
import {Bridge} from "../contracts/src/bridge/Bridge.sol";
import {TokenEscrow} from "../contracts/src/bridge/TokenEscrow.sol";
import {IAsker} from "../contracts/src/interfaces/IAsker.sol";
import {IStepVerifier} from "../contracts/src/interfaces/IStepVerifier.sol";
import {Lens} from "../contracts/src/lens/Lens.sol";
import {Block} from "../contracts/src/machine/Block.sol";
import {Machine} from "../contracts/src/machine/Machine.sol";
import {Tournament} from "../contracts/src/tournament/Tournament.sol";
import {Timing} from "../contracts/src/types/Timing.sol";

/// @notice Everything a deployment fixes for ever.
struct Settings {
    IStepVerifier verifier;
    /// The machine at genesis and its Block group, whose number and time the Inbox goes on from.
    Machine boundary;
    Block genesisBlock;
    /// The least append fee, wei.
    uint128 appendFeeFloor;
    /// L1 time from which nothing is appended; 0: never.
    uint64 sunset;
    /// Whether there is a Bridge. Then nobody has ETH at genesis.
    bool bridge;
    Timing timing;
    uint256 rootBond;
    uint256 stepBond;
    uint256 gasPriceCap;
    /// Where proofs settle contests; 0: nowhere.
    address settlement;
}

struct Deployed {
    Inbox inbox;
    Bonds bonds;
    Tournament tournament;
    Rollup rollup;
    Lens lens;
    /// Without a Bridge zero, and so is the escrow.
    Bridge bridge;
    TokenEscrow tokenEscrow;
}

/// @notice Deploys the contracts around a given StepVerifier, in consecutive transactions of one account: Inbox(bridge),
/// Bonds(rollup, tournament), Tournament(rollup, ...), Rollup(...), Lens(rollup), and if there is a Bridge Bridge(inbox, rollup),
/// TokenEscrow(bridge). The first three are given the addresses at which the later ones will be; each constructor checks
/// those that exist already, the Rollup's checks all before it and the Bridge's the Inbox and the Rollup. A transaction in
/// between by the same account makes a constructor revert, and the deployment starts again.
/// @dev forge script scripts/Deploy.s.sol --broadcast --sig "run((address,...))" SETTINGS
contract Deploy is ScriptBase {
    bool public IS_SCRIPT = true;

    function run(Settings calldata settings) external returns (Deployed memory deployed) {
        vm.startBroadcast();
        deployed = deploy(settings, msg.sender);
        vm.stopBroadcast();
    }

    /// @param deployer the account whose nonce numbers the contracts
    function deploy(Settings memory settings, address deployer) public returns (Deployed memory deployed) {
        uint256 nonce = vm.getNonce(deployer);
        address tournament = vm.computeCreateAddress(deployer, nonce + 2);
        address rollup = vm.computeCreateAddress(deployer, nonce + 3);
        Block memory genesis = settings.genesisBlock;
        address bridge = settings.bridge ? vm.computeCreateAddress(deployer, nonce + 5) : address(0);
        deployed.inbox = new Inbox(genesis.number, genesis.timestamp, settings.appendFeeFloor, settings.sunset, bridge);
        deployed.bonds = new Bonds(rollup, tournament);
        deployed.tournament = new Tournament(
            IAsker(rollup),
            deployed.bonds,
            deployed.inbox,
            settings.verifier,
            settings.timing,
            settings.stepBond,
            settings.gasPriceCap
        );
        deployed.rollup = new Rollup(
            deployed.inbox,
            deployed.bonds,
            deployed.tournament,
            settings.settlement,
            settings.boundary,
            settings.genesisBlock,
            settings.rootBond
        );
        deployed.lens = new Lens(deployed.rollup);
        if (settings.bridge) {
            deployed.bridge = new Bridge(deployed.inbox, deployed.rollup);
            deployed.tokenEscrow = new TokenEscrow(deployed.bridge);
        }
    }
}
