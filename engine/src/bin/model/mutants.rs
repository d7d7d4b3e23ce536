//! Rules broken on purpose, one a configuration: the model must notice each.

use std::fmt::Write;

use eyre::Result;
use surety_engine::model::{Following, Mutation, Parameters, Scope, Terms, Worst, log2_ceil};

use super::{
    cases::{both, steps},
    session::{Case, Session},
};

/// What breaking the rule leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consequence {
    /// The honest commitment can be eliminated.
    Loss,
    /// A run is longer than the bound.
    Delay,
}

struct Mutant {
    name: &'static str,
    /// Whether the counterexample is followed down to single turns.
    detailed: bool,
    mutation: Option<Mutation>,
    case: Case,
    consequence: Consequence,
}

fn mutants() -> Vec<Mutant> {
    let small = Parameters::least(1, 2, 1);
    // Nobody answers within the block in which something happens.
    let without_allowance = Parameters { response: 0, latency: 1, settling: 1, ..small };
    let budgets_only =
        Parameters { censorship: 0, response: 0, build: 0, budget: 2, latency: 0, settling: 0 };
    let loss = |name, parameters, (commitments, step_rivals), mutation| Mutant {
        name,
        detailed: commitments < 4,
        mutation,
        case: both(parameters, commitments, step_rivals, (1, 1)),
        consequence: Consequence::Loss,
    };
    let delay = |name, case, mutation| Mutant {
        name,
        detailed: false,
        mutation: Some(mutation),
        case,
        consequence: Consequence::Delay,
    };
    vec![
        loss("G = 0", Parameters { budget: 2, ..without_allowance }, (2, 0), None),
        loss("G = 0, A larger by 4", Parameters { budget: 6, ..without_allowance }, (2, 1), None),
        loss("A one G less", Parameters { budget: small.budget - 2, ..small }, (2, 0), None),
        loss("parents' clocks do not freeze", small, (2, 0), Some(Mutation::NoFreeze)),
        loss("no refill after steps", small, (3, 1), Some(Mutation::NoRefill)),
        loss("refill of T + G - 1", small, (5, 1), Some(Mutation::SmallRefill)),
        delay(
            "leftovers wait for an idle tournament",
            steps(budgets_only, 7, 1),
            Mutation::MergeWhenIdle,
        ),
        delay("lateness is not charged", steps(small, 2, 2), Mutation::FreeLateness),
        delay("allowances are banked", steps(small, 4, 2), Mutation::BankedAllowance),
        delay("equality is in time", steps(budgets_only, 2, 1), Mutation::EqualityInTime),
    ]
}

/// Runs each mutant and its configuration with the rule intact.
pub(super) fn table(session: &mut Session) -> Result<String> {
    let mut text = "| broken | levels | N | M | clocks | found | rule intact |\n|---|---|---|---|---|---|---|\n".to_owned();
    let mut runs = String::new();
    for mutant in mutants() {
        let Case { scope, parameters, shape } = mutant.case;
        let commitments = u32::from(shape.rivals) + 1;
        let following = if mutant.detailed { Following::OneByOne } else { Following::Sets };
        let mut explorer = session.explorer(mutant.case, following, mutant.mutation);
        let finding = explorer.explore()?;
        let run = explorer.run()?;
        session.count(&finding);
        let bound = if parameters.response == 0 {
            log2_ceil(commitments) * u32::from(parameters.budget)
        } else {
            Terms::of(&parameters, &shape).one_level(commitments)
        };
        let found = match mutant.consequence {
            Consequence::Loss => finding.worst == Worst::Lost,
            Consequence::Delay => finding.worst > Worst::Won(bound),
        };
        if !found {
            session.fail(format!("{}: not noticed, {}", mutant.name, finding.worst));
        }
        let what = match mutant.consequence {
            Consequence::Loss => "the honest commitment is lost".to_owned(),
            Consequence::Delay => format!("{} blocks, the bound is {bound}", finding.worst),
        };
        // What the constructor refuses has no intact twin but the smallest parameters that it accepts.
        let intact = match mutant.mutation {
            Some(_) => mutant.case,
            None => Case { parameters: Parameters::least(1, 2, 1), ..mutant.case },
        };
        let intact = session.explore(intact, Following::Sets)?.worst;
        if intact >= Worst::Lost {
            session.fail(format!("{}: lost with the rule intact", mutant.name));
        }
        let levels = match scope {
            Scope::Both => "both",
            Scope::Steps => "steps",
        };
        writeln!(
            text,
            "| {} | {levels} | {commitments} | {} | {parameters} | {what} | {intact} blocks |",
            mutant.name, shape.step_rivals,
        )?;
        writeln!(runs, "\n{}:\n\n```", mutant.name)?;
        for block in run.iter().filter(|block| block.censored || !block.events.is_empty()) {
            writeln!(runs, "{block}")?;
        }
        writeln!(runs, "```")?;
    }
    Ok(text + &runs)
}
