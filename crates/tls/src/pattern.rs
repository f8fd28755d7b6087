//! Glob patterns over names: `*` is any text, `?` any one character, everything else itself.

/// A pattern of a list of allowed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<char>);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// Whether all of `name` is what the pattern says.
    ///
    /// One `*` at a time is stretched: when what follows does not fit, only the latest takes one
    /// character more. The time is at most the product of both lengths.
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut next) = (0, 0);
        let mut star = None;
        while let Some(letter) = name.get(at) {
            match self.0.get(next) {
                Some('*') => {
                    star = Some((next, at));
                    next += 1;
                }
                Some(wanted) if wanted == letter || *wanted == '?' => {
                    at += 1;
                    next += 1;
                }
                Some(_) | None => {
                    let Some((place, taken)) = star else { return false };
                    star = Some((place, taken + 1));
                    (at, next) = (taken + 1, place + 1);
                }
            }
        }
        self.0.iter().skip(next).all(|left| *left == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).matches(name)
    }

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        assert!(matches("C=XX,O=Facts,CN=*", "C=XX,O=Facts,CN=client1"));
        assert!(matches("*CN=client?", "C=XX,O=Facts,CN=client1"));
        assert!(matches("*a*b*", "xxaxxbxx"));
        assert!(matches("*aab", "aaaaab"), "a star that took too little takes more");
        assert!(matches("*", ""));
        assert!(matches("CN=?", "CN=ä"), "a character is one, whatever its bytes");
    }

    #[test]
    fn the_whole_name_has_to_match() {
        assert!(!matches("CN=client", "CN=client1"));
        assert!(!matches("client1", "CN=client1"));
        assert!(!matches("CN=client?", "CN=client"));
        assert!(!matches("", "CN=client"));
        assert!(!matches("CN=[a-z]", "CN=a"), "brackets are themselves");
    }

    #[test]
    fn many_stars_cost_little() {
        assert!(!matches(&"*a".repeat(100), &"a".repeat(99)));
        assert!(!matches(&format!("{}b", "*a".repeat(500)), &"a".repeat(5000)));
    }
}
