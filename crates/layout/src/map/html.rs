//! A page map as a page of its own: the picture, the totals, and the name of
//! what the pointer is on. Nothing else is loaded.

use std::fmt::Write;

use super::svg::escape;
use super::{PageMap, svg};

const STYLE: &str = "\
body{font:14px/1.4 system-ui,sans-serif;margin:24px;color:#222}
table{border-collapse:collapse;margin:12px 0}
td,th{padding:3px 14px 3px 0;text-align:right}
td:first-child,th:first-child{text-align:left}
th{border-bottom:1px solid #999;font-weight:600}
#at{position:sticky;top:0;background:#fff;padding:8px 0;min-height:1.4em;font-family:monospace;\
border-bottom:1px solid #ddd}
.map{overflow-x:auto}
.map rect:hover{stroke:#000;stroke-width:.6}";

/// Shows the title of what the pointer is on: browsers do it late.
const SCRIPT: &str = "\
const at=document.getElementById('at'),hint=at.textContent;
document.querySelector('.map').addEventListener('mousemove',e=>{
const title=e.target.querySelector&&e.target.querySelector(':scope>title');
at.textContent=title?title.textContent:hint;});";

/// The map as a whole HTML file; `after` is drawn beside it.
pub fn draw(map: &PageMap, after: Option<&PageMap>) -> String {
    let mut out = String::new();
    let name = escape(&map.program);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Pages of {name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Pages of {name}</h1>\n"
    );
    table(&mut out, map, after);
    out.push_str("<p id=\"at\">point at a function to see its name</p>\n");
    let _ = write!(out, "<div class=\"map\">\n{}</div>\n", svg::draw(map, after));
    let _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn table(out: &mut String, map: &PageMap, after: Option<&PageMap>) {
    out.push_str(
        "<table>\n<tr><th></th><th>pages</th><th>bytes</th><th>touched pages</th>\
         <th>touched bytes</th><th>fewest pages</th></tr>\n",
    );
    let maps: Vec<(&str, &PageMap)> = match after {
        Some(after) => vec![(", before", map), (", after", after)],
        None => vec![("", map)],
    };
    for (code, what) in [(true, "text"), (false, "data")] {
        for (title, map) in &maps {
            let totals = map.totals(code);
            if totals.pages == 0 {
                continue;
            }
            let _ = write!(
                out,
                "<tr><td>{what}{title}</td><td>{}</td><td>{}</td>",
                totals.pages, totals.bytes
            );
            match map.knows(code) {
                true => {
                    let _ = writeln!(
                        out,
                        "<td>{}</td><td>{}</td><td>{}</td></tr>",
                        totals.touched_pages,
                        totals.touched_bytes,
                        totals.bound()
                    );
                }
                false => out.push_str("<td></td><td></td><td></td></tr>\n"),
            }
        }
    }
    out.push_str("</table>\n");
}
