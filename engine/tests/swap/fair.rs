//! What the tests of swaps share: a market with its daemons, and its people.

use std::sync::Arc;

use alloy::{
    primitives::{Bytes, U256},
    providers::Provider as _,
};
use alloy_sol_types::SolCall as _;
use surety_engine::{
    dispute::{
        domain::Snapshot,
        observe::{self, Observer},
    },
    l1::send::{Call, LaneError, Sent},
    node::{Node, pinned::Pinned},
    relay::up::{self, Outgoing},
    swap::{
        bindings::ISwapArbiter,
        driver::{Driver, Progress},
        lock::{Locking, lock},
        observe::Seat,
        terms::{LegNumber, Terms},
    },
};
use tempfile::TempDir;

use crate::{
    stage::{
        daemons::Daemon,
        devnet::Account,
        market::{COURIER, Market},
        rollups::follow,
    },
    support,
};

/// Places among a fair's daemons.
pub const PROPOSER_A: usize = 0;
pub const CHALLENGER_A: usize = 1;
pub const PROPOSER_B: usize = 2;
pub const CHALLENGER_B: usize = 3;

/// A market, and the daemons of its rollups.
pub struct Fair {
    pub market: Market,
    pub daemons: Vec<Daemon>,
    pub directory: TempDir,
}

impl Fair {
    /// Opens the market; no daemon runs yet.
    pub async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let market = Market::open(&support::root(), directory.path()).await.unwrap();
        // where cargo puts the programs of this build
        let test = std::env::current_exe().unwrap();
        let programs = test.parent().unwrap().parent().unwrap().to_owned();
        assert!(programs.join("surety-proposer").exists(), "build the daemons: scripts/test does");
        let mut daemons = Vec::new();
        for rollup in &market.rollups.rollups {
            daemons.push(rollup.proposer(&programs).unwrap());
            daemons.push(rollup.challenger(&programs).unwrap());
        }
        Self { market, daemons, directory }
    }

    /// Starts daemons.
    pub fn start(&mut self, daemons: &[usize]) {
        daemons.iter().for_each(|&daemon| self.daemons[daemon].start().unwrap());
    }

    /// Mines `blocks` L1 blocks every so often until it `happened`.
    pub async fn until(
        &mut self,
        what: &str,
        blocks: u64,
        mut happened: impl AsyncFnMut(&Market) -> bool,
    ) {
        let market = &self.market;
        let mut daemons: Vec<_> = self.daemons.iter_mut().collect();
        let happened = async || Ok(happened(market).await);
        market.rollups.until(what, blocks, &mut daemons, happened).await.unwrap();
    }

    pub const fn node(&self, number: LegNumber) -> &Arc<Node> {
        match number {
            LegNumber::One => &self.market.a,
            LegNumber::Two => &self.market.b,
        }
    }

    pub fn seat(&self, number: LegNumber, account: Account) -> Arc<Seat> {
        self.market.seat(self.node(number), account).unwrap()
    }

    /// A courier for a swap.
    pub fn driver(&self, terms: &Terms) -> Driver {
        let seat = |number| self.seat(number, COURIER);
        Driver::new(terms.clone(), seat(LegNumber::One), seat(LegNumber::Two)).unwrap()
    }

    /// Locks a leg by its owner.
    pub async fn lock(&self, terms: &Terms, number: LegNumber, owner: Account) {
        let seat = self.seat(number, owner);
        while lock(&seat, terms, number).await.unwrap() != Locking::Locked {}
    }

    /// Drives swaps until they are over.
    pub async fn drive(&mut self, swaps: &[Terms]) -> Vec<[Progress; 2]> {
        let drivers: Vec<_> = swaps.iter().map(|terms| self.driver(terms)).collect();
        let mut last = Vec::new();
        self.until("the swaps end", 4, async |_| {
            last.clear();
            for driver in &drivers {
                last.push(driver.round().await.unwrap());
            }
            last.iter().flatten().all(Progress::is_over)
        })
        .await;
        last
    }

    /// The message by which a leg's vault has told of its lock.
    pub fn lock_message(&self, terms: &Terms, number: LegNumber) -> Outgoing {
        let call = ISwapArbiter::onLockedCall { terms: terms.clone(), number: number as u8 };
        let data = Bytes::from(call.abi_encode());
        let sent = up::sent_since(self.node(number), 0).unwrap();
        sent.into_iter().find(|sent| sent.message.data == data).unwrap()
    }

    /// Proves a leg's lock to the arbiter, or tries to.
    pub async fn tell(&self, terms: &Terms, number: LegNumber) -> Result<Sent, LaneError> {
        let node = self.node(number);
        let sent = self.lock_message(terms, number);
        let proof = up::prove(node, &self.snapshot(number).await, &sent).unwrap();
        let lane = self.market.rollups.devnet.lane(COURIER).unwrap();
        up::withdraw(&lane, terms.leg(number).bridge, &sent.message, proof).await
    }

    /// The claims of a leg's rollup.
    pub async fn snapshot(&self, number: LegNumber) -> Snapshot {
        let node = self.node(number);
        follow(node).await.unwrap();
        let deployment = observe::Deployment::from(&**node);
        let pinned = Pinned::new(Arc::clone(node));
        let account = self.market.address(COURIER).unwrap();
        Observer::new(pinned, deployment, account).snapshot().await.unwrap()
    }

    /// A call of the courier's to the arbiter.
    pub async fn arbiter(&self, terms: &Terms, data: Vec<u8>) -> Result<Sent, LaneError> {
        let lane = self.market.rollups.devnet.lane(COURIER).unwrap();
        let (to, data) = (Some(terms.arbiter), data.into());
        lane.send(&Call { to, data, value: U256::ZERO, label: "test" }).await
    }

    /// Makes an L1 block at this time.
    pub async fn jump_to(&self, time: u64) {
        let devnet = &self.market.rollups.devnet;
        devnet.set_next_time(time).await.unwrap();
        devnet.mine(1).await.unwrap();
        let head = devnet.l1.provider().get_block_number().await.unwrap();
        assert!(head > 0 && self.market.now().await.unwrap() == time);
        follow(&self.market.a).await.unwrap();
        follow(&self.market.b).await.unwrap();
    }
}
