//! The facts of a finished story: for people on standard output, for machines as JSON.

use std::path::Path;

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEvent,
};
use serde::Serialize;
use surety_engine::l1::bindings::{IBonds, ITournament};

use crate::stage::{amounts::grouped, ledger::Entry};

/// The facts, as `--json` writes them.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispute: Option<Dispute>,
    /// Openings and turns of both sides, step proofs not counted.
    pub(crate) moves: usize,
    pub(crate) gas: Gas,
    pub(crate) bond_wei: U256,
    pub(crate) burned_wei: U256,
    pub(crate) block: BlockFacts,
    pub(crate) transactions: Vec<Transaction>,
    /// Transactions of the honest side that were mined and changed nothing: somebody else of it was faster.
    pub(crate) reverted: usize,
    /// How many times a daemon was killed.
    pub(crate) kills: u32,
    pub(crate) seconds: f64,
}

/// What the L2 block was.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BlockFacts {
    pub(crate) number: u64,
    pub(crate) executed: usize,
    pub(crate) skipped: usize,
    pub(crate) gas_used: u64,
    pub(crate) receipts_root: B256,
    pub(crate) receipts_root_is_mainnets: bool,
}

/// The step that decided.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Dispute {
    /// Hash of the L2 transaction.
    pub(crate) transaction: B256,
    /// Whose code ran.
    pub(crate) contract: Address,
    pub(crate) pc: u32,
    pub(crate) opcode: String,
    pub(crate) depth: u16,
    pub(crate) slot: u32,
    pub(crate) step: u32,
    /// The state that both sides agree on.
    pub(crate) agreed: B256,
    /// The successor that the liar claimed.
    pub(crate) claimed: B256,
    /// The successor that the verifier computed.
    pub(crate) proven: B256,
}

/// Gas on L1.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Gas {
    pub(crate) deploy: u64,
    pub(crate) append: u64,
    pub(crate) propose: u64,
    pub(crate) opening_max: u64,
    pub(crate) resolve: u64,
    /// What the honest side spent from the proposal to the last verb of the dispute.
    pub(crate) honest_line_total: u64,
    pub(crate) total: u64,
}

/// One L1 transaction.
#[derive(Debug, Serialize)]
pub(crate) struct Transaction {
    pub(crate) hash: B256,
    pub(crate) from: &'static str,
    pub(crate) contract: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) gas: u64,
    pub(crate) fee_wei: U256,
    pub(crate) succeeded: bool,
}

/// Verbs that a player makes on the way down.
const OPENINGS: [&str; 3] = ["openRoot", "turn", "lastTurn"];
/// Verbs of the honest line of a dispute.
const LINE: [&str; 7] =
    ["propose", "proposeSibling", "openRoot", "turn", "lastTurn", "joinSteps", "resolve"];
/// Its end.
const CONCLUSION: &str = "conclude";

/// Whether a verb is made only when somebody lies.
pub(crate) fn is_of_dispute(entry: &Entry) -> bool {
    entry.contract == "Tournament" || entry.verb == "proposeSibling" || entry.verb == "splitBond"
}

impl Gas {
    pub(crate) fn of(entries: &[Entry], honest: &[Address], deploy: u64) -> Self {
        let gas_of = |verb: &str| {
            let of = entries.iter().filter(|entry| entry.verb == verb && entry.succeeded);
            of.map(|entry| entry.gas).max().unwrap_or_default()
        };
        let line = entries.iter().filter(|entry| {
            honest.contains(&entry.from) && (LINE.contains(&entry.verb) || entry.verb == CONCLUSION)
        });
        Self {
            deploy,
            append: gas_of("append").max(gas_of("appendBlob")),
            propose: gas_of("propose"),
            opening_max: OPENINGS.iter().map(|verb| gas_of(verb)).max().unwrap_or_default(),
            resolve: gas_of("resolve"),
            honest_line_total: line.map(|entry| entry.gas).sum(),
            total: entries.iter().map(|entry| entry.gas).sum(),
        }
    }
}

pub(crate) fn moves(entries: &[Entry]) -> usize {
    entries.iter().filter(|entry| entry.succeeded && OPENINGS.contains(&entry.verb)).count()
}

/// The last event of this kind.
pub(crate) fn last_event<E: SolEvent>(entries: &[Entry]) -> Option<E> {
    let logs = entries.iter().rev().flat_map(|entry| entry.logs.iter().rev());
    logs.filter_map(|log| E::decode_log_validate(&log.inner).ok()).map(|log| log.data).next()
}

/// Wei lost and burned by `account`.
pub(crate) fn forfeited(entries: &[Entry], account: Address) -> (U256, U256) {
    let logs = entries.iter().flat_map(|entry| &entry.logs);
    let events = logs.filter_map(|log| IBonds::Forfeited::decode_log_validate(&log.inner).ok());
    events
        .filter(|event| event.account == account)
        .fold((U256::ZERO, U256::ZERO), |(lost, burned), event| {
            (lost + event.amount, burned + event.burned)
        })
}

/// The leaf at which the two sides parted.
pub(crate) fn narrowed(entries: &[Entry]) -> Option<ITournament::Narrowed> {
    last_event(entries)
}

pub(crate) fn print_transactions(transactions: &[Transaction]) {
    println!("\n   {:<12} {:<12} {:<18} {:>10}  transaction", "from", "contract", "verb", "gas");
    for it in transactions {
        let failed = if it.succeeded { "" } else { "  (reverted: somebody was faster)" };
        println!(
            "   {:<12} {:<12} {:<18} {:>10}  {}{failed}",
            it.from,
            it.contract,
            it.verb,
            grouped(it.gas),
            it.hash
        );
    }
}

pub(crate) fn write(facts: &Facts, path: &Path) -> eyre::Result<()> {
    std::fs::write(path, serde_json::to_vec_pretty(facts)?)?;
    Ok(())
}
