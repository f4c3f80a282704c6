//! What somebody may have meant by a name that does not exist.

/// Names that are offered for an unknown one: at most a third of the letters
/// differ, or only their case. The nearest comes first; equally near ones in
/// the order of the alphabet, so that the order of `candidates` is all one.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let letters = name.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.is_empty() || candidate == "_" {
            continue;
        }
        let longest = letters.max(candidate.chars().count());
        let limit = longest / 3;
        let distance = if candidate.to_lowercase() == lower {
            0
        } else if letters.abs_diff(candidate.chars().count()) > limit {
            continue;
        } else {
            let distance = edit_distance(name, candidate, limit);
            if distance > limit {
                continue;
            }
            distance
        };
        if best.is_none_or(|(least, text)| (distance, candidate) < (least, text)) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, text)| text)
}

/// The word of a closed set that is most like `name`, however little: one that
/// begins alike first.
pub(crate) fn most_like<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let begins_alike = |candidate: &str| {
        !name.is_empty() && (candidate.starts_with(name) || name.starts_with(candidate))
    };
    candidates.into_iter().min_by_key(|candidate| {
        (!begins_alike(candidate), edit_distance(name, candidate, usize::MAX - 1))
    })
}

/// How many letters have to be added, removed, replaced or swapped with their
/// neighbour to make one word of the other (optimal string alignment); `limit`
/// + 1 if it is more than `limit`.
fn edit_distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost =
                (previous[j] + usize::from(x != y)).min(previous[j + 1] + 1).min(current[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            current.push(cost);
        }
        if current.iter().min().is_some_and(|least| *least > limit) {
            return limit + 1;
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[b.len()]
}

/// What a trait of another language is called here.
pub(crate) fn foreign_trait(name: &str) -> Option<&'static str> {
    Some(match name {
        "Comparable" | "PartialOrd" | "Ordered" | "Orderable" => "Ord",
        "PartialEq" | "Equatable" | "Equal" | "Equals" => "Eq",
        "Hashable" => "Hash",
        "Display" | "Debug" | "ToString" | "Stringer" | "Printable" | "Str" => "Show",
        "Iterator" | "IntoIterator" | "Iterable" => "Iter",
        "Addable" | "Plus" => "Add",
        "Num" | "Numeric" => "Number",
        _ => return None,
    })
}

/// What a value of another language is called here.
pub(crate) fn foreign_value(name: &str) -> Option<&'static str> {
    Some(match name {
        "null" | "NULL" | "Null" | "undefined" | "nothing" | "Nil" | "nullptr" | "none" => "None",
        "True" | "TRUE" => "true",
        "False" | "FALSE" => "false",
        "this" => "self",
        _ => return None,
    })
}

/// What a function of another language is called here.
pub(crate) fn foreign_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "println" | "printf" | "puts" | "echo" | "console" | "say" => "print",
        "eprintln" => "eprint",
        "readline" | "raw_input" | "gets" => "input",
        "throw" | "raise" | "die" | "abort" => "panic",
        _ => return None,
    })
}

/// What is written here for a call without arguments in another language.
pub(crate) fn foreign_empty(name: &str) -> Option<&'static str> {
    Some(match name {
        "list" => "[]",
        "dict" => "{}",
        "set" => "Set.new()",
        "str" => "\"\"",
        "int" => "0",
        "float" => "0.0",
        _ => return None,
    })
}

/// What is done here instead of a statement or module of another language.
pub(crate) fn foreign_word(name: &str) -> Option<&'static str> {
    Some(match name {
        "__name__" => "the statements of a script and `main` run by themselves; leave this out",
        "yield" => "what gives its elements one by one implements the trait `Iter`",
        "console" | "System" | "fmt" | "Console" | "cout" => "`print x, y` writes a line",
        "isinstance" | "typeof" | "type" => "a `match` tells the variants of an enum apart",
        "super" => "types have no bases; what they have in common is a `trait`",
        "open" => "`read_file`, `write_file` and `read_lines` of `std.io` read and write files",
        "exit" | "quit" => "`exit(status)` of `std.process` ends the program",
        "goto" => "`loop`, `break` and functions do it",
        _ => return None,
    })
}

/// How a call of another language's function is written here, with `{}` for
/// its argument.
pub(crate) fn foreign_call(name: &str) -> Option<&'static str> {
    Some(match name {
        "len" | "length" | "size" => "{}.len()",
        "str" | "String" | "repr" | "string" | "to_string" => "{}.to_str()",
        "int" | "parseInt" => "{}.to_int()",
        "float" | "parseFloat" => "{}.to_float()",
        "range" => "0..{}",
        "abs" => "{}.abs()",
        "sum" => "{}.sum()",
        "sorted" => "{}.sorted()",
        "reversed" => "{}.reversed()",
        "enumerate" => "{}.enumerate()",
        "any" => "{}.any(\\x: x)",
        "all" => "{}.all(\\x: x)",
        "list" => "{}.to_list()",
        "set" => "Set.of({})",
        "chr" => "{} as char",
        "ord" => "{} as u32",
        "min" => "{}.min()",
        "max" => "{}.max()",
        _ => return None,
    })
}

/// What a method of another language is called here.
pub(crate) fn foreign_method(name: &str) -> &'static [&'static str] {
    match name {
        "length" | "size" | "count" | "__len__" | "lenght" => &["len"],
        "append" | "add" | "push_back" | "Add" | "push_str" | "insert" => &["push", "add"],
        "to_string" | "toString" | "str" | "String" | "string" | "to_s" | "__str__" => &["to_str"],
        "addAll" | "append_all" | "concat" | "update" | "push_all" => &["extend"],
        "contains" | "contains_key" | "has_key" | "containsKey" | "has" | "includes" => {
            &["contains"]
        }
        "toUpperCase" | "to_uppercase" | "uppercase" | "upcase" | "to_upper" => &["upper"],
        "toLowerCase" | "to_lowercase" | "lowercase" | "downcase" | "to_lower" => &["lower"],
        "strip" => &["trim"],
        "lstrip" | "trim_left" => &["trim_start"],
        "rstrip" | "trim_right" => &["trim_end"],
        "startswith" | "startsWith" | "has_prefix" => &["starts_with"],
        "endswith" | "endsWith" | "has_suffix" => &["ends_with"],
        "indexOf" | "index" | "position" => &["index_of", "find"],
        "reduce" | "inject" => &["fold"],
        "forEach" | "for_each" | "foreach" => &["each"],
        "front" | "head" | "peek" => &["first"],
        "back" => &["last"],
        "nth" | "at" | "elementAt" => &["get"],
        "sort_unstable" => &["sort"],
        "sort_unstable_by" => &["sort_by"],
        "sort_unstable_by_key" | "sortBy" | "sort_by_cached_key" => &["sort_by_key"],
        "rev" => &["reversed"],
        "discard" => &["remove"],
        "unwrap_or_default" => &["unwrap_or"],
        "splitlines" | "split_lines" => &["lines"],
        "zfill" | "rjust" | "padStart" | "pad_start" => &["pad_left"],
        "ljust" | "padEnd" | "pad_end" => &["pad_right"],
        "collect" | "toList" | "list" => &["to_list"],
        "isEmpty" | "empty" => &["is_empty"],
        "setdefault" | "get_or_default" | "getOrDefault" => &["get_or"],
        "unwrap_or_else" | "or_else" | "orElse" => &["unwrap_or"],
        "getOrElse" | "get_or_else" => &["unwrap_or", "get_or"],
        "parse" | "to_i" | "toInt" | "to_i64" | "as_int" => &["to_int"],
        "parse_float" | "to_f" | "toFloat" | "to_f64" => &["to_float"],
        "delete" | "erase" | "del" | "remove_at" => &["remove"],
        "pop_back" => &["pop"],
        "isdigit" | "is_numeric" | "isDigit" => &["is_digit"],
        "isalpha" | "is_alphabetic" => &["is_alpha"],
        "isspace" | "is_whitespace" => &["is_space"],
        "ceiling" => &["ceil"],
        "truncate" => &["trunc"],
        "modulo" | "mod" => &["rem"],
        "substring" | "substr" => &["slice"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["total_price", "balance", "PI", "Green", "print"];
        assert_eq!(nearest("total_prize", names), Some("total_price"));
        assert_eq!(nearest("balence", names), Some("balance"));
        assert_eq!(nearest("PII", names), Some("PI"));
        assert_eq!(nearest("green", names), Some("Green"));
        assert_eq!(nearest("pirnt", names), Some("print"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn the_order_of_candidates_does_not_matter() {
        assert_eq!(nearest("cat", ["car", "bat"]), nearest("cat", ["bat", "car"]));
    }
}
