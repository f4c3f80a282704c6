//! A page map as text.

use std::fmt::Write;

use super::{Page, PageMap, Piece, Totals};
use crate::PAGE_SIZE;

/// Characters that a page takes, where each has a line.
const BAR: usize = 64;
/// With more pages than this each has a character only.
const MAX_LINES: usize = 96;
/// Characters of a line of such pages.
const CELLS: usize = 64;
/// From nothing to all of a page.
const SHADES: [char; 5] = ['·', '░', '▒', '▓', '█'];

/// What bytes a character stands for, strongest first.
const TOUCHED: char = '█';
const USED: char = '░';
const EMPTY: char = '·';

/// The map, a line a page, or a character a page if there are many.
pub fn draw(map: &PageMap) -> String {
    let mut out = String::new();
    let detailed = map.pages.len() <= MAX_LINES;
    for (index, section) in map.sections.iter().enumerate() {
        let pages: Vec<&Page> =
            map.pages.iter().filter(|page| page.section as usize == index).collect();
        if pages.is_empty() {
            continue;
        }
        let touched = pages.iter().filter(|page| page.touched() > 0).count();
        let _ = write!(out, "{}  {}", section.name, count(pages.len(), "page"));
        if map.knows(section.code) {
            let _ = write!(out, ", {touched} touched");
        }
        out.push('\n');
        if detailed {
            pages.iter().for_each(|page| line(&mut out, map, page));
        } else {
            for row in pages.chunks(CELLS) {
                let cells: String = row.iter().map(|page| shade(map, page)).collect();
                let _ = writeln!(out, "  {:#x}  {cells}", row[0].address);
            }
        }
    }
    legend(&mut out, map, detailed);
    totals(&mut out, map);
    out
}

fn line(out: &mut String, map: &PageMap, page: &Page) {
    let width = PAGE_SIZE as usize / BAR;
    let bar: String = (0..BAR)
        .map(|cell| {
            let (start, end) = ((cell * width) as u32, ((cell + 1) * width) as u32);
            let here = |piece: &&Piece| piece.start < end && piece.end > start;
            let touched = page.pieces.iter().filter(here).map(|piece| piece.touched).max();
            match touched {
                None => EMPTY,
                Some(true) => TOUCHED,
                Some(false) => USED,
            }
        })
        .collect();
    let _ = write!(out, "  {:#x}  {bar}", page.address);
    if map.knows(map.section(page).code) {
        let _ = write!(out, "  {:>4} of {:>4}", page.touched(), page.used());
    } else {
        let _ = write!(out, "  {:>4}", page.used());
    }
    // The largest of those that matter.
    let wanted = |touched: bool| {
        let pieces = page.pieces.iter().filter(|piece| piece.touched == touched);
        pieces.max_by_key(|piece| piece.end - piece.start)
    };
    if let Some(piece) = wanted(true).or_else(|| wanted(false)) {
        let more = page.pieces.len() - 1;
        let _ = write!(out, "  {}", short(map.name(piece)));
        if more > 0 {
            let _ = write!(out, " +{more}");
        }
    }
    out.push('\n');
}

/// Names of other compilers can be as long as a page.
fn short(name: &str) -> String {
    const MAX: usize = 40;
    match name.char_indices().nth(MAX) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    }
}

fn shade(map: &PageMap, page: &Page) -> char {
    let profiled = map.knows(map.section(page).code);
    let bytes = if profiled { page.touched() } else { page.used() };
    let steps = SHADES.len() as u64 - 1;
    SHADES[(u64::from(bytes) * steps).div_ceil(PAGE_SIZE).min(steps) as usize]
}

fn legend(out: &mut String, map: &PageMap, detailed: bool) {
    let what = if map.profiled { "touched" } else { "used" };
    if detailed {
        let _ = match map.profiled {
            true => writeln!(out, "\n{TOUCHED} touched  {USED} not touched  {EMPTY} nothing"),
            false => writeln!(out, "\n{USED} used  {EMPTY} nothing"),
        };
    } else {
        let [none, quarter, half, three, all] = SHADES;
        let _ = writeln!(
            out,
            "\na character is a page, {what}: {none} nothing  {quarter} to a quarter  \
             {half} to half  {three} to three quarters  {all} more"
        );
    }
}

fn totals(out: &mut String, map: &PageMap) {
    for (code, name) in [(true, "text"), (false, "data")] {
        let totals = map.totals(code);
        if totals.pages == 0 {
            continue;
        }
        let _ = writeln!(out, "{name}: {}", sum(&totals, map.knows(code).then_some(code)));
    }
}

/// A line about totals, for people. `touched` says whether they are of code or of data,
/// if it is known what of them is touched.
pub(super) fn sum(totals: &Totals, touched: Option<bool>) -> String {
    let all = format!("{} with {} bytes", count(totals.pages as usize, "page"), totals.bytes);
    let what = match touched {
        None => return all,
        Some(true) => "a start touches",
        Some(false) => "what a start touches refers to",
    };
    format!(
        "{all}; {what} {} for {} bytes, which would fit on {}",
        count(totals.touched_pages as usize, "page"),
        totals.touched_bytes,
        totals.bound()
    )
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
