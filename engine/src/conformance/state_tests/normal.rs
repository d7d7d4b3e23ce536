//! What a test has and our chains never have, replaced by what they have: the reference and the machine then run on the
//! same replacement.

use alloy::eips::eip2935::HISTORY_STORAGE_CODE;
use alloy_primitives::{KECCAK256_EMPTY, U256};
use revm::{
    context::BlockEnv,
    context_interface::block::BlobExcessGasAndPrice,
    primitives::{
        eip4844::{BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN, BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE},
        hardfork::SpecId,
    },
};

use super::{
    CHAIN_ID,
    fixture::{Environment, FixtureAccount, Quantity},
    plain::{World, block_hash},
};
use crate::{
    machine::groups::Block,
    rules::{
        addresses::BLOCK_HASHES,
        limits::{BLOCK_HASH_WINDOW, BLOCK_HASHES_KEPT},
    },
};

/// What was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Normalisation {
    /// Accounts without nonce, balance and code, which [EIP-161](https://eips.ethereum.org/EIPS/eip-161) rules out,
    /// are removed.
    EmptyAccounts,
    /// The block hashes that the test defines are in the history contract's storage
    /// ([EIP-2935](https://eips.ethereum.org/EIPS/eip-2935)).
    BlockHashes,
    /// The authorizations that no entry of a batch has room for are left out, and the rest is signed anew.
    EntryLength,
    /// The blob base fee is 1 ([EIP-7516](https://eips.ethereum.org/EIPS/eip-7516)).
    BlobBaseFee,
    /// A block gas limit above 2^64 - 1 is 2^64 - 1.
    BlockGasLimit,
}

impl Normalisation {
    /// What it does.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmptyAccounts => "empty accounts removed",
            Self::BlockHashes => "block hashes put into the history contract",
            Self::EntryLength => "authorizations left out that no batch entry has room for",
            Self::BlobBaseFee => "blob base fee 1",
            Self::BlockGasLimit => "block gas limit 2^64 - 1",
        }
    }
}

/// The block of a test: as the machine has it, and as revm has it.
#[derive(Clone, Debug)]
pub struct TestBlock {
    /// Of the machine; without a batch.
    pub group: Block,
    /// Of revm under the fixture's own fork.
    pub plain: BlockEnv,
    /// Of revm under our rules.
    pub reference: BlockEnv,
    /// What of it was replaced.
    pub normalisations: Vec<Normalisation>,
}

impl TestBlock {
    /// The block that `env` describes; `None` when it has a number that no block has.
    #[must_use]
    pub fn new(env: &Environment, spec: SpecId) -> Option<Self> {
        let mut normalisations = Vec::new();
        let gas_limit = env.current_gas_limit.narrow().unwrap_or_else(|| {
            normalisations.push(Normalisation::BlockGasLimit);
            u64::MAX
        });
        let group = Block {
            number: env.current_number.narrow()?,
            timestamp: env.current_timestamp.narrow()?,
            prev_randao: env.current_random.unwrap_or_default().0?.into(),
            fee_recipient: env.current_coinbase,
            base_fee: env.current_base_fee.unwrap_or_default().0?,
            gas_limit,
            chain_id: CHAIN_ID,
            deposits_hash: KECCAK256_EMPTY,
            open: true,
            ..Block::default()
        };
        let reference = BlockEnv {
            number: U256::from(group.number),
            beneficiary: group.fee_recipient,
            timestamp: U256::from(group.timestamp),
            gas_limit,
            basefee: group.base_fee.try_into().ok()?,
            prevrandao: Some(group.prev_randao),
            blob_excess_gas_and_price: Some(blob_price(0, SpecId::OSAKA)),
            ..BlockEnv::default()
        };
        let excess = env.current_excess_blob_gas.unwrap_or_default().narrow()?;
        let price = blob_price(excess, spec);
        if price.blob_gasprice != blob_price(0, SpecId::OSAKA).blob_gasprice {
            normalisations.push(Normalisation::BlobBaseFee);
        }
        let plain = BlockEnv { blob_excess_gas_and_price: Some(price), ..reference.clone() };
        Some(Self { group, plain, reference, normalisations })
    }
}

fn blob_price(excess: u64, spec: SpecId) -> BlobExcessGasAndPrice {
    let fraction = if spec.is_enabled_in(SpecId::PRAGUE) {
        BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE
    } else {
        BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN
    };
    BlobExcessGasAndPrice::new(excess, fraction)
}

/// The world without the accounts that EIP-161 rules out; `None` when it has none of them.
#[must_use]
pub fn without_empty_accounts(world: &World) -> Option<World> {
    let mut normal = world.clone();
    normal.0.retain(|_, account| !is_empty(account));
    (normal.0.len() < world.0.len()).then_some(normal)
}

/// The world with the hashes of the blocks before `number` in the history contract.
#[must_use]
pub fn with_block_hashes(world: &World, number: u64) -> World {
    let mut normal = world.clone();
    let history = normal.0.entry(BLOCK_HASHES).or_insert_with(|| FixtureAccount {
        nonce: Quantity(Some(U256::from(1))),
        code: HISTORY_STORAGE_CODE.clone(),
        ..FixtureAccount::default()
    });
    for number in number.saturating_sub(BLOCK_HASH_WINDOW)..number {
        let slot = U256::from(number % BLOCK_HASHES_KEPT);
        history.storage.insert(slot, block_hash(number).into());
    }
    normal
}

fn is_empty(account: &FixtureAccount) -> bool {
    account.nonce.narrow() == Some(0_u64) && account.balance.is_zero() && account.code.is_empty()
}
