//! What a deployment will do, to be read before it is confirmed.

use std::fmt;

use alloy::primitives::{Address, B256, U256};
use serde::Serialize;
use surety_engine::{
    deploy::{Creation, Rehearsed},
    l1::follow::BlockRef,
    rules::parameters::Parameters,
    status::units::Wei,
};

use super::choice::{Chosen, Preset};
use crate::{
    stage::amounts::grouped,
    terminal::{
        table::Table,
        units::{eth, gwei_text, seconds, span},
    },
};

/// The plan.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanReport {
    pub(crate) l1_chain_id: u64,
    pub(crate) l1_block: u64,
    pub(crate) l2_chain_id: u64,
    pub(crate) genesis_hash: B256,
    pub(crate) deployer: Address,
    /// The deployer's nonce of the first creation.
    pub(crate) first_nonce: u64,
    pub(crate) creations: Vec<Planned>,
    /// Gas of what is not there yet.
    pub(crate) gas: u64,
    pub(crate) fee: Fee,
    pub(crate) balance_wei: Wei,
    pub(crate) parameters: ParameterReport,
    pub(crate) warnings: Vec<String>,
}

/// One contract.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Planned {
    pub(crate) name: &'static str,
    pub(crate) address: Address,
    pub(crate) gas: u64,
    pub(crate) there: bool,
}

/// What gas costs now, wei per gas, and with it the plan.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fee {
    pub(crate) now_wei: Wei,
    pub(crate) most_wei: Wei,
    pub(crate) cost_wei: Wei,
    pub(crate) most_cost_wei: Wei,
}

impl Fee {
    pub(crate) fn of(gas: u64, now: u128, most: u128) -> Self {
        let price = |price: u128| Wei(U256::from(price));
        let cost = |price: u128| Wei(U256::from(gas).saturating_mul(U256::from(price)));
        Self {
            now_wei: price(now),
            most_wei: price(most),
            cost_wei: cost(now),
            most_cost_wei: cost(most),
        }
    }
}

/// What is fixed for ever.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParameterReport {
    preset: Preset,
    censorship_blocks: u64,
    grace_blocks: u64,
    build_blocks: u64,
    budget_blocks: u64,
    root_bond_wei: Wei,
    step_bond_wei: Wei,
    gas_price_cap_wei: Wei,
    append_fee_floor_wei: Wei,
    blocks_per_claim: u64,
    transaction_gas: u64,
    block_gas: u64,
    batch_bytes: u32,
    sunset: u64,
    bridge: bool,
}

impl ParameterReport {
    pub(crate) fn new(chosen: &Chosen, bridge: bool) -> Self {
        let Chosen { preset, parameters, gas_price_cap, sunset } = *chosen;
        let (clocks, bonds, limits) =
            (parameters.clocks(), parameters.bonds(), parameters.limits());
        Self {
            preset,
            censorship_blocks: clocks.censorship,
            grace_blocks: clocks.grace,
            build_blocks: clocks.build,
            budget_blocks: clocks.budget(),
            root_bond_wei: Wei(bonds.root()),
            step_bond_wei: Wei(bonds.step()),
            gas_price_cap_wei: Wei(gas_price_cap),
            append_fee_floor_wei: Wei(bonds.append_fee_floor),
            blocks_per_claim: Parameters::HEIGHTS.blocks_per_claim,
            transaction_gas: limits.transaction_gas,
            block_gas: limits.block_gas,
            batch_bytes: limits.batch_bytes,
            sunset,
            bridge,
        }
    }
}

impl PlanReport {
    /// The creations with what rehearsal said of each; the first `done` are there.
    pub(crate) fn creations(
        creations: &[Creation],
        rehearsed: &[Rehearsed],
        done: usize,
    ) -> Vec<Planned> {
        let places = creations.iter().zip(rehearsed).enumerate();
        places
            .map(|(place, (&Creation { name, address, .. }, rehearsed))| Planned {
                name,
                address,
                gas: rehearsed.gas,
                there: place < done,
            })
            .collect()
    }

    /// Contracts that are there.
    pub(crate) fn done(&self) -> usize {
        self.creations.iter().filter(|planned| planned.there).count()
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_complete(&self) -> bool {
        self.done() == self.creations.len()
    }
}

/// What is dangerous about when and where, whatever the parameters.
pub(crate) fn circumstances(
    head: &BlockRef,
    genesis_time: u64,
    fee: u128,
    cap: U256,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if genesis_time > head.timestamp {
        warnings.push(format!(
            "the genesis is {} ahead of L1's time: nothing can be appended before",
            seconds(genesis_time - head.timestamp)
        ));
    }
    if U256::from(fee) > cap {
        warnings.push(format!(
            "gas costs {} now, above the refunds' cap of {}: whoever defends would pay the rest",
            gwei_text(fee),
            gwei_text(cap.saturating_to())
        ));
    }
    warnings
}

impl fmt::Display for PlanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "rollup {} on L1 {} (block {}), by {} from nonce {}\ngenesis {}\n",
            self.l2_chain_id,
            self.l1_chain_id,
            self.l1_block,
            self.deployer,
            self.first_nonce,
            self.genesis_hash
        )?;
        let mut table = Table::new(&["contract", "address", "gas", ""]).right(&[2]);
        for it in &self.creations {
            let there = if it.there { "there" } else { "" };
            table.row([it.name.to_owned(), it.address.to_string(), grouped(it.gas), there.into()]);
        }
        writeln!(f, "{table}")?;
        let count = self.creations.len();
        writeln!(
            f,
            "{count} contracts, {} there already; {} gas to pay: {} at {}, at most {}; the deployer has {}\n",
            self.done(),
            grouped(self.gas),
            eth(self.fee.cost_wei.0),
            gwei_text(self.fee.now_wei.0.saturating_to()),
            eth(self.fee.most_cost_wei.0),
            eth(self.balance_wei.0)
        )?;
        write!(f, "{}", self.parameters)?;
        if !self.warnings.is_empty() {
            writeln!(f, "\nwarnings")?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "  ! {warning}"))
    }
}

impl fmt::Display for ParameterReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preset = match self.preset {
            Preset::Mainnet => "mainnet",
            Preset::Development => "development",
        };
        writeln!(f, "parameters, fixed for ever (from the preset {preset})")?;
        let mut table = Table::new(&[]);
        let mut row = |name: &str, value: String, meaning: String| {
            table.row([format!("  {name}"), value, meaning]);
        };
        for (name, blocks, meaning) in [
            ("censorship", self.censorship_blocks, "that L1 may keep the honest side out"),
            ("grace", self.grace_blocks, "free for each response"),
            ("build", self.build_blocks, "to trace a disputed slot"),
            ("budget", self.budget_blocks, "until a claim nobody contests is confirmed"),
        ] {
            row(name, format!("{blocks} blocks"), format!("{} {meaning}", span(blocks)));
        }
        row("root bond", eth(self.root_bond_wei.0), "behind a proposer's chain of claims".into());
        row("step bond", eth(self.step_bond_wei.0), "behind each trace of a disputed slot".into());
        let cap = gwei_text(self.gas_price_cap_wei.0.saturating_to());
        row("gas price cap", cap, "most that a move's gas is refunded at".into());
        row(
            "append fee",
            eth(self.append_fee_floor_wei.0),
            "at least, burned with each batch".into(),
        );
        row("claim", format!("{} blocks", self.blocks_per_claim), "of L2 at most".into());
        row("transaction", format!("{} gas", grouped(self.transaction_gas)), "at most".into());
        row("block", format!("{} gas", grouped(self.block_gas)), "at most".into());
        row("batch", format!("{} bytes", grouped(self.batch_bytes.into())), "at most".into());
        let sunset = match self.sunset {
            0 => "never".to_owned(),
            time => format!("L1 time {time}"),
        };
        row("sunset", sunset, "ends appends; disputes and withdrawals go on".into());
        let bridge = if self.bridge { "yes" } else { "no" };
        row("bridge", bridge.to_owned(), "as the genesis says".into());
        write!(f, "{table}")
    }
}
