//! What this program found out itself, beside what the chain says: verdicts and alarms, each noted once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use alloy_primitives::B256;

use super::{
    Status,
    actions::{AlarmCode, SubjectView},
    claims::{ClaimStanding, VerdictKind},
    events::{EventView, Tone},
    units::l2_blocks,
};

/// Notes kept, the latest.
const KEPT: usize = 256;

/// The notes of one run. What is lost with it is found out again.
#[derive(Debug, Default)]
pub struct Journal {
    notes: VecDeque<EventView>,
    verdicts: BTreeMap<B256, VerdictKind>,
    alarms: BTreeSet<(AlarmCode, String)>,
}

impl Journal {
    /// Notes what is new in `status`, and gives it the notes among its events.
    pub fn write(&mut self, status: &mut Status) {
        self.verdicts.retain(|id, _| status.claims.iter().any(|claim| claim.id == *id));
        for claim in &status.claims {
            let Some(verdict) = &claim.verdict else { continue };
            let open = !matches!(
                claim.standing,
                ClaimStanding::Confirmed
                    | ClaimStanding::Lost
                    | ClaimStanding::Void
                    | ClaimStanding::Superseded
            );
            if !open || self.verdicts.insert(claim.id, verdict.kind) == Some(verdict.kind) {
                continue;
            }
            let (tone, text) = match verdict.kind {
                VerdictKind::Right => (Tone::Good, "Right by our own execution"),
                VerdictKind::Wrong => (Tone::Warning, "Wrong by our own execution"),
                VerdictKind::OnWrong => (Tone::Warning, "Built on a wrong one"),
                VerdictKind::Unknown => (Tone::Warning, "Not known yet"),
            };
            let blocks = l2_blocks(claim.first_block, claim.last_block);
            let text = format!("{text}: the claim over {blocks}.");
            note(&mut self.notes, status.l1_block, "verdict", tone, text, Some(claim.id));
        }
        for alarm in &status.alarms {
            let (id, subject) = match alarm.subject {
                SubjectView::Children(id)
                | SubjectView::Claim(id)
                | SubjectView::Tournament(id)
                | SubjectView::Match(id) => (Some(id), id.to_string()),
                SubjectView::Bond(id) => (None, id.to_string()),
                SubjectView::Account => (None, String::new()),
            };
            if self.alarms.insert((alarm.code, subject)) {
                let text = alarm.text.clone();
                note(&mut self.notes, status.l1_block, "alarm", Tone::Alarm, text, id);
            }
        }
        // a stable sort: what the chain did in a block comes before what was found out about it
        status.events.extend(self.notes.iter().cloned());
        status.events.sort_by_key(|event| event.l1_block);
        let surplus = status.events.len().saturating_sub(KEPT);
        status.events.drain(..surplus);
    }
}

fn note(
    notes: &mut VecDeque<EventView>,
    l1_block: u64,
    kind: &str,
    tone: Tone,
    text: String,
    id: Option<B256>,
) {
    if notes.len() == KEPT {
        notes.pop_front();
    }
    notes.push_back(EventView { l1_block, kind: kind.to_owned(), tone, text, id, account: None });
}
