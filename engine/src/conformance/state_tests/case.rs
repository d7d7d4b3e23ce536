//! One subcase: the fixture against revm, revm against the machine, the machine against the verifier.

use std::fmt;

use alloy_primitives::{B256, Bytes, keccak256, map::B256Map};
use revm::{
    context::{BlockEnv, TxEnv},
    primitives::hardfork::SpecId,
};

use super::{
    fixture::{Post, Test},
    normal::{Normalisation, TestBlock, with_block_hashes, without_empty_accounts},
    plain::{PlainOutcome, World},
    steps::{Check, Survey, Wanted},
    tally::Tally,
    transaction::{self, BLOB},
};
use crate::{
    authenticated::{
        account::{self, Account},
        mpt::{EMPTY_ROOT, MptError},
        storage,
    },
    conformance::{
        Selection,
        verifier::{TRANSACTION_GAS, Verifier},
    },
    derive::{
        BlockInput, DeriveError,
        batch::{self, EntryLength},
    },
    execute::{
        boundary::Boundary,
        receipts::{push_log, push_receipt},
    },
    machine::{
        SlotInput, TraceError,
        groups::{Block, Record},
        trace_slot,
    },
    rules::limits::Limits,
};

/// The slot that takes the transaction.
const SLOT: u32 = 1;
/// The verifier's limits: the cap of [EIP-7825](https://eips.ethereum.org/EIPS/eip-7825) instead of a deployment's.
pub const LIMITS: Limits = Limits::ETHEREUM;

/// L1 gas for a step of a transaction with more gas than a deployment allows.
const UNBOUNDED_GAS: u64 = 1 << 40;

/// Why the machine does not run a subcase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skipped {
    /// A blob transaction ([EIP-4844](https://eips.ethereum.org/EIPS/eip-4844)).
    Blob,
    /// A gas limit above 2^24 ([EIP-7825](https://eips.ethereum.org/EIPS/eip-7825)).
    Gas,
    /// A contract is to be created at an account with storage but neither nonce nor code
    /// ([EIP-7610](https://eips.ethereum.org/EIPS/eip-7610)).
    StorageOnly,
}

impl Skipped {
    /// The reason in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blob => "type-3 transaction",
            Self::Gas => "gas limit above 2^24",
            Self::StorageOnly => "creation at an account with storage only (EIP-7610)",
        }
    }
}

/// A subcase in which something differs.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The fixture has a value that cannot be.
    #[error("the fixture's {0} is out of range")]
    Range(&'static str),
    /// The fixture says that the transaction is invalid; revm executes it.
    #[error("revm executes what should be invalid: {0}")]
    Executed(String),
    /// The fixture says nothing of an invalid transaction; revm refuses it.
    #[error("revm refuses the transaction: {0}")]
    Refused(String),
    /// Two of the three have another result.
    #[error("{between}: {what} is {computed}, not {expected}")]
    Differs {
        /// Who disagrees.
        between: &'static str,
        /// About what.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        computed: String,
    },
    /// The pre-state is no trie.
    #[error(transparent)]
    State(#[from] MptError),
    /// The transaction does not fit a batch.
    #[error(transparent)]
    Entry(#[from] EntryLength),
    /// The block contradicts itself.
    #[error(transparent)]
    Block(#[from] DeriveError),
    /// The slot cannot be traced.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The verifier disagrees.
    #[error("{}", .0.join("; "))]
    Steps(Vec<String>),
}

/// What became of a subcase without a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All agree; the transaction is valid, or it is not.
    Passed {
        /// Whether it was executed.
        executed: bool,
        /// What was replaced.
        normalisations: Vec<Normalisation>,
    },
    /// Fixture and revm agree; the machine does not run it.
    Skipped(Skipped),
}

/// Checks the subcase `post` of `test`, whose fork is `spec`.
///
/// # Errors
/// [`CaseError`].
pub fn check(
    test: &Test,
    post: &Post,
    spec: SpecId,
    selection: Selection,
    verifier: &mut Verifier,
    tally: &mut Tally,
) -> Result<Verdict, CaseError> {
    let world = World(test.pre.clone());
    let block = TestBlock::new(&test.env, spec).ok_or(CaseError::Range("block"))?;
    let transaction = transaction::environment(&test.transaction, post);
    let plain = match &transaction {
        Some(transaction) => world.execute(spec, &block.plain, transaction.clone()),
        None => PlainOutcome::Refused("it has a field out of range".to_owned()),
    };
    if matches!(&plain, PlainOutcome::Executed(execution) if execution.created_over_storage) {
        return Ok(Verdict::Skipped(Skipped::StorageOnly));
    }
    check_fixture(&world, post, &plain)?;
    if let Some(reason) = skipped(test, post) {
        return Ok(Verdict::Skipped(reason));
    }
    let bytes = match (&post.txbytes, &transaction) {
        (Some(bytes), _) => Some(bytes.clone()),
        (None, Some(transaction)) => transaction::sign(transaction, test.transaction.secret_key),
        (None, None) => None,
    };
    let bytes = bytes.ok_or(CaseError::Range("transaction"))?;

    let mut normal = Normal { world, bytes, transaction, normalisations: block.normalisations };
    if let Some(world) = without_empty_accounts(&normal.world) {
        normal.world = world;
        normal.normalisations.push(Normalisation::EmptyAccounts);
    }
    normal.fit_entry(test.transaction.secret_key);
    let mut reference = match spec {
        SpecId::OSAKA if normal.normalisations.is_empty() => plain,
        _ => normal.execute(&block.reference),
    };
    if matches!(&reference, PlainOutcome::Executed(execution) if execution.asked_block_hash) {
        normal.world = with_block_hashes(&normal.world, block.group.number);
        normal.normalisations.push(Normalisation::BlockHashes);
        reference = normal.execute(&block.reference);
    }
    normal.check(&block.group, &reference, selection, verifier, tally)?;
    let executed = matches!(reference, PlainOutcome::Executed(_));
    Ok(Verdict::Passed { executed, normalisations: normal.normalisations })
}

fn check_fixture(world: &World, post: &Post, plain: &PlainOutcome) -> Result<(), CaseError> {
    let between = "revm and the fixture";
    match (plain, &post.expect_exception) {
        (PlainOutcome::Executed(_), Some(exception)) => Err(CaseError::Executed(exception.clone())),
        (PlainOutcome::Refused(reason), None) => Err(CaseError::Refused(reason.clone())),
        (PlainOutcome::Refused(_), Some(_)) => {
            same(between, "state root", post.hash, world.state_root())
        }
        (PlainOutcome::Executed(execution), None) => {
            let logs = keccak256(alloy_rlp::encode(&execution.logs));
            same(between, "logs hash", post.logs, logs)?;
            same(between, "state root", post.hash, execution.state_root)
        }
    }
}

fn skipped(test: &Test, post: &Post) -> Option<Skipped> {
    let is_blob = match &post.txbytes {
        Some(bytes) => bytes.first() == Some(&BLOB),
        None => test.transaction.blob_versioned_hashes.is_some(),
    };
    let gas = test.transaction.gas_limit.get(post.indexes.gas);
    if is_blob {
        Some(Skipped::Blob)
    } else if gas.is_some_and(|gas| gas.narrow().is_none_or(|gas: u64| gas > TRANSACTION_GAS)) {
        Some(Skipped::Gas)
    } else {
        None
    }
}

/// A subcase as the machine runs it.
struct Normal {
    world: World,
    bytes: Bytes,
    /// What `bytes` encode; `None` when they have a field out of range.
    transaction: Option<TxEnv>,
    normalisations: Vec<Normalisation>,
}

impl Normal {
    /// Leaves out what an entry of a batch has no room for.
    fn fit_entry(&mut self, key: B256) {
        let Some(transaction) = &mut self.transaction else { return };
        if u16::try_from(self.bytes.len()).is_ok() {
            return;
        }
        self.normalisations.push(Normalisation::EntryLength);
        while u16::try_from(self.bytes.len()).is_err()
            && transaction.authorization_list.pop().is_some()
            && let Some(bytes) = transaction::sign(transaction, key)
        {
            self.bytes = bytes;
        }
    }

    fn execute(&self, block: &BlockEnv) -> PlainOutcome {
        match &self.transaction {
            Some(transaction) => self.world.execute(SpecId::OSAKA, block, transaction.clone()),
            None => PlainOutcome::Refused("it has a field out of range".to_owned()),
        }
    }

    /// Runs the machine from the boundary before the transaction's slot.
    fn check(
        &self,
        block: &Block,
        reference: &PlainOutcome,
        selection: Selection,
        verifier: &mut Verifier,
        tally: &mut Tally,
    ) -> Result<(), CaseError> {
        let (state_root, source) = state(&self.world)?;
        let batch = Bytes::from(batch::encode([&self.bytes])?);
        let slice = batch::slice(&batch).unwrap_or_default();
        let record = Record { number: block.number, ..Record::default() };
        let input = BlockInput::committed(record, batch)?;
        let before = Boundary { state_root, block: Block { batch: slice, ..block.clone() } };
        let slot =
            SlotInput { slot: SLOT, boundary: &before, block: Some(&input), limits: &LIMITS };

        let gas_limit = self.transaction.as_ref().map_or(0, |transaction| transaction.gas_limit);
        let bounded = gas_limit <= Limits::SURETY.transaction_gas;
        verifier.allow_gas(if bounded { TRANSACTION_GAS } else { UNBOUNDED_GAS });
        let mut surveyed = Ok(());
        let wanted = Wanted::of(selection, || {
            let mut survey = Survey::default();
            surveyed = trace_slot(&source, &slot, &mut survey).map(|_| ());
            survey
        });
        surveyed?;
        let mut check = Check { verifier, wanted, bounded, tally, failures: Vec::new() };
        let traced = trace_slot(&source, &slot, &mut check)?;
        if !check.failures.is_empty() {
            return Err(CaseError::Steps(check.failures));
        }

        let mut expected = Boundary {
            block: Block { cursor: slice.length, ..before.block.clone() },
            ..before.clone()
        };
        if let PlainOutcome::Executed(execution) = reference {
            let logs = execution.logs.iter().fold(B256::ZERO, push_log);
            let (hash, gas) = (keccak256(&self.bytes), execution.gas_used);
            expected.state_root = execution.state_root;
            expected.block.gas_used = gas;
            expected.block.receipts_hash =
                push_receipt(B256::ZERO, hash, execution.status, gas, logs);
        }
        let (between, computed) = ("the machine and revm", traced.boundary);
        same(between, "gas used", expected.block.gas_used, computed.block.gas_used)?;
        same(between, "receipt", expected.block.receipts_hash, computed.block.receipts_hash)?;
        same(between, "state root", expected.state_root, computed.state_root)?;
        same(between, "boundary", expected.hash(), computed.hash())
    }
}

/// State root, and the nodes and codes below it.
fn state(world: &World) -> Result<(B256, B256Map<Bytes>), MptError> {
    let mut known = B256Map::default();
    let mut root = EMPTY_ROOT;
    for (address, fixture) in &world.0 {
        let mut storage_root = EMPTY_ROOT;
        for (key, value) in fixture.storage.iter().filter(|(_, value)| !value.is_zero()) {
            storage_root = storage::write(&mut known, storage_root, *key, *value)?;
        }
        let code_hash = keccak256(&fixture.code);
        known.insert(code_hash, fixture.code.clone());
        let nonce = fixture.nonce.narrow().unwrap_or_default();
        let account = Account { nonce, balance: fixture.balance, storage_root, code_hash };
        root = account::write(&mut known, root, *address, &account)?;
    }
    Ok((root, known))
}

fn same<T: PartialEq + fmt::Display>(
    between: &'static str,
    what: &'static str,
    expected: T,
    computed: T,
) -> Result<(), CaseError> {
    if expected == computed {
        return Ok(());
    }
    Err(CaseError::Differs {
        between,
        what,
        expected: expected.to_string(),
        computed: computed.to_string(),
    })
}
