// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Remembers what each guest said last.
contract Guestbook {
    /// A guest said something.
    event Signed(address indexed guest, uint256 number, string words);

    /// Nothing was said.
    error Silent();

    /// How many signed.
    uint256 public signatures;
    /// What each said last.
    mapping(address guest => string words) public words;

    function sign(string calldata said) external {
        if (bytes(said).length == 0) revert Silent();
        words[msg.sender] = said;
        emit Signed(msg.sender, ++signatures, said);
    }
}
