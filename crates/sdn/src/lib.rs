//! SDN, Simple's data notation: `name: value`, blocks, lists, tables.
//!
//! In goes text; out come values, Rust types through serde, JSON, or the same
//! text with one thing changed. Every error says line and column. The crate
//! reads no files and knows nothing of what its users write in the notation.
//! The grammar is in `docs/reference/sdn.md`.
//!
//! ```
//! #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
//! struct Plan<'a> {
//!     #[serde(borrow)]
//!     groups: Vec<Group<'a>>,
//! }
//! #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
//! struct Group<'a> {
//!     phase: &'a str,
//!     max_pages: u32,
//! }
//!
//! let text = "groups |phase, max_pages|\n    startup, 8\n";
//! let plan: Plan = simple_sdn::from_str(text)?;
//! assert_eq!(plan.groups, [Group { phase: "startup", max_pages: 8 }]);
//! assert_eq!(simple_sdn::to_string(&plan)?, text);
//!
//! let error = simple_sdn::from_str::<Plan>("groups |phase, max_pages|\n    startup, x\n");
//! assert_eq!(error.unwrap_err().position().unwrap().to_string(), "2:14");
//! # Ok::<(), simple_sdn::Error>(())
//! ```

mod de;
mod document;
mod error;
mod format;
mod json;
mod parse;
mod path;
mod print;
mod scalar;
mod ser;
mod tree;
mod value;

pub use de::{from_slice, from_str};
pub use document::Document;
pub use error::{Error, Position};
pub use format::format;
pub use json::{from_json, to_json};
pub use parse::{MAX_DEPTH, MAX_SIZE};
pub use path::{Path, Step};
pub use ser::{to_string, to_value};
pub use value::{Map, Table, Value};
