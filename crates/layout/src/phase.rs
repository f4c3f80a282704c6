//! When in a run a function is needed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A part of a run, in the order in which a run goes through them. That is the
/// order of the four parts of text, too.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// From process entry to the anchor.
    Startup,
    /// From the anchor until the scenario's stop mark.
    FirstFrame,
    /// While running. What nobody said anything about is here.
    #[default]
    Steady,
    /// Rarely or never.
    Cold,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Phase; 4] = [Phase::Startup, Phase::FirstFrame, Phase::Steady, Phase::Cold];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Startup => "startup",
            Phase::FirstFrame => "first_frame",
            Phase::Steady => "steady",
            Phase::Cold => "cold",
        }
    }

    /// Whether functions of this phase run before a stop mark.
    pub fn is_early(self) -> bool {
        self <= Phase::FirstFrame
    }

    /// Position in [`Phase::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not a phase.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not a phase; the phases are startup, first_frame, steady and cold")]
pub struct UnknownPhase(pub String);

impl FromStr for Phase {
    type Err = UnknownPhase;

    fn from_str(word: &str) -> Result<Self, UnknownPhase> {
        Phase::ALL
            .into_iter()
            .find(|phase| phase.name() == word)
            .ok_or_else(|| UnknownPhase(word.to_owned()))
    }
}
