// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A swap: the hash of its terms.
type SwapId is bytes32;

/// @notice One of a swap's two legs.
enum LegNumber {
    One,
    Two
}

/// @notice What one side gives, and who gets it if the swap is settled.
struct Leg {
    /// The rollup's Bridge on L1.
    address bridge;
    /// The SwapVault on that rollup.
    address vault;
    /// The asset there: an ERC-20, or the zero address for ETH.
    address token;
    /// Who locks it, and gets it back if the swap is cancelled.
    address from;
    /// Who gets it if the swap is settled.
    address to;
    /// In the token's smallest unit, or wei.
    uint256 amount;
}

/// @notice What both sides agree on.
struct Terms {
    /// The SwapArbiter on L1.
    address arbiter;
    Leg one;
    Leg two;
    /// L1 time, seconds: both locks must be known on L1 before it; from it on the swap can be cancelled.
    uint64 deadline;
    /// Tells swaps of the same terms apart.
    bytes32 salt;
}

/// @notice A swap as the arbiter knows it. A state never changes once it is Settled or Cancelled.
///
/// Open -> OneLocked or TwoLocked -> Settled      before the deadline
/// Open, OneLocked, TwoLocked -> Cancelled        from the deadline on
enum SwapState {
    Open,
    OneLocked,
    TwoLocked,
    Settled,
    Cancelled
}

/// @notice A leg as its vault knows it.
///
/// Open -> Locked -> Settled      paid to `Leg.to`
/// Locked -> Cancelled            paid back to `Leg.from`
/// Open -> Cancelled              never to be locked
enum LegState {
    Open,
    Locked,
    Settled,
    Cancelled
}

/// @dev Keeps ids of swaps apart from all other hashes.
bytes32 constant SWAP_TAG = keccak256("surety.swap");

using {id, leg} for Terms global;

/// @notice The swap with these terms.
function id(Terms memory terms) pure returns (SwapId) {
    return SwapId.wrap(keccak256(abi.encode(SWAP_TAG, terms)));
}

/// @notice The leg of this number.
function leg(Terms memory terms, LegNumber number) pure returns (Leg memory) {
    return number == LegNumber.One ? terms.one : terms.two;
}
