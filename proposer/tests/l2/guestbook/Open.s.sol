// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Guestbook} from "./Guestbook.sol";

interface Vm {
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @notice Opens a guestbook and signs it twice.
contract Open {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function run() external returns (Guestbook book) {
        VM.startBroadcast();
        book = new Guestbook();
        book.sign("a script");
        book.sign("was here");
        VM.stopBroadcast();
        require(book.signatures() == 2, "both are there");
    }
}
