//! Options that many commands share, and what they mean.

use ferrovirt::DomainModificationImpact;

use crate::arguments::{Args, Opt};
use crate::failure::Failure;

/// The domain, by id, UUID or name.
pub(crate) const DOMAIN: Opt = Opt::value("domain", "the domain's name, id or UUID").required();
/// Work on the running guest.
pub(crate) const LIVE: Opt = Opt::flag("live", "work on the running guest");
/// Work on the definition.
pub(crate) const CONFIG: Opt = Opt::flag("config", "work on the definition, for the next start");
/// Work on the running guest if there is one, else on the definition.
pub(crate) const CURRENT: Opt = Opt::flag("current", "work on what is current (the default)");
/// Print JSON.
pub(crate) const JSON: Opt = Opt::flag("json", "print JSON");

/// What `--live`, `--config` and `--current` ask for.
pub(crate) fn impact(args: &Args) -> Result<DomainModificationImpact, Failure> {
    args.exclusive(&["current", "live"])?;
    args.exclusive(&["current", "config"])?;
    let (live, config) = (DomainModificationImpact::LIVE.0, DomainModificationImpact::CONFIG.0);
    Ok(DomainModificationImpact(args.bits(&[("live", live), ("config", config)])))
}

/// A CPU set as `y` and `-`, a letter a CPU.
pub(crate) fn cpu_letters(map: &[bool]) -> String {
    map.iter().map(|set| if *set { 'y' } else { '-' }).collect()
}

/// A CPU set as ranges, such as `0-3,7`.
pub(crate) fn cpu_ranges(map: &[bool]) -> String {
    let mut ranges: Vec<String> = Vec::new();
    let mut cpu = 0;
    while let Some(skip) = map.iter().skip(cpu).position(|set| *set) {
        let first = cpu + skip;
        let count = map.iter().skip(first).take_while(|set| **set).count();
        ranges.push(match count {
            1 => first.to_string(),
            _ => format!("{first}-{}", first + count - 1),
        });
        cpu = first + count;
    }
    ranges.join(",")
}

/// A CPU set written like `0-3,^2`, or `r` for all; `host_cpus` bounds it.
pub(crate) fn cpu_set(text: &str, host_cpus: usize) -> Result<Vec<bool>, Failure> {
    if text == "r" {
        return Ok(vec![true; host_cpus]);
    }
    let reason = format!("invalid argument: Failed to parse bitmap '{text}'");
    let wrong = || Failure::new(format!("Invalid cpulist '{text}'")).and(reason.clone());
    let number = |word: &str| word.trim().parse::<usize>().map_err(|_| wrong());
    let mut set = vec![false; host_cpus];
    for part in text.split(',') {
        let (part, wanted) = part.strip_prefix('^').map_or((part, true), |part| (part, false));
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if first > last {
            return Err(wrong());
        }
        set.iter_mut().take(last + 1).skip(first).for_each(|cpu| *cpu = wanted);
    }
    match set.contains(&true) {
        true => Ok(set),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::{cpu_letters, cpu_ranges, cpu_set};

    #[test]
    fn cpu_sets_are_shown_as_letters_and_ranges() {
        let map = [true, true, false, true, false, true, true, true];
        assert_eq!(cpu_letters(&map), "yy-y-yyy");
        assert_eq!(cpu_ranges(&map), "0-1,3,5-7");
        assert_eq!(cpu_ranges(&[]), "");
        assert_eq!(cpu_ranges(&[false, true]), "1");
    }

    #[test]
    fn cpu_sets_are_read_with_exclusions() {
        assert_eq!(cpu_set("0-2,^1", 4).unwrap(), [true, false, true, false]);
        assert_eq!(cpu_set("r", 2).unwrap(), [true, true]);
        for wrong in ["x", "2-1", "9", "0,^0", ""] {
            assert!(cpu_set(wrong, 4).is_err(), "{wrong}");
        }
    }
}
