//! Page layout: what the stages tell each other about it, in the words of each.

use std::collections::HashMap;

use simple_layout::{LayoutSymbol, Plan, Profile};
use simple_link::PlacedFunction;
use simple_source::Interner;

use crate::Optimised;

/// A plan as the linker takes it.
pub(crate) fn placed(plan: &Plan) -> Vec<PlacedFunction<'_>> {
    plan.symbols
        .iter()
        .zip(plan.page_aligned())
        .map(|(symbol, page_start)| PlacedFunction {
            name: &symbol.name,
            phase: match symbol.phase {
                simple_layout::Phase::Startup => simple_object::Phase::Startup,
                simple_layout::Phase::FirstFrame => simple_object::Phase::FirstFrame,
                simple_layout::Phase::Steady => simple_object::Phase::Steady,
                simple_layout::Phase::Cold => simple_object::Phase::Cold,
            },
            page_start,
        })
        .collect()
}

fn phase(phase: simple_object::Phase) -> simple_layout::Phase {
    match phase {
        simple_object::Phase::Startup => simple_layout::Phase::Startup,
        simple_object::Phase::FirstFrame => simple_layout::Phase::FirstFrame,
        simple_object::Phase::Steady => simple_layout::Phase::Steady,
        simple_object::Phase::Cold => simple_layout::Phase::Cold,
    }
}

/// What the source says of functions, for those who record the program as it is: a
/// profile without runs, or nothing if it says nothing.
pub(crate) fn remarks(optimised: &Optimised, interner: &Interner) -> String {
    let functions = optimised.module.functions.iter();
    let said = functions.filter(|function| {
        let attributes = &function.attributes;
        attributes.phase.is_some() || attributes.pinned || attributes.anchor.is_some()
    });
    let mut symbols: Vec<LayoutSymbol> =
        said.map(|function| LayoutSymbol::new(interner.resolve(function.name), 0)).collect();
    if symbols.is_empty() {
        return String::new();
    }
    symbols.sort_by(|one, other| one.name.cmp(&other.name));
    symbols.dedup_by(|one, other| one.name == other.name);
    describe(&mut symbols, optimised, interner);
    for symbol in &mut symbols {
        // The sections that functions lie in say it.
        symbol.reachability = None;
    }
    let profile = Profile { symbols, ..Profile::default() };
    profile.to_sdn().unwrap_or_default()
}

/// Says of the functions of a program what its source and its calls say of
/// when they are needed.
pub fn describe(symbols: &mut [LayoutSymbol], optimised: &Optimised, interner: &Interner) {
    let functions: HashMap<&str, _> = optimised
        .module
        .functions
        .iter()
        .map(|function| (interner.resolve(function.name), &function.attributes))
        .collect();
    for symbol in symbols {
        let Some(attributes) = functions.get(symbol.name.as_str()) else { continue };
        symbol.attribute = attributes.said_phase().map(phase);
        symbol.reachability = attributes.reached.map(phase);
        symbol.pinned = attributes.pinned;
        symbol.anchor =
            attributes.anchor.map_or(String::new(), |name| interner.resolve(name).to_owned());
    }
}
