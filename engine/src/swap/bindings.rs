//! The contracts of a swap, on L1 and on L2.

use alloy_sol_types::sol;

sol! {
    /// Mirrors `types/Swap.sol`: what one side gives, and who gets it.
    #[derive(Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Leg {
        /// The rollup's Bridge on L1.
        address bridge;
        /// The SwapVault on that rollup.
        address vault;
        /// The asset there; the zero address is ETH.
        address token;
        /// Who locks it, and gets it back if the swap is cancelled.
        address from;
        /// Who gets it if the swap is settled.
        address to;
        /// In the token's smallest unit, or wei.
        uint256 amount;
    }

    /// Mirrors `types/Swap.sol`: what both sides agree on.
    #[derive(Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Terms {
        /// The SwapArbiter on L1.
        address arbiter;
        /// The first leg.
        Leg one;
        /// The second leg.
        Leg two;
        /// L1 time, seconds.
        uint64 deadline;
        /// Tells swaps of the same terms apart.
        bytes32 salt;
    }

    /// On L1: decides.
    #[derive(Debug, PartialEq, Eq)]
    interface ISwapArbiter {
        event LegLocked(bytes32 indexed id, uint8 number, uint8 state);
        event SwapCancelled(bytes32 indexed id);
        event Announced(bytes32 indexed id, uint8 number, uint8 state, uint64 nonce);

        error DeadlinePassed(uint64 deadline, uint256 time);
        error BeforeDeadline(uint64 deadline, uint256 time);
        error WrongSwapState(bytes32 id, uint8 state);

        function onLocked(Terms memory terms, uint8 number) external;
        function cancel(Terms memory terms) external;
        function announce(Terms memory terms, uint8 number) external returns (uint64 nonce);
        function stateOf(bytes32 id) external view returns (uint8);
    }

    /// On L2: keeps the legs.
    #[derive(Debug, PartialEq, Eq)]
    interface ISwapVault {
        event Locked(bytes32 indexed id, uint8 number, uint64 nonce);
        event Finished(bytes32 indexed id, uint8 number, uint8 state);
        event Credited(address indexed account, address indexed token, uint256 amount);

        error WrongLegState(bytes32 id, uint8 number, uint8 state);

        function lock(Terms memory terms, uint8 number) external payable returns (uint64 nonce);
        function settle(Terms memory terms, uint8 number) external;
        function cancel(Terms memory terms, uint8 number) external;
        function withdraw(address account, address token) external returns (uint256 amount);
        function stateOf(bytes32 id, uint8 number) external view returns (uint8);
        function credits(address account, address token) external view returns (uint256);
    }

    /// What a lock asks of a token.
    #[derive(Debug, PartialEq, Eq)]
    interface IERC20 {
        function approve(address spender, uint256 amount) external returns (bool);
        function allowance(address owner, address spender) external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
    }
}
