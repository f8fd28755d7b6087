//! What the firmware says the machine is.

use api::remote::{ConnectGetSysinfo, ConnectGetSysinfoArgs, ConnectGetSysinfoRet};
use api::{Error, Result};
use config::domain::sysinfo::{Sysinfo, SysinfoEntry, SysinfoTable, SysinfoType};
use driver::{CallContext, Handler};
use host::smbios::{Table, tables};
use xml::{ChildField, View, Writer};

use super::no_flags;
use crate::driver::QemuDriver;
use crate::errors::QEMU;

impl Handler<ConnectGetSysinfo> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectGetSysinfoArgs,
    ) -> Result<ConnectGetSysinfoRet> {
        no_flags(args.flags, QEMU, "qemuConnectGetSysinfo")?;
        let tables = tables(&self.node.root);
        if tables.is_empty() {
            let detail = "Host SMBIOS information is not available";
            return Err(Error::config_unsupported(QEMU, detail));
        }
        Ok(ConnectGetSysinfoRet { sysinfo: print(tables) })
    }
}

fn print(tables: Vec<Table>) -> String {
    let mut document = Sysinfo {
        kind: SysinfoType::Smbios,
        bios: None,
        system: None,
        boards: Vec::new(),
        chassis: None,
        oem: None,
        entries: Vec::new(),
    };
    for Table { name, entries } in tables {
        let entry =
            |(name, value): (&str, String)| SysinfoEntry { name: name.into(), value: value.into() };
        let table = SysinfoTable { entries: entries.into_iter().map(entry).collect() };
        match name {
            "bios" => document.bios = Some(table),
            "system" => document.system = Some(table),
            "chassis" => document.chassis = Some(table),
            _ => document.boards.push(table),
        }
    }
    let mut w = Writer::new(View::PLAIN);
    document.write("sysinfo", &mut w);
    w.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_printed_as_a_domains_are() {
        let entries = vec![("vendor", "A & B".to_owned())];
        let text = print(vec![Table { name: "bios", entries }]);
        let expected = "<sysinfo type='smbios'>\n  <bios>\n    \
                        <entry name='vendor'>A &amp; B</entry>\n  </bios>\n</sysinfo>\n";
        assert_eq!(text, expected);
    }
}
