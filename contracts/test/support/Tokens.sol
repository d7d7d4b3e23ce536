// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice An ordinary token of six decimals, for whoever asks.
contract Coin is ERC20("Coin", "COIN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external {
        _burn(from, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

/// @notice Takes a tenth of each transfer.
contract TaxedCoin is Coin {
    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && to != address(0)) {
            super._update(from, address(0xfee), amount / 10);
            amount -= amount / 10;
        }
        super._update(from, to, amount);
    }
}

/// @notice Calls the sender and the recipient of each transfer before it moves anything, like ERC-777.
contract HookedCoin is Coin {
    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && from.code.length != 0) {
            (bool success,) = from.call(abi.encodeWithSignature("beforeTransfer()"));
            success;
        }
        super._update(from, to, amount);
    }
}

/// @notice Returns nothing, and tells its name and symbol as bytes32, as old ones do.
contract OldCoin {
    mapping(address owner => uint256) public balanceOf;
    bytes32 public constant name = "Old";
    bytes32 public constant symbol = "OLD";

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) public {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Tells its name, symbol and decimals in whatever way it is set to.
contract NamelessCoin is Coin {
    enum Kind {
        Reverts,
        BurnsGas,
        Bomb,
        Huge,
        Truncated
    }

    Kind private immutable _kind;

    constructor(Kind kind) {
        _kind = kind;
    }

    function name() public view override returns (string memory) {
        return _tell();
    }

    function symbol() public view override returns (string memory) {
        return _tell();
    }

    function _tell() private view returns (string memory) {
        Kind kind = _kind;
        assembly ("memory-safe") {
            switch kind
            case 0 { revert(0, 0) }
            case 1 { invalid() }
            case 2 { revert(0, 100000) }
            case 3 {
                mstore(0, 32)
                mstore(32, 5000)
                for { let i := 0 } lt(i, 157) { i := add(i, 1) } {
                    mstore(add(64, shl(5, i)), 0x6161616161616161616161616161616161616161616161616161616161616161)
                }
                return(0, 5064)
            }
            default {
                mstore(0, 32)
                mstore(32, not(0))
                return(0, 64)
            }
        }
    }
}

/// @notice Says that it has transferred and has not.
contract LyingCoin is Coin {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Says that it has not transferred.
contract RefusingCoin is Coin {
    bool public refuses;

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !refuses && super.transfer(to, amount);
    }
}
