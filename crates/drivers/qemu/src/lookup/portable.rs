//! A document for another start, here or on another host: without what this start chose, and, for
//! a host that may be older, without what every host adds by itself.

use std::path::Path;

use config::YesNo;
use config::domain::chardev::{CharSource, UnixSource};
use config::domain::complete::{Chipset, default_audio};
use config::domain::controller::{Controller, ControllerModel, ControllerType};
use config::domain::disk::BackingStore;
use config::domain::graphics::Graphics;
use config::domain::peripheral::{Input, InputBus, InputType};
use config::domain::storage::StorageFormat;

/// Takes out of a running guest's document what its start put in: the layers found in its images,
/// the ports of its displays, the sockets below `channels`.
pub(super) fn undo_start(
    live: &mut config::Domain,
    definition: Option<&config::Domain>,
    channels: &Path,
) {
    let defined = definition.map_or(&[][..], |definition| &definition.devices.disks);
    for disk in &mut live.devices.disks {
        let names_layers = defined
            .iter()
            .any(|known| known.target.dev == disk.target.dev && known.backing.is_some());
        if !names_layers && matches!(disk.backing, Some(BackingStore::Layer(_))) {
            disk.backing = None;
        }
        // Only a drive without a medium has no format, and only while it runs.
        disk.driver.format.get_or_insert(StorageFormat::Raw);
    }
    live.devices.graphics.iter_mut().for_each(forget_ports);
    for channel in &mut live.devices.channels {
        if let CharSource::Unix(unix) = &mut channel.source
            && is_below(unix, channels)
        {
            unix.source = None;
        }
    }
}

fn forget_ports(graphics: &mut Graphics) {
    match graphics {
        Graphics::Vnc(vnc) if vnc.autoport == Some(YesNo::Yes) => vnc.port = Some(-1),
        Graphics::Spice(spice) if spice.autoport == Some(YesNo::Yes) => {
            (spice.port, spice.tls_port) = (None, None);
        }
        _ => {}
    }
}

fn is_below(unix: &UnixSource, directory: &Path) -> bool {
    let path = unix.source.as_ref().and_then(|source| source.path.as_deref());
    path.is_some_and(|path| Path::new(path).starts_with(directory))
}

/// Takes out what every host gives such a guest anyway, and what the oldest do not know: the PCI
/// root, the USB controller of the PC, its keyboard, a sound system that nobody chose.
pub(super) fn drop_implied(document: &mut config::Domain) {
    let chipset = Chipset::of(document);
    let implied_audio = default_audio(&document.devices.graphics);
    let devices = &mut document.devices;
    drop_only(&mut devices.controllers, ControllerType::Pci, ControllerModel::PciRoot);
    if chipset == Chipset::I440fx {
        drop_only(&mut devices.controllers, ControllerType::Usb, ControllerModel::Piix3Uhci);
    }
    if chipset != Chipset::Other {
        devices.inputs.retain(|input| !is_ps2_keyboard(input));
    }
    if let [audio] = devices.audios.as_slice()
        && Some(audio) == implied_audio.as_ref()
    {
        devices.audios.clear();
    }
}

fn is_ps2_keyboard(input: &Input) -> bool {
    input.bus == Some(InputBus::Ps2) && input.kind == InputType::Keyboard
}

/// Drops the first controller of a kind, unless there are more of the kind or the user named it.
fn drop_only(controllers: &mut Vec<Controller>, kind: ControllerType, model: ControllerModel) {
    if controllers.iter().filter(|one| one.kind == kind).count() != 1 {
        return;
    }
    controllers.retain(|one| {
        let is_first = one.kind == kind && one.model == Some(model) && one.index == Some(0);
        !is_first || one.info.alias.is_users()
    });
}

#[cfg(test)]
mod tests {
    use config::domain::{FormatFlags, ParseFlags};

    use super::*;

    fn document(devices: &str) -> config::Domain {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type machine='pc-i440fx-7.2'>hvm</type></os>\
             <devices>{devices}</devices></domain>"
        );
        config::Domain::parse(&xml, ParseFlags::Live).unwrap()
    }

    fn without_implied(devices: &str) -> String {
        let mut document = document(devices);
        drop_implied(&mut document);
        document.format(FormatFlags::INACTIVE)
    }

    #[test]
    fn what_every_host_adds_is_dropped() {
        let text = without_implied(
            "<controller type='usb' index='0' model='piix3-uhci' ports='2'/>\
             <controller type='pci' index='0' model='pci-root'/>\
             <input type='mouse' bus='ps2'/><input type='keyboard' bus='ps2'/>\
             <graphics type='vnc' port='-1'/><audio id='1' type='none'/>",
        );
        for gone in ["<controller", "keyboard", "<audio"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        assert!(text.contains("<input type='mouse'"), "{text}");
    }

    #[test]
    fn what_somebody_chose_stays() {
        let text = without_implied(
            "<controller type='usb' index='0' model='piix3-uhci'><alias name='ua-usb'/></controller>\
             <controller type='pci' index='0' model='pci-root'/>\
             <controller type='pci' index='1' model='pci-bridge'/>\
             <graphics type='vnc' port='-1'/><audio id='3' type='none'/>",
        );
        for stays in ["piix3-uhci", "pci-root", "<audio id='3'"] {
            assert!(text.contains(stays), "no {stays} in {text}");
        }
    }

    #[test]
    fn ports_and_sockets_of_a_start_are_forgotten() {
        let mut live = document(
            "<channel type='unix'><source mode='bind' path='/run/x/1-a/p'/>\
             <target type='virtio' name='p'/></channel>\
             <channel type='unix'><source mode='bind' path='/mine'/>\
             <target type='virtio' name='q'/></channel>\
             <graphics type='vnc' port='5901' autoport='yes'/>",
        );
        undo_start(&mut live, None, Path::new("/run/x/1-a"));
        let text = live.format(FormatFlags::INACTIVE);
        assert!(text.contains("port='-1'"), "{text}");
        assert!(!text.contains("/run/x") && text.contains("path='/mine'"), "{text}");
    }
}
