//! Runs fuzz targets for longer than the tests do: `cargo xtask fuzz`.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuzz::{Campaign, TARGETS, Target, target};

const USAGE: &str = "fuzz [TARGET] [--seconds N] [--seed N]";

struct Options {
    targets: Vec<&'static Target>,
    campaign: Campaign,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = match parse(&words) {
        Ok(options) => options,
        Err(fault) => {
            eprintln!("{fault}\n\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    for target in options.targets {
        match options.campaign.run(target) {
            Ok(Ok(report)) => println!(
                "{:<14} {:>10} inputs, nothing found (seed {})",
                target.name, report.inputs, report.seed
            ),
            Ok(Err(finding)) => {
                eprintln!("{finding}");
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("{}: {error}", target.name);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn parse(words: &[String]) -> Result<Options, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let mut options = Options {
        targets: TARGETS.iter().collect(),
        campaign: Campaign { time: Duration::from_secs(60), seed: now },
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().ok_or_else(|| format!("'{word}' needs a value"))?;
            value.parse().map_err(|_| format!("'{value}' is no number"))
        };
        match word.as_str() {
            "--seconds" => options.campaign.time = Duration::from_secs(number()?),
            "--seed" => options.campaign.seed = number()?,
            name => {
                let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
                let known = || format!("'{name}' is no target; they are {}", names.join(", "));
                options.targets = vec![target(name).ok_or_else(known)?];
            }
        }
    }
    Ok(options)
}
