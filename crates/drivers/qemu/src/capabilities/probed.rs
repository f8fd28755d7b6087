//! Which types we ask the properties of.

/// Devices whose properties decide how they are asked for.
#[rustfmt::skip]
pub static PROBED_TYPES: &[&str] = &[
    "virtio-blk-pci", "virtio-scsi-pci", "virtio-net-pci", "virtio-balloon-pci", "virtio-gpu-pci",
    "virtio-vga", "virtio-serial-pci", "virtio-rng-pci", "virtio-mem-pci", "virtio-pmem-pci",
    "virtio-iommu-pci", "vhost-user-fs-pci", "vhost-vsock-pci", "scsi-hd", "scsi-cd", "scsi-block",
    "scsi-generic", "ide-hd", "ide-cd", "usb-storage", "usb-host", "usb-redir", "qemu-xhci",
    "piix3-usb-uhci", "ich9-usb-ehci1", "isa-fdc", "vfio-pci", "pcie-root-port", "pci-bridge", "PIIX4_PM",
    "ICH9-LPC", "qxl", "qxl-vga", "VGA", "bochs-display", "vmware-svga", "intel-iommu", "pvpanic", "kvm-pit",
    "tpm-crb", "nvdimm", "max-x86_64-cpu", "mc146818rtc",
    // These are no devices.
    "none-machine", "generic-pc-machine", "memory-backend-file", "memory-backend-ram",
    "memory-backend-memfd", "sev-guest", "iothread", "secret", "throttle-group", "tls-creds-x509",
    "filter-dump",
];

/// Whether the properties of a type are asked for.
pub fn is_probed(kind: &str) -> bool {
    PROBED_TYPES.contains(&kind)
}
