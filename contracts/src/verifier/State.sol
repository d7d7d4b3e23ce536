// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Accounts} from "../authenticated/Account.sol";
import {Step} from "./Step.sol";

/// @notice The world state as a step sees and changes it.
library State {
    /// @notice The account at `owner`.
    function read(Step memory step, address owner) internal pure returns (Account memory) {
        return Accounts.read(step.witness.nodes, step.machine.stateRoot, owner);
    }

    /// @notice Makes `account` the one at `owner`; an empty one is removed.
    function write(Step memory step, address owner, Account memory account) internal pure {
        step.machine.stateRoot = Accounts.write(step.witness.nodes, step.machine.stateRoot, owner, account);
    }

    /// @notice Gives `amount` wei to `owner`; 0 wei do not even touch the account.
    function credit(Step memory step, address owner, uint256 amount) internal pure {
        if (amount == 0) return;
        Account memory account = read(step, owner);
        account.balance += amount;
        write(step, owner, account);
    }

    /// @notice Moves `amount` wei, which the payer has: first the debit is written, then the credit.
    function transfer(Step memory step, address payer, address payee, uint256 amount) internal pure {
        if (amount == 0) return;
        Account memory account = read(step, payer);
        account.balance -= amount;
        write(step, payer, account);
        credit(step, payee, amount);
    }
}
