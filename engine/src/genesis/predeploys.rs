//! The contracts in a genesis.

use alloy::{
    eips::{
        eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE,
        eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
        eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
    },
    genesis::GenesisAccount,
};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use alloy_sol_types::SolValue;

use super::{Alloc, BridgeEnds, GenesisError, constructor::runtime_code};
use crate::{
    artifacts::Artifacts,
    bridge::predeploys::{L1_MESSENGER, OUTBOX, TOKEN_BRIDGE},
    rules::addresses::{BEACON_ROOTS, BLOCK_HASHES},
};

/// Creates contracts at addresses that are the same on every chain
/// ([deterministic-deployment-proxy](https://github.com/Arachnid/deterministic-deployment-proxy)).
pub const DEPLOYMENT_PROXY: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");
/// Makes many calls in one ([Multicall3](https://github.com/mds1/multicall3)).
pub const MULTICALL3: Address = address!("0xcA11bde05977b3631167028862bE2a173976CA11");

/// The deployment proxy's 69 bytes, as on every chain.
const DEPLOYMENT_PROXY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);
/// Multicall3 as on every chain, compiled from its source under the MIT licence.
const MULTICALL3_CODE: &[u8] = include_bytes!("multicall3.bin");
/// STOP: an L2 makes no requests to a consensus layer.
const STUB_CODE: [u8; 1] = [0x00];

fn contract(code: Bytes) -> GenesisAccount {
    GenesisAccount::default().with_nonce(Some(1)).with_code(Some(code))
}

/// What is in every genesis: the contracts that Osaka's rules name, and two that every chain's tools expect.
pub(super) fn standard() -> Alloc {
    let stub = || contract(Bytes::from_static(&STUB_CODE));
    Alloc::from([
        (BEACON_ROOTS, contract(BEACON_ROOTS_CODE.clone())),
        (BLOCK_HASHES, contract(HISTORY_STORAGE_CODE.clone())),
        (WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, stub()),
        (CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, stub()),
        (DEPLOYMENT_PROXY, contract(Bytes::from_static(&DEPLOYMENT_PROXY_CODE))),
        (MULTICALL3, contract(Bytes::from_static(MULTICALL3_CODE))),
    ])
}

/// The L2's ends of the bridge.
pub(super) fn bridge(artifacts: &Artifacts, ends: &BridgeEnds) -> Result<Alloc, GenesisError> {
    let deployed = |name, arguments: &[u8]| {
        let initcode = [&artifacts.initcode(name)?, arguments].concat();
        Ok::<_, GenesisError>(contract(runtime_code(name, initcode.into())?))
    };
    let crossing =
        (U256::from(ends.crossing.l1_chain_id), ends.crossing.bridge).abi_encode_params();
    Ok(Alloc::from([
        (L1_MESSENGER, deployed("L1Messenger", &crossing)?),
        (OUTBOX, deployed("Outbox", &crossing)?),
        (TOKEN_BRIDGE, deployed("TokenBridge", &ends.token_escrow.abi_encode())?),
    ]))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{b256, keccak256};

    use super::*;

    #[test]
    fn the_tools_are_those_of_every_chain() {
        assert_eq!(
            keccak256(DEPLOYMENT_PROXY_CODE),
            b256!("0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"),
        );
        assert_eq!(
            keccak256(MULTICALL3_CODE),
            b256!("0xd5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891"),
        );
    }

    #[test]
    fn every_predeploy_is_a_contract_without_ether() {
        for (address, account) in standard() {
            assert_eq!((account.nonce, account.balance), (Some(1), U256::ZERO), "{address}");
            assert!(account.code.is_some_and(|code| !code.is_empty()), "{address}");
        }
    }
}
