//! Mainnet block 23587691 as a block of ours, from its committed witness.
#![allow(dead_code, clippy::unwrap_used, missing_docs, unreachable_pub)]

use alloy_primitives::{Address, B256, Bytes, U256, address, b256, keccak256};
use surety_engine::{
    derive::{
        BlockInput, batch,
        deposits::{Deposit, pack},
    },
    execute::boundary::{Boundary, Genesis},
    machine::groups::Record,
    state::witness::BlockWitness,
};

pub const FEE_RECIPIENT: Address = address!("0x7e2a2fa2a064f693f0a55c5639476d913ff12d05");
const PARENT_HASH: B256 =
    b256!("0x149e213219b83fc61891ed608d40b2ac06cf8d276b8bf6f864e70eda20c95a2b");
pub const MAINNET_STATE_ROOT: B256 =
    b256!("0xbc9739571d28afc0a1ae21d7f1869b84cd0eb648db01457dd80a7be1de718287");

pub fn witness() -> BlockWitness {
    let file = "fixtures/blocks/mainnet-23587691-witness.json.xz";
    BlockWitness::read(super::root().join(file)).unwrap()
}

pub fn genesis(witness: &BlockWitness) -> Genesis {
    Genesis {
        chain_id: 1,
        number: 23_587_690,
        hash: PARENT_HASH,
        state_root: witness.parent_state_root,
        timestamp: 1_760_586_983,
        base_fee: U256::from(136_347_964),
        gas_limit: 12_000_000,
        gas_used: 6_000_000,
    }
}

fn input(witness: &BlockWitness, context: Record, deposits: Vec<Deposit>) -> BlockInput {
    let batch = Bytes::from(batch::encode(&witness.transactions).unwrap());
    let slice = batch::slice(&batch).unwrap();
    let record = Record {
        number: 23_587_691,
        timestamp: 1_760_586_995,
        fee_recipient: FEE_RECIPIENT,
        batch_root: slice.root,
        batch_length: slice.length,
        deposits_hash: keccak256(pack(&deposits)),
        deposit_count: u8::try_from(deposits.len()).unwrap(),
        ..context
    };
    BlockInput::new(record, batch, deposits).unwrap()
}

/// The block as the demo appends it: randomness and message root are the Inbox's own.
pub fn as_surety(witness: &BlockWitness) -> (Boundary, BlockInput) {
    let context = Record {
        prev_randao: keccak256("randomness of an L1 block"),
        l1_message_root: keccak256("message root"),
        ..Record::default()
    };
    (Boundary::genesis(&genesis(witness)), input(witness, context, Vec::new()))
}

/// The block in mainnet's own environment, its withdrawals as deposits.
pub fn as_mainnet(witness: &BlockWitness) -> (Boundary, BlockInput) {
    let header = &witness.header;
    let genesis = Genesis {
        gas_limit: header.gas_limit,
        gas_used: header.gas_limit / 2,
        base_fee: U256::from(header.base_fee_per_gas.unwrap()),
        ..genesis(witness)
    };
    let context = Record {
        prev_randao: header.mix_hash,
        l1_message_root: header.parent_beacon_block_root.unwrap(),
        ..Record::default()
    };
    let deposits = witness
        .withdrawals
        .iter()
        .map(|it| Deposit { index: it.index, account: it.address, amount: it.amount })
        .collect();
    (Boundary::genesis(&genesis), input(witness, context, deposits))
}
