//! What of a network interface changes while its guest runs.
//!
//! What only the device on the host is about is changed there: its bridge, its limits, its port. The link's state
//! is told to QEMU. Everything else of a card and of what is behind it stays as it is.

use std::path::Path;
use std::sync::Arc;

use api::{Error, Result};
use config::domain::interface::{Interface, InterfaceSource, LinkState, VirtualPortType};
use qmp::Command;
use serde_json::json;

use super::refusals::unsupported;
use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::interfaces;

impl QemuDriver {
    /// Makes the interface `old` what `new` says, which is complete. The caller holds a modify job.
    pub(super) async fn update_interface(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        old: &Interface,
        mut new: Interface,
    ) -> Result<()> {
        new.target.dev.clone_from(&old.target.dev);
        refuse_changes(old, &new)?;
        let changes = Changes::between(old, &new);
        let alias = old.info.alias.name().unwrap_or_default().to_owned();
        if changes.any() {
            let (before, after) = (old.clone(), new.clone());
            let guest = domain.uuid.to_string();
            let directory = live.directory.clone();
            self.on_host(move || changes.carry_out(&before, &after, &guest, &directory)).await?;
        }
        if is_up(old) != is_up(&new) {
            let link = json!({ "name": alias, "up": is_up(&new) });
            let command = Command::with("set_link", link);
            self.ask(domain, live.monitor()?.perform(&command)).await?;
        }
        self.change_live(domain, live, |document| {
            let mut interfaces = document.devices.interfaces.iter_mut();
            let known = interfaces.find(|known| known.info.alias.name() == Some(&*alias));
            match known {
                Some(known) if changes.any() => *known = new,
                Some(known) => known.link = new.link,
                None => {}
            }
        });
        Ok(())
    }
}

/// Refuses another name for a device. Asked before the document is completed, which drops names that look like
/// the daemon's.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`.
pub(super) fn refuse_name(old: &Interface, new: &Interface) -> Result<()> {
    if new.target.dev.is_none() || new.target.dev == old.target.dev {
        return Ok(());
    }
    interfaces::check(new)?;
    Err(unsupported("cannot modify network device tap name"))
}

/// What is to be changed of the device on the host.
#[derive(Debug, Clone, Copy)]
struct Changes {
    bridge: bool,
    port: bool,
    gathering: bool,
    limits: bool,
    vlan: bool,
}

impl Changes {
    fn between(old: &Interface, new: &Interface) -> Self {
        let isolated = |interface: &Interface| interface.port.and_then(|port| port.isolated);
        let gathering = |interface: &Interface| interface.coalesce.and_then(|all| all.rx);
        Self {
            bridge: interfaces::bridge_of(old) != interfaces::bridge_of(new),
            port: isolated(old) != isolated(new),
            gathering: gathering(old) != gathering(new),
            limits: old.bandwidth != new.bandwidth,
            vlan: old.vlan != new.vlan,
        }
    }

    fn any(self) -> bool {
        self.bridge || self.port || self.gathering || self.limits || self.vlan
    }

    /// Blocks.
    fn carry_out(
        self,
        old: &Interface,
        new: &Interface,
        guest: &str,
        directory: &Path,
    ) -> Result<()> {
        if self.gathering {
            interfaces::regather(new)?;
        }
        if self.bridge {
            interfaces::rejoin(old, new)?;
        }
        if self.port && !self.bridge {
            interfaces::reisolate(new)?;
        }
        if self.limits {
            interfaces::shape(new, guest, directory)?;
        }
        if self.vlan {
            interfaces::retag(new)?;
        }
        Ok(())
    }
}

fn is_up(interface: &Interface) -> bool {
    interface.link.is_none_or(|link| link.state == LinkState::Up)
}

fn model(interface: &Interface) -> &str {
    interface.model.as_ref().map_or("(null)", |model| &model.kind)
}

/// Refuses every change of what cannot be another one. **Source**: asked of libvirtd 9.0.
fn refuse_changes(old: &Interface, new: &Interface) -> Result<()> {
    interfaces::check(new)?;
    let (from, to) = (&old.source.source, &new.source.source);
    if let (Some(before), Some(after)) = (&old.source.mac, &new.source.mac)
        && before.address != after.address
    {
        return Err(unsupported(format!(
            "cannot change network interface mac address from {} to {}",
            before.address, after.address
        )));
    }
    let kind = to.word();
    let other_kind = || unsupported(format!("unable to change config on '{kind}' network type"));
    if std::mem::discriminant(from) != std::mem::discriminant(to) {
        return Err(other_kind());
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
        (old.script != new.script, "cannot modify network device script attribute"),
    ] {
        if differs {
            return Err(unsupported(what));
        }
    }
    if old.tune != new.tune || old.virtualport != new.virtualport || is_elsewhere(old, new) {
        return Err(other_kind());
    }
    refuse_limits(old, new)
}

/// Whether the other end is another one, and not just another bridge of the kernel.
fn is_elsewhere(old: &Interface, new: &Interface) -> bool {
    let on_ovs = interfaces::switch_of(new) == Some(VirtualPortType::OpenVSwitch);
    match (&old.source.source, &new.source.source) {
        (InterfaceSource::Ethernet(_), InterfaceSource::Ethernet(_)) => false,
        (InterfaceSource::Bridge(from), InterfaceSource::Bridge(to)) => on_ovs && from != to,
        (from, to) => from != to,
    }
}

/// Limits are those of the device on the host.
fn refuse_limits(old: &Interface, new: &Interface) -> Result<()> {
    if old.bandwidth == new.bandwidth {
        return Ok(());
    }
    if old.target.dev.is_none() {
        let what = "Unable to set bandwidth for interface because device name is unknown";
        return Err(unsupported(what));
    }
    if interfaces::has_device(new) {
        return Ok(());
    }
    let kind = new.source.source.word();
    let what = format!("setting bandwidth on interfaces of type '{kind}' is not implemented yet");
    Err(Error::config_unsupported(QEMU, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(kind: &str, inside: &str) -> Interface {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><interface type='{kind}'>\
             <mac address='52:54:00:00:00:01'/>{inside}<model type='virtio'/></interface></devices></domain>"
        );
        let mut document = config::Domain::parse(&xml, config::domain::ParseFlags::Live).unwrap();
        document.devices.interfaces.remove(0)
    }

    const BRIDGE: &str = "<source bridge='b'/>";

    #[test]
    fn what_stays_as_it_is_is_refused() {
        let old = interface("bridge", BRIDGE);
        for (kind, inside, words) in [
            ("ethernet", String::new(), "unable to change config on 'ethernet' network type"),
            ("bridge", format!("{BRIDGE}<mtu size='1300'/>"), "cannot modify MTU"),
            ("bridge", format!("{BRIDGE}<driver queues='3'/>"), "virtio network device driver"),
            ("bridge", format!("{BRIDGE}<tune><sndbuf>9</sndbuf></tune>"), "config on 'bridge'"),
            ("bridge", format!("{BRIDGE}<virtualport type='openvswitch'/>"), "config on 'bridge'"),
            ("bridge", format!("{BRIDGE}<rom bar='off'/>"), "rom bar setting"),
        ] {
            let error = refuse_changes(&old, &interface(kind, &inside)).unwrap_err();
            assert_eq!(error.code, api::ErrorCode::OPERATION_UNSUPPORTED, "{inside}");
            assert!(error.message.contains(words), "{inside}: {error}");
        }
    }

    #[test]
    fn what_is_about_the_host_changes_there() {
        let mut old = interface("bridge", BRIDGE);
        old.target.dev = Some("vnet0".into());
        for (inside, changes) in [
            (BRIDGE.to_owned(), [false; 4]),
            (format!("{BRIDGE}<backend tap='/t'/><guest dev='e'/>"), [false; 4]),
            ("<source bridge='c'/>".into(), [true, false, false, false]),
            (format!("{BRIDGE}<port isolated='yes'/>"), [false, true, false, false]),
            (
                format!("{BRIDGE}<coalesce><rx><frames max='7'/></rx></coalesce>"),
                [false, false, true, false],
            ),
            (
                format!("{BRIDGE}<bandwidth><inbound average='7'/></bandwidth>"),
                [false, false, false, true],
            ),
        ] {
            let new = interface("bridge", &inside);
            refuse_changes(&old, &new).unwrap();
            let found = Changes::between(&old, &new);
            let found = [found.bridge, found.port, found.gathering, found.limits];
            assert_eq!(found, changes, "{inside}");
        }
    }
}
