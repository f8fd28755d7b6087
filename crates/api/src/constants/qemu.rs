//! Constants: qemu.

open_enums! {
    /// Values of `virDomainQemuAgentCommandTimeoutValues`.
    pub struct DomainQemuAgentCommandTimeout {
        /// `VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN`, since 0.10.0.
        MIN = -2,
        /// `VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK`, since 0.10.0.
        BLOCK = -2,
        /// `VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT`, since 0.10.0.
        DEFAULT = -1,
        /// `VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT`, since 0.10.0.
        NOWAIT = 0,
        /// `VIR_DOMAIN_QEMU_AGENT_COMMAND_SHUTDOWN`, since 1.2.15.
        SHUTDOWN = 60,
    }
}

flags! {
    /// Values of `virDomainQemuMonitorCommandFlags`.
    pub struct DomainQemuMonitorCommandFlags {
        /// `VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT`, since 0.8.8.
        DEFAULT = 0x0,
        /// `VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP`, since 0.8.8.
        HMP = 0x1,
    }

    /// Values of `virConnectDomainQemuMonitorEventRegisterFlags`.
    pub struct ConnectDomainQemuMonitorEventRegisterFlags {
        /// `VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX`, since 1.2.3.
        REGEX = 0x1,
        /// `VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE`, since 1.2.3.
        NOCASE = 0x2,
    }
}
