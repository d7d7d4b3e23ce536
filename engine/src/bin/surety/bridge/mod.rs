//! Between L1 and L2: deposits, messages and withdrawals, by a node of one's own.

mod deposit;
mod messages;
mod relay;
mod relayer;
mod seat;
mod send;
mod withdraw;

pub(crate) use deposit::Deposit;
pub(crate) use messages::Messages;
pub(crate) use relay::Relay;
pub(crate) use relayer::Relayer;
pub(crate) use send::Send;
pub(crate) use withdraw::Withdraw;
