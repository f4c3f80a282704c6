use super::*;
use crate::{LayoutSymbol, Mark, Scenario, ScenarioIndex, Touch};

fn section(name: &str, address: u64, size: u64, code: bool) -> MapSection {
    MapSection { name: name.to_owned(), address, size, code }
}

fn symbol(name: &str, address: u64, size: u64) -> MapSymbol {
    MapSymbol { name: name.to_owned(), address, size }
}

/// A scenario that touches `names` in order and stops before the last.
fn profile(names: &[&str]) -> Profile {
    let scenario = ScenarioIndex(0);
    let order = names.len() as u32 - 1;
    Profile {
        scenarios: vec![Scenario {
            name: "boot".to_owned(),
            entry: String::new(),
            stop: "ready".to_owned(),
            weight: 1.0,
            runs: 1,
        }],
        symbols: names.iter().map(|name| LayoutSymbol::new(*name, 1)).collect(),
        touches: (0..names.len() as u32)
            .map(|order| Touch { scenario, symbol: crate::SymbolIndex(order), order, time_ns: 0 })
            .collect(),
        marks: vec![Mark { scenario, name: "ready".to_owned(), order, time_ns: 0 }],
        ..Profile::default()
    }
}

fn sample(profile: Option<&Profile>) -> PageMap {
    let sections = vec![
        section(".text", 0x402000, 0x1800, true),
        section(".text.startup", 0x401f00, 0x100, true),
        section(".data", 0x405000, 0x40, false),
        section(".empty", 0x406000, 0, false),
    ];
    let symbols = vec![
        symbol("late", 0x403000, 0x800),
        symbol("start", 0x401f00, 0x100),
        symbol("long", 0x402010, 0xff8),
        symbol("alias", 0x402010, 0xff8),
        symbol("counter", 0x405000, 8),
        symbol("nowhere", 0x500000, 8),
        symbol("label", 0x402000, 0),
    ];
    PageMap::new("app", sections, symbols, profile, None)
}

#[test]
fn bytes_are_on_their_pages() {
    let map = sample(None);
    let pages: Vec<_> =
        map.pages.iter().map(|page| (page.address, page.used(), page.pieces.len())).collect();
    // `late` begins within `long`, which ends eight bytes into its page.
    assert_eq!(
        pages,
        [(0x401000, 0x100, 1), (0x402000, 0xff0, 1), (0x403000, 0x800, 2), (0x405000, 8, 1)]
    );
    assert_eq!(map.totals(true).bytes, 0x100 + 0xff0 + 0x800);
    assert_eq!(
        map.totals(false),
        Totals { pages: 1, touched_pages: 0, bytes: 8, touched_bytes: 0 }
    );
}

#[test]
fn touches_count_until_the_stop_mark_and_by_any_name() {
    let map = sample(Some(&profile(&["start", "alias", "gone", "late"])));
    let totals = map.totals(true);
    assert_eq!(totals.touched_pages, 3);
    assert_eq!(totals.touched_bytes, 0x100 + 0xff8);
    assert_eq!(totals.bound(), 2);
}

#[test]
fn data_are_touched_that_touched_code_refers_to() {
    let sections = vec![
        section(".text.startup", 0x1000, 0x20, true),
        section(".rodata", 0x2ff0, 0x5000, false),
        section(".data", 0x9000, 0x20, false),
    ];
    let symbols = vec![
        symbol("start", 0x1000, 0x10),
        symbol("late", 0x1010, 0x10),
        symbol("across", 0x2ff0, 0x20),
        symbol("large", 0x3010, 0x3000),
        symbol("unused", 0x7000, 0x10),
        symbol("variable", 0x9000, 8),
        symbol("other", 0x9008, 8),
    ];
    let reference = |from, to| MapReference { from, to };
    let references = [
        reference(0x1000, 0x3004),
        reference(0x1000, 0x4800),
        reference(0x1000, 0x9001),
        // No symbol has it.
        reference(0x1000, 0x9010),
        reference(0x1010, 0x7000),
    ];
    let profile = profile(&["start", "ready"]);
    let map = PageMap::new("app", sections, symbols, Some(&profile), Some(&references));
    let touched: Vec<_> =
        map.pages.iter().map(|page| (page.address, page.touched(), page.used())).collect();
    assert_eq!(
        touched,
        [
            (0x1000, 0x10, 0x20),
            (0x2000, 0x10, 0x10),
            (0x3000, 0x10, 0x1000),
            (0x4000, 0x1000, 0x1000),
            (0x5000, 0, 0x1000),
            (0x6000, 0, 0x10),
            (0x7000, 0, 0x10),
            (0x9000, 8, 0x10),
        ]
    );
    let text = terminal::draw(&map);
    assert!(text.contains(".rodata  6 pages, 3 touched\n"), "{text}");
    let sum = "data: 7 pages with 12352 bytes; what a start touches refers to 4 pages for 4136 \
               bytes, which would fit on 2\n";
    assert!(text.ends_with(sum), "{text}");
}

#[test]
fn a_line_a_page() {
    let text = terminal::draw(&sample(Some(&profile(&["start", "late"]))));
    let expected = "\
.text.startup  1 page, 1 touched
  0x401000  ····························································████   256 of  256  start
.text  2 pages, 0 touched
  0x402000  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░     0 of 4080  alias
  0x403000  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░································     0 of 2048  late +1
.data  1 page
  0x405000  ░·······························································     8  counter
";
    assert!(text.starts_with(expected), "{text}");
    assert!(
        text.ends_with(
            "text: 3 pages with 6384 bytes; a start touches 1 page for 256 bytes, which would \
             fit on 1\ndata: 1 page with 8 bytes\n"
        ),
        "{text}"
    );
}

#[test]
fn many_pages_are_characters() {
    let sections = vec![section(".text", 0x400000, 0x100000, true)];
    let symbols = (0..256).map(|n| symbol(&format!("f{n}"), 0x400000 + n * 0x1000, 0x1000));
    let map =
        PageMap::new("big", sections, symbols.collect(), Some(&profile(&["f0", "f3", "x"])), None);
    let text = terminal::draw(&map);
    assert!(text.contains("  0x400000  █··█····"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("  0x")).count(), 4);
}

#[test]
fn pictures_are_well_formed_and_name_everything() {
    let map = PageMap::new(
        "a<b>&\"c\"",
        vec![section(".text", 0x1000, 0x2000, true)],
        vec![symbol("f<T>(\"x\")&\u{7}", 0x1000, 16), symbol("g", 0x1010, 0x1000)],
        None,
        None,
    );
    for text in [svg::draw(&map, None), svg::draw(&map, Some(&map)), html::draw(&map, Some(&map))] {
        assert!(text.contains(">first frame</text>"), "colours are explained: {text}");
        assert!(text.contains("f&lt;T&gt;(&quot;x&quot;)&amp; (16 bytes)"), "{text}");
        assert!(!text.contains("a<b>"), "{text}");
        // Every element that opens closes.
        for element in ["g", "rect", "text", "title", "svg"] {
            let opened = text.matches(&format!("<{element} ")).count()
                + text.matches(&format!("<{element}>")).count();
            let closed = text.matches(&format!("</{element}>")).count();
            let alone = match element {
                "rect" => text.matches("<rect ").count() - text.matches("</rect>").count(),
                _ => 0,
            };
            assert_eq!(opened, closed + alone, "{element} in {text}");
        }
    }
}
