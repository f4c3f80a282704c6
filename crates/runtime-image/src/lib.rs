//! The runtime, compiled and ready to be linked into programs.
//!
//! The build script compiles `runtime/` into an archive, reads it and writes
//! what programs can refer to as one serialised code object, a blob of the
//! object crate, which is embedded here. The design is in
//! `docs/design/linker.md`.

/// The runtime of ordinary programs, as a serialised code object.
pub fn plain() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/plain.blob"))
}

/// The runtime that watches over memory, for `--check-memory`: the same
/// definitions, as a serialised code object.
pub fn checked() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/checked.blob"))
}
