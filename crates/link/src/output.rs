//! Puts a finished executable in its place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::IntoRawFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Why an executable could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: {source}", path.display())]
pub struct OutputError {
    /// The file that was to be written.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Writes `bytes` as an executable file at `path`.
///
/// The file appears whole or not at all: it is written beside its place under
/// another name and then moved, so that a running program of that name goes on
/// undisturbed. Whatever a device or a pipe at `path` takes is written to it
/// directly.
pub fn write_executable(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    write(path, bytes).map_err(|source| OutputError { path: path.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if takes_stream(metadata.file_type()) => {
            return OpenOptions::new().write(true).open(path)?.write_all(bytes);
        }
        _ => (),
    }
    check_size_limit(bytes.len())?;
    let (mut file, temporary) = Temporary::beside(path)?;
    file.write_all(bytes)?;
    // Some file systems report a full disk only here.
    // SAFETY: the descriptor was just taken out of its only owner.
    unsafe { rustix::io::try_close(file.into_raw_fd())? };
    temporary.move_to(path)
}

fn takes_stream(kind: fs::FileType) -> bool {
    kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket()
}

/// Exceeding the limit of a file's size would end this process by a signal.
fn check_size_limit(size: usize) -> io::Result<()> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
    match limit.current {
        Some(limit) if limit < size as u64 => Err(rustix::io::Errno::FBIG.into()),
        _ => Ok(()),
    }
}

/// A file under another name, removed unless it is moved to its place.
struct Temporary {
    path: Option<PathBuf>,
}

impl Temporary {
    /// Creates a new file in the directory of `path`.
    fn beside(path: &Path) -> io::Result<(File, Self)> {
        const ATTEMPTS: u32 = 100;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        for attempt in 0..ATTEMPTS {
            let mut other = std::ffi::OsString::from(".");
            // Long names would not leave room for more.
            other.push(if name.len() < 200 { name } else { "executable".as_ref() });
            other.push(format!(".{}-{attempt}.new", std::process::id()));
            let other = path.with_file_name(other);
            // The user's mask takes away what it does from any new file.
            match OpenOptions::new().write(true).create_new(true).mode(0o777).open(&other) {
                Ok(file) => return Ok((file, Self { path: Some(other) })),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn move_to(mut self, path: &Path) -> io::Result<()> {
        if let Some(temporary) = &self.path {
            fs::rename(temporary, path)?;
            self.path = None;
        }
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // The error that led here is the one to report.
            let _ = fs::remove_file(path);
        }
    }
}
