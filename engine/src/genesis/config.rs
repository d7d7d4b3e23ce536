//! The part of geth's format that says which rules hold.

use std::collections::BTreeMap;

use alloy::{eips::eip7840::BlobParams, genesis::ChainConfig};
use alloy_primitives::U256;

/// Osaka's rules from the genesis on. The schedule of blobs is there because geth wants one: an L2 has none.
pub(super) fn osaka(chain_id: u64) -> ChainConfig {
    // the file holds counts alone, and Osaka's are Prague's
    let blobs = [
        ("cancun", BlobParams::cancun()),
        ("prague", BlobParams::prague()),
        ("osaka", BlobParams::prague()),
    ];
    ChainConfig {
        chain_id,
        homestead_block: Some(0),
        eip150_block: Some(0),
        eip155_block: Some(0),
        eip158_block: Some(0),
        byzantium_block: Some(0),
        constantinople_block: Some(0),
        petersburg_block: Some(0),
        istanbul_block: Some(0),
        muir_glacier_block: Some(0),
        berlin_block: Some(0),
        london_block: Some(0),
        arrow_glacier_block: Some(0),
        gray_glacier_block: Some(0),
        merge_netsplit_block: Some(0),
        terminal_total_difficulty: Some(U256::ZERO),
        terminal_total_difficulty_passed: true,
        shanghai_time: Some(0),
        cancun_time: Some(0),
        prague_time: Some(0),
        osaka_time: Some(0),
        blob_schedule: BTreeMap::from(blobs.map(|(fork, blobs)| (fork.to_owned(), blobs))),
        ..ChainConfig::default()
    }
}

/// Whether these are Osaka's rules from the genesis on, and none that follow.
pub(super) fn is_osaka(config: &ChainConfig) -> bool {
    config.osaka_time == Some(0) && config.amsterdam_time.is_none() && config.bogota_time.is_none()
}
