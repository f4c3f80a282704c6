use std::collections::HashMap;
use std::fs::File;

use simple_record::{AtStop, Exit, Options, Page, PageKind, Pages, Stop, measure, pages};

use crate::build::{MODES, build_bare, command, fresh, run};

fn touched(pages: &Pages, kind: PageKind) -> Vec<u64> {
    let first = pages.pages.iter().find(|page| page.kind == kind).map_or(0, |page| page.address);
    let matching = |page: &&Page| page.kind == kind && page.touched;
    pages.pages.iter().filter(matching).map(|page| (page.address - first) / 4096).collect()
}

/// A program whose pages are known: one for each function, one for each datum.
#[test]
fn touched_pages_are_exact() {
    let program = build_bare("bare", "pages", &["--cfg", "plain_mark"]);
    let output = File::create(fresh("pages_output")).expect("it can be written");
    let mut command_with_output = command(&program, &[]);
    // What is written to the null device is not read.
    command_with_output.stdout(output);
    let whole = pages(command_with_output, &Options::default()).expect("it runs");
    assert_eq!(whole.exit, Exit::Code(42));
    assert!(!whole.reached);
    // _start, one, not never, two, twice, leave, the mark.
    assert_eq!(touched(&whole, PageKind::Text), [0, 1, 3, 4, 5, 6]);
    // Of the constants' pages the program reads one, the kernel one for it, and
    // between them is one that nobody reads. Only recorders read the names of marks.
    let read_only = touched(&whole, PageKind::ReadOnly);
    assert!(matches!(read_only[..], [first, second] if second == first + 2), "{read_only:?}");
    assert_eq!(touched(&whole, PageKind::Data), [0]);

    let stop = Some(Stop::Mark("ui.ready".to_owned()));
    let options = Options { stop, ..Options::default() };
    let start = pages(command(&program, &[]), &options).expect("it runs");
    assert!(start.reached);
    // The mark's own page is touched by the call that is noticed, or not yet.
    let text = touched(&start, PageKind::Text);
    assert!(text == [0, 1] || text == [0, 1, 6], "{text:?}");
    assert_eq!(start.touched(PageKind::ReadOnly), 1);
    assert_eq!(start.touched(PageKind::Data), 0);
    assert_eq!(start.build, whole.build);
    assert_eq!(start.exit, Exit::Code(42));
}

/// Two ways to see the same: a function that was entered lies on a touched page.
#[test]
fn touched_functions_lie_on_touched_pages() {
    let (recording, _) = run(&MODES, &["race"]);
    let touched = pages(command(&MODES, &["race"]), &Options::default()).expect("it runs");
    assert_eq!(touched.build, recording.functions.build);
    let text: HashMap<u64, bool> =
        touched.pages.iter().map(|page| (page.address, page.touched)).collect();
    for touch in &recording.touches {
        let function = &recording.functions[touch.function];
        assert_eq!(text.get(&(function.address / 4096 * 4096)), Some(&true), "{function:?}");
    }
    let count = touched.touched(PageKind::Text);
    let all = touched.pages.iter().filter(|page| page.kind == PageKind::Text).count();
    assert!(count < all, "all {all} pages of text");
}

/// Programs that differ in nothing but how many pages they touch.
#[test]
fn measured_runs() {
    let many = build_bare("many", "many_measured", &[]);
    let few = build_bare("bare", "few_measured", &["--cfg", "plain_mark"]);
    let options = Options { at_stop: AtStop::Kill, ..Options::default() };
    let mut of_many = || command(&many, &[]);
    let mut of_few = || command(&few, &[]);
    let comparison = measure(&mut [&mut of_many, &mut of_few], 3, &options).expect("they run");
    let [many, few] = &comparison.programs[..] else { panic!("{comparison:?}") };
    let ratio = few.warm.ratio(&many.warm);
    assert!(ratio.time_ns < 1.0, "{comparison:?}");
    assert!(ratio.minor_faults < 1.0, "{comparison:?}");
    assert_eq!((many.warm.major_faults, few.warm.major_faults), (0.0, 0.0), "{comparison:?}");
    for measured in [many, few] {
        assert_eq!(measured.cold.is_some(), measured.kept == 0);
    }
    // Larger than what is read together with the file's header.
    if let Some(cold) = many.cold {
        assert!(cold.major_faults >= 1.0, "{comparison:?}");
    }

    // 20,000 functions of 64 bytes; the six pages of the smaller program.
    assert!((313.0..316.0).contains(&many.touched.text), "{comparison:?}");
    assert_eq!((few.touched.text, few.touched.data), (6.0, 1.0), "{comparison:?}");
    assert!(few.touched.ratio(&many.touched).text < 0.1);

    let stop = Some(Stop::Function("never".to_owned()));
    let options = Options { stop, ..Options::default() };
    let error = measure(&mut [&mut of_few], 1, &options).expect_err("it is never entered");
    assert_eq!(error.to_string(), "a run ended before it reached `never`");
}
