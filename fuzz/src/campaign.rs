//! Running a target over its corpus and mutations of it.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::mutation::{Dice, mutate};
use crate::{Target, corpus};

/// An input may not take longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most inputs that are mutated further; the kept ones stay.
const POOL_MAX: usize = 4096;

/// How long a target is run, and from which seed.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// How long.
    pub time: Duration,
    /// What mutations are drawn from.
    pub seed: u64,
}

/// What a campaign did.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Inputs that were run.
    pub inputs: u64,
    /// What mutations were drawn from.
    pub seed: u64,
}

/// An input that something is wrong with.
#[derive(Debug)]
pub struct Finding {
    /// Name of the target.
    pub target: &'static str,
    /// Where the input is kept.
    pub file: PathBuf,
    /// What mutations were drawn from.
    pub seed: u64,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, file, seed, what } = self;
        write!(f, "{target}: {what} (seed {seed}); the input is kept in {}", file.display())
    }
}

impl Campaign {
    /// Runs `target`: first the whole corpus as it is, then mutations until the time is over.
    ///
    /// # Errors
    /// When the corpus cannot be read or a finding cannot be kept.
    pub fn run(self, target: &'static Target) -> io::Result<Result<Report, Finding>> {
        let Self { time, seed } = self;
        let mut pool = corpus::inputs(target)?;
        let mut report = Report { inputs: 0, seed };
        for input in &pool {
            if let Err(what) = attempt(target, input) {
                return found(target, seed, input, what);
            }
            report.inputs += 1;
        }
        let mut dice = Dice::new(seed);
        let end = Instant::now() + time;
        let kept = pool.len();
        while Instant::now() < end {
            let mut input = pool[dice.below(pool.len())].clone();
            let other = dice.below(pool.len());
            mutate(&mut dice, &mut input, &pool[other], target.words);
            if let Err(what) = attempt(target, &input) {
                return found(target, seed, &input, what);
            }
            report.inputs += 1;
            // Some are mutated further, so that inputs wander away from the corpus.
            match dice.below(8) {
                0 if pool.len() < POOL_MAX => pool.push(input),
                0 => {
                    let place = kept + dice.below(POOL_MAX - kept);
                    pool[place] = input;
                }
                _ => {}
            }
        }
        Ok(Ok(report))
    }
}

fn attempt(target: &Target, input: &[u8]) -> Result<(), String> {
    let began = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panic").to_owned()
    })?;
    let taken = began.elapsed();
    if taken > PATIENCE { Err(format!("took {taken:?}")) } else { Ok(()) }
}

fn found(
    target: &'static Target,
    seed: u64,
    input: &[u8],
    what: String,
) -> io::Result<Result<Report, Finding>> {
    let file = corpus::keep(target, seed, input)?;
    Ok(Err(Finding { target: target.name, file, seed, what }))
}
