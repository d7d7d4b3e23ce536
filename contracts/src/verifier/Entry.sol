// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Accounts} from "../authenticated/Account.sol";
import {Scratch} from "../authenticated/Scratch.sol";
import {Call, CallCodec} from "../machine/Call.sol";
import {CallKind} from "../machine/CallKind.sol";
import {Frame} from "../machine/Frame.sol";
import {Phase} from "../machine/Phase.sol";
import {Tx} from "../machine/Tx.sol";
import {Addresses} from "../rules/Addresses.sol";
import {Delegation} from "../rules/Delegation.sol";
import {State} from "./State.sol";
import {Step} from "./Step.sol";
import {Warmth} from "./Warmth.sol";

/// @notice What runs when an account is called.
struct Target {
    /// The account as it is before the call.
    Account account;
    /// Whose code runs: the account's own or, by EIP-7702, its delegate's.
    address codeAddress;
    /// keccak256 of that code; a precompile, and a delegate that is one, has none.
    bytes32 codeHash;
    /// Whether `codeAddress` is a delegate.
    bool isDelegated;
    /// Whether the delegate was warm before the step, or is the account itself.
    bool isDelegateWarm;
}

/// @notice The ways into a frame (docs/protocol.md, sections 4 and 7).
library Entry {
    /// @notice Looks up what runs when `owner` is called: its account, unless it is a precompile its code, and if that is a
    /// delegation the delegate's warmth and account.
    function resolve(Step memory step, address owner) internal pure returns (Target memory target) {
        target.account = State.read(step, owner);
        target.codeAddress = owner;
        target.codeHash = Accounts.EMPTY_CODE_HASH;
        if (Addresses.isPrecompile(owner)) return target;
        target.codeHash = target.account.codeHash;
        (bool isDelegation, address delegate) = Delegation.parse(step.witness.code(target.codeHash));
        if (!isDelegation) return target;

        target.isDelegated = true;
        target.codeAddress = delegate;
        target.isDelegateWarm = Warmth.isWarm(step, delegate) || delegate == owner;
        bytes32 codeHash = State.read(step, delegate).codeHash;
        target.codeHash = Addresses.isPrecompile(delegate) ? Accounts.EMPTY_CODE_HASH : codeHash;
    }

    /// @notice Records in `call` what a failure of the frame restores.
    function snapshot(Step memory step, Call memory call) internal pure {
        Tx memory transaction = step.tx;
        call.stateRoot = step.machine.stateRoot;
        call.scratchRoot = step.machine.scratchRoot;
        call.logsHash = transaction.logsHash;
        call.refund = transaction.refund;
        call.destructsHash = transaction.destructsHash;
        call.destructCount = transaction.destructCount;
    }

    /// @notice Makes the account `created` for the initcode that `call` will run, and sends it `value` wei from `creator`.
    /// The snapshot is taken before.
    /// @return whether that is possible: an account with a nonce or code is in the way (EIP-684)
    function createAccount(Step memory step, Call memory call, address created, address creator, uint256 value)
        internal
        pure
        returns (bool)
    {
        Account memory account = State.read(step, created);
        if (account.nonce != 0 || account.codeHash != Accounts.EMPTY_CODE_HASH) return false;
        snapshot(step, call);
        account.nonce = 1;
        State.write(step, created, account);
        step.machine.scratchRoot = Scratch.markCreated(step.witness.nodes, step.machine.scratchRoot, created);
        State.transfer(step, creator, created, value);
        call.kind = CallKind.CREATION;
        (call.self, call.codeAddress, call.caller, call.value) = (created, created, creator, value);
        return true;
    }

    /// @notice Begins `call` in a fresh frame with `gas`, in the phase Running or Precompile.
    function enter(Step memory step, Call memory call, uint64 gas, uint8 phase) internal pure {
        Frame memory frame;
        frame.callHash = CallCodec.hash(call);
        frame.gas = gas;
        step.frame = frame;
        step.call = call;
        step.machine.phase = phase;
    }

    /// @notice The phase in which a call of `callee` begins; a delegate that is a precompile does not count as one.
    function phaseOf(address callee) internal pure returns (uint8) {
        return Addresses.isPrecompile(callee) ? Phase.PRECOMPILE : Phase.RUNNING;
    }
}
