//! What of a network interface changes while its guest runs.

use std::sync::Arc;

use api::{Error, Result};
use config::domain::interface::{Interface, InterfaceSource, LinkState};
use qmp::Command;
use serde_json::json;

use super::refusals::unsupported;
use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;

impl QemuDriver {
    /// Makes the interface `old` what `new` says, which is complete. The caller holds a modify job.
    pub(super) async fn update_interface(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        old: &Interface,
        new: Interface,
    ) -> Result<()> {
        refuse_changes(old, &new)?;
        let alias = old.info.alias.name().unwrap_or_default().to_owned();
        if is_up(old) != is_up(&new) {
            let link = json!({ "name": alias, "up": is_up(&new) });
            let command = Command::with("set_link", link);
            self.ask(domain, live.monitor()?.perform(&command)).await?;
        }
        self.change_live(domain, live, |document| {
            let mut interfaces = document.devices.interfaces.iter_mut();
            if let Some(known) = interfaces.find(|known| known.info.alias.name() == Some(&*alias)) {
                known.link = new.link;
            }
        });
        Ok(())
    }
}

fn is_up(interface: &Interface) -> bool {
    interface.link.is_none_or(|link| link.state == LinkState::Up)
}

fn model(interface: &Interface) -> &str {
    interface.model.as_ref().map_or("(null)", |model| &model.kind)
}

/// Refuses every change but that of the link.
fn refuse_changes(old: &Interface, new: &Interface) -> Result<()> {
    let (from, to) = (&old.source.source, &new.source.source);
    if let (Some(before), Some(after)) = (&old.source.mac, &new.source.mac)
        && before.address != after.address
    {
        return Err(unsupported(format!(
            "cannot change network interface mac address from {} to {}",
            before.address, after.address
        )));
    }
    if std::mem::discriminant(from) != std::mem::discriminant(to) {
        let kind = to.word();
        return Err(unsupported(format!("unable to change config on '{kind}' network type")));
    }
    if model(old) != model(new) {
        return Err(unsupported(format!(
            "cannot modify network device model from {} to {}",
            model(old),
            model(new)
        )));
    }
    if old.driver != new.driver {
        return Err(unsupported("cannot modify virtio network device driver attributes"));
    }
    let bar = |interface: &Interface| interface.info.rom.as_ref().and_then(|rom| rom.bar);
    let file = |interface: &Interface| interface.info.rom.as_ref().and_then(|rom| rom.file.clone());
    for (differs, what) in [
        (old.mtu != new.mtu, "cannot modify MTU"),
        (bar(old) != bar(new), "cannot modify network device rom bar setting"),
        (file(old) != file(new), "cannot modify network rom file"),
        (old.info.boot != new.info.boot, "cannot modify network device boot index setting"),
        (old.tune != new.tune, "cannot modify network device tap or sndbuf setting"),
        (old.script != new.script, "cannot modify network device script attribute"),
        (old.backend != new.backend, "cannot modify network device backend setting"),
        (old.guest != new.guest, "cannot modify network device guest setting"),
        (old.teaming != new.teaming, "cannot modify teaming"),
        (old.ips != new.ips, "cannot change network interface addresses"),
    ] {
        if differs {
            return Err(unsupported(what));
        }
    }
    if old.bandwidth != new.bandwidth {
        return Err(no_bandwidth(old));
    }
    let rest = [
        (from != to && !matches!(to, InterfaceSource::Ethernet(_)), "source"),
        (old.vlan != new.vlan, "vlan"),
        (old.virtualport != new.virtualport, "virtualport"),
        (old.filterref != new.filterref, "filterref"),
        (old.port != new.port, "port"),
        (old.coalesce != new.coalesce, "coalesce"),
    ];
    match rest.into_iter().find(|(differs, _)| *differs) {
        Some((_, what)) => Err(Error::config_unsupported(
            QEMU,
            format!("<{what}> of an interface cannot be changed while its guest runs yet"),
        )),
        None => Ok(()),
    }
}

/// Limits are the business of the device on the host.
fn no_bandwidth(interface: &Interface) -> Error {
    if interface.target.dev.is_none() {
        let what = "Unable to set bandwidth for interface because device name is unknown";
        return unsupported(what);
    }
    Error::config_unsupported(QEMU, "limits of an interface cannot be set yet")
}
