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

/// A WebSocket that sends whatever it is told to, and reads when it likes.
pub struct Socket(TcpStream);

impl Socket {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let upgrade = format!(
            "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self(stream)
    }

    /// Sends a call as a message, masked with zeros.
    pub async fn send(&mut self, call: &Value) {
        let call = call.to_string();
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(u16::try_from(call.len()).unwrap().to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(call.as_bytes());
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next message, whatever pings come before it.
    pub async fn receive(&mut self) -> Value {
        loop {
            let kind = self.0.read_u8().await.unwrap();
            let length = match self.0.read_u8().await.unwrap() {
                126 => u64::from(self.0.read_u16().await.unwrap()),
                127 => self.0.read_u64().await.unwrap(),
                short => u64::from(short),
            };
            let mut message = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut message).await.unwrap();
            match kind {
                0x81 => return serde_json::from_slice(&message).unwrap(),
                0x89 => {}
                other => panic!("a frame of kind {other:#x}"),
            }
        }
    }
}
