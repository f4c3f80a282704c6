//! Single characters. Conditions come as functions of the Unicode properties
//! that Rust's `core` has; digits are ASCII, so that `is_digit` and `to_digit`
//! agree.

#[unsafe(export_name = "rt_char_is_digit")]
extern "C" fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

#[unsafe(export_name = "rt_char_is_alpha")]
extern "C" fn is_alpha(character: char) -> bool {
    character.is_alphabetic()
}

#[unsafe(export_name = "rt_char_is_alnum")]
extern "C" fn is_alnum(character: char) -> bool {
    character.is_alphanumeric()
}

#[unsafe(export_name = "rt_char_is_space")]
extern "C" fn is_space(character: char) -> bool {
    character.is_whitespace()
}

#[unsafe(export_name = "rt_char_is_upper")]
extern "C" fn is_upper(character: char) -> bool {
    character.is_uppercase()
}

#[unsafe(export_name = "rt_char_is_lower")]
extern "C" fn is_lower(character: char) -> bool {
    character.is_lowercase()
}

/// The only character of a mapping, or the one that was mapped.
fn single(mut mapping: impl Iterator<Item = char>, character: char) -> char {
    match (mapping.next(), mapping.next()) {
        (Some(mapped), None) => mapped,
        _ => character,
    }
}

#[unsafe(export_name = "rt_char_upper")]
extern "C" fn upper(character: char) -> char {
    single(character.to_uppercase(), character)
}

#[unsafe(export_name = "rt_char_lower")]
extern "C" fn lower(character: char) -> char {
    single(character.to_lowercase(), character)
}

#[unsafe(export_name = "rt_char_to_digit")]
extern "C" fn to_digit(character: char) -> i64 {
    character.to_digit(10).map_or(-1, i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_mappings() {
        assert!(is_digit('7') && !is_digit('٣') && !is_digit('½'));
        assert!(is_alpha('é') && is_alpha('語') && !is_alpha('1'));
        assert!(is_alnum('1') && is_alnum('é') && !is_alnum('_'));
        assert!(is_space(' ') && is_space('\u{3000}') && !is_space('\u{200b}'));
        assert!(is_upper('É') && is_lower('é') && !is_upper('1'));
        assert_eq!((upper('é'), upper('ß'), lower('Σ'), lower('İ')), ('É', 'ß', 'σ', 'İ'));
        assert_eq!((to_digit('9'), to_digit('a')), (9, -1));
    }
}
