//! From one rollup to another, through both bridges in one L1 transaction.

use alloy::{primitives::Bytes, providers::Provider as _, sol_types::SolEvent as _};
use alloy_sol_types::SolCall;
use surety_engine::{
    l1::bindings::{IBridge, IPassage},
    node::{
        deployment::{BridgeContracts, Deployment},
        wiring::{self, WiringError},
    },
    relay::{
        account::L2Call,
        down::{self, DownStatus},
    },
};

use crate::town::{GATE, Resident, Town, USER, ether};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_from_a_to_b_in_one_l1_transaction() {
    let town = Town::new(&["a", "b"]).await;
    let (a, b) = (town.resident(0, USER).await, town.resident(1, USER).await);
    let mut proposer = a.rollup.proposer(&town.programs).unwrap();
    let mut relayers = [a.rollup.relayer(&town.programs), b.rollup.relayer(&town.programs)]
        .map(|relayer| relayer.unwrap());
    proposer.start().unwrap();
    for resident in [&a, &b] {
        resident.fund_relayer().await;
        let (node, lane) = (&resident.node, &resident.lane);
        down::deposit(node, lane, resident.address(), ether(3.0)).await.unwrap();
    }
    for relayer in &mut relayers {
        relayer.start().unwrap();
    }
    let credited = async || {
        a.follow().await;
        b.follow().await;
        Ok(!a.balance(a.address()).is_zero() && !b.balance(b.address()).is_zero())
    };
    town.stage.until("deposits", 0, &mut [&mut proposer], credited).await.unwrap();

    // a contract on B that takes the message; on A, a message to the Passage
    let gate = b.create(&GATE).await;
    b.post(&[L2Call { to: Some(gate), value: Default::default(), data: Bytes::new() }]).await;
    let value = ether(0.5);
    let to = b.rollup.deployment.bridge.unwrap().bridge;
    let data = Bytes::from_static(b"from a to b");
    let forward = IPassage::forwardCall { to, target: gate, data }.abi_encode().into();
    let sent = a.send_up(town.stage.passage, value, forward).await;

    let [to_a, to_b] = &mut relayers;
    let arrived = async || {
        b.follow().await;
        let came = b.node.messages() == 1;
        Ok(came && down::status(&b.node, 0).unwrap() == DownStatus::Relayed)
    };
    let daemons = &mut [&mut proposer, to_a, to_b];
    town.stage.until("the message on B", 12, daemons, arrived).await.unwrap();
    assert!(a.is_withdrawn(&sent).await);
    assert_eq!(b.balance(gate), value);

    // both bridges announced it in the same transaction
    let message = b.node.message(0).unwrap();
    assert_eq!((message.sender, message.target), (town.stage.passage, gate));
    let logs = async |bridge, topic| {
        let filter =
            alloy::rpc::types::Filter::new().address(bridge).event_signature(topic).from_block(0);
        town.stage.devnet.l1.provider().get_logs(&filter).await.unwrap()
    };
    let from = a.rollup.deployment.bridge.unwrap().bridge;
    let left = logs(from, IBridge::Withdrawn::SIGNATURE_HASH).await;
    let came = logs(to, IBridge::MessageSent::SIGNATURE_HASH).await;
    assert_eq!((left.len(), came.len()), (1, 1));
    assert_eq!(left[0].transaction_hash, came[0].transaction_hash);
    ends_of_another_bridge_are_refused(&a, &b).await;
}

/// Contracts that do not belong together are refused before anything is signed.
async fn ends_of_another_bridge_are_refused(a: &Resident<'_>, b: &Resident<'_>) {
    let (ours, theirs) = (&a.rollup.deployment, b.rollup.deployment.bridge.unwrap());
    wiring::check(a.node.l1(), ours).await.unwrap();
    let bridge = ours.bridge.unwrap();
    let mixed = [
        ("the Inbox's Bridge", None),
        ("the Inbox's Bridge", Some(theirs)),
        ("the Bridge's Caller", Some(BridgeContracts { caller: theirs.caller, ..bridge })),
        (
            "the TokenEscrow's Bridge",
            Some(BridgeContracts { token_escrow: theirs.token_escrow, ..bridge }),
        ),
    ];
    for (expected, bridge) in mixed {
        let deployment = Deployment { bridge, ..ours.clone() };
        let refused = wiring::check(a.node.l1(), &deployment).await.unwrap_err();
        assert!(matches!(refused, WiringError::Elsewhere { what, .. } if what == expected));
    }
}
