//! A page map as a picture.
//!
//! A page is a strip, its first byte at the left; pages go down a column and
//! then to the next. Two maps of one program stand beside each other.

use std::fmt::Write;

use super::{Page, PageMap, terminal};
use crate::{PAGE_SIZE, Phase};

/// Bytes that a unit of width stands for.
const SCALE: u64 = 16;
const STRIP_WIDTH: u64 = PAGE_SIZE / SCALE;
const STRIP_HEIGHT: u64 = 9;
const STEP: u64 = 11;
const COLUMN: u64 = STRIP_WIDTH + 24;
/// Pages of a column.
const ROWS: usize = 64;
const MARGIN: u64 = 20;
const HEAD: u64 = 88;
/// Where the meaning of colours stands, and the room for one.
const LEGEND: u64 = 62;
const LEGEND_STEP: u64 = 92;
/// What the lines about totals need.
const HEAD_WIDTH: u64 = 640;

/// The map as a whole SVG file; `after` is drawn beside it.
pub fn draw(map: &PageMap, after: Option<&PageMap>) -> String {
    let maps: Vec<(&str, &PageMap)> = match after {
        Some(after) => vec![("before", map), ("after", after)],
        None => vec![("", map)],
    };
    let widths: Vec<u64> = maps.iter().map(|(_, map)| width(map)).collect();
    let total = widths.iter().sum::<u64>() + MARGIN * (maps.len() as u64 + 1);
    let rows = maps.iter().map(|(_, map)| map.pages.len().min(ROWS)).max().unwrap_or(0);
    let height = HEAD + rows as u64 * STEP + MARGIN;
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} {height}\" \
         width=\"{total}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{total}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    let mut x = MARGIN;
    for ((title, map), width) in maps.iter().zip(&widths) {
        let _ = writeln!(out, "<g transform=\"translate({x} 0)\">");
        head(&mut out, title, map);
        for (index, page) in map.pages.iter().enumerate() {
            strip(&mut out, map, page, index);
        }
        out.push_str("</g>\n");
        x += width + MARGIN;
    }
    out.push_str("</svg>\n");
    out
}

fn width(map: &PageMap) -> u64 {
    // The head's lines need room too.
    (map.pages.len().div_ceil(ROWS) as u64 * COLUMN).max(HEAD_WIDTH)
}

fn head(out: &mut String, title: &str, map: &PageMap) {
    let name = match title {
        "" => escape(&map.program),
        title => format!("{}, {title}", escape(&map.program)),
    };
    let _ = writeln!(out, "<text y=\"20\" font-size=\"15\" font-weight=\"bold\">{name}</text>");
    for (line, (code, what)) in [(true, "text"), (false, "data")].into_iter().enumerate() {
        let totals = map.totals(code);
        if totals.pages > 0 {
            let y = 37 + 15 * line;
            let text = terminal::sum(&totals, map.knows(code).then_some(code));
            let _ = writeln!(out, "<text y=\"{y}\" fill=\"#444\">{what}: {text}</text>");
        }
    }
    legend(out, map);
}

/// What colours mean.
fn legend(out: &mut String, map: &PageMap) {
    let key = [
        (color(Some(Phase::Startup), true, true, true), "startup"),
        (color(Some(Phase::FirstFrame), true, true, true), "first frame"),
        (color(None, true, true, true), "steady"),
        (color(Some(Phase::Cold), true, true, true), "cold"),
        (color(None, false, true, true), "data"),
    ];
    let mut x = 0;
    for (fill, name) in key {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{LEGEND}\" width=\"12\" height=\"{STRIP_HEIGHT}\" \
             fill=\"{fill}\"/><text x=\"{}\" y=\"{}\" fill=\"#444\">{name}</text>",
            x + 17,
            LEGEND + STRIP_HEIGHT,
        );
        x += LEGEND_STEP;
    }
    if map.profiled {
        let y = LEGEND + STRIP_HEIGHT;
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" fill=\"#444\">pale: not touched by a start</text>"
        );
    }
}

fn strip(out: &mut String, map: &PageMap, page: &Page, index: usize) {
    let x = (index / ROWS) as u64 * COLUMN;
    let y = HEAD + (index % ROWS) as u64 * STEP;
    let section = map.section(page);
    let _ = writeln!(
        out,
        "<g transform=\"translate({x} {y})\"><rect width=\"{STRIP_WIDTH}\" \
         height=\"{STRIP_HEIGHT}\" fill=\"#f1f1ee\"><title>{} page {:#x}: {}</title></rect>",
        escape(&section.name),
        page.address,
        match map.knows(section.code) {
            true => format!("{} of {} bytes touched", page.touched(), page.used()),
            false => format!("{} bytes", page.used()),
        }
    );
    for piece in &page.pieces {
        let start = f64::from(piece.start) / SCALE as f64;
        let width = f64::from(piece.end - piece.start) / SCALE as f64;
        let fill = color(section.phase(), section.code, piece.touched, map.knows(section.code));
        let symbol = &map.symbols[piece.symbol as usize];
        let _ = writeln!(
            out,
            "<rect x=\"{start:.2}\" width=\"{width:.2}\" height=\"{STRIP_HEIGHT}\" \
             fill=\"{fill}\"><title>{} ({} bytes{}){}</title></rect>",
            escape(&symbol.name),
            symbol.size,
            if piece.touched { ", touched" } else { "" },
            section.phase().map_or(String::new(), |phase| format!(", {}", phase.name())),
        );
    }
    out.push_str("</g>\n");
}

/// Hue is the phase, strength whether it is touched.
fn color(phase: Option<Phase>, code: bool, touched: bool, profiled: bool) -> &'static str {
    match (phase, touched || !profiled) {
        (Some(Phase::Startup), true) => "#d1495b",
        (Some(Phase::Startup), false) => "#eec0c6",
        (Some(Phase::FirstFrame), true) => "#d98324",
        (Some(Phase::FirstFrame), false) => "#f0d3b2",
        (Some(Phase::Cold), true) => "#1d3557",
        (Some(Phase::Cold), false) => "#c3ccd8",
        (_, true) if code => "#2a7f62",
        (_, false) if code => "#bcdacf",
        (_, true) => "#6a4c93",
        (_, false) => "#d3c9e0",
    }
}

/// Text for an element or an attribute of XML. Control characters, which XML
/// does not know, are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
