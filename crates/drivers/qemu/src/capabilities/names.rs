//! A set of names, small in memory and in the cache file.

use serde::{Deserialize, Deserializer, Serialize};

/// Names in order, none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Names(Box<[Box<str>]>);

impl Names {
    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.0.binary_search_by(|known| known.as_ref().cmp(name)).is_ok()
    }

    /// All of them, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<Box<str>>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        Self(names.into())
    }
}

// A cache file is only a file: its order is not trusted.
impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Box<str>>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn order_and_repetition_do_not_matter() {
        let names: Names = serde_json::from_str(r#"["qxl","VGA","qxl","bochs-display"]"#).unwrap();
        assert_eq!(names, ["VGA", "bochs-display", "qxl"].into_iter().collect());
        assert!(names.contains("bochs-display"));
        assert!(!names.contains("cirrus-vga"));
    }
}
