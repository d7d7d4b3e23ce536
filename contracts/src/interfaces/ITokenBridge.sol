// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The L2's end of the ERC-20 bridge: what is in the TokenEscrow on L1 is minted here, what is burned here is released there.
interface ITokenBridge {
    /// @notice The first deposit of an L1 token made its token on L2.
    event TokenCreated(address indexed l1Token, address indexed token);
    /// @notice A deposit was minted.
    event Minted(address indexed l1Token, address indexed to, uint256 amount);
    /// @notice Tokens were burned, to be released on L1 by the message `nonce` of the Outbox.
    event Withdrawn(address indexed l1Token, address indexed from, address indexed to, uint256 amount, uint64 nonce);

    /// @notice The caller is not the L1Messenger with a message of the TokenEscrow.
    error NotEscrow();
    /// @notice The TokenBridge has not made this token.
    error NotBridged(address token);
    /// @notice L1 tokens refuse the zero address, so that nothing would ever be released.
    error ZeroRecipient();

    /// @notice Mints a deposit; the first one of an L1 token makes its token. Only the TokenEscrow, by a message.
    /// @dev Reverts with NotEscrow, or as OpenZeppelin's ERC20 does. Metadata counts at the first deposit only.
    /// @param l1Token the token on L1
    /// @param name its name
    /// @param symbol its symbol
    /// @param decimals its decimals
    /// @param to who gets the tokens
    /// @param amount how many have arrived in the escrow
    function mint(
        address l1Token,
        string calldata name,
        string calldata symbol,
        uint8 decimals,
        address to,
        uint256 amount
    ) external;

    /// @notice Burns the caller's tokens and sends the message that releases them on L1.
    /// @dev Reverts with NotBridged, ZeroRecipient, or ERC20InsufficientBalance.
    /// @param token the token on L2
    /// @param to who gets them on L1
    /// @param amount how many
    /// @return nonce the message's number
    function withdraw(address token, address to, uint256 amount) external returns (uint64 nonce);

    /// @notice The token on L2 that stands for `l1Token`; zero before its first deposit is minted.
    function tokenOf(address l1Token) external view returns (address);

    /// @notice The TokenEscrow on L1.
    function escrow() external view returns (address);
}
