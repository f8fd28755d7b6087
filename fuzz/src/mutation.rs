//! Small changes of an input, drawn from a seed: the same seed makes the same inputs anywhere.

/// Longest input that is made. **Units**: bytes.
const INPUT_BYTES_MAX: usize = 1 << 16;

/// Numbers at which lengths and counts break.
const EDGES: [u32; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0x100,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    33_554_436,
    4_194_305,
];

/// A source of numbers: xorshift64*, good enough to choose by.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Its state must not be zero.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Less than `bound`; 0 if that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or(0).checked_rem(bound).unwrap_or(0)
    }
}

/// Changes `input` one to eight times; `other` is an input to borrow from, `words` are what inputs
/// are made of.
pub(crate) fn mutate(dice: &mut Dice, input: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    for _ in 0..=dice.below(8) {
        mutate_once(dice, input, other, words);
    }
    input.truncate(INPUT_BYTES_MAX);
}

fn mutate_once(dice: &mut Dice, input: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    let at = dice.below(input.len());
    let end = at + dice.below(input.len() - at + 1).min(64);
    match dice.below(9) {
        0 if !input.is_empty() => input[at] ^= 1 << dice.below(8),
        1 if !input.is_empty() => input[at] = dice.next().to_le_bytes()[0],
        2 => {
            let edge = EDGES[dice.below(EDGES.len())].to_be_bytes();
            let at = at & !3;
            match input.get_mut(at..at + 4) {
                Some(word) => word.copy_from_slice(&edge),
                None => input.extend(edge),
            }
        }
        3 => drop(input.drain(at..end)),
        4 => {
            let copy = input[at..end].to_vec();
            drop(input.splice(at..at, copy));
        }
        5 => {
            let from = dice.below(other.len());
            let to = from + dice.below(other.len() - from + 1);
            drop(input.splice(at..end, other[from..to].iter().copied()));
        }
        6 if !words.is_empty() => {
            let word = words[dice.below(words.len())];
            drop(input.splice(at..at, word.bytes()));
        }
        7 => input.truncate(at),
        _ => {
            let run = vec![dice.next().to_le_bytes()[0]; dice.below(300)];
            drop(input.splice(at..at, run));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, INPUT_BYTES_MAX, mutate};

    fn inputs(seed: u64) -> Vec<Vec<u8>> {
        let mut dice = Dice::new(seed);
        let mut input = b"<domain/>".to_vec();
        (0..200)
            .map(|_| {
                mutate(&mut dice, &mut input, b"other", &["word"]);
                input.clone()
            })
            .collect()
    }

    #[test]
    fn a_seed_is_enough_to_see_the_same_again() {
        assert_eq!(inputs(7), inputs(7));
        assert_ne!(inputs(7), inputs(8));
    }

    #[test]
    fn inputs_stay_small_and_come_from_nothing_too() {
        let mut dice = Dice::new(1);
        let mut input = Vec::new();
        let mut longest = 0;
        for _ in 0..20_000 {
            mutate(&mut dice, &mut input, &[1; 1000], &[]);
            longest = longest.max(input.len());
        }
        assert!((1..=INPUT_BYTES_MAX).contains(&longest), "{longest}");
    }
}
