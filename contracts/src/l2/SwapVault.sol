// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IL1Messenger} from "../interfaces/IL1Messenger.sol";
import {IOutbox} from "../interfaces/IOutbox.sol";
import {ISwapArbiter} from "../interfaces/ISwapArbiter.sol";
import {ISwapVault} from "../interfaces/ISwapVault.sol";
import {Leg, LegNumber, LegState, SwapId, Terms} from "../types/Swap.sol";
import {Predeploys} from "../rules/Predeploys.sol";

/// @title SwapVault
/// @dev Takes no constructor arguments, so that it has one address on all rollups, which proves its code.
contract SwapVault is ISwapVault, ReentrancyGuardTransient {
    using Address for address payable;
    using SafeERC20 for IERC20;

    /// @dev What a payment may take: no more, so that no recipient makes a message dear; always all of it, so that
    /// whoever relays the message cannot make the payment fail.
    uint256 private constant PAYMENT_GAS = 200_000;
    /// @dev What is needed besides, to credit a payment that failed.
    uint256 private constant CREDIT_GAS = 50_000;

    mapping(SwapId id => mapping(LegNumber number => LegState)) private _states;
    /// @inheritdoc ISwapVault
    mapping(address account => mapping(address token => uint256)) public credits;

    /// @inheritdoc ISwapVault
    function lock(Terms memory terms, LegNumber number) external payable nonReentrant returns (uint64 nonce) {
        Leg memory leg = _legHere(terms, number);
        if (msg.sender != leg.from) revert NotFrom(msg.sender, leg.from);
        SwapId id = terms.id();
        if (_states[id][number] != LegState.Open) revert WrongLegState(id, number, _states[id][number]);

        _states[id][number] = LegState.Locked;
        _receive(leg);
        nonce = IOutbox(Predeploys.OUTBOX).send(terms.arbiter, abi.encodeCall(ISwapArbiter.onLocked, (terms, number)));
        emit Locked(id, number, nonce);
    }

    /// @inheritdoc ISwapVault
    function settle(Terms memory terms, LegNumber number) external nonReentrant {
        Leg memory leg = _decided(terms, number);
        SwapId id = terms.id();
        if (_states[id][number] != LegState.Locked) revert WrongLegState(id, number, _states[id][number]);

        _states[id][number] = LegState.Settled;
        emit Finished(id, number, LegState.Settled);
        _payOrCredit(leg.to, leg);
    }

    /// @inheritdoc ISwapVault
    function cancel(Terms memory terms, LegNumber number) external nonReentrant {
        Leg memory leg = _decided(terms, number);
        SwapId id = terms.id();
        LegState state = _states[id][number];
        if (state != LegState.Open && state != LegState.Locked) revert WrongLegState(id, number, state);

        _states[id][number] = LegState.Cancelled;
        emit Finished(id, number, LegState.Cancelled);
        if (state == LegState.Locked) _payOrCredit(leg.from, leg);
    }

    /// @inheritdoc ISwapVault
    function withdraw(address account, address token) external nonReentrant returns (uint256 amount) {
        amount = credits[account][token];
        if (amount == 0) revert NothingOwed(account, token);
        credits[account][token] = 0;
        emit Withdrawn(account, token, amount);
        _pay(account, token, amount);
    }

    /// @inheritdoc ISwapVault
    function pay(address account, address token, uint256 amount) external {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        _pay(account, token, amount);
    }

    /// @inheritdoc ISwapVault
    function stateOf(SwapId id, LegNumber number) external view returns (LegState) {
        return _states[id][number];
    }

    /// @dev The leg, if the caller is a message of its arbiter.
    function _decided(Terms memory terms, LegNumber number) private view returns (Leg memory) {
        if (msg.sender != Predeploys.L1_MESSENGER || IL1Messenger(msg.sender).sender() != terms.arbiter) {
            revert NotArbiter(msg.sender);
        }
        return _legHere(terms, number);
    }

    /// @dev The leg, if it is this vault's.
    function _legHere(Terms memory terms, LegNumber number) private view returns (Leg memory leg) {
        leg = terms.leg(number);
        if (leg.vault != address(this) || leg.bridge != IOutbox(Predeploys.OUTBOX).bridge()) {
            revert NotHere(leg.bridge, leg.vault);
        }
    }

    function _receive(Leg memory leg) private {
        bool isEther = leg.token == address(0);
        uint256 payment = isEther ? leg.amount : 0;
        if (msg.value != payment) revert WrongPayment(payment, msg.value);
        if (isEther) return;

        IERC20 token = IERC20(leg.token);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(leg.from, address(this), leg.amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != leg.amount) revert WrongAmountReceived(leg.amount, received);
    }

    /// @dev A recipient or a token that fails must not keep the message from being relayed.
    function _payOrCredit(address account, Leg memory leg) private {
        // All but a 64th of what is left can be passed on.
        if (gasleft() < (PAYMENT_GAS + CREDIT_GAS) * 64 / 63) revert TooLittleGas(gasleft());
        try this.pay{gas: PAYMENT_GAS}(account, leg.token, leg.amount) {}
        catch {
            credits[account][leg.token] += leg.amount;
            emit Credited(account, leg.token, leg.amount);
        }
    }

    function _pay(address account, address token, uint256 amount) private {
        if (token == address(0)) payable(account).sendValue(amount);
        else IERC20(token).safeTransfer(account, amount);
    }
}
