//! Calls against a small world in memory.
