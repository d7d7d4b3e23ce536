//! The honest side's books: whatever happened, each of its accounts has what it had, less gas, plus what it was credited.

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    sol_types::{SolCall as _, SolEventInterface as _},
};
use eyre::ensure;
use surety_engine::{
    dispute::observe::ChainReader,
    l1::{
        bindings::IBonds::{self, IBondsEvents},
        client::L1Client,
        follow::Headers,
    },
    node::deployment::Deployment,
};

use super::ledger::Entry;

/// An account of the honest side, and what it held outside of Bonds before it sent anything.
pub(crate) struct Honest {
    pub(crate) name: &'static str,
    pub(crate) address: Address,
    pub(crate) before: U256,
}

/// What Bonds' events say of one account.
#[derive(Default)]
struct Books {
    free: U256,
    locked: U256,
    most_locked: U256,
    credited: U256,
    forfeited: U256,
}

impl Books {
    fn read(entries: &[Entry], account: Address) -> Self {
        let mut books = Self::default();
        for log in entries.iter().flat_map(|entry| &entry.logs) {
            let Ok(event) = IBondsEvents::decode_log(&log.inner) else { continue };
            match event.data {
                IBondsEvents::Deposited(it) if it.account == account => books.free += it.amount,
                IBondsEvents::Withdrawn(it) if it.account == account => books.free -= it.amount,
                IBondsEvents::Credited(it) if it.account == account => {
                    books.free += it.amount;
                    books.credited += it.amount;
                }
                IBondsEvents::Locked(it) if it.account == account => {
                    books.free -= it.amount;
                    books.locked += it.amount;
                    books.most_locked = books.most_locked.max(books.locked);
                }
                IBondsEvents::Unlocked(it) if it.account == account => {
                    books.free += it.amount;
                    books.locked -= it.amount;
                }
                IBondsEvents::Forfeited(it) if it.account == account => {
                    books.locked -= it.amount;
                    books.forfeited += it.amount;
                }
                _ => {}
            }
        }
        books
    }
}

/// Checks the books of `honest` at the end of a story in which nothing is sent any more: no bond was locked twice or lost, and
/// no credit is missing. At most `bonds` wei may have been locked by one account at one time.
pub(crate) async fn audit(
    l1: &L1Client,
    deployment: &Deployment,
    entries: &[Entry],
    honest: &[Honest],
    bonds: U256,
) -> eyre::Result<()> {
    let head = Headers::head(l1).await?.hash;
    for Honest { name, address, before } in honest {
        let books = Books::read(entries, *address);
        ensure!(books.forfeited.is_zero(), "{name} lost a bond");
        ensure!(books.most_locked <= bonds, "{name} had {} wei locked", books.most_locked);
        let call = IBonds::accountsCall { account: *address }.abi_encode().into();
        let answer = ChainReader::call(l1, head, deployment.bonds, call).await?;
        let answer = IBonds::accountsCall::abi_decode_returns_validate(&answer)?;
        let (free, locked) = (U256::from(answer.free), U256::from(answer.locked));
        ensure!(free == books.free && locked == books.locked, "Bonds' books of {name} are wrong");
        let paid: U256 =
            entries.iter().filter(|entry| entry.from == *address).map(|entry| entry.fee).sum();
        let wallet = l1.provider().get_balance(*address).await?;
        ensure!(
            wallet + free + locked + paid == *before + books.credited,
            "{name} had {before} wei and was credited {}; it paid {paid} for gas and has {wallet}, {free} free and {locked} locked",
            books.credited
        );
    }
    ensure!(
        entries.iter().map(|entry| entry.hash).collect::<std::collections::BTreeSet<B256>>().len()
            == entries.len(),
        "a transaction is in the ledger twice"
    );
    Ok(())
}
