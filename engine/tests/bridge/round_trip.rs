//! One rollup, both ways: ether, messages and tokens, by the proposer and the relayer as processes.

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
};
use alloy_sol_types::SolCall;
use serde_json::Value;
use surety_engine::{
    bridge::predeploys::TOKEN_BRIDGE,
    l1::{
        bindings::{IBridge, ITokenBridge, ITokenEscrow},
        send::LaneError,
    },
    relay::{
        account::L2Call,
        down::{self, DownStatus},
        up,
    },
};

use crate::{
    stage::devnet::Role,
    town::{GATE, IToken, Resident, Town, USER, ether, token},
};

/// L1 blocks that go by at each look while a claim waits for its window to pass.
const BLOCKS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn ether_messages_and_tokens_go_both_ways() {
    let town = Town::new(&["a"]).await;
    let user = town.resident(0, USER).await;
    let mut proposer = user.rollup.proposer(&town.programs).unwrap();
    let mut relayer = user.rollup.relayer(&town.programs).unwrap();
    proposer.start().unwrap();
    user.fund_relayer().await;
    relayer.start().unwrap();

    // a deposit is credited, by a batch that the relayer appends
    let account = user.address().to_string();
    let deposit = user.done(USER, &["deposit", "--to", &account, "--value", "10", "--wait"]);
    assert_eq!((&deposit["index"], &deposit["credited"]), (&1.into(), &true.into()));
    user.follow().await;
    assert_eq!(user.balance(user.address()), ether(10.0));

    // ether moves on L2
    let friend = Address::repeat_byte(0xf1);
    let value = ether(0.25);
    user.post(&[L2Call { to: Some(friend), value, data: Bytes::new() }]).await;
    assert_eq!(user.balance(friend), value);

    a_failing_relay_is_tried_again(&town, &user).await;

    // the relayer is killed with a message under way, and goes on
    relayer.kill().unwrap();
    let coin = tokens_go_down(&user).await;
    relayer.start().unwrap();
    let minted = async || {
        user.follow().await;
        Ok(!l2_token(&user, coin).is_zero())
    };
    town.stage.until("tokens on L2", 0, &mut [&mut relayer, &mut proposer], minted).await.unwrap();
    let bridged = l2_token(&user, coin);
    assert_eq!(l2_tokens(&user, bridged, user.address()), U256::from(500));
    relayer.kill().unwrap();

    // tokens are paid on L2, and withdrawn, and ether is
    let pay = IToken::transferCall { to: friend, amount: U256::from(200) }.abi_encode();
    let to = Address::repeat_byte(0xf2);
    let back = ITokenBridge::withdrawCall { token: bridged, to, amount: U256::from(300) };
    let call = |to, data: Vec<u8>| L2Call { to: Some(to), value: U256::ZERO, data: data.into() };
    user.post(&[call(bridged, pay)]).await;
    user.post(&[call(TOKEN_BRIDGE, back.abi_encode())]).await;
    assert_eq!(l2_tokens(&user, bridged, friend), U256::from(200));
    assert_eq!(l2_tokens(&user, bridged, user.address()), U256::ZERO);
    let number = user.node.head().unwrap().number;
    let tokens = up::sent_in(&user.node, number).unwrap().pop().unwrap();
    let sent = user.send_up(to, ether(1.5), Bytes::new()).await;
    let gate = user.call(None, U256::ZERO, GATE.to_vec()).await.unwrap();
    let refused = user.send_up(gate, U256::ZERO, Bytes::from_static(&[1])).await;
    let also = user.send_up(to, ether(0.5), Bytes::new()).await;

    withdrawn_once(&town, &user, &mut proposer, [&sent, &refused]).await;

    // the relayer carries out the others, by one proof of the Outbox
    let both = async || {
        user.follow().await;
        let status = up::status(&user.node, &user.snapshot().await, &also).await?;
        Ok(matches!(status, up::UpStatus::Confirmed { .. }))
    };
    town.stage.until("a claim with both", BLOCKS, &mut [&mut proposer], both).await.unwrap();
    relayer.start().unwrap();
    let released = async || Ok(user.is_withdrawn(&tokens).await && user.is_withdrawn(&also).await);
    let daemons = &mut [&mut relayer, &mut proposer];
    town.stage.until("tokens on L1", BLOCKS, daemons, released).await.unwrap();
    assert_eq!(user.ask(coin, IToken::balanceOfCall { account: to }).await, U256::from(300));
    let bridge = user.rollup.deployment.bridge.unwrap().bridge;
    let mut proven = 0;
    for claim in user.snapshot().await.claims.keys() {
        let root = user.ask(bridge, IBridge::outboxRootCall { claim: claim.0 }).await;
        proven += usize::from(!root.is_zero());
    }
    assert!(proven > 0, "each withdrawal proved the Outbox by itself");
    let escrow = user.rollup.deployment.bridge.unwrap().token_escrow;
    let left = user.ask(escrow, ITokenEscrow::escrowedCall { token: coin }).await;
    assert_eq!(left, U256::from(200));
}

/// A message with a value whose target refuses it at first.
async fn a_failing_relay_is_tried_again(town: &Town, user: &Resident<'_>) {
    let gate = user.create(&GATE).await;
    let (target, value) = (gate.to_string(), ether(0.75));
    let sent = user.done(USER, &["send", "--to", &target, "--value", "0.75", "--data", "0x01"]);
    let index = sent["nonce"].as_u64().unwrap();
    let failing = async || {
        user.follow().await;
        Ok(matches!(down::status(&user.node, index).unwrap(), DownStatus::Failing { .. }))
    };
    town.stage.until("a failing relay", 0, &mut [], failing).await.unwrap();
    assert_eq!(user.balance(gate), U256::ZERO);

    user.post(&[L2Call { to: Some(gate), value: U256::ZERO, data: Bytes::new() }]).await;
    let relayed = async || {
        user.follow().await;
        Ok(down::status(&user.node, index).unwrap() == DownStatus::Relayed)
    };
    town.stage.until("a relay", 0, &mut [], relayed).await.unwrap();
    assert_eq!(user.balance(gate), value);

    let relayer = town.stage.devnet.address(user.rollup.account(Role::Relayer)).unwrap();
    let again = down::relay(&user.node, index).unwrap();
    let request = TransactionRequest::default().from(relayer).to(again.to.unwrap());
    let called = user.node.view(request.input(again.data.into())).unwrap();
    assert!(!called.is_success(), "a message is relayed once");
    let hash = sent["message"].as_str().unwrap();
    let told = user.done(USER, &["messages", "--message", hash]);
    assert_eq!(told["down"][0]["status"], "relayed");
    assert_eq!(told["up"].as_array().unwrap().len(), 0);
}

/// A new token on L1, of which 500 are sent to L2. Gives the token.
async fn tokens_go_down(user: &Resident<'_>) -> Address {
    let coin = user.call(None, U256::ZERO, token()).await.unwrap();
    let amount = U256::from(500);
    let escrow = user.rollup.deployment.bridge.unwrap().token_escrow;
    let account = user.address();
    for (to, data) in [
        (coin, IToken::mintCall { account, amount }.abi_encode()),
        (coin, IToken::approveCall { spender: escrow, amount }.abi_encode()),
        (escrow, ITokenEscrow::depositCall { token: coin, to: account, amount }.abi_encode()),
    ] {
        user.call(Some(to), U256::ZERO, data).await;
    }
    assert_eq!(user.ask(coin, IToken::balanceOfCall { account: escrow }).await, amount);
    coin
}

fn view<C: SolCall>(user: &Resident<'_>, to: Address, call: C) -> C::Return {
    let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
    let called = user.node.view(request).unwrap();
    assert!(called.is_success());
    C::abi_decode_returns_validate(&called.output).unwrap()
}

/// The token on L2 for one on L1; zero while there is none.
fn l2_token(user: &Resident<'_>, coin: Address) -> Address {
    view(user, TOKEN_BRIDGE, ITokenBridge::tokenOfCall { l1Token: coin })
}

fn l2_tokens(user: &Resident<'_>, token: Address, account: Address) -> U256 {
    view(user, token, IToken::balanceOfCall { account })
}

/// Ether is withdrawn by the command, once a claim that holds it is confirmed, and never again; what its target refuses does
/// not keep it back.
async fn withdrawn_once(
    town: &Town,
    user: &Resident<'_>,
    proposer: &mut crate::stage::daemons::Daemon,
    [sent, refused]: [&up::Outgoing; 2],
) {
    let hashes = [refused.hash.to_string(), sent.hash.to_string()];
    let both = ["withdraw", "--message", &hashes[0], "--message", &hashes[1]];
    let early = user.surety(USER, &both);
    assert!(!early.status.success(), "no claim that holds them is confirmed");
    let confirmed = async || {
        user.follow().await;
        let snapshot = user.snapshot().await;
        let status = up::status(&user.node, &snapshot, sent).await?;
        let other = up::status(&user.node, &snapshot, refused).await?;
        let is_confirmed = |status| matches!(status, up::UpStatus::Confirmed { .. });
        Ok(is_confirmed(status) && is_confirmed(other))
    };
    town.stage.until("a confirmed claim", BLOCKS, &mut [proposer], confirmed).await.unwrap();

    let target = sent.message.target;
    let before = town.balance(target).await;
    let some = user.surety(USER, &both);
    assert_eq!(some.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&some.stdout).unwrap();
    let outcomes = |report: &Value| -> Vec<Value> {
        let withdrawals = report["withdrawals"].as_array().unwrap();
        withdrawals.iter().map(|it| it["outcome"].clone()).collect()
    };
    assert_eq!(outcomes(&report), ["failed", "done"], "{report}");
    assert_eq!(town.balance(target).await - before, ether(1.5));
    let told = String::from_utf8(some.stderr).unwrap();
    let told: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let transaction = &report["withdrawals"][1]["transaction"];
    assert_eq!(
        (&told["error"]["kind"], &told["error"]["transaction"]),
        (&"sent".into(), transaction)
    );
    assert!(told["error"]["advice"].as_str().unwrap().contains("its target"), "{told}");

    // the same command goes on with what is left
    user.call(Some(refused.message.target), U256::ZERO, Vec::new()).await;
    let rest = user.done(USER, &both);
    assert_eq!(outcomes(&rest), ["done", "already"], "{rest}");
    println!("withdraw: {} gas", rest["gas"]);
    let none = user.done(USER, &both);
    assert_eq!((outcomes(&none), &none["gas"]), (vec!["already".into(); 2], &0.into()));

    user.follow().await;
    let proof = up::prove(&user.node, &user.snapshot().await, sent).unwrap();
    let bridge = user.rollup.deployment.bridge.unwrap().bridge;
    let replay = up::withdraw(&user.lane, bridge, &sent.message, proof).await;
    let Err(LaneError::WouldRevert { data, .. }) = replay else { panic!("{replay:?}") };
    let expected = IBridge::AlreadyWithdrawn { hash: sent.hash };
    assert_eq!(data, alloy_sol_types::SolError::abi_encode(&expected));
}
