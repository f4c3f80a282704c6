//! Readable assembly.
