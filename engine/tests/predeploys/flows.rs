//! Deposits, messages both ways and tokens, as they run on the L2.

use alloy::eips::{
    eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;
use surety_engine::{
    authenticated::storage,
    bridge::{
        message::{Direction, Message},
        predeploys::{L1_MESSENGER, OUTBOX, TOKEN_BRIDGE},
        withdrawal,
    },
    genesis::{DEPLOYMENT_PROXY, MULTICALL3},
};

use crate::{
    contracts::{IERC20, IMulticall3, IOutbox, ITokenBridge, ITokenEscrow},
    rollup::{CROSSING, ESCROW, ETHER, GWEI, Rollup, alice},
};

const BOB: Address = Address::repeat_byte(0xb0);
const GOLD: Address = Address::repeat_byte(0x90);

fn ether(ether: u64) -> U256 {
    U256::from(ether) * U256::from(ETHER)
}

/// A rollup on which Alice has deposited ten ether.
fn rollup() -> Rollup {
    let mut rollup = Rollup::new();
    rollup.deposit(alice().address(), 10 * GWEI);
    assert!(rollup.block().is_empty());
    assert_eq!(rollup.account(alice().address()).balance, ether(10));
    rollup
}

#[test]
fn messages_cross_both_ways() {
    let mut rollup = rollup();
    let down = rollup.message(BOB, BOB, ETHER, b"a payment".to_vec());
    rollup.block();
    assert_eq!(rollup.account(L1_MESSENGER).balance, ether(1), "credited before it is relayed");

    rollup.relay(&down);
    let data = Bytes::from_static(b"to whom it may concern");
    let send = IOutbox::sendCall { target: BOB, data: data.clone() };
    rollup.send(OUTBOX, 3 * ETHER, send.abi_encode());
    assert_eq!(rollup.block(), [true, true]);
    assert_eq!(rollup.account(L1_MESSENGER).balance, U256::ZERO);
    assert_eq!(rollup.account(BOB).balance, ether(1));
    assert_eq!(rollup.account(OUTBOX).balance, ether(3), "it has left the L2");

    let sender = alice().address();
    let up = Message { nonce: 0, sender, target: BOB, value: ether(3), data };
    let hash = up.hash(Direction::Up, &CROSSING);
    let proof = withdrawal::prove(rollup.nodes(), rollup.state_root(), hash).unwrap();
    assert!(!proof.account.is_empty() && !proof.storage.is_empty());
    let down = down.hash(Direction::Down, &CROSSING);
    assert!(withdrawal::prove(rollup.nodes(), rollup.state_root(), down).is_err());
}

#[test]
fn a_message_is_relayed_once_and_when_its_value_is_there() {
    let mut rollup = rollup();
    let early = rollup.unpaid(BOB, BOB, ETHER, Vec::new());
    let refused = rollup.message(BOB, TOKEN_BRIDGE, 0, b"no such function".to_vec());
    rollup.block();
    rollup.relay(&early);
    rollup.relay(&refused);
    let forged = Message { sender: ESCROW, ..early.clone() };
    rollup.relay(&forged);
    rollup.deposit(L1_MESSENGER, GWEI);
    assert_eq!(rollup.block(), [false, false, false], "not yet, never, never");

    rollup.relay(&early);
    rollup.relay(&early);
    assert_eq!(rollup.block(), [true, false], "once");
    assert_eq!(rollup.account(BOB).balance, ether(1));
}

#[test]
fn tokens_go_and_come_back() {
    let mut rollup = rollup();
    let mint = ITokenBridge::mintCall {
        l1Token: GOLD,
        name: "Gold".to_owned(),
        symbol: "GLD".to_owned(),
        decimals: 6,
        to: alice().address(),
        amount: U256::from(100),
    };
    let deposit = rollup.message(ESCROW, TOKEN_BRIDGE, 0, mint.abi_encode());
    let forged = rollup.message(BOB, TOKEN_BRIDGE, 0, mint.abi_encode());
    rollup.block();
    rollup.relay(&deposit);
    rollup.relay(&forged);
    assert_eq!(rollup.block(), [true, false], "only the escrow's");

    let token = token_of(&rollup, GOLD);
    let transfer = IERC20::transferCall { to: BOB, amount: U256::from(25) };
    rollup.send(token, 0, transfer.abi_encode());
    let withdraw = |amount| ITokenBridge::withdrawCall { token, to: BOB, amount }.abi_encode();
    rollup.send(TOKEN_BRIDGE, 0, withdraw(U256::from(76)));
    rollup.send(TOKEN_BRIDGE, 0, withdraw(U256::from(75)));
    assert_eq!(rollup.block(), [true, false, true], "no more than is left");

    let release = ITokenEscrow::releaseCall { token: GOLD, to: BOB, amount: U256::from(75) };
    let up = Message {
        nonce: 0,
        sender: TOKEN_BRIDGE,
        target: ESCROW,
        value: U256::ZERO,
        data: release.abi_encode().into(),
    };
    let hash = up.hash(Direction::Up, &CROSSING);
    assert!(withdrawal::is_sent(rollup.nodes(), rollup.state_root(), hash).unwrap());
}

#[test]
fn the_tools_of_every_chain_work() {
    let mut rollup = rollup();
    // MSTORE8(0, 0); RETURN(0, 1): a contract that stops
    let initcode = [0x5f, 0x5f, 0x53, 0x60, 0x01, 0x5f, 0xf3];
    let salt = B256::repeat_byte(7);
    rollup.send(DEPLOYMENT_PROXY, 0, [salt.as_slice(), &initcode].concat());
    let calls = [WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS]
        .map(|target| IMulticall3::Call3 { target, allowFailure: false, callData: Bytes::new() });
    let aggregate = IMulticall3::aggregate3Call { calls: calls.to_vec() };
    rollup.send(MULTICALL3, 0, aggregate.abi_encode());
    assert_eq!(rollup.block(), [true, true]);
    let made = rollup.account(DEPLOYMENT_PROXY.create2_from_code(salt, initcode));
    assert_eq!(made.code_hash, keccak256([0]));
}

/// `TokenBridge.tokenOf`, which is in its first slot.
fn token_of(rollup: &Rollup, l1_token: Address) -> Address {
    let bridge = rollup.account(TOKEN_BRIDGE);
    let slot = keccak256([l1_token.into_word(), B256::ZERO].concat());
    let token = storage::read(rollup.nodes(), bridge.storage_root, slot.into()).unwrap();
    Address::from_word(token.into())
}
