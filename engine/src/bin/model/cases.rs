//! The configurations with every rule intact, as tables.

use std::fmt::Write;

use eyre::{Result, ensure};
use surety_engine::{
    model::{
        Blocks, Following, Parameters, Scope, Shape, Terms, Worst, budgets, log2_ceil, pairings,
    },
    rules::parameters::Parameters as Deployment,
};

use super::session::{Case, Session};

const SECONDS_OF_A_BLOCK: f64 = 12.0;
const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// Clocks at which nothing but budgets counts: no allowance, and an honest player who answers within the block.
const fn budgets_only(budget: Blocks) -> Parameters {
    Parameters { censorship: 0, response: 0, build: 0, budget, latency: 0, settling: 0 }
}

/// A tournament of N commitments in which every match takes `turns` turns.
pub(super) const fn steps(parameters: Parameters, commitments: u8, turns: u8) -> Case {
    let shape = Shape { rivals: commitments - 1, step_rivals: 0, slot_turns: 0, step_turns: turns };
    Case { scope: Scope::Steps, parameters, shape }
}

/// N commitments at the root, M rivals in each step tournament, and the turns of a match.
pub(super) const fn both(
    parameters: Parameters,
    commitments: u8,
    step_rivals: u8,
    (slot_turns, step_turns): (u8, u8),
) -> Case {
    let shape = Shape { rivals: commitments - 1, step_rivals, slot_turns, step_turns };
    Case { scope: Scope::Both, parameters, shape }
}

/// How often a commitment plays.
pub(super) fn pairing(session: &mut Session) -> Result<String> {
    const MOST: u8 = 13;
    let found = pairings(MOST, session.rules(Parameters::least(1, 2, 1)))?;
    let mut text = format!(
        "{} states.\n\n| N | most matches of a commitment | ceil(log2 N) |\n|---|---|---|\n",
        found.states
    );
    for (commitments, most) in (0..).zip(found.most).skip(1) {
        let bound = log2_ceil(commitments);
        if u32::from(most) > bound {
            session.fail(format!("{most} matches among {commitments} commitments"));
        }
        writeln!(text, "| {commitments} | {most} | {bound} |")?;
    }
    Ok(text)
}

/// One level in the limit in which only budgets count.
pub(super) fn budgets_of_one_level(session: &mut Session) -> Result<String> {
    let mut text =
        "| N | A | longest run | ceil(log2 N) A | states |\n|---|---|---|---|---|\n".to_owned();
    for commitments in 2..=13 {
        let budget = if commitments > 9 { 2 } else { 3 };
        let case = steps(budgets_only(budget), commitments, 1);
        let bound = log2_ceil(commitments.into()) * u32::from(budget);
        let (blocks, finding) = session.bounded(case, bound)?;
        writeln!(text, "| {commitments} | {budget} | {blocks} | {bound} | {} |", finding.states)?;
    }
    Ok(text)
}

/// Both levels in the limit in which only budgets count.
pub(super) fn budgets_of_both_levels(session: &mut Session) -> Result<String> {
    const BUDGET: Blocks = 3;
    let mut text = "| N | M = 1 | M = 2 | M = 3 | M = 4 |\n|---|---|---|---|---|\n".to_owned();
    for commitments in 2..=6 {
        write!(text, "| {commitments} |")?;
        for step_rivals in 1..=4 {
            let case = both(budgets_only(BUDGET), commitments, step_rivals, (1, 1));
            let rounds = budgets(commitments.into(), step_rivals.into());
            let bound = rounds * u32::from(BUDGET);
            let (blocks, _) = session.bounded(case, bound)?;
            write!(text, " {blocks} of {rounds} A = {bound} |")?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// One level with allowances, building and censorship.
pub(super) fn one_level(session: &mut Session) -> Result<String> {
    let small = Parameters::least(1, 2, 1);
    let cases = [
        steps(small, 1, 1),
        steps(small, 2, 1),
        steps(small, 3, 1),
        steps(small, 4, 1),
        steps(small, 5, 1),
        steps(small, 2, 2),
        steps(small, 3, 2),
        steps(small, 4, 2),
        steps(Parameters::least(2, 2, 1), 3, 1),
        steps(small, 2, 6),
    ];
    let mut text =
        "| N | turns | clocks | longest run | bound | states |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for case in cases {
        let commitments = u32::from(case.shape.rivals) + 1;
        let bound = Terms::of(&case.parameters, &case.shape).one_level(commitments);
        let (blocks, finding) = session.bounded(case, bound)?;
        let (turns, clocks) = (case.shape.step_turns, case.parameters);
        writeln!(
            text,
            "| {commitments} | {turns} | {clocks} | {blocks} | {bound} | {} |",
            finding.states + finding.below,
        )?;
    }
    Ok(text)
}

/// Both levels with allowances, building and censorship.
pub(super) fn both_levels(session: &mut Session) -> Result<String> {
    let small = Parameters::least(1, 2, 1);
    let of_11 = |censorship| Parameters { budget: 11, ..Parameters::least(censorship, 2, 1) };
    let cases = [
        both(small, 2, 1, (1, 1)),
        both(small, 2, 2, (1, 1)),
        both(small, 2, 3, (1, 1)),
        both(small, 3, 1, (1, 1)),
        both(small, 3, 2, (1, 1)),
        both(small, 3, 3, (1, 1)),
        both(small, 4, 1, (1, 1)),
        both(small, 4, 2, (1, 1)),
        both(small, 5, 1, (1, 1)),
        both(small, 6, 1, (1, 1)),
        both(small, 2, 1, (5, 6)),
        both(small, 3, 1, (2, 2)),
        both(Parameters::least(2, 2, 1), 3, 1, (1, 1)),
        both(Parameters::least(1, 3, 2), 2, 2, (1, 1)),
        both(of_11(0), 2, 1, (1, 1)),
        both(of_11(1), 2, 1, (1, 1)),
        both(of_11(2), 2, 1, (1, 1)),
        both(of_11(3), 2, 1, (1, 1)),
    ];
    rows(session, &cases)
}

/// Larger ones, for `--deep`.
pub(super) fn deep(session: &mut Session) -> Result<String> {
    let small = Parameters::least(1, 2, 1);
    let cases = [both(small, 4, 3, (1, 1)), both(small, 5, 2, (1, 1)), both(small, 3, 1, (5, 6))];
    rows(session, &cases)
}

fn rows(session: &mut Session, cases: &[Case]) -> Result<String> {
    let mut text = "| N | M | turns | clocks | longest run | bound | budgets in it | states | below |\n|---|---|---|---|---|---|---|---|---|\n".to_owned();
    for &case in cases {
        let Shape { rivals, step_rivals, slot_turns, step_turns } = case.shape;
        let (commitments, step_rivals) = (u32::from(rivals) + 1, u32::from(step_rivals));
        let bound = Terms::of(&case.parameters, &case.shape).both_levels(commitments, step_rivals);
        let (blocks, finding) = session.bounded(case, bound)?;
        writeln!(
            text,
            "| {commitments} | {step_rivals} | {slot_turns} + {step_turns} | {} | {blocks} | {bound} | {} | {} | {} |",
            case.parameters,
            budgets(commitments, step_rivals),
            finding.states,
            finding.below,
        )?;
    }
    Ok(text)
}

/// Sets against single states.
pub(super) fn one_by_one(session: &mut Session) -> Result<String> {
    let small = Parameters::least(1, 2, 1);
    let cases = [
        steps(small, 3, 2),
        both(small, 2, 1, (1, 1)),
        both(small, 3, 1, (1, 1)),
        both(small, 2, 1, (3, 4)),
    ];
    let mut text = "| levels | N | M | turns | longest run | states in sets | one by one |\n|---|---|---|---|---|---|---|\n".to_owned();
    for case in cases {
        let sets = session.explore(case, Following::Sets)?;
        let single = session.explore(case, Following::OneByOne)?;
        if sets.worst != single.worst {
            session.fail(format!("{case:?}: {} in sets, {} one by one", sets.worst, single.worst));
        }
        let Shape { rivals, step_rivals, .. } = case.shape;
        let (levels, turns) = labels(case);
        writeln!(
            text,
            "| {levels} | {} | {step_rivals} | {turns} | {} | {} | {} |",
            rivals + 1,
            sets.worst,
            sets.states,
            single.states,
        )?;
    }
    Ok(text)
}

/// The levels of a case, and the turns of their matches.
fn labels(case: Case) -> (&'static str, String) {
    let Shape { slot_turns, step_turns, .. } = case.shape;
    match case.scope {
        Scope::Both => ("both", format!("{slot_turns} + {step_turns}")),
        Scope::Steps => ("steps", step_turns.to_string()),
    }
}

/// Delay.sol against every state. It supposes that what anybody may do is done in the block in which it falls due.
pub(super) fn delay(session: &mut Session) -> Result<String> {
    let prompt = |parameters| Parameters { settling: 0, ..parameters };
    let small = prompt(Parameters::least(1, 2, 1));
    let cases = [
        steps(small, 3, 6),
        both(small, 2, 1, (1, 1)),
        both(small, 2, 1, (5, 6)),
        both(prompt(Parameters::least(0, 2, 1)), 3, 1, (1, 1)),
    ];
    let mut text = "| levels | N | M | turns | states compared | longest run | bound at the start | least slack |\n|---|---|---|---|---|---|---|---|\n".to_owned();
    for case in cases {
        let mut explorer = session.explorer(case, Following::OneByOne, None);
        let finding = explorer.explore()?;
        let found = explorer.delays()?;
        ensure!(finding.worst < Worst::Lost, "{case:?}");
        session.count(&finding);
        let Shape { rivals, step_rivals, .. } = case.shape;
        let (levels, turns) = labels(case);
        writeln!(
            text,
            "| {levels} | {} | {step_rivals} | {turns} | {} | {} | {} | {} |",
            rivals + 1,
            found.states,
            finding.worst,
            found.first,
            found.slack,
        )?;
    }
    Ok(text)
}

/// The bound with mainnet's parameters.
pub(super) fn mainnet(_: &mut Session) -> Result<String> {
    let deployment = Deployment::mainnet()?;
    let clocks = deployment.clocks();
    let heights = deployment.heights();
    let terms = Terms {
        censorship: clocks.censorship.try_into()?,
        response: clocks.grace.try_into()?,
        build: clocks.build.try_into()?,
        budget: clocks.budget().try_into()?,
        slot_turns: (heights.slots / 4).into(),
        step_turns: (heights.steps / 4).into(),
    };
    let days = |blocks: u32| f64::from(blocks) * SECONDS_OF_A_BLOCK / SECONDS_OF_A_DAY;
    let mut text = "| liars at the root | in each step tournament | budgets | they take | allowances | all, with C of censorship |\n|---|---|---|---|---|---|\n".to_owned();
    for (liars, step_rivals) in [(1, 1), (2, 2), (3, 3), (7, 7), (15, 15), (64, 64)] {
        let rounds = budgets(liars + 1, step_rivals);
        writeln!(
            text,
            "| {liars} | {step_rivals} | {rounds} | {:.1} d | {:.2} d | {:.1} d |",
            days(rounds * terms.budget),
            days(terms.allowances(liars + 1, step_rivals)),
            days(terms.both_levels(liars + 1, step_rivals)),
        )?;
    }
    Ok(text)
}
