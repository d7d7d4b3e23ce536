//! A node between a daemon and L1 that fails as nodes do, as a test tells it to.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy::{
    consensus::{Transaction as _, TxEnvelope},
    eips::Decodable2718 as _,
    primitives::{Address, Bytes, U256},
    transports::http::reqwest,
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

/// What the proxy does to answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Every fourth answer is late.
    Slow,
    /// Every fourth request is never answered.
    Drop,
    /// Every fourth request is answered with 429, and when to try again.
    TooMany,
    /// Every fourth request is answered with an error of the server.
    Broken,
    /// Logs are left out.
    OmitLogs,
    /// There is one log more in each receipt with logs.
    InventLogs,
    /// The data of logs is another.
    AlterLogs,
    /// Blocks' filters of logs are empty.
    HideBlooms,
    /// It knows nothing of the newest blocks.
    Stale,
    /// It is stale for every fourth request.
    Flip,
    /// It is stale, and says that L1 is far ahead.
    Inflated,
    /// What calls of contracts return is another. Only a second endpoint helps against this one.
    AlterCalls,
    /// It says that it has taken a transaction, and forgets it.
    Swallow,
    /// It takes a transaction, and from then on it is broken.
    BrokenOnceSent,
    /// It serves a receipt, and from then on it is broken.
    BrokenOnceMined,
    /// Every request is answered with an error of the server.
    Dead,
    /// It answers this method with this error.
    Refuses(&'static str, &'static str),
    /// It answers this method with the largest numbers that there are.
    Absurd(&'static str),
    /// It refuses one transaction: the account has one of the other kind under way. Then it fails no more.
    Reserved,
}

impl Fault {
    /// All that a daemon with a single endpoint plays on with.
    pub const ALL: [Self; 10] = [
        Self::Slow,
        Self::Drop,
        Self::TooMany,
        Self::Broken,
        Self::OmitLogs,
        Self::InventLogs,
        Self::AlterLogs,
        Self::HideBlooms,
        Self::Stale,
        Self::Flip,
    ];

    /// Whether it changes what a block's header commits to.
    pub const fn is_lie(self) -> bool {
        matches!(self, Self::OmitLogs | Self::InventLogs | Self::AlterLogs | Self::HideBlooms)
    }
}

/// How many blocks a stale node is behind.
const BEHIND: u64 = 6;
/// How late a late answer is.
const LATE: Duration = Duration::from_millis(200);

/// A transaction that was sent through the proxy: what it calls, with what.
pub type SentCall = (Option<Address>, U256, Bytes);

struct Inner {
    upstream: String,
    http: reqwest::Client,
    fault: Mutex<Fault>,
    asked: AtomicUsize,
    sent: Mutex<Vec<SentCall>>,
    taken: AtomicUsize,
}

/// The proxy; it ends with the test's runtime.
pub struct Proxy {
    pub url: String,
    inner: Arc<Inner>,
}

impl Proxy {
    pub async fn start(upstream: &str) -> Self {
        let inner = Arc::new(Inner {
            upstream: upstream.to_owned(),
            http: reqwest::Client::new(),
            fault: Mutex::new(Fault::None),
            asked: AtomicUsize::new(0),
            sent: Mutex::default(),
            taken: AtomicUsize::new(0),
        });
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, inner }
    }

    /// From now on it fails like this.
    pub fn set(&self, fault: Fault) {
        *self.inner.fault.lock().unwrap() = fault;
    }

    /// Requests so far.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::Relaxed)
    }

    /// Transactions that the node has taken so far.
    pub fn taken(&self) -> usize {
        self.inner.taken.load(Ordering::Relaxed)
    }

    /// Every transaction sent through it so far.
    pub fn sent(&self) -> Vec<SentCall> {
        self.inner.sent.lock().unwrap().clone()
    }
}

impl Inner {
    async fn ask(&self, request: &Value) -> Value {
        let answer = self.http.post(&self.upstream).json(request).send().await.unwrap();
        answer.json().await.unwrap()
    }

    async fn number(&self) -> u64 {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []});
        quantity(&self.ask(&request).await["result"]).unwrap()
    }

    /// The request to a node that is behind; `None`: it knows nothing of that.
    async fn behind(&self, mut request: Value) -> Option<Value> {
        let head = self.number().await.saturating_sub(BEHIND);
        let by_hash = request["method"] == "eth_getBlockByHash";
        for parameter in request["params"].as_array_mut().into_iter().flatten() {
            if parameter == "latest" {
                *parameter = json!(format!("{head:#x}"));
            } else if !by_hash
                && quantity(parameter)
                    .is_some_and(|number| number > head && number <= head + BEHIND)
            {
                return None;
            }
        }
        Some(request)
    }
}

fn quantity(value: &Value) -> Option<u64> {
    let digits = value.as_str()?.strip_prefix("0x").filter(|digits| digits.len() <= 16)?;
    u64::from_str_radix(digits, 16).ok()
}

async fn answer(State(inner): State<Arc<Inner>>, Json(mut request): Json<Value>) -> Response {
    let fault = *inner.fault.lock().unwrap();
    let turn = inner.asked.fetch_add(1, Ordering::Relaxed) % 4;
    match fault {
        Fault::Drop if turn == 0 => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return StatusCode::GATEWAY_TIMEOUT.into_response();
        }
        Fault::TooMany if turn == 0 => {
            let headers = HeaderMap::from_iter([(
                axum::http::header::RETRY_AFTER,
                axum::http::HeaderValue::from_static("1"),
            )]);
            return (StatusCode::TOO_MANY_REQUESTS, headers).into_response();
        }
        Fault::Slow if turn == 0 => tokio::time::sleep(LATE).await,
        Fault::Broken if turn == 0 => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::Dead => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => {}
    }
    if let Fault::Refuses(method, message) = fault
        && request["method"] == method
    {
        let error = json!({"code": -32000, "message": message});
        let answer = json!({"jsonrpc": "2.0", "id": request["id"], "error": error});
        return Json(answer).into_response();
    }
    if request["method"] == "eth_sendRawTransaction" {
        let raw: Bytes = serde_json::from_value(request["params"][0].clone()).unwrap();
        let transaction = TxEnvelope::decode_2718(&mut raw.as_ref()).unwrap();
        let call = (transaction.to(), transaction.value(), transaction.input().clone());
        inner.sent.lock().unwrap().push(call);
        let id = &request["id"];
        match fault {
            Fault::Swallow => {
                let hash = transaction.tx_hash();
                return Json(json!({"jsonrpc": "2.0", "id": id, "result": hash})).into_response();
            }
            Fault::Reserved => {
                *inner.fault.lock().unwrap() = Fault::None;
                let error = json!({"code": -32000, "message": "address already reserved"});
                return Json(json!({"jsonrpc": "2.0", "id": id, "error": error})).into_response();
            }
            _ => {}
        }
    }
    if matches!(fault, Fault::Stale | Fault::Inflated) || fault == Fault::Flip && turn == 0 {
        let id = request["id"].clone();
        match inner.behind(request).await {
            Some(behind) => request = behind,
            None => {
                return Json(json!({"jsonrpc": "2.0", "id": id, "result": null})).into_response();
            }
        }
    }
    let mut answer = inner.ask(&request).await;
    let is_last = match fault {
        Fault::BrokenOnceSent => request["method"] == "eth_sendRawTransaction",
        Fault::BrokenOnceMined => {
            request["method"] == "eth_getTransactionReceipt" && answer["result"].is_object()
        }
        _ => false,
    };
    if is_last {
        *inner.fault.lock().unwrap() = Fault::Dead;
    }
    if request["method"] == "eth_sendRawTransaction" && answer.get("error").is_none() {
        inner.taken.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(result) = answer.get_mut("result") {
        lie(fault, request["method"].as_str().unwrap_or_default(), result);
    }
    Json(answer).into_response()
}

fn lie(fault: Fault, method: &str, result: &mut Value) {
    match method {
        "eth_call" if fault == Fault::AlterCalls => {
            let altered = result.as_str().map(|data| data.replace('1', "2"));
            *result = json!(altered);
        }
        "eth_estimateGas" if fault == Fault::Absurd("eth_estimateGas") => {
            *result = json!(format!("{:#x}", u64::MAX));
        }
        "eth_feeHistory" if fault == Fault::Absurd("eth_feeHistory") => {
            for fee in result["baseFeePerGas"].as_array_mut().into_iter().flatten() {
                *fee = json!(format!("{:#x}", u128::MAX));
            }
        }
        "eth_blockNumber" if fault == Fault::Stale => {
            let number = quantity(result).unwrap_or_default().saturating_sub(BEHIND);
            *result = json!(format!("{number:#x}"));
        }
        "eth_blockNumber" if fault == Fault::Inflated => {
            *result = json!(format!("{:#x}", quantity(result).unwrap_or_default() + 1_000));
        }
        "eth_getBlockReceipts" => {
            for receipt in result.as_array_mut().into_iter().flatten() {
                lie_about(fault, &mut receipt["logs"]);
            }
        }
        "eth_getLogs" => lie_about(fault, result),
        "eth_getBlockByNumber" | "eth_getBlockByHash"
            if fault == Fault::HideBlooms && result.is_object() =>
        {
            result["logsBloom"] = json!(format!("0x{}", "00".repeat(256)));
        }
        _ => {}
    }
}

fn lie_about(fault: Fault, logs: &mut Value) {
    let Some(logs) = logs.as_array_mut() else { return };
    match fault {
        Fault::OmitLogs => {
            logs.pop();
        }
        Fault::InventLogs => logs.extend(logs.last().cloned()),
        Fault::AlterLogs => {
            for log in logs {
                log["data"] = json!("0x00");
            }
        }
        _ => {}
    }
}
