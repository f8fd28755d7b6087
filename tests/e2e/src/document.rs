//! Documents of guests: as small as a guest can be, and what a test adds.

use crate::daemon::guest_image;

/// A guest's document in the making.
#[derive(Clone)]
pub struct Document {
    name: String,
    uuid: Option<String>,
    memory_mib: u32,
    machine: String,
    boot: String,
    features: String,
    elements: String,
    devices: String,
    trailer: String,
}

impl Document {
    /// A guest of 64 MiB that has nothing to boot from.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            uuid: None,
            memory_mib: 64,
            machine: "pc".to_owned(),
            boot: String::new(),
            features: "<acpi/>".to_owned(),
            elements: String::new(),
            devices: String::new(),
            trailer: String::new(),
        }
    }

    /// A guest that boots the image of `cargo xtask prepare`, with an agent and a serial console of `kind`.
    pub fn booting(name: &str, kind: &str) -> Self {
        let (kernel, initrd) = guest_image();
        let mut document = Self::new(name);
        document.memory_mib = 128;
        document.boot = format!(
            "<kernel>{kernel}</kernel><initrd>{initrd}</initrd><cmdline>console=ttyS0 quiet</cmdline>"
        );
        document.device(kind).device(
            "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
        )
    }

    /// The guest's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same guest by another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// With this UUID instead of one the daemon makes.
    #[must_use]
    pub fn uuid(mut self, uuid: &str) -> Self {
        self.uuid = Some(uuid.to_owned());
        self
    }

    /// On this machine type.
    #[must_use]
    pub fn machine(mut self, machine: &str) -> Self {
        machine.clone_into(&mut self.machine);
        self
    }

    /// With one more element below `devices`.
    #[must_use]
    pub fn device(mut self, element: &str) -> Self {
        self.devices.push_str(element);
        self
    }

    /// With one more element below `domain`.
    #[must_use]
    pub fn element(mut self, element: &str) -> Self {
        self.elements.push_str(element);
        self
    }

    /// With one more element at the very end, where other namespaces stand.
    #[must_use]
    pub fn trailer(mut self, element: &str) -> Self {
        self.trailer.push_str(element);
        self
    }

    /// With a virtio disk `target` from a file.
    #[must_use]
    pub fn disk(self, target: &str, format: &str, file: &str) -> Self {
        self.device(&format!(
            "<disk type='file' device='disk'><driver name='qemu' type='{format}'/>\
             <source file='{file}'/><target dev='{target}' bus='virtio'/></disk>"
        ))
    }

    /// With a virtio disk `target` on a block device.
    #[must_use]
    pub fn block_disk(self, target: &str, format: &str, device: &str) -> Self {
        self.device(&format!(
            "<disk type='block' device='disk'><driver name='qemu' type='{format}'/>\
             <source dev='{device}'/><target dev='{target}' bus='virtio'/></disk>"
        ))
    }

    /// The XML.
    pub fn xml(&self) -> String {
        let Self { name, memory_mib, machine, boot, features, elements, devices, trailer, .. } =
            self;
        let uuid =
            self.uuid.as_ref().map(|uuid| format!("<uuid>{uuid}</uuid>")).unwrap_or_default();
        let vcpu = if elements.contains("<vcpu") { "" } else { "<vcpu>1</vcpu>" };
        format!(
            "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\
             <name>{name}</name>{uuid}<memory unit='MiB'>{memory_mib}</memory>{vcpu}\
             <os><type arch='x86_64' machine='{machine}'>hvm</type>{boot}</os>\
             <features>{features}</features>{elements}<devices>{devices}</devices>{trailer}</domain>\n"
        )
    }
}
