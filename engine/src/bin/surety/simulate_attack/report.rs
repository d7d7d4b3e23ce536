//! The end of the attack: what it cost, for people, and whether it ended as it must.

use alloy::primitives::U256;
use eyre::ensure;
use surety_engine::dispute::domain::{BondStatus, ClaimStatus, Snapshot};

use super::{AttackLevel, measure::Row};
use crate::stage::amounts::{ether, grouped};

/// What the honest side may spend at most, against up to 64 rivals.
const GAS_AIM: u64 = 40_000_000;
const RIVALS_OF_AIM: u32 = 64;

/// Prints what was measured.
pub(super) fn print(row: &Row) {
    let level = match row.level {
        AttackLevel::Root => "claims",
        AttackLevel::Steps => "step commitments",
    };
    let (gas, matches) = (&row.honest.gas, &row.matches);
    println!("\n{} lying {level} against one honest claim, which is confirmed", row.sybils);
    println!(
        "   honest side   {:>14} gas in {} transactions",
        grouped(gas.total),
        row.honest.transactions
    );
    for (part, gas) in [
        ("joining", gas.joining),
        ("turns", gas.turns),
        ("step proofs", gas.proofs),
        ("ends of its matches", gas.settling),
        ("others' matches", gas.others),
        ("bonds and money", gas.money),
    ] {
        println!("      {part:<24} {:>10}", grouped(gas));
    }
    println!("   locked        {} at most", ether(row.honest.peak_locked));
    println!(
        "   gas cost it   {}; refunds and bounties brought {}",
        ether(row.honest.paid),
        ether(row.honest.credited)
    );
    println!(
        "   matches       {}; the honest claim played {}, its step commitments {}, all {} of these decided by a proof",
        matches.all, matches.honest_claim, matches.honest_steps, matches.proven
    );
    println!("   L1 blocks     {} from the first claim to confirmation", grouped(row.blocks));
    println!(
        "   daemon        {:.1} s of processor time in {:.0} s",
        row.processor_seconds, row.seconds
    );
    println!(
        "   attacker      lost {} bonds, {}, of which {} burned; and {} gas",
        row.attacker.bonds,
        ether(row.attacker.lost),
        ether(row.attacker.burned),
        grouped(row.attacker.gas)
    );
}

/// Whether the attack ended as every attack must: everything the sybils put up is gone, nothing of the honest side is.
pub(super) fn check(row: &Row, end: &Snapshot) -> eyre::Result<()> {
    let claims = |status| end.claims.values().filter(|claim| claim.status == status).count();
    let bonds = |status| end.bonds.values().filter(|bond| bond.status == status).count();
    let sybils = usize::try_from(row.sybils)?;
    let rounds = usize::try_from(u32::BITS - row.sybils.leading_zeros())?;
    let (liars, claim_matches, step_matches) = match row.level {
        AttackLevel::Root => (sybils, rounds, rounds),
        AttackLevel::Steps => (1, 1, rounds),
    };
    // the genesis claim is confirmed, too
    ensure!(claims(ClaimStatus::Confirmed) == 2, "the honest claim is not confirmed");
    ensure!(claims(ClaimStatus::Lost) == liars, "not every lying claim is lost");
    ensure!(bonds(BondStatus::Forfeited) == liars, "not every liar's root bond is forfeited");
    ensure!(bonds(BondStatus::Released) == 1, "the honest root bond is not released");
    let step_bonds = match row.level {
        AttackLevel::Root => step_matches,
        AttackLevel::Steps => sybils,
    };
    let attacker = &row.attacker;
    ensure!(attacker.bonds == liars + step_bonds, "not every bond of the sybils is forfeited");
    ensure!(attacker.still_locked.is_zero(), "a sybil's bond is neither forfeited nor free");
    ensure!(attacker.burned * U256::from(2) >= attacker.lost, "less than half was burned");
    ensure!(attacker.reverted == 0, "the attack was not carried out as planned");

    let matches = &row.matches;
    ensure!(matches.honest_claim == claim_matches, "the honest claim played other matches");
    ensure!(matches.honest_steps == step_matches, "the honest steps played other matches");
    ensure!(matches.proven == step_matches, "a step match was not decided by a proof");

    let honest = &row.honest;
    ensure!(honest.still_locked.is_zero(), "a bond of the honest side is still locked");
    ensure!(honest.reverted == 0, "the daemon wasted gas on what reverts");
    let (root, step) = (end.parameters.root_bond, end.parameters.step_bond);
    ensure!(honest.peak_locked == root + step, "more than a root and a step bond was locked");
    if row.sybils <= RIVALS_OF_AIM {
        ensure!(honest.gas.total < GAS_AIM, "the honest side spent {} gas", honest.gas.total);
    }
    Ok(())
}
