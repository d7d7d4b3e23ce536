//! The server: limits, and the methods of all namespaces on one port.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use jsonrpsee::{
    Methods, RpcModule,
    core::{RegisterMethodError, RpcResult, middleware::RpcServiceBuilder},
    server::{
        BatchRequestConfig, PingConfig, Server as HttpServer, ServerConfigBuilder, ServerHandle,
        serve_with_graceful_shutdown, stop_channel,
    },
};
use surety_engine::node::daemon::Daemon;
use thiserror::Error;
use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tracing::{debug, info, warn};

use super::{
    backend::Backend,
    blocks::{Blocks, BlocksApiServer as _},
    call::{CallApiServer as _, Calls},
    config::RpcConfig,
    connection::{Budget, Connection, Wire},
    cors::CorsLayer,
    debug::{Debug, DebugApiServer as _},
    error::RpcError,
    eth::{Eth, EthApiServer as _},
    filters::{FilterApiServer as _, Filters},
    http1::Http1Layer,
    ids::HexIds,
    measure::MeasureLayer,
    net::{Net, NetApiServer as _},
    send::{SendApiServer as _, Sending},
    state::{State, StateApiServer as _},
    subscriptions::{SubscriptionApiServer as _, Subscriptions},
    surety::{Surety, SuretyApiServer as _},
    txpool::{Txpool, TxpoolApiServer as _},
    web3::{Web3, Web3ApiServer as _},
};
use crate::mempool::Mempool;

/// Messages that a WebSocket connection may lie behind before it is waited for, or dropped.
const BUFFERED_MESSAGES: u32 = 8;
/// A WebSocket that does not answer pings for so long is closed.
const SILENCE: Duration = Duration::from_secs(90);
/// How long nobody is let in after somebody could not be: too many files are open.
const BUSY: Duration = Duration::from_millis(100);
/// How long calls under way may take when the daemon stops.
const STOPPING: Duration = Duration::from_secs(5);

/// Why there is no server.
#[derive(Debug, Error)]
pub(crate) enum ServerError {
    /// The address cannot be listened on.
    #[error("JSON-RPC on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// Two namespaces have a method of one name.
    #[error(transparent)]
    Methods(#[from] RegisterMethodError),
    /// The node cannot be read.
    #[error(transparent)]
    Node(#[from] RpcError),
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    handle: ServerHandle,
    accept: JoinHandle<()>,
    feed: JoinHandle<()>,
}

impl Server {
    /// Serves what `daemon` and `mempool` know; `None` when no address is configured.
    ///
    /// # Errors
    /// [`ServerError`].
    pub(crate) async fn start(
        daemon: &Daemon,
        mempool: Arc<Mempool>,
        config: &RpcConfig,
    ) -> Result<Option<Self>, ServerError> {
        let Some(address) = config.listen else { return Ok(None) };
        let node = Arc::clone(daemon.node());
        let changes = node.head_changes();
        let backend = Arc::new(Backend::new(node, mempool, config.clone()));
        let (reports, execution) = (daemon.reports(), daemon.execution().clone());
        let surety = Surety::new(Arc::clone(&backend), reports, execution);
        let methods = methods(&backend, surety)?;
        let listen = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (handle, accept) = serve(listener, methods, config);
        let feed = tokio::spawn(Arc::clone(backend.feed()).follow(changes));
        info!(%address, "serving JSON-RPC");
        Ok(Some(Self { handle, accept, feed }))
    }

    /// Takes no more calls, and waits for those under way.
    pub(crate) async fn stop(self) {
        // an error says that it has stopped already
        if self.handle.stop().is_ok() && timeout(STOPPING, self.handle.stopped()).await.is_err() {
            warn!("calls were still under way when JSON-RPC stopped");
        }
        self.accept.abort();
        self.feed.abort();
    }
}

/// Serves `methods` to all who connect, until it is stopped by what this gives.
fn serve(
    listener: TcpListener,
    methods: Methods,
    config: &RpcConfig,
) -> (ServerHandle, JoinHandle<()>) {
    let cors = CorsLayer::new(&config.cors_origins);
    let service = HttpServer::builder()
        .set_config(limits(config).build())
        .set_http_middleware(tower::ServiceBuilder::new().layer(Http1Layer).layer(cors))
        .to_service_builder();
    let max_response_bytes = config.max_response_bytes;
    let budget = Budget::new(max_response_bytes);
    let (stop, handle) = stop_channel();
    let accept = async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.clone().shutdown() => return,
            };
            let socket = match accepted {
                Ok((socket, _)) => socket,
                Err(cause) => {
                    warn!(%cause, "a connection was not accepted");
                    sleep(BUSY).await;
                    continue;
                }
            };
            // answers are written in one piece: waiting for more only delays them
            if socket.set_nodelay(true).is_err() {
                continue;
            }
            let connection = Connection::new(&budget);
            let wire = Wire::new(socket, Arc::clone(&connection));
            let measure = MeasureLayer { connection, max_response_bytes };
            let service = service
                .clone()
                .set_rpc_middleware(RpcServiceBuilder::new().layer(measure))
                .build(methods.clone(), stop.clone());
            let served = serve_with_graceful_shutdown(wire, service, stop.clone().shutdown());
            tokio::spawn(async {
                if let Err(cause) = served.await {
                    debug!(%cause, "a connection failed");
                }
            });
        }
    };
    (handle, tokio::spawn(accept))
}

fn limits(config: &RpcConfig) -> ServerConfigBuilder {
    ServerConfigBuilder::new()
        .max_connections(config.max_connections)
        .max_request_body_size(config.max_request_bytes)
        .max_response_body_size(config.max_response_bytes)
        .max_subscriptions_per_connection(config.max_subscriptions)
        .set_batch_request_config(BatchRequestConfig::Limit(config.max_batch))
        .set_message_buffer_capacity(BUFFERED_MESSAGES)
        .enable_ws_ping(PingConfig::new().inactive_limit(SILENCE))
        .set_id_provider(HexIds)
}

/// All namespaces. `rpc_modules` lists them, `rpc_methods` what is in them.
fn methods(backend: &Arc<Backend>, surety: Surety) -> Result<Methods, ServerError> {
    let chain_id = backend.chain().genesis().chain_id;
    let mut module = RpcModule::new(());
    module.merge(Eth::new(Arc::clone(backend))?.into_rpc())?;
    module.merge(Blocks::new(Arc::clone(backend)).into_rpc())?;
    module.merge(State::new(Arc::clone(backend)).into_rpc())?;
    module.merge(Filters::new(Arc::clone(backend)).into_rpc())?;
    module.merge(Subscriptions::new(Arc::clone(backend)).into_rpc())?;
    module.merge(Sending::new(Arc::clone(backend)).into_rpc())?;
    module.merge(Txpool::new(Arc::clone(backend)).into_rpc())?;
    module.merge(Calls::new(Arc::clone(backend)).into_rpc())?;
    module.merge(Debug::new(Arc::clone(backend)).into_rpc())?;
    module.merge(surety.into_rpc())?;
    module.merge(Net { chain_id }.into_rpc())?;
    module.merge(Web3.into_rpc())?;

    let own = ["rpc_methods", "rpc_modules"];
    let names: BTreeSet<_> = module.method_names().chain(own).collect();
    let namespaces = names.iter().filter_map(|name| name.split('_').next());
    let namespaces: BTreeMap<_, _> = namespaces.map(|name| (name, "1.0")).collect();
    let names = BTreeMap::from([("methods", names)]);
    module.register_method("rpc_methods", move |_, (), _| RpcResult::Ok(names.clone()))?;
    module.register_method("rpc_modules", move |_, (), _| RpcResult::Ok(namespaces.clone()))?;
    Ok(module.into())
}
