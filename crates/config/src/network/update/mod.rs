//! Changes of one entry in a network: a lease, a record, a device, a kind of port.
//!
//! An entry that is to be there is read as part of a network that has nothing else, so it is refused as it
//! would be in a definition. One that is to go may say less: what it says must match.

mod dhcp;
mod dns;
mod ports;

use xml::{Document, Element, View, Writer};

use super::{Network, NetworkIp};
use crate::domain::FormatFlags;
use crate::{Code, Error};

/// A part of a network that can be changed (`virNetworkUpdateSection`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Addresses that certain guests get.
    DhcpHost,
    /// Addresses that are leased to whoever asks.
    DhcpRange,
    /// Devices of the host that it leads through.
    ForwardInterface,
    /// Kinds of ports.
    PortGroup,
    /// Hosts that its name server knows.
    DnsHost,
    /// TXT records.
    DnsTxt,
    /// SRV records.
    DnsSrv,
}

/// What becomes of an entry (`virNetworkUpdateCommand`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It takes the place of the one that it resembles.
    Modify,
    /// It goes.
    Delete,
    /// It comes after the others.
    AddLast,
    /// It comes before the others.
    AddFirst,
    /// Something that only a newer client knows.
    Unknown(u32),
}

impl Section {
    /// The section with libvirt's number.
    ///
    /// # Errors
    /// [`Code::OperationUnsupported`] for one that cannot be changed; it names `network`.
    pub fn numbered(number: u32, network: &str) -> Result<Self, Error> {
        let name = match number {
            1 => "bridge",
            2 => "domain",
            3 => "ip",
            4 => return Ok(Self::DhcpHost),
            5 => return Ok(Self::DhcpRange),
            6 => "forward",
            7 => return Ok(Self::ForwardInterface),
            8 => "forward pf",
            9 => return Ok(Self::PortGroup),
            10 => return Ok(Self::DnsHost),
            11 => return Ok(Self::DnsTxt),
            12 => return Ok(Self::DnsSrv),
            _ => {
                let what = "can't update unrecognized section of network";
                return Err(Error::new(Code::OperationUnsupported, what));
            }
        };
        let what = format!("can't update '{name}' section of network '{network}'");
        Err(Error::new(Code::OperationUnsupported, what))
    }

    /// Name of an entry's element.
    const fn element(self) -> &'static str {
        match self {
            Self::DhcpHost | Self::DnsHost => "host",
            Self::DhcpRange => "range",
            Self::ForwardInterface => "interface",
            Self::PortGroup => "portgroup",
            Self::DnsTxt => "txt",
            Self::DnsSrv => "srv",
        }
    }

    /// What libvirt calls entries that can come and go, but not change.
    const fn fixed(self) -> Option<&'static str> {
        match self {
            Self::DhcpHost | Self::PortGroup => None,
            Self::DhcpRange => Some("dhcp ranges"),
            Self::ForwardInterface => Some("forward interface entries"),
            Self::DnsHost => Some("DNS HOST records"),
            Self::DnsTxt => Some("DNS TXT records"),
            Self::DnsSrv => Some("DNS SRV records"),
        }
    }
}

impl Change {
    /// The change with libvirt's number.
    pub const fn numbered(number: u32) -> Self {
        match number {
            1 => Self::Modify,
            2 => Self::Delete,
            3 => Self::AddLast,
            4 => Self::AddFirst,
            unknown => Self::Unknown(unknown),
        }
    }

    /// Whether the entry is a new one.
    const fn adds(self) -> bool {
        matches!(self, Self::AddLast | Self::AddFirst)
    }

    /// Puts a new entry at its end of a list.
    fn add<T>(self, list: &mut Vec<T>, entry: T) {
        match self {
            Self::AddFirst => list.insert(0, entry),
            Self::AddLast | Self::Modify | Self::Delete | Self::Unknown(_) => list.push(entry),
        }
    }

    fn refuse_unknown(self) -> Result<(), Error> {
        match self {
            Self::Unknown(code) => {
                let what = format!("unrecognized network update command code {code}");
                Err(Error::new(Code::OperationUnsupported, what))
            }
            Self::Modify | Self::Delete | Self::AddLast | Self::AddFirst => Ok(()),
        }
    }
}

impl Network {
    /// Changes one entry of a section; `parent` says which of its `<ip>`, if it is not negative.
    ///
    /// # Errors
    /// [`Code::OperationInvalid`] for one that is not there or there already,
    /// [`Code::OperationUnsupported`] for what cannot change; what reading the entry says. The network is
    /// then as it was.
    pub fn update(
        &mut self,
        section: Section,
        change: Change,
        parent: i32,
        text: &str,
    ) -> Result<(), Error> {
        use Section::{DhcpHost, DhcpRange, DnsHost, DnsSrv, DnsTxt, ForwardInterface, PortGroup};
        let is_dns = matches!(section, DnsHost | DnsTxt | DnsSrv);
        if is_dns && change == Change::Modify {
            return Err(fixed(section));
        }
        let entry = Entry::read(section, text, self.name.as_str())?;
        let mut changed = self.clone();
        match section {
            DhcpHost => changed.update_dhcp_host(change, parent, &entry)?,
            DhcpRange => changed.update_dhcp_range(change, parent, &entry)?,
            ForwardInterface => changed.update_interface(change, &entry)?,
            PortGroup => changed.update_portgroup(change, &entry)?,
            DnsHost => changed.update_dns_host(change, &entry)?,
            DnsTxt => changed.update_dns_txt(change, &entry)?,
            DnsSrv => changed.update_dns_srv(change, &entry)?,
        }
        // What is there now must be something that could be defined.
        *self = Self::parse(&changed.format(FormatFlags::INACTIVE))?;
        self.complete_forward();
        Ok(())
    }
}

/// An entry as a client sent it.
struct Entry<'a> {
    document: Document<'a>,
    element: &'static str,
    network: &'a str,
}

impl<'a> Entry<'a> {
    fn read(section: Section, text: &'a str, network: &'a str) -> Result<Self, Error> {
        let reading = |error| Error::reading("network_update_xml", error);
        let document = Document::parse(text).map_err(reading)?;
        let (element, root) = (section.element(), document.any_root(View::PLAIN));
        if !root.is(element) {
            return Err(Error::xml(format!(
                "unexpected element <{}>, expecting <{element}>, while updating network '{network}'",
                root.name()
            )));
        }
        Ok(Self { document, element, network })
    }

    /// An attribute's text; an empty one is none.
    fn said(&self, name: &str) -> Option<&str> {
        self.document.any_root(View::PLAIN).attribute(name).filter(|text| !text.is_empty())
    }

    /// A network that has nothing but this entry, below the elements of `path`.
    fn alone(&self, path: &[&str], ip: Option<&NetworkIp>) -> Result<Network, Error> {
        let mut w = Writer::new(View::PLAIN);
        w.open("network");
        w.leaf("name", self.network);
        for element in path {
            w.open(element);
            if let ("ip", Some(ip)) = (*element, ip) {
                ip.write_attributes(&mut w);
            }
        }
        w.verbatim(self.document.any_root(View::PLAIN).source());
        for element in path.iter().rev() {
            w.close(element);
        }
        w.close("network");
        // A position in it says nothing to whoever sent the entry.
        Network::parse(&w.finish()).map_err(|error| Error { position: None, ..error })
    }

    /// The error for an entry that a network without it should have had after reading.
    fn lost(&self) -> Error {
        Error::internal(format!("<{}> is no part of network '{}'", self.element, self.network))
    }
}

/// The error for an entry of a kind that cannot change.
fn fixed(section: Section) -> Error {
    let of = section.fixed().unwrap_or_default();
    let what = format!("{of} cannot be modified, only added or deleted");
    Error::new(Code::OperationUnsupported, what)
}

fn invalid(what: impl AsRef<str>) -> Error {
    Error::new(Code::OperationInvalid, what)
}

#[cfg(test)]
mod tests;
