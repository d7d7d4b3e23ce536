//! `surety matches`.

use std::fmt;

use serde::Serialize;
use surety_engine::status::{
    contests::{SideView, TournamentView},
    decided::DecidedView,
};

use super::{
    look::Look,
    words::{due, level, mover, short, short_address, until},
};
use crate::terminal::{table::Table, units::span};

/// Each running tournament with its matches, and those that are over.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Matches {
    pub(super) l1_block: u64,
    pub(super) verified: bool,
    pub(super) tournaments: Vec<TournamentView>,
    pub(super) decided: Vec<DecidedView>,
}

impl From<Look> for Matches {
    fn from(Look { status, verified, .. }: Look) -> Self {
        Self {
            l1_block: status.l1_block,
            verified,
            tournaments: status.tournaments,
            decided: status.decided,
        }
    }
}

impl fmt::Display for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running = self.tournaments.iter().flat_map(|tournament| &tournament.matches);
        let mut any = false;
        for found in running {
            any = true;
            writeln!(
                f,
                "match {} at {}: {}\n  {}",
                short(found.id),
                level(found.level),
                found.descent.place.text,
                found.text
            )?;
            let mut table = Table::new(&[]);
            let deadline = until(found.until);
            table.row(["  due", &format!("{} from {}", due(found.due), mover(found)), &deadline]);
            table.row(side("  one", &found.one));
            table.row(side("  two", &found.two));
            let (turns, all) = (found.descent.turns, found.descent.turns_in_all);
            table.row(["  turns", &format!("{turns} of {all}"), ""]);
            writeln!(f, "{table}")?;
        }
        if !any {
            writeln!(f, "no match runs at L1 block {}", self.l1_block)?;
        }
        for over in &self.decided {
            writeln!(f, "over: match {} at {}: {}", short(over.id), level(over.level), over.text)?;
        }
        Ok(())
    }
}

fn side(name: &str, side: &SideView) -> [String; 3] {
    let right = match side.right {
        Some(true) => ", right",
        Some(false) => ", WRONG",
        None => "",
    };
    let who = side.owner.map(short_address).unwrap_or_default();
    let running = if side.clock.running { ", running" } else { "" };
    let clock = format!("{} left{running}", span(side.clock.left_blocks));
    [name.to_owned(), format!("{} by {who}{right}", short(side.commitment)), clock]
}
