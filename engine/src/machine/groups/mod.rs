//! The machine's groups, generated from `contracts/machine.json` by `scripts/generate-machine`.

mod block;
mod call;
mod frame;
mod job;
mod machine;
mod reader;
mod record;
mod tx;
mod writer;

pub use block::Block;
pub use call::Call;
pub use frame::Frame;
pub use job::Job;
pub use machine::Machine;
pub use reader::GroupError;
pub use record::Record;
pub use tx::Tx;
