//! `key=value` and `key="value"`, separated by commas.

/// Longest message. **Units**: bytes.
const MESSAGE_BYTES_MAX: usize = 4096;

/// The fields of a message; each comes once.
#[derive(Debug)]
pub(super) struct Directives(Vec<(String, String)>);

impl Directives {
    /// Takes a message apart; none when it is not made of directives.
    pub(super) fn parse(message: &[u8]) -> Option<Self> {
        if message.len() > MESSAGE_BYTES_MAX {
            return None;
        }
        let mut rest = std::str::from_utf8(message).ok()?.trim_matches(SPACE);
        let mut found: Vec<(String, String)> = Vec::new();
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=')?;
            let key = key.trim_matches(SPACE).to_ascii_lowercase();
            let (value, after) = value(after.trim_start_matches(SPACE))?;
            if key.is_empty() || found.iter().any(|(known, _)| *known == key) {
                return None;
            }
            found.push((key, value));
            let after = after.trim_start_matches(SPACE);
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start_matches([',', ' ', '\t', '\r', '\n']),
                None if after.is_empty() => after,
                None => return None,
            };
        }
        Some(Self(found))
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// The value at the start of `text`, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        return Some((value.trim_end_matches(SPACE).to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Directives;

    #[test]
    fn quotes_commas_and_spaces_are_understood() {
        let text = br#" User="a\"b, c" , nc=00000001,,qop = auth-conf "#;
        let found = Directives::parse(text).unwrap();
        assert_eq!(found.get("user"), Some("a\"b, c"));
        assert_eq!(found.get("nc"), Some("00000001"));
        assert_eq!(found.get("qop"), Some("auth-conf"));
        assert_eq!(found.get("cipher"), None);
    }

    #[test]
    fn what_says_a_thing_twice_or_breaks_off_is_refused() {
        for bad in ["a=1,a=2", "a", "a=\"1", "a=\"1\\", "=1", "a=\"1\"b=2"] {
            assert!(Directives::parse(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(Directives::parse(&[b'a'; 5000]).is_none());
        assert!(Directives::parse(b"a=\xff").is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in any::<Vec<u8>>()) {
            let _ = Directives::parse(&bytes);
        }
    }
}
