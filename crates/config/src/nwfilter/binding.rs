//! A packet filter bound to a port: which filter, whose, with which variables.

use xml::{View, element};

use super::Include;
use crate::kind::{Declarations, Kind, Wording, json};
use crate::{Code, Error, Mac, Text, Uuid};

element! {
    /// `<filterbinding>`
    #[derive(Eq)]
    pub struct NwFilterBinding {
        /// Whose it is.
        child owner: BindingOwner = "owner",
        /// The port.
        child portdev: BindingDevice = "portdev",
        /// What the port is connected through, of macvtap.
        child linkdev: Option<BindingDevice> = "linkdev",
        /// Address of the guest's interface.
        child mac: BindingMac = "mac",
        /// The filter.
        child filterref: Include = "filterref",
    }

    /// `<owner>`
    #[derive(Eq)]
    pub struct BindingOwner {
        /// Name.
        leaf name: Text = "name",
        /// Identity.
        leaf uuid: Uuid = "uuid",
    }

    /// `<portdev>`, `<linkdev>`
    #[derive(Eq)]
    pub struct BindingDevice {
        /// Device of the host.
        attr name: Text = "name",
    }

    /// `<mac>`
    #[derive(Copy, Eq)]
    pub struct BindingMac {
        /// Address.
        attr address: Mac = "address",
    }
}

const KIND: Kind = Kind {
    root: "filterbinding",
    text: "nwfilterbinding_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: MISSING,
};

const WRONG: &[Wording] = &[
    ("mac", "address", Code::InternalError, "Unable to parse MAC '{}'"),
    ("name", "", Code::InternalError, "filter binding has no owner name"),
    ("uuid", "", Code::InternalError, "Unable to parse UUID '{}'"),
];

const MISSING: &[Wording] = &[
    ("filterbinding", "owner", Code::InternalError, "filter binding has no owner name"),
    ("filterbinding", "portdev", Code::InternalError, "filter binding has no port dev name"),
    ("filterbinding", "mac", Code::InternalError, "filter binding has no MAC address"),
    ("filterbinding", "filterref", Code::InternalError, "filter binding has no filter reference"),
    ("owner", "name", Code::InternalError, "filter binding has no owner name"),
    ("owner", "uuid", Code::InternalError, "filter binding has no owner UUID"),
    ("portdev", "name", Code::InternalError, "filter binding has no port dev name"),
    ("linkdev", "name", Code::InternalError, "filter binding has no link dev name"),
    ("mac", "address", Code::InternalError, "filter binding has no MAC address"),
];

impl NwFilterBinding {
    /// Reads a document.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, |_| Ok(()))
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { NwFilterBinding, KIND, View::PLAIN }
