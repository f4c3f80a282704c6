//! Methods of Python's object model: what stands here instead of each.

use simple_source::Diagnostic;

use crate::ast::{ItemKind, Name};
use crate::codes;
use crate::parser::Parser;
use crate::parser::function::BodyRule;
use crate::token::TokenKind;

/// What a method of Python's object model is for, and how that is written here.
#[derive(Clone, Copy)]
pub(in crate::parser) struct Special {
    label: &'static str,
    note: &'static str,
}

/// Nothing calls a method of these names by itself, as Python does, so they
/// are no names for methods at all.
fn special(name: &str) -> Option<Special> {
    let (label, note) = match name {
        "__init__" | "__new__" => (
            "a type has no constructor of its own",
            "each field is a line `name: type` in the type, and a call gives them their values: \
             `Point(1.0, 2.0)`",
        ),
        "__del__" => (
            "a value is freed as soon as nothing needs it",
            "nothing of the program's runs then; call what has to be done",
        ),
        "__enter__" | "__exit__" => (
            "there is no `with`",
            "a function that takes a function can do something before and after it",
        ),
        "__str__" | "__repr__" | "__format__" => (
            "text is made by the trait `Show`",
            "`impl Show for Point:` has `fn show(self) -> str`",
        ),
        "__eq__" | "__ne__" => (
            "`==` is the trait `Eq`",
            "structs and enums have it by themselves; `impl Eq for Point:` has \
             `fn eq(self, other: Self) -> bool`",
        ),
        "__lt__" | "__le__" | "__gt__" | "__ge__" | "__cmp__" => (
            "order is the trait `Ord`",
            "structs and enums have it by themselves; `impl Ord for Point:` has \
             `fn cmp(self, other: Self) -> Ordering`",
        ),
        "__hash__" => (
            "hashing is the trait `Hash`",
            "structs and enums have it by themselves; `impl Hash for Point:` has \
             `fn hash(self) -> u64`",
        ),
        "__len__" => ("a length is a method", "`fn len(self) -> i64` is called `x.len()`"),
        "__contains__" => {
            ("a test is a method", "`fn contains(self, x: T) -> bool` is called `s.contains(x)`")
        }
        "__call__" => ("values of types cannot be called", "give the method a name"),
        "__iter__" | "__next__" => (
            "`for` runs over the trait `Iter`",
            "`impl Iter[T] for Countdown:` has `fn next(mut self) -> T?`",
        ),
        "__getitem__" | "__setitem__" => (
            "`x[i]` is the trait `Index`",
            "`impl Index[I, T] for Grid:` has `fn index(self, i: I) -> T`",
        ),
        "__neg__" => ("unary `-` is the trait `Neg`", "`impl Neg for Point:` has `fn neg(self)`"),
        "__add__" | "__radd__" | "__iadd__" => {
            ("`+` is the trait `Add`", "`impl Add for Point:` has `fn add(self, other: Self)`")
        }
        "__sub__" | "__rsub__" | "__isub__" => {
            ("`-` is the trait `Sub`", "`impl Sub for Point:` has `fn sub(self, other: Self)`")
        }
        "__mul__" | "__rmul__" | "__imul__" => {
            ("`*` is the trait `Mul`", "`impl Mul for Point:` has `fn mul(self, other: Self)`")
        }
        "__truediv__" | "__floordiv__" => {
            ("`/` is the trait `Div`", "`impl Div for Point:` has `fn div(self, other: Self)`")
        }
        "__mod__" => {
            ("`%` is the trait `Rem`", "`impl Rem for Point:` has `fn rem(self, other: Self)`")
        }
        _ => return None,
    };
    Some(Special { label, note })
}

impl Parser<'_> {
    /// Whether such a method stands here: `def __init__`.
    pub(in crate::parser) fn python_method(&self) -> Option<Special> {
        let is_method = self.at(TokenKind::Fn) || self.is_foreign_function();
        if !is_method || self.nth(1) != TokenKind::Ident || !self.word(1).starts_with("__") {
            return None;
        }
        special(self.word(1))
    }

    /// Such a method, which is read and refused.
    #[cold]
    pub(in crate::parser) fn refuse_python_method(
        &mut self,
        special: Special,
        name: &mut Name,
        rule: BodyRule,
    ) -> ItemKind {
        self.bump();
        let message = format!("`{}` is not a method here", self.word(0));
        let diagnostic = Diagnostic::error(&codes::FOREIGN_KEYWORD, self.span(), message)
            .label(special.label)
            .note(special.note);
        self.note(diagnostic);
        self.function_tail(name, rule);
        ItemKind::Error
    }
}
