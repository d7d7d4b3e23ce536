//! The contracts that the flows call.

use alloy_sol_types::sol;
pub(crate) use surety_engine::l1::bindings::{IL1Messenger, IOutbox, Message};

sol! {
    interface ITokenBridge {
        function mint(address l1Token, string name, string symbol, uint8 decimals, address to, uint256 amount) external;
        function withdraw(address token, address to, uint256 amount) external returns (uint64 nonce);
        function tokenOf(address l1Token) external view returns (address);
    }

    interface ITokenEscrow {
        function release(address token, address to, uint256 amount) external;
    }

    interface IERC20 {
        function transfer(address to, uint256 amount) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
    }

    interface IMulticall3 {
        struct Call3 {
            address target;
            bool allowFailure;
            bytes callData;
        }
        function aggregate3(Call3[] calls) external payable;
    }
}
