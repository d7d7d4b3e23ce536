//! How the commands talk: reports for people or programs, failures that say what to do next, and progress of long work.

pub(crate) mod failure;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod units;
