// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bonds} from "../../src/Bonds.sol";
import {Share} from "../../src/interfaces/IBonds.sol";
import {Test} from "../support/TestBase.sol";

/// @notice Anybody's deposits and withdrawals, and what the keepers may do. It keeps its own books.
contract BondsHandler is Test {
    Bonds public immutable bonds;
    address[4] public accounts;
    mapping(address account => uint256 amount) public free;
    mapping(address account => uint256 amount) public locked;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public burned;

    constructor() {
        bonds = new Bonds(address(this), address(this));
        for (uint256 i = 0; i < accounts.length; ++i) {
            accounts[i] = makeAddr(string.concat("account", vm.toString(i)));
        }
    }

    function deposit(uint8 who, uint96 amount) external {
        address account = accounts[who % 4];
        vm.deal(address(this), amount);
        bonds.depositFor{value: amount}(account);
        free[account] += amount;
        deposited += amount;
    }

    function withdraw(uint8 who, uint96 amount) external {
        address account = accounts[who % 4];
        uint256 taken = bound(amount, 0, free[account]);
        vm.prank(account);
        bonds.withdraw(account, taken);
        free[account] -= taken;
        withdrawn += taken;
    }

    function lock(uint8 who, uint96 amount) external {
        address account = accounts[who % 4];
        uint256 taken = bound(amount, 0, free[account]);
        bonds.lock(account, taken);
        free[account] -= taken;
        locked[account] += taken;
    }

    function unlock(uint8 who, uint96 amount) external {
        address account = accounts[who % 4];
        uint256 taken = bound(amount, 0, locked[account]);
        bonds.unlock(account, taken);
        locked[account] -= taken;
        free[account] += taken;
    }

    function forfeit(uint8 who, uint8 to, uint96 amount, uint96 shared) external {
        address account = accounts[who % 4];
        uint256 taken = bound(amount, 0, locked[account]);
        Share[] memory shares = new Share[](1);
        shares[0] = Share(accounts[to % 4], bound(shared, 0, taken / 2));
        bonds.forfeit(account, taken, shares);
        locked[account] -= taken;
        free[accounts[to % 4]] += shares[0].amount;
        burned += taken - shares[0].amount;
    }
}

contract BondsInvariantTest is Test {
    BondsHandler private handler;

    function setUp() public {
        handler = new BondsHandler();
        targetContract(address(handler));
    }

    function invariant_ethInIsEthOwedAndBurned() public view {
        Bonds bonds = handler.bonds();
        uint256 owed = 0;
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.accounts(i);
            (uint128 free, uint128 locked) = bonds.accounts(account);
            assertEq(free, handler.free(account), "free");
            assertEq(locked, handler.locked(account), "locked");
            owed += uint256(free) + locked;
        }
        assertEq(bonds.burned(), handler.burned(), "burned");
        assertEq(address(bonds).balance, handler.deposited() - handler.withdrawn(), "held");
        assertEq(address(bonds).balance, owed + bonds.burned(), "ETH in = ETH owed + burned");
    }
}
