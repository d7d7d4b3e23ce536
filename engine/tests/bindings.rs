//! The engine's bindings against the compiled interfaces: every selector, topic and shape is the contracts' own.
//!
//! Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[allow(dead_code, unreachable_pub)]
mod devnet;

use alloy::json_abi::{InternalType, JsonAbi, Param};
use alloy_sol_types::{
    SolCall, SolEvent, SolEventInterface, SolInterface, SolStruct, SolType, TopicList,
};
use surety_engine::l1::bindings::{
    Bond, Claim, ClaimKey, ClaimReport, Clocks, CommitmentState, IBonds, IBridge, ICaller, IInbox,
    IL1Messenger, ILens, IOutbox, IPassage, IRollup, ISettlement, IStepVerifier, ITokenBridge,
    ITokenEscrow, ITournament, MatchKey, MatchReport, MatchState, Message, StepContext,
    TournamentState, WithdrawalProof,
};

fn abi(name: &str) -> JsonAbi {
    serde_json::from_value(devnet::artifact(name, name)["abi"].clone()).unwrap()
}

/// A parameter's type, with the name of its struct if it is one.
fn kind(param: &Param) -> String {
    match param.internal_type() {
        Some(InternalType::Struct { ty, .. }) => ty.clone(),
        _ => param.selector_type().into_owned(),
    }
}

/// The type of a list of parameters.
fn tuple<'a>(params: impl Iterator<Item = &'a Param>) -> String {
    format!("({})", params.map(kind).collect::<Vec<_>>().join(","))
}

/// The fields of a struct, by name and type, wherever the contracts use it.
fn fields<S: SolStruct>(abi: &JsonAbi) {
    fn find<'a>(params: &'a [Param], name: &str) -> Option<&'a Param> {
        params
            .iter()
            .find_map(|it| if kind(it) == name { Some(it) } else { find(&it.components, name) })
    }
    let functions = abi.functions().flat_map(|it| [&it.inputs, &it.outputs]);
    let found = functions.into_iter().find_map(|params| find(params, S::NAME)).unwrap();
    let fields: Vec<_> =
        found.components.iter().map(|it| format!("{} {}", kind(it), it.name)).collect();
    assert_eq!(S::eip712_root_type(), format!("{}({})", S::NAME, fields.join(",")));
}

fn calls<I: SolInterface>(abi: &JsonAbi) {
    for selector in I::selectors() {
        assert!(
            abi.functions().any(|it| it.selector() == selector),
            "{}: {selector:02x?}",
            I::NAME
        );
    }
}

fn errors<I: SolInterface>(abi: &JsonAbi) {
    for selector in I::selectors() {
        assert!(abi.errors().any(|it| it.selector() == selector), "{}: {selector:02x?}", I::NAME);
    }
}

fn events<I: SolEventInterface>(abi: &JsonAbi, selectors: &[[u8; 32]]) {
    for selector in selectors {
        assert!(abi.events().any(|it| it.selector() == *selector), "{}: {selector:02x?}", I::NAME);
    }
}

/// What the view returns, which its selector does not say.
fn returns<C: SolCall>(abi: &JsonAbi) {
    let view = abi.functions().find(|it| it.selector() == C::SELECTOR).unwrap();
    assert_eq!(tuple(view.outputs.iter()), C::ReturnTuple::<'_>::SOL_NAME, "{}", C::SIGNATURE);
}

/// Which parameters are topics, which its topic does not say.
fn topics<E: SolEvent>(abi: &JsonAbi) {
    let event = abi.events().find(|it| it.selector() == E::SIGNATURE_HASH).unwrap();
    let indexed = event.inputs.iter().filter(|it| it.indexed).count();
    assert_eq!(indexed + 1, <E::TopicList as TopicList>::COUNT, "{}", E::SIGNATURE);
}

macro_rules! all {
    ($check:ident, $abi:expr, $($item:ty),+ $(,)?) => { $($check::<$item>($abi);)+ };
}

#[test]
fn the_rollup_is_called_as_it_is() {
    let abi = &abi("IRollup");
    calls::<IRollup::IRollupCalls>(abi);
    errors::<IRollup::IRollupErrors>(abi);
    events::<IRollup::IRollupEvents>(abi, IRollup::IRollupEvents::SELECTORS);
    all!(
        returns,
        abi,
        IRollup::claimsCall,
        IRollup::rootBondsCall,
        IRollup::domainEndCall,
        IRollup::latestConfirmedCall
    );
    all!(
        returns,
        abi,
        IRollup::genesisCall,
        IRollup::rootBondCall,
        IRollup::inboxCall,
        IRollup::bondsCall
    );
    all!(returns, abi, IRollup::tournamentCall, IRollup::lockBondCall, IRollup::proposeCall);
    all!(
        returns,
        abi,
        IRollup::settleCall,
        IRollup::isLostCall,
        IRollup::isVoidCall,
        IRollup::settledByCall,
        IRollup::settlementCall
    );
    all!(topics, abi, IRollup::ClaimSettled, IRollup::BondFreed);
    all!(
        topics,
        abi,
        IRollup::ClaimProposed,
        IRollup::ClaimConfirmed,
        IRollup::ClaimVoided,
        IRollup::BondLocked
    );
    all!(
        topics,
        abi,
        IRollup::BondMoved,
        IRollup::BondFrozen,
        IRollup::BondReleased,
        IRollup::BondForfeited
    );
    all!(fields, abi, Claim, Bond, ClaimKey, MatchKey);
    assert_eq!(
        IRollup::IRollupEvents::SELECTORS.len(),
        abi.events().count(),
        "no event is unknown"
    );
}

#[test]
fn the_settlement_is_called_as_it_is() {
    let abi = &abi("ISettlement");
    calls::<ISettlement::ISettlementCalls>(abi);
    errors::<ISettlement::ISettlementErrors>(abi);
    events::<ISettlement::ISettlementEvents>(abi, ISettlement::ISettlementEvents::SELECTORS);
    all!(returns, abi, ISettlement::settleCall, ISettlement::progressCall);
    all!(returns, abi, ISettlement::proversCall);
    all!(topics, abi, ISettlement::BoundaryProven);
    all!(fields, abi, ClaimKey);
}

#[test]
fn the_tournament_is_called_as_it_is() {
    let abi = &abi("ITournament");
    calls::<ITournament::ITournamentCalls>(abi);
    errors::<ITournament::ITournamentErrors>(abi);
    events::<ITournament::ITournamentEvents>(abi, ITournament::ITournamentEvents::SELECTORS);
    all!(
        returns,
        abi,
        ITournament::tournamentsCall,
        ITournament::commitmentsCall,
        ITournament::matchesCall
    );
    all!(
        returns,
        abi,
        ITournament::resultCall,
        ITournament::deadlineCall,
        ITournament::closingCall
    );
    all!(
        returns,
        abi,
        ITournament::stepBondCall,
        ITournament::timingCall,
        ITournament::verifierCall
    );
    all!(
        returns,
        abi,
        ITournament::askerCall,
        ITournament::bondsCall,
        ITournament::gasPriceCapCall
    );
    all!(topics, abi, ITournament::StepsStarted, ITournament::Joined, ITournament::RootOpened);
    all!(
        topics,
        abi,
        ITournament::MatchStarted,
        ITournament::Turned,
        ITournament::Narrowed,
        ITournament::Moved
    );
    all!(
        topics,
        abi,
        ITournament::MatchSettled,
        ITournament::Eliminated,
        ITournament::StepBondReleased
    );
    all!(topics, abi, ITournament::StepBondSplit);
    all!(fields, abi, TournamentState, CommitmentState, MatchState, Clocks, MatchKey);
    assert_eq!(
        ITournament::ITournamentEvents::SELECTORS.len(),
        abi.events().count(),
        "no event is unknown"
    );
}

#[test]
fn the_accounts_and_the_inbox_are_called_as_they_are() {
    let bonds = &abi("IBonds");
    calls::<IBonds::IBondsCalls>(bonds);
    errors::<IBonds::IBondsErrors>(bonds);
    events::<IBonds::IBondsEvents>(bonds, IBonds::IBondsEvents::SELECTORS);
    all!(returns, bonds, IBonds::accountsCall, IBonds::burnedCall);
    all!(returns, bonds, IBonds::rollupCall, IBonds::tournamentCall);
    all!(topics, bonds, IBonds::Deposited, IBonds::Withdrawn, IBonds::Forfeited, IBonds::Credited);

    let inbox = &abi("IInbox");
    calls::<IInbox::IInboxCalls>(inbox);
    errors::<IInbox::IInboxErrors>(inbox);
    events::<IInbox::IInboxEvents>(inbox, IInbox::IInboxEvents::SELECTORS);
    all!(returns, inbox, IInbox::appendCall, IInbox::latestBlockCall, IInbox::genesisNumberCall);
    all!(
        returns,
        inbox,
        IInbox::genesisTimestampCall,
        IInbox::latestTimestampCall,
        IInbox::appendFeeCall
    );
    all!(returns, inbox, IInbox::recordHashCall, IInbox::bridgeCall, IInbox::messageRootCall);
    all!(
        returns,
        inbox,
        IInbox::messageCountCall,
        IInbox::depositsQueuedCall,
        IInbox::depositsTakenCall
    );
    all!(topics, inbox, IInbox::BatchAppended);
}

#[test]
fn the_bridge_is_called_as_it_is() {
    let bridge = &abi("IBridge");
    calls::<IBridge::IBridgeCalls>(bridge);
    errors::<IBridge::IBridgeErrors>(bridge);
    events::<IBridge::IBridgeEvents>(bridge, IBridge::IBridgeEvents::SELECTORS);
    all!(returns, bridge, IBridge::depositCall, IBridge::sendMessageCall, IBridge::withdrawnCall);
    all!(returns, bridge, IBridge::inboxCall, IBridge::rollupCall, IBridge::callerCall);
    all!(returns, bridge, IBridge::outboxRootCall);
    all!(topics, bridge, IBridge::OutboxProven);
    all!(topics, bridge, IBridge::MessageSent, IBridge::Withdrawn, IBridge::Deposited);
    all!(fields, bridge, Message, WithdrawalProof, ClaimKey);

    let caller = &abi("ICaller");
    calls::<ICaller::ICallerCalls>(caller);
    all!(returns, caller, ICaller::bridgeCall);
    let escrow = &abi("ITokenEscrow");
    calls::<ITokenEscrow::ITokenEscrowCalls>(escrow);
    all!(returns, escrow, ITokenEscrow::depositCall, ITokenEscrow::bridgeCall);
    let passage = &abi("IPassage");
    calls::<IPassage::IPassageCalls>(passage);
    events::<IPassage::IPassageEvents>(passage, IPassage::IPassageEvents::SELECTORS);
    all!(topics, passage, IPassage::Forwarded);
}

#[test]
fn the_predeploys_are_called_as_they_are() {
    let messenger = &abi("IL1Messenger");
    calls::<IL1Messenger::IL1MessengerCalls>(messenger);
    errors::<IL1Messenger::IL1MessengerErrors>(messenger);
    events::<IL1Messenger::IL1MessengerEvents>(
        messenger,
        IL1Messenger::IL1MessengerEvents::SELECTORS,
    );
    all!(returns, messenger, IL1Messenger::relayCall, IL1Messenger::isRelayedCall);
    all!(topics, messenger, IL1Messenger::Relayed);
    all!(fields, messenger, Message);

    let outbox = &abi("IOutbox");
    calls::<IOutbox::IOutboxCalls>(outbox);
    events::<IOutbox::IOutboxEvents>(outbox, IOutbox::IOutboxEvents::SELECTORS);
    all!(returns, outbox, IOutbox::sendCall);
    all!(topics, outbox, IOutbox::MessageSent);
    let tokens = &abi("ITokenBridge");
    calls::<ITokenBridge::ITokenBridgeCalls>(tokens);
    all!(returns, tokens, ITokenBridge::withdrawCall, ITokenBridge::tokenOfCall);
    all!(returns, tokens, ITokenBridge::escrowCall);
    all!(returns, messenger, IL1Messenger::l1ChainIdCall, IL1Messenger::bridgeCall);
    all!(returns, outbox, IOutbox::l1ChainIdCall, IOutbox::bridgeCall);
}

#[test]
fn the_lens_and_the_verifier_are_called_as_they_are() {
    let lens = &abi("ILens");
    calls::<ILens::ILensCalls>(lens);
    all!(returns, lens, ILens::claimReportCall, ILens::matchReportCall, ILens::rollupCall);
    all!(fields, lens, ClaimReport, MatchReport);
    let verifier = &abi("StepVerifier");
    calls::<IStepVerifier::IStepVerifierCalls>(verifier);
    all!(returns, verifier, IStepVerifier::nextCall);
    fields::<StepContext>(verifier);
}

#[test]
fn swaps_are_called_as_they_are() {
    use surety_engine::swap::bindings::{ISwapArbiter, ISwapVault, Leg, Terms};

    let arbiter = &abi("ISwapArbiter");
    calls::<ISwapArbiter::ISwapArbiterCalls>(arbiter);
    errors::<ISwapArbiter::ISwapArbiterErrors>(arbiter);
    events::<ISwapArbiter::ISwapArbiterEvents>(
        arbiter,
        ISwapArbiter::ISwapArbiterEvents::SELECTORS,
    );
    all!(returns, arbiter, ISwapArbiter::stateOfCall, ISwapArbiter::announceCall);
    all!(topics, arbiter, ISwapArbiter::LegLocked, ISwapArbiter::SwapCancelled);
    all!(topics, arbiter, ISwapArbiter::Announced);
    all!(fields, arbiter, Terms, Leg);

    let vault = &abi("ISwapVault");
    calls::<ISwapVault::ISwapVaultCalls>(vault);
    errors::<ISwapVault::ISwapVaultErrors>(vault);
    events::<ISwapVault::ISwapVaultEvents>(vault, ISwapVault::ISwapVaultEvents::SELECTORS);
    all!(returns, vault, ISwapVault::stateOfCall, ISwapVault::lockCall, ISwapVault::creditsCall);
    all!(topics, vault, ISwapVault::Locked, ISwapVault::Finished, ISwapVault::Credited);
    all!(fields, vault, Terms, Leg);
}
