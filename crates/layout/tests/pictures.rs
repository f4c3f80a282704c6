//! Page maps as pictures: drawn, and looked at pixel by pixel.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use simple_layout::map::{MapReference, MapSection, MapSymbol, PageMap, html, svg};
use simple_layout::{LayoutSymbol, Profile, Scenario, ScenarioIndex, SymbolIndex, Touch};

const PAGE: u64 = 4096;
/// A page is a strip of so many pixels.
const STRIP: usize = 256 * 9;
/// What explains a colour.
const KEY: usize = 12 * 9;

type Color = [u8; 3];
const STARTUP: Color = [0xd1, 0x49, 0x5b];
const PALE_STARTUP: Color = [0xee, 0xc0, 0xc6];
const STEADY: Color = [0x2a, 0x7f, 0x62];
const PALE_STEADY: Color = [0xbc, 0xda, 0xcf];
const DATA: Color = [0x6a, 0x4c, 0x93];
const PALE_DATA: Color = [0xd3, 0xc9, 0xe0];
const EMPTY: Color = [0xf1, 0xf1, 0xee];
const WHITE: Color = [0xff, 0xff, 0xff];

fn render(text: &str) -> Pixmap {
    let tree = Tree::from_str(text, &Options::default()).expect("it is a picture");
    let size = tree.size().to_int_size();
    let mut picture = Pixmap::new(size.width(), size.height()).expect("it has a size");
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    picture
}

/// The pixels of a colour, and in how many lines of pixels there are any, from one
/// column of pixels to another. Texts are left out, since no fonts are loaded.
fn count(picture: &Pixmap, color: Color, columns: std::ops::Range<u32>) -> (usize, usize) {
    let (mut pixels, mut lines) = (0, 0);
    for y in 0..picture.height() {
        let is = |x: &u32| {
            let pixel = picture.pixel(*x, y).expect("it is inside");
            [pixel.red(), pixel.green(), pixel.blue()] == color
        };
        let here = columns.clone().filter(is).count();
        pixels += here;
        lines += usize::from(here > 0);
    }
    (pixels, lines)
}

/// Forty functions of half a page, of which every fifth is touched, in the section of
/// the phase that it has; and two data, of which one is referred to.
fn map(planned: bool) -> PageMap {
    let half = PAGE / 2;
    let is_touched = |number: u64| number.is_multiple_of(5);
    let mut order: Vec<u64> = (0..40).collect();
    if planned {
        order.sort_by_key(|&number| !is_touched(number));
    }
    let code = |name: &str, first: u64, count: u64| MapSection {
        name: name.to_owned(),
        address: 0x40_0000 + first * half,
        size: count * half,
        code: true,
    };
    let mut sections = match planned {
        true => vec![code(".text.startup", 0, 8), code(".text", 8, 32)],
        false => vec![code(".text", 0, 40)],
    };
    let data = 0x50_0000;
    sections.push(MapSection { name: ".data".into(), address: data, size: PAGE, code: false });
    let name = |number: u64| format!("f{number}");
    let symbol = |name: String, address, size| MapSymbol { name, address, size };
    let places = order.iter().zip(0..);
    let mut symbols: Vec<MapSymbol> = places
        .map(|(&number, place)| symbol(name(number), 0x40_0000 + place * half, half))
        .collect();
    symbols.push(symbol("used".to_owned(), data, 1024));
    symbols.push(symbol("unused".to_owned(), data + 1024, 1024));
    let touched = order.iter().filter(|&&number| is_touched(number));
    let profile = Profile {
        scenarios: vec![Scenario {
            name: "run".to_owned(),
            entry: String::new(),
            stop: String::new(),
            weight: 1.0,
            runs: 1,
        }],
        symbols: touched.clone().map(|&number| LayoutSymbol::new(name(number), half)).collect(),
        touches: (0..touched.count() as u32)
            .map(|order| Touch {
                scenario: ScenarioIndex(0),
                symbol: SymbolIndex(order),
                order,
                time_ns: 0,
            })
            .collect(),
        ..Profile::default()
    };
    let references = [MapReference { from: symbols[0].address, to: data + 4 }];
    PageMap::new("app", sections, symbols, Some(&profile), Some(&references))
}

#[test]
fn every_byte_is_drawn_once() {
    let picture = render(&svg::draw(&map(false), None));
    let all = 0..picture.width();
    // 20 pages of code, a fifth of it touched; a page of data, a quarter of it touched,
    // a quarter used and the rest empty.
    let pixels = |color| count(&picture, color, all.clone()).0;
    assert_eq!(pixels(STEADY), 4 * STRIP + KEY);
    assert_eq!(pixels(PALE_STEADY), 16 * STRIP);
    assert_eq!(pixels(DATA), STRIP / 4 + KEY);
    assert_eq!(pixels(PALE_DATA), STRIP / 4);
    assert_eq!(pixels(EMPTY), STRIP / 2);
    // What else there is: the colours that are only explained.
    let rest = picture.pixels().len() - pixels(WHITE) - 21 * STRIP - 2 * KEY;
    assert_eq!(rest, 3 * KEY);
}

#[test]
fn before_and_after_stand_beside_each_other() {
    let picture = render(&svg::draw(&map(false), Some(&map(true))));
    let middle = picture.width() / 2;
    let (before, after) = (0..middle, middle..picture.width());
    let lines = |color, half: &std::ops::Range<u32>| count(&picture, color, half.clone()).1;
    let key_lines = 9;
    // Eight functions on eight pages; then on four, whose section has another colour,
    // and the other 16 pages pale.
    assert_eq!(lines(STEADY, &before), 8 * 9 + key_lines);
    assert_eq!(lines(STARTUP, &before), key_lines);
    assert_eq!(lines(STARTUP, &after), 4 * 9 + key_lines);
    assert_eq!(lines(STEADY, &after), key_lines);
    assert_eq!(lines(PALE_STEADY, &after), 16 * 9);
    assert_eq!(lines(PALE_STARTUP, &after), 0);
    assert_eq!(count(&picture, STARTUP, after).0, 4 * STRIP + KEY);
}

/// The page of a browser has the same picture in it.
#[test]
fn the_html_page_shows_the_picture() {
    let (before, after) = (map(false), map(true));
    let page = html::draw(&before, Some(&after));
    let start = page.find("<svg").expect("there is a picture");
    let end = page.find("</svg>").expect("it ends") + "</svg>".len();
    let (inside, alone) = (render(&page[start..end]), render(&svg::draw(&before, Some(&after))));
    assert!(inside == alone);
    assert!(!page.contains("http://") || page.matches("http").count() == 1, "only a namespace");
    for row in ["<td>text, before</td><td>20</td><td>81920</td><td>8</td>", "<td>text, after</td>"]
    {
        assert!(page.contains(row), "{page}");
    }
}
