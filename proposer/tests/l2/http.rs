//! A client so plain that it can send what no client would.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Status and body of the answer to a request with these header lines and this body.
pub async fn request(
    address: SocketAddr,
    method: &str,
    headers: &[&str],
    body: &[u8],
) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!(
        "{method} / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // a server that has seen enough may close before it has read all
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, head.to_ascii_lowercase(), body.to_owned())
}

/// Status and body of the answer to a JSON-RPC request.
pub async fn post(address: SocketAddr, body: impl AsRef<[u8]>) -> (u16, String) {
    let json = ["content-type: application/json"];
    let (status, _, body) = request(address, "POST", &json, body.as_ref()).await;
    (status, body)
}

/// What is answered to a call.
pub async fn call(address: SocketAddr, method: &str, params: Value) -> Value {
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let (status, body) = post(address, call.to_string()).await;
    assert_eq!(status, 200, "{method}: {body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(1)));
    answer
}
