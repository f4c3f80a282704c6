//! The runtime, compiled and ready to be linked into programs.
//!
//! The build script compiles `runtime/` into an archive, reads it and writes
//! what programs can refer to as one serialised code object, which is embedded
//! here. The design is in `docs/design/linker.md`.
