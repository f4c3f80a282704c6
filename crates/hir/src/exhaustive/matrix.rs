//! The matrix of patterns and the search for a value that none matches.

use super::View;
use super::literals::Ranges;
use super::pattern::Simplified;
use super::witness::Witness;
use crate::ty::{Ty, TyKind};

/// Steps after which a match counts as too complex. A hundred arms over a few
/// columns take some thousand.
const MAX_STEPS: u32 = 400_000;

/// Rows of patterns over columns of types.
#[derive(Clone)]
pub(crate) struct Matrix {
    types: Vec<Ty>,
    rows: Vec<Vec<Simplified>>,
}

/// One way a value of a type can be made, as far as the patterns of a column
/// tell ways apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Way {
    /// A variant.
    Variant(u32),
    /// Numbers from one to another.
    Range(i128, i128),
    /// This text.
    Text(simple_source::Symbol),
    /// This float.
    Float(u64),
    /// A list of so many elements; with `true`, or more.
    Length(usize, bool),
    /// Whatever no pattern names.
    Other,
}

impl Matrix {
    pub(crate) fn new(types: Vec<Ty>) -> Self {
        Self { types, rows: Vec::new() }
    }

    /// Adds a row; alternatives in its first column become rows of their own.
    pub(crate) fn push(&mut self, row: Vec<Simplified>) {
        if let Some(Simplified::Or(alternatives)) = row.first() {
            for alternative in alternatives.clone() {
                let mut next = row.clone();
                next[0] = alternative;
                self.push(next);
            }
            return;
        }
        self.rows.push(row);
    }

    /// The rows that fit if the first column is made in this way, with its
    /// parts as columns.
    fn specialise(&self, view: View<'_>, way: &Way) -> Matrix {
        let parts = way.parts(view, self.types[0]);
        let mut types = parts.clone();
        types.extend_from_slice(&self.types[1..]);
        let mut matrix = Matrix::new(types);
        for row in &self.rows {
            if let Some(mut first) = way.take(&row[0], parts.len()) {
                first.extend_from_slice(&row[1..]);
                matrix.push(first);
            }
        }
        matrix
    }

    /// Whether no row looks at the first column.
    fn ignores_first(&self) -> bool {
        self.rows.iter().all(|row| row[0] == Simplified::Any)
    }

    /// The matrix without its first column.
    fn rest(&self) -> Matrix {
        let mut rest = Matrix::new(self.types[1..].to_vec());
        for row in &self.rows {
            rest.push(row[1..].to_vec());
        }
        rest
    }
}

impl Way {
    /// The types of the parts of a value made in this way.
    fn parts(&self, view: View<'_>, ty: Ty) -> Vec<Ty> {
        match self {
            Self::Variant(variant) => view.fields(ty, *variant),
            Self::Length(length, _) => match view.types.kind(ty) {
                TyKind::List(element) => vec![element; *length],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The patterns for the parts, if `pattern` fits values made in this way.
    fn take(&self, pattern: &Simplified, parts: usize) -> Option<Vec<Simplified>> {
        match (pattern, self) {
            (Simplified::Any, _) => Some(vec![Simplified::Any; parts]),
            (Simplified::Variant(a, fields), Self::Variant(b)) if a == b => Some(fields.clone()),
            (Simplified::Range(low, high), Self::Range(from, to)) if low <= from && to <= high => {
                Some(Vec::new())
            }
            (Simplified::Text(a), Self::Text(b)) if a == b => Some(Vec::new()),
            (Simplified::Float(a), Self::Float(b)) if a == b => Some(Vec::new()),
            (Simplified::List(prefix, rest, suffix), Self::Length(length, open)) => {
                let least = prefix.len() + suffix.len();
                let fits = if *rest { least <= *length } else { least == *length && !open };
                fits.then(|| {
                    let mut all = prefix.clone();
                    all.resize(length - suffix.len(), Simplified::Any);
                    all.extend_from_slice(suffix);
                    all
                })
            }
            _ => None,
        }
    }
}

/// A search with its budget.
pub(crate) struct Search<'a> {
    view: View<'a>,
    steps: u32,
}

impl<'a> Search<'a> {
    pub(crate) fn new(view: View<'a>) -> Self {
        Self { view, steps: 0 }
    }

    /// Whether the budget was used up: then the answers are not to be trusted.
    pub(crate) fn gave_up(&self) -> bool {
        self.steps > MAX_STEPS
    }

    /// Whether some value matches `row` and no row of the matrix.
    pub(crate) fn is_useful(&mut self, matrix: &Matrix, row: &[Simplified]) -> bool {
        self.steps += 1;
        if self.gave_up() {
            return true;
        }
        let Some(first) = row.first() else { return matrix.rows.is_empty() };
        if let Simplified::Or(alternatives) = first {
            return alternatives.iter().any(|alternative| {
                let mut next = row.to_vec();
                next[0] = alternative.clone();
                self.is_useful(matrix, &next)
            });
        }
        let ways = self.ways(matrix, Some(first));
        if *first == Simplified::Any && matrix.ignores_first() {
            // Every way gives the same answer; only an enum without variants
            // has none.
            return !ways.is_empty() && self.is_useful(&matrix.rest(), &row[1..]);
        }
        ways.iter().any(|way| {
            let parts = way.parts(self.view, matrix.types[0]).len();
            let Some(mut next) = way.take(first, parts) else { return false };
            next.extend_from_slice(&row[1..]);
            self.is_useful(&matrix.specialise(self.view, way), &next)
        }) || (*first == Simplified::Opaque && {
            // Equal to no other literal: only wildcards before it take it.
            self.is_useful(&matrix.specialise(self.view, &Way::Other), &row[1..])
        })
    }

    /// A value that no row matches, column by column.
    pub(crate) fn missing(&mut self, matrix: &Matrix) -> Option<Vec<Witness>> {
        self.steps += 1;
        if self.gave_up() {
            return None;
        }
        if matrix.types.is_empty() {
            return matrix.rows.is_empty().then(Vec::new);
        }
        let ty = matrix.types[0];
        if matrix.rows.iter().any(|row| row.iter().all(|part| *part == Simplified::Any)) {
            return None;
        }
        let ways = self.ways(matrix, None);
        // If no row looks at the column, every way gives the same answer.
        if matrix.ignores_first() {
            let mut missing = self.missing(&matrix.rest())?;
            let any = match ways.as_slice() {
                // Only an enum without variants has no values at all.
                [] => return None,
                _ => Witness::Any,
            };
            missing.insert(0, any);
            return Some(missing);
        }
        let mut found: Vec<(Way, Vec<Witness>)> = Vec::new();
        // The last column has nothing behind it to look at.
        let covered = (matrix.types.len() == 1).then(|| {
            let mut covered = Ranges::default();
            for row in &matrix.rows {
                if let Simplified::Range(low, high) = row[0] {
                    covered.add(low, high);
                }
            }
            covered
        });
        for way in &ways {
            if let (Some(covered), Way::Range(low, high)) = (&covered, way) {
                if !covered.covers(*low, *high) {
                    found.push((way.clone(), vec![Witness::of(way, ty, Vec::new())]));
                }
                continue;
            }
            let parts = way.parts(self.view, ty).len();
            if let Some(mut missing) = self.missing(&matrix.specialise(self.view, way)) {
                let rest = missing.split_off(parts);
                let mut all = vec![Witness::of(way, ty, missing)];
                all.extend(rest);
                found.push((way.clone(), all));
                // Numbers are looked at to the end: several gaps are one `_`.
                if !matches!(way, Way::Range(..)) {
                    break;
                }
            }
        }
        let several = found.len() > 1;
        let (_, mut first) = found.into_iter().next()?;
        if several {
            first[0] = Witness::Any;
        }
        Some(first)
    }

    /// All ways to make a value of the first column's type, as far as the
    /// column's patterns (and `extra`) tell them apart.
    fn ways(&self, matrix: &Matrix, extra: Option<&Simplified>) -> Vec<Way> {
        let ty = matrix.types[0];
        let column = || matrix.rows.iter().map(|row| &row[0]).chain(extra);
        if let Some(ranges) = self.view.numbers(ty) {
            return split(&ranges, column());
        }
        if let Some(count) = self.view.variants(ty) {
            return (0..count).map(Way::Variant).collect();
        }
        match self.view.types.kind(ty) {
            TyKind::Unit => vec![Way::Variant(0)],
            TyKind::List(_) => {
                let longest = column()
                    .map(|pattern| match pattern {
                        Simplified::List(prefix, true, suffix) => prefix.len() + suffix.len(),
                        Simplified::List(prefix, false, _) => prefix.len() + 1,
                        _ => 0,
                    })
                    .max()
                    .unwrap_or(0);
                (0..longest)
                    .map(|length| Way::Length(length, false))
                    .chain([Way::Length(longest, true)])
                    .collect()
            }
            // Rows that take any other value take each that is named too, so
            // nothing is missing of those that is not missing of the others.
            _ => vec![match extra {
                Some(Simplified::Text(text)) => Way::Text(*text),
                Some(Simplified::Float(bits)) => Way::Float(*bits),
                _ => Way::Other,
            }],
        }
    }
}

/// Splits ranges of numbers where patterns begin and end.
fn split<'p>(ranges: &[(i128, i128)], patterns: impl Iterator<Item = &'p Simplified>) -> Vec<Way> {
    let mut cuts: Vec<i128> = Vec::new();
    for pattern in patterns {
        if let Simplified::Range(low, high) = pattern {
            cuts.push(*low);
            cuts.push(high + 1);
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut ways = Vec::new();
    for &(low, high) in ranges {
        let mut from = low;
        for &cut in cuts.iter().filter(|cut| low < **cut && **cut <= high) {
            ways.push(Way::Range(from, cut - 1));
            from = cut;
        }
        ways.push(Way::Range(from, high));
    }
    ways
}
