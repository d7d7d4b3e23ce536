//! A cable between a client and a node, which a test cuts.

use std::sync::{Arc, Mutex};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// It carries every connection to one node; it ends with the test's runtime.
pub struct Cable {
    /// Where it begins: `127.0.0.1:port`.
    pub address: String,
    connections: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Cable {
    /// A cable to `node`, a host with its port.
    pub async fn to(node: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let (kept, node) = (Arc::clone(&connections), node.to_owned());
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let node = node.clone();
                let carry = async move {
                    let mut far = TcpStream::connect(node).await.unwrap();
                    // how it ends is nobody's concern
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                };
                kept.lock().unwrap().push(tokio::spawn(carry));
            }
        });
        Self { address, connections }
    }

    /// Cuts every connection; new ones can be made. Gives how many there were.
    pub fn cut(&self) -> usize {
        let mut connections = self.connections.lock().unwrap();
        let live = connections.iter().filter(|it| !it.is_finished()).count();
        connections.drain(..).for_each(|it| it.abort());
        live
    }
}
