//! What arms of literals alone have covered.
//!
//! A `match` over thousands of numbers or texts is common in generated code.
//! Its arms have no parts, so whether one is new needs no search.

use std::collections::BTreeMap;

use simple_source::Symbol;
use simple_source::interner::FxHashSet;

use super::pattern::Simplified;

/// The values that rows of one column match, as long as they are literals.
pub(crate) struct Literals {
    texts: FxHashSet<Symbol>,
    numbers: Ranges,
    /// Whether a row was something else.
    others: bool,
}

impl Literals {
    pub(crate) fn new() -> Self {
        Self { texts: FxHashSet::default(), numbers: Ranges::default(), others: false }
    }

    pub(crate) fn push(&mut self, row: &Simplified) {
        match row {
            Simplified::Text(text) => {
                self.texts.insert(*text);
            }
            Simplified::Range(low, high) => self.numbers.add(*low, *high),
            _ => self.others = true,
        }
    }

    /// Whether `row` matches something that no row before it does, if that is
    /// plain to see.
    pub(crate) fn is_useful(&self, row: &Simplified) -> Option<bool> {
        match row {
            _ if self.others => None,
            Simplified::Text(text) => Some(!self.texts.contains(text)),
            Simplified::Range(low, high) => Some(!self.numbers.covers(*low, *high)),
            _ => None,
        }
    }
}

/// Numbers as ranges, none of which touch.
#[derive(Default)]
pub(crate) struct Ranges(BTreeMap<i128, i128>);

impl Ranges {
    pub(crate) fn add(&mut self, low: i128, high: i128) {
        if low > high {
            return;
        }
        let (mut from, mut to) = (low, high);
        // Those that touch become part of it, last one first.
        while let Some((&start, &end)) = self.0.range(..=to.saturating_add(1)).next_back()
            && end.saturating_add(1) >= from
        {
            self.0.remove(&start);
            from = from.min(start);
            to = to.max(end);
        }
        self.0.insert(from, to);
    }

    /// Whether all numbers from `low` to `high` are there.
    pub(crate) fn covers(&self, low: i128, high: i128) -> bool {
        self.0.range(..=low).next_back().is_some_and(|(_, end)| *end >= high) || low > high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_together() {
        let mut ranges = Ranges::default();
        for (low, high) in [(0, 0), (10, 20), (2, 5), (1, 1), (30, 40)] {
            ranges.add(low, high);
        }
        assert!(ranges.covers(0, 5) && ranges.covers(12, 20) && ranges.covers(33, 33));
        assert!(!ranges.covers(0, 6) && !ranges.covers(5, 10) && !ranges.covers(41, 41));
        ranges.add(4, 35);
        assert!(ranges.covers(0, 40));
        assert_eq!(ranges.0.len(), 1);
    }

    #[test]
    fn only_literals_are_plain() {
        let mut seen = Literals::new();
        seen.push(&Simplified::Range(1, 3));
        assert_eq!(seen.is_useful(&Simplified::Range(3, 4)), Some(true));
        assert_eq!(seen.is_useful(&Simplified::Range(2, 2)), Some(false));
        assert_eq!(seen.is_useful(&Simplified::Any), None);
        seen.push(&Simplified::Any);
        assert_eq!(seen.is_useful(&Simplified::Range(9, 9)), None);
    }
}
