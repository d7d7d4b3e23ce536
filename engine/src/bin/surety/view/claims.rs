//! `surety claims`.

use std::fmt;

use alloy::primitives::B256;
use serde::Serialize;
use surety_engine::status::claims::{ClaimCounts, ClaimView};

use super::{
    look::Look,
    words::{blocks, short, short_address, standing, until, verdict},
};
use crate::terminal::table::Table;

/// The latest confirmed claims and all that are undecided.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Claims {
    pub(super) l1_block: u64,
    pub(super) verified: bool,
    pub(super) latest_confirmed: B256,
    pub(super) counts: ClaimCounts,
    pub(super) claims: Vec<ClaimView>,
}

impl From<Look> for Claims {
    fn from(Look { status, verified, .. }: Look) -> Self {
        Self {
            l1_block: status.l1_block,
            verified,
            latest_confirmed: status.latest_confirmed,
            counts: status.claim_counts,
            claims: status.claims,
        }
    }
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headings = ["claim", "parent", "L2 blocks", "standing", "until", "proposer", "verdict"];
        let mut table = Table::new(&headings);
        for claim in &self.claims {
            table.row([
                short(claim.id),
                claim.parent.map(short).unwrap_or_default(),
                blocks(claim.first_block, claim.last_block),
                standing(claim.standing).to_owned(),
                until(claim.until),
                claim.proposer.map(short_address).unwrap_or_default(),
                verdict(claim, self.verified).to_owned(),
            ]);
        }
        write!(f, "{table}")?;
        writeln!(
            f,
            "\n{} claims, {} undecided, at L1 block {}",
            self.counts.all, self.counts.open, self.l1_block
        )
    }
}
