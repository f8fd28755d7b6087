//! Every row and every struct, held against the table in `tests/contract.txt`.

use std::collections::BTreeSet;

use xdr::Shape;

use super::libvirt_programs;
use crate::Row;
use crate::procedure::{Access, Lane, StreamDirection, When};

const TABLE: &str = include_str!("../../tests/contract.txt");

/// A call that changes a guest for which libvirt only asks whether it may be looked at.
const STRICTER: [(&str, &str, &str); 1] =
    [(" DomainSetSchedulerParameters ", "acl=domain.read", "acl=domain.write")];

/// A row as the table has it. The table says of descriptors which way they go, and calls a console
/// a download; neither is told apart here.
fn line(program: &str, row: &Row) -> String {
    let lane = match row.lane {
        Lane::Quick => "high",
        Lane::Ordinary => "low",
        Lane::Event => "event",
    };
    let mut line = format!("{program} {} {} {lane}", row.number, row.name);
    match row.stream {
        Some(StreamDirection::Download | StreamDirection::Both) => line += " stream=readstream",
        Some(StreamDirection::Upload) => line += " stream=writestream",
        None => {}
    }
    if row.fds {
        line += " fds";
    }
    if row.before_auth {
        line += " before_auth";
    }
    if !row.since.is_empty() {
        line += &format!(" since={}", row.since);
    }
    if !row.access.is_empty() {
        let access: Vec<_> = row.access.iter().map(access).collect();
        line += &format!(" acl={}", access.join(","));
    }
    if let Some(filter) = row.filter {
        line += &format!(" filter={}.{}", filter.object, filter.name);
    }
    line + &format!(" {}->{}", text(row.args), text(row.ret))
}

fn access(access: &Access) -> String {
    let permission = format!("{}.{}", access.permission.object, access.permission.name);
    match access.when {
        When::Always => permission,
        When::With(flags) => format!("{permission}@{flags:#x}"),
        When::Without(flags) => format!("{permission}@!{flags:#x}"),
        When::Source(number) => format!("{permission}@source={number}"),
    }
}

fn text(shape: &Shape) -> String {
    match shape {
        Shape::Void => "-".to_owned(),
        Shape::I8 => "i8".to_owned(),
        Shape::U8 => "u8".to_owned(),
        Shape::U16 => "u16".to_owned(),
        Shape::I32 => "i32".to_owned(),
        Shape::U32 => "u32".to_owned(),
        Shape::I64 => "i64".to_owned(),
        Shape::U64 => "u64".to_owned(),
        Shape::F64 => "f64".to_owned(),
        Shape::String => "string".to_owned(),
        Shape::Option(inner) => format!("{}?", text(inner)),
        Shape::List { element, max } => format!("{}<{max}>", text(element)),
        Shape::Opaque { max } => format!("bytes<{max}>"),
        Shape::Bytes(count) => format!("bytes[{count}]"),
        Shape::Chars(count) => format!("i8[{count}]"),
        Shape::Struct { name, .. } => (*name).to_owned(),
        Shape::Union(arms) => {
            let arms = arms.iter().map(|(key, shape)| format!("{key}:{}", text(shape)));
            format!("union({})", arms.collect::<Vec<_>>().join(" "))
        }
    }
}

fn structs_of(shape: &Shape, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Option(element) | Shape::List { element, .. } => structs_of(element, found),
        Shape::Struct { name, fields } => {
            let texts = fields.iter().map(|(field, shape)| format!("{field}:{}", text(shape)));
            let line = format!("struct {name} {}", texts.collect::<Vec<_>>().join(" "));
            if found.insert(line) {
                fields.iter().for_each(|(_, shape)| structs_of(shape, found));
            }
        }
        Shape::Union(arms) => arms.iter().for_each(|(_, shape)| structs_of(shape, found)),
        _ => {}
    }
}

fn differences(ours: &BTreeSet<String>, theirs: &BTreeSet<String>) -> String {
    let only_ours = ours.difference(theirs).map(|line| format!("  ours: {line}"));
    let only_theirs = theirs.difference(ours).map(|line| format!("theirs: {line}"));
    only_ours.chain(only_theirs).collect::<Vec<_>>().join("\n")
}

fn table(wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#') && wanted(line));
    let without_direction = |word: &str| match word.split_once('=') {
        Some(("fds", _)) => "fds".to_owned(),
        _ => word.to_owned(),
    };
    lines.map(|line| line.split(' ').map(without_direction).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_row_is_as_in_the_table() {
    let rows = libvirt_programs()
        .flat_map(|program| program.rows().map(|row| line(program.name, row)))
        .collect();
    let mut theirs = table(|line| !line.starts_with("struct "));
    assert_eq!(theirs.len(), 483);
    for (name, libvirts, ours) in STRICTER {
        let row = theirs.iter().find(|line| line.contains(name)).cloned().expect(name);
        assert!(theirs.remove(&row) && row.contains(libvirts), "{row}");
        theirs.insert(row.replace(libvirts, ours));
    }
    assert_eq!(differences(&rows, &theirs), "");
}

#[test]
fn every_struct_has_the_fields_of_the_table_in_their_order() {
    let mut structs = BTreeSet::new();
    for row in libvirt_programs().flat_map(|program| program.rows()) {
        structs_of(row.args, &mut structs);
        structs_of(row.ret, &mut structs);
    }
    assert_eq!(differences(&structs, &table(|line| line.starts_with("struct "))), "");
}
