// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {Reader, RlpReader} from "../../authenticated/RlpReader.sol";
import {Spans} from "../../authenticated/Span.sol";
import {Job} from "../../machine/Job.sol";
import {Phase} from "../../machine/Phase.sol";
import {Delegation} from "../../rules/Delegation.sol";
import {Secp256k1} from "../../rules/Secp256k1.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";
import {Authorization, AuthorizationList} from "./AuthorizationList.sol";

/// @notice The Authorize phase: applies one authorization (EIP-7702), or passes it over. What it writes stays when the
/// transaction fails.
contract Authorize is PhaseFamily {
    /// @dev EIP-7702: refund for an authority that exists already.
    uint64 private constant _EXISTING_ACCOUNT_REFUND = 12_500;

    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.AUTHORIZE);
        Job memory job = step.job;
        uint256 left = job.total - job.done;
        uint256 size = left < AuthorizationList.LONGEST ? left : AuthorizationList.LONGEST;
        bytes memory chunk = Ranges.read(step, job.source, job.done, size);
        Reader memory tuples = RlpReader.open(chunk);
        _apply(step, AuthorizationList.read(tuples));
        // At most the chunk's size.
        // forge-lint: disable-next-line(unsafe-typecast)
        job.done += uint32(tuples.next - Spans.from(chunk).pointer());
        if (job.done == job.total) step.machine.phase = Phase.ENTER;
    }

    function _apply(Step memory step, Authorization memory authorization) private pure {
        address authority = _authorityOf(authorization, step.block.chainId);
        if (authority == address(0)) return;

        bool isWarm = Warmth.isWarm(step, authority);
        Account memory account = State.read(step, authority);
        bool isDelegable = Delegation.isPossible(step.witness.code(account.codeHash));
        if (!isWarm) Warmth.warm(step, authority);
        if (!isDelegable || account.nonce != authorization.nonce) return;

        if (!account.isEmpty()) step.tx.refund += _EXISTING_ACCOUNT_REFUND;
        ++account.nonce;
        account.codeHash = Delegation.codeHash(authorization.delegate);
        State.write(step, authority, account);
    }

    /// @dev Who gave the authorization; the zero address if it is not for this chain, not signed, or of the last nonce (EIP-2681).
    function _authorityOf(Authorization memory authorization, uint256 chainId) private pure returns (address) {
        if (authorization.chainId != 0 && authorization.chainId != chainId) return address(0);
        if (authorization.nonce == type(uint64).max) return address(0);
        return Secp256k1.recover(authorization.hash, authorization.parity, authorization.r, authorization.s);
    }
}
