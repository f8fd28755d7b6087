//! The document of a domain.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use api::remote::{DomainGetXmlDesc, DomainGetXmlDescArgs, DomainGetXmlDescRet};
use api::{DomainXMLFlags as Flag, Result};
use config::domain::FormatFlags;
use config::domain::cpu::CpuMode;
use driver::{CallContext, Handler};

use super::portable;
use crate::domain::{Published, not_running};
use crate::driver::QemuDriver;
use crate::flags;
use crate::host_model::{self, Tense};

impl Handler<DomainGetXmlDesc> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetXmlDescArgs,
    ) -> Result<DomainGetXmlDescRet> {
        let known = Flag::SECURE | Flag::INACTIVE | Flag::UPDATE_CPU | Flag::MIGRATABLE;
        flags::only(args.flags, known.0, "qemuDomainGetXMLDesc")?;
        let view = self.registry.find(&args.dom)?.published();
        Ok(DomainGetXmlDescRet { xml: self.print(&view, Flag(args.flags))? })
    }
}

impl QemuDriver {
    /// Prints what the flags ask for: what runs or what is defined, with secrets or without.
    ///
    /// A running guest's document names its CPU in full; `UPDATE_CPU` does so for one that is off.
    fn print(&self, view: &Published, flags: Flag) -> Result<String> {
        let plain = flags.intersects(Flag::INACTIVE | Flag::MIGRATABLE);
        let defined = view.persistent.as_ref().filter(|_| flags.contains(Flag::INACTIVE));
        let document = defined.or_else(|| view.current()).ok_or_else(not_running)?;
        let runs = view.live.as_ref().is_some_and(|live| Arc::ptr_eq(live, document));
        let mut document = Cow::Borrowed(&**document);
        if let (true, true, Some(id)) = (plain, runs, view.id) {
            let channels = self.settings.directories().channels(id, &view.name);
            portable::undo_start(document.to_mut(), view.persistent.as_deref(), &channels);
        }
        if flags.contains(Flag::MIGRATABLE) {
            portable::drop_implied(document.to_mut());
        }
        if flags.contains(Flag::UPDATE_CPU) {
            self.update_cpu(&mut document);
        }
        let format = if runs && !plain { FormatFlags::LIVE } else { FormatFlags::INACTIVE };
        let secrets = flags.contains(Flag::SECURE);
        Ok(document.format(if secrets { format.with(FormatFlags::SECURE) } else { format }))
    }

    /// Names the CPU that a start would give the guest.
    fn update_cpu(&self, document: &mut Cow<'_, config::Domain>) {
        let is_open = document.cpu.as_ref().is_some_and(|cpu| cpu.mode == Some(CpuMode::HostModel));
        let path = document.devices.emulator.as_deref().filter(|_| is_open);
        let emulator = path.and_then(|path| self.emulators.peek(Path::new(path)));
        if let Some(emulator) = emulator {
            host_model::name_model(document.to_mut(), &*emulator, Tense::WouldGet);
        }
    }
}
