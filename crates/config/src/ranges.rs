//! Sets of small numbers written as ranges: CPUs, NUMA nodes.

use std::borrow::Cow;
use std::fmt;

/// A set written like `0-3,^2,8`; printed in order without exclusions.
///
/// Held as sorted, disjoint ranges that do not touch, so a huge range costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeSet(Vec<(u32, u32)>);

/// Most numbers a set can name: libvirt's limit for a CPU mask.
const LIMIT: u32 = 16384;

impl RangeSet {
    /// Whether there is no number in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers are in it.
    pub fn len(&self) -> u32 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether `number` is in it.
    pub fn contains(&self, number: u32) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// The largest number.
    pub fn last(&self) -> Option<u32> {
        self.0.last().map(|(_, last)| *last)
    }

    /// Whether a number is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().any(|(first, last)| other.0.iter().any(|(f, l)| first <= l && f <= last))
    }

    fn insert(&mut self, mut first: u32, mut last: u32) {
        self.0.retain(|&(f, l)| {
            let apart = l.saturating_add(1) < first || last.saturating_add(1) < f;
            if !apart {
                first = first.min(f);
                last = last.max(l);
            }
            apart
        });
        let at = self.0.partition_point(|&(f, _)| f < first);
        self.0.insert(at, (first, last));
    }

    fn remove(&mut self, number: u32) {
        let Some(at) = self.0.iter().position(|&(f, l)| (f..=l).contains(&number)) else {
            return;
        };
        let (first, last) = self.0.remove(at);
        if number < last {
            self.0.insert(at, (number + 1, last));
        }
        if first < number {
            self.0.insert(at, (first, number - 1));
        }
    }
}

impl FromIterator<u32> for RangeSet {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut set = Self::default();
        for number in numbers {
            set.insert(number, number);
        }
        set
    }
}

impl xml::Value for RangeSet {
    fn parse(text: &str) -> Option<Self> {
        let number = |t: &str| t.trim_ascii().parse::<u32>().ok().filter(|n| *n < LIMIT);
        let mut set = Self::default();
        for part in text.split(',').map(str::trim_ascii) {
            if let Some(excluded) = part.strip_prefix('^') {
                set.remove(number(excluded)?);
            } else if let Some((first, last)) = part.split_once('-') {
                let (first, last) = (number(first)?, number(last)?);
                if first > last {
                    return None;
                }
                set.insert(first, last);
            } else {
                let one = number(part)?;
                set.insert(one, one);
            }
        }
        Some(set)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for RangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if first == last {
                write!(f, "{comma}{first}")?
            } else {
                write!(f, "{comma}{first}-{last}")?
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xml::Value;

    #[test]
    fn a_set_prints_in_order_without_exclusions() {
        for (text, printed) in [
            ("0-3,^2,8", "0-1,3,8"),
            ("5,4,3", "3-5"),
            ("1, 2 ,4-8,6", "1-2,4-8"),
            ("0-2,^0,^2", "1"),
        ] {
            assert_eq!(RangeSet::parse(text).unwrap().to_string(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in ["", "a", "3-1", "1-", "0-99999999", "1,,2"] {
            assert_eq!(RangeSet::parse(text), None, "{text}");
        }
    }
}
