//! The proposer daemon.

fn main() {}
