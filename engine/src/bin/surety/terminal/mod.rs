//! How the commands talk: reports for people or programs, failures that say what to do next, and progress of long work.

mod cause;
pub(crate) mod done;
pub(crate) mod failure;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod sent;
pub(crate) mod table;
pub(crate) mod units;
