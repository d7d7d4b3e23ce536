//! A rollup whose state transition is the toy machine, on the compiled contracts, and those who play there.

pub mod deploy;
pub mod machine;
pub mod world;
