//! Rules of the name server's records.

use crate::Error;
use crate::YesNo;
use crate::network::dns::{Dns, SrvRecord};

pub(super) fn check(dns: &Dns, network: &str) -> Result<(), Error> {
    if dns.forwarders.iter().any(|f| f.addr.is_none() && f.domain.is_none()) {
        return Err(Error::xml(
            "Invalid forwarder element, must contain at least one of addr or domain",
        ));
    }
    if let Some(txt) = dns.txts.iter().find(|txt| txt.name.contains([' ', ','])) {
        return Err(Error::detail(format!(
            "prohibited character in DNS TXT record name '{}' of network {network}",
            txt.name
        )));
    }
    dns.srvs.iter().try_for_each(|srv| check_srv(srv, network))?;
    if dns.enable == Some(YesNo::No) && dns.has_records() {
        return Err(Error::xml(format!("Extra data in disabled network '{network}'")));
    }
    Ok(())
}

fn check_srv(srv: &SrvRecord, network: &str) -> Result<(), Error> {
    let refuse = |what: &str| {
        Err(Error::detail(format!("{what} for service '{}' in network '{network}'", srv.service)))
    };
    if srv.port == Some(0) {
        return refuse("invalid DNS SRV port attribute");
    }
    let of_target = [("port", srv.port), ("priority", srv.priority), ("weight", srv.weight)];
    match of_target.iter().find(|(_, said)| said.is_some() && srv.target.is_none()) {
        Some((name, _)) => {
            refuse(&format!("DNS SRV {name} attribute not permitted without target"))
        }
        None => Ok(()),
    }
}
