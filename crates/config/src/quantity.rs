//! Sizes with a unit.

use std::fmt::Display;

use xml::{Element, Error, Field, Node, Shape, ValueKind, Writer};

use crate::Code;

/// Bytes in one `unit`: `KiB` and its like are powers of 1024, `KB` of 1000; case is not looked at.
///
/// # Errors
/// `None` for an unknown unit.
pub fn scale(unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    let (prefix, base) = match unit.as_str() {
        "b" | "byte" | "bytes" => return Some(1),
        unit => match unit.strip_suffix("ib") {
            Some(prefix) => (prefix, 1024_u64),
            None => match unit.strip_suffix('b') {
                Some(prefix) => (prefix, 1000),
                None => (unit, 1024),
            },
        },
    };
    let power = ["k", "m", "g", "t", "p", "e"].iter().position(|p| *p == prefix)?;
    base.checked_pow(power as u32 + 1)
}

/// A size in KiB: read in any unit and rounded up, printed as `<name unit='KiB'>n</name>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kib(pub u64);

/// A size in bytes, printed with `unit='bytes'`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// What a size is declared as.
pub(crate) const SIZE: &[Field] = &[
    Field::attribute("unit", "Unit of the number.", ValueKind::Text),
    Field::text("The number.", ValueKind::Number),
];

/// Reads `text` in `unit` as bytes.
pub(crate) fn bytes(
    node: Node<'_, '_>,
    text: &str,
    unit: Option<&str>,
    default: u64,
) -> Result<u64, Error> {
    let number: u64 = text.trim_ascii_start().parse().map_err(|_| {
        node.rule(
            Code::XmlError.number(),
            format!("Invalid value '{text}' for element or attribute '{}'", node.name()),
        )
    })?;
    let factor = match unit {
        None => default,
        Some(unit) => scale(unit).ok_or_else(|| {
            node.rule(Code::InvalidArg.number(), format!("unknown suffix '{unit}'"))
        })?,
    };
    number.checked_mul(factor).ok_or_else(|| too_large(node, number, unit))
}

fn too_large(node: Node<'_, '_>, number: impl Display, unit: Option<&str>) -> Error {
    let what = format!("value too large: {number}{}", unit.unwrap_or_default());
    node.rule(Code::Overflow.number(), what)
}

impl Element for Kib {
    const NAMES: &'static [&'static str] = &["unit"];
    const SHAPE: &'static Shape = &Shape::of("A size; KiB if no unit is given.", SIZE);

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        let (text, unit) = (node.text(), node.attribute("unit"));
        match bytes(node, &text, unit, 1024)? {
            bytes if bytes > i64::MAX.cast_unsigned() => {
                Err(too_large(node, text.trim_ascii(), unit))
            }
            bytes => Ok(Self(bytes.div_ceil(1024))),
        }
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("unit", "KiB");
    }

    fn write_children(&self, w: &mut Writer) {
        w.text(&self.0.to_string());
    }
}

impl Element for Bytes {
    const NAMES: &'static [&'static str] = &["unit"];
    const SHAPE: &'static Shape = &Shape::of("A size; bytes if no unit is given.", SIZE);

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        Ok(Self(bytes(node, &node.text(), node.attribute("unit"), 1)?))
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("unit", "bytes");
    }

    fn write_children(&self, w: &mut Writer) {
        w.text(&self.0.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1024_or_1000() {
        for (unit, bytes) in [
            ("b", 1),
            ("KB", 1000),
            ("k", 1024),
            ("KiB", 1024),
            ("M", 1 << 20),
            ("gb", 1_000_000_000),
            ("EiB", 1 << 60),
        ] {
            assert_eq!(scale(unit), Some(bytes), "{unit}");
        }
        assert_eq!(scale("foo"), None);
        assert_eq!(scale(""), None);
    }
}
