//! An L1 in process: the compiled contracts of `out/` on revm with Osaka's rules, a block for each transaction.

pub mod seats;

use std::collections::BTreeMap;
use std::path::PathBuf;

use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256, hex, keccak256};
use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::database::{CacheDB, EmptyDB, WrapDatabaseRef};
use revm::primitives::hardfork::SpecId;
use revm::{ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};
use surety_engine::stateless::precompile::ExecutePrecompiles;

/// Wei in an ether.
pub const ETHER: u128 = 1_000_000_000_000_000_000;
/// EIP-7825.
pub const TRANSACTION_GAS: u64 = 1 << 24;
/// Of a block.
const BLOCK_GAS: u64 = 60_000_000;

/// A transaction that was mined.
#[derive(Clone, Debug)]
pub struct Mined {
    pub gas: u64,
    pub logs: Vec<Log>,
    pub output: Bytes,
}

/// A transaction that failed: the revert data, or what halted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub data: Bytes,
    pub reason: String,
}

/// The chain's head and everything that happened on it.
#[derive(Clone)]
pub struct Devnet {
    db: CacheDB<EmptyDB>,
    number: u64,
    seconds: u64,
    pub logs: Vec<(u64, Log)>,
    linked: BTreeMap<String, Address>,
    transaction_gas: u64,
    execute: Option<Address>,
}

impl Devnet {
    pub fn new() -> Self {
        Self {
            db: CacheDB::new(EmptyDB::default()),
            number: 1000,
            seconds: 1_700_000_000,
            logs: Vec::new(),
            linked: BTreeMap::new(),
            transaction_gas: TRANSACTION_GAS,
            execute: None,
        }
    }

    /// From now on a transaction may have all the gas of a block.
    pub fn lift_transaction_gas(&mut self) {
        self.transaction_gas = BLOCK_GAS;
    }

    /// From now on there is the EXECUTE precompile at `address`.
    pub fn install_execute(&mut self, address: Address) {
        self.execute = Some(address);
    }

    /// Lets time pass until `seconds`.
    pub fn wait_until(&mut self, seconds: u64) {
        self.seconds = self.seconds.max(seconds);
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    pub fn time(&self) -> u64 {
        self.seconds
    }

    /// Stands in for the head's hash.
    pub fn hash(&self) -> B256 {
        Self::hash_of(self.number)
    }

    /// Stands in for a block's hash: changes with its number.
    pub fn hash_of(number: u64) -> B256 {
        keccak256(number.to_be_bytes())
    }

    pub fn fund(&mut self, who: Address, wei: U256) {
        let mut info = self.db.load_account(who).unwrap().info.clone();
        info.balance += wei;
        self.db.insert_account_info(who, info);
    }

    /// Takes wei from an account.
    pub fn take(&mut self, who: Address, wei: U256) {
        let mut info = self.db.load_account(who).unwrap().info.clone();
        info.balance -= wei;
        self.db.insert_account_info(who, info);
    }

    pub fn balance(&mut self, who: Address) -> U256 {
        self.db.load_account(who).unwrap().info.balance
    }

    /// Lets `blocks` empty blocks pass.
    pub fn mine(&mut self, blocks: u64) {
        self.number += blocks;
        self.seconds += 12 * blocks;
    }

    fn block(&self, ahead: u64) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.number + ahead),
            timestamp: U256::from(self.seconds + 12 * ahead),
            gas_limit: BLOCK_GAS,
            basefee: 0,
            difficulty: U256::ZERO,
            prevrandao: Some(keccak256((self.number + ahead).to_le_bytes())),
            ..BlockEnv::default()
        }
    }

    fn transaction(&mut self, from: Address, to: TxKind, value: U256, data: Bytes) -> TxEnv {
        let nonce = self.db.load_account(from).unwrap().info.nonce;
        TxEnv {
            caller: from,
            kind: to,
            value,
            data,
            nonce,
            gas_limit: self.transaction_gas,
            gas_price: 0,
            ..TxEnv::default()
        }
    }

    fn config() -> CfgEnv {
        let mut config = CfgEnv::default();
        config.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
        config
    }

    fn outcome(result: ExecutionResult) -> Result<Mined, Failed> {
        let gas = result.tx_gas_used();
        match result {
            ExecutionResult::Success { logs, output, .. } => {
                let output = match output {
                    Output::Call(data) => data,
                    Output::Create(_, address) => address.unwrap().to_vec().into(),
                };
                Ok(Mined { gas, logs, output })
            }
            ExecutionResult::Revert { output, .. } => {
                Err(Failed { data: output, reason: "revert".into() })
            }
            ExecutionResult::Halt { reason, .. } => {
                Err(Failed { data: Bytes::new(), reason: format!("{reason:?}") })
            }
        }
    }

    fn transact(
        &mut self,
        from: Address,
        to: TxKind,
        value: U256,
        data: Bytes,
    ) -> Result<Mined, Failed> {
        let (block, transaction) = (self.block(1), self.transaction(from, to, value, data));
        let mut config = Self::config();
        config.tx_gas_limit_cap = Some(self.transaction_gas);
        let mut evm = Context::mainnet()
            .with_db(&mut self.db)
            .with_cfg(config)
            .with_block(block)
            .build_mainnet();
        let result = match self.execute {
            Some(address) => evm
                .with_precompiles(ExecutePrecompiles::new(SpecId::OSAKA, address))
                .transact_commit(transaction),
            None => evm.transact_commit(transaction),
        };
        let mined = Self::outcome(result.unwrap());
        self.mine(1);
        if let Ok(mined) = &mined {
            self.logs.extend(mined.logs.iter().map(|log| (self.number, log.clone())));
        }
        mined
    }

    /// Sends a transaction and mines a block with it.
    pub fn send(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
        data: impl Into<Bytes>,
    ) -> Result<Mined, Failed> {
        self.transact(from, TxKind::Call(to), value, data.into())
    }

    /// Calls as the head block does, and changes nothing.
    pub fn call(&self, to: Address, data: impl Into<Bytes>) -> Result<Bytes, Failed> {
        let transaction = TxEnv {
            kind: TxKind::Call(to),
            data: data.into(),
            gas_limit: BLOCK_GAS,
            gas_price: 0,
            ..TxEnv::default()
        };
        let mut config = Self::config();
        config.tx_gas_limit_cap = Some(u64::MAX);
        let block = self.block(0);
        let mut evm = Context::mainnet()
            .with_db(WrapDatabaseRef(&self.db))
            .with_cfg(config)
            .with_block(block)
            .build_mainnet();
        Self::outcome(evm.transact(transaction).unwrap().result).map(|mined| mined.output)
    }

    /// Sends a transaction if it succeeds now; one that does not is never mined.
    pub fn send_checked(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
        data: Bytes,
    ) -> Result<Mined, Failed> {
        let (block, transaction) =
            (self.block(1), self.transaction(from, TxKind::Call(to), value, data.clone()));
        let mut evm = Context::mainnet()
            .with_db(&mut self.db)
            .with_cfg(Self::config())
            .with_block(block)
            .build_mainnet();
        let outcome = evm.transact(transaction).unwrap().result;
        Self::outcome(outcome)?;
        self.send(from, to, value, data)
    }

    pub fn nonce(&mut self, who: Address) -> u64 {
        self.db.load_account(who).unwrap().info.nonce
    }

    /// Deploys `initcode` from `from`.
    pub fn create(&mut self, from: Address, name: &str, initcode: Bytes) -> Address {
        let mined = self
            .transact(from, TxKind::Create, U256::ZERO, initcode)
            .unwrap_or_else(|failed| panic!("{name}: {failed:?}"));
        Address::from_slice(&mined.output)
    }

    /// Deploys the contract `name` of the file of that name, with the libraries it links, from `from`.
    pub fn deploy(&mut self, from: Address, name: &str, arguments: impl AsRef<[u8]>) -> Address {
        self.deploy_artifact(from, name, name, arguments)
    }

    /// Deploys the contract `name` of `file`.
    pub fn deploy_artifact(
        &mut self,
        from: Address,
        file: &str,
        name: &str,
        arguments: impl AsRef<[u8]>,
    ) -> Address {
        let mut code = self.bytecode(from, file, name);
        code.extend_from_slice(arguments.as_ref());
        self.create(from, name, code.into())
    }

    fn bytecode(&mut self, from: Address, file: &str, name: &str) -> Vec<u8> {
        let artifact = artifact(file, name);
        let mut code =
            artifact["bytecode"]["object"].as_str().unwrap().trim_start_matches("0x").to_owned();
        for libraries in artifact["bytecode"]["linkReferences"].as_object().unwrap().values() {
            for (library, places) in libraries.as_object().unwrap() {
                let address = match self.linked.get(library) {
                    Some(address) => *address,
                    None => {
                        let address = self.deploy(from, library, []);
                        self.linked.insert(library.clone(), address);
                        address
                    }
                };
                for place in places.as_array().unwrap() {
                    let start = 2 * usize::try_from(place["start"].as_u64().unwrap()).unwrap();
                    code.replace_range(start..start + 40, &hex::encode(address));
                }
            }
        }
        hex::decode(code).unwrap()
    }
}

/// What forge wrote about the contract `name`.
pub fn artifact(file: &str, name: &str) -> serde_json::Value {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../out/{file}.sol/{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run forge build", path.display()));
    serde_json::from_str(&text).unwrap()
}
