//! What both daemons tell of a dispute while it goes on, and when L1 is gone.

use std::{collections::BTreeMap, io::Write as _, sync::Mutex, time::Duration};

use alloy::transports::http::reqwest;
use serde_json::Value;
use surety_engine::telemetry::{Description, Kind, names};

use crate::{
    stage::{daemons::Daemon, devnet::Account},
    town::Resident,
};

/// Lets a daemon serve its telemetry on a port of its own choice. Before it starts.
pub fn enable(daemon: &Daemon) {
    let config = daemon.log().with_extension("toml");
    let mut file = std::fs::OpenOptions::new().append(true).open(config).unwrap();
    file.write_all(b"\n[telemetry]\nlisten = \"127.0.0.1:0\"\n").unwrap();
}

/// A running daemon's server.
struct Scrape {
    url: String,
}

/// All series, by name and labels.
type Series = BTreeMap<String, f64>;

impl Scrape {
    /// Of a daemon whose log says where it serves.
    async fn of(daemon: &Daemon) -> Self {
        let address = || {
            let log = std::fs::read_to_string(daemon.log()).ok()?;
            let line = log.lines().find(|line| line.contains("telemetry is served"))?.to_owned();
            Some(line.split_once("address=")?.1.split_whitespace().next()?.to_owned())
        };
        for _ in 0..600 {
            if let Some(address) = address() {
                return Self { url: format!("http://{address}") };
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} serves no telemetry", daemon.name());
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// `/metrics`, read.
    async fn metrics(&self) -> Series {
        let (status, text) = self.get("/metrics").await;
        assert_eq!(status, 200);
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let read = |line: &str| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            (series.to_owned(), value.parse().unwrap())
        };
        lines.map(read).collect()
    }

    /// `/metrics` once `holds`, or after half a minute: L1 goes on meanwhile, and any single round may be late or unknown.
    async fn once(&self, holds: impl Fn(&Series) -> bool) -> Series {
        let mut series = self.metrics().await;
        for _ in 0..300 {
            if holds(&series) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            series = self.metrics().await;
        }
        series
    }

    /// `/health`.
    async fn is_alive(&self) -> bool {
        self.get("/health").await.0 == 200
    }

    /// `/ready`: whether it is, and why not.
    async fn ready(&self) -> (bool, Value) {
        let (status, text) = self.get("/ready").await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (status == 200, status == 503),
            (answer["ready"] == true, answer["ready"] == false)
        );
        (status == 200, answer)
    }
}

/// The sum over all series of a metric.
fn sum(series: &Series, metric: &str) -> f64 {
    let name = |key: &str| key.split('{').next() == Some(metric);
    series.iter().filter(|(key, _)| name(key)).map(|(_, value)| value).sum()
}

/// The least of all series of a metric.
fn least(series: &Series, metric: &str) -> f64 {
    let name = |key: &str| key.split('{').next() == Some(metric);
    let values = series.iter().filter(|(key, _)| name(key)).map(|(_, value)| *value);
    values.fold(f64::INFINITY, f64::min)
}

/// Watches the telemetry of both daemons.
pub struct Observatory {
    proposer: Scrape,
    challenger: Scrape,
    seen: Mutex<Seen>,
}

/// What was true at some time.
#[derive(Debug, Default)]
struct Seen {
    wrong_claim: bool,
    disagreement: bool,
    disputing: bool,
    root_locked: bool,
    step_locked: bool,
    slots_match: bool,
    steps_match: bool,
}

const WRONG: &str = r#"surety_claims{verdict="wrong",status="proposed"}"#;

impl Observatory {
    /// Both daemons run.
    pub async fn of(proposer: &Daemon, challenger: &Daemon) -> Self {
        let (proposer, challenger) = (Scrape::of(proposer).await, Scrape::of(challenger).await);
        Self { proposer, challenger, seen: Mutex::default() }
    }

    pub async fn look(&self) {
        let (proposer, challenger) =
            (self.proposer.metrics().await, self.challenger.metrics().await);
        let mut seen = self.seen.lock().unwrap();
        for series in [&proposer, &challenger] {
            let is = |key: &str, value: f64| series.get(key) == Some(&value);
            let at = |level| format!(r#"surety_matches{{level="{level}""#);
            let plays =
                |level| series.iter().any(|(key, it)| key.starts_with(&at(level)) && *it == 1.0);
            seen.wrong_claim |= is(WRONG, 1.0);
            seen.disagreement |= is("surety_newest_claim_agreement", -1.0);
            seen.disputing |= is("surety_disputing", 1.0);
            seen.slots_match |= plays("slots");
            seen.steps_match |= plays("steps");
            // development's bonds
            seen.root_locked |= is(r#"surety_bonds_locked_ether{kind="root"}"#, 2.025);
            seen.step_locked |= is(r#"surety_bonds_locked_ether{kind="step"}"#, 2.025);
        }
    }

    fn check_seen(&self) {
        let seen = self.seen.lock().unwrap();
        let Seen { wrong_claim, disagreement, disputing, root_locked, .. } = *seen;
        assert!(wrong_claim && disagreement && disputing && root_locked, "{seen:?}");
        let Seen { step_locked, slots_match, steps_match, .. } = *seen;
        assert!(step_locked && slots_match && steps_match, "{seen:?}");
    }

    /// After the dispute: what was seen of it, and what is left.
    pub async fn check(&self, user: &Resident<'_>, accounts: [Account; 2]) {
        self.check_seen();
        let follows = |series: &Series| {
            series["surety_ready"] == 1.0 && series["surety_l1_lag_seconds"] == 0.0
        };
        let (proposer, challenger) =
            (self.proposer.once(follows).await, self.challenger.once(follows).await);
        for (series, account) in [(&proposer, accounts[0]), (&challenger, accounts[1])] {
            check_series(series);
            assert_eq!(series[WRONG], 0.0);
            assert_eq!(series["surety_ready"], 1.0);
            assert_eq!(series["surety_watch_only"], 0.0);
            assert_eq!(series["surety_l2_head_block"], 2.0);
            assert_eq!(series["surety_l1_lag_seconds"], 0.0);
            assert!(series["surety_store_bytes"] > 0.0);
            assert!(series["process_resident_memory_bytes"] > 1e6);
            let wei: f64 =
                user.town.balance(user.town.stage.devnet.address(account).unwrap()).await.into();
            // a move may be made meanwhile
            assert!((series["surety_wallet_ether"] - wei / 1e18).abs() < 5.0);
        }
        assert_eq!(challenger[r#"surety_alarms_total{alarm="wrong_claim"}"#], 1.0);
        let executed = challenger["surety_l2_blocks_executed_total"];
        assert_eq!(executed, 2.0, "the proposer had them from before it was killed");
        let both = |metric| sum(&proposer, metric) + sum(&challenger, metric);
        assert!(both("surety_moves_total") >= 12.0, "turns, a proof, conclusion and bonds");
        let gas = both("surety_move_gas_total");
        assert!((1_000_000.0..20_000_000.0).contains(&gas), "{gas}");
        assert!(both("surety_move_fees_gwei_total") > 0.0);
        assert!(both("surety_evidence_steps_total") > 0.0, "somebody traced the slot");
        let lost = r#"surety_claims{verdict="wrong",status="lost"}"#;
        let undone = r#"surety_claims{verdict="none",status="lost"}"#;
        assert_eq!(challenger[lost] + challenger[undone], 1.0, "the lie");
    }

    /// When L1 does not answer any more.
    pub async fn check_without_l1(&self) {
        for scrape in [&self.proposer, &self.challenger] {
            let mut answer = scrape.ready().await;
            for _ in 0..600 {
                if !answer.0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                answer = scrape.ready().await;
            }
            let (ready, why) = answer;
            assert!(!ready, "{why}");
            assert_eq!(why["reasons"][0]["reason"], "unknown", "{why}");
            assert!(scrape.is_alive().await, "only L1 is gone");
            let series = scrape.metrics().await;
            assert_eq!(series["surety_ready"], 0.0);
            assert_eq!(series[r#"surety_unknown{need="round"}"#], 1.0);
            assert!(series[r#"surety_unknown_since_timestamp_seconds{need="round"}"#] > 1.7e9);
            let errors = [r#"{kind="l1"}"#, r#"{kind="observe"}"#]
                .map(|kind| series[&format!("surety_errors_total{kind}")]);
            assert!(errors.iter().sum::<f64>() >= 1.0, "{errors:?}");
        }
    }
}

/// A daemon without a key sees a wrong claim, and that the right side has to move; the liar plays on by `play`.
pub async fn check_watcher(watcher: &Daemon, play: impl AsyncFn()) {
    let scrape = Scrape::of(watcher).await;
    let due = |series: &Series| {
        let ours = series.get(r#"surety_clock_slack_blocks{side="ours"}"#).copied();
        let deadline = least(series, "surety_deadline_blocks");
        ours.is_some_and(f64::is_finite) && deadline.is_finite()
    };
    let mut series = scrape.metrics().await;
    for _ in 0..100 {
        if due(&series) {
            break;
        }
        play().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        series = scrape.metrics().await;
    }
    assert!(due(&series), "{series:#?}");
    // development's budget is 115 blocks
    let left = series[r#"surety_clock_slack_blocks{side="ours"}"#];
    assert!((1.0..=120.0).contains(&left), "{left}");
    assert_eq!(least(&series, "surety_deadline_blocks"), left);
    assert_eq!(series["surety_watch_only"], 1.0);
    assert_eq!(series["surety_disputing"], 1.0);
    assert_eq!(series[r#"surety_matches{level="slots",to_move="ours"}"#], 1.0);
    assert_eq!(series[WRONG], 1.0);
    assert!(series[r#"surety_alarms_total{alarm="move_due"}"#] >= 1.0);
    assert_eq!(sum(&series, "surety_moves_total"), 0.0);
    assert!(!series.contains_key("surety_wallet_ether"), "it has none");
    check_series(&series);
    assert_eq!(scrape.once(|series| series["surety_ready"] == 1.0).await["surety_ready"], 1.0);
}

/// Each series of ours is a documented one, with values that its labels may have.
fn check_series(series: &Series) {
    for key in series.keys().filter(|key| key.starts_with("surety_")) {
        let (name, labels) = key.split_once('{').unwrap_or((key, ""));
        let is_it = |it: &&Description| {
            let rest = name.strip_prefix(it.name);
            rest == Some("")
                || it.kind == Kind::Histogram
                    && rest.is_some_and(|rest| ["_bucket", "_sum", "_count"].contains(&rest))
        };
        let metric = names::ALL.iter().find(is_it).unwrap_or_else(|| panic!("{key}"));
        for (label, value) in labels.split(',').filter_map(|label| label.split_once('=')) {
            let value = value.trim_matches(['"', '}']);
            let known = metric.labels.iter().find(|it| it.name == label);
            let listed = known.is_some_and(|it| it.values.is_empty() || it.values.contains(&value));
            assert!(listed || label == "le", "{key}");
        }
    }
}
