//! Standard output and standard error.

use super::stream::{Mode, Stream};
use crate::format::{bool_text, decimal_i64, decimal_u64, repr_f32, repr_f64};
use crate::object::TextRef;
use crate::panic::Sink;
use crate::platform::{self, Errno, File};
use crate::startup::STARTUP;

/// Standard output.
#[inline(always)]
fn output() -> Stream<'static> {
    let startup = STARTUP.get();
    // SAFETY: one thread; each function here is done with a stream before it
    // calls another one that makes one.
    unsafe {
        Stream {
            file: File::OUTPUT,
            state: &mut (*startup).output,
            buffer: &mut (*startup).output_buffer,
        }
    }
}

/// Standard error.
#[inline(always)]
fn error() -> Stream<'static> {
    let startup = STARTUP.get();
    // SAFETY: as above.
    unsafe {
        Stream {
            file: File::ERROR,
            state: &mut (*startup).error,
            buffer: &mut (*startup).error_buffer,
        }
    }
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
    // Not the table of all causes, which every program would have to carry.
    if error == Errno::NO_SPACE {
        out.text("no space left on the device\n");
    } else {
        out.text("error ");
        out.number(error.0.into());
        out.text("\n");
    }
    out.flush();
    platform::exit(WRITE_ERROR_STATUS);
}

fn write(bytes: &[u8]) {
    let mut stream = output();
    if stream.mode() != Mode::Full || !stream.push_small(bytes) {
        write_slow(bytes);
    }
}

/// What does not fit, or may have to be seen at once.
#[inline(never)]
fn write_slow(bytes: &[u8]) {
    let mut stream = output();
    let mut result = stream.push(bytes);
    if stream.mode() != Mode::Full && bytes.contains(&b'\n') {
        if stream.mode() == Mode::Unknown {
            let watched = platform::is_terminal(File::OUTPUT);
            stream.set_mode(if watched { Mode::Line } else { Mode::Full });
        }
        if stream.mode() == Mode::Line {
            result = result.and_then(|()| stream.flush());
        }
    }
    if let Err(error) = result {
        output_failed(error);
    }
}

/// Writes what is left of standard output and standard error.
pub(crate) fn flush_all() {
    flush_output();
    flush_error();
}

#[unsafe(export_name = "rt_out_flush")]
pub(super) extern "C" fn flush_output() {
    if let Err(error) = output().flush() {
        output_failed(error);
    }
}

/// Writes what is left of standard output, whether that works or not.
pub(crate) fn flush_output_quietly() {
    let _ = output().flush();
}

/// Takes bytes for standard error. Failures are dropped: there is nobody to
/// tell.
#[inline(never)]
fn push_error(bytes: &[u8]) {
    // What was printed before comes first.
    if output().is_pending() {
        flush_output();
    }
    let _ = error().push(bytes);
}

/// Writes to standard error, at line ends.
fn write_error(bytes: &[u8]) {
    push_error(bytes);
    if bytes.contains(&b'\n') {
        flush_error();
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
    #[inline(never)]
    fn text(&mut self, text: &str) {
        push_error(text.as_bytes());
    }

    #[inline(never)]
    fn number(&mut self, value: i64) {
        push_error(decimal_i64(value, &mut [0; 20]));
    }
}

#[unsafe(export_name = "rt_err_flush")]
extern "C" fn flush_error() {
    // If nobody takes errors there is nobody to tell.
    let _ = error().flush();
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
    write_error(text.bytes());
}

#[unsafe(export_name = "rt_err_char")]
extern "C" fn err_char(character: char) {
    write_error(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[unsafe(export_name = "rt_err_byte")]
extern "C" fn err_byte(byte: i64) {
    write_error(&[byte as u8]);
}

#[unsafe(export_name = "rt_err_newline")]
extern "C" fn err_newline() {
    write_error(b"\n");
}

#[unsafe(export_name = "rt_err_i64")]
extern "C" fn err_i64(value: i64) {
    write_error(decimal_i64(value, &mut [0; 20]));
}

#[unsafe(export_name = "rt_err_u64")]
extern "C" fn err_u64(value: u64) {
    write_error(decimal_u64(value, &mut [0; 20]));
}

#[unsafe(export_name = "rt_err_f64")]
extern "C" fn err_f64(value: f64) {
    write_error(repr_f64(value, &mut [0; 32]));
}

#[unsafe(export_name = "rt_err_f32")]
extern "C" fn err_f32(value: f32) {
    write_error(repr_f32(value, &mut [0; 32]));
}

#[unsafe(export_name = "rt_err_bool")]
extern "C" fn err_bool(value: u32) {
    write_error(bool_text(value).as_bytes());
}
