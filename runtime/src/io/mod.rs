//! Standard output, standard error, input and files.

mod error;
mod file;
mod input;
mod output;
mod stream;

pub(crate) use output::{ErrorOutput, flush_all, flush_output_quietly};
pub(crate) use stream::{StreamBuffer, StreamState};
