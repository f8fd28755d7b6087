//! Patterns of names: `*` stands for any text, `?` for one character.

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob(Box<str>);

impl Glob {
    /// The pattern that a text is.
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether it stands for `text`. Takes at most the product of both lengths in steps: only the
    /// last star is ever tried again.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.chars(), text.chars());
        let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
        loop {
            let (mut after_pattern, mut after_rest) = (pattern.clone(), rest.clone());
            match (after_pattern.next(), after_rest.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    retry = Some((after_pattern.clone(), rest.clone()));
                    pattern = after_pattern;
                }
                (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                    (pattern, rest) = (after_pattern, after_rest);
                }
                _ => {
                    // The star takes one character more.
                    let Some((behind_star, taken)) = &mut retry else { return false };
                    if taken.next().is_none() {
                        return false;
                    }
                    (pattern, rest) = (behind_star.clone(), taken.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Glob;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).matches(text)
    }

    #[test]
    fn stars_and_question_marks() {
        assert!(matches("", "") && !matches("", "a"));
        assert!(matches("*", "") && matches("*", "anything"));
        assert!(matches("web-*", "web-1") && !matches("web-*", "db-web-1"));
        assert!(matches("*@EXAMPLE.COM", "alice@EXAMPLE.COM"));
        assert!(!matches("*@EXAMPLE.COM", "alice@EXAMPLE.COM.evil"));
        assert!(matches("a?c", "abc") && !matches("a?c", "ac") && matches("?", "ü"));
        assert!(matches("*ab*ab", "abab") && !matches("*ab*ab", "ab"));
    }

    #[test]
    fn a_hostile_name_does_not_take_for_ever() {
        let pattern = "*a".repeat(50) + "b";
        assert!(!matches(&pattern, &"a".repeat(10_000)));
    }

    /// The definition, straight and slow.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', pattern @ ..], _) => (0..=text.len()).any(|taken| slow(pattern, &text[taken..])),
            (['?', pattern @ ..], [_, text @ ..]) => slow(pattern, text),
            ([wanted, pattern @ ..], [found, text @ ..]) => wanted == found && slow(pattern, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,6}", text in "[abc]{0,8}") {
            let (p, t): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(matches(&pattern, &text), slow(&p, &t));
        }
    }
}
