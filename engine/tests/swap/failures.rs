//! One market, three swaps: one that succeeds though its courier is killed, one whose second leg is never locked, and one
//! whose second lock is told too late; and everything that was sent is sent again.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use alloy::{
    primitives::{Address, U256},
    rpc::types::Filter,
};
use alloy_sol_types::{SolCall as _, SolError as _, SolEvent as _, SolInterface as _};
use surety_engine::{
    l1::{
        bindings::{IBridge, IL1Messenger},
        follow::Headers as _,
        send::LaneError,
    },
    relay::{
        RelayError,
        account::{L2Call, post},
        down::{self, DownStatus},
    },
    swap::{
        SwapError,
        bindings::{ISwapArbiter, ISwapVault},
        lock::lock,
        plan::{Next, Step, Wait},
        terms::{LegNumber, LegState, SwapState, Terms},
    },
};

use crate::{
    fair::{CHALLENGER_A, CHALLENGER_B, Fair, PROPOSER_A, PROPOSER_B},
    stage::{
        market::{ALICE, BOB, COURIER, units},
        rollups::follow,
    },
};

/// Who has what: Alice's ether on A, her tokens on B, Bob's ether on A, his tokens on B.
fn balances(fair: &Fair) -> [U256; 4] {
    let market = &fair.market;
    [
        market.ether(&market.a, ALICE).unwrap(),
        market.tokens(ALICE).unwrap(),
        market.ether(&market.a, BOB).unwrap(),
        market.tokens(BOB).unwrap(),
    ]
}

/// The command line, for people with a configuration file at each rollup.
struct CommandLine {
    terms: PathBuf,
}

impl CommandLine {
    fn new(fair: &Fair, terms: &Terms) -> Self {
        let path = fair.directory.path().join("terms.json");
        std::fs::write(&path, serde_json::to_vec(terms).unwrap()).unwrap();
        Self { terms: path }
    }

    fn run(arguments: &[&str], paths: &[(&str, &Path)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surety"));
        command.arg("swap").args(arguments);
        for (name, path) in paths {
            command.arg(name).arg(path);
        }
        command.output().unwrap()
    }

    /// `surety swap lock`.
    fn lock(&self, fair: &Fair, rollup: usize, leg: LegNumber) {
        let owner = [ALICE, BOB][rollup];
        let rollup = fair.market.rollups.rollup(rollup).unwrap();
        let config = rollup.config("owner", owner).unwrap();
        let paths = [("--terms", self.terms.as_path()), ("--config", &config)];
        let output = Self::run(&["lock", "--leg", &leg.to_string()], &paths);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("is locked"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The same at both rollups.
    fn seats(&self, fair: &Fair) -> [(&'static str, PathBuf); 3] {
        let config = |number: usize| {
            fair.market.rollups.rollup(number).unwrap().config("courier", COURIER).unwrap()
        };
        [("--terms", self.terms.clone()), ("--one", config(0)), ("--two", config(1))]
    }

    /// `surety swap drive`, started.
    fn drive(&self, fair: &Fair, log: &Path) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surety"));
        command.args(["swap", "drive", "--json"]);
        for (name, path) in self.seats(fair) {
            command.arg(name).arg(path);
        }
        let out = File::options().create(true).append(true).open(log).unwrap();
        command.stdout(out).stderr(Stdio::null()).spawn().unwrap()
    }

    /// `surety swap status`.
    fn status(&self, fair: &Fair) -> String {
        let seats = self.seats(fair);
        let paths: Vec<_> = seats.iter().map(|(name, path)| (*name, path.as_path())).collect();
        let output = Self::run(&["status"], &paths);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t71_both_legs_are_paid_or_none_whatever_fails_in_between() {
    let _turn = crate::turn().await;
    let mut fair = Fair::open().await;
    fair.start(&[PROPOSER_A, CHALLENGER_A, PROPOSER_B, CHALLENGER_B]);
    let begun = balances(&fair);
    let good = fair.market.terms(3, 5_000, 100_000, 1).await.unwrap();
    let missing = fair.market.terms(1, 1_000, 20_000, 2).await.unwrap();
    let late = fair.market.terms(2, 2_000, 20_000, 3).await.unwrap();

    fair.lock(&missing, LegNumber::One, ALICE).await;
    fair.lock(&late, LegNumber::One, ALICE).await;
    fair.lock(&late, LegNumber::Two, BOB).await;
    wrong_locks(&fair, &missing).await;
    settle(&mut fair, &good).await;
    replay(&fair, &good).await;
    expire(&mut fair, &missing, &late).await;
    lock_after_the_end(&fair, &missing).await;

    // what was swapped was swapped once, and all else came back
    let ended = balances(&fair);
    assert_eq!(ended[1], begun[1] + units(5_000));
    assert_eq!(ended[2], begun[2] + units(3));
    assert_eq!(ended[3], begun[3] - units(5_000));
    let gas = begun[0] - units(3) - ended[0];
    assert!(gas > U256::ZERO && gas < units(1), "{gas}");
}

/// Nobody locks another's leg, a leg on another rollup, or under another arbiter.
async fn wrong_locks(fair: &Fair, terms: &Terms) {
    let one = LegNumber::One;
    let bob = fair.seat(one, BOB);
    assert!(matches!(lock(&bob, terms, one).await, Err(SwapError::OtherAccount { .. })));
    let elsewhere = fair.seat(LegNumber::Two, ALICE);
    assert!(matches!(lock(&elsewhere, terms, one).await, Err(SwapError::OtherRollup { .. })));
    let other = Terms { arbiter: Address::repeat_byte(1), ..terms.clone() };
    let alice = fair.seat(one, ALICE);
    assert!(matches!(lock(&alice, &other, one).await, Err(SwapError::OtherContract { .. })));
}

/// Both legs, by the command line; the courier is killed once it has told of the first lock.
async fn settle(fair: &mut Fair, terms: &Terms) {
    let commands = CommandLine::new(fair, terms);
    commands.lock(fair, 0, LegNumber::One);
    commands.lock(fair, 1, LegNumber::Two);
    assert!(commands.status(fair).contains("no confirmed claim holds the lock"));

    let log = fair.directory.path().join("courier.log");
    let told = || std::fs::read_to_string(&log).unwrap_or_default();
    let mut courier = commands.drive(fair, &log);
    fair.until("a lock is told", 8, async |_| told().contains("\"act\":\"tell\"")).await;
    courier.kill().unwrap();
    courier.wait().unwrap();
    let mut courier = commands.drive(fair, &log);
    let mut ended = None;
    fair.until("the swap is settled", 8, async |_| {
        ended = courier.try_wait().unwrap();
        ended.is_some()
    })
    .await;
    assert!(ended.unwrap().success());

    // what was sent before the kill was not sent again
    let topics = Filter::new().address(terms.arbiter).topic1(terms.id());
    let announced = topics.event_signature(ISwapArbiter::Announced::SIGNATURE_HASH);
    let l1 = &fair.market.rollups.devnet.l1;
    let head = l1.head().await.unwrap().number;
    assert_eq!(l1.logs(&announced, 0, head).await.unwrap().len(), 2);
    let status = fair.driver(terms).status().await.unwrap();
    for progress in status {
        assert_eq!(progress.view.swap, SwapState::Settled);
        assert_eq!(progress.view.leg, LegState::Settled);
        assert!(progress.is_over());
    }
}

/// Every message of a settled swap once more.
async fn replay(fair: &Fair, terms: &Terms) {
    let before = balances(fair);
    for number in LegNumber::ALL {
        // the lock's message: the Bridge knows that it was carried out
        let refused = fair.tell(terms, number).await.unwrap_err();
        let LaneError::WouldRevert { data, .. } = refused else { panic!("{refused}") };
        assert_eq!(data[..4], IBridge::AlreadyWithdrawn::SELECTOR);

        // the outcome's message: L1Messenger knows that it was relayed
        let (node, seat) = (fair.node(number), fair.seat(number, COURIER));
        let first = verdict(fair, terms, number, 0).expect("it was announced");
        assert_eq!(down::status(node, first).unwrap(), DownStatus::Relayed);
        let again = seat.account().sign(&[down::relay(node, first).unwrap()]).await;
        let Err(RelayError::WouldFail { output }) = again else { panic!("relayed twice") };
        use IL1Messenger::IL1MessengerErrors::{AlreadyRelayed, CallFailed};
        let error = IL1Messenger::IL1MessengerErrors::abi_decode(&output).unwrap();
        assert!(matches!(error, AlreadyRelayed(_)));

        // announced again: another message, which the vault does not obey
        let call = ISwapArbiter::announceCall { terms: terms.clone(), number: number as u8 };
        fair.arbiter(terms, call.abi_encode()).await.unwrap();
        post(node, seat.lane(), &[]).await.unwrap();
        follow(node).await.unwrap();
        let second = verdict(fair, terms, number, first + 1).expect("it was announced again");
        let DownStatus::Failing { reason } = down::status(node, second).unwrap() else {
            panic!("obeyed twice")
        };
        let error = IL1Messenger::IL1MessengerErrors::abi_decode(&reason).unwrap();
        let CallFailed(failed) = error else { panic!("not the vault's error") };
        let wrong = ISwapVault::WrongLegState::abi_decode(&failed.reason).unwrap();
        assert_eq!(LegState::of(wrong.state), Some(LegState::Settled));
    }
    // and nothing is cancelled
    let cancel = ISwapArbiter::cancelCall { terms: terms.clone() }.abi_encode();
    assert!(matches!(fair.arbiter(terms, cancel).await, Err(LaneError::WouldRevert { .. })));
    assert_eq!(balances(fair), before);
}

/// The first message from `leaf` on that tells a leg's vault to pay.
fn verdict(fair: &Fair, terms: &Terms, number: LegNumber, leaf: u64) -> Option<u64> {
    let node = fair.node(number);
    let call = ISwapVault::settleCall { terms: terms.clone(), number: number as u8 };
    let data = call.abi_encode();
    (leaf..node.messages()).find(|&leaf| node.message(leaf).unwrap().data[..] == data[..])
}

/// The deadline comes while one swap lacks a lock, and another's second lock is confirmed and not told.
async fn expire(fair: &mut Fair, missing: &Terms, late: &Terms) {
    fair.tell(late, LegNumber::One).await.unwrap();
    let [one, two] = fair.driver(late).status().await.unwrap();
    assert_eq!(one.next, Next::Wait(Wait::OtherLeg));
    assert_eq!((two.next, two.view.swap), (Next::Act(Step::Tell), SwapState::OneLocked));
    let [one, two] = fair.driver(missing).status().await.unwrap();
    assert_eq!(one.next, Next::Act(Step::Tell));
    assert_eq!(two.next, Next::Wait(Wait::Lock));

    fair.jump_to(late.deadline.max(missing.deadline)).await;
    let refused = fair.tell(late, LegNumber::Two).await.unwrap_err();
    let LaneError::WouldRevert { data, .. } = refused else { panic!("{refused}") };
    assert_eq!(data[..4], IBridge::CallFailed::SELECTOR);

    let ended = fair.drive(&[missing.clone(), late.clone()]).await;
    let legs = |swap: usize| [ended[swap][0].view.leg, ended[swap][1].view.leg];
    assert_eq!(legs(0), [LegState::Cancelled, LegState::Open]);
    assert_eq!(legs(1), [LegState::Cancelled, LegState::Cancelled]);
    for number in LegNumber::ALL {
        assert_eq!(ended[1][number as usize].view.swap, SwapState::Cancelled);
        let refused = fair.tell(late, number).await.unwrap_err();
        assert!(matches!(refused, LaneError::WouldRevert { .. }), "{refused}");
    }
}

/// A leg whose swap was cancelled before it was locked: the outcome closes it.
async fn lock_after_the_end(fair: &Fair, terms: &Terms) {
    let two = LegNumber::Two;
    let (node, courier, bob) = (fair.node(two), fair.seat(two, COURIER), fair.seat(two, BOB));
    assert!(matches!(lock(&bob, terms, two).await, Err(SwapError::NotLockable { .. })));
    let number = two as u8;
    let call = ISwapArbiter::announceCall { terms: terms.clone(), number };
    fair.arbiter(terms, call.abi_encode()).await.unwrap();
    post(node, courier.lane(), &[]).await.unwrap();
    follow(node).await.unwrap();
    let leaf = node.messages() - 1;
    let relay = down::relay(node, leaf).unwrap();
    courier.account().post(courier.lane(), &[relay]).await.unwrap();
    follow(node).await.unwrap();
    assert_eq!(down::status(node, leaf).unwrap(), DownStatus::Relayed);

    let call = ISwapVault::lockCall { terms: terms.clone(), number };
    let data = call.abi_encode().into();
    let viewed =
        bob.account().view(&L2Call { to: Some(terms.two.vault), value: U256::ZERO, data }).unwrap();
    assert!(!viewed.is_success());
    let wrong = ISwapVault::WrongLegState::abi_decode(&viewed.output).unwrap();
    assert_eq!(LegState::of(wrong.state), Some(LegState::Cancelled));
}
