//! Causes of failed requests, in words.

use crate::object::{Text, TextRef, static_text};
use crate::platform::Errno;

/// The contents of a file are not UTF-8.
pub(super) const NOT_UTF8: i64 = 1001;

/// The code of a result: 0 if it is fine.
pub(super) fn code(result: Result<(), Errno>) -> i64 {
    match result {
        Ok(()) => 0,
        Err(Errno(number)) => number.into(),
    }
}

/// Numbers as in `asm-generic/errno-base.h` and `errno.h`.
fn error_text(code: i64) -> TextRef<'static> {
    match code {
        0 => static_text!("no error"),
        1 => static_text!("operation not permitted"),
        2 => static_text!("no such file or directory"),
        5 => static_text!("input/output error"),
        6 => static_text!("no such device"),
        9 => static_text!("the file is not open"),
        11 => static_text!("resource temporarily unavailable"),
        12 => static_text!("out of memory"),
        13 => static_text!("permission denied"),
        16 => static_text!("the file is busy"),
        17 => static_text!("the file exists already"),
        19 => static_text!("no such device"),
        20 => static_text!("a part of the path is not a directory"),
        21 => static_text!("is a directory"),
        22 => static_text!("invalid argument"),
        23 | 24 => static_text!("too many open files"),
        26 => static_text!("the file is a program that is running"),
        27 => static_text!("the file is too large"),
        28 => static_text!("no space left on the device"),
        30 => static_text!("the file system is read-only"),
        32 => static_text!("the reader is gone"),
        36 => static_text!("the file name is too long"),
        39 => static_text!("the directory is not empty"),
        40 => static_text!("too many symbolic links"),
        75 => static_text!("value too large"),
        110 => static_text!("timed out"),
        122 => static_text!("disk quota exceeded"),
        NOT_UTF8 => static_text!("not valid UTF-8"),
        _ => static_text!("unknown error"),
    }
}

#[unsafe(export_name = "rt_error_text")]
extern "C" fn error_text_of(code: i64) -> Text {
    error_text(code).retain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes() {
        assert_eq!(error_text_of(2).as_str(), "no such file or directory");
        assert_eq!(error_text_of(NOT_UTF8).as_str(), "not valid UTF-8");
        assert_eq!(error_text_of(-5).as_str(), "unknown error");
        assert_eq!(code(Err(Errno::INVALID)), 22);
    }
}
