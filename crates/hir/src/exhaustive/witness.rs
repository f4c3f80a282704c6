//! A value that no arm matches, shown as the pattern that would.

use super::View;
use super::matrix::Way;
use super::pattern::Simplified;
use crate::ty::{Ty, TyKind};

/// A pattern to show.
#[derive(Clone, Debug)]
pub(crate) enum Witness {
    /// `_`
    Any,
    /// A variant, struct or tuple with its parts.
    Variant(Ty, u32, Vec<Witness>),
    /// Numbers of the type from one to another.
    Range(Ty, i128, i128),
    /// A list; with `true`, or a longer one.
    List(Vec<Witness>, bool),
}

impl Witness {
    pub(crate) fn of(way: &Way, ty: Ty, parts: Vec<Witness>) -> Self {
        match way {
            Way::Variant(variant) => Self::Variant(ty, *variant, parts),
            Way::Range(low, high) => Self::Range(ty, *low, *high),
            Way::Length(_, open) => Self::List(parts, *open),
            Way::Text(_) | Way::Float(_) | Way::Other => Self::Any,
        }
    }

    /// The pattern that matches it.
    pub(crate) fn pattern(&self) -> Simplified {
        let all = |parts: &[Self]| parts.iter().map(Self::pattern).collect();
        match self {
            Self::Any => Simplified::Any,
            Self::Variant(_, variant, parts) => Simplified::Variant(*variant, all(parts)),
            Self::Range(_, low, high) => Simplified::Range(*low, *high),
            Self::List(parts, open) => Simplified::List(all(parts), *open, Vec::new()),
        }
    }

    /// As the user would write it.
    pub(crate) fn text(&self, view: View<'_>) -> String {
        match self {
            Self::Any => "_".to_owned(),
            Self::List(parts, open) => {
                let mut texts = texts(view, parts);
                if *open {
                    texts.push("..".to_owned());
                }
                format!("[{}]", texts.join(", "))
            }
            Self::Range(ty, low, high) => range_text(view, *ty, *low, *high),
            Self::Variant(ty, variant, parts) => match view.types.kind(*ty) {
                TyKind::Unit => "()".to_owned(),
                TyKind::Tuple(_) if parts.len() == 1 => format!("({},)", parts[0].text(view)),
                TyKind::Tuple(_) => format!("({})", texts(view, parts).join(", ")),
                TyKind::Adt(adt, _) => {
                    let def = &view.adts[adt];
                    let name = view.interner.resolve(def.variants[*variant as usize].name);
                    if parts.is_empty() {
                        name.to_owned()
                    } else {
                        format!("{name}({})", texts(view, parts).join(", "))
                    }
                }
                _ => "_".to_owned(),
            },
        }
    }
}

fn texts(view: View<'_>, parts: &[Witness]) -> Vec<String> {
    parts.iter().map(|part| part.text(view)).collect()
}

fn range_text(view: View<'_>, ty: Ty, low: i128, high: i128) -> String {
    if view.types.kind(ty) == TyKind::Bool {
        return if low != high {
            "_".to_owned()
        } else if low == 0 {
            "false".to_owned()
        } else {
            "true".to_owned()
        };
    }
    if view.types.kind(ty) == TyKind::Char {
        let character = |number: i128| {
            u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}')
        };
        return if low == high { format!("{:?}", character(low)) } else { "_".to_owned() };
    }
    let all = view.numbers(ty).unwrap_or_default();
    let least = all.first().map_or(low, |range| range.0);
    let most = all.last().map_or(high, |range| range.1);
    if low == high {
        low.to_string()
    } else if low == least && high == most {
        "_".to_owned()
    } else if low == least {
        format!("..={high}")
    } else if high == most {
        format!("{low}..")
    } else {
        format!("{low}..={high}")
    }
}
