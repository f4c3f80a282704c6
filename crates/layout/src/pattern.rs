//! Patterns of names.

/// Whether `name` matches `pattern`, in which `*` stands for any text and `?`
/// for any one character. Linear in the name for each `*` at worst.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and where what it swallowed ends.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                n = next_character(name, n);
            }
            Some(&byte) if byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, end)) = star else { return false };
                star = Some((at, end + 1));
                (p, n) = (at + 1, end + 1);
            }
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

fn next_character(text: &[u8], at: usize) -> usize {
    let rest = &text[at + 1..];
    at + 1 + rest.iter().take_while(|&&byte| byte & 0xc0 == 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "x"),
            ("", ""),
            ("*.debug_*", "app.debug_print"),
            ("a*b*c", "a-b-b-c"),
            ("?x", "äx"),
            ("app.[i64]", "app.[i64]"),
            ("**a", "ba"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("", "x"), ("?", ""), ("a*b", "a"), ("*.debug_*", "debug_x"), ("a", "ab"), ("??", "ä")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_do_not_explode() {
        let name = "a".repeat(20_000);
        assert!(!matches(&("*a".repeat(30) + "b"), &name));
    }
}
