//! Sizes as people write and read them.

use crate::arguments::Args;
use crate::failure::Failure;

/// A size with three decimals and the largest fitting unit.
pub(crate) fn human(bytes: u64) -> String {
    in_units(bytes, 3)
}

/// A size with two decimals and the largest fitting unit, as virsh shows pools.
pub(crate) fn rough(bytes: u64) -> String {
    in_units(bytes, 2)
}

fn in_units(bytes: u64, decimals: usize) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let step = (0..units.len()).rev().find(|step| bytes >> (10 * step) > 0).unwrap_or(0);
    // Three decimals do not show what a double loses.
    #[expect(clippy::cast_precision_loss, reason = "at most three decimals are shown")]
    let scaled = bytes as f64 / (1u64 << (10 * step)) as f64;
    format!("{scaled:.decimals$} {}", units.get(step).copied().unwrap_or_default())
}

/// Nanoseconds as seconds with one decimal.
pub(crate) fn seconds(ns: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let seconds = ns as f64 / 1e9;
    format!("{seconds:.1}s")
}

/// A size option without a unit counts KiB; the answer is in KiB, rounded up.
pub(crate) fn size_kib(args: &Args, name: &str) -> Result<u64, Failure> {
    let text = args.required(name);
    scaled(text, 1024).map(|bytes| bytes.div_ceil(1024)).ok_or_else(|| {
        Failure::new(format!(
            "Scaled numeric value '{text}' for <{name}> option is malformed or out of range"
        ))
    })
}

/// A size option without a unit counts bytes.
pub(crate) fn size_bytes(args: &Args, name: &str) -> Result<u64, Failure> {
    let text = args.required(name);
    scaled(text, 1).ok_or_else(|| {
        Failure::new(format!(
            "Scaled numeric value '{text}' for <{name}> option is malformed or out of range"
        ))
    })
}

/// A number and a unit, as bytes.
fn scaled(text: &str, default_scale: u64) -> Option<u64> {
    let text = text.trim_start();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    number.parse::<u64>().ok()?.checked_mul(scale(unit.trim(), default_scale)?)
}

fn scale(unit: &str, default_scale: u64) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    let mut letters = unit.chars();
    let Some(first) = letters.next() else { return Some(default_scale) };
    if matches!(unit.as_str(), "b" | "byte" | "bytes") {
        return Some(1);
    }
    let power = u32::try_from("kmgtpe".find(first)?).ok()? + 1;
    match letters.as_str() {
        "" | "ib" => 1024u64.checked_pow(power),
        "b" => 1000u64.checked_pow(power),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{human, scaled};

    #[test]
    fn sizes_are_shown_in_the_largest_unit_below_them() {
        assert_eq!(human(0), "0.000 B");
        assert_eq!(human(1023), "1023.000 B");
        assert_eq!(human(196_616), "192.008 KiB");
        assert_eq!(human(64 << 20), "64.000 MiB");
    }

    #[test]
    fn sizes_are_read_in_binary_and_decimal_units() {
        assert_eq!(scaled("262144", 1024), Some(262_144 << 10));
        assert_eq!(scaled("200M", 1024), Some(200 << 20));
        assert_eq!(scaled("2 GiB", 1024), Some(2 << 30));
        assert_eq!(scaled("3kb", 1024), Some(3000));
        assert_eq!(scaled("5b", 1024), Some(5));
        for junk in ["junk", "", "-1", "1x", "1kx", "99999999999999999999", "17179869184G"] {
            assert_eq!(scaled(junk, 1024), None, "{junk}");
        }
    }
}
