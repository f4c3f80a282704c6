//! Words of the textual form: operators, quoting, names of types.

use crate::{BinOp, CastKind, IntType, Intrinsic, Overflow, UnOp};

/// Defines the name of each value of a type and the way back. The first is an
/// exhaustive match, so an operation without a name does not compile.
macro_rules! words {
    ($ty:ty, $name:ident, $named:ident; $($text:literal => $($path:ident)::+ $(($arg:path))?,)*) => {
        pub(super) fn $name(value: $ty) -> &'static str {
            match value {
                $($($path)::+ $(($arg))? => $text,)*
            }
        }
        pub(super) fn $named(text: &str) -> Option<$ty> {
            match text {
                $($text => Some($($path)::+ $(($arg))?),)*
                _ => None,
            }
        }
    };
}

words! { BinOp, bin_op_name, bin_op_named;
    "add" => BinOp::Add(Overflow::Wrap),
    "add.panic" => BinOp::Add(Overflow::Panic),
    "sub" => BinOp::Sub(Overflow::Wrap),
    "sub.panic" => BinOp::Sub(Overflow::Panic),
    "mul" => BinOp::Mul(Overflow::Wrap),
    "mul.panic" => BinOp::Mul(Overflow::Panic),
    "div" => BinOp::Div,
    "rem" => BinOp::Rem,
    "shl" => BinOp::Shl(Overflow::Wrap),
    "shl.panic" => BinOp::Shl(Overflow::Panic),
    "shr" => BinOp::Shr(Overflow::Wrap),
    "shr.panic" => BinOp::Shr(Overflow::Panic),
    "bit_and" => BinOp::BitAnd,
    "bit_or" => BinOp::BitOr,
    "bit_xor" => BinOp::BitXor,
    "eq" => BinOp::Eq,
    "ne" => BinOp::Ne,
    "lt" => BinOp::Lt,
    "le" => BinOp::Le,
    "gt" => BinOp::Gt,
    "ge" => BinOp::Ge,
    "same" => BinOp::Same,
    "min" => BinOp::Min,
    "max" => BinOp::Max,
}

words! { UnOp, un_op_name, un_op_named;
    "neg" => UnOp::Neg(Overflow::Wrap),
    "neg.panic" => UnOp::Neg(Overflow::Panic),
    "not" => UnOp::Not,
    "sqrt" => UnOp::Sqrt,
    "floor" => UnOp::Floor,
    "ceil" => UnOp::Ceil,
    "trunc" => UnOp::Trunc,
    "abs" => UnOp::Abs,
    "count_ones" => UnOp::CountOnes,
    "leading_zeros" => UnOp::LeadingZeros,
    "trailing_zeros" => UnOp::TrailingZeros,
    "to_bits" => UnOp::ToBits,
    "from_bits" => UnOp::FromBits,
}

words! { CastKind, cast_name, cast_named;
    "cast.int" => CastKind::Int,
    "cast.int_to_float" => CastKind::IntToFloat,
    "cast.float_to_int" => CastKind::FloatToInt,
    "cast.float" => CastKind::Float,
}

words! { Intrinsic, intrinsic_name, intrinsic_named;
    "list_push" => Intrinsic::ListPush,
    "list_pop" => Intrinsic::ListPop,
    "list_reserve" => Intrinsic::ListReserve,
    "list_with_capacity" => Intrinsic::ListWithCapacity,
    "list_take" => Intrinsic::ListTake,
    "list_put" => Intrinsic::ListPut,
    "list_set_len" => Intrinsic::ListSetLen,
    "list_move" => Intrinsic::ListMove,
    "list_get" => Intrinsic::ListGet,
    "list_capacity" => Intrinsic::ListCapacity,
    "list_swap" => Intrinsic::ListSwap,
    "str_byte" => Intrinsic::StrByte,
    "unlikely" => Intrinsic::Unlikely,
}

words! { IntType, int_name, int_named;
    "i8" => IntType::I8,
    "i16" => IntType::I16,
    "i32" => IntType::I32,
    "i64" => IntType::I64,
    "u8" => IntType::U8,
    "u16" => IntType::U16,
    "u32" => IntType::U32,
    "u64" => IntType::U64,
}

/// Words that begin a type, so that no name of a type may be one.
const TYPE_WORDS: [&str; 12] =
    ["bool", "char", "f32", "f64", "str", "box", "weak", "fn", "dyn", "struct", "enum", "class"];

pub(super) fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) fn continues_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The bytes of the plain word that `text` begins with: letters, digits, `_`,
/// and dots between them. 0 if there is none.
pub(super) fn plain_word_len(text: &[u8]) -> usize {
    if !text.first().is_some_and(|&byte| starts_word(byte)) {
        return 0;
    }
    let mut len = 1;
    while let Some(&byte) = text.get(len) {
        let dot = byte == b'.' && text.get(len + 1).is_some_and(|&next| continues_word(next));
        if !dot && !continues_word(byte) {
            break;
        }
        len += 1;
    }
    len
}

/// Whether a name stands without quotes. Words with a meaning of their own at
/// places where names stand are quoted too.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && plain_word_len(name.as_bytes()) == name.len()
        && !matches!(name, "extern" | "closure" | "method" | "drop")
}

/// The bytes of the name of a struct, enum or class that `text` begins with,
/// as people write it: `Point`, `(i64, str)`, `Stack[i64].Node?`. 0 if what
/// stands there is not such a name, or is a type of the language.
pub(super) fn type_name_len(text: &[u8]) -> usize {
    let mut len = match text.first() {
        Some(b'(' | b'{') => group_len(text),
        _ => {
            let len = plain_word_len(text);
            let word = &text[..len];
            let reserved = TYPE_WORDS.iter().any(|reserved| reserved.as_bytes() == word)
                || std::str::from_utf8(word).is_ok_and(|word| int_named(word).is_some());
            // `i64?` is a name, `i64` is not.
            if reserved && text.get(len) != Some(&b'?') { 0 } else { len }
        }
    };
    // `[i64]?` is the name of an enum, `[i64]` is a list.
    let list = text.first() == Some(&b'[');
    if list {
        len = group_len(text);
        if text.get(len) != Some(&b'?') {
            return 0;
        }
    }
    if len == 0 || &text[..len] == b"()" && text.get(len) != Some(&b'?') {
        return 0;
    }
    loop {
        match text.get(len) {
            Some(b'?') => len += 1,
            Some(b'[') => match group_len(&text[len..]) {
                0 => return len,
                group => len += group,
            },
            Some(b'.') => match plain_word_len(&text[len + 1..]) {
                0 => return len,
                word => len += 1 + word,
            },
            _ => return len,
        }
    }
}

/// The bytes of a bracketed group at the start of `text`, 0 if it does not
/// close or holds something that a type's name does not.
fn group_len(text: &[u8]) -> usize {
    let mut open = Vec::new();
    for (position, &byte) in text.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' => {
                let matching = match byte {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                if open.pop() != Some(matching) {
                    return 0;
                }
                if open.is_empty() {
                    return position + 1;
                }
            }
            b' ' | b',' | b':' | b'?' | b'-' | b'>' | b'.' | b'&' => {}
            _ if continues_word(byte) => {}
            _ => return 0,
        }
    }
    0
}

/// Whether the name of a struct, enum or class stands without quotes.
pub(super) fn is_plain_type_name(name: &str) -> bool {
    !name.is_empty() && type_name_len(name.as_bytes()) == name.len()
}

/// Writes `text` between quotes, everything but printable ASCII escaped where
/// it could end a line or a string.
pub(super) fn write_quoted(out: &mut String, text: &str, quote: char) {
    out.push(quote);
    for c in text.chars() {
        write_escaped(out, c, quote);
    }
    out.push(quote);
}

fn write_escaped(out: &mut String, c: char, quote: char) {
    use std::fmt::Write;
    match c {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\0' => out.push_str("\\0"),
        '\\' => out.push_str("\\\\"),
        c if c == quote => {
            out.push('\\');
            out.push(c);
        }
        // Line and paragraph separators and other invisible characters would
        // make a snapshot unreadable.
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}
