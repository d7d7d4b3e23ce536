//! The challenger daemon.

fn main() {}
