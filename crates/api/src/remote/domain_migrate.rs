//! Migration.

use xdr::{List, Opaque};

use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Internal to the protocol.
    DomainMigratePrepare = 61, Ordinary, access: [domain.migrate, domain.start, domain.write], since: "0.3.2";
        args DomainMigratePrepareArgs, ret DomainMigratePrepareRet;
    /// Internal to the protocol.
    DomainMigratePerform = 62, Ordinary, access: [domain.migrate], since: "0.3.2";
        args DomainMigratePerformArgs, ret ();
    /// Internal to the protocol.
    DomainMigrateFinish = 63, Ordinary, access: [domain.migrate], since: "0.3.2";
        args DomainMigrateFinishArgs, ret DomainMigrateFinishRet;
    /// Internal to the protocol.
    DomainMigratePrepare2 = 108, Ordinary, access: [domain.migrate, domain.start, domain.write], since: "0.5.0";
        args DomainMigratePrepare2Args, ret DomainMigratePrepare2Ret;
    /// Internal to the protocol.
    DomainMigrateFinish2 = 109, Ordinary, access: [domain.migrate], since: "0.5.0";
        args DomainMigrateFinish2Args, ret DomainMigrateFinish2Ret;
    /// Internal to the protocol.
    DomainMigratePrepareTunnel = 148, Ordinary, access: [domain.migrate, domain.start, domain.write], stream: Upload, since: "0.7.2";
        args DomainMigratePrepareTunnelArgs, ret ();
    /// How long a migrating guest may stand still.
    ///
    /// **Units**: milliseconds.
    ///
    /// **Source**: `virDomainMigrateSetMaxDowntime`.
    DomainMigrateSetMaxDowntime = 166, Ordinary, access: [domain.migrate], since: "0.8.0";
        args DomainMigrateSetMaxDowntimeArgs, ret ();
    /// Limits the traffic of migrations.
    ///
    /// **Units**: MiB/s.
    ///
    /// **Source**: `virDomainMigrateSetMaxSpeed`.
    DomainMigrateSetMaxSpeed = 207, Ordinary, access: [domain.migrate], since: "0.9.0";
        args DomainMigrateSetMaxSpeedArgs, ret ();
    /// Internal to the protocol.
    DomainMigrateBegin3 = 213, Ordinary, access: [domain.migrate], since: "0.9.2";
        args DomainMigrateBegin3Args, ret DomainMigrateBegin3Ret;
    /// Internal to the protocol.
    DomainMigratePrepare3 = 214, Ordinary, access: [domain.migrate, domain.start, domain.write], since: "0.9.2";
        args DomainMigratePrepare3Args, ret DomainMigratePrepare3Ret;
    /// Internal to the protocol.
    DomainMigratePrepareTunnel3 = 215, Ordinary, access: [domain.migrate, domain.start, domain.write], stream: Upload, since: "0.9.2";
        args DomainMigratePrepareTunnel3Args, ret DomainMigratePrepareTunnel3Ret;
    /// Internal to the protocol.
    DomainMigratePerform3 = 216, Ordinary, access: [domain.migrate], since: "0.9.2";
        args DomainMigratePerform3Args, ret DomainMigratePerform3Ret;
    /// Internal to the protocol.
    DomainMigrateFinish3 = 217, Ordinary, access: [domain.migrate], since: "0.9.2";
        args DomainMigrateFinish3Args, ret DomainMigrateFinish3Ret;
    /// Internal to the protocol.
    DomainMigrateConfirm3 = 218, Ordinary, access: [domain.migrate], since: "0.9.2";
        args DomainMigrateConfirm3Args, ret ();
    /// The limit on the traffic of migrations.
    ///
    /// **Units**: MiB/s.
    ///
    /// **Source**: `virDomainMigrateGetMaxSpeed`.
    DomainMigrateGetMaxSpeed = 242, Ordinary, access: [domain.migrate], since: "0.9.5";
        args DomainMigrateGetMaxSpeedArgs, ret DomainMigrateGetMaxSpeedRet;
    /// How large the cache of compressed migrations is.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virDomainMigrateGetCompressionCache`.
    DomainMigrateGetCompressionCache = 299, Ordinary, access: [domain.migrate], since: "1.0.3";
        args DomainMigrateGetCompressionCacheArgs, ret DomainMigrateGetCompressionCacheRet;
    /// Sets how large the cache of compressed migrations is.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virDomainMigrateSetCompressionCache`.
    DomainMigrateSetCompressionCache = 300, Ordinary, access: [domain.migrate], since: "1.0.3";
        args DomainMigrateSetCompressionCacheArgs, ret ();
    /// Internal to the protocol.
    DomainMigrateBegin3Params = 302, Ordinary, access: [domain.migrate], since: "1.1.0";
        args DomainMigrateBegin3ParamsArgs, ret DomainMigrateBegin3ParamsRet;
    /// Internal to the protocol.
    DomainMigratePrepare3Params = 303, Ordinary, access: [domain.migrate, domain.start, domain.write], since: "1.1.0";
        args DomainMigratePrepare3ParamsArgs, ret DomainMigratePrepare3ParamsRet;
    /// Internal to the protocol.
    DomainMigratePrepareTunnel3Params = 304, Ordinary, access: [domain.migrate, domain.start, domain.write], since: "1.1.0";
        args DomainMigratePrepareTunnel3ParamsArgs, ret DomainMigratePrepareTunnel3ParamsRet;
    /// Internal to the protocol.
    DomainMigratePerform3Params = 305, Ordinary, access: [domain.migrate], since: "1.1.0";
        args DomainMigratePerform3ParamsArgs, ret DomainMigratePerform3ParamsRet;
    /// Internal to the protocol.
    DomainMigrateFinish3Params = 306, Ordinary, access: [domain.migrate], since: "1.1.0";
        args DomainMigrateFinish3ParamsArgs, ret DomainMigrateFinish3ParamsRet;
    /// Internal to the protocol.
    DomainMigrateConfirm3Params = 307, Ordinary, access: [domain.migrate], since: "1.1.0";
        args DomainMigrateConfirm3ParamsArgs, ret ();
    /// Lets a migrating guest run on the other side now and fetch the rest of its memory from
    /// there.
    ///
    /// **Source**: `virDomainMigrateStartPostCopy`.
    DomainMigrateStartPostCopy = 364, Ordinary, access: [domain.migrate], since: "1.3.3";
        args DomainMigrateStartPostCopyArgs, ret ();
    /// How long a migrating guest may stand still.
    ///
    /// **Units**: milliseconds.
    ///
    /// **Source**: `virDomainMigrateGetMaxDowntime`.
    DomainMigrateGetMaxDowntime = 387, Ordinary, access: [domain.migrate], since: "3.7.0";
        args DomainMigrateGetMaxDowntimeArgs, ret DomainMigrateGetMaxDowntimeRet;
}

xdr::structs! {
    /// Arguments of [`DomainMigratePrepare`].
    pub struct DomainMigratePrepareArgs {
        uri_in: Option<String>,
        flags: u64,
        dname: Option<String>,
        resource: u64,
    }

    /// Results of [`DomainMigratePrepare`].
    pub struct DomainMigratePrepareRet {
        cookie: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri_out: Option<String>,
    }

    /// Arguments of [`DomainMigratePerform`].
    pub struct DomainMigratePerformArgs {
        dom: NonnullDomain,
        cookie: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri: String,
        flags: u64,
        dname: Option<String>,
        resource: u64,
    }

    /// Arguments of [`DomainMigrateFinish`].
    pub struct DomainMigrateFinishArgs {
        dname: String,
        cookie: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri: String,
        flags: u64,
    }

    /// Results of [`DomainMigrateFinish`].
    pub struct DomainMigrateFinishRet {
        ddom: NonnullDomain,
    }

    /// Arguments of [`DomainMigratePrepare2`].
    pub struct DomainMigratePrepare2Args {
        uri_in: Option<String>,
        flags: u64,
        dname: Option<String>,
        resource: u64,
        dom_xml: String,
    }

    /// Results of [`DomainMigratePrepare2`].
    pub struct DomainMigratePrepare2Ret {
        cookie: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri_out: Option<String>,
    }

    /// Arguments of [`DomainMigrateFinish2`].
    pub struct DomainMigrateFinish2Args {
        dname: String,
        cookie: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri: String,
        flags: u64,
        retcode: i32,
    }

    /// Results of [`DomainMigrateFinish2`].
    pub struct DomainMigrateFinish2Ret {
        ddom: NonnullDomain,
    }

    /// Arguments of [`DomainMigratePrepareTunnel`].
    pub struct DomainMigratePrepareTunnelArgs {
        flags: u64,
        dname: Option<String>,
        resource: u64,
        dom_xml: String,
    }

    /// Arguments of [`DomainMigrateGetMaxDowntime`].
    pub struct DomainMigrateGetMaxDowntimeArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainMigrateGetMaxDowntime`].
    pub struct DomainMigrateGetMaxDowntimeRet {
        /// **Units**: milliseconds.
        downtime: u64,
    }

    /// Arguments of [`DomainMigrateSetMaxDowntime`].
    pub struct DomainMigrateSetMaxDowntimeArgs {
        dom: NonnullDomain,
        /// **Units**: milliseconds.
        downtime: u64,
        flags: u32,
    }

    /// Arguments of [`DomainMigrateGetCompressionCache`].
    pub struct DomainMigrateGetCompressionCacheArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainMigrateGetCompressionCache`].
    pub struct DomainMigrateGetCompressionCacheRet {
        /// **Units**: bytes.
        cache_size: u64,
    }

    /// Arguments of [`DomainMigrateSetCompressionCache`].
    pub struct DomainMigrateSetCompressionCacheArgs {
        dom: NonnullDomain,
        /// **Units**: bytes.
        cache_size: u64,
        flags: u32,
    }

    /// Arguments of [`DomainMigrateSetMaxSpeed`].
    pub struct DomainMigrateSetMaxSpeedArgs {
        dom: NonnullDomain,
        /// **Units**: MiB/s.
        bandwidth: u64,
        flags: u32,
    }

    /// Arguments of [`DomainMigrateGetMaxSpeed`].
    pub struct DomainMigrateGetMaxSpeedArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainMigrateGetMaxSpeed`].
    pub struct DomainMigrateGetMaxSpeedRet {
        /// **Units**: MiB/s.
        bandwidth: u64,
    }

    /// Arguments of [`DomainMigrateBegin3`].
    pub struct DomainMigrateBegin3Args {
        dom: NonnullDomain,
        xmlin: Option<String>,
        flags: u64,
        dname: Option<String>,
        resource: u64,
    }

    /// Results of [`DomainMigrateBegin3`].
    pub struct DomainMigrateBegin3Ret {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        xml: String,
    }

    /// Arguments of [`DomainMigratePrepare3`].
    pub struct DomainMigratePrepare3Args {
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri_in: Option<String>,
        flags: u64,
        dname: Option<String>,
        resource: u64,
        dom_xml: String,
    }

    /// Results of [`DomainMigratePrepare3`].
    pub struct DomainMigratePrepare3Ret {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri_out: Option<String>,
    }

    /// Arguments of [`DomainMigratePrepareTunnel3`].
    pub struct DomainMigratePrepareTunnel3Args {
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u64,
        dname: Option<String>,
        resource: u64,
        dom_xml: String,
    }

    /// Results of [`DomainMigratePrepareTunnel3`].
    pub struct DomainMigratePrepareTunnel3Ret {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
    }

    /// Arguments of [`DomainMigratePerform3`].
    pub struct DomainMigratePerform3Args {
        dom: NonnullDomain,
        xmlin: Option<String>,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        dconnuri: Option<String>,
        uri: Option<String>,
        flags: u64,
        dname: Option<String>,
        resource: u64,
    }

    /// Results of [`DomainMigratePerform3`].
    pub struct DomainMigratePerform3Ret {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
    }

    /// Arguments of [`DomainMigrateFinish3`].
    pub struct DomainMigrateFinish3Args {
        dname: String,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        dconnuri: Option<String>,
        uri: Option<String>,
        flags: u64,
        cancelled: i32,
    }

    /// Results of [`DomainMigrateFinish3`].
    pub struct DomainMigrateFinish3Ret {
        dom: NonnullDomain,
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
    }

    /// Arguments of [`DomainMigrateConfirm3`].
    pub struct DomainMigrateConfirm3Args {
        dom: NonnullDomain,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u64,
        cancelled: i32,
    }

    /// Arguments of [`DomainMigrateBegin3Params`].
    pub struct DomainMigrateBegin3ParamsArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_MIGRATE_PARAM_LIST_MAX }>,
        flags: u32,
    }

    /// Results of [`DomainMigrateBegin3Params`].
    pub struct DomainMigrateBegin3ParamsRet {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        xml: String,
    }

    /// Arguments of [`DomainMigratePrepare3Params`].
    pub struct DomainMigratePrepare3ParamsArgs {
        params: List<TypedParam, { limits::DOMAIN_MIGRATE_PARAM_LIST_MAX }>,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u32,
    }

    /// Results of [`DomainMigratePrepare3Params`].
    pub struct DomainMigratePrepare3ParamsRet {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        uri_out: Option<String>,
    }

    /// Arguments of [`DomainMigratePrepareTunnel3Params`].
    pub struct DomainMigratePrepareTunnel3ParamsArgs {
        params: List<TypedParam, { limits::DOMAIN_MIGRATE_PARAM_LIST_MAX }>,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u32,
    }

    /// Results of [`DomainMigratePrepareTunnel3Params`].
    pub struct DomainMigratePrepareTunnel3ParamsRet {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
    }

    /// Arguments of [`DomainMigratePerform3Params`].
    pub struct DomainMigratePerform3ParamsArgs {
        dom: NonnullDomain,
        dconnuri: Option<String>,
        params: List<TypedParam, { limits::DOMAIN_MIGRATE_PARAM_LIST_MAX }>,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u32,
    }

    /// Results of [`DomainMigratePerform3Params`].
    pub struct DomainMigratePerform3ParamsRet {
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
    }

    /// Arguments of [`DomainMigrateFinish3Params`].
    pub struct DomainMigrateFinish3ParamsArgs {
        params: List<TypedParam, { limits::DOMAIN_MIGRATE_PARAM_LIST_MAX }>,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u32,
        cancelled: i32,
    }

    /// Results of [`DomainMigrateFinish3Params`].
    pub struct DomainMigrateFinish3ParamsRet {
        dom: NonnullDomain,
        cookie_out: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
    }

    /// Arguments of [`DomainMigrateConfirm3Params`].
    pub struct DomainMigrateConfirm3ParamsArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_MIGRATE_PARAM_LIST_MAX }>,
        cookie_in: Opaque<{ limits::MIGRATE_COOKIE_MAX }>,
        flags: u32,
        cancelled: i32,
    }

    /// Arguments of [`DomainMigrateStartPostCopy`].
    pub struct DomainMigrateStartPostCopyArgs {
        dom: NonnullDomain,
        flags: u32,
    }
}
