//! The guest's firmware: `-bios`, or flash volumes.

use config::domain::disk::DiskCache;
use config::domain::os::{Firmware, Loader, LoaderType, NvramPlace};
use config::domain::storage::{FileSource, FileStorage, StorageFormat, StorageSource};
use config::{Error, YesNo};

use super::Result;
use super::blockdev::{Access, Backing, Level, Node};
use super::line::Line;
use super::options::Options;

const CODE: &str = "libvirt-pflash0";
const VARIABLES: &str = "libvirt-pflash1";

impl<'a> Line<'a> {
    fn flash(&self) -> Option<&'a Loader> {
        let loader = self.domain.os.loader.as_deref();
        loader.filter(|loader| loader.kind == Some(LoaderType::Pflash))
    }

    /// Block nodes of the flash.
    pub(super) fn firmware_volumes(&mut self) -> Result<()> {
        let Some(loader) = self.flash() else {
            return self.refuse_unselected();
        };
        let access = match loader.readonly {
            Some(YesNo::No) => Access::ReadWrite,
            _ => Access::ReadOnly,
        };
        self.volume(CODE, &file(&loader.path), access)?;
        match self.domain.os.nvram.as_ref().map(|nvram| &nvram.place) {
            None => Ok(()),
            Some(NvramPlace::Default) => Err(Error::internal("NVRAM of the domain has no path")),
            Some(NvramPlace::Path(path)) => self.volume(VARIABLES, &file(path), Access::ReadWrite),
            Some(NvramPlace::Source(source)) => self.volume(VARIABLES, source, Access::ReadWrite),
        }
    }

    /// A guest that asks for UEFI must not come up with the machine's BIOS.
    fn refuse_unselected(&self) -> Result<()> {
        let os = &self.domain.os;
        if os.firmware == Some(Firmware::Efi) && os.loader.is_none() {
            return Err(Error::unsupported("firmware 'efi' of the domain has not been selected"));
        }
        Ok(())
    }

    fn volume(&mut self, name: &str, source: &StorageSource, access: Access) -> Result<()> {
        let node = Node {
            name: name.to_owned(),
            source,
            auth: None,
            encryption: None,
            format: StorageFormat::Raw,
            access,
            cache: DiskCache::Default,
            driver: None,
            level: Level::Top,
            metadata_cache: None,
            backing: Backing::Unsaid,
            floppy: false,
        };
        self.node(&node)
    }

    /// Tells the machine its flash.
    pub(super) fn add_volumes(&self, machine: &mut Options) {
        if self.flash().is_some() {
            machine.set("pflash0", format_args!("{CODE}-format"));
            if self.domain.os.nvram.is_some() {
                machine.set("pflash1", format_args!("{VARIABLES}-format"));
            }
        }
    }

    /// `-bios`, or how flash is protected.
    pub(super) fn loader(&mut self) {
        let Some(loader) = self.domain.os.loader.as_deref() else {
            return;
        };
        match loader.kind {
            Some(LoaderType::Pflash) => {
                if loader.secure == Some(YesNo::Yes) {
                    self.option("-global", "driver=cfi.pflash01,property=secure,value=on");
                }
            }
            Some(LoaderType::Rom) | None => {
                if !loader.path.is_empty() {
                    self.option("-bios", &loader.path);
                }
            }
        }
    }
}

fn file(path: &str) -> StorageSource {
    let source = FileSource { file: Some(path.into()), ..FileSource::default() };
    StorageSource::File(FileStorage { source })
}
