//! Settlement by re-execution, end to end: a rollup's real blocks, the compiled contracts, and an L1 in process that has the
//! EXECUTE precompile, or something else in its place.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[allow(dead_code, unreachable_pub)]
mod devnet;
mod support;

use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue};
use surety_engine::{
    authenticated::source::{CodeSource, NodeSource},
    deploy::{Artifacts, Plan, Settings, Settlement},
    derive::{BlockInput, deposits},
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::{Boundary, Genesis},
        pending::Pending,
    },
    l1::bindings::{ClaimKey, Execution, IBonds, IInbox, IRollup, ISettlement, Outcome},
    machine::groups::Record,
    node::deployment::Deployment,
    rules::{limits::Limits, parameters::Parameters},
    stateless::{build, encoding::rlp},
};

use devnet::{Devnet, ETHER, Failed};
use support::{mainnet, root, scenario};

alloy_sol_types::sol! {
    /// See `contracts/src/interfaces/IBoundaryProver.sol`.
    error NotProven(uint8 doubt);
}

const REFUSED: u8 = 1;
const FALSE_ACCEPTED: u8 = 2;

const DEPLOYER: Address = address!("00000000000000000000000000000000000d1e01");
const ANYONE: Address = address!("000000000000000000000000000000000000a271");
const LIAR: Address = address!("0000000000000000000000000000000000011a12");
/// Where ethrex has it.
const EXECUTE: Address = address!("0x0000000000000000000000000000000000000101");
const SHA256: Address = address!("0x0000000000000000000000000000000000000002");

/// A rollup whose contests re-execution settles.
struct Rollup {
    chain: Devnet,
    made: Deployment,
    settlement: Address,
    start: Boundary,
}

impl Rollup {
    /// Deploys it on an L1 that has EXECUTE at `there`, for a precompile thought to be at `thought`.
    fn deploy(mut chain: Devnet, genesis: Genesis, thought: Address) -> Self {
        let settings = Settings {
            settlement: Some(Settlement { execute: Some(thought), validity: None }),
            ..Settings::new(genesis, Parameters::development().unwrap())
        };
        let artifacts = Artifacts::new(root().join("out"));
        let (nonce, number) = (chain.nonce(DEPLOYER), chain.number());
        let plan = Plan::new(&artifacts, DEPLOYER, nonce, &settings).unwrap();
        for creation in &plan.creations {
            let created = chain.create(DEPLOYER, creation.name, creation.initcode.clone());
            assert_eq!(created, creation.address, "{}", creation.name);
        }
        let made = plan.deployment(1, number);
        let settlement = made.settlement.unwrap();
        let start = made.start();
        for who in [ANYONE, LIAR] {
            chain.fund(who, U256::from(100 * ETHER));
        }
        Self { chain, made, settlement, start }
    }

    /// Appends a batch; gives the block that it makes.
    fn append(&mut self, fee_recipient: Address, batch: Bytes) -> BlockInput {
        let call = IInbox::appendCall { feeRecipient: fee_recipient, batch: batch.clone() };
        let inbox = self.made.inbox;
        let mined = self.chain.send(ANYONE, inbox, U256::from(ETHER), call.abi_encode()).unwrap();
        let event = IInbox::BatchAppended::decode_log_validate(&mined.logs[0]).unwrap();
        BlockInput::new(Record::from(event.data.record), batch, Vec::new()).unwrap()
    }

    /// The claim that the chain starts with.
    fn genesis(&self) -> ClaimKey {
        ClaimKey {
            parent: B256::ZERO,
            round: 0,
            traceRoot: B256::ZERO,
            boundary: self.start.hash(),
        }
    }

    fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        C::abi_decode_returns(&self.chain.call(to, call.abi_encode()).unwrap()).unwrap()
    }

    fn latest_confirmed(&self) -> B256 {
        self.view(self.made.rollup, &IRollup::latestConfirmedCall {})
    }

    /// Sends what proves the next block; gives the gas.
    fn prove(&mut self, number: u64, evidence: &Execution) -> Result<u64, Failed> {
        let call = ISettlement::proveCall {
            rollup: self.made.rollup,
            parent: self.genesis(),
            first: number,
            last: number,
            prover: U256::ZERO,
            evidence: evidence.abi_encode().into(),
        };
        let sent = self.chain.send(ANYONE, self.settlement, U256::ZERO, call.abi_encode());
        sent.map(|mined| mined.gas)
    }

    /// Settles by what is proven; gives the confirmed claim and the gas.
    fn settle(&mut self) -> Result<(B256, u64), Failed> {
        let parent = self.view(self.made.rollup, &IRollup::genesisCall {});
        let call = ISettlement::settleCall { rollup: self.made.rollup, parent };
        let sent = self.chain.send(ANYONE, self.settlement, U256::ZERO, call.abi_encode())?;
        Ok((ISettlement::settleCall::abi_decode_returns(&sent.output).unwrap(), sent.gas))
    }

    /// How far the blocks after genesis are proven.
    fn progress(&self) -> (u64, B256) {
        let parent = self.view(self.made.rollup, &IRollup::genesisCall {});
        let call = ISettlement::progressCall { rollup: self.made.rollup, parent };
        let progress = self.view(self.settlement, &call);
        (progress.last, progress.boundary)
    }

    /// The liar claims that the blocks up to `end` lead to another state.
    fn lie(&mut self, end: u64, truth: &Boundary) -> B256 {
        let lie = Boundary { state_root: B256::repeat_byte(0x11), block: truth.block.clone() };
        let (bonds, rollup) = (self.made.bonds, self.made.rollup);
        let bond = U256::from(10 * ETHER);
        self.chain.send(LIAR, bonds, bond, IBonds::depositCall {}.abi_encode()).unwrap();
        let locked = self
            .chain
            .send(LIAR, rollup, U256::ZERO, IRollup::lockBondCall {}.abi_encode())
            .unwrap();
        let call = IRollup::proposeCall {
            bond: IRollup::lockBondCall::abi_decode_returns(&locked.output).unwrap(),
            parent: self.latest_confirmed(),
            end,
            traceRoot: B256::repeat_byte(0x22),
            boundary: lie.machine().encode().to_vec().into(),
        };
        let proposed = self.chain.send(LIAR, rollup, U256::ZERO, call.abi_encode()).unwrap();
        IRollup::proposeCall::abi_decode_returns(&proposed.output).unwrap()
    }
}

/// An L1 whose transactions may have as much gas as its blocks, with EXECUTE at `at`.
fn l1(at: Option<Address>) -> Devnet {
    let mut chain = Devnet::new();
    chain.lift_transaction_gas();
    if let Some(at) = at {
        chain.install_execute(at);
    }
    chain
}

/// What re-execution takes to prove a block.
fn evidence<S: NodeSource + CodeSource>(
    source: &S,
    parent: &Boundary,
    input: &BlockInput,
) -> (Execution, BlockOutcome) {
    let outcome = execute_block(&mut Pending::new(source), parent, input, &Limits::SURETY).unwrap();
    let trace = build::of_input(
        source,
        parent.block.chain_id,
        parent.state_root,
        None,
        input,
        outcome.header.clone(),
    )
    .unwrap();
    let evidence = Execution {
        parent: parent.block.encode().to_vec().into(),
        stateRoot: parent.state_root,
        record: input.record().encode().to_vec().into(),
        batch: input.batch().clone(),
        deposits: deposits::pack(input.deposits()).into(),
        outcome: Outcome {
            receiptsHash: outcome.header.receipts_root,
            gasUsed: outcome.header.gas_used,
            stateRoot: outcome.header.state_root,
        },
        witness: rlp::encode_witness(&trace.witness).into(),
    };
    (evidence, outcome)
}

/// Mainnet's block appended to a rollup that starts from the state before it; what proves it, and where it leads.
fn mainnet_rollup(chain: Devnet, thought: Address) -> (Rollup, Execution, Boundary) {
    let witness = mainnet::witness();
    let (start, block) = mainnet::as_surety(&witness);
    let genesis = mainnet::genesis(&witness);
    let mut rollup = Rollup::deploy(chain, genesis, thought);
    assert_eq!(rollup.start, start);
    // the Inbox dates blocks 11 seconds back, and a transaction is mined 12 seconds after the head
    rollup.chain.wait_until(block.record().timestamp + 11 - 12);
    let input = rollup.append(mainnet::FEE_RECIPIENT, block.batch().clone());
    assert_eq!(input.record().timestamp, block.record().timestamp);
    let (evidence, outcome) = evidence(&witness, &start, &input);
    (rollup, evidence, outcome.boundary)
}

fn assert_not_proven(failed: &Failed, doubt: u8) {
    assert_eq!(
        NotProven::abi_decode(&failed.data).map(|error| error.doubt),
        Ok(doubt),
        "{failed:?}"
    );
}

#[test]
fn mainnets_block_is_settled_at_once_and_the_liar_has_lost() {
    let (mut rollup, evidence, truth) = mainnet_rollup(l1(Some(EXECUTE)), EXECUTE);
    let number = truth.block.number;
    let lie = rollup.lie(number, &truth);
    let before = rollup.latest_confirmed();

    let proving = rollup.prove(number, &evidence).unwrap();
    assert_eq!(rollup.progress(), (number, truth.hash()));
    let (settled, settling) = rollup.settle().unwrap();

    assert_ne!(settled, before);
    assert_eq!(rollup.latest_confirmed(), settled);
    let is_lost = rollup.view(rollup.made.rollup, &IRollup::isLostCall { id: lie });
    assert!(is_lost);
    // a block of 1,429,580 gas, with its bytes as calldata twice: once for L1, once for the trace
    println!(
        "prove {proving} gas, settle {settling} gas, witness {} bytes",
        evidence.witness.len()
    );
    assert_gas("mainnet block 23587691, prove", proving);
    assert_gas("mainnet block 23587691, settle", settling);
}

#[test]
fn empty_blocks_are_settled_one_after_the_other() {
    let (genesis, mut memory) = scenario::genesis();
    let mut rollup = Rollup::deploy(l1(Some(EXECUTE)), genesis, EXECUTE);
    rollup.chain.wait_until(genesis.timestamp + 12);
    let mut parent = rollup.start.clone();
    let inputs: Vec<_> = (0..3).map(|_| rollup.append(ANYONE, Bytes::new())).collect();
    for input in &inputs {
        let (evidence, outcome) = evidence(&memory, &parent, input);
        let gas = rollup.prove(input.record().number, &evidence).unwrap();
        if input.record().number == 1 {
            assert_gas("empty block, prove", gas);
        }
        let mut pending = Pending::new(&memory);
        execute_block(&mut pending, &parent, input, &Limits::SURETY).unwrap();
        let (nodes, codes) = pending.take();
        memory.extend(nodes);
        memory.extend(codes);
        parent = outcome.boundary;
        assert_eq!(rollup.progress(), (input.record().number, parent.hash()));
    }
    let (settled, _) = rollup.settle().unwrap();
    let claim = rollup.view(rollup.made.rollup, &IRollup::claimsCall { id: settled });
    assert_eq!(claim.end, 3);
}

#[test]
fn evidence_with_anything_changed_proves_nothing() {
    let (mut rollup, evidence, truth) = mainnet_rollup(l1(Some(EXECUTE)), EXECUTE);
    let number = truth.block.number;
    type Change = fn(&mut Execution);
    let changes: [Change; 5] = [
        |it| it.outcome.stateRoot = B256::repeat_byte(1),
        |it| it.outcome.receiptsHash = B256::repeat_byte(1),
        |it| it.outcome.gasUsed += 1,
        |it| {
            let mut witness = it.witness.to_vec();
            *witness.last_mut().unwrap() ^= 1;
            it.witness = witness.into();
        },
        |it| it.witness = hex!("c2c0c0").into(),
    ];
    for change in changes {
        let mut changed = evidence.clone();
        change(&mut changed);
        assert_not_proven(&rollup.prove(number, &changed).unwrap_err(), REFUSED);
        assert_eq!(rollup.progress().0, 0);
    }
    assert!(rollup.prove(number, &evidence).is_ok());
}

#[test]
fn a_block_that_skips_an_entry_is_left_to_the_game() {
    let (genesis, memory) = scenario::genesis();
    let mut rollup = Rollup::deploy(l1(Some(EXECUTE)), genesis, EXECUTE);
    rollup.chain.wait_until(genesis.timestamp + 12);
    // an entry that is no transaction
    let input = rollup.append(ANYONE, Bytes::from_static(&[0, 1, 0xff]));
    let empty = BlockInput::committed(input.record().clone(), Bytes::new()).unwrap();
    let (mut evidence, _) = evidence(&memory, &rollup.start, &empty);
    evidence.batch = input.batch().clone();
    evidence.record = input.record().encode().to_vec().into();
    assert_not_proven(&rollup.prove(1, &evidence).unwrap_err(), REFUSED);
}

#[test]
fn t68_without_execute_nothing_settles_and_nothing_is_judged() {
    let mut always_yes = l1(None);
    // returns one word, 1, to whoever asks
    let yes =
        always_yes.create(DEPLOYER, "yes", hex!("69600160005260206000f3600052600a6016f3").into());
    for (chain, thought, doubt) in [
        // nothing is there
        (l1(None), EXECUTE, REFUSED),
        (l1(Some(EXECUTE)), address!("0x0000000000000000000000000000000000000102"), REFUSED),
        // another precompile has moved in
        (l1(None), SHA256, REFUSED),
        (always_yes, yes, FALSE_ACCEPTED),
    ] {
        let (mut rollup, evidence, truth) = mainnet_rollup(chain, thought);
        let number = truth.block.number;
        let claim = rollup.lie(number, &truth);
        assert_not_proven(&rollup.prove(number, &evidence).unwrap_err(), doubt);
        assert_eq!(rollup.progress(), (0, B256::ZERO));
        assert!(rollup.settle().is_err());
        let is_lost = rollup.view(rollup.made.rollup, &IRollup::isLostCall { id: claim });
        assert!(!is_lost, "unknown is not false");
        let genesis = rollup.view(rollup.made.rollup, &IRollup::genesisCall {});
        assert_eq!(rollup.latest_confirmed(), genesis);
    }
}

/// Compares with the committed snapshot `snapshots/Reexecution.json`; `UPDATE_FIXTURES=1` writes it.
fn assert_gas(name: &str, gas: u64) {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = LOCK.lock().unwrap();
    let path = root().join("snapshots/Reexecution.json");
    let read = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut snapshot: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&read).unwrap();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        snapshot.insert(name.to_owned(), gas.to_string());
        std::fs::write(&path, serde_json::to_string_pretty(&snapshot).unwrap()).unwrap();
    }
    assert_eq!(snapshot.get(name), Some(&gas.to_string()), "run with UPDATE_FIXTURES=1");
}
