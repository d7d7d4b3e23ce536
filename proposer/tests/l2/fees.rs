//! What a transaction has to pay, and what is suggested to wallets.

use std::time::Duration;

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::Encodable2718 as _,
    network::TxSignerSync as _,
    primitives::{Address, Bytes, TxKind, U256},
    providers::Provider as _,
    rpc::types::FeeHistory,
    signers::local::PrivateKeySigner,
};
use serde_json::json;
use tokio::time::sleep;

use crate::rollup::{CHAIN_ID, Rollup};

/// The least tip that the default configuration takes.
pub const LEAST_TIP: u128 = 10_000_000;

/// A daemon that posts soon what pays for itself, and other things hardly ever.
const THRIFTY: &str = "[key]\nkind = \"mnemonic\"\npath = \"{data}/phrase\"\nindex = 9\n\
    [batcher]\nenabled = true\nmax_wait_ms = 50\nmin_interval_ms = 50\nmax_unpaid_wait_ms = 6000000\n";

/// A first transfer of 1 wei that tips so much for a unit of gas.
fn tipping(signer: &PrivateKeySigner, tip: u128) -> Bytes {
    let mut unsigned = TxEip1559 {
        chain_id: CHAIN_ID,
        gas_limit: 21_000,
        max_fee_per_gas: tip + 10_000_000_000,
        max_priority_fee_per_gas: tip,
        to: TxKind::Call(Address::repeat_byte(0xaa)),
        value: U256::from(1),
        ..TxEip1559::default()
    };
    let signature = signer.sign_transaction_sync(&mut unsigned).unwrap();
    TxEnvelope::from(unsigned.into_signed(signature)).encoded_2718().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_pay_for_a_batch_waits_for_company_that_does() {
    let rollup = Rollup::start(THRIFTY).await;
    let suggested = json!(format!("{LEAST_TIP:#x}"));
    assert_eq!(rollup.ask("eth_maxPriorityFeePerGas", json!([])).await, suggested);
    // what foundry goes by
    let history = rollup.ask("eth_feeHistory", json!(["0xa", "latest", [20]])).await;
    let history: FeeHistory = serde_json::from_value(history).unwrap();
    assert_eq!(history.reward.unwrap(), [[LEAST_TIP]]);

    let [early, late, rich] = [2, 3, 4].map(|index| rollup.signer(index));
    let refused = rollup.refused("eth_sendRawTransaction", json!([tipping(&late, 0)])).await;
    let reason = "transaction underpriced: gas tip cap 0, minimum needed 10000000";
    assert_eq!(refused, (-32000, reason.to_owned()));
    let send = async |signer, tip| {
        rollup.ask("eth_sendRawTransaction", json!([tipping(signer, tip)])).await
    };
    // nothing was lost lately
    send(&early, LEAST_TIP).await;
    rollup.reaches(1).await;
    let cheap = send(&late, LEAST_TIP).await;
    sleep(Duration::from_secs(4)).await;
    assert_eq!(rollup.l2().get_block_number().await.unwrap(), 1, "it would be posted at a loss");

    // 0.2 ETH pay for any batch
    let dear = send(&rich, 10_000_000_000_000).await;
    rollup.reaches(2).await;
    for hash in [cheap, dear] {
        let receipt = rollup.ask("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(receipt["blockNumber"], "0x2");
    }
    assert_eq!(
        rollup.ask("eth_maxPriorityFeePerGas", json!([])).await,
        suggested,
        "what one pays is nobody else's price"
    );
    assert!(rollup.stop().await);
}
