//! Prints every name that a document may have, with its kind, values and meaning, as Markdown. The first
//! argument is the name of its root element; without it, it is a domain's.

use std::io::{BufWriter, Write};

use config::DocumentKind;

fn main() -> std::io::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| DocumentKind::Domain.word().to_owned());
    let kind = DocumentKind::ALL.iter().find(|kind| kind.word() == root);
    let kind = kind.ok_or_else(|| std::io::Error::other(format!("there is no <{root}>")))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "| path | only | kind | value | meaning |\n|---|---|---|---|---|")?;
    for entry in kind.reference() {
        let required = if entry.required { ", required" } else { "" };
        let cells = [&entry.path, &entry.only, entry.kind, &entry.value, &entry.doc];
        let [path, only, kind, value, doc] = cells.map(|cell| cell.replace('|', "\\|"));
        writeln!(out, "| `{path}` | {only} | {kind}{required} | {value} | {doc} |")?;
    }
    out.flush()
}
