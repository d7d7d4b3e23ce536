//! The toy rollup with those who play there, and what a dispute has to end in.

use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use surety_engine::dispute::domain::{BondStatus, ClaimStatus, Snapshot};
use surety_engine::dispute::lane::TransactionLane;
use surety_engine::dispute::observe::{Deployment, Observer};
use surety_engine::dispute::plan::{Decision, End, Planned, Policy, Reason};
use surety_engine::dispute::player::Player;
use surety_engine::l1::bindings::IBonds;

use super::deploy::{BUDGET, append, deploy};
use super::machine::{Execution, Records, Twist};
use crate::devnet::seats::{self, Reader, Shared, seat};
use crate::devnet::{Devnet, ETHER};

pub type Seat = seats::Seat<Execution>;

pub struct World {
    pub chain: Shared,
    pub deployment: Deployment,
    pub genesis: B256,
    pub records: Records,
}

impl World {
    pub fn new(blocks: usize) -> Self {
        Self::on(Devnet::new(), Address::ZERO, blocks)
    }

    /// One on an L1 with a history, whose contests `settlement` settles.
    pub fn on(mut chain: Devnet, settlement: Address, blocks: usize) -> Self {
        let (deployment, genesis) = deploy(&mut chain, settlement);
        let chain = Arc::new(Mutex::new(chain));
        let world = Self { chain, deployment, genesis, records: Records::default() };
        world.append(blocks);
        world
    }

    pub fn honest(&self, name: u8, policy: Policy) -> Seat {
        seat(
            &self.chain,
            self.deployment,
            name,
            Execution::honest(self.genesis, &self.records),
            policy,
        )
    }

    pub fn liar(&self, name: u8, twist: Twist, policy: Policy) -> Seat {
        let execution = Execution::twisted(self.genesis, &self.records, twist);
        seat(&self.chain, self.deployment, name, execution, policy)
    }

    pub fn append(&self, blocks: usize) {
        for _ in 0..blocks {
            let record = append(&mut self.chain.lock().unwrap(), self.deployment.inbox);
            self.records.hashes.lock().unwrap().push(record);
        }
    }

    pub fn sham(&self, name: u8, step: u32) -> Seat {
        let execution = Execution::sham(self.genesis, &self.records, step);
        seat(&self.chain, self.deployment, name, execution, Policy::CHALLENGER)
    }

    /// What an account has locked in Bonds.
    pub fn locked(&self, account: Address) -> U256 {
        let call = IBonds::accountsCall { account }.abi_encode();
        let answer = self.chain.lock().unwrap().call(self.deployment.bonds, call);
        U256::from(IBonds::accountsCall::abi_decode_returns(&answer.unwrap()).unwrap().locked)
    }

    pub fn burned(&self) -> U256 {
        let answer = self
            .chain
            .lock()
            .unwrap()
            .call(self.deployment.bonds, IBonds::burnedCall {}.abi_encode());
        IBonds::burnedCall::abi_decode_returns(&answer.unwrap()).unwrap()
    }
}

pub fn twist(slot: u32, step: u32) -> Twist {
    Twist { slot, step, salt: 1 }
}

/// Somebody else, who stops for ever after so many moves.
pub struct Other<'a>(pub &'a Seat, pub usize);

impl Other<'_> {
    pub async fn tick(&self) -> bool {
        let moves = self.0.lane.sent.lock().unwrap().len();
        moves < self.1 && self.0.tick().await.unwrap().sent.is_some()
    }
}

/// No decision gives anything up.
pub fn assert_unbeaten(planned: &[Planned]) {
    for planned in planned {
        let lost = matches!(
            planned.decision,
            Decision::Terminal(
                End::WrongClaimConfirmed(_)
                    | End::HonestClaimLost(_)
                    | End::HonestStepsLost(_)
                    | End::TooLate(_)
            ) | Decision::Wait(Reason::Inconsistent(_) | Reason::OutOfTime)
        );
        assert!(!lost, "{planned:?}");
    }
}

/// Ticks everybody in turn until nobody has had anything to do for as long as a clock can run. Returns the last snapshot.
pub async fn play<L: TransactionLane>(
    world: &World,
    honest: &[&Player<Reader, Execution, Execution, L>],
    others: &[Other<'_>],
) -> Snapshot {
    let mut quiet = 0;
    for _ in 0..4_000 {
        let mut idle = true;
        for seat in honest {
            let tick = seat.tick().await.unwrap();
            assert_unbeaten(&tick.planned);
            assert!(tick.failures.is_empty(), "{:?}", tick.failures);
            idle &= tick.sent.is_none();
        }
        for other in others {
            idle &= !other.tick().await;
        }
        quiet = if idle { quiet + 1 } else { 0 };
        if quiet > 2 * BUDGET {
            let snapshot = honest[0].observer.snapshot().await.unwrap();
            let (reader, account) = (Reader(world.chain.clone()), honest[0].observer.account());
            let anew = Observer::new(reader, world.deployment, account).snapshot().await.unwrap();
            assert_eq!(snapshot, anew, "what an observer keeps changes nothing");
            let chronicle = &snapshot.chronicle;
            assert_eq!(chronicle.burned, world.burned(), "the chronicle knows what burned");
            for (account, balance) in &chronicle.balances {
                assert_eq!(balance.locked, world.locked(*account), "and what {account} has locked");
            }
            return snapshot;
        }
        if idle {
            world.chain.lock().unwrap().mine(1);
        }
    }
    panic!("the dispute does not end: {:?}", honest[0].tick().await.unwrap().planned);
}

/// Asserts that only the honest claim over the whole domain stands, and every liar paid for its own.
pub fn assert_truth(world: &World, snapshot: &Snapshot, lying_claims: usize) {
    let count = |status| snapshot.claims.values().filter(|claim| claim.status == status).count();
    assert_eq!(
        count(ClaimStatus::Confirmed),
        2,
        "genesis and the honest claim: {:?}",
        snapshot.claims
    );
    assert_eq!(count(ClaimStatus::Lost), lying_claims);
    assert_eq!(count(ClaimStatus::Proposed), 0);
    let forfeited =
        snapshot.bonds.values().filter(|bond| bond.status == BondStatus::Forfeited).count();
    assert_eq!(forfeited, lying_claims);
    let half = U256::from(3 * ETHER / 2) * U256::from(lying_claims);
    assert!(world.burned() >= half, "at least half is burned");
}
