//! A withdrawal from a block that was disputed, and a deposit in it that was lied about; and what the daemons tell of it.

use std::sync::Arc;

use alloy::primitives::{Address, Bytes};
use alloy_sol_types::SolError;
use surety_engine::{
    bridge::message::{Direction, Message},
    dispute::{
        domain::{Claim, ClaimStatus},
        observe::{self, Observer},
        plan::Policy,
        player::Player,
    },
    fault::{Lie, LieKind, LyingExecution},
    l1::{
        bindings::{self, IBridge},
        send::{Lane, LaneError},
    },
    node::{Node, evidence::Execution, pinned::Pinned},
    relay::{down, up},
};

use crate::{
    observatory::{self, Observatory},
    stage::{
        daemons::Daemon,
        devnet::Role,
        rollups::{Rollup, follow},
    },
    town::{Resident, Town, USER, ether},
};

/// The step of the second block's end that credits its first deposit.
const LIE: Lie = Lie { slot: 1024 + 1023, step: 1, kind: LieKind::Deposit };

type Seat = Player<Pinned, LyingExecution, LyingExecution, Arc<Lane>>;

/// A seat whose owner credits a deposit twice.
fn liar(town: &Town, rollup: &Rollup, node: &Arc<Node>) -> Seat {
    let lying = LyingExecution::new(Execution::new(Arc::clone(node)), LIE);
    let account = rollup.account(Role::Liar);
    let lane = Arc::new(town.stage.devnet.lane(account).unwrap());
    let deployment = observe::Deployment::from(&**node);
    let observer = Observer::new(Pinned::new(Arc::clone(node)), deployment, lane.address());
    let policy = Policy::CHALLENGER;
    Player::new(observer, lying.clone(), lying, lane, policy)
}

#[tokio::test(flavor = "multi_thread")]
async fn t43_a_withdrawal_waits_for_the_dispute_and_goes_by_the_winner() {
    let town = Town::new(&["a"]).await;
    let user = town.resident(0, USER).await;
    let lane = &user.lane;
    let to = Address::repeat_byte(0xf3);

    // block 1 credits a deposit; block 2 sends a message, and credits another
    down::deposit(&user.node, lane, user.address(), ether(5.0)).await.unwrap();
    surety_engine::relay::account::post(&user.node, lane, &[]).await.unwrap();
    user.follow().await;
    let friend = Address::repeat_byte(0xf4);
    down::deposit(&user.node, lane, friend, ether(0.5)).await.unwrap();
    let sent = user.send_up(to, ether(2.0), Bytes::from_static(b"paid")).await;
    assert_eq!((sent.block, user.balance(friend)), (2, ether(0.5)));
    assert_eq!(user.node.input(2).unwrap().deposits().len(), 1);

    let mut proposer = start(user.rollup.proposer(&town.programs).unwrap());
    let proposed = async || {
        user.follow().await;
        Ok(user.snapshot().await.claims.len() == 2)
    };
    town.stage.until("an honest claim", 1, &mut [&mut proposer], proposed).await.unwrap();

    let liar_node = user.rollup.node("liar").await.unwrap();
    let liar = liar(&town, user.rollup, &liar_node);
    let play = async || {
        if follow(&liar_node).await.is_ok() {
            // L1 may move on under it: then the next round plays
            let _ = liar.tick().await;
        }
        user.follow().await;
    };
    let rival = async || {
        play().await;
        Ok(user.snapshot().await.claims.len() == 3)
    };
    town.stage.until("a rival claim", 1, &mut [&mut proposer], rival).await.unwrap();
    let lie = lying_claim(&user).await;
    refused(&user, &lie, ClaimStatus::Proposed, &sent.message).await;
    let honest = user.snapshot().await;
    assert!(up::prove(&user.node, &honest, &sent).is_err(), "nothing is confirmed");

    // without the proposer nobody answers the lie, and a daemon without a key says so
    proposer.kill().unwrap();
    let config = user.rollup.config("watcher", user.rollup.account(Role::Challenger)).unwrap();
    let watcher = Daemon::of("surety-challenger", &town.programs, &["--watch-only"], config);
    let mut watcher = start(watcher.unwrap());
    observatory::check_watcher(&watcher, play).await;
    watcher.kill().unwrap();
    // it serves on another port now
    std::fs::remove_file(proposer.log()).unwrap();
    proposer.start().unwrap();

    let mut challenger = start(user.rollup.challenger(&town.programs).unwrap());
    let observatory = Observatory::of(&proposer, &challenger).await;
    let lost = async || {
        play().await;
        observatory.look().await;
        let snapshot = user.snapshot().await;
        Ok(snapshot.claims[&lie.key.id()].status == ClaimStatus::Lost)
    };
    let daemons = &mut [&mut proposer, &mut challenger];
    town.stage.until("one step proven", 1, daemons, lost).await.unwrap();

    let confirmed = async || {
        play().await;
        let snapshot = user.snapshot().await;
        Ok(snapshot.claims[&snapshot.latest_confirmed].end >= sent.block)
    };
    town.stage.until("the honest claim confirmed", 8, daemons, confirmed).await.unwrap();
    refused(&user, &lie, ClaimStatus::Lost, &sent.message).await;

    let hash = sent.hash.to_string();
    user.done(USER, &["withdraw", "--wait", "--message", &hash]);
    assert_eq!(town.balance(to).await, ether(2.0));

    let accounts = [Role::Proposer, Role::Challenger].map(|role| user.rollup.account(role));
    observatory.check(&user, accounts).await;
    let Town { stage, programs: _, _directory } = town;
    drop(stage);
    observatory.check_without_l1().await;
}

/// Starts a daemon that serves its telemetry.
fn start(mut daemon: Daemon) -> Daemon {
    observatory::enable(&daemon);
    daemon.start().unwrap();
    daemon
}

/// The claim that this node did not execute.
async fn lying_claim(user: &Resident<'_>) -> Claim {
    let snapshot = user.snapshot().await;
    let truth = user.node.sealed(2).unwrap().hash();
    let is_lie = |claim: &&Claim| claim.end == 2 && claim.key.boundary != truth;
    *snapshot.claims.values().find(is_lie).unwrap()
}

/// The Bridge takes no root of this claim.
async fn refused(user: &Resident<'_>, claim: &Claim, status: ClaimStatus, message: &Message) {
    let snapshot = user.snapshot().await;
    assert_eq!(snapshot.claims[&claim.key.id()].status, status);
    let crossing = user.rollup.deployment.crossing().unwrap();
    let hash = message.hash(Direction::Up, &crossing);
    let refused = up::prove_against(&user.node, claim, hash);
    assert!(refused.is_err(), "this node proves nothing from what it did not execute");
    let proof = bindings::WithdrawalProof {
        claim: bindings::ClaimKey::from(&claim.key),
        boundary: user.node.sealed(2).unwrap().machine().encode().to_vec().into(),
        accountProof: Vec::new(),
        storageProof: Vec::new(),
    };
    let bridge = user.rollup.deployment.bridge.unwrap().bridge;
    let sent = up::withdraw(&user.lane, bridge, message, proof).await;
    let Err(LaneError::WouldRevert { data, .. }) = sent else { panic!("{sent:?}") };
    assert_eq!(data[..4], IBridge::NotConfirmed::SELECTOR);
}
