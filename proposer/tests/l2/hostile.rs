//! Requests that nobody should send: each is answered with an error, and the daemon goes on.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};

use crate::{
    http::{Socket, call, post, request},
    rollup::{Rollup, until},
};

/// A generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[tokio::test]
async fn nothing_that_is_sent_stops_the_daemon() {
    let mut rollup = Rollup::watched().await;
    malformed(&rollup).await;
    batches(&rollup).await;
    origins(&rollup).await;
    parameters(&rollup).await;
    mutations(&rollup).await;
    assert!(rollup.is_running());
    assert_eq!(rollup.ask("eth_blockNumber", json!([])).await, json!("0x0"));
    assert!(rollup.stop().await);
}

#[tokio::test]
async fn who_does_not_read_fills_no_memory() {
    const CALLS: usize = 60;
    let mut rollup = Rollup::start("max_response_bytes = 4000000\n").await;
    let mut deaf = Socket::open(rollup.address).await;
    // RETURN of 1,500,000 bytes
    let code = json!({ ADDRESS: { "code": "0x6216e3605ff3" } });
    let params = json!([{ "to": ADDRESS }, "latest", code]);
    for id in 0..CALLS {
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "eth_call", "params": params });
        deaf.send(&call).await;
    }
    // others have their turn when its calls have had theirs
    sleep(Duration::from_secs(2)).await;
    until("a turn", async || {
        let balance = call(rollup.address, "eth_getBalance", json!([ADDRESS])).await;
        balance.get("result").is_some()
    })
    .await;
    let (mut answered, mut large, mut refused) = (BTreeSet::new(), 0, 0);
    while answered.len() < CALLS {
        let answer = deaf.receive().await;
        answered.insert(answer["id"].as_u64().unwrap());
        match answer["error"]["code"].as_i64() {
            None => large += answer["result"].as_str().unwrap().len() / 3_000_002,
            Some(code) => {
                assert!([-32005, -32002].contains(&code), "{answer}");
                refused += 1;
            }
        }
    }
    assert!(large >= 4 && refused >= 4, "{large} were kept, {refused} refused");

    // whoever reads is answered, also more calls than are worked on at a time
    let mut busy = Socket::open(rollup.address).await;
    for id in 0..200 {
        busy.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId" })).await;
    }
    let mut answered = BTreeSet::new();
    for _ in 0..200 {
        answered.insert(busy.receive().await["id"].as_u64().unwrap());
    }
    assert_eq!(answered.len(), 200);

    // HTTP/2, whose answers can be given up one by one, is not spoken
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut stream = TcpStream::connect(rollup.address).await.unwrap();
    stream.write_all(preface).await.unwrap();
    // HEADERS that end headers and stream, HPACK indexed: GET, http, /
    stream.write_all(b"\0\0\x03\x01\x05\0\0\0\x01\x82\x86\x84").await.unwrap();
    // 505, as HPACK has it
    let (mut answer, status) = (Vec::new(), [0x83, 0x6c, 0x0d, 0xff]);
    while !answer.windows(4).any(|bytes| bytes == status) {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{answer:?}");
    }
    assert!(rollup.is_running() && rollup.stop().await);
}

async fn malformed(rollup: &Rollup) {
    let deep = "[".repeat(100_000);
    for body in ["", "{", "nul", "\u{0}", "{\"jsonrpc\":\"2.0\"", deep.as_str()] {
        let (status, answer) = post(rollup.address, body).await;
        assert!(status == 400 || answer.contains("-32700"), "{status} {answer}");
    }
    for body in ["{}", "[]", "5", "\"eth_chainId\"", "{\"method\":5,\"id\":1}", "[1]", "[[]]"] {
        let (_, answer) = post(rollup.address, body).await;
        assert!(answer.contains("-32600") || answer.contains("-32700"), "{body}: {answer}");
    }
    let call = br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;
    for (method, header, expected) in [
        ("POST", "content-type: text/plain", 415),
        ("GET", "accept: */*", 405),
        ("DELETE", "content-type: application/json", 405),
    ] {
        let (status, _, _) = request(rollup.address, method, &[header], call).await;
        assert_eq!(status, expected, "{method} {header}");
    }
    // nothing is answered to what wants no answer
    let notification = br#"{"jsonrpc":"2.0","method":"eth_chainId","params":[]}"#;
    assert!(!post(rollup.address, notification).await.1.contains("result"));
}

async fn batches(rollup: &Rollup) {
    let call = |id: u64, method: &str| json!({ "jsonrpc": "2.0", "id": id, "method": method });
    let body = json!([call(1, "eth_chainId"), call(2, "eth_no"), 7, call(4, "eth_blockNumber")]);
    let (status, answer) = post(rollup.address, body.to_string()).await;
    let answers: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, answers.as_array().unwrap().len()), (200, 4), "{answer}");
    assert_eq!(answers[1]["error"]["code"], json!(-32601));
    assert_eq!(answers[2]["error"]["code"], json!(-32600));
    assert_eq!((&answers[3]["id"], &answers[3]["result"]), (&json!(4), &json!("0x0")));
}

async fn origins(rollup: &Rollup) {
    let asks = ["origin: https://wallet.example", "access-control-request-method: POST"];
    let (status, headers, _) = request(rollup.address, "OPTIONS", &asks, b"").await;
    assert_eq!(status, 204);
    assert!(headers.contains("access-control-allow-origin: https://wallet.example"), "{headers}");
    let call = br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;
    let page = ["origin: https://wallet.example", "content-type: application/json"];
    let (status, headers, _) = request(rollup.address, "POST", &page, call).await;
    assert_eq!(status, 200);
    assert!(headers.contains("access-control-allow-origin: https://wallet.example"), "{headers}");
}

const ADDRESS: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const HASH: &str = "0x0101010101010101010101010101010101010101010101010101010101010101";

/// Parameters that mean nothing are refused as such.
async fn parameters(rollup: &Rollup) {
    for (method, params) in [
        ("eth_getBalance", json!([])),
        ("eth_getBalance", json!({ "address": ADDRESS, "block": 1.5 })),
        ("eth_getBalance", json!(["0x12", "latest"])),
        ("eth_getBalance", json!([ADDRESS, "0x10000000000000000"])),
        ("eth_getBalance", json!([ADDRESS, { "blockHash": "0x01" }])),
        ("eth_getBalance", json!([ADDRESS, { "blockHash": HASH, "blockNumber": "0x1" }])),
        ("eth_getStorageAt", json!([ADDRESS, format!("0x1{}", "0".repeat(64))])),
        ("eth_getBlockByNumber", json!([-1, true])),
        ("eth_getBlockByNumber", json!(["latest", "yes"])),
        ("eth_getBlockByHash", json!(["latest", true])),
        ("eth_getTransactionByHash", json!([5])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["latest", "0x10000000000000000"])),
        ("eth_getLogs", json!([{ "fromBlock": "yesterday" }])),
        ("eth_getLogs", json!([[]])),
        ("eth_getFilterChanges", json!([{}])),
        ("eth_sendRawTransaction", json!(["0xzz"])),
        ("web3_sha3", json!(["hello"])),
    ] {
        let (code, message) = rollup.refused(method, params.clone()).await;
        assert_eq!(code, -32602, "{method} {params}: {message}");
    }
}

/// Requests with something wrong in them, of which some may be right: none of them is our fault.
async fn mutations(rollup: &Rollup) {
    let methods = rollup.ask("rpc_methods", json!([])).await;
    let methods: Vec<String> = serde_json::from_value(methods["methods"].clone()).unwrap();
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0xffffffffffffffff"),
        json!("latest"),
        json!("finalized"),
        json!("pending"),
        json!(ADDRESS),
        json!(HASH),
        json!("0x02f8"),
        json!("\u{202e}\u{0}🦀"),
        json!("a".repeat(5_000)),
        json!([]),
        json!([[[[[[]]]]]]),
        json!({}),
        json!({ "fromBlock": "0x0", "toBlock": "0xffffffffffffffff" }),
        json!({ "blockHash": HASH }),
        json!({ "to": ADDRESS, "data": "0x", "gas": "0xffffffffffffffff" }),
        json!({ "from": ADDRESS, "value": format!("0x{}", "f".repeat(64)) }),
    ];
    let mut dice = Dice(7);
    for _ in 0..1_500 {
        let method = dice.of(&methods);
        let params: Vec<_> = (0..dice.below(4)).map(|_| dice.of(&values).clone()).collect();
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut body = call.to_string().into_bytes();
        if dice.below(4) == 0 {
            let at = dice.below(body.len());
            body[at] ^= 1 << dice.below(8);
        }
        let (status, answer) = post(rollup.address, &body).await;
        assert!(matches!(status, 200 | 400), "{status}: {}", String::from_utf8_lossy(&body));
        assert!(!answer.contains("-32603"), "{call}: {answer}");
    }
}
