//! `eth_getLogs`, and the rules of its filters.

use std::{ops::RangeInclusive, time::Instant};

use alloy::{
    eips::BlockNumberOrTag,
    rpc::types::{Filter, FilterBlockOption, Log},
};
use surety_engine::chain::{Chain, ChainError};

use super::{
    backend::Backend,
    convert::{self, Place},
    error::RpcError,
};

/// Addresses, or topics at one position, that a filter names at most: geth's.
const MAX_ALTERNATIVES: usize = 1_000;

/// What a log takes besides its data, about.
const LOG_BYTES: usize = 400;

/// Bytes that a log takes, about.
pub(crate) fn weight(log: &Log) -> usize {
    log.inner.data.data.len().saturating_add(LOG_BYTES)
}

/// Refuses a filter that nobody should have to evaluate.
///
/// # Errors
/// [`RpcError::InvalidParams`].
pub(crate) fn check(filter: &Filter) -> Result<(), RpcError> {
    let most =
        filter.topics.iter().map(|topics| topics.len()).fold(filter.address.len(), usize::max);
    if most > MAX_ALTERNATIVES {
        let message = "exceed max addresses or topics per search position";
        return Err(RpcError::InvalidParams(message.to_owned()));
    }
    Ok(())
}

/// The logs that match `filter`, in order.
///
/// # Errors
/// [`RpcError`]; [`RpcError::LimitExceeded`] for too many blocks or logs.
pub(crate) async fn query(backend: &Backend, filter: Filter) -> Result<Vec<Log>, RpcError> {
    check(&filter)?;
    let config = backend.config();
    let scan = Scan {
        filter,
        most: config.max_logs,
        most_bytes: config.max_response_bytes as usize / 2,
        until: Instant::now() + config.timeout(),
    };
    match scan.filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let one = move |chain: &Chain| {
                let unknown = || RpcError::Server("unknown block".to_owned());
                let number = chain.number_of(hash)?.ok_or_else(unknown)?;
                scan.blocks(chain, number..=number)
            };
            backend.blocking(one).await
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let latest = BlockNumberOrTag::Latest;
            let [from_block, to_block] = [from_block, to_block].map(|it| it.unwrap_or(latest));
            let from = backend.number(from_block).await?;
            let to = backend.number(to_block).await?;
            // what a tag stands for moves: nothing may be there yet
            if from > to && from_block.is_number() && to_block.is_number() {
                return Err(RpcError::InvalidParams("invalid block range params".to_owned()));
            }
            let to = to.min(backend.chain().head()?.number);
            let most = config.max_log_range;
            if to.saturating_sub(from) >= most {
                return Err(RpcError::LimitExceeded(format!(
                    "query spans more than {most} blocks"
                )));
            }
            backend.blocking(move |chain| scan.blocks(chain, from..=to)).await
        }
    }
}

/// A query under way.
struct Scan {
    filter: Filter,
    most: usize,
    most_bytes: usize,
    until: Instant,
}

impl Scan {
    fn blocks(&self, chain: &Chain, numbers: RangeInclusive<u64>) -> Result<Vec<Log>, RpcError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        // the last block's hash commits to all before it
        let end = chain.sealed(*numbers.end())?;
        let (mut logs, mut bytes) = (Vec::new(), 0_usize);
        for number in numbers {
            if Instant::now() > self.until {
                return Err(RpcError::Timeout);
            }
            let before = logs.len();
            self.block(chain, number, &mut logs)?;
            bytes = logs.iter().skip(before).map(weight).fold(bytes, usize::saturating_add);
            if logs.len() > self.most {
                let message = format!("query returned more than {} results", self.most);
                return Err(RpcError::LimitExceeded(message));
            }
            if bytes > self.most_bytes {
                let message = "query returned more than an answer can hold".to_owned();
                return Err(RpcError::LimitExceeded(message));
            }
        }
        match chain.sealed(end.number) {
            Ok(still) if still == end => Ok(logs),
            Ok(_) | Err(ChainError::NoSuchBlock) => {
                Err(RpcError::Server("the chain was reorganised meanwhile".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn block(&self, chain: &Chain, number: u64, logs: &mut Vec<Log>) -> Result<(), RpcError> {
        if !chain.bloom(number)?.is_none_or(|bloom| self.filter.matches_bloom(bloom)) {
            return Ok(());
        }
        let Some(block) = chain.executed(number)? else { return Ok(()) };
        let timestamp = block.header()?.timestamp;
        let place = Place { number, hash: block.row.hash, timestamp };
        let found = convert::logs(place, block.receipts()?);
        logs.extend(found.filter(|log| self.filter.matches(&log.inner)));
        Ok(())
    }
}
