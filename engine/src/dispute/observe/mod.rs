//! Reads the chain at one block into a validated [`Snapshot`](super::domain::Snapshot): events tell what happened,
//! views tell what stands, and the two must agree.

mod chronicle;
mod error;
mod history;
mod observer;
mod reader;

pub use error::ObserveError;
pub use observer::{Deployment, Observer};
pub use reader::{ChainReader, Event, ReadError, Stretch};
