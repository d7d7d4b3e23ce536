//! The provable machine: its committed groups, the trace of steps that revm's execution makes, and their witnesses.

pub mod groups;
