// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Accounts} from "../../src/authenticated/Account.sol";
import {AccountStorage} from "../../src/authenticated/AccountStorage.sol";
import {Rlp} from "../../src/authenticated/Rlp.sol";
import {OutboxProof} from "../../src/bridge/OutboxProof.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {TrieOracle} from "./TrieOracle.sol";

/// @notice The state of an L2 as far as L1 looks at it: the Outbox among some other accounts, and what it has sent.
contract Layer2 {
    bytes32 private constant CODE_HASH = keccak256("Outbox");

    TrieOracle public immutable state = new TrieOracle();
    TrieOracle public immutable outbox = new TrieOracle();

    /// @param accounts other accounts of the state
    /// @param slots other words in the Outbox's storage
    constructor(uint256 accounts, uint256 slots) {
        for (uint64 i = 0; i < accounts; ++i) {
            Account memory other = Account(i, i, keccak256(abi.encode(i)), CODE_HASH);
            state.set(keccak256(abi.encode("account", i)), Accounts.encode(other));
        }
        for (uint256 i = 0; i < slots; ++i) {
            outbox.set(keccak256(abi.encode("slot", i)), hex"01");
        }
    }

    /// @notice The Outbox has sent the message `hash`.
    function send(bytes32 hash) external {
        write(hash, 1);
    }

    /// @notice The Outbox's word for the message `hash` becomes `word`.
    function write(bytes32 hash, uint256 word) public {
        outbox.set(path(hash), word == 0 ? bytes("") : Rlp.encodeUint(word));
    }

    /// @notice The state root now.
    function root() external returns (bytes32) {
        _seal();
        return state.root();
    }

    /// @notice The proof about the message `hash`, sent or not.
    function prove(bytes32 hash) external returns (bytes[] memory accountProof, bytes[] memory storageProof) {
        _seal();
        return (state.proof(Accounts.path(Predeploys.OUTBOX)), outbox.proof(path(hash)));
    }

    function path(bytes32 hash) public pure returns (bytes32) {
        return AccountStorage.path(OutboxProof.slot(hash));
    }

    /// @dev Puts the Outbox's account, with its storage root, into the state.
    function _seal() private {
        Account memory account = Account(1, 0, outbox.root(), CODE_HASH);
        state.set(Accounts.path(Predeploys.OUTBOX), Accounts.encode(account));
    }
}
