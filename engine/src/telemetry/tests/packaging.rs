//! Alerts, dashboard and documents speak of metrics that exist, and of all of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::*;

const METRICS_HEAD: &str = "\
# Metrics

What a daemon serves on `/metrics` when it has `[telemetry] listen`. The table is made from the constants in
`engine/src/telemetry/names.rs`; a test fails when it is out of date, and `UPDATE_FIXTURES=1 cargo test --release -p
surety-engine --lib telemetry` writes it. Beside these there are the usual `process_*` metrics: memory, CPU, open files, threads,
start time. Amounts of ETH are 64-bit floats, exact to about 16 digits: for alerts, not for accounts. Counters begin at 0 at
every start. Histograms have the usual `_bucket`, `_sum` and `_count`.

| metric | kind | unit | labels | meaning |
|---|---|---|---|---|
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of our metrics in a text, without what Prometheus appends to those of histograms.
fn named(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_name(c)).filter(|word| word.starts_with("surety_"));
    words
        .map(|word| {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
            let histogram = base.filter(|base| {
                names::ALL.iter().any(|it| it.name == *base && it.kind == Kind::Histogram)
            });
            histogram.unwrap_or(word).to_owned()
        })
        .collect()
}

/// Every `metric{label="value"}` and `label=~"a|b"` in an expression.
fn check_selectors(expression: &str) {
    for metric in names::ALL {
        let opening = format!("{}{{", metric.name);
        for (at, _) in expression.match_indices(&opening) {
            let inside = &expression[at + opening.len()..];
            let inside = &inside[..inside.find('}').unwrap()];
            for matcher in inside.split(", ") {
                let (label, values) = matcher.split_once('=').unwrap();
                let label = label.trim_end_matches('!');
                if ["job", "instance"].contains(&label) {
                    continue;
                }
                let known = metric.labels.iter().find(|it| it.name == label);
                let known = known.unwrap_or_else(|| panic!("{} has no {label}", metric.name));
                for value in values.trim_matches(['=', '~', '"']).split('|') {
                    assert!(known.values.contains(&value), "{} {label}={value}", metric.name);
                }
            }
        }
    }
}

/// Our rules: each alert with the lines that are its own.
fn alerts() -> BTreeMap<String, String> {
    let text = read("packaging/prometheus/alerts.yml");
    let alerts = text.split("- alert: ").skip(1);
    alerts
        .map(|alert| {
            let (name, rest) = alert.split_once('\n').unwrap();
            (name.to_owned(), rest.split("\n\n").next().unwrap().to_owned())
        })
        .collect()
}

fn dashboard() -> Value {
    serde_json::from_str(&read("packaging/grafana/surety.json")).unwrap()
}

fn expressions(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_documented_metrics_are_those_that_exist() {
    let mut page = METRICS_HEAD.to_owned();
    for Description { name, kind, unit, labels, help } in names::ALL {
        let label = |it: &Label| match it.values {
            [] => format!("`{}`", it.name),
            values => format!("`{}`: {}", it.name, values.join(", ")),
        };
        let labels = labels.iter().map(label).collect::<Vec<_>>().join("; ");
        let (kind, unit) = (kind.name(), unit.name());
        writeln!(page, "| `{name}` | {kind} | {unit} | {labels} | {help} |").unwrap();
    }
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(root().join("docs/metrics.md"), &page).unwrap();
    }
    assert!(read("docs/metrics.md") == page, "docs/metrics.md: run with UPDATE_FIXTURES=1");
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_exist_and_leave_out_none() {
    let rules = read("packaging/prometheus/alerts.yml");
    let panels = expressions(&dashboard()).join("\n");
    let known: BTreeSet<_> = names::ALL.iter().map(|metric| metric.name.to_owned()).collect();
    for text in [&rules, &panels] {
        let unknown: Vec<_> = named(text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "no such metrics: {unknown:?}");
        check_selectors(text);
    }
    let used = named(&format!("{rules}\n{panels}"));
    let forgotten: Vec<_> = known.difference(&used).collect();
    assert!(forgotten.is_empty(), "neither in an alert nor on the dashboard: {forgotten:?}");
}

#[test]
fn every_alert_says_what_it_is_and_where_to_read_on() {
    let guide = read("docs/operators.md");
    let headings = guide.lines().filter_map(|line| line.strip_prefix("### "));
    let sections: BTreeSet<_> =
        headings.filter(|heading| heading.starts_with("Surety")).map(str::to_owned).collect();
    let alerts = alerts();
    assert!(alerts.len() > 20, "{}", alerts.len());
    let documented: BTreeSet<_> = alerts.keys().cloned().collect();
    assert_eq!(sections, documented, "sections of docs/operators.md and alerts");
    for (name, rule) in &alerts {
        let anchor = format!("runbook: docs/operators.md#{}\n", name.to_lowercase());
        assert!(format!("{rule}\n").contains(&anchor), "{name}");
        assert!(rule.contains("severity: page") || rule.contains("severity: warning"), "{name}");
        assert!(rule.contains("summary: ") && rule.contains("expr: "), "{name}");
    }
    let rules = alerts.values().cloned().collect::<String>();
    for alarm in Alarm::ALL.map(Alarm::code) {
        assert!(guide.contains(&format!("| `{alarm}` |")), "docs/operators.md has no {alarm}");
        let counted = names::ALARMS.description().labels[0].values.contains(&alarm);
        assert!(counted, "{alarm} is no value of its metric");
    }
    assert!(rules.contains("surety_alarms_total"));
}

#[test]
fn the_dashboard_is_one_that_grafana_imports() {
    let dashboard = dashboard();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let names: Vec<_> = variables.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["datasource", "job", "instance"]);
    assert_eq!(variables[0]["type"], "datasource");
    assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 36);

    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "ids are unique");
    let rows = panels.iter().filter(|panel| panel["type"] == "row");
    let rows: Vec<_> = rows.map(|row| row["title"].as_str().unwrap()).collect();
    let expected = ["Overview", "Claims and disputes", "Clocks", "Money", "L1", "L2", "Process"];
    assert_eq!(rows, expected);

    let mut taken = BTreeSet::new();
    for panel in panels {
        let place = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{panel}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "panels overlap at {x}, {y}");
            }
        }
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{panel}");
            assert!(!panel["title"].as_str().unwrap().is_empty());
        }
    }
}
