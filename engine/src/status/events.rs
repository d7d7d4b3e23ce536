//! What happened on L1, in words.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::units::{ether, l2_blocks};
use crate::dispute::domain::{Ground, Happening, Outcome, Side, Snapshot, What};

/// How an event is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    /// The usual.
    Info,
    /// Something came to a good end.
    Good,
    /// Somebody lost something, or may.
    Warning,
    /// An operator must act.
    Alarm,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// In which L1 block.
    pub l1_block: u64,
    /// What kind: the contract's event, or `verdict` and `alarm` of our own.
    pub kind: String,
    /// How it is to be taken.
    pub tone: Tone,
    /// In words.
    pub text: String,
    /// The claim, commitment, match or tournament that it is about.
    pub id: Option<B256>,
    /// The account that it is about.
    pub account: Option<Address>,
}

/// The latest events of the chain, oldest first.
pub(super) fn events(snapshot: &Snapshot) -> Vec<EventView> {
    snapshot.chronicle.happenings.iter().map(event).collect()
}

fn event(happening: &Happening) -> EventView {
    let Words { kind, tone, text, id, account } = words(&happening.what);
    EventView { l1_block: happening.at.0, kind: kind.to_owned(), tone, text, id, account }
}

struct Words {
    kind: &'static str,
    tone: Tone,
    text: String,
    id: Option<B256>,
    account: Option<Address>,
}

impl Words {
    fn new(kind: &'static str, tone: Tone, text: impl Into<String>) -> Self {
        Self { kind, tone, text: text.into(), id: None, account: None }
    }

    fn about(self, id: B256) -> Self {
        Self { id: Some(id), ..self }
    }

    fn of(self, account: Address) -> Self {
        Self { account: Some(account), ..self }
    }
}

fn words(what: &What) -> Words {
    use Tone::{Good, Info, Warning};
    match *what {
        What::Proposed { claim, domain, bond } => {
            let blocks = l2_blocks(domain.first, domain.last());
            let text = format!("A claim over {blocks}, behind bond {}.", bond.0);
            Words::new("claimProposed", Info, text).about(claim.0)
        }
        What::Confirmed(claim) => {
            Words::new("claimConfirmed", Good, "A claim is final.").about(claim.0)
        }
        What::Settled(claim) => {
            let text = "A proof has settled a contest for this claim.";
            Words::new("claimSettled", Good, text).about(claim.0)
        }
        What::Voided(claim) => {
            Words::new("claimVoided", Warning, "A claim is void.").about(claim.0)
        }
        What::Eliminated(commitment, _) => {
            Words::new("eliminated", Warning, "A commitment is eliminated.").about(commitment.0)
        }
        What::BondLocked(bond, owner) => {
            Words::new("bondLocked", Info, format!("Root bond {} is locked.", bond.0)).of(owner)
        }
        What::BondFrozen(bond, owner) => {
            let text = format!("Root bond {} stands behind a lost claim: frozen.", bond.0);
            Words::new("bondFrozen", Warning, text).of(owner)
        }
        What::BondFreed(bond, owner) => {
            Words::new("bondFreed", Good, format!("Root bond {} is free again.", bond.0)).of(owner)
        }
        What::BondReleased(bond, owner, amount) => {
            let text = format!("Root bond {} went back: {}.", bond.0, ether(amount));
            Words::new("bondReleased", Good, text).of(owner)
        }
        What::BondForfeited { bond, owner, amount, burned } => {
            let (lost, burned) = (ether(amount), ether(burned));
            let text = format!("Root bond {} is slashed: {lost} lost, {burned} burned.", bond.0);
            Words::new("bondForfeited", Warning, text).of(owner)
        }
        What::StepsStarted(tournament) => {
            let text = "Down to one slot: its step tournament is open.";
            Words::new("stepsStarted", Info, text).about(tournament.0)
        }
        What::Joined(_, commitment, owner) => {
            let text = "A commitment joined a tournament.";
            Words::new("joined", Info, text).about(commitment.0).of(owner)
        }
        What::RootOpened(commitment) => {
            let text = "A first claim gave the opening that it owed.";
            Words::new("rootOpened", Info, text).about(commitment.0)
        }
        What::MatchStarted(id, _) => {
            Words::new("matchStarted", Warning, "Two commitments meet in a match.").about(id.0)
        }
        What::Turned { id, side, height, .. } => {
            let text = format!("{} opened four levels: {height} are left.", name(side));
            Words::new("turned", Info, text).about(id.0)
        }
        What::Narrowed { id, side, position } => {
            let text = format!("{} came down to leaf {position}.", name(side));
            Words::new("narrowed", Info, text).about(id.0)
        }
        What::MatchSettled(id, outcome, ground) => {
            let who = match outcome {
                Outcome::One => "Side one won",
                Outcome::Two => "Side two won",
                Outcome::Neither => "Both sides lost",
            };
            let how = match ground {
                Ground::Timeout => "a match by time",
                Ground::Proof => "a match by the proof of one step",
                Ground::StepTournament => "a match by its step tournament",
            };
            Words::new("matchSettled", Good, format!("{who} {how}.")).about(id.0)
        }
        What::StepBondSplit { owner, burned } => {
            let text = format!("A step bond is slashed: {} burned.", ether(burned));
            Words::new("stepBondSplit", Warning, text).of(owner)
        }
        What::StepBondReleased(owner) => {
            Words::new("stepBondReleased", Good, "A step bond went back.").of(owner)
        }
        What::Deposited(account, wei) => {
            Words::new("deposited", Info, format!("{} went into Bonds.", ether(wei))).of(account)
        }
        What::Withdrawn(account, wei) => {
            Words::new("withdrawn", Info, format!("{} went out of Bonds.", ether(wei))).of(account)
        }
    }
}

const fn name(side: Side) -> &'static str {
    match side {
        Side::One => "Side one",
        Side::Two => "Side two",
    }
}
