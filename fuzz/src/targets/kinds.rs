//! Documents of networks, storage pools and volumes, packet filters, secrets, CPUs and what the host has:
//! read, completed, printed, and read again.
//!
//! Each text is read as every kind; its root is that of one.

use std::fs;
use std::path::Path;

use config::backup::DomainBackup;
use config::domain::FormatFlags;
use config::domain::cpu::Cpu;
use config::interface::HostInterface;
use config::moment::{DomainCheckpoint, DomainSnapshot};
use config::network::Network;
use config::networkport::NetworkPort;
use config::nodedev::NodeDevice;
use config::nwfilter::{NwFilter, NwFilterBinding};
use config::secret::Secret;
use config::storagepool::StoragePool;
use config::storagevol::StorageVolume;
use config::{Entropy, Error};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "kinds",
    run,
    seeds,
    words: &[
        "<forward mode='nat'>",
        "<ip family='ipv6' address='::1' prefix='128'/>",
        "<ip address='10.0.0.1' netmask='0.0.0.0'>",
        "<range start='0.0.0.0' end='255.255.255.255'/>",
        "<route address='::' prefix='0' gateway='::'/>",
        "<tcp match='no' dscp='$A[@1]'/>",
        "<rule action='accept' direction='in'>",
        "<capability type='mdev_types'><type id='a'/></capability>",
        "<link validity='cap' speed='2.5' width='1'/>",
        "<fields access='readonly'><vendor_field index='1'>a</vendor_field></fields>",
        "<interface type='bond' name='a'><bond mode='802.3ad'/></interface>",
        "<name>%d</name>",
        "<path>////</path>",
        "4294967296",
        "-1",
        "''",
    ],
};

/// A way to read a text, complete it, and print it.
type Print = fn(&str) -> Result<String, Error>;

const KINDS: &[Print] = &[
    |text| {
        let mut network = Network::parse(text)?;
        network.complete(|name| name == "virbr0", &mut Counter(0))?;
        network.validate()?;
        Ok(network.format(FormatFlags::INACTIVE))
    },
    |text| {
        let mut pool = StoragePool::parse(text)?;
        pool.complete(&mut Counter(0))?;
        Ok(pool.format())
    },
    |text| {
        let mut filter = NwFilter::parse(text)?;
        filter.complete(&mut Counter(0));
        Ok(filter.format())
    },
    |text| {
        let mut secret = Secret::parse(text)?;
        secret.complete(&mut Counter(0));
        Ok(secret.format())
    },
    |text| Ok(NwFilterBinding::parse(text)?.format()),
    |text| Ok(StorageVolume::parse(text)?.format()),
    |text| Ok(Cpu::parse(text)?.format()),
    |text| Ok(DomainSnapshot::parse(text)?.format(FormatFlags::SECURE)),
    |text| Ok(DomainCheckpoint::parse(text)?.format(FormatFlags::SECURE)),
    |text| Ok(DomainBackup::parse(text)?.format()),
    |text| Ok(NetworkPort::parse(text)?.format()),
    |text| Ok(HostInterface::parse(text)?.format()),
    |text| Ok(NodeDevice::parse(text)?.format()),
];

fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    for print in KINDS {
        let Ok(printed) = print(text) else { continue };
        let again =
            print(&printed).unwrap_or_else(|error| panic!("what was printed is refused: {error}"));
        assert_eq!(again, printed, "it does not read back as it was printed");
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/config/tests/kinds");
    let mut files = Vec::new();
    for kind in ["network", "nwfilter", "secret", "storagepool", "interface", "nodedev"] {
        let entries = fs::read_dir(root.join(kind)).expect("the documents are in the repository");
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.sort();
    files.iter().map(|file| fs::read(file).expect("a document can be read")).collect()
}

/// Draws one number after the other.
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }
}
