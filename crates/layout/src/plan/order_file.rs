//! Plans for the linkers of other languages.
//!
//! They know functions by name only. Of several local functions of one name, which
//! a plan calls `name`, `name#2` and so on, the first decides where all of them
//! go. Names that a format cannot express are left out: a line end, for one.

use std::fmt::Write as _;
use std::str::FromStr;

use rustc_hash::FxHashSet;

use super::{Plan, PlanSymbol};
use crate::symbol::linker_name;
use crate::{PAGE_SIZE, Phase};

/// Which linker an order is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// LLVM's `ld.lld`: `--symbol-ordering-file=FILE`. A symbol a line; lines that
    /// begin with `#` are comments. What is not listed follows behind.
    /// (ld.lld(1), `--symbol-ordering-file`: "Layout sections in the order
    /// specified by symbol-ordering-file"; `lld/Common/Args.cpp`, `getLines`.)
    /// The code must be compiled with `-ffunction-sections`.
    Lld,
    /// GNU ld: a script for `-T FILE` that leaves the default script in force. Its
    /// parts of text become output sections before and, for cold code, behind
    /// `.text`. (The GNU linker, "Miscellaneous Commands", `INSERT`; "Input Section
    /// Wildcard Patterns".) The code must be compiled with `-ffunction-sections`.
    GnuLd,
    /// GNU gold: `--section-ordering-file FILE`. A section or pattern a line; lines
    /// that begin with `#` are comments, and a name goes before a pattern. What is
    /// not listed would come first, so all of text is listed last.
    /// (`gold/layout.cc`, `Layout::read_layout_from_file` and
    /// `find_section_order_index`.) The code must be compiled with
    /// `-ffunction-sections`.
    Gold,
    /// Microsoft's `link`: `/ORDER:@FILE`. A function a line, decorated if it is
    /// C++, and no comments. Static functions cannot be ordered: warning LNK4037.
    /// (MSVC linker reference, "/ORDER (Put functions in order)".) The code must be
    /// compiled with `/Gy`.
    Msvc,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 4] = [Format::Lld, Format::GnuLd, Format::Gold, Format::Msvc];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Lld => "lld",
            Format::GnuLd => "gnu",
            Format::Gold => "gold",
            Format::Msvc => "msvc",
        }
    }
}

/// A word that is not the name of a format.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not a format of order files; there are lld, gnu, gold and msvc")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == word)
            .ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// The order of `plan` as its linker wants it. Cold functions are not listed: they
/// lie behind all that is, which is where they belong; only GNU ld has a section
/// for them.
pub fn order_file(plan: &Plan, format: Format) -> String {
    match format {
        Format::Lld => lines(plan, "# Page layout, for --symbol-ordering-file.\n", |out, name| {
            // A name that begins with # would be a comment.
            if !name.starts_with('#') {
                let _ = writeln!(out, "{name}");
            }
        }),
        Format::Msvc => lines(plan, "", |out, name| {
            let _ = writeln!(out, "{name}");
        }),
        Format::Gold => {
            let header = "# Page layout, for --section-ordering-file.\n";
            let mut text = lines(plan, header, |out, name| {
                for prefix in PREFIXES {
                    let _ = writeln!(out, "{prefix}{name}");
                }
            });
            text.push_str(".text\n.text.*\n");
            text
        }
        Format::GnuLd => script(plan),
    }
}

/// The sections that compilers put a function into: GCC and Clang sort what they
/// know to be hot or cold, and GCC `main`.
const PREFIXES: [&str; 4] = [".text.", ".text.hot.", ".text.startup.", ".text.unlikely."];

/// The functions of `phases` by linker name, each once, with their rows.
fn named(
    plan: &Plan,
    phases: impl Fn(Phase) -> bool,
) -> impl Iterator<Item = (usize, &PlanSymbol, &str)> {
    let mut seen = FxHashSet::default();
    plan.symbols.iter().enumerate().filter_map(move |(row, symbol)| {
        let (name, first) = linker_name(&symbol.name);
        let is_line = !name.contains(['\n', '\r', '\0']) && name.trim() == name;
        let wanted = phases(symbol.phase) && first && is_line && !name.is_empty();
        (wanted && seen.insert(name)).then_some((row, symbol, name))
    })
}

fn lines(plan: &Plan, header: &str, line: impl Fn(&mut String, &str)) -> String {
    let mut text = header.to_owned();
    for (_, _, name) in named(plan, |phase| phase != Phase::Cold) {
        line(&mut text, name);
    }
    text
}

fn script(plan: &Plan) -> String {
    let mut text = "/* Page layout: link with -T and this file. */\n".to_owned();
    let aligned = plan.page_aligned();
    for phase in Phase::ALL {
        let mut functions = named(plan, |of| of == phase).peekable();
        if functions.peek().is_none() {
            continue;
        }
        // Aligned within as well: then the section itself must be.
        let any_aligned = plan.symbols.iter().zip(&aligned).any(|(s, a)| s.phase == phase && *a);
        let align = if any_aligned { format!(" ALIGN({PAGE_SIZE})") } else { String::new() };
        let _ = writeln!(text, "SECTIONS\n{{\n  .text.{phase} :{align}\n  {{");
        for (row, _, name) in functions {
            if aligned[row] {
                let _ = writeln!(text, "    . = ALIGN({PAGE_SIZE});");
            }
            let sections = PREFIXES.map(|prefix| pattern(prefix, name));
            let _ = writeln!(text, "    *({})", sections.join(" "));
        }
        let place = if phase == Phase::Cold { "AFTER" } else { "BEFORE" };
        let _ = writeln!(text, "  }}\n}}\nINSERT {place} .text;");
    }
    text
}

/// A section as a GNU linker script names it. What would be a wildcard or end the
/// quotes becomes `?`, any one character: a backslash before it is right by the
/// manual, but GNU ld 2.40 finds no such section.
fn pattern(prefix: &str, name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$');
    if name.chars().all(is_plain) {
        return format!("{prefix}{name}");
    }
    let name = name.replace(['*', '?', '[', '\\', '"'], "?");
    format!("\"{prefix}{name}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Group;

    fn plan() -> Plan {
        let row = |(name, phase, group): (&str, Phase, u64)| PlanSymbol {
            name: name.to_owned(),
            phase,
            group,
            pinned: false,
        };
        let group = |id: u64, phase: Phase| Group {
            id,
            phase,
            max_pages: None,
            align: false,
            aligned: true,
            bytes: 1,
            pages: 1,
        };
        Plan {
            groups: vec![group(0, Phase::Startup), group(1, Phase::FirstFrame)],
            symbols: [
                ("main", Phase::Startup, 0),
                ("geo::List[i64]*", Phase::Startup, 0),
                ("draw#2", Phase::FirstFrame, 1),
                ("?f@@YAXH@Z", Phase::FirstFrame, 1),
                ("two\nlines", Phase::Steady, 1),
                (" padded", Phase::Steady, 1),
                ("draw", Phase::Steady, 1),
                ("#hash", Phase::Steady, 1),
                ("fail \"\\", Phase::Cold, 1),
            ]
            .map(row)
            .to_vec(),
            ..Plan::default()
        }
    }

    #[test]
    fn lld() {
        assert_eq!(
            order_file(&plan(), Format::Lld),
            "# Page layout, for --symbol-ordering-file.\nmain\ngeo::List[i64]*\n?f@@YAXH@Z\ndraw\n"
        );
    }

    #[test]
    fn msvc() {
        assert_eq!(
            order_file(&plan(), Format::Msvc),
            "main\ngeo::List[i64]*\n?f@@YAXH@Z\ndraw\n#hash\n"
        );
    }

    #[test]
    fn gold() {
        let text = order_file(&plan(), Format::Gold);
        let expected = "# Page layout, for --section-ordering-file.\n.text.main\n.text.hot.main\n\
                        .text.startup.main\n.text.unlikely.main\n.text.geo::List[i64]*\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.ends_with(".text.unlikely.#hash\n.text\n.text.*\n"), "{text}");
    }

    #[test]
    fn gnu_ld() {
        let expected = r#"/* Page layout: link with -T and this file. */
SECTIONS
{
  .text.startup : ALIGN(4096)
  {
    . = ALIGN(4096);
    *(.text.main .text.hot.main .text.startup.main .text.unlikely.main)
    *(".text.geo::List?i64]?" ".text.hot.geo::List?i64]?" ".text.startup.geo::List?i64]?" ".text.unlikely.geo::List?i64]?")
  }
}
INSERT BEFORE .text;
SECTIONS
{
  .text.first_frame : ALIGN(4096)
  {
    *(".text.?f@@YAXH@Z" ".text.hot.?f@@YAXH@Z" ".text.startup.?f@@YAXH@Z" ".text.unlikely.?f@@YAXH@Z")
  }
}
INSERT BEFORE .text;
SECTIONS
{
  .text.steady :
  {
    *(.text.draw .text.hot.draw .text.startup.draw .text.unlikely.draw)
    *(".text.#hash" ".text.hot.#hash" ".text.startup.#hash" ".text.unlikely.#hash")
  }
}
INSERT BEFORE .text;
SECTIONS
{
  .text.cold :
  {
    *(".text.fail ??" ".text.hot.fail ??" ".text.startup.fail ??" ".text.unlikely.fail ??")
  }
}
INSERT AFTER .text;
"#;
        assert_eq!(order_file(&plan(), Format::GnuLd), expected);
    }

    #[test]
    fn names_of_formats() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert!("coff".parse::<Format>().is_err());
    }
}
