//! What the node announces, and what readers of its chain find.

use std::sync::Arc;

use alloy::{
    consensus::{Transaction as _, transaction::SignerRecoverable as _},
    eips::BlockId,
};
use alloy_primitives::Bloom;
use surety_engine::{
    chain::{Chain, ChainError},
    node::{Node, heads::HeadChange},
    state::ExecutedBlock,
};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::devnet::{Devnet, catch_up};

fn chain(node: &Node) -> Chain {
    Chain::new(Arc::clone(node.store()), node.deployment().genesis)
}

fn executed(changes: &mut Receiver<HeadChange>) -> Arc<ExecutedBlock> {
    match changes.try_recv() {
        Ok(HeadChange::Extended(block)) => block,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn t40_who_listens_hears_of_each_block_and_of_those_that_fall_out() {
    let devnet = Devnet::new().await;
    let node = Node::open(&devnet.config).await.unwrap();
    let mut changes = node.head_changes();
    assert!(node.ticks().borrow().is_none());
    for number in 1..=3 {
        devnet.append(number).await;
    }
    assert_eq!(catch_up(&node).await, 3);
    assert_eq!(node.ticks().borrow().unwrap().l2, 3);
    let blocks: Vec<_> = (1..=3).map(|_| executed(&mut changes)).collect();
    for (number, block) in (1..).zip(&blocks) {
        assert_eq!(
            (block.number, Some(&block.row)),
            (number, node.store().block(number).unwrap().as_ref())
        );
    }
    assert!(matches!(changes.try_recv(), Err(TryRecvError::Empty)));

    devnet.replace(2).await;
    assert_eq!(catch_up(&node).await, 1);
    let HeadChange::RolledBack { head, removed } = changes.try_recv().unwrap() else {
        panic!("blocks fell out");
    };
    assert_eq!((head.number, head.hash), (1, blocks[0].row.hash));
    let gone: Vec<_> = removed.iter().collect();
    assert_eq!(gone, [&*blocks[2], &*blocks[1]], "the newest first");
    let chain = chain(&node);
    for block in removed.iter() {
        assert_eq!(chain.number_of(block.row.hash).unwrap(), None);
        for transaction in &block.row.transactions {
            assert_eq!(chain.transaction_place(transaction.hash).unwrap(), None);
        }
    }
    assert!(matches!(chain.sealed(blocks[1].row.hash), Err(ChainError::NoSuchBlock)));
    devnet.append(2).await;
    assert_eq!(catch_up(&node).await, 2);
    assert_eq!(executed(&mut changes).number, 2);
}

#[tokio::test]
async fn blocks_are_read_whole_wherever_their_batches_are() {
    let devnet = Devnet::new().await;
    let in_calldata = devnet.append(1).await;
    let in_blob = devnet.append_blob(2).await;
    let node = Node::open(&devnet.config).await.unwrap();
    assert_eq!(catch_up(&node).await, 2);
    let chain = chain(&node);
    let genesis = chain.block(0).unwrap().unwrap();
    assert_eq!(genesis.header.hash_slow(), node.deployment().genesis.hash);
    let mut parent = genesis.hash;
    for number in 1..=2 {
        let block = chain.block(number).unwrap().unwrap();
        assert_eq!(block.header.hash_slow(), block.hash);
        assert_eq!(block.header.parent_hash, parent);
        assert!(!block.transactions.is_empty());
        let receipts = chain.receipts(&block).unwrap();
        assert_eq!(receipts.len(), block.transactions.len());
        assert_eq!(receipts.iter().map(|it| it.gas_used).sum::<u64>(), block.header.gas_used);
        let mut logs = 0;
        for (index, (transaction, receipt)) in block.transactions.iter().zip(&receipts).enumerate()
        {
            let hash = *transaction.envelope.hash();
            assert_eq!(receipt.transaction, hash);
            assert_eq!(transaction.envelope.recover_signer().unwrap(), transaction.sender);
            assert_eq!(receipt.logs().map(|(at, _)| at).collect::<Vec<_>>(), {
                let first = logs;
                logs += receipt.envelope.logs().len() as u64;
                (first..logs).collect::<Vec<_>>()
            });
            let place = chain.transaction_place(hash).unwrap().unwrap();
            assert_eq!((place.number, place.index), (number, index as u64));
            let price = transaction.gas_price(&block.header);
            assert!(price >= u128::from(block.header.base_fee_per_gas.unwrap()));
            assert!(price <= transaction.envelope.max_fee_per_gas());
        }
        let bloom = chain.bloom(number).unwrap().unwrap();
        assert_eq!(
            bloom,
            receipts.iter().fold(Bloom::ZERO, |all, it| all | *it.envelope.logs_bloom())
        );
        let sealed = chain.sealed(BlockId::hash(block.hash)).unwrap();
        assert_eq!(chain.boundary(number).unwrap().state_root, sealed.state_root);
        parent = block.hash;
    }
    assert_eq!(chain.block(3).unwrap(), None);
    for (l1, last) in [(0, 0), (in_calldata - 1, 0), (in_calldata, 1), (in_blob, 2), (u64::MAX, 2)]
    {
        assert_eq!(chain.last_appended_by(l1).unwrap(), last, "L1 block {l1}");
    }
}
