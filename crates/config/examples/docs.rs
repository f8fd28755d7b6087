//! Prints every name that a domain's document may have, with its kind, values and meaning, as Markdown.

use std::io::{BufWriter, Write};

fn main() -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "| path | only | kind | value | meaning |\n|---|---|---|---|---|")?;
    for entry in config::reference() {
        let required = if entry.required { ", required" } else { "" };
        let cells = [&entry.path, &entry.only, entry.kind, &entry.value, &entry.doc];
        let [path, only, kind, value, doc] = cells.map(|cell| cell.replace('|', "\\|"));
        writeln!(out, "| `{path}` | {only} | {kind}{required} | {value} | {doc} |")?;
    }
    out.flush()
}
