//! Pressing keys of a guest's keyboard.

mod tables;

use api::remote::{DomainSendKey, DomainSendKeyArgs};
use api::{Error, KeycodeSet, Result};
use driver::{CallContext, Handler};

use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use tables::Run;

impl Handler<DomainSendKey> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSendKeyArgs) -> Result<()> {
        flags::only(args.flags, 0, "qemuDomainSendKey")?;
        let set = KeycodeSet(args.codeset.cast_signed());
        let keys: Vec<u32> =
            args.keycodes.iter().map(|code| translate(set, *code)).collect::<Result<_>>()?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSendKey", &self.settings.deadlines).await?;
        let live = domain.running()?;
        let hold_ms = (args.holdtime > 0).then_some(args.holdtime);
        self.ask(&domain, live.monitor()?.send_key(&keys, hold_ms)).await
    }
}

/// QEMU's number for a key of a codeset.
fn translate(set: KeycodeSet, code: u32) -> Result<u32> {
    let (name, table) = match set {
        // QEMU's own numbers go as they are; RFB is the older name of the set.
        KeycodeSet::QNUM => return Ok(code),
        KeycodeSet::LINUX => ("linux", tables::LINUX),
        KeycodeSet::XT => ("xt", tables::XT),
        KeycodeSet::ATSET1 => ("atset1", tables::ATSET1),
        KeycodeSet::ATSET2 => ("atset2", tables::ATSET2),
        KeycodeSet::ATSET3 => ("atset3", tables::ATSET3),
        KeycodeSet::OSX => ("os_x", tables::OSX),
        KeycodeSet::XT_KBD => ("xt_kbd", tables::XT_KBD),
        KeycodeSet::USB => ("usb", tables::USB),
        KeycodeSet::WIN32 => ("win32", tables::WIN32),
        KeycodeSet(unknown) => {
            return Err(Error::invalid_arg(QEMU, format!("unknown keycode set {unknown}")));
        }
    };
    look_up(table, code).ok_or_else(|| {
        let detail = format!("cannot translate keycode {code} of {name} codeset to qnum keycode");
        Error::internal(QEMU, detail)
    })
}

fn look_up(table: &[Run], code: u32) -> Option<u32> {
    let code = u16::try_from(code).ok()?;
    // The last run that does not begin after the code.
    let runs = table.get(..table.partition_point(|(first, _)| *first <= code))?;
    let (first, keys) = runs.last()?;
    keys.get(usize::from(code - first)).map(|key| u32::from(*key))
}

#[cfg(test)]
mod tests {
    use api::{ErrorCode, KeycodeSet};

    use super::{tables, translate};

    #[test]
    fn the_letter_a_is_the_same_key_in_every_set() {
        let codes = [
            (KeycodeSet::LINUX, 30),
            (KeycodeSet::XT, 0x1e),
            (KeycodeSet::ATSET1, 0x1e),
            (KeycodeSet::ATSET2, 0x1c),
            (KeycodeSet::ATSET3, 0x1c),
            (KeycodeSet::OSX, 0),
            (KeycodeSet::XT_KBD, 0x1e),
            (KeycodeSet::USB, 4),
            (KeycodeSet::WIN32, 0x41),
            (KeycodeSet::QNUM, 0x1e),
        ];
        for (set, code) in codes {
            assert_eq!(translate(set, code), Ok(0x1e), "{set:?}");
        }
    }

    #[test]
    fn an_extended_key_has_the_high_bit() {
        // The right control key.
        for (set, code) in [
            (KeycodeSet::LINUX, 97),
            (KeycodeSet::XT, 0xe01d),
            (KeycodeSet::USB, 228),
            (KeycodeSet::WIN32, 0xa3),
        ] {
            assert_eq!(translate(set, code), Ok(0x9d), "{set:?}");
        }
    }

    #[test]
    fn a_code_that_no_key_has_is_named() {
        let error = translate(KeycodeSet::USB, 30000).unwrap_err();
        assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
        assert!(
            error
                .message
                .ends_with("cannot translate keycode 30000 of usb codeset to qnum keycode")
        );
        assert!(translate(KeycodeSet::LINUX, 70_000).is_err());
        assert!(translate(KeycodeSet(99), 1).is_err());
    }

    #[test]
    fn runs_are_in_order_and_apart() {
        let all = [
            tables::LINUX,
            tables::XT,
            tables::ATSET1,
            tables::ATSET2,
            tables::ATSET3,
            tables::OSX,
            tables::XT_KBD,
            tables::USB,
            tables::WIN32,
        ];
        for table in all {
            for pair in table.windows(2) {
                assert!(usize::from(pair[0].0) + pair[0].1.len() < usize::from(pair[1].0));
            }
        }
    }
}
