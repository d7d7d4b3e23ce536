//! The code that a contract's constructor leaves, with its immutables filled in.

use alloy_primitives::{Bytes, TxKind};
use revm::{
    ExecuteEvm, MainBuilder,
    context::{
        TxEnv,
        result::{ExecutionResult, Output},
    },
    database::EmptyDB,
    handler::MainnetContext,
};

use super::GenesisError;
use crate::{
    execute::environment::{SPEC, cfg_env},
    rules::limits::Limits,
};

/// Runs `initcode` in an empty world; a genesis takes the code alone, so the constructor may write nothing.
pub(super) fn runtime_code(contract: &'static str, initcode: Bytes) -> Result<Bytes, GenesisError> {
    let failed = |reason| GenesisError::Constructor { contract, reason };
    let context = MainnetContext::new(EmptyDB::default(), SPEC).with_cfg(cfg_env(1));
    let creation = TxEnv {
        kind: TxKind::Create,
        data: initcode,
        gas_limit: Limits::ETHEREUM.transaction_gas,
        gas_price: 0,
        ..TxEnv::default()
    };
    let done = context.build_mainnet().transact(creation);
    let done = done.map_err(|error| failed(error.to_string()))?;
    if done.state.values().any(|account| !account.storage.is_empty()) {
        return Err(failed("uses storage".to_owned()));
    }
    match done.result {
        ExecutionResult::Success { output: Output::Create(code, _), .. } => Ok(code),
        result => Err(failed(format!("{result:?}"))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy_primitives::hex;

    use super::*;

    #[test]
    fn the_returned_code_is_taken() {
        // MSTORE8(0, 0x5b); RETURN(0, 1)
        let initcode = Bytes::from_static(&hex!("605b60005360016000f3"));
        assert_eq!(runtime_code("Some", initcode).unwrap(), Bytes::from_static(&[0x5b]));
    }

    #[test]
    fn a_constructor_that_reverts_or_writes_is_refused() {
        for initcode in [&hex!("60006000fd")[..], &hex!("600160005500")] {
            let refused = runtime_code("Some", Bytes::copy_from_slice(initcode));
            assert!(matches!(refused, Err(GenesisError::Constructor { contract: "Some", .. })));
        }
    }
}
