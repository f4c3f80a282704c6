//! Standard output and standard error.

use super::error::cause;
use super::stream::{Mode, Stream};
use crate::format::{bool_text, decimal_i64, decimal_u64, repr_f32, repr_f64};
use crate::object::TextRef;
use crate::panic::{Part, Sink};
use crate::platform::{self, Errno, File};

/// Large enough that writing costs little per byte, small enough for the
/// processor's first cache.
const OUTPUT_SIZE: usize = 16 * 1024;
/// A line or two.
const ERROR_SIZE: usize = 1024;

global! {
    static OUTPUT: Stream<OUTPUT_SIZE> = Stream::new(File::OUTPUT, Mode::Unknown);
}

global! {
    static ERROR: Stream<ERROR_SIZE> = Stream::new(File::ERROR, Mode::Line);
}

/// Exit status when the reader of standard output is gone: as a shell shows the
/// death by `SIGPIPE`, which it is unless the parent had the signal ignored.
const BROKEN_PIPE_STATUS: i32 = 141;
/// Exit status when standard output cannot be written (`EX_IOERR`).
const WRITE_ERROR_STATUS: i32 = 74;

/// Standard output cannot be written.
#[cold]
#[inline(never)]
fn output_failed(error: Errno) {
    if error == Errno::BAD_FILE {
        // Closed by the parent: nobody wants to see it.
        return;
    }
    if error == Errno::BROKEN_PIPE {
        platform::exit(BROKEN_PIPE_STATUS);
    }
    let mut out = ErrorOutput::new();
    out.text("cannot write to standard output: ");
    out.text(cause(error).as_str());
    out.text("\n");
    out.flush();
    platform::exit(WRITE_ERROR_STATUS);
}

fn write(bytes: &[u8]) {
    // SAFETY: one thread, and no other reference is alive.
    let stream = unsafe { &mut *OUTPUT.get() };
    let mut result = stream.push(bytes);
    if stream.mode != Mode::Full && stream.wants_flush_after(bytes) {
        result = result.and_then(|()| stream.flush());
    }
    if let Err(error) = result {
        output_failed(error);
    }
}

/// Writes what is left of standard output and standard error.
pub(crate) fn flush_all() {
    flush_output();
    // SAFETY: one thread, and no other reference is alive. If nobody takes
    // errors there is nobody to tell.
    let _ = unsafe { (*ERROR.get()).flush() };
}

#[unsafe(export_name = "rt_out_flush")]
pub(super) extern "C" fn flush_output() {
    // SAFETY: one thread, and no other reference is alive.
    if let Err(error) = unsafe { (*OUTPUT.get()).flush() } {
        output_failed(error);
    }
}

/// Writes what is left of standard output, whether that works or not.
pub(crate) fn flush_output_quietly() {
    // SAFETY: one thread, and no other reference is alive.
    let _ = unsafe { (*OUTPUT.get()).flush() };
}

/// Writes to standard error. Errors are dropped: there is nobody to tell.
fn write_error(bytes: &[u8], flush: bool) {
    // What was printed before comes first.
    // SAFETY: one thread, and no other reference is alive.
    if unsafe { (*OUTPUT.get()).is_pending() } {
        flush_output();
    }
    // SAFETY: as above.
    let stream = unsafe { &mut *ERROR.get() };
    let _ = stream.push(bytes);
    if flush && stream.wants_flush_after(bytes) {
        let _ = stream.flush();
    }
}

/// Standard error for the runtime's own reports, written when it says so.
pub(crate) struct ErrorOutput(());

impl ErrorOutput {
    pub(crate) fn new() -> Self {
        Self(())
    }

    pub(crate) fn flush(&mut self) {
        flush_error();
    }
}

impl Sink for ErrorOutput {
    fn text(&mut self, text: &str) {
        write_error(text.as_bytes(), false);
    }

    fn number(&mut self, value: i64) {
        write_error(decimal_i64(value, &mut [0; 20]), false);
    }
}

#[unsafe(export_name = "rt_err_flush")]
extern "C" fn flush_error() {
    // SAFETY: one thread, and no other reference is alive.
    let _ = unsafe { (*ERROR.get()).flush() };
}

#[unsafe(export_name = "rt_out_str")]
extern "C" fn out_str(text: TextRef<'_>) {
    write(text.bytes());
}

#[unsafe(export_name = "rt_out_char")]
extern "C" fn out_char(character: char) {
    write(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[unsafe(export_name = "rt_out_byte")]
extern "C" fn out_byte(byte: i64) {
    write(&[byte as u8]);
}

#[unsafe(export_name = "rt_out_newline")]
extern "C" fn out_newline() {
    write(b"\n");
}

#[unsafe(export_name = "rt_out_i64")]
extern "C" fn out_i64(value: i64) {
    write(decimal_i64(value, &mut [0; 20]));
}

#[unsafe(export_name = "rt_out_u64")]
extern "C" fn out_u64(value: u64) {
    write(decimal_u64(value, &mut [0; 20]));
}

#[unsafe(export_name = "rt_out_f64")]
extern "C" fn out_f64(value: f64) {
    write(repr_f64(value, &mut [0; 32]));
}

#[unsafe(export_name = "rt_out_f32")]
extern "C" fn out_f32(value: f32) {
    write(repr_f32(value, &mut [0; 32]));
}

#[unsafe(export_name = "rt_out_bool")]
extern "C" fn out_bool(value: u32) {
    write(bool_text(value).as_bytes());
}

#[unsafe(export_name = "rt_err_str")]
extern "C" fn err_str(text: TextRef<'_>) {
    write_error(text.bytes(), true);
}

#[unsafe(export_name = "rt_err_char")]
extern "C" fn err_char(character: char) {
    write_error(character.encode_utf8(&mut [0; 4]).as_bytes(), true);
}

#[unsafe(export_name = "rt_err_byte")]
extern "C" fn err_byte(byte: i64) {
    write_error(&[byte as u8], true);
}

#[unsafe(export_name = "rt_err_newline")]
extern "C" fn err_newline() {
    write_error(b"\n", true);
}

#[unsafe(export_name = "rt_err_i64")]
extern "C" fn err_i64(value: i64) {
    write_error(decimal_i64(value, &mut [0; 20]), true);
}

#[unsafe(export_name = "rt_err_u64")]
extern "C" fn err_u64(value: u64) {
    write_error(decimal_u64(value, &mut [0; 20]), true);
}

#[unsafe(export_name = "rt_err_f64")]
extern "C" fn err_f64(value: f64) {
    write_error(repr_f64(value, &mut [0; 32]), true);
}

#[unsafe(export_name = "rt_err_f32")]
extern "C" fn err_f32(value: f32) {
    write_error(repr_f32(value, &mut [0; 32]), true);
}

#[unsafe(export_name = "rt_err_bool")]
extern "C" fn err_bool(value: u32) {
    write_error(bool_text(value).as_bytes(), true);
}
