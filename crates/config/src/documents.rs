//! All kinds of document, for what can be done with each of them alike.

use xml::{Element, Entry, Shape};

use crate::backup::DomainBackup;
use crate::domain::cpu::Cpu;
use crate::domain::{FormatFlags, ParseFlags};
use crate::interface::HostInterface;
use crate::moment::{DomainCheckpoint, DomainSnapshot};
use crate::network::Network;
use crate::networkport::NetworkPort;
use crate::nodedev::NodeDevice;
use crate::nwfilter::{NwFilter, NwFilterBinding};
use crate::secret::Secret;
use crate::storagepool::StoragePool;
use crate::storagevol::StorageVolume;
use crate::{Domain, Error};

xml::words! {
    /// A kind of document, by the name of its root element.
    pub enum DocumentKind {
        Domain = "domain", Network = "network", NetworkPort = "networkport", StoragePool = "pool",
        StorageVolume = "volume", NwFilter = "filter", NwFilterBinding = "filterbinding", Secret = "secret",
        HostInterface = "interface", NodeDevice = "device", DomainSnapshot = "domainsnapshot",
        DomainCheckpoint = "domaincheckpoint", DomainBackup = "domainbackup", Cpu = "cpu",
    }
}

impl DocumentKind {
    /// What it is declared as.
    pub fn shape(self) -> &'static Shape {
        match self {
            Self::Domain => Domain::shape(),
            Self::Network => Network::shape(),
            Self::NetworkPort => NetworkPort::shape(),
            Self::StoragePool => StoragePool::shape(),
            Self::StorageVolume => StorageVolume::shape(),
            Self::NwFilter => NwFilter::shape(),
            Self::NwFilterBinding => NwFilterBinding::shape(),
            Self::Secret => Secret::shape(),
            Self::HostInterface => HostInterface::shape(),
            Self::NodeDevice => NodeDevice::shape(),
            Self::DomainSnapshot => DomainSnapshot::shape(),
            Self::DomainCheckpoint => DomainCheckpoint::shape(),
            Self::DomainBackup => DomainBackup::shape(),
            Self::Cpu => Cpu::shape(),
        }
    }

    /// Every name that such a document may have, with its kind, values and meaning, in printing order.
    pub fn reference(self) -> Vec<Entry> {
        xml::reference(self.word(), self.shape())
    }

    /// Reads a document and prints it again, as it was written: nothing is completed.
    ///
    /// # Errors
    /// What its `parse` says.
    pub fn reprint(self, text: &str) -> Result<String, Error> {
        let all = FormatFlags::INACTIVE.with(FormatFlags::SECURE);
        Ok(match self {
            Self::Domain => Domain::parse(text, ParseFlags::Inactive)?.format(all),
            Self::Network => Network::parse(text)?.format(FormatFlags::INACTIVE),
            Self::NetworkPort => NetworkPort::parse(text)?.format(),
            Self::StoragePool => StoragePool::parse(text)?.format(),
            Self::StorageVolume => StorageVolume::parse(text)?.format(),
            Self::NwFilter => NwFilter::parse(text)?.format(),
            Self::NwFilterBinding => NwFilterBinding::parse(text)?.format(),
            Self::Secret => Secret::parse(text)?.format(),
            Self::HostInterface => HostInterface::parse(text)?.format(),
            Self::NodeDevice => NodeDevice::parse(text)?.format(),
            Self::DomainSnapshot => DomainSnapshot::parse(text)?.format(FormatFlags::SECURE),
            Self::DomainCheckpoint => DomainCheckpoint::parse(text)?.format(FormatFlags::SECURE),
            Self::DomainBackup => DomainBackup::parse(text)?.format(),
            Self::Cpu => Cpu::parse(text)?.format(),
        })
    }
}
