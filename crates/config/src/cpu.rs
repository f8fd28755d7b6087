//! A CPU standing alone: what a host has, or what a guest asks for; to be compared and combined.
//!
//! `parse` → `format`.

use xml::{Document, Element, Fault, View};

use crate::Error;
use crate::domain::cpu::Cpu;
use crate::kind::{Declarations, Kind, json};

const KIND: Kind = Kind {
    root: "cpu",
    text: "cpu_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: &[],
    missing: &[],
};

impl Cpu {
    /// Reads a CPU, which is the root of the document or stands in the `<host>` of capabilities.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let read = || {
            let document = Document::parse(text)?;
            let root = document.any_root(View::PLAIN);
            let host = root.child("host").filter(|_| root.is("capabilities"));
            let cpu = host.and_then(|host| host.child("cpu"));
            match cpu.or(root.is("cpu").then_some(root)) {
                Some(cpu) => Self::read(cpu),
                None => {
                    Err(root.fault(Fault::Root { found: root.name().to_owned(), expected: "cpu" }))
                }
            }
        };
        read().map_err(|error| Error::reading(KIND.text, error))
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { Cpu, KIND, View::PLAIN }
