//! A user of a rollup, who knows nothing but its JSON-RPC and her own key.

use std::time::{Duration, Instant};

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::Encodable2718 as _,
    network::TxSigner as _,
    primitives::{Address, B256, Bytes, TxKind, U256},
    providers::{DynProvider, Provider as _, ProviderBuilder},
    rpc::types::TransactionReceipt,
};
use eyre::{bail, ensure};
use surety_engine::l1::signer::Key;
use tokio::time::sleep;

use super::devnet::{Account, Devnet};

/// Most that she pays, wei per gas.
const MAX_FEE: u128 = 100_000_000_000;
/// What she gives to who makes the block, wei per gas.
const TIP: u128 = 1_000_000_000;
/// How long a transaction may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Time between two looks.
const BEAT: Duration = Duration::from_millis(40);

/// What is called.
#[derive(Clone, Debug)]
pub(crate) struct UserCall {
    /// The callee; `None` creates a contract.
    pub(crate) to: Option<Address>,
    /// Wei.
    pub(crate) value: U256,
    /// Calldata or initcode.
    pub(crate) data: Bytes,
    /// Gas limit.
    pub(crate) gas: u64,
}

impl UserCall {
    /// Sends `value` wei.
    pub(crate) const fn transfer(to: Address, value: U256) -> Self {
        Self { to: Some(to), value, data: Bytes::new(), gas: 21_000 }
    }
}

/// A user.
pub(crate) struct User {
    key: Key,
    pub(crate) rpc: DynProvider,
    chain_id: u64,
}

impl User {
    /// Connects once the endpoint answers.
    pub(crate) async fn connect(
        devnet: &Devnet,
        account: Account,
        endpoint: &str,
    ) -> eyre::Result<Self> {
        let rpc = ProviderBuilder::default().connect_http(endpoint.parse()?).erased();
        let deadline = Instant::now() + PATIENCE;
        let chain_id = loop {
            match rpc.get_chain_id().await {
                Ok(chain_id) => break chain_id,
                Err(error) if Instant::now() > deadline => return Err(error.into()),
                Err(_) => sleep(BEAT).await,
            }
        };
        Ok(Self { key: devnet.key(account)?, rpc, chain_id })
    }

    /// Her address.
    pub(crate) fn address(&self) -> Address {
        self.key.address()
    }

    /// What she has, wei.
    pub(crate) async fn balance(&self) -> eyre::Result<U256> {
        Ok(self.rpc.get_balance(self.address()).await?)
    }

    /// A call as her transaction with this nonce.
    pub(crate) async fn sign(&self, nonce: u64, call: UserCall) -> eyre::Result<Bytes> {
        let mut transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: call.gas,
            max_fee_per_gas: MAX_FEE,
            max_priority_fee_per_gas: TIP,
            to: call.to.map_or(TxKind::Create, TxKind::Call),
            value: call.value,
            input: call.data,
            ..TxEip1559::default()
        };
        let signature = self.key.sign_transaction(&mut transaction).await?;
        Ok(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into())
    }

    /// Sends a call after all that she has sent.
    pub(crate) async fn send(&self, call: UserCall) -> eyre::Result<B256> {
        let nonce = self.rpc.get_transaction_count(self.address()).pending().await?;
        let raw = self.sign(nonce, call).await?;
        Ok(*self.rpc.send_raw_transaction(&raw).await?.tx_hash())
    }

    /// Waits for a transaction's receipt.
    pub(crate) async fn receipt(&self, hash: B256) -> eyre::Result<TransactionReceipt> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(receipt) = self.rpc.get_transaction_receipt(hash).await? {
                return Ok(receipt);
            }
            sleep(BEAT).await;
        }
        bail!("no receipt of {hash} within {PATIENCE:?}")
    }

    /// Sends a call and waits until it has succeeded.
    pub(crate) async fn execute(&self, call: UserCall) -> eyre::Result<TransactionReceipt> {
        let receipt = self.receipt(self.send(call).await?).await?;
        ensure!(receipt.status(), "{} failed", receipt.transaction_hash);
        Ok(receipt)
    }
}

/// A contract that counts its calls in storage and logs the data of each.
///
/// ```text
/// storage[0] = storage[0] + 1; calldatacopy(0, 0, calldatasize); log0(0, calldatasize)
/// ```
pub(crate) const COUNTER: [u8; 32] = alloy::primitives::hex!(
    "6014600c60003960146000f3" "600160005401600055" "366000600037" "366000a0" "00"
);
