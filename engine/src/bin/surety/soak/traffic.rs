//! Users that send one transaction after the other, and keep account of everything.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider as _,
    rpc::types::TransactionReceipt,
};
use eyre::{OptionExt as _, ensure};

use crate::stage::user::{User, UserCall};

/// Gas of a call to the counter: a first write to its storage included.
const CALL_GAS: u64 = 100_000;

/// What one user did.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Wei spent on gas and given away.
    spent: U256,
    /// Wei given to each.
    given: BTreeMap<Address, U256>,
    /// Calls of the counter.
    calls: u64,
    /// In which block each transaction was.
    pub(super) blocks: BTreeMap<B256, Option<B256>>,
}

impl Account {
    fn count(&mut self, receipt: &TransactionReceipt) {
        let fee = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        self.spent += fee;
        self.blocks.insert(receipt.transaction_hash, receipt.block_hash);
    }
}

/// Sends until `stop`: in turn to another user and to the counter.
pub(super) async fn send(
    user: Arc<User>,
    others: Vec<Address>,
    counter: Address,
    stop: Arc<AtomicBool>,
) -> eyre::Result<Account> {
    let mut account = Account::default();
    let mut turn = 0_usize;
    while !stop.load(Ordering::Relaxed) {
        let call = if turn.is_multiple_of(2) {
            account.calls += 1;
            let data = Bytes::from(vec![turn.to_le_bytes()[0]; turn % 200]);
            UserCall { to: Some(counter), value: U256::ZERO, data, gas: CALL_GAS }
        } else {
            let other = others.get(turn % others.len().max(1)).ok_or_eyre("one user alone")?;
            let value = U256::from(1_000_000_007 + turn);
            account.spent += value;
            *account.given.entry(*other).or_default() += value;
            UserCall::transfer(*other, value)
        };
        account.count(&user.execute(call).await?);
        turn += 1;
    }
    Ok(account)
}

/// Checks every user's money, the counter, and that every receipt is still the one that its user got.
pub(super) async fn check(
    users: &[Arc<User>],
    before: &[U256],
    accounts: &[Account],
    counter: Address,
) -> eyre::Result<usize> {
    let calls: u64 = accounts.iter().map(|account| account.calls).sum();
    let mut transactions = 0;
    for ((user, before), account) in users.iter().zip(before).zip(accounts) {
        let address = user.address();
        let given = accounts.iter().filter_map(|account| account.given.get(&address));
        let received: U256 = given.sum();
        let (has, due) = (user.balance().await?, *before + received - account.spent);
        ensure!(has == due, "{address} has {has} wei, not {due}");
        let nonce = user.rpc.get_transaction_count(address).await?;
        ensure!(nonce >= account.blocks.len() as u64, "{address} has nonce {nonce}");
        for (hash, block) in &account.blocks {
            let receipt = user.rpc.get_transaction_receipt(*hash).await?;
            let receipt = receipt.ok_or_eyre("a receipt is gone")?;
            ensure!(
                receipt.status() && receipt.block_hash == *block,
                "the receipt of {hash} moved"
            );
        }
        transactions += account.blocks.len();
    }
    let user = users.first().ok_or_eyre("nobody")?;
    let counted = user.rpc.get_storage_at(counter, U256::ZERO).await?;
    ensure!(counted == U256::from(calls), "the counter says {counted}, not {calls}");
    Ok(transactions)
}
