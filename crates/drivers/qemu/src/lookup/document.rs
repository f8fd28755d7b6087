//! The document of a domain.

use std::borrow::Cow;
use std::path::Path;

use api::remote::{DomainGetXmlDesc, DomainGetXmlDescArgs, DomainGetXmlDescRet};
use api::{DomainXMLFlags as Flag, Result};
use config::domain::FormatFlags;
use driver::{CallContext, Handler};

use super::portable;
use crate::domain::{Definition, Published, not_running};
use crate::driver::QemuDriver;
use crate::{flags, guest_cpu};

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
        let secrets = flags.contains(Flag::SECURE);
        let defined = view.persistent.as_ref();
        let defined = defined.filter(|_| flags.contains(Flag::INACTIVE) || view.live.is_none());
        if let Some(definition) =
            defined.filter(|_| !flags.intersects(Flag::UPDATE_CPU | Flag::MIGRATABLE))
        {
            return Ok(match secrets {
                true => definition.text().to_owned(),
                false => definition.public_text().into_owned(),
            });
        }
        let runs = defined.is_none();
        let document = defined.map(Definition::read).or_else(|| view.live.clone());
        let document = document.ok_or_else(not_running)?;
        let mut document = Cow::Borrowed(&*document);
        if let (true, true, Some(id)) = (plain, runs, view.id) {
            let channels = self.settings.directories().channels(id, &view.name);
            portable::undo_start(document.to_mut(), view.definition().as_deref(), &channels);
        }
        if flags.contains(Flag::MIGRATABLE) {
            portable::drop_implied(document.to_mut());
        }
        if let (true, true, Some(asked)) = (plain, runs, &view.asked_cpu) {
            asked.restore(document.to_mut());
        }
        if flags.contains(Flag::UPDATE_CPU) {
            self.update_cpu(&mut document);
        }
        let format = if runs && !plain { FormatFlags::LIVE } else { FormatFlags::INACTIVE };
        Ok(document.format(if secrets { format.with(FormatFlags::SECURE) } else { format }))
    }

    /// Names the CPU that a start would give the guest.
    fn update_cpu(&self, document: &mut Cow<'_, config::Domain>) {
        let path = document.devices.emulator.as_deref().filter(|_| document.cpu.is_some());
        let emulator = path.and_then(|path| self.emulators.peek(Path::new(path)));
        if let Some(emulator) = emulator {
            guest_cpu::name(document.to_mut(), &emulator);
        }
    }
}
