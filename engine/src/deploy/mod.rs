//! The creations that make a rollup's contracts, in order, with the addresses they will have.
//!
//! The same plan is carried out by a transaction lane ([`Creation::send`]), on an L1 in memory to know what it costs and leaves
//! ([`rehearse`]), and by tests. [`Surveyor`] finds out from the chain how far it is carried out.

mod carry_out;
pub mod rehearsal;
mod settlement;
mod standing_verifier;
mod survey;

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolValue, sol};
use thiserror::Error;

pub use crate::artifacts::{ArtifactError, Artifacts};
pub use crate::machine::family::FAMILIES;
pub use carry_out::CreationError;
pub use rehearsal::{RehearsalError, Rehearsed, Site, rehearse};
pub use settlement::{Program, Settlement, Validity};
pub use standing_verifier::{VerifierMismatch, check_verifier};
pub use survey::{SurveyError, Surveyor, inbox_nonce};

use crate::{
    execute::boundary::{Boundary, Genesis},
    node::deployment::{BridgeContracts, Deployment},
    rules::parameters::Parameters,
};

sol! {
    struct MachineGroup {
        uint8 phase;
        bytes32 blockHash;
        bytes32 txHash;
        bytes32 frameHash;
        bytes32 jobHash;
        bytes32 stateRoot;
        bytes32 scratchRoot;
    }

    struct SliceGroup {
        bytes32 root;
        uint32 words;
        uint32 offset;
        uint32 length;
    }

    struct BlockGroup {
        uint64 number;
        uint64 timestamp;
        bytes32 prevRandao;
        address feeRecipient;
        uint256 baseFee;
        uint64 gasLimit;
        uint64 chainId;
        bytes32 headHash;
        bytes32 l1MessageRoot;
        SliceGroup batch;
        uint32 cursor;
        uint64 gasUsed;
        bytes32 receiptsHash;
        bytes32 depositsHash;
        uint8 depositCount;
        uint8 depositsDone;
        bool open;
    }

    struct Timing {
        uint40 censorship;
        uint40 response;
        uint40 build;
        uint40 budget;
    }
}

/// Most that a move is refunded with unless a deployment says otherwise: 50 gwei per gas.
pub const GAS_PRICE_CAP: u64 = 50_000_000_000;

/// What a deployment chooses beyond its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the chain starts.
    pub genesis: Genesis,
    /// Clocks, bonds and limits.
    pub parameters: Parameters,
    /// Most that a move is refunded with, wei per gas.
    pub gas_price_cap: U256,
    /// L1 time from which nothing is appended; 0: never.
    pub sunset: u64,
    /// How contests are settled by proof, if they are.
    pub settlement: Option<Settlement>,
    /// Whether there is a Bridge.
    pub bridge: bool,
}

impl Settings {
    /// The usual price cap, and nothing that need not be: no sunset, no settlement by proof, no Bridge.
    #[must_use]
    pub fn new(genesis: Genesis, parameters: Parameters) -> Self {
        Self {
            genesis,
            parameters,
            gas_price_cap: U256::from(GAS_PRICE_CAP),
            sunset: 0,
            settlement: None,
            bridge: false,
        }
    }
}

/// One contract to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The contract's name.
    pub name: &'static str,
    /// Its initcode with the constructor's arguments.
    pub initcode: Bytes,
    /// Where it will be, if the creations are the deployer's next transactions.
    pub address: Address,
}

/// All creations of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In order: one transaction each.
    pub creations: Vec<Creation>,
    verifier: Address,
    bridge: Option<BridgeContracts>,
    genesis: Genesis,
}

/// Creations of a verifier: its families and its entry.
const VERIFIER: u64 = FAMILIES.len() as u64 + 1;
/// Creations of the protocol before the Bridge: Inbox, Bonds, Tournament, Rollup, Lens.
const BEFORE_BRIDGE: u64 = 5;

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// A contract is not compiled.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A parameter does not fit the contracts' types.
    #[error("{0} does not fit the contracts")]
    Range(&'static str),
}

struct Planner<'a> {
    artifacts: &'a Artifacts,
    deployer: Address,
    nonce: u64,
    creations: Vec<Creation>,
}

impl Planner<'_> {
    fn create(&mut self, name: &'static str, arguments: &[u8]) -> Result<Address, PlanError> {
        let code = self.artifacts.initcode(name)?;
        let address = self.ahead(0);
        let initcode = [code.as_ref(), arguments].concat().into();
        self.creations.push(Creation { name, initcode, address });
        Ok(address)
    }

    /// The address of the creation that is `by` creations after the next one.
    fn ahead(&self, by: u64) -> Address {
        self.deployer.create(self.nonce + self.creations.len() as u64 + by)
    }
}

/// The verifier alone: its families and its entry, which is the last creation.
///
/// # Errors
/// [`PlanError::Artifact`].
pub fn verifier(
    artifacts: &Artifacts,
    deployer: Address,
    nonce: u64,
    transaction_gas: u64,
) -> Result<Vec<Creation>, PlanError> {
    let mut planner = Planner { artifacts, deployer, nonce, creations: Vec::new() };
    planner.verifier(transaction_gas)?;
    Ok(planner.creations)
}

/// The protocol around a transition function that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The transition function.
    pub verifier: Address,
    /// Where the chain starts.
    pub start: Boundary,
    /// Clocks, bonds and limits.
    pub parameters: Parameters,
    /// Most that a move is refunded with, wei per gas.
    pub gas_price_cap: U256,
    /// L1 time from which nothing is appended; 0: never.
    pub sunset: u64,
    /// The contract whose proofs settle contests; 0: none.
    pub settlement: Address,
    /// Whether there is a Bridge.
    pub bridge: bool,
}

impl Protocol {
    /// The creations of Inbox, Bonds, Tournament, Rollup and Lens, and, if there is a Bridge, of it and TokenEscrow, in
    /// this order, by `deployer` from its nonce on.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn creations(
        &self,
        artifacts: &Artifacts,
        deployer: Address,
        nonce: u64,
    ) -> Result<Vec<Creation>, PlanError> {
        let mut planner = Planner { artifacts, deployer, nonce, creations: Vec::new() };
        planner.protocol(self)?;
        Ok(planner.creations)
    }
}

impl Planner<'_> {
    fn protocol(&mut self, protocol: &Protocol) -> Result<(), PlanError> {
        let Protocol { verifier, start, parameters, gas_price_cap, sunset, settlement, .. } =
            protocol;
        let fee = u128::try_from(parameters.bonds().append_fee_floor)
            .map_err(|_| PlanError::Range("append fee"))?;
        let bridge = if protocol.bridge { self.ahead(BEFORE_BRIDGE) } else { Address::ZERO };
        let (number, timestamp) = (start.block.number, start.block.timestamp);
        let inbox = (number, timestamp, fee, *sunset, bridge).abi_encode_params();
        let inbox = self.create("Inbox", &inbox)?;

        let (tournament, rollup) = (self.ahead(1), self.ahead(2));
        let bonds = self.create("Bonds", &(rollup, tournament).abi_encode_params())?;
        let step_bond = parameters.bonds().step();
        let arguments =
            (rollup, bonds, inbox, *verifier, timing(parameters)?, step_bond, *gas_price_cap);
        self.create("Tournament", &arguments.abi_encode_params())?;

        let (machine, block) = groups(start);
        let root_bond = parameters.bonds().root();
        let arguments = (inbox, bonds, tournament, *settlement, machine, block, root_bond);
        let rollup = self.create("Rollup", &arguments.abi_encode_params())?;
        self.create("Lens", &rollup.abi_encode())?;
        if protocol.bridge {
            let bridge = self.create("Bridge", &(inbox, rollup).abi_encode_params())?;
            self.create("TokenEscrow", &bridge.abi_encode())?;
        }
        Ok(())
    }

    fn verifier(&mut self, transaction_gas: u64) -> Result<Address, PlanError> {
        let families = self.families(transaction_gas)?;
        self.create("StepVerifier", &(families,).abi_encode_params())
    }

    fn families(&mut self, transaction_gas: u64) -> Result<Vec<Address>, PlanError> {
        let mut families = Vec::with_capacity(FAMILIES.len());
        for name in FAMILIES {
            let arguments = match name {
                "TxBegin" => transaction_gas.abi_encode(),
                _ => Vec::new(),
            };
            families.push(self.create(name, &arguments)?);
        }
        Ok(families)
    }
}

impl Plan {
    /// The creations by `deployer` from its nonce on.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn new(
        artifacts: &Artifacts,
        deployer: Address,
        nonce: u64,
        settings: &Settings,
    ) -> Result<Self, PlanError> {
        let gas = settings.parameters.limits().transaction_gas;
        let mut creations = verifier(artifacts, deployer, nonce, gas)?;
        let entry = creations.last().map(|entry| entry.address).unwrap_or_default();
        let mut plan = Self::around(entry, artifacts, deployer, nonce + VERIFIER, settings)?;
        creations.append(&mut plan.creations);
        Ok(Self { creations, ..plan })
    }

    /// The creations by `deployer` from its nonce on, for a verifier that is there already.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn around(
        verifier: Address,
        artifacts: &Artifacts,
        deployer: Address,
        nonce: u64,
        settings: &Settings,
    ) -> Result<Self, PlanError> {
        let &Settings { genesis, parameters, gas_price_cap, sunset, bridge, ref settlement } =
            settings;
        let mut planner = Planner { artifacts, deployer, nonce, creations: Vec::new() };
        let settled_by = match settlement {
            Some(settlement) => planner.settlement(settlement)?,
            None => Address::ZERO,
        };
        planner.protocol(&Protocol {
            verifier,
            start: Boundary::genesis(&genesis),
            parameters,
            gas_price_cap,
            sunset,
            settlement: settled_by,
            bridge,
        })?;
        let bridge = bridge.then(|| Self::bridge_around(deployer, nonce, settlement.as_ref()));
        Ok(Self { creations: planner.creations, verifier, bridge, genesis })
    }

    /// The nonce at which a plan that begins at `first` creates the Inbox; `verifier` says whether it creates that, too.
    #[must_use]
    pub fn inbox(first: u64, verifier: bool, settlement: Option<&Settlement>) -> u64 {
        first.saturating_add(Self::before_inbox(verifier, settlement))
    }

    /// The nonce at which a plan begins that creates the Inbox at `inbox`; none if there are too few before.
    #[must_use]
    pub fn first(inbox: u64, verifier: bool, settlement: Option<&Settlement>) -> Option<u64> {
        inbox.checked_sub(Self::before_inbox(verifier, settlement))
    }

    fn before_inbox(verifier: bool, settlement: Option<&Settlement>) -> u64 {
        let verifier = if verifier { VERIFIER } else { 0 };
        verifier + settlement.map_or(0, Settlement::creations)
    }

    /// Where a plan of this deployer from its nonce on puts the Bridge: the L2's genesis state holds these addresses.
    #[must_use]
    pub fn bridge(
        deployer: Address,
        nonce: u64,
        settlement: Option<&Settlement>,
    ) -> BridgeContracts {
        Self::bridge_around(deployer, nonce + VERIFIER, settlement)
    }

    /// The same for a plan [`around`](Self::around) a verifier.
    #[must_use]
    pub fn bridge_around(
        deployer: Address,
        nonce: u64,
        settlement: Option<&Settlement>,
    ) -> BridgeContracts {
        let nonce = Self::inbox(nonce, false, settlement);
        let bridge = deployer.create(nonce + BEFORE_BRIDGE);
        BridgeContracts {
            bridge,
            // its constructor makes it: a contract's nonces start at 1
            caller: bridge.create(1),
            token_escrow: deployer.create(nonce + BEFORE_BRIDGE + 1),
        }
    }

    /// The deployment that this plan makes on an L1 whose newest block is `l1_block`.
    #[must_use]
    pub fn deployment(&self, l1_chain_id: u64, l1_block: u64) -> Deployment {
        let found = |name| {
            let found = self.creations.iter().find(|creation| creation.name == name);
            found.map(|creation| creation.address)
        };
        let address = |name| found(name).unwrap_or_default();
        Deployment {
            l1_chain_id,
            l1_block,
            inbox: address("Inbox"),
            bonds: address("Bonds"),
            tournament: address("Tournament"),
            rollup: address("Rollup"),
            step_verifier: self.verifier,
            lens: address("Lens"),
            settlement: found("Settlement"),
            bridge: self.bridge,
            genesis: self.genesis,
        }
    }
}

fn timing(parameters: &Parameters) -> Result<Timing, PlanError> {
    let clocks = parameters.clocks();
    let blocks = |blocks: u64| {
        alloy_primitives::aliases::U40::try_from(blocks).map_err(|_| PlanError::Range("clock"))
    };
    Ok(Timing {
        censorship: blocks(clocks.censorship)?,
        response: blocks(clocks.grace)?,
        build: blocks(clocks.build)?,
        budget: blocks(clocks.budget())?,
    })
}

fn groups(boundary: &Boundary) -> (MachineGroup, BlockGroup) {
    let machine = boundary.machine();
    let block = &boundary.block;
    let batch = block.batch;
    (
        MachineGroup {
            phase: machine.phase,
            blockHash: machine.block_hash,
            txHash: machine.tx_hash,
            frameHash: machine.frame_hash,
            jobHash: machine.job_hash,
            stateRoot: machine.state_root,
            scratchRoot: machine.scratch_root,
        },
        BlockGroup {
            number: block.number,
            timestamp: block.timestamp,
            prevRandao: block.prev_randao,
            feeRecipient: block.fee_recipient,
            baseFee: block.base_fee,
            gasLimit: block.gas_limit,
            chainId: block.chain_id,
            headHash: block.head_hash,
            l1MessageRoot: block.l1_message_root,
            batch: SliceGroup {
                root: batch.root,
                words: batch.words,
                offset: batch.offset,
                length: batch.length,
            },
            cursor: block.cursor,
            gasUsed: block.gas_used,
            receiptsHash: block.receipts_hash,
            depositsHash: block.deposits_hash,
            depositCount: block.deposit_count,
            depositsDone: block.deposits_done,
            open: block.open,
        },
    )
}
