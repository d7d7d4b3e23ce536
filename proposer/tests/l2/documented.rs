//! `docs/rpc.md` names the methods that there are, and no others.

use std::collections::BTreeSet;

use serde_json::json;

use crate::rollup::{Rollup, root};

#[tokio::test]
async fn every_method_is_in_the_reference() {
    let rollup = Rollup::watched().await;
    let served = rollup.ask("rpc_methods", json!([])).await;
    let served: BTreeSet<String> = serde_json::from_value(served["methods"].clone()).unwrap();
    let page = std::fs::read_to_string(root().join("docs/rpc.md")).unwrap();
    // the methods of a row of a table stand in its first cell
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names = cells.flat_map(|cell| cell.split('`')).map(|name| name.trim_matches('`'));
    let namespaces = ["eth_", "net_", "web3_", "txpool_", "debug_", "surety_", "rpc_"];
    let named = |name: &&str| namespaces.iter().any(|namespace| name.starts_with(namespace));
    let documented: BTreeSet<String> = names.filter(named).map(str::to_owned).collect();
    assert_eq!(documented, served);
}
