//! Prints documents as libvirt prints them, as far as they say everything themselves: each argument is a
//! file, whose root element says what kind it is.

use std::error::Error;
use std::io::Write;

use config::DocumentKind;
use xml::{Document, View};

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args_os().skip(1) {
        let text = std::fs::read_to_string(file)?;
        let document = Document::parse(&text)?;
        let root = document.any_root(View::PLAIN);
        let kind = DocumentKind::ALL.iter().find(|kind| root.is(kind.word()));
        let kind = kind.ok_or_else(|| format!("there is no <{}>", root.name()))?;
        let printed = kind.reprint(&text);
        let printed = printed.map_err(|error| format!("{}: {error}", error.code.number()))?;
        std::io::stdout().write_all(printed.as_bytes())?;
    }
    Ok(())
}
