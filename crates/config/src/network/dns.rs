//! `<dns>`: what a network's name server knows.

use xml::element;

use crate::YesNo;
use crate::ip::Ip;

element! {
    /// `<dns>`
    #[derive(Eq, Default)]
    pub struct Dns {
        /// Whether there is a name server.
        attr enable: Option<YesNo> = "enable",
        /// Whether names without a dot are asked of others.
        attr forward_plain_names: Option<YesNo> = "forwardPlainNames",
        /// Whom it asks.
        child forwarders: Vec<Forwarder> = "forwarder",
        /// TXT records.
        child txts: Vec<TxtRecord> = "txt",
        /// SRV records.
        child srvs: Vec<SrvRecord> = "srv",
        /// Hosts.
        child hosts: Vec<DnsHost> = "host",
    }

    /// `<forwarder>`: one of both, at least.
    #[derive(Eq)]
    pub struct Forwarder {
        /// Names that it is asked for; all others if not said.
        attr domain: Option<Box<str>> = "domain",
        /// Who is asked; those of the host if not said.
        attr addr: Option<Ip> = "addr",
    }

    /// `<txt>`
    #[derive(Eq)]
    pub struct TxtRecord {
        /// Name.
        attr name: Box<str> = "name",
        /// Text.
        attr value: Box<str> = "value",
    }

    /// `<srv>`
    #[derive(Eq)]
    pub struct SrvRecord {
        /// Service.
        attr service: Box<str> = "service",
        /// Protocol.
        attr protocol: Box<str> = "protocol",
        /// Domain.
        attr domain: Option<Box<str>> = "domain",
        /// Who serves.
        attr target: Option<Box<str>> = "target",
        /// Port; none if not there.
        attr port: Option<u16> = "port",
        /// Lowest is asked first; never zero.
        attr priority: Option<u16> = "priority",
        /// Share among equals; never zero.
        attr weight: Option<u16> = "weight",
    }

    /// `<host>` of `<dns>`
    #[derive(Eq)]
    pub struct DnsHost {
        /// Address.
        attr ip: Ip = "ip",
        /// Its names.
        leaf hostnames: Vec<Box<str>> = "hostname",
    }
}

impl Dns {
    /// Whether it says anything but whether there is a name server.
    pub fn has_records(&self) -> bool {
        !(self.forwarders.is_empty()
            && self.txts.is_empty()
            && self.srvs.is_empty()
            && self.hosts.is_empty())
    }
}
