//! Standard input.

use core::mem::MaybeUninit;

use super::file::read_to_end;
use super::output::flush_output;
use crate::object::Text;
use crate::platform::{self, File};
use crate::processor::find_byte;
use crate::text::push_lossy;

const BUFFER_SIZE: usize = 16 * 1024;

/// What was read of a file and not yet asked for.
#[repr(C)]
struct Input {
    file: File,
    start: usize,
    end: usize,
    buffer: [MaybeUninit<u8>; BUFFER_SIZE],
}

global! {
    static INPUT: Input = Input::new(File::INPUT);
}

impl Input {
    const fn new(file: File) -> Self {
        Self { file, start: 0, end: 0, buffer: [MaybeUninit::zeroed(); BUFFER_SIZE] }
    }

    /// What is there.
    fn pending(&self) -> &[u8] {
        // SAFETY: the system wrote up to `end`.
        unsafe {
            let start = self.buffer.as_ptr().add(self.start).cast();
            core::slice::from_raw_parts(start, self.end - self.start)
        }
    }

    /// Reads more, if nothing is there. False at the end of input, which a
    /// failure is too.
    fn fill(&mut self) -> bool {
        if self.start < self.end {
            return true;
        }
        // SAFETY: the system only writes to it.
        let buffer = unsafe { &mut *(&raw mut self.buffer as *mut [u8; BUFFER_SIZE]) };
        self.start = 0;
        self.end = platform::read(self.file, buffer).unwrap_or(0);
        self.end > 0
    }

    /// A line without its end.
    fn line(&mut self) -> Option<Text> {
        if !self.fill() {
            return None;
        }
        // The usual case: the whole line is there.
        if let Some(len) = find_byte(self.pending(), b'\n') {
            let line = line_text(&self.pending()[..len]);
            self.start += len + 1;
            return Some(line);
        }
        // Bytes, not text yet: a character may be cut in two.
        let mut bytes = Text::empty();
        while self.fill() {
            let pending = self.pending();
            let found = find_byte(pending, b'\n');
            let part = &pending[..found.unwrap_or(pending.len())];
            bytes.reserve(part.len());
            // SAFETY: there is room; nobody looks at it as text.
            unsafe { bytes.push_within_capacity(part) };
            self.start += part.len() + usize::from(found.is_some());
            if found.is_some() {
                return Some(line_text(bytes.as_ref().bytes()));
            }
        }
        // The last line has no end, so a carriage return is its own.
        let mut line = Text::empty();
        push_lossy(&mut line, bytes.as_ref().bytes());
        Some(line)
    }
}

/// The text of a line that a line feed ended.
fn line_text(bytes: &[u8]) -> Text {
    crate::text::lossy(bytes.strip_suffix(b"\r").unwrap_or(bytes))
}

#[unsafe(export_name = "rt_input")]
extern "C" fn input(out: &mut Text) -> bool {
    flush_output();
    // SAFETY: one thread, and no other reference is alive.
    match unsafe { (*INPUT.get()).line() } {
        Some(line) => {
            *out = line;
            true
        }
        None => false,
    }
}

#[unsafe(export_name = "rt_stdin_read")]
extern "C" fn stdin_read(out: &mut Text) -> i64 {
    flush_output();
    // SAFETY: one thread, and no other reference is alive.
    let input = unsafe { &mut *INPUT.get() };
    let code = read_to_end(input.file, input.pending(), out);
    input.start = input.end;
    code
}

#[cfg(test)]
mod tests {
    use std::boxed::Box;
    use std::os::fd::AsRawFd;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn lines(contents: &[u8]) -> Vec<String> {
        use std::io::{Seek, Write};
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = std::format!("simple-{}-input-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut file = std::fs::File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .expect("the folder is writable");
        std::fs::remove_file(path).expect("the file is there");
        file.write_all(contents).expect("there is room");
        file.rewind().expect("it is a file");
        let mut input = Box::new(Input::new(File(file.as_raw_fd())));
        core::iter::from_fn(|| input.line().map(|line| line.as_str().into())).collect()
    }

    #[test]
    fn ends_of_lines() {
        assert_eq!(lines(b""), [""; 0]);
        assert_eq!(lines(b"\n"), [""]);
        assert_eq!(lines(b"a\r\nb\n\nc\r"), ["a", "b", "", "c\r"]);
        assert_eq!(lines(b"a\xffb\xe2\x82\n"), ["a\u{fffd}b\u{fffd}"]);
    }

    #[test]
    fn long_lines() {
        let long = "é".repeat(BUFFER_SIZE);
        let text = std::format!("x\n{long}\n{long}\ny{long}");
        assert_eq!(lines(text.as_bytes()), ["x", &long, &long, &std::format!("y{long}")]);
    }
}
