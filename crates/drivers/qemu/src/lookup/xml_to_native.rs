//! `domxml-to-native`: the command line that a document comes to.

use api::remote::{
    ConnectDomainXmlToNative, ConnectDomainXmlToNativeArgs, ConnectDomainXmlToNativeRet,
};
use api::{Error, Result};
use config::domain::complete::aliases::assign_aliases;
use driver::{CallContext, Handler};
use host::Root;

use crate::argv::{self, Context, Directories, Purpose};
use crate::documents::{self, Check, SystemEntropy};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::lifecycle::{choose_companions, vhost_net, wall_clock};
use crate::secrets::{GuestSecrets, MasterKey};
use crate::{firmware, flags, guest_cpu, host_devices, host_needs};

/// The only form that QEMU has.
const NATIVE_FORMAT: &str = "qemu-argv";

/// Number of a domain that does not run.
const NO_ID: i32 = -1;

impl Handler<ConnectDomainXmlToNative> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectDomainXmlToNativeArgs,
    ) -> Result<ConnectDomainXmlToNativeRet> {
        flags::only(args.flags, 0, "qemuConnectDomainXMLToNative")?;
        if args.native_format != NATIVE_FORMAT {
            let what = format!("unsupported config type {}", args.native_format);
            return Err(Error::invalid_arg(QEMU, what));
        }
        let written = documents::read_written(&args.domain_xml)?;
        let mut domain = self.complete_document(written, &args.domain_xml, Check::Rules).await?;
        let emulator = self.emulators.of(&domain).await?;
        let host =
            self.emulators.host_for(&domain, &self.settings.nvram_dir.to_string_lossy()).await?;
        argv::generic_interfaces(&mut domain);
        domain.complete(&host, &mut SystemEntropy).map_err(|error| errors::document(&error))?;
        guest_cpu::settle(&mut domain, &emulator)?;
        host_needs::settle(&mut domain)?;
        let secrets = self.look_around(&mut domain, GuestSecrets::new(MasterKey::fresh()))?;
        host_needs::check(&domain, &self.settings.huge_pages, host_needs::For::Native)?;
        host_needs::look_for(&domain, host_needs::For::Native).await?;
        choose_companions(&mut domain)?;
        assign_aliases(&mut domain);
        argv::number_layers(&mut domain);
        firmware::select(&mut domain, &Directories::nvram_of_libvirt())?;
        let directories = Directories::of_libvirt(&self.settings.directories());
        let context = Context {
            emulator: &*emulator,
            id: NO_ID,
            directories: &directories,
            now: wall_clock(),
            vhost_net: vhost_net(),
            scsi_files: &host_devices::scsi_files(&domain, &Root::default())?,
            secrets: &secrets,
            purpose: Purpose::Native,
        };
        let line = argv::to_native(&domain, &context).map_err(|error| errors::arguments(&error))?;
        Ok(ConnectDomainXmlToNativeRet { native_config: line })
    }
}
