//! Calls that reach into the guest: agent, keys, console, screenshot, power button.

use xdr::List;

use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Asks the guest to restart.
    ///
    /// **Source**: `virDomainReboot`.
    DomainReboot = 27, Ordinary, access: [domain.init_control, domain.write if With(0x2)], since: "0.1.0";
        args DomainRebootArgs, ret ();
    /// Asks the guest to shut down.
    ///
    /// **Source**: `virDomainShutdown`.
    DomainShutdown = 33, Ordinary, access: [domain.init_control], since: "0.0.3";
        args DomainShutdownArgs, ret ();
    /// Connects a stream to a console of the guest.
    ///
    /// **Source**: `virDomainOpenConsole`.
    DomainOpenConsole = 201, Ordinary, access: [domain.open_device], stream: Both, since: "0.8.6";
        args DomainOpenConsoleArgs, ret ();
    /// Sends a non-maskable interrupt.
    ///
    /// **Source**: `virDomainInjectNMI`.
    DomainInjectNmi = 210, Ordinary, access: [domain.inject_nmi], since: "0.9.2";
        args DomainInjectNmiArgs, ret ();
    /// A picture of the guest's screen as a stream; the reply names its MIME type.
    ///
    /// **Source**: `virDomainScreenshot`.
    DomainScreenshot = 211, Ordinary, access: [domain.screenshot], stream: Download, since: "0.9.2";
        args DomainScreenshotArgs, ret DomainScreenshotRet;
    /// Presses keys together and holds them for a while (ms).
    ///
    /// **Source**: `virDomainSendKey`.
    DomainSendKey = 226, Ordinary, access: [domain.send_input], since: "0.9.3";
        args DomainSendKeyArgs, ret ();
    /// Hands the guest's display the socket of a viewer.
    ///
    /// **Source**: `virDomainOpenGraphics`.
    DomainOpenGraphics = 249, Ordinary, access: [domain.open_graphics], fds: true, since: "0.9.7";
        args DomainOpenGraphicsArgs, ret ();
    /// Asks the guest to shut down, through ACPI or its agent.
    ///
    /// **Source**: `virDomainShutdownFlags`.
    DomainShutdownFlags = 258, Ordinary, access: [domain.init_control, domain.write if With(0x2)], since: "0.9.10";
        args DomainShutdownFlagsArgs, ret ();
    /// The guest's own host name, from its agent or its lease.
    ///
    /// **Source**: `virDomainGetHostname`.
    DomainGetHostname = 277, Ordinary, access: [domain.write], since: "0.10.0";
        args DomainGetHostnameArgs, ret DomainGetHostnameRet;
    /// Makes the guest tell its disks which blocks it no longer uses.
    ///
    /// **Units**: bytes a range must at least have.
    ///
    /// **Source**: `virDomainFSTrim`.
    DomainFstrim = 294, Ordinary, access: [domain.fs_trim], since: "1.0.1";
        args DomainFstrimArgs, ret ();
    /// Sends a signal to a process in a container.
    ///
    /// **Source**: `virDomainSendProcessSignal`.
    DomainSendProcessSignal = 295, Ordinary, access: [domain.send_signal], since: "1.0.1";
        args DomainSendProcessSignalArgs, ret ();
    /// Connects a stream to a channel of the guest; data goes both ways.
    ///
    /// **Source**: `virDomainOpenChannel`.
    DomainOpenChannel = 296, Ordinary, access: [domain.open_device], stream: Both, since: "1.0.2";
        args DomainOpenChannelArgs, ret ();
    /// Makes the guest write out and hold still its file systems; all, or those mounted there.
    ///
    /// **Source**: `virDomainFSFreeze`.
    DomainFsfreeze = 335, Ordinary, access: [domain.fs_freeze], since: "1.2.5";
        args DomainFsfreezeArgs, ret DomainFsfreezeRet;
    /// Lets frozen file systems go on; all, or those mounted there.
    ///
    /// **Source**: `virDomainFSThaw`.
    DomainFsthaw = 336, Ordinary, access: [domain.fs_freeze], since: "1.2.5";
        args DomainFsthawArgs, ret DomainFsthawRet;
    /// The guest's clock.
    ///
    /// **Units**: seconds and nanoseconds since 1970.
    ///
    /// **Source**: `virDomainGetTime`.
    DomainGetTime = 337, Ordinary, access: [domain.write], since: "1.2.5";
        args DomainGetTimeArgs, ret DomainGetTimeRet;
    /// Sets the guest's clock, or by flag makes it read its hardware clock.
    ///
    /// **Units**: seconds and nanoseconds since 1970.
    ///
    /// **Source**: `virDomainSetTime`.
    DomainSetTime = 338, Ordinary, access: [domain.set_time], since: "1.2.5";
        args DomainSetTimeArgs, ret ();
    /// Opens the guest's display; the socket travels with the reply.
    ///
    /// **Source**: `virDomainOpenGraphicsFD`.
    DomainOpenGraphicsFd = 343, Ordinary, access: [domain.open_graphics], fds: true, since: "1.2.8";
        args DomainOpenGraphicsFdArgs, ret ();
    /// The file systems that the guest has mounted, and the disks under them.
    ///
    /// **Source**: `virDomainGetFSInfo`.
    DomainGetFsinfo = 349, Ordinary, access: [domain.fs_freeze], since: "1.2.11";
        args DomainGetFsinfoArgs, ret DomainGetFsinfoRet;
    /// Sets the password of a user in the guest.
    ///
    /// **Source**: `virDomainSetUserPassword`.
    DomainSetUserPassword = 357, Ordinary, access: [domain.set_password], since: "1.2.16";
        args DomainSetUserPasswordArgs, ret ();
    /// Which virtual CPUs the guest knows, has switched on, and can switch off.
    ///
    /// **Source**: `virDomainGetGuestVcpus`.
    DomainGetGuestVcpus = 371, Ordinary, access: [domain.write], since: "2.0.0";
        args DomainGetGuestVcpusArgs, ret DomainGetGuestVcpusRet;
    /// Makes the guest switch virtual CPUs on or off.
    ///
    /// **Source**: `virDomainSetGuestVcpus`.
    DomainSetGuestVcpus = 372, Ordinary, access: [domain.write], since: "2.0.0";
        args DomainSetGuestVcpusArgs, ret ();
    /// What the guest's agent knows of users, operating system, time zone, file systems, disks and
    /// cards.
    ///
    /// **Source**: `virDomainGetGuestInfo`.
    DomainGetGuestInfo = 418, Ordinary, access: [domain.write], since: "5.7.0";
        args DomainGetGuestInfoArgs, ret DomainGetGuestInfoRet;
    /// How long calls wait for the guest's agent.
    ///
    /// **Units**: seconds; -2 for ever, -1 the default, 0 not at all.
    ///
    /// **Source**: `virDomainAgentSetResponseTimeout`.
    DomainAgentSetResponseTimeout = 420, Ordinary, access: [domain.write], since: "5.10.0";
        args DomainAgentSetResponseTimeoutArgs, ret DomainAgentSetResponseTimeoutRet;
    /// The keys with which one may log in as a user of the guest.
    ///
    /// **Source**: `virDomainAuthorizedSSHKeysGet`.
    DomainAuthorizedSshKeysGet = 424, Ordinary, access: [domain.write], since: "6.10.0";
        args DomainAuthorizedSshKeysGetArgs, ret DomainAuthorizedSshKeysGetRet;
    /// Sets, or by flag adds or removes, keys with which one may log in as a user of the guest.
    ///
    /// **Source**: `virDomainAuthorizedSSHKeysSet`.
    DomainAuthorizedSshKeysSet = 425, Ordinary, access: [domain.write], since: "6.10.0";
        args DomainAuthorizedSshKeysSetArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`DomainShutdown`].
    pub struct DomainShutdownArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainReboot`].
    pub struct DomainRebootArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainScreenshot`].
    pub struct DomainScreenshotArgs {
        dom: NonnullDomain,
        screen: u32,
        flags: u32,
    }

    /// Results of [`DomainScreenshot`].
    pub struct DomainScreenshotRet {
        mime: Option<String>,
    }

    /// Arguments of [`DomainInjectNmi`].
    pub struct DomainInjectNmiArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainSendKey`].
    pub struct DomainSendKeyArgs {
        dom: NonnullDomain,
        codeset: u32,
        /// **Units**: milliseconds.
        holdtime: u32,
        keycodes: List<u32, { limits::DOMAIN_SEND_KEY_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainSendProcessSignal`].
    pub struct DomainSendProcessSignalArgs {
        dom: NonnullDomain,
        pid_value: i64,
        signum: u32,
        flags: u32,
    }

    /// Arguments of [`DomainGetHostname`].
    pub struct DomainGetHostnameArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetHostname`].
    pub struct DomainGetHostnameRet {
        hostname: String,
    }

    /// Arguments of [`DomainOpenConsole`].
    pub struct DomainOpenConsoleArgs {
        dom: NonnullDomain,
        dev_name: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainOpenChannel`].
    pub struct DomainOpenChannelArgs {
        dom: NonnullDomain,
        name: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainOpenGraphics`].
    pub struct DomainOpenGraphicsArgs {
        dom: NonnullDomain,
        idx: u32,
        flags: u32,
    }

    /// Arguments of [`DomainOpenGraphicsFd`].
    pub struct DomainOpenGraphicsFdArgs {
        dom: NonnullDomain,
        idx: u32,
        flags: u32,
    }

    /// Arguments of [`DomainShutdownFlags`].
    pub struct DomainShutdownFlagsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainFstrim`].
    pub struct DomainFstrimArgs {
        dom: NonnullDomain,
        mount_point: Option<String>,
        /// **Units**: bytes.
        minimum: u64,
        flags: u32,
    }

    /// Arguments of [`DomainGetTime`].
    pub struct DomainGetTimeArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetTime`].
    pub struct DomainGetTimeRet {
        /// **Units**: seconds since 1970.
        seconds: i64,
        /// **Units**: nanoseconds within the second.
        nseconds: u32,
    }

    /// Arguments of [`DomainSetTime`].
    pub struct DomainSetTimeArgs {
        dom: NonnullDomain,
        /// **Units**: seconds since 1970.
        seconds: i64,
        /// **Units**: nanoseconds within the second.
        nseconds: u32,
        flags: u32,
    }

    /// Arguments of [`DomainFsfreeze`].
    pub struct DomainFsfreezeArgs {
        dom: NonnullDomain,
        mountpoints: List<String, { limits::DOMAIN_FSFREEZE_MOUNTPOINTS_MAX }>,
        flags: u32,
    }

    /// Results of [`DomainFsfreeze`].
    pub struct DomainFsfreezeRet {
        filesystems: i32,
    }

    /// Arguments of [`DomainFsthaw`].
    pub struct DomainFsthawArgs {
        dom: NonnullDomain,
        mountpoints: List<String, { limits::DOMAIN_FSFREEZE_MOUNTPOINTS_MAX }>,
        flags: u32,
    }

    /// Results of [`DomainFsthaw`].
    pub struct DomainFsthawRet {
        filesystems: i32,
    }

    /// A file system that the guest has mounted, and the disks under it.
    pub struct DomainFsinfo {
        mountpoint: String,
        name: String,
        fstype: String,
        dev_aliases: List<String, { limits::DOMAIN_FSINFO_DISKS_MAX }>,
    }

    /// Arguments of [`DomainGetFsinfo`].
    pub struct DomainGetFsinfoArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetFsinfo`].
    pub struct DomainGetFsinfoRet {
        info: List<DomainFsinfo, { limits::DOMAIN_FSINFO_MAX }>,
        ret: u32,
    }

    /// Arguments of [`DomainSetUserPassword`].
    pub struct DomainSetUserPasswordArgs {
        dom: NonnullDomain,
        user: Option<String>,
        password: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainGetGuestVcpus`].
    pub struct DomainGetGuestVcpusArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetGuestVcpus`].
    pub struct DomainGetGuestVcpusRet {
        params: List<TypedParam, { limits::DOMAIN_GUEST_VCPU_PARAMS_MAX }>,
    }

    /// Arguments of [`DomainSetGuestVcpus`].
    pub struct DomainSetGuestVcpusArgs {
        dom: NonnullDomain,
        cpumap: String,
        state: i32,
        flags: u32,
    }

    /// Arguments of [`DomainGetGuestInfo`].
    pub struct DomainGetGuestInfoArgs {
        dom: NonnullDomain,
        types: u32,
        flags: u32,
    }

    /// Results of [`DomainGetGuestInfo`].
    pub struct DomainGetGuestInfoRet {
        params: List<TypedParam, { limits::DOMAIN_GUEST_INFO_PARAMS_MAX }>,
    }

    /// Arguments of [`DomainAgentSetResponseTimeout`].
    pub struct DomainAgentSetResponseTimeoutArgs {
        dom: NonnullDomain,
        /// **Units**: seconds; -2 for ever, -1 the default, 0 not at all.
        timeout: i32,
        flags: u32,
    }

    /// Results of [`DomainAgentSetResponseTimeout`].
    pub struct DomainAgentSetResponseTimeoutRet {
        result: i32,
    }

    /// Arguments of [`DomainAuthorizedSshKeysGet`].
    pub struct DomainAuthorizedSshKeysGetArgs {
        dom: NonnullDomain,
        user: String,
        flags: u32,
    }

    /// Results of [`DomainAuthorizedSshKeysGet`].
    pub struct DomainAuthorizedSshKeysGetRet {
        keys: List<String, { limits::DOMAIN_AUTHORIZED_SSH_KEYS_MAX }>,
    }

    /// Arguments of [`DomainAuthorizedSshKeysSet`].
    pub struct DomainAuthorizedSshKeysSetArgs {
        dom: NonnullDomain,
        user: String,
        keys: List<String, { limits::DOMAIN_AUTHORIZED_SSH_KEYS_MAX }>,
        flags: u32,
    }
}
