//! The state of one block: what its transactions change is kept in memory, and written into the tries when all of it is done,
//! as clients do. So a witness needs no more than the block's net changes.

use std::cell::Cell;

use alloy::{consensus::Header, eips::eip4895::Withdrawal};
use alloy_primitives::{Address, B256, U256};
use revm::{
    Database,
    bytecode::Bytecode,
    database::{
        BundleAccount, State,
        states::{StateBuilder, bundle_state::BundleRetention},
    },
    database_interface::{DatabaseCommitExt, bal::EvmDatabaseError},
    state::{Account, AccountInfo, EvmState, EvmStorageSlot, TransactionId},
};

use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::{apply::apply, database::TrieDatabase, error::StateError, pending::Pending},
    rules::limits::WEI_PER_GWEI,
};

/// Changes over a [`ChainDatabase`].
pub(super) type BlockState<S> = State<ChainDatabase<S>>;

/// The parent's state, and the hashes of blocks before it.
pub(super) struct ChainDatabase<S> {
    state: TrieDatabase<S>,
    number: u64,
    /// The parent's hash, and those that the ancestors tell.
    hashes: Vec<B256>,
    asked: Cell<usize>,
}

impl<S: NodeSource + CodeSource> ChainDatabase<S> {
    /// The state under `state_root`, before the block of `header`.
    pub(super) fn new(source: S, state_root: B256, header: &Header, ancestors: &[Header]) -> Self {
        let told = ancestors.iter().map(|ancestor| ancestor.parent_hash);
        Self {
            state: TrieDatabase::new(source, state_root),
            number: header.number,
            hashes: std::iter::once(header.parent_hash).chain(told).collect(),
            asked: Cell::new(0),
        }
    }
}

impl<S: NodeSource + CodeSource> Database for ChainDatabase<S> {
    type Error = StateError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.state.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, StateError> {
        self.state.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, StateError> {
        self.state.storage(address, key)
    }

    // revm asks only inside the window of 256 blocks
    fn block_hash(&mut self, number: u64) -> Result<B256, StateError> {
        let missing = StateError::MissingBlockHash(number);
        let Some(back) = self.number.checked_sub(number).and_then(|back| back.checked_sub(1))
        else {
            return Err(missing);
        };
        let index = usize::try_from(back).unwrap_or(usize::MAX);
        let hash = self.hashes.get(index).copied().ok_or(missing)?;
        self.asked.set(self.asked.get().max(index));
        Ok(hash)
    }
}

/// No changes yet over `database`.
pub(super) fn over<S: NodeSource + CodeSource>(database: ChainDatabase<S>) -> BlockState<S> {
    StateBuilder::new_with_database(database).with_bundle_update().build()
}

/// Credits withdrawals ([EIP-4895](https://eips.ethereum.org/EIPS/eip-4895)).
///
/// # Errors
/// [`StateError`].
pub(super) fn credit<S: NodeSource + CodeSource>(
    state: &mut BlockState<S>,
    withdrawals: &[Withdrawal],
) -> Result<(), EvmDatabaseError<StateError>> {
    for withdrawal in withdrawals.iter().filter(|it| it.amount > 0) {
        // one at a time: an account may be credited twice
        let wei = u128::from(withdrawal.amount) * u128::from(WEI_PER_GWEI);
        state.increment_balances([(withdrawal.address, wei)])?;
    }
    Ok(())
}

/// All net changes, and how many ancestors were asked for.
pub(super) fn finish<S>(state: &mut BlockState<S>) -> (Vec<EvmState>, usize)
where
    S: NodeSource + CodeSource,
{
    state.merge_transitions(BundleRetention::PlainState);
    let bundle = state.take_bundle();
    let (mut destroyed, mut changed) = (EvmState::default(), EvmState::default());
    for (address, account) in bundle.state {
        // what is created again at the same address begins with empty storage
        if account.was_destroyed() && account.original_info.is_some() && account.info.is_some() {
            destroyed.insert(address, removed());
        }
        changed.insert(address, change(account));
    }
    (vec![destroyed, changed], state.database.asked.get())
}

fn change(account: BundleAccount) -> Account {
    let Some(info) = account.info else { return removed() };
    let slots = account.storage.into_iter().map(|(key, slot)| {
        let (old, new) = (slot.previous_or_original_value, slot.present_value);
        let old = if account.status.was_destroyed() { U256::ZERO } else { old };
        (key, EvmStorageSlot::new_changed(old, new, TransactionId::ZERO))
    });
    Account::from(info).with_storage(slots).with_touched_mark()
}

fn removed() -> Account {
    Account::default().with_selfdestruct_mark().with_touched_mark()
}

/// The state root after the changes, one set after the other.
///
/// # Errors
/// [`StateError`].
pub(super) fn write<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    state_root: B256,
    changes: Vec<EvmState>,
) -> Result<B256, StateError> {
    changes.into_iter().try_fold(state_root, |root, changes| apply(pending, root, changes))
}
