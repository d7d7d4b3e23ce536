//! A swap between two rollups: Alice's ether on one for Bob's tokens on the other.

use std::{path::Path, time::Instant};

use alloy::primitives::U256;
use eyre::ensure;
use serde::Serialize;
use surety_engine::swap::{
    driver::{Driver, Progress},
    lock::{Locking, lock},
    plan::{Next, Step},
    terms::{LegNumber, LegState, Terms},
};

use super::Demo;
use crate::stage::{
    amounts::{decimal, grouped},
    daemons::Daemon,
    market::{ALICE, BOB, COURIER, Market, units},
};

/// What Alice gives, in ether.
const ETHER: u64 = 3;
/// What Bob gives, in tokens.
const TOKENS: u64 = 5_000;
/// How long both locks have to be known on L1, in seconds of its time.
const SECONDS: u64 = 3_600;
/// L1 blocks that are mined at a time while the claims' windows pass.
const BLOCKS: u64 = 8;

/// The facts, as `--json` writes them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    outcome: &'static str,
    terms: Terms,
    steps: Vec<Fact>,
    before: Balances,
    after: Balances,
    seconds: f64,
}

/// An L1 transaction of the courier's.
#[derive(Debug, Serialize)]
struct Fact {
    leg: LegNumber,
    step: Step,
    gas: u64,
}

/// Who has what, wei and units of the token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Balances {
    alice_ether_on_a: U256,
    alice_tokens_on_b: U256,
    bob_ether_on_a: U256,
    bob_tokens_on_b: U256,
}

impl Balances {
    fn of(market: &Market) -> eyre::Result<Self> {
        Ok(Self {
            alice_ether_on_a: market.ether(&market.a, ALICE)?,
            alice_tokens_on_b: market.tokens(ALICE)?,
            bob_ether_on_a: market.ether(&market.a, BOB)?,
            bob_tokens_on_b: market.tokens(BOB)?,
        })
    }

    fn print(&self, before: &Self) {
        let line = |who: &str, before, after| {
            println!("   {who:<16} {:>14} -> {:>14}", decimal(before), decimal(after));
        };
        println!("\n   balances on the rollups");
        line("Alice, ETH on A", before.alice_ether_on_a, self.alice_ether_on_a);
        line("Bob, ETH on A", before.bob_ether_on_a, self.bob_ether_on_a);
        line("Alice, TKN on B", before.alice_tokens_on_b, self.alice_tokens_on_b);
        line("Bob, TKN on B", before.bob_tokens_on_b, self.bob_tokens_on_b);
    }
}

/// Tells the story. Succeeds only if both legs are paid.
pub(crate) async fn tell(arguments: &Demo) -> eyre::Result<()> {
    let begun = Instant::now();
    let data = arguments.places.data()?;
    println!("1. An L1 of our own, and on it two rollups, A and B, each with its Bridge");
    let market = Market::open(&arguments.places.root, data.path()).await?;
    println!("   Alice deposits 10 ETH on A; Bob has 10,000 TKN on B");
    let before = Balances::of(&market)?;
    let mut daemons = daemons(&market, &arguments.places.programs()?)?;

    let terms = market.terms(ETHER, TOKENS, SECONDS, 1).await?;
    println!(
        "2. They agree: {ETHER} ETH on A for {} TKN on B, within an hour of L1's time",
        grouped(TOKENS)
    );
    println!("   swap {}", terms.id());
    println!("3. Alice locks on A, Bob on B; neither can take it back by himself");
    for (node, account, number) in
        [(&market.a, ALICE, LegNumber::One), (&market.b, BOB, LegNumber::Two)]
    {
        let seat = market.seat(node, account)?;
        while lock(&seat, &terms, number).await? != Locking::Locked {}
    }

    println!("4. Proposers claim both rollups' states; the windows pass without a dispute");
    println!("5. A courier carries what is due, and could be anybody");
    let driver = Driver::new(
        terms.clone(),
        market.seat(&market.a, COURIER)?,
        market.seat(&market.b, COURIER)?,
    )?;
    let mut steps = Vec::new();
    let mut daemons: Vec<_> = daemons.iter_mut().collect();
    market
        .rollups
        .until("the swap ends", BLOCKS, &mut daemons, async || {
            // L1 moves on under the node: then the next round tells
            let Ok(round) = driver.round().await else { return Ok(false) };
            for progress in &round {
                if let (Next::Act(step), Some(done)) = (&progress.next, progress.done) {
                    let leg = progress.view.number;
                    println!("   {:<44} {:>9} gas", word(*step, leg), grouped(done.gas));
                    steps.push(Fact { leg, step: *step, gas: done.gas });
                }
            }
            Ok(round.iter().all(Progress::is_over))
        })
        .await?;
    for progress in driver.status().await? {
        ensure!(progress.view.leg == LegState::Settled, "a leg was not paid");
    }

    let after = Balances::of(&market)?;
    after.print(&before);
    let facts = Facts {
        outcome: "swapped",
        terms,
        steps,
        before,
        after,
        seconds: begun.elapsed().as_secs_f64(),
    };
    println!("\n{}: {:.1} s", facts.outcome, facts.seconds);
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&facts)?)?;
    }
    check(&facts)
}

/// Proposer and challenger of both rollups, started.
fn daemons(market: &Market, programs: &Path) -> eyre::Result<Vec<Daemon>> {
    let mut daemons = Vec::new();
    for rollup in &market.rollups.rollups {
        daemons.push(rollup.proposer(programs)?);
        daemons.push(rollup.challenger(programs)?);
    }
    daemons.iter_mut().try_for_each(Daemon::start)?;
    Ok(daemons)
}

const fn word(step: Step, leg: LegNumber) -> &'static str {
    match (step, leg) {
        (Step::Tell, LegNumber::One) => "Alice's lock is proven to the arbiter",
        (Step::Tell, LegNumber::Two) => "Bob's lock is proven to the arbiter",
        (Step::Cancel, _) => "the swap is cancelled",
        (Step::Announce, LegNumber::One) => "the outcome is sent to A",
        (Step::Announce, LegNumber::Two) => "the outcome is sent to B",
        (Step::Push, LegNumber::One) => "a batch on A lets it arrive",
        (Step::Push, LegNumber::Two) => "a batch on B lets it arrive",
        (Step::Relay, LegNumber::One) => "A's vault pays Bob",
        (Step::Relay, LegNumber::Two) => "B's vault pays Alice",
    }
}

/// The story's own test of itself.
fn check(facts: &Facts) -> eyre::Result<()> {
    let Facts { before, after, .. } = facts;
    let (given, taken) = (units(ETHER), units(TOKENS));
    ensure!(after.bob_ether_on_a == before.bob_ether_on_a + given, "Bob got something else");
    ensure!(
        after.alice_tokens_on_b == before.alice_tokens_on_b + taken,
        "Alice got something else"
    );
    ensure!(after.bob_tokens_on_b + taken == before.bob_tokens_on_b, "Bob gave something else");
    // besides, she paid for gas
    ensure!(after.alice_ether_on_a + given < before.alice_ether_on_a, "Alice gave something else");
    Ok(())
}
