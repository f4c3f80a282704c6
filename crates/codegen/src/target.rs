//! The machine to compile for, as a value.

use std::fmt;

/// A machine and its conventions.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Target {
    /// The instruction set.
    pub architecture: Architecture,
}

/// An instruction set with the least that is expected of a processor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Architecture {
    /// x86-64-v2: SSE4.2, POPCNT and CMPXCHG16B, which every such processor
    /// sold since 2009 has. System V ABI.
    X86_64,
}

/// A target that no back end knows.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown target `{0}`; known: {known}", known = Target::KNOWN.join(", "))]
pub struct UnknownTarget(pub String);

impl Target {
    /// The names that [`Target::parse`] knows. The last part only says what
    /// runtime a program is linked with; code is the same for all.
    pub const KNOWN: &[&str] = &["x86_64-unknown-linux", "x86_64-unknown-none"];

    /// x86-64 with the System V ABI.
    pub const X86_64: Target = Target { architecture: Architecture::X86_64 };

    /// The target called `triple`.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn parse(triple: &str) -> Result<Self, UnknownTarget> {
        // What environment a Linux program has (gnu, musl) does not concern
        // one that uses none.
        let base = triple.strip_suffix("-gnu").or_else(|| triple.strip_suffix("-musl"));
        if Self::KNOWN.contains(&base.unwrap_or(triple)) {
            Ok(Self::X86_64)
        } else {
            Err(UnknownTarget(triple.to_owned()))
        }
    }
}

impl Default for Target {
    fn default() -> Self {
        Self::X86_64
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X86_64 => f.write_str("x86_64"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triples_are_known_or_refused() {
        assert_eq!(Target::parse("x86_64-unknown-linux-gnu"), Ok(Target::X86_64));
        assert_eq!(Target::parse("x86_64-unknown-none"), Ok(Target::X86_64));
        let error = Target::parse("vax-dec-ultrix").expect_err("no such back end");
        assert_eq!(
            error.to_string(),
            "unknown target `vax-dec-ultrix`; known: x86_64-unknown-linux, x86_64-unknown-none"
        );
    }
}
