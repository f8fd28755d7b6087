//! A backup of a guest's disks: what is saved, since when, and where to or how it is offered.
//!
//! `parse` → `format`.

use xml::{View, element, words};

use crate::domain::storage::Encryption;
use crate::kind::{Declarations, Kind, json};
use crate::{Error, Text, YesNo};

words! {
    /// Who moves the data.
    pub enum BackupMode { Push = "push", Pull = "pull" }
    /// How a server is reached.
    pub enum BackupTransport { Tcp = "tcp", Unix = "unix" }
    /// How much of a disk is saved.
    pub enum DiskBackupMode { Full = "full", Incremental = "incremental" }
    /// How far a disk's backup is.
    pub enum DiskBackupState {
        None = "none", Running = "running", Complete = "complete", Failed = "failed", Cancelling = "cancelling",
        Cancelled = "cancelled",
    }
    /// What data goes to.
    pub enum BackupStoreType { File = "file", Block = "block" }
}

element! {
    /// `<domainbackup>`
    pub struct DomainBackup {
        /// Who moves the data; the daemon does if not said.
        attr mode: Option<BackupMode> = "mode",
        /// The checkpoint since which is saved.
        leaf incremental: Option<Text> = "incremental",
        /// Where it is offered.
        child server: Option<BackupServer> = "server",
        /// Disks; all if none is named.
        group disks: BackupDisks = "disks",
    }

    /// `<server>`
    #[derive(Eq)]
    pub struct BackupServer {
        /// How it is reached.
        attr transport: Option<BackupTransport> = "transport",
        /// Whether by TLS.
        attr tls: Option<YesNo> = "tls",
        /// Address.
        attr name: Option<Box<str>> = "name",
        /// Port.
        attr port: Option<u16> = "port",
        /// Socket.
        attr socket: Option<Box<str>> = "socket",
    }

    /// `<disks>`
    #[derive(Default)]
    pub struct BackupDisks {
        /// Each.
        child disks: Vec<BackupDisk> = "disk",
    }

    /// `<disk>`
    pub struct BackupDisk {
        /// Name in the guest.
        attr name: Box<str> = "name",
        /// Whether it is saved.
        attr backup: Option<YesNo> = "backup",
        /// How far it is; the daemon says it.
        attr state: Option<DiskBackupState> = "state",
        /// What its data goes to.
        attr kind: Option<BackupStoreType> = "type",
        /// How much of it is saved.
        attr backupmode: Option<DiskBackupMode> = "backupmode",
        /// The checkpoint since which is saved.
        attr incremental: Option<Box<str>> = "incremental",
        /// Name that it is offered by.
        attr exportname: Option<Box<str>> = "exportname",
        /// Name that its bitmap is offered by.
        attr exportbitmap: Option<Box<str>> = "exportbitmap",
        /// Number of its layer; the daemon says it.
        attr index: Option<u32> = "index",
        /// Driver of what it goes to.
        child driver: Option<BackupDriver> = "driver",
        /// Where it goes, if the daemon moves it.
        child target: Option<BackupStore> = "target",
        /// Where changes go meanwhile, if others fetch it.
        child scratch: Option<BackupStore> = "scratch",
    }

    /// `<driver>`
    #[derive(Eq)]
    pub struct BackupDriver {
        /// Format.
        attr kind: Option<Box<str>> = "type",
    }

    /// `<target>`, `<scratch>`
    pub struct BackupStore {
        /// File.
        attr file: Option<Box<str>> = "file",
        /// Device.
        attr dev: Option<Box<str>> = "dev",
        /// Encryption.
        child encryption: Option<Box<Encryption>> = "encryption",
    }
}

const KIND: Kind = Kind {
    root: "domainbackup",
    text: "domain_backup",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: &[],
    missing: &[],
};

impl DomainBackup {
    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, |_| Ok(()))
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { DomainBackup, KIND, View::PLAIN }
