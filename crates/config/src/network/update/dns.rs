//! Records of the name server.

use super::{Change, Entry, invalid};
use crate::Error;
use crate::ip::Ip;
use crate::network::Network;
use crate::network::dns::{DnsHost, SrvRecord};

impl Network {
    pub(super) fn update_dns_host(
        &mut self,
        change: Change,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let name = self.name.as_str();
        if change == Change::Delete {
            let wanted = PartialHost::read(entry)?;
            let found =
                only(&self.dns.hosts, |host| wanted.matches(host)).map_err(|many| match many {
                    Found::None => invalid(format!(
                        "couldn't locate a matching DNS HOST record in network {name}"
                    )),
                    Found::Many => {
                        let what = "multiple matching DNS HOST records were found in network";
                        invalid(format!("{what} {name}"))
                    }
                })?;
            self.dns.hosts.remove(found);
            return Ok(());
        }
        let mut alone = entry.alone(&["dns"], None)?;
        let host = alone.dns.hosts.pop().ok_or_else(|| entry.lost())?;
        change.refuse_unknown()?;
        if self.dns.hosts.iter().any(|known| known.ip == host.ip) {
            let what =
                "there is already at least one DNS HOST record with a matching field in network";
            return Err(invalid(format!("{what} {name}")));
        }
        change.add(&mut self.dns.hosts, host);
        Ok(())
    }

    pub(super) fn update_dns_txt(
        &mut self,
        change: Change,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let network = self.name.as_str();
        let Some(name) = entry.said("name") else {
            let what = "missing required name attribute in DNS TXT record of network";
            return Err(Error::detail(format!("{what} {network}")));
        };
        if name.contains([' ', ',']) {
            let what = format!("prohibited character in DNS TXT record name '{name}'");
            return Err(Error::detail(format!("{what} of network {network}")));
        }
        let known = self.dns.txts.iter().position(|txt| *txt.name == *name);
        if change == Change::Delete {
            let what = "couldn't locate a matching DNS TXT record in network";
            let known = known.ok_or_else(|| invalid(format!("{what} {network}")))?;
            self.dns.txts.remove(known);
            return Ok(());
        }
        let mut alone = entry.alone(&["dns"], None)?;
        let txt = alone.dns.txts.pop().ok_or_else(|| entry.lost())?;
        change.refuse_unknown()?;
        if known.is_some() {
            let what = "there is already a DNS TXT record with name";
            return Err(invalid(format!("{what} '{name}' in network {network}")));
        }
        change.add(&mut self.dns.txts, txt);
        Ok(())
    }

    pub(super) fn update_dns_srv(
        &mut self,
        change: Change,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let name = self.name.as_str();
        if change == Change::Delete {
            let wanted = PartialSrv::read(entry)?;
            let found = only(&self.dns.srvs, |srv| wanted.matches(srv)).map_err(|many| match many {
                Found::None => {
                    invalid(format!("couldn't locate a matching DNS SRV record in network {name}"))
                }
                Found::Many => invalid(format!(
                    "multiple DNS SRV records matching all specified fields were found in network {name}"
                )),
            })?;
            self.dns.srvs.remove(found);
            return Ok(());
        }
        let mut alone = entry.alone(&["dns"], None)?;
        let srv = alone.dns.srvs.pop().ok_or_else(|| entry.lost())?;
        change.refuse_unknown()?;
        let wanted = PartialSrv::of(&srv);
        if self.dns.srvs.iter().any(|known| wanted.matches(known)) {
            return Err(invalid(format!(
                "there is already at least one DNS SRV record matching all specified fields in network {name}"
            )));
        }
        change.add(&mut self.dns.srvs, srv);
        Ok(())
    }
}

/// Why there is not one that is meant.
enum Found {
    None,
    Many,
}

/// The one that is meant.
fn only<T>(list: &[T], is_meant: impl Fn(&T) -> bool) -> Result<usize, Found> {
    let mut meant = list.iter().enumerate().filter(|(_, entry)| is_meant(entry));
    match (meant.next(), meant.next()) {
        (Some((place, _)), None) => Ok(place),
        (None, _) => Err(Found::None),
        (Some(_), Some(_)) => Err(Found::Many),
    }
}

/// What is told of a host that is to go.
struct PartialHost {
    ip: Option<Ip>,
    names: Vec<String>,
}

impl PartialHost {
    fn read(entry: &Entry<'_>) -> Result<Self, Error> {
        let refuse = |what: &str| {
            Err(Error::detail(format!("{what} in network '{}' DNS HOST record", entry.network)))
        };
        let root = entry.document.any_root(xml::View::PLAIN);
        let names = root.children("hostname").map(|name| name.text().into_owned());
        let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        match entry.said("ip") {
            None if names.is_empty() => refuse("Missing ip and hostname"),
            None => Ok(Self { ip: None, names }),
            Some(ip) => match <Ip as xml::Value>::parse(ip) {
                Some(ip) => Ok(Self { ip: Some(ip), names }),
                None => refuse("Invalid IP address"),
            },
        }
    }

    /// Whether a host has the address or one of the names.
    fn matches(&self, host: &DnsHost) -> bool {
        let mut names = host.hostnames.iter();
        self.ip == Some(host.ip)
            || names.any(|name| self.names.iter().any(|wanted| **wanted == **name))
    }
}

/// What tells one SRV record from another.
struct PartialSrv<'a> {
    service: Option<&'a str>,
    protocol: Option<&'a str>,
    domain: Option<&'a str>,
    target: Option<&'a str>,
}

impl<'a> PartialSrv<'a> {
    fn of(srv: &'a SrvRecord) -> Self {
        Self {
            service: Some(&srv.service),
            protocol: Some(&srv.protocol),
            domain: srv.domain.as_deref(),
            target: srv.target.as_deref(),
        }
    }

    /// What is told of a record that is to go.
    fn read(entry: &'a Entry<'_>) -> Result<Self, Error> {
        let (service, target) = (entry.said("service"), entry.said("target"));
        for (name, least) in [("port", 1), ("priority", 0), ("weight", 0)] {
            let Some(text) = entry.said(name) else { continue };
            let of = format!(
                "for service '{}' in network '{}'",
                service.unwrap_or("(null)"),
                entry.network
            );
            if text.parse::<u16>().ok().is_none_or(|number| number < least) {
                return Err(Error::detail(format!("invalid DNS SRV {name} attribute {of}")));
            }
            if target.is_none() {
                let what = format!("DNS SRV {name} attribute not permitted without target {of}");
                return Err(Error::detail(what));
            }
        }
        let (protocol, domain) = (entry.said("protocol"), entry.said("domain"));
        Ok(Self { service, protocol, domain, target })
    }

    /// Whether a record is all that is told.
    fn matches(&self, srv: &SrvRecord) -> bool {
        let all = [
            (self.service, Some(&*srv.service)),
            (self.protocol, Some(&*srv.protocol)),
            (self.domain, srv.domain.as_deref()),
            (self.target, srv.target.as_deref()),
        ];
        all.iter().all(|(wanted, has)| wanted.is_none() || wanted == has)
    }
}
