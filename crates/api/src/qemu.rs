//! Calls that are special to QEMU: monitor and agent passthrough.

use crate::procedure::{Program, procedures};
use crate::remote::NonnullDomain;

/// The program `qemu`, number 0x2000_8087.
pub static PROGRAM: Program =
    Program { name: "qemu", number: 0x2000_8087, version: 1, groups: &[ROWS] };

procedures! { QEMU
    /// Sends a command to the monitor of a guest, in QMP or (by flag) in HMP.
    ///
    /// **Source**: `virDomainQemuMonitorCommand`.
    DomainMonitorCommand = 1, Ordinary, access: [domain.write], since: "0.8.3";
        args DomainMonitorCommandArgs, ret DomainMonitorCommandRet;
    /// Takes over a running QEMU process.
    ///
    /// **Source**: `virDomainQemuAttach`.
    DomainAttach = 2, Ordinary, access: [domain.start, domain.write], since: "0.9.4";
        args DomainAttachArgs, ret DomainAttachRet;
    /// Sends a command to the guest agent.
    ///
    /// **Source**: `virDomainQemuAgentCommand`.
    DomainAgentCommand = 3, Ordinary, access: [domain.write], since: "0.10.0";
        args DomainAgentCommandArgs, ret DomainAgentCommandRet;
    /// Registers for raw events of the monitor.
    ///
    /// **Source**: `virConnectDomainQemuMonitorEventRegister`.
    ConnectDomainMonitorEventRegister = 4, Quick, access: [connect.search_domains, connect.write], filter: domain.getattr, since: "1.2.3";
        args ConnectDomainMonitorEventRegisterArgs, ret ConnectDomainMonitorEventRegisterRet;
    /// Ends such a registration.
    ///
    /// **Source**: `virConnectDomainQemuMonitorEventDeregister`.
    ConnectDomainMonitorEventDeregister = 5, Quick, access: [connect.write], since: "1.2.3";
        args ConnectDomainMonitorEventDeregisterArgs, ret ();
    /// Event: QEMU's monitor said this, at this time, as JSON text.
    ///
    /// **Units**: seconds and microseconds since 1970.
    DomainMonitorEvent = 6, Event;
        args DomainMonitorEventMsg, ret ();
    /// Sends a command to the monitor of a guest along with open files, and takes those that it
    /// answers with.
    ///
    /// **Source**: `virDomainQemuMonitorCommandWithFiles`.
    DomainMonitorCommandWithFiles = 7, Ordinary, access: [domain.write], fds: true, since: "8.2.0";
        args DomainMonitorCommandWithFilesArgs, ret DomainMonitorCommandWithFilesRet;
}

xdr::structs! {
    /// Arguments of [`DomainMonitorCommand`].
    pub struct DomainMonitorCommandArgs {
        dom: NonnullDomain,
        cmd: String,
        flags: u32,
    }

    /// Results of [`DomainMonitorCommand`].
    pub struct DomainMonitorCommandRet {
        result: String,
    }

    /// Arguments of [`DomainAttach`].
    pub struct DomainAttachArgs {
        pid_value: u32,
        flags: u32,
    }

    /// Results of [`DomainAttach`].
    pub struct DomainAttachRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainAgentCommand`].
    pub struct DomainAgentCommandArgs {
        dom: NonnullDomain,
        cmd: String,
        /// **Units**: seconds; -2 for ever, -1 the default, 0 not at all.
        timeout: i32,
        flags: u32,
    }

    /// Results of [`DomainAgentCommand`].
    pub struct DomainAgentCommandRet {
        result: Option<String>,
    }

    /// Arguments of [`ConnectDomainMonitorEventRegister`].
    pub struct ConnectDomainMonitorEventRegisterArgs {
        dom: Option<NonnullDomain>,
        event: Option<String>,
        flags: u32,
    }

    /// Results of [`ConnectDomainMonitorEventRegister`].
    pub struct ConnectDomainMonitorEventRegisterRet {
        callback_id: i32,
    }

    /// Arguments of [`ConnectDomainMonitorEventDeregister`].
    pub struct ConnectDomainMonitorEventDeregisterArgs {
        callback_id: i32,
    }

    /// Body of [`DomainMonitorEvent`].
    pub struct DomainMonitorEventMsg {
        callback_id: i32,
        dom: NonnullDomain,
        event: String,
        seconds: i64,
        micros: u32,
        details: Option<String>,
    }

    /// Arguments of [`DomainMonitorCommandWithFiles`].
    pub struct DomainMonitorCommandWithFilesArgs {
        dom: NonnullDomain,
        cmd: String,
        flags: u32,
    }

    /// Results of [`DomainMonitorCommandWithFiles`].
    pub struct DomainMonitorCommandWithFilesRet {
        result: String,
    }
}
