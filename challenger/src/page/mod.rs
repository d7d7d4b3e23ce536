//! The watchtower page: where everything stands, for people, live. It only reads, and holds no secrets.

mod assets;
mod guard;
mod live;
mod server;

pub use server::{PageConfig, PageError, Served, router, serve};
