//! Builds a domain without a daemon and prints its document.

use std::error::Error;
use std::io::Write;

use config::domain::chardev::{CharSource, PtySource, Serial};
use config::domain::disk::{Disk, DiskBus, DiskTarget};
use config::domain::interface::{
    Interface, InterfaceLink, InterfaceSource, NetModel, NetworkNet, NetworkNetSource,
};
use config::domain::os::{Boot, BootDevice, Machine, Os};
use config::domain::storage::{FileStorage, StorageFormat, StorageSource};
use config::domain::{Domain, FormatFlags, Memory, Vcpu, VirtType};
use config::{Element, Kib};

fn main() -> Result<(), Box<dyn Error>> {
    let disk = Disk::new(
        StorageSource::File(FileStorage::default().with(|file| {
            file.source.file = Some("/var/lib/libvirt/images/demo.qcow2".into());
        })),
        DiskTarget::new("vda").with(|target| target.bus = Some(DiskBus::Virtio)),
    )
    .with(|disk| disk.driver.format = Some(StorageFormat::Qcow2));
    let network = NetworkNet::new(NetworkNetSource::new("default"));
    let card = Interface::new(InterfaceLink::new(InterfaceSource::Network(network)))
        .with(|card| card.model = Some(NetModel::new("virtio")));
    let os = Os::new(Machine::new("hvm")).with(|os| {
        os.machine.arch = Some("x86_64".into());
        os.machine.machine = Some("q35".into());
        os.boot = vec![Boot::new(BootDevice::Hd)];
    });
    let domain = Domain::new(VirtType::Kvm, "demo".parse()?, os).with(|domain| {
        domain.memory = Some(Memory::new(Kib(1 << 20)));
        domain.vcpu = Some(Vcpu::new(2));
        domain.devices.disks.push(disk);
        domain.devices.interfaces.push(card);
        domain.devices.serials.push(Serial::new(CharSource::Pty(PtySource::default())));
    });
    let document = domain.format(FormatFlags::INACTIVE);
    Ok(std::io::stdout().write_all(document.as_bytes())?)
}
