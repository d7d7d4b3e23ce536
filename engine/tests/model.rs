//! The model of pairing and clocks, in its smallest configurations. Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::Path;

use surety_engine::model::{
    Contract, Explorer, Following, Mutation, Parameters, Rules, Scope, Shape, Terms, Worst,
    log2_ceil, pairings,
};

const SMALL: Parameters = Parameters::least(1, 2, 1);

fn rules(parameters: Parameters, mutation: Option<Mutation>) -> Rules {
    let out = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../out"));
    let mut rules = Rules::new(Contract::deploy(out).unwrap(), parameters);
    rules.configure(parameters, mutation);
    rules
}

const fn shape(commitments: u8, step_rivals: u8, turns: u8) -> Shape {
    Shape { rivals: commitments - 1, step_rivals, slot_turns: turns, step_turns: turns }
}

fn worst(
    scope: Scope,
    shape: Shape,
    following: Following,
    (parameters, mutation): (Parameters, Option<Mutation>),
) -> Worst {
    let mut rules = rules(parameters, mutation);
    Explorer::new(scope, shape, following, &mut rules).explore().unwrap().worst
}

#[test]
fn t78_the_constructor_demands_what_the_model_needs() {
    assert_eq!(rules(SMALL, None).least().unwrap(), SMALL.budget);
}

#[test]
fn t11_t78_the_honest_commitment_wins_within_the_bound() {
    for (commitments, step_rivals) in [(1, 0), (2, 0), (2, 1), (2, 2), (3, 1)] {
        let shape = shape(commitments, step_rivals, 1);
        let bound = Terms::of(&SMALL, &shape).both_levels(commitments.into(), step_rivals.into());
        let found = worst(Scope::Both, shape, Following::Sets, (SMALL, None));
        assert!(found <= Worst::Won(bound), "{commitments}, {step_rivals}: {found}, not {bound}");
        assert!(found >= Worst::Won(SMALL.budget.into()), "joining alone takes a budget");
    }
}

#[test]
fn sets_lose_no_run() {
    for (scope, shape) in [
        (Scope::Steps, shape(2, 0, 2)),
        (Scope::Steps, shape(3, 0, 1)),
        (Scope::Both, shape(2, 1, 1)),
        (Scope::Both, shape(2, 1, 2)),
    ] {
        let sets = worst(scope, shape, Following::Sets, (SMALL, None));
        assert_eq!(sets, worst(scope, shape, Following::OneByOne, (SMALL, None)), "{shape:?}");
    }
}

#[test]
fn t78_without_allowance_or_with_one_less_in_the_budget_the_honest_side_loses() {
    let none = Parameters { response: 0, latency: 1, settling: 1, budget: 6, ..SMALL };
    assert_eq!(worst(Scope::Both, shape(2, 1, 1), Following::Sets, (none, None)), Worst::Lost);
    let less = Parameters { budget: SMALL.budget - SMALL.response, ..SMALL };
    assert_eq!(worst(Scope::Both, shape(2, 0, 1), Following::Sets, (less, None)), Worst::Lost);
}

#[test]
fn t11_without_freeze_or_refill_the_honest_side_loses() {
    for (mutation, shape) in [
        (Mutation::NoFreeze, shape(2, 0, 1)),
        (Mutation::NoRefill, shape(3, 1, 1)),
        (Mutation::SmallRefill, shape(5, 1, 1)),
    ] {
        let broken = worst(Scope::Both, shape, Following::Sets, (SMALL, Some(mutation)));
        assert_eq!(broken, Worst::Lost, "{mutation:?}");
    }
}

#[test]
fn t79_broken_pairing_or_clocks_take_longer_than_the_bound() {
    let budgets =
        Parameters { censorship: 0, response: 0, build: 0, budget: 2, latency: 0, settling: 0 };
    for (mutation, parameters, shape, bound) in [
        (Mutation::MergeWhenIdle, budgets, shape(7, 0, 1), 3 * 2),
        (Mutation::EqualityInTime, budgets, shape(2, 0, 1), 2),
        (
            Mutation::FreeLateness,
            SMALL,
            shape(2, 0, 2),
            Terms::of(&SMALL, &shape(2, 0, 2)).one_level(2),
        ),
        (
            Mutation::BankedAllowance,
            SMALL,
            shape(4, 0, 2),
            Terms::of(&SMALL, &shape(4, 0, 2)).one_level(4),
        ),
    ] {
        let intact = worst(Scope::Steps, shape, Following::Sets, (parameters, None));
        assert!(intact <= Worst::Won(bound), "{intact}, not {bound}");
        let broken = worst(Scope::Steps, shape, Following::Sets, (parameters, Some(mutation)));
        assert!(broken > Worst::Won(bound), "{mutation:?}: {broken}, not {bound}");
        assert_ne!(broken, Worst::Lost, "{mutation:?}");
    }
}

#[test]
fn a_counterexample_is_told_to_its_end() {
    let mut rules = rules(SMALL, Some(Mutation::NoFreeze));
    let mut explorer = Explorer::new(Scope::Both, shape(2, 0, 1), Following::OneByOne, &mut rules);
    assert_eq!(explorer.explore().unwrap().worst, Worst::Lost);
    let run = explorer.run().unwrap();
    let last = run.last().unwrap();
    assert!(last.to_string().ends_with("timeout: One wins"), "{last}");
    assert_eq!(run.iter().map(|block| block.number).max(), Some(last.number));
}

#[test]
fn everybody_plays_log_n_matches_at_most() {
    let found = pairings(13, &mut rules(SMALL, None)).unwrap();
    for (commitments, most) in (0..).zip(found.most).skip(1) {
        assert_eq!(u32::from(most), log2_ceil(commitments), "{commitments}");
    }
}

#[test]
fn the_contracts_delay_is_never_too_short_and_never_grows() {
    let mut rules = rules(Parameters { settling: 0, ..SMALL }, None);
    for (scope, shape) in [(Scope::Steps, shape(2, 0, 6)), (Scope::Both, shape(2, 1, 1))] {
        let mut explorer = Explorer::new(scope, shape, Following::OneByOne, &mut rules);
        explorer.explore().unwrap();
        let found = explorer.delays().unwrap();
        assert!(found.states > 100, "{found:?}");
    }
}
