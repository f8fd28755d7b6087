//! Domains: looking up, life, documents, statistics.

use xdr::{List, Opaque};

use super::shared::NonnullDomain;
use crate::{TypedParam, Uuid, limits, procedure::procedures};

procedures! { REMOTE
    /// Starts a defined domain without flags.
    ///
    /// **Source**: `virDomainCreate`.
    DomainCreate = 9, Ordinary, access: [domain.start], since: "0.1.1";
        args DomainCreateArgs, ret ();
    /// Starts a domain that is gone once it stops.
    ///
    /// **Source**: `virDomainCreateXML`.
    DomainCreateXml = 10, Ordinary, access: [domain.write, domain.start], since: "0.5.0";
        args DomainCreateXmlArgs, ret DomainCreateXmlRet;
    /// Defines a domain without flags.
    ///
    /// **Source**: `virDomainDefineXML`.
    DomainDefineXml = 11, Quick, access: [domain.write, domain.save], since: "0.1.1";
        args DomainDefineXmlArgs, ret DomainDefineXmlRet;
    /// Ends a guest at once.
    ///
    /// **Source**: `virDomainDestroy`.
    DomainDestroy = 12, Quick, access: [domain.stop], since: "0.0.3";
        args DomainDestroyArgs, ret ();
    /// The document of a domain.
    ///
    /// **Source**: `virDomainGetXMLDesc`.
    DomainGetXmlDesc = 14, Ordinary, access: [domain.read, domain.read_secure if With(0x1), domain.read_secure if With(0x8)], since: "0.0.3";
        args DomainGetXmlDescArgs, ret DomainGetXmlDescRet;
    /// Whether the domain starts with the server.
    ///
    /// **Source**: `virDomainGetAutostart`.
    DomainGetAutostart = 15, Quick, access: [domain.read], since: "0.2.1";
        args DomainGetAutostartArgs, ret DomainGetAutostartRet;
    /// State, memory (KiB), virtual CPUs and CPU time (ns).
    ///
    /// **Source**: `virDomainGetInfo`.
    DomainGetInfo = 16, Ordinary, access: [domain.read], since: "0.0.3";
        args DomainGetInfoArgs, ret DomainGetInfoRet;
    /// What kind of guest it is: `hvm`, `xen`, `exe`, ….
    ///
    /// **Source**: `virDomainGetOSType`.
    DomainGetOsType = 19, Quick, access: [domain.read], since: "0.0.3";
        args DomainGetOsTypeArgs, ret DomainGetOsTypeRet;
    /// Names of the domains that are defined and do not run, at most `maxnames`.
    ///
    /// **Source**: `virConnectListDefinedDomains`.
    ConnectListDefinedDomains = 21, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.1.1";
        args ConnectListDefinedDomainsArgs, ret ConnectListDefinedDomainsRet;
    /// The running domain with this id.
    ///
    /// **Source**: `virDomainLookupByID`.
    DomainLookupById = 22, Quick, access: [domain.getattr], since: "0.0.3";
        args DomainLookupByIdArgs, ret DomainLookupByIdRet;
    /// The domain with this name.
    ///
    /// **Source**: `virDomainLookupByName`.
    DomainLookupByName = 23, Quick, access: [domain.getattr], since: "0.0.3";
        args DomainLookupByNameArgs, ret DomainLookupByNameRet;
    /// The domain with this UUID.
    ///
    /// **Source**: `virDomainLookupByUUID`.
    DomainLookupByUuid = 24, Quick, access: [domain.getattr], since: "0.0.5";
        args DomainLookupByUuidArgs, ret DomainLookupByUuidRet;
    /// How many domains are defined and do not run.
    ///
    /// **Source**: `virConnectNumOfDefinedDomains`.
    ConnectNumOfDefinedDomains = 25, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.1.5";
        args (), ret ConnectNumOfDefinedDomainsRet;
    /// Lets the virtual CPUs run again.
    ///
    /// **Source**: `virDomainResume`.
    DomainResume = 28, Ordinary, access: [domain.suspend], since: "0.0.3";
        args DomainResumeArgs, ret ();
    /// Sets whether the domain starts with the server.
    ///
    /// **Source**: `virDomainSetAutostart`.
    DomainSetAutostart = 29, Quick, access: [domain.write], since: "0.2.1";
        args DomainSetAutostartArgs, ret ();
    /// Stops the virtual CPUs.
    ///
    /// **Source**: `virDomainSuspend`.
    DomainSuspend = 34, Ordinary, access: [domain.suspend], since: "0.0.3";
        args DomainSuspendArgs, ret ();
    /// Takes away a domain's definition; one that runs becomes transient.
    ///
    /// **Source**: `virDomainUndefine`.
    DomainUndefine = 35, Quick, access: [domain.delete], since: "0.1.1";
        args DomainUndefineArgs, ret ();
    /// Ids of the domains that run, at most `maxids`.
    ///
    /// **Source**: `virConnectListDomains`.
    ConnectListDomains = 37, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.0.3";
        args ConnectListDomainsArgs, ret ConnectListDomainsRet;
    /// How many domains run.
    ///
    /// **Source**: `virConnectNumOfDomains`.
    ConnectNumOfDomains = 51, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.0.3";
        args (), ret ConnectNumOfDomainsRet;
    /// Security label of a guest's process.
    ///
    /// **Source**: `virDomainGetSecurityLabel`.
    DomainGetSecurityLabel = 121, Quick, access: [domain.read], since: "0.6.1";
        args DomainGetSecurityLabelArgs, ret DomainGetSecurityLabelRet;
    /// The document that a command line stands for.
    ///
    /// **Source**: `virConnectDomainXMLFromNative`.
    ConnectDomainXmlFromNative = 135, Ordinary, access: [connect.write], since: "0.6.4";
        args ConnectDomainXmlFromNativeArgs, ret ConnectDomainXmlFromNativeRet;
    /// The command line that a document would be started with.
    ///
    /// **Source**: `virConnectDomainXMLToNative`.
    ConnectDomainXmlToNative = 136, Ordinary, access: [connect.write], since: "0.6.4";
        args ConnectDomainXmlToNativeArgs, ret ConnectDomainXmlToNativeRet;
    /// Whether the domain runs: 1 or 0.
    ///
    /// **Source**: `virDomainIsActive`.
    DomainIsActive = 150, Quick, access: [domain.read], since: "0.7.3";
        args DomainIsActiveArgs, ret DomainIsActiveRet;
    /// Whether the domain has a definition that outlives it: 1 or 0.
    ///
    /// **Source**: `virDomainIsPersistent`.
    DomainIsPersistent = 151, Quick, access: [domain.read], since: "0.7.3";
        args DomainIsPersistentArgs, ret DomainIsPersistentRet;
    /// Whether the next start goes on from a saved state: 1 or 0.
    ///
    /// **Source**: `virDomainHasManagedSaveImage`.
    DomainHasManagedSaveImage = 183, Ordinary, access: [domain.read], since: "0.8.0";
        args DomainHasManagedSaveImageArgs, ret DomainHasManagedSaveImageRet;
    /// Starts a defined domain.
    ///
    /// **Source**: `virDomainCreateWithFlags`.
    DomainCreateWithFlags = 196, Ordinary, access: [domain.start], since: "0.8.2";
        args DomainCreateWithFlagsArgs, ret DomainCreateWithFlagsRet;
    /// Whether the running domain's definition was changed since it started: 1 or 0.
    ///
    /// **Source**: `virDomainIsUpdated`.
    DomainIsUpdated = 202, Quick, access: [domain.read], since: "0.8.6";
        args DomainIsUpdatedArgs, ret DomainIsUpdatedRet;
    /// State and the reason for it.
    ///
    /// **Source**: `virDomainGetState`.
    DomainGetState = 212, Quick, access: [domain.read], since: "0.9.2";
        args DomainGetStateArgs, ret DomainGetStateRet;
    /// Whether the monitor of a guest is free, busy or in error.
    ///
    /// **Source**: `virDomainGetControlInfo`.
    DomainGetControlInfo = 229, Quick, access: [domain.read], since: "0.9.3";
        args DomainGetControlInfoArgs, ret DomainGetControlInfoRet;
    /// Removes a definition.
    ///
    /// **Source**: `virDomainUndefineFlags`.
    DomainUndefineFlags = 231, Quick, access: [domain.delete], since: "0.9.4";
        args DomainUndefineFlagsArgs, ret ();
    /// Ends a guest at once, or (graceful) only if it obeys a signal.
    ///
    /// **Source**: `virDomainDestroyFlags`.
    DomainDestroyFlags = 234, Quick, access: [domain.stop], since: "0.9.4";
        args DomainDestroyFlagsArgs, ret ();
    /// Presses the reset button.
    ///
    /// **Source**: `virDomainReset`.
    DomainReset = 245, Ordinary, access: [domain.reset], since: "0.9.7";
        args DomainResetArgs, ret ();
    /// Puts the guest to sleep by itself, for seconds or (0) until it is woken.
    ///
    /// **Source**: `virDomainPMSuspendForDuration`.
    DomainPmSuspendForDuration = 261, Ordinary, access: [domain.pm_control], since: "0.9.10";
        args DomainPmSuspendForDurationArgs, ret ();
    /// Changes title, description or one element of the metadata.
    ///
    /// **Source**: `virDomainSetMetadata`.
    DomainSetMetadata = 264, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.10";
        args DomainSetMetadataArgs, ret ();
    /// Title, description or one element of the metadata.
    ///
    /// **Source**: `virDomainGetMetadata`.
    DomainGetMetadata = 265, Ordinary, access: [domain.read], since: "0.9.10";
        args DomainGetMetadataArgs, ret DomainGetMetadataRet;
    /// Wakes a guest that sleeps in memory.
    ///
    /// **Source**: `virDomainPMWakeup`.
    DomainPmWakeup = 267, Ordinary, access: [domain.pm_control], since: "0.9.11";
        args DomainPmWakeupArgs, ret ();
    /// Domains that match the filter flags.
    ///
    /// **Source**: `virConnectListAllDomains`.
    ConnectListAllDomains = 273, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.9.13";
        args ConnectListAllDomainsArgs, ret ConnectListAllDomainsRet;
    /// The labels of the domain's process, one for each security model.
    ///
    /// **Source**: `virDomainGetSecurityLabelList`.
    DomainGetSecurityLabelList = 278, Quick, access: [domain.read], since: "0.10.0";
        args DomainGetSecurityLabelListArgs, ret DomainGetSecurityLabelListRet;
    /// Starts a domain that has no definition; its first process inherits the descriptors.
    ///
    /// **Source**: `virDomainCreateXMLWithFiles`.
    DomainCreateXmlWithFiles = 309, Ordinary, access: [domain.write, domain.start], fds: true, since: "1.1.1";
        args DomainCreateXmlWithFilesArgs, ret DomainCreateXmlWithFilesRet;
    /// Starts a defined domain; its first process inherits the descriptors.
    ///
    /// **Source**: `virDomainCreateWithFiles`.
    DomainCreateWithFiles = 310, Ordinary, access: [domain.start], fds: true, since: "1.1.1";
        args DomainCreateWithFilesArgs, ret DomainCreateWithFilesRet;
    /// Statistics of many domains in one call, by group.
    ///
    /// **Source**: `virConnectGetAllDomainStats`.
    ConnectGetAllDomainStats = 344, Ordinary, access: [connect.search_domains], filter: domain.read, since: "1.2.8";
        args ConnectGetAllDomainStatsArgs, ret ConnectGetAllDomainStatsRet;
    /// Defines a domain, or changes its definition; it survives restarts.
    ///
    /// **Source**: `virDomainDefineXMLFlags`.
    DomainDefineXmlFlags = 350, Quick, access: [domain.write, domain.save], since: "1.2.12";
        args DomainDefineXmlFlagsArgs, ret DomainDefineXmlFlagsRet;
    /// Gives a domain another name.
    ///
    /// **Source**: `virDomainRename`.
    DomainRename = 358, Ordinary, access: [domain.write, domain.save], since: "1.2.19";
        args DomainRenameArgs, ret DomainRenameRet;
    /// Says what follows when the guest powers off, restarts or crashes.
    ///
    /// **Source**: `virDomainSetLifecycleAction`.
    DomainSetLifecycleAction = 390, Ordinary, access: [domain.write], since: "3.9.0";
        args DomainSetLifecycleActionArgs, ret ();
    /// Taint and deprecation messages of a domain.
    ///
    /// **Source**: `virDomainGetMessages`.
    DomainGetMessages = 426, Ordinary, access: [domain.read], since: "7.1.0";
        args DomainGetMessagesArgs, ret DomainGetMessagesRet;
    /// Gives a running daemon open files to use under a name, in place of opening them by path.
    ///
    /// **Source**: `virDomainFDAssociate`.
    DomainFdAssociate = 443, Ordinary, access: [domain.write], fds: true, since: "9.0.0";
        args DomainFdAssociateArgs, ret ();
    /// Makes a guest's display reload something, such as its TLS certificates.
    ///
    /// **Source**: `virDomainGraphicsReload`.
    DomainGraphicsReload = 448, Ordinary, access: [domain.write], since: "10.2.0";
        args DomainGraphicsReloadArgs, ret ();
    /// Whether the domain starts with the next boot of the host, and only that one: 1 or 0.
    ///
    /// **Source**: `virDomainGetAutostartOnce`.
    DomainGetAutostartOnce = 449, Quick, access: [domain.read], since: "11.2.0";
        args DomainGetAutostartOnceArgs, ret DomainGetAutostartOnceRet;
    /// Says whether the domain starts with the next boot of the host, and only that one.
    ///
    /// **Source**: `virDomainSetAutostartOnce`.
    DomainSetAutostartOnce = 450, Quick, access: [domain.write], since: "11.2.0";
        args DomainSetAutostartOnceArgs, ret ();
    /// Defines or changes a group of disks that share limits of I/O, by typed parameters.
    ///
    /// **Source**: `virDomainSetThrottleGroup`.
    DomainSetThrottleGroup = 451, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "11.2.0";
        args DomainSetThrottleGroupArgs, ret ();
    /// Takes away a group of disks that share limits of I/O; no disk may be in it.
    ///
    /// **Source**: `virDomainDelThrottleGroup`.
    DomainDelThrottleGroup = 452, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "11.2.0";
        args DomainDelThrottleGroupArgs, ret ();
}

xdr::structs! {
    /// A disk that has failed, and how.
    pub struct DomainDiskError {
        disk: String,
        error: i32,
    }

    /// Arguments of [`ConnectListDomains`].
    pub struct ConnectListDomainsArgs {
        maxids: i32,
    }

    /// Results of [`ConnectListDomains`].
    pub struct ConnectListDomainsRet {
        ids: List<i32, { limits::DOMAIN_LIST_MAX }>,
    }

    /// Results of [`ConnectNumOfDomains`].
    pub struct ConnectNumOfDomainsRet {
        num: i32,
    }

    /// Arguments of [`DomainCreateXml`].
    pub struct DomainCreateXmlArgs {
        xml_desc: String,
        flags: u32,
    }

    /// Results of [`DomainCreateXml`].
    pub struct DomainCreateXmlRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainCreateXmlWithFiles`].
    pub struct DomainCreateXmlWithFilesArgs {
        xml_desc: String,
        flags: u32,
    }

    /// Results of [`DomainCreateXmlWithFiles`].
    pub struct DomainCreateXmlWithFilesRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainLookupById`].
    pub struct DomainLookupByIdArgs {
        id: i32,
    }

    /// Results of [`DomainLookupById`].
    pub struct DomainLookupByIdRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainLookupByUuid`].
    pub struct DomainLookupByUuidArgs {
        uuid: Uuid,
    }

    /// Results of [`DomainLookupByUuid`].
    pub struct DomainLookupByUuidRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainLookupByName`].
    pub struct DomainLookupByNameArgs {
        name: String,
    }

    /// Results of [`DomainLookupByName`].
    pub struct DomainLookupByNameRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainSuspend`].
    pub struct DomainSuspendArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainResume`].
    pub struct DomainResumeArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainPmSuspendForDuration`].
    pub struct DomainPmSuspendForDurationArgs {
        dom: NonnullDomain,
        target: u32,
        /// **Units**: seconds; 0: until it is woken.
        duration: u64,
        flags: u32,
    }

    /// Arguments of [`DomainPmWakeup`].
    pub struct DomainPmWakeupArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainReset`].
    pub struct DomainResetArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainDestroy`].
    pub struct DomainDestroyArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainDestroyFlags`].
    pub struct DomainDestroyFlagsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainGetOsType`].
    pub struct DomainGetOsTypeArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetOsType`].
    pub struct DomainGetOsTypeRet {
        kind: String,
    }

    /// Arguments of [`DomainGetInfo`].
    pub struct DomainGetInfoArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetInfo`].
    pub struct DomainGetInfoRet {
        state: u8,
        /// **Units**: KiB.
        max_mem: u64,
        /// **Units**: KiB.
        memory: u64,
        nr_virt_cpu: u16,
        /// **Units**: nanoseconds.
        cpu_time: u64,
    }

    /// Arguments of [`DomainGetXmlDesc`].
    pub struct DomainGetXmlDescArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetXmlDesc`].
    pub struct DomainGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`ConnectListDefinedDomains`].
    pub struct ConnectListDefinedDomainsArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListDefinedDomains`].
    pub struct ConnectListDefinedDomainsRet {
        names: List<String, { limits::DOMAIN_LIST_MAX }>,
    }

    /// Results of [`ConnectNumOfDefinedDomains`].
    pub struct ConnectNumOfDefinedDomainsRet {
        num: i32,
    }

    /// Arguments of [`DomainCreate`].
    pub struct DomainCreateArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainCreateWithFlags`].
    pub struct DomainCreateWithFlagsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainCreateWithFlags`].
    pub struct DomainCreateWithFlagsRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainCreateWithFiles`].
    pub struct DomainCreateWithFilesArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainCreateWithFiles`].
    pub struct DomainCreateWithFilesRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainDefineXml`].
    pub struct DomainDefineXmlArgs {
        xml: String,
    }

    /// Results of [`DomainDefineXml`].
    pub struct DomainDefineXmlRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainDefineXmlFlags`].
    pub struct DomainDefineXmlFlagsArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`DomainDefineXmlFlags`].
    pub struct DomainDefineXmlFlagsRet {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainUndefine`].
    pub struct DomainUndefineArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainUndefineFlags`].
    pub struct DomainUndefineFlagsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// An I/O thread, and the CPUs of the host that it may run on, a bit each.
    pub struct DomainIothreadInfo {
        iothread_id: u32,
        cpumap: Opaque<{ limits::CPUMAP_MAX }>,
    }

    /// Arguments of [`DomainGetSecurityLabel`].
    pub struct DomainGetSecurityLabelArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetSecurityLabel`].
    pub struct DomainGetSecurityLabelRet {
        label: List<i8, { limits::SECURITY_LABEL_MAX }>,
        enforcing: i32,
    }

    /// Arguments of [`DomainGetSecurityLabelList`].
    pub struct DomainGetSecurityLabelListArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetSecurityLabelList`].
    pub struct DomainGetSecurityLabelListRet {
        labels: List<DomainGetSecurityLabelRet, { limits::SECURITY_LABEL_LIST_MAX }>,
        ret: i32,
    }

    /// Arguments of [`DomainGetAutostart`].
    pub struct DomainGetAutostartArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetAutostart`].
    pub struct DomainGetAutostartRet {
        autostart: i32,
    }

    /// Arguments of [`DomainSetAutostart`].
    pub struct DomainSetAutostartArgs {
        dom: NonnullDomain,
        autostart: i32,
    }

    /// Arguments of [`DomainSetMetadata`].
    pub struct DomainSetMetadataArgs {
        dom: NonnullDomain,
        kind: i32,
        metadata: Option<String>,
        key: Option<String>,
        uri: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainGetMetadata`].
    pub struct DomainGetMetadataArgs {
        dom: NonnullDomain,
        kind: i32,
        uri: Option<String>,
        flags: u32,
    }

    /// Results of [`DomainGetMetadata`].
    pub struct DomainGetMetadataRet {
        metadata: String,
    }

    /// Arguments of [`DomainSetThrottleGroup`].
    pub struct DomainSetThrottleGroupArgs {
        dom: NonnullDomain,
        group: String,
        params: List<TypedParam, { limits::DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainDelThrottleGroup`].
    pub struct DomainDelThrottleGroupArgs {
        dom: NonnullDomain,
        group: Option<String>,
        flags: u32,
    }

    /// Arguments of [`ConnectDomainXmlFromNative`].
    pub struct ConnectDomainXmlFromNativeArgs {
        native_format: String,
        native_config: String,
        flags: u32,
    }

    /// Results of [`ConnectDomainXmlFromNative`].
    pub struct ConnectDomainXmlFromNativeRet {
        domain_xml: String,
    }

    /// Arguments of [`ConnectDomainXmlToNative`].
    pub struct ConnectDomainXmlToNativeArgs {
        native_format: String,
        domain_xml: String,
        flags: u32,
    }

    /// Results of [`ConnectDomainXmlToNative`].
    pub struct ConnectDomainXmlToNativeRet {
        native_config: String,
    }

    /// Arguments of [`DomainIsActive`].
    pub struct DomainIsActiveArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainIsActive`].
    pub struct DomainIsActiveRet {
        active: i32,
    }

    /// Arguments of [`DomainIsPersistent`].
    pub struct DomainIsPersistentArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainIsPersistent`].
    pub struct DomainIsPersistentRet {
        persistent: i32,
    }

    /// Arguments of [`DomainIsUpdated`].
    pub struct DomainIsUpdatedArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainIsUpdated`].
    pub struct DomainIsUpdatedRet {
        updated: i32,
    }

    /// Arguments of [`DomainHasManagedSaveImage`].
    pub struct DomainHasManagedSaveImageArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainHasManagedSaveImage`].
    pub struct DomainHasManagedSaveImageRet {
        result: i32,
    }

    /// Arguments of [`DomainGetState`].
    pub struct DomainGetStateArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetState`].
    pub struct DomainGetStateRet {
        state: i32,
        reason: i32,
    }

    /// Arguments of [`DomainGetControlInfo`].
    pub struct DomainGetControlInfoArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetControlInfo`].
    pub struct DomainGetControlInfoRet {
        state: u32,
        details: u32,
        /// **Units**: milliseconds.
        state_time: u64,
    }

    /// Arguments of [`ConnectListAllDomains`].
    pub struct ConnectListAllDomainsArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllDomains`].
    pub struct ConnectListAllDomainsRet {
        domains: List<NonnullDomain, { limits::DOMAIN_LIST_MAX }>,
        ret: u32,
    }

    /// The figures of one domain.
    pub struct DomainStatsRecord {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::CONNECT_GET_ALL_DOMAIN_STATS_MAX }>,
    }

    /// Arguments of [`ConnectGetAllDomainStats`].
    pub struct ConnectGetAllDomainStatsArgs {
        doms: List<NonnullDomain, { limits::DOMAIN_LIST_MAX }>,
        stats: u32,
        flags: u32,
    }

    /// Results of [`ConnectGetAllDomainStats`].
    pub struct ConnectGetAllDomainStatsRet {
        ret_stats: List<DomainStatsRecord, { limits::DOMAIN_LIST_MAX }>,
    }

    /// An address of a guest's card, and how many of its bits name the network.
    pub struct DomainIpAddr {
        kind: i32,
        addr: String,
        prefix: u32,
    }

    /// Arguments of [`DomainRename`].
    pub struct DomainRenameArgs {
        dom: NonnullDomain,
        new_name: Option<String>,
        flags: u32,
    }

    /// Results of [`DomainRename`].
    pub struct DomainRenameRet {
        retcode: i32,
    }

    /// Arguments of [`DomainSetLifecycleAction`].
    pub struct DomainSetLifecycleActionArgs {
        dom: NonnullDomain,
        kind: u32,
        action: u32,
        flags: u32,
    }

    /// Arguments of [`DomainGetMessages`].
    pub struct DomainGetMessagesArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetMessages`].
    pub struct DomainGetMessagesRet {
        msgs: List<String, { limits::DOMAIN_MESSAGES_MAX }>,
    }

    /// Arguments of [`DomainGraphicsReload`].
    pub struct DomainGraphicsReloadArgs {
        dom: NonnullDomain,
        kind: u32,
        flags: u32,
    }

    /// Arguments of [`DomainFdAssociate`].
    pub struct DomainFdAssociateArgs {
        dom: NonnullDomain,
        name: String,
        flags: u32,
    }

    /// Arguments of [`DomainGetAutostartOnce`].
    pub struct DomainGetAutostartOnceArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetAutostartOnce`].
    pub struct DomainGetAutostartOnceRet {
        autostart: i32,
    }

    /// Arguments of [`DomainSetAutostartOnce`].
    pub struct DomainSetAutostartOnceArgs {
        dom: NonnullDomain,
        autostart: i32,
    }
}
