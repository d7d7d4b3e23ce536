//! What L1 takes back was never sent.

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::{Provider as _, ext::AnvilApi as _},
    rpc::types::anvil::ReorgOptions,
};
use surety_engine::relay::{
    account::post,
    down::{self, DownStatus},
};

use crate::town::{Resident, Town, USER, ether};

/// L1 blocks before what is taken back: some may be made while the reorganisation is asked for.
const MARGIN: u64 = 5;

async fn send(user: &Resident<'_>, data: &'static [u8]) -> u64 {
    let (target, data) = (Address::repeat_byte(0xf5), Bytes::from_static(data));
    down::send(&user.node, &user.lane, target, U256::ZERO, data).await.unwrap().1.nonce
}

#[tokio::test(flavor = "multi_thread")]
async fn t40_messages_and_deposits_that_l1_takes_back_are_forgotten() {
    let town = Town::new(&["a"]).await;
    let user = town.resident(0, USER).await;
    let provider = town.stage.devnet.l1.provider();
    assert_eq!(send(&user, b"kept").await, 0);
    let kept = provider.get_block_number().await.unwrap();
    town.stage.devnet.mine(MARGIN).await.unwrap();

    assert_eq!(send(&user, b"taken back").await, 1);
    down::deposit(&user.node, &user.lane, user.address(), ether(1.0)).await.unwrap();
    post(&user.node, &user.lane, &[]).await.unwrap();
    user.follow().await;
    assert_eq!((user.node.messages(), user.node.head().unwrap().number), (2, 1));
    assert_eq!(user.balance(user.address()), ether(1.0));
    assert_eq!(down::status(&user.node, 1).unwrap(), DownStatus::Relayable);

    let depth = provider.get_block_number().await.unwrap() - kept - MARGIN / 2;
    let options = ReorgOptions { depth, tx_block_pairs: Vec::new() };
    provider.anvil_reorg(options).await.unwrap();
    user.follow().await;
    assert_eq!((user.node.messages(), user.node.head().unwrap().number), (1, 0));
    assert_eq!(user.balance(user.address()), U256::ZERO);
    assert_eq!(down::status(&user.node, 0).unwrap(), DownStatus::Sent);
    assert!(down::status(&user.node, 1).is_err());

    assert_eq!(send(&user, b"another").await, 1);
    post(&user.node, &user.lane, &[]).await.unwrap();
    user.follow().await;
    assert_eq!(user.node.message(1).unwrap().data, Bytes::from_static(b"another"));
    assert_eq!(user.node.input(1).unwrap().deposits(), []);
    for index in [0, 1] {
        assert_eq!(down::status(&user.node, index).unwrap(), DownStatus::Relayable);
    }
}
