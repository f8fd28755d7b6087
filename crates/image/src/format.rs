//! Which format an image has.

use crate::bytes::be32;

/// How much of an image's beginning tells its format. **Units**: bytes.
pub const PROBE_SIZE: usize = 64 << 10;

macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident = $name:literal;)*) => {
        /// A disk image format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Format { $($(#[$doc])* $format,)* }

        impl Format {
            /// QEMU's name for it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$format => $name,)* }
            }

            /// The format that QEMU calls `name`.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$format),)* _ => None }
            }
        }
    };
}

formats! {
    /// The disk's bytes and nothing else.
    Raw = "raw";
    /// QEMU's own, versions 2 and 3.
    Qcow2 = "qcow2";
    /// Its predecessor.
    Qcow = "qcow";
    /// QEMU's short-lived other one.
    Qed = "qed";
    /// VMware's.
    Vmdk = "vmdk";
    /// VirtualBox's.
    Vdi = "vdi";
    /// Virtual PC's, also called VHD.
    Vpc = "vpc";
    /// Hyper-V's.
    Vhdx = "vhdx";
    /// Encrypted with LUKS.
    Luks = "luks";
    /// Of the Bochs emulator.
    Bochs = "bochs";
    /// A compressed loop image.
    Cloop = "cloop";
    /// Of macOS; recognised only by name.
    Dmg = "dmg";
    /// Of Parallels Desktop.
    Parallels = "parallels";
}

/// Where each format's magic is. None is a prefix of another at the same place.
const MAGIC: &[(usize, &[u8], Format)] = &[
    (0, b"QED\0", Format::Qed),
    (0, b"KDMV", Format::Vmdk),
    (0, b"COWD", Format::Vmdk),
    (0, b"# Disk DescriptorFile", Format::Vmdk),
    (0x40, b"\x7f\x10\xda\xbe", Format::Vdi),
    (0, b"conectix", Format::Vpc),
    (0, b"vhdxfile", Format::Vhdx),
    (0, b"LUKS\xba\xbe", Format::Luks),
    (0, b"Bochs Virtual HD Image", Format::Bochs),
    (0, b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop", Format::Cloop),
    (0, b"WithoutFreeSpace", Format::Parallels),
    (0, b"WithouFreSpacExt", Format::Parallels),
];

impl Format {
    /// The format that an image beginning with `head` seems to have; raw when it seems to have none.
    ///
    /// A guess: a raw disk can hold anything, so what its guest wrote may look like an image.
    pub fn probe(head: &[u8]) -> Self {
        if head.starts_with(b"QFI\xfb") {
            return match be32(head, 4) {
                Some(1) => Self::Qcow,
                Some(2..) => Self::Qcow2,
                _ => Self::Raw,
            };
        }
        let found = MAGIC
            .iter()
            .find(|(at, magic, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
        found.map_or(Self::Raw, |(_, _, format)| *format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for format in [Format::Raw, Format::Qcow2, Format::Vpc, Format::Parallels] {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("iso"), None);
    }

    #[test]
    fn every_magic_is_recognised_whole() {
        for (at, magic, format) in MAGIC {
            let mut head = vec![0; *at];
            head.extend_from_slice(magic);
            assert_eq!(Format::probe(&head), *format);
            head.pop();
            assert_eq!(Format::probe(&head), Format::Raw);
        }
    }

    #[test]
    fn versions_tell_qcow_from_qcow2() {
        let probe = |version: u8| Format::probe(&[b'Q', b'F', b'I', 0xfb, 0, 0, 0, version]);
        assert_eq!(
            [probe(0), probe(1), probe(2), probe(3)],
            [Format::Raw, Format::Qcow, Format::Qcow2, Format::Qcow2]
        );
    }
}
