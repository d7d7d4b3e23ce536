//! A lock that only a liar's claim knows: Bob has not what he would lock, and a claim executes it as if he had.

use std::sync::Arc;

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::Encodable2718 as _,
    network::TxSigner as _,
    primitives::{Address, Bytes, TxKind, U256},
    signers::Signer as _,
};
use alloy_sol_types::{SolCall as _, SolError as _};
use surety_engine::{
    commitment::SLOTS_PER_BLOCK,
    dispute::{
        domain::{Claim, ClaimStatus, Snapshot},
        honest::Honest as _,
        observe::{self, Observer},
        plan::Policy,
        player::Player,
    },
    fault::{Lie, LieKind, LyingExecution},
    l1::{
        bindings::{self, IBridge},
        send::{Call, Lane, LaneError},
    },
    node::{Node, evidence::Execution, pinned::Pinned},
    relay::account::post,
    swap::{
        bindings::{ISwapArbiter, ISwapVault},
        contracts::SWAP_VAULT,
        plan::{Next, Wait},
        terms::{LegNumber, LegState, SwapState, Terms},
    },
};

use crate::{
    fair::{CHALLENGER_A, CHALLENGER_B, Fair, PROPOSER_A, PROPOSER_B},
    stage::{
        devnet::Role,
        market::{ALICE, BOB, COURIER, Market, units},
        rollups::follow,
    },
};

/// Proposes the state in which Bob's leg is locked, and defends it.
struct Liar {
    node: Arc<Node>,
    player: Player<Pinned, LyingExecution, LyingExecution, Arc<Lane>>,
}

impl Liar {
    /// Lies about the first entry of block `number`.
    async fn open(market: &Market, number: u64) -> Self {
        let rollup = market.rollups.rollup(1).unwrap();
        let node = rollup.node("liar").await.unwrap();
        let slot = u32::try_from(number - 1).unwrap() * SLOTS_PER_BLOCK + 1;
        let lie = Lie { slot, step: 0, kind: LieKind::InvalidExecuted };
        let lying = LyingExecution::new(Execution::new(Arc::clone(&node)), lie);
        let lane = Arc::new(market.rollups.devnet.lane(rollup.account(Role::Liar)).unwrap());
        let deployment = observe::Deployment::from(&*node);
        let observer = Observer::new(Pinned::new(Arc::clone(&node)), deployment, lane.address());
        let policy = Policy::CHALLENGER;
        let player = Player::new(observer, lying.clone(), lying, lane, policy);
        Self { node, player }
    }

    async fn round(&self) {
        // L1 may move on under it: then the next round plays
        if follow(&self.node).await.is_ok() {
            let _ = self.player.tick().await;
        }
    }

    /// Its claim, once it is made.
    fn claim(&self, snapshot: &Snapshot, number: u64) -> Option<Claim> {
        let truth = self.node.sealed(number).ok()?.hash();
        let is_lie = |claim: &&Claim| claim.end == number && claim.key.boundary != truth;
        snapshot.claims.values().find(is_lie).copied()
    }
}

/// Alice's ether on A against ether on B that Bob does not have.
async fn terms(market: &Market) -> Terms {
    let mut terms = market.terms(3, 0, 20_000, 7).await.unwrap();
    terms.two.token = Address::ZERO;
    terms.two.amount = units(1_000);
    terms
}

/// Bob's lock, which his funds do not cover, as an entry of a batch.
async fn unfunded_lock(market: &Market, terms: &Terms) -> Bytes {
    let chain_id = market.b.deployment().genesis.chain_id;
    let key = market.rollups.devnet.key(BOB).unwrap().with_chain_id(Some(chain_id));
    let call = ISwapVault::lockCall { terms: terms.clone(), number: LegNumber::Two as u8 };
    let mut transaction = TxEip1559 {
        chain_id,
        nonce: market.b.account(market.address(BOB).unwrap()).unwrap().nonce,
        gas_limit: 1_000_000,
        max_fee_per_gas: 10_000_000_000,
        to: TxKind::Call(SWAP_VAULT),
        value: terms.two.amount,
        input: call.abi_encode().into(),
        ..TxEip1559::default()
    };
    let signature = key.sign_transaction(&mut transaction).await.unwrap();
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
}

/// Whether L1 refuses Bob's lock by the liar's claim, and for that claim's status.
async fn is_refused(market: &Market, terms: &Terms, liar: &Liar, claim: &Claim, end: u64) -> bool {
    let bridge = terms.two.bridge;
    let data = ISwapArbiter::onLockedCall { terms: terms.clone(), number: 1 }.abi_encode().into();
    let proof = bindings::WithdrawalProof {
        claim: bindings::ClaimKey::from(&claim.key),
        boundary: liar.player.evidence.boundary(end).unwrap().encode().to_vec().into(),
        accountProof: Vec::new(),
        storageProof: Vec::new(),
    };
    let (sender, target) = (terms.two.vault, terms.arbiter);
    let message = bindings::Message { nonce: 0, sender, target, value: U256::ZERO, data };
    let data = IBridge::withdrawCall { message, proof }.abi_encode().into();
    let lane = market.rollups.devnet.lane(COURIER).unwrap();
    let call = Call { to: Some(bridge), data, value: U256::ZERO, label: "withdraw" };
    match lane.send(&call).await {
        Err(LaneError::WouldRevert { data, .. }) => {
            data[..4] == IBridge::NotConfirmed::SELECTOR && data[4..36] == claim.key.id().0[..]
        }
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t71_a_lock_that_only_a_liars_claim_knows_pays_nobody() {
    let _turn = crate::turn().await;
    let two = LegNumber::Two;
    let mut fair = Fair::open().await;
    let terms = terms(&fair.market).await;
    let begun = fair.market.ether(&fair.market.a, ALICE).unwrap();
    fair.lock(&terms, LegNumber::One, ALICE).await;
    let entry = unfunded_lock(&fair.market, &terms).await;
    let lane = fair.market.rollups.devnet.lane(COURIER).unwrap();
    post(&fair.market.b, &lane, &[entry]).await.unwrap();
    follow(&fair.market.b).await.unwrap();
    let block = fair.market.b.head().unwrap().number;
    let progress = fair.driver(&terms).status().await.unwrap();
    assert_eq!(progress[1].view.leg, LegState::Open, "in truth it is skipped");

    fair.start(&[PROPOSER_A, CHALLENGER_A, PROPOSER_B]);
    let b = Arc::clone(&fair.market.b);
    let observer = Observer::new(
        fair.market.rollups.devnet.l1.clone(),
        observe::Deployment::from(&*b),
        Address::ZERO,
    );
    let snapshot = async || observer.snapshot().await.ok();
    fair.until("an honest claim", 1, async |_| {
        snapshot().await.is_some_and(|snapshot| snapshot.claims.len() == 2)
    })
    .await;

    let liar = Liar::open(&fair.market, block).await;
    let mut lie = None;
    fair.until("a rival claim", 1, async |_| {
        liar.round().await;
        lie = snapshot().await.and_then(|snapshot| liar.claim(&snapshot, block));
        lie.is_some()
    })
    .await;
    let lie = lie.unwrap();
    assert_eq!(lie.status, ClaimStatus::Proposed);
    assert!(is_refused(&fair.market, &terms, &liar, &lie, block).await);

    fair.start(&[CHALLENGER_B]);
    let id = lie.key.id();
    fair.until("one step proven", 1, async |_| {
        liar.round().await;
        snapshot().await.is_some_and(|snapshot| snapshot.claims[&id].status == ClaimStatus::Lost)
    })
    .await;
    fair.until("the truth confirmed", 8, async |_| {
        liar.round().await;
        snapshot().await.is_some_and(|snapshot| {
            snapshot.claims.get(&snapshot.latest_confirmed).is_some_and(|it| it.end >= block)
        })
    })
    .await;
    assert!(is_refused(&fair.market, &terms, &liar, &lie, block).await);

    // Bob's lock is in no confirmed claim, and never will be
    let status = fair.driver(&terms).status().await.unwrap();
    assert_eq!(status[1].next, Next::Wait(Wait::Lock));
    fair.jump_to(terms.deadline).await;
    let ended = fair.drive(std::slice::from_ref(&terms)).await;
    assert_eq!(ended[0][0].view.swap, SwapState::Cancelled);
    assert_eq!(ended[0][0].view.leg, LegState::Cancelled);
    assert_eq!(ended[0][1].view.leg, LegState::Open);
    assert!(fair.snapshot(two).await.claims[&id].status == ClaimStatus::Lost);
    let back = fair.market.ether(&fair.market.a, ALICE).unwrap();
    assert!(begun - back < units(1), "all but gas came back");
}
