//! The L2's JSON-RPC: what wallets, `cast`, ethers, viem and Foundry ask, over HTTP and WebSocket on one port.
//!
//! Each file is a namespace or a part of one: a trait that lists its methods, and who answers them. All of them stand on
//! [`backend`], which reads the node's store on threads of its own; nothing that a caller sends can stop the daemon.
//! `docs/rpc.md` tells what the methods mean here.

mod backend;
mod blocks;
mod call;
mod config;
mod connection;
mod convert;
mod cors;
mod debug;
mod error;
mod eth;
mod feed;
mod filters;
mod finality;
mod http1;
mod ids;
mod logs;
mod measure;
mod net;
mod send;
mod server;
mod state;
mod subscriptions;
mod surety;
mod turn;
mod txpool;
mod web3;

pub(crate) use config::RpcConfig;
pub(crate) use server::Server;
