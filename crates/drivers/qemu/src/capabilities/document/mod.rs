//! The documents that tell clients what host and QEMU can do.
//!
//! `capabilities` is about the host and all its emulators, `domcapabilities` about one emulator,
//! architecture, machine type and way to run.

mod domain;
mod guests;
mod host;
mod request;

#[cfg(test)]
mod tests;

pub use domain::{Surroundings, domain_capabilities};
pub use guests::capabilities;
pub(crate) use host::Shape;
pub use host::{HostFacts, SecurityLabel};
pub use request::{Choice, Found, Request, RequestError};

use xml::Writer;

/// `<enum name='…'>` with its values.
fn choices<'a>(out: &mut Writer, name: &str, values: impl IntoIterator<Item = &'a str>) {
    out.open("enum");
    out.attribute("name", name);
    values.into_iter().for_each(|value| out.leaf("value", value));
    out.close("enum");
}

/// `<name supported='…'>`, with what `content` writes if it is.
fn supported(out: &mut Writer, name: &str, is: bool, content: impl FnOnce(&mut Writer)) {
    out.open(name);
    out.attribute("supported", if is { "yes" } else { "no" });
    if is {
        content(out);
    }
    out.close(name);
}
