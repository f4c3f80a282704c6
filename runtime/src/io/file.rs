//! Whole files.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::error::{NOT_UTF8, code};
use crate::object::{Text, TextRef};
use crate::platform::{self, Errno, File, OpenMode, PATH_MAX};

/// How much is read at least at a time.
const LEAST_READ: usize = 4096;

/// The largest size of a file that memory is taken for before it is read: some
/// files of the system claim sizes that no memory has.
const MOST_TRUSTED: usize = 1 << 30;

/// Calls `action` with a path as the system wants it.
fn with_path<T>(
    path: TextRef<'_>,
    action: impl FnOnce(&CStr) -> Result<T, Errno>,
) -> Result<T, Errno> {
    let bytes = path.bytes();
    let mut buffer = [MaybeUninit::<u8>::uninit(); PATH_MAX];
    if bytes.len() >= PATH_MAX {
        return Err(Errno::NAME_TOO_LONG);
    }
    for (to, from) in buffer.iter_mut().zip(bytes.iter().chain(&[0])) {
        to.write(*from);
    }
    // SAFETY: the path and its terminator were written.
    let path = unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast(), bytes.len() + 1) };
    action(CStr::from_bytes_with_nul(path).map_err(|_| Errno::INVALID)?)
}

/// Appends all that is left of a file to `contents`, as bytes: the caller must
/// see to it that they are UTF-8 before anybody else looks.
fn read_rest(file: File, contents: &mut Text) -> Result<(), Errno> {
    // One byte more than the file says, so that its end is found without
    // growing.
    let size = platform::file_size(file).min(MOST_TRUSTED);
    contents.reserve(size.saturating_add(1).max(LEAST_READ));
    loop {
        let spare = contents.spare();
        // SAFETY: the system only writes to it.
        let buffer = unsafe { &mut *(core::ptr::from_mut(spare) as *mut [u8]) };
        let read = platform::read(file, buffer)?;
        if read == 0 {
            return Ok(());
        }
        let len = contents.len() + read;
        // SAFETY: so many bytes were written.
        unsafe { contents.set_len(len) };
        if contents.spare().len() < LEAST_READ {
            contents.reserve(contents.len().max(LEAST_READ));
        }
    }
}

/// Stores what was read, if it is UTF-8.
fn store(contents: Text, out: &mut Text) -> i64 {
    if core::str::from_utf8(contents.as_ref().bytes()).is_err() {
        return NOT_UTF8;
    }
    *out = contents;
    0
}

/// Reads all that is left of a file after some bytes that were read before.
pub(super) fn read_to_end(file: File, before: &[u8], out: &mut Text) -> i64 {
    let mut contents = Text::with_capacity(before.len());
    contents.reserve(before.len());
    // SAFETY: there is room; nobody looks before `store` has.
    unsafe { contents.push_within_capacity(before) };
    match read_rest(file, &mut contents) {
        Ok(()) => store(contents, out),
        Err(error) => code(Err(error)),
    }
}

#[unsafe(export_name = "rt_file_read")]
extern "C" fn file_read(path: TextRef<'_>, out: &mut Text) -> i64 {
    let file = match with_path(path, |path| platform::open(path, OpenMode::Read)) {
        Ok(file) => file,
        Err(error) => return code(Err(error)),
    };
    let result = read_to_end(file, &[], out);
    platform::close(file);
    result
}

fn write(path: TextRef<'_>, text: TextRef<'_>, mode: OpenMode) -> i64 {
    code(with_path(path, |path| {
        let file = platform::open(path, mode)?;
        let result = platform::write(file, text.bytes());
        platform::close(file);
        result
    }))
}

#[unsafe(export_name = "rt_file_write")]
extern "C" fn file_write(path: TextRef<'_>, text: TextRef<'_>) -> i64 {
    write(path, text, OpenMode::Write)
}

#[unsafe(export_name = "rt_file_append")]
extern "C" fn file_append(path: TextRef<'_>, text: TextRef<'_>) -> i64 {
    write(path, text, OpenMode::Append)
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;
    use crate::object::static_text;

    fn temporary(name: &str) -> (std::path::PathBuf, Text) {
        let path = std::env::temp_dir().join(format!("simple-{}-{name}", std::process::id()));
        let text = Text::new(path.to_str().expect("the temporary folder's name is UTF-8"));
        (path, text)
    }

    #[test]
    fn write_append_read() {
        let (path, name) = temporary("rw");
        let long = "é".repeat(100_000);
        assert_eq!(file_write(name.as_ref(), static_text!("first\n")), 0);
        assert_eq!(file_append(name.as_ref(), Text::new(&long).as_ref()), 0);
        let mut out = Text::empty();
        assert_eq!(file_read(name.as_ref(), &mut out), 0);
        assert_eq!(out.as_str(), format!("first\n{long}"));
        assert_eq!(file_write(name.as_ref(), static_text!("")), 0);
        assert_eq!(file_read(name.as_ref(), &mut out), 0);
        assert_eq!(out.as_str(), "");
        std::fs::write(&path, b"a\xffb").expect("the folder is writable");
        out.push_str("kept");
        assert_eq!(file_read(name.as_ref(), &mut out), NOT_UTF8);
        assert_eq!(out.as_str(), "kept");
        std::fs::remove_file(path).expect("the file is there");
        assert_eq!(file_read(name.as_ref(), &mut out), 2);
    }

    #[test]
    fn files_that_do_not_say_their_size() {
        let mut out = Text::empty();
        assert_eq!(file_read(static_text!("/proc/self/status"), &mut out), 0);
        assert!(out.as_str().starts_with("Name:"));
    }

    #[test]
    fn paths_that_cannot_be() {
        let mut out = Text::empty();
        assert_eq!(file_read(static_text!("a\0b"), &mut out), 22);
        assert_eq!(file_read(Text::new(&"a".repeat(5000)).as_ref(), &mut out), 36);
        assert_eq!(file_read(static_text!("/"), &mut out), 21);
        assert_eq!(file_write(static_text!("/"), static_text!("x")), 21);
        assert_eq!(file_write(static_text!("/dev/full"), static_text!("x")), 28);
    }
}
