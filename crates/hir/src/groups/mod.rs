//! In which order bodies are checked: functions that leave out types come
//! before those that need to know them.

mod circles;
pub(crate) mod components;
pub(crate) mod references;
mod schedule;

pub(crate) use schedule::{check_bodies, script_variables};
