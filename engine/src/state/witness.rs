//! Execution witnesses in the JSON that zkVM hosts write: a block with every trie node and code that it touches. A chain
//! that starts from a real state starts from one of these.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use alloy::{
    consensus::{
        Header, SignableTransaction, TxEip1559, TxEip2930, TxEnvelope, TxLegacy,
        proofs::{calculate_transaction_root, calculate_withdrawals_root},
    },
    eips::{eip2718::Encodable2718, eip2930::AccessList, eip4895::Withdrawal},
};
use alloy_primitives::{
    Address, B64, B256, Bloom, Bytes, ChainId, Signature, TxKind, U64, U128, U256, map::B256Map,
};
use serde::Deserialize;
use xz2::read::XzDecoder;

use super::Commit;
use crate::authenticated::{
    mpt::EMPTY_ROOT,
    source::{CodeSource, NodeSource, SourceError, by_hash},
};

/// A block and the part of its parent's state that executing it needs.
#[derive(Clone, Debug)]
pub struct BlockWitness {
    /// Chain id.
    pub chain_id: ChainId,
    /// The block's header.
    pub header: Header,
    /// State root of its parent.
    pub parent_state_root: B256,
    /// Its signed transactions, EIP-2718 encoded.
    pub transactions: Vec<Bytes>,
    /// Its withdrawals.
    pub withdrawals: Vec<Withdrawal>,
    /// Hashes of the blocks before it, its parent's first.
    pub block_hashes: Vec<B256>,
    /// Trie nodes by hash.
    pub nodes: B256Map<Bytes>,
    /// Contract codes by hash.
    pub codes: B256Map<Bytes>,
}

/// A witness file that is not what it says.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// It cannot be read.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Its failure.
        source: io::Error,
    },
    /// It is not a witness in JSON.
    #[error("not a block witness")]
    Json(#[from] serde_json::Error),
    /// What the file holds does not hash to what its header says.
    #[error("{part} have root {computed}, the header says {expected}")]
    Root {
        /// Which part of the block.
        part: &'static str,
        /// The header's root.
        expected: B256,
        /// The root of what the file holds.
        computed: B256,
    },
    /// The newest block hash is not the parent's.
    #[error("the newest block hash is not the parent's, {0}")]
    ParentHash(B256),
    /// The parent's state root is not among the nodes.
    #[error("the parent's state root {0} has no node")]
    StateRootMissing(B256),
}

impl BlockWitness {
    /// Reads the JSON file at `path`, compressed if its name ends in `.xz`, and checks it against its header.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, WitnessError> {
        let path = path.as_ref();
        let error = |source| WitnessError::Io { path: path.to_owned(), source };
        let file = BufReader::new(File::open(path).map_err(error)?);
        let mut json = Vec::new();
        if path.extension().is_some_and(|extension| extension == "xz") {
            XzDecoder::new(file).read_to_end(&mut json).map_err(error)?;
        } else {
            { file }.read_to_end(&mut json).map_err(error)?;
        }
        Self::from_json(&json)
    }

    /// Decodes the JSON and checks it against its header.
    ///
    /// # Errors
    /// [`WitnessError`], except [`WitnessError::Io`].
    pub fn from_json(json: &[u8]) -> Result<Self, WitnessError> {
        let json: Json = serde_json::from_slice(json)?;
        let header = Header::from(json.header);
        let transactions: Vec<TxEnvelope> =
            json.transactions.into_iter().map(JsonTransaction::sign).collect();
        let check = |part, expected, computed| {
            let root = WitnessError::Root { part, expected, computed };
            if expected == computed { Ok(()) } else { Err(root) }
        };
        let root = calculate_transaction_root(&transactions);
        check("transactions", header.transactions_root, root)?;
        if let Some(expected) = header.withdrawals_root {
            check("withdrawals", expected, calculate_withdrawals_root(&json.withdrawals))?;
        }
        if json.block_hashes.first().is_some_and(|hash| *hash != header.parent_hash) {
            return Err(WitnessError::ParentHash(header.parent_hash));
        }
        let nodes = by_hash(json.states);
        let parent_state_root = json.prev_state_root;
        if parent_state_root != EMPTY_ROOT && !nodes.contains_key(&parent_state_root) {
            return Err(WitnessError::StateRootMissing(parent_state_root));
        }
        Ok(Self {
            chain_id: json.chain_id,
            header,
            parent_state_root,
            transactions: transactions.iter().map(|tx| tx.encoded_2718().into()).collect(),
            withdrawals: json.withdrawals,
            block_hashes: json.block_hashes,
            nodes,
            codes: by_hash(json.codes),
        })
    }

    /// What a store needs to hold the parent's state.
    #[must_use]
    pub fn to_commit(&self) -> Commit {
        let mut commit = Commit::new();
        commit.nodes(self.nodes.iter().map(|(hash, node)| (*hash, node.clone())));
        commit.codes(self.codes.values().cloned());
        commit
    }
}

impl NodeSource for BlockWitness {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.nodes.node(hash)
    }
}

impl CodeSource for BlockWitness {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.codes.code(hash)
    }
}

#[derive(Deserialize)]
struct Json {
    chain_id: ChainId,
    header: JsonHeader,
    prev_state_root: B256,
    transactions: Vec<JsonTransaction>,
    withdrawals: Vec<Withdrawal>,
    block_hashes: Vec<B256>,
    states: Vec<Bytes>,
    codes: Vec<Bytes>,
}

#[derive(Deserialize)]
struct JsonHeader {
    parent_hash: B256,
    ommers_hash: B256,
    beneficiary: Address,
    state_root: B256,
    transactions_root: B256,
    receipts_root: B256,
    withdrawals_root: Option<B256>,
    logs_bloom: Bloom,
    difficulty: U256,
    number: u64,
    gas_limit: u64,
    gas_used: u64,
    timestamp: u64,
    mix_hash: B256,
    nonce: B64,
    base_fee_per_gas: Option<u64>,
    blob_gas_used: Option<u64>,
    excess_blob_gas: Option<u64>,
    parent_beacon_block_root: Option<B256>,
    requests_hash: Option<B256>,
    extra_data: Bytes,
}

impl From<JsonHeader> for Header {
    fn from(json: JsonHeader) -> Self {
        Self {
            parent_hash: json.parent_hash,
            ommers_hash: json.ommers_hash,
            beneficiary: json.beneficiary,
            state_root: json.state_root,
            transactions_root: json.transactions_root,
            receipts_root: json.receipts_root,
            withdrawals_root: json.withdrawals_root,
            logs_bloom: json.logs_bloom,
            difficulty: json.difficulty,
            number: json.number,
            gas_limit: json.gas_limit,
            gas_used: json.gas_used,
            timestamp: json.timestamp,
            mix_hash: json.mix_hash,
            nonce: json.nonce,
            base_fee_per_gas: json.base_fee_per_gas,
            blob_gas_used: json.blob_gas_used,
            excess_blob_gas: json.excess_blob_gas,
            parent_beacon_block_root: json.parent_beacon_block_root,
            requests_hash: json.requests_hash,
            extra_data: json.extra_data,
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
struct JsonTransaction {
    signature: JsonSignature,
    transaction: JsonUnsigned,
}

#[derive(Deserialize)]
struct JsonSignature {
    r: U256,
    s: U256,
    #[serde(rename = "yParity")]
    y_parity: U64,
}

// hosts write a number now as a number, now as hex; U64 and U128 read both
#[derive(Deserialize)]
enum JsonUnsigned {
    Legacy {
        chain_id: Option<U64>,
        nonce: U64,
        gas_price: U128,
        gas_limit: U64,
        to: Option<Address>,
        value: U256,
        input: Bytes,
    },
    Eip2930 {
        chain_id: U64,
        nonce: U64,
        gas_price: U128,
        gas_limit: U64,
        to: Option<Address>,
        value: U256,
        access_list: AccessList,
        input: Bytes,
    },
    Eip1559 {
        chain_id: U64,
        nonce: U64,
        gas_limit: U64,
        max_fee_per_gas: U128,
        max_priority_fee_per_gas: U128,
        to: Option<Address>,
        value: U256,
        access_list: AccessList,
        input: Bytes,
    },
}

impl JsonTransaction {
    fn sign(self) -> TxEnvelope {
        let JsonSignature { r, s, y_parity } = self.signature;
        let signature = Signature::new(r, s, !y_parity.is_zero());
        match self.transaction {
            JsonUnsigned::Legacy { chain_id, nonce, gas_price, gas_limit, to, value, input } => {
                TxLegacy {
                    chain_id: chain_id.map(|id| id.to()),
                    nonce: nonce.to(),
                    gas_price: gas_price.to(),
                    gas_limit: gas_limit.to(),
                    to: TxKind::from(to),
                    value,
                    input,
                }
                .into_signed(signature)
                .into()
            }
            JsonUnsigned::Eip2930 {
                chain_id,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                access_list,
                input,
            } => TxEip2930 {
                chain_id: chain_id.to(),
                nonce: nonce.to(),
                gas_price: gas_price.to(),
                gas_limit: gas_limit.to(),
                to: TxKind::from(to),
                value,
                access_list,
                input,
            }
            .into_signed(signature)
            .into(),
            JsonUnsigned::Eip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            } => TxEip1559 {
                chain_id: chain_id.to(),
                nonce: nonce.to(),
                gas_limit: gas_limit.to(),
                max_fee_per_gas: max_fee_per_gas.to(),
                max_priority_fee_per_gas: max_priority_fee_per_gas.to(),
                to: TxKind::from(to),
                value,
                access_list,
                input,
            }
            .into_signed(signature)
            .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use serde_json::{Value, json};

    use super::*;
    use crate::authenticated::{account, source::NodeSource};

    fn fixture() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fixtures/blocks/mainnet-23587691-witness.json.xz")
    }

    fn fixture_json() -> Value {
        let mut json = String::new();
        XzDecoder::new(File::open(fixture()).unwrap()).read_to_string(&mut json).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    fn reread(change: impl FnOnce(&mut Value)) -> Result<BlockWitness, WitnessError> {
        let mut json = fixture_json();
        change(&mut json);
        BlockWitness::from_json(&serde_json::to_vec(&json).unwrap())
    }

    #[test]
    fn mainnet_block_23587691() {
        let witness = BlockWitness::read(fixture()).unwrap();
        assert_eq!((witness.chain_id, witness.header.number), (1, 23_587_691));
        assert_eq!((witness.transactions.len(), witness.withdrawals.len()), (40, 16));
        assert_eq!((witness.nodes.len(), witness.codes.len()), (864, 20));
        assert_eq!(witness.block_hashes.len(), 256);
        // as a batch: two bytes of length before each
        assert_eq!(witness.transactions.iter().map(|tx| tx.len() + 2).sum::<usize>(), 7_853);
        assert_eq!(witness.transactions.iter().map(|tx| tx.len()).max(), Some(1_184));
        // the fee recipient's account can be read from the parent's state
        let root = witness.parent_state_root;
        let account = account::read(&witness.nodes, root, witness.header.beneficiary).unwrap();
        assert!(account.is_some_and(|account| !account.balance.is_zero()));
    }

    #[test]
    fn goes_into_a_store() {
        let witness = BlockWitness::read(fixture()).unwrap();
        let dir = tempfile::TempDir::new().unwrap();
        let store = crate::state::Store::open(dir.path()).unwrap();
        store.commit(witness.to_commit()).unwrap();
        for (hash, node) in &witness.nodes {
            assert_eq!(store.node(*hash).unwrap().as_ref(), Some(node));
        }
    }

    #[test]
    fn what_does_not_match_its_header_is_refused() {
        let root =
            |part| move |error| matches!(error, WitnessError::Root { part: p, .. } if p == part);
        let is = |result: Result<BlockWitness, _>, test: &dyn Fn(WitnessError) -> bool| {
            assert!(result.is_err_and(test));
        };
        is(
            reread(|w| w["transactions"][0]["signature"]["r"] = json!("0x1")),
            &root("transactions"),
        );
        is(
            reread(|w| drop(w["transactions"].as_array_mut().unwrap().pop())),
            &root("transactions"),
        );
        is(reread(|w| w["withdrawals"][0]["amount"] = json!("0x1")), &root("withdrawals"));
        is(reread(|w| w["block_hashes"][0] = json!(B256::ZERO)), &|error| {
            matches!(error, WitnessError::ParentHash(_))
        });
        is(reread(|w| w["states"] = json!([])), &|error| {
            matches!(error, WitnessError::StateRootMissing(_))
        });
        is(reread(|w| w["header"] = json!({})), &|error| matches!(error, WitnessError::Json(_)));
        is(BlockWitness::read("nowhere.json"), &|error| matches!(error, WitnessError::Io { .. }));
    }
}
