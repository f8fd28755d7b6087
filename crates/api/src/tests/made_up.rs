//! Messages made up from the shape of every row's arguments and results.

use xdr::{Error, Reader, STRING_MAX, Shape, Value};

use super::every_row;
use crate::procedure::Recode;

/// Makes up one message; the same seed makes the same one.
struct Maker {
    state: u64,
    out: Vec<u8>,
    /// The counted field that is given this many elements instead of a few, by its place.
    odd: Option<(usize, Count)>,
    /// Counted fields so far, with the limit of each.
    limits: Vec<usize>,
    /// Whether the odd count is written, so that nothing more need be.
    done: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Count {
    /// As many as may be, and all of them are there.
    Full,
    /// As many as may be, and none is there.
    Claimed,
    /// One more.
    TooMany,
    /// As many as a word can say.
    Absurd,
}

/// Largest limit up to which fields are filled.
const FULL_MAX: usize = 4096;

impl Maker {
    fn new(seed: u64) -> Self {
        Self { state: seed, out: Vec::new(), odd: None, limits: Vec::new(), done: false }
    }

    /// Splitmix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.random() % bound as u64) as usize
    }

    fn word(&mut self, word: u32) {
        self.out.extend(word.to_be_bytes());
    }

    fn padded(&mut self, bytes: &[u8]) {
        self.out.extend(bytes);
        self.out.resize(self.out.len().next_multiple_of(4), 0);
    }

    /// Writes the count of a field with this limit; how many elements have to follow.
    fn count(&mut self, limit: usize) -> usize {
        let place = self.limits.len();
        self.limits.push(limit);
        let Some((odd, count)) = self.odd else {
            let count = self.below(limit.min(3) + 1);
            self.word(count as u32);
            return count;
        };
        if place != odd {
            // So that every field within is there to be chosen.
            self.word(1);
            return 1;
        }
        self.done = count != Count::Full || limit > FULL_MAX;
        self.word(match count {
            Count::Full | Count::Claimed => limit as u32,
            Count::TooMany => limit as u32 + 1,
            Count::Absurd => u32::MAX,
        });
        if self.done { 0 } else { limit }
    }

    fn make(&mut self, shape: &Shape) {
        if self.done {
            return;
        }
        match shape {
            Shape::Void => {}
            Shape::I8 => {
                let narrow = self.random() as i8;
                self.word(i32::from(narrow).cast_unsigned());
            }
            Shape::U8 => {
                let narrow = self.random() as u8;
                self.word(narrow.into());
            }
            Shape::U16 => {
                let narrow = self.random() as u16;
                self.word(narrow.into());
            }
            Shape::I32 | Shape::U32 => {
                let word = self.random() as u32;
                self.word(word);
            }
            Shape::I64 | Shape::U64 => {
                let long = self.random();
                self.out.extend(long.to_be_bytes());
            }
            Shape::F64 => {
                let number = self.random() as i32;
                self.out.extend(f64::from(number).to_be_bytes());
            }
            Shape::String => {
                let letters = ['v', 'd', 'a', 'ü', '€', '\n', '𝛀'];
                let chosen = letters[self.below(letters.len())];
                let count = self.count(STRING_MAX);
                if self.odd.is_some() {
                    self.padded(&b"x"[..count]);
                } else {
                    // The length counts bytes, of which a letter may have more than one.
                    self.out.truncate(self.out.len() - 4);
                    let text: String = std::iter::repeat_n(chosen, count).collect();
                    self.word(text.len() as u32);
                    self.padded(text.as_bytes());
                }
            }
            Shape::Option(inner) => {
                let there = self.odd.is_some() || self.below(2) == 1;
                self.word(there.into());
                if there {
                    self.make(inner);
                }
            }
            Shape::List { element, max } => {
                for _ in 0..self.count(*max) {
                    self.make(element);
                }
            }
            Shape::Opaque { max } => {
                let count = self.count(*max);
                self.padded(&vec![0xa5; count]);
            }
            Shape::Bytes(count) => {
                let byte = self.random() as u8;
                self.padded(&vec![byte; *count]);
            }
            Shape::Chars(count) => (0..*count).for_each(|_| self.make(&Shape::I8)),
            Shape::Struct { fields, .. } => fields.iter().for_each(|(_, field)| self.make(field)),
            Shape::Union(arms) => {
                let arm = if self.odd.is_some() { arms.len() - 1 } else { self.below(arms.len()) };
                let (key, shape) = arms[arm];
                self.word(key.cast_unsigned());
                match key {
                    // A typed parameter's truth value, sent as a number.
                    6 => {
                        let truth = self.below(2) as u32;
                        self.word(truth);
                    }
                    _ => self.make(shape),
                }
            }
        }
    }
}

/// Every message there is: what to call it, its shape and its type's decoder.
fn every_message() -> impl Iterator<Item = (String, &'static Shape, Recode)> {
    every_row().flat_map(|row| {
        let [args, ret] = row.recode;
        [
            (format!("arguments of {}", row.name), row.args, args),
            (format!("results of {}", row.name), row.ret, ret),
        ]
    })
}

fn made(shape: &Shape, seed: u64) -> Vec<u8> {
    let mut maker = Maker::new(seed);
    maker.make(shape);
    maker.out
}

fn by_shape(shape: &Shape, bytes: &[u8]) -> Result<Value, Error> {
    let mut input = Reader::new(bytes);
    let value = shape.decode(&mut input)?;
    match input.remaining() {
        0 => Ok(value),
        count => Err(Error::TrailingBytes { count }),
    }
}

#[test]
fn every_message_is_decoded_and_encoded_to_the_same_bytes() {
    for (name, shape, recode) in every_message() {
        for seed in 0..40 {
            let bytes = made(shape, seed);
            assert_eq!(recode(&bytes), Ok(bytes.clone()), "{name}, seed {seed}");
            assert!(by_shape(shape, &bytes).is_ok(), "{name}, seed {seed}, by shape");
        }
    }
}

#[test]
fn a_message_cut_at_any_word_is_an_error() {
    for (name, shape, recode) in every_message() {
        for seed in 0..4 {
            let bytes = made(shape, seed);
            for end in (0..bytes.len()).step_by(4) {
                let cut = &bytes[..end];
                let is_short =
                    |fault: Result<_, Error>| matches!(fault, Err(Error::Truncated { .. }));
                assert!(is_short(recode(cut)), "{name}, seed {seed}, cut at {end}");
                assert!(is_short(by_shape(shape, cut).map(drop).map(|()| Vec::new())), "{name}");
            }
        }
    }
}

#[test]
fn a_word_too_many_is_an_error() {
    for (name, shape, recode) in every_message() {
        let mut bytes = made(shape, 1);
        bytes.extend([0; 4]);
        assert_eq!(recode(&bytes), Err(Error::TrailingBytes { count: 4 }), "{name}");
    }
}

/// For every counted field of every message: the message with that count, and the field's limit.
fn with_odd_counts(count: Count, check: impl Fn(&str, usize, &[u8], &Shape, Recode)) {
    for (name, shape, recode) in every_message() {
        let mut field = 0;
        loop {
            let mut maker = Maker { odd: Some((field, count)), ..Maker::new(7) };
            maker.make(shape);
            let Some(limit) = maker.limits.get(field).copied() else { break };
            check(&format!("{name}, counted field {field}"), limit, &maker.out, shape, recode);
            field += 1;
        }
    }
}

#[test]
fn a_count_above_the_limit_is_refused_in_every_field() {
    with_odd_counts(Count::TooMany, |name, limit, bytes, shape, recode| {
        let refused = Error::TooLong { length: limit + 1, limit };
        assert_eq!(recode(bytes), Err(refused.clone()), "{name}");
        assert_eq!(by_shape(shape, bytes), Err(refused), "{name}");
    });
}

#[test]
fn an_absurd_count_is_refused_in_every_field() {
    with_odd_counts(Count::Absurd, |name, limit, bytes, shape, recode| {
        let refused = Error::TooLong { length: u32::MAX as usize, limit };
        assert_eq!(recode(bytes), Err(refused.clone()), "{name}");
        assert_eq!(by_shape(shape, bytes), Err(refused), "{name}");
    });
}

#[test]
fn a_count_with_nothing_behind_it_is_an_error() {
    with_odd_counts(Count::Claimed, |name, _, bytes, shape, recode| {
        assert!(matches!(recode(bytes), Err(Error::Truncated { .. })), "{name}");
        assert!(matches!(by_shape(shape, bytes), Err(Error::Truncated { .. })), "{name}");
    });
}

#[test]
fn as_many_as_the_limit_says_are_taken() {
    with_odd_counts(Count::Full, |name, limit, bytes, shape, recode| {
        if limit <= FULL_MAX {
            assert_eq!(recode(bytes), Ok(bytes.to_vec()), "{name}");
            assert!(by_shape(shape, bytes).is_ok(), "{name}");
        }
    });
}
