//! Jobs: save, dump, dirty rate.

use xdr::List;

use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// `virDomainCoreDump`.
    DomainCoreDump = 53, Ordinary, access: [domain.core_dump], since: "0.1.9";
        args DomainCoreDumpArgs, ret ();
    /// `virDomainRestore`.
    DomainRestore = 54, Ordinary, access: [domain.start, domain.write], since: "0.0.3";
        args DomainRestoreArgs, ret ();
    /// `virDomainSave`.
    DomainSave = 55, Ordinary, access: [domain.hibernate], since: "0.0.3";
        args DomainSaveArgs, ret ();
    /// `virDomainGetJobInfo`.
    DomainGetJobInfo = 163, Ordinary, access: [domain.read], since: "0.7.7";
        args DomainGetJobInfoArgs, ret DomainGetJobInfoRet;
    /// `virDomainAbortJob`.
    DomainAbortJob = 164, Ordinary, access: [domain.write], since: "0.7.7";
        args DomainAbortJobArgs, ret ();
    /// `virDomainManagedSave`.
    DomainManagedSave = 182, Ordinary, access: [domain.hibernate], since: "0.8.0";
        args DomainManagedSaveArgs, ret ();
    /// `virDomainManagedSaveRemove`.
    DomainManagedSaveRemove = 184, Ordinary, access: [domain.hibernate], since: "0.8.0";
        args DomainManagedSaveRemoveArgs, ret ();
    /// `virDomainSaveFlags`.
    DomainSaveFlags = 232, Ordinary, access: [domain.hibernate], since: "0.9.4";
        args DomainSaveFlagsArgs, ret ();
    /// `virDomainRestoreFlags`.
    DomainRestoreFlags = 233, Ordinary, access: [domain.start, domain.write], since: "0.9.4";
        args DomainRestoreFlagsArgs, ret ();
    /// `virDomainSaveImageGetXMLDesc`.
    DomainSaveImageGetXmlDesc = 235, Quick, access: [domain.write], since: "0.9.4";
        args DomainSaveImageGetXmlDescArgs, ret DomainSaveImageGetXmlDescRet;
    /// `virDomainSaveImageDefineXML`.
    DomainSaveImageDefineXml = 236, Quick, access: [domain.write, domain.hibernate], since: "0.9.4";
        args DomainSaveImageDefineXmlArgs, ret ();
    /// `virDomainGetJobStats`.
    DomainGetJobStats = 298, Ordinary, access: [domain.read], since: "1.0.3";
        args DomainGetJobStatsArgs, ret DomainGetJobStatsRet;
    /// `virDomainCoreDumpWithFormat`.
    DomainCoreDumpWithFormat = 334, Ordinary, access: [domain.core_dump], since: "1.2.3";
        args DomainCoreDumpWithFormatArgs, ret ();
    /// `virDomainManagedSaveGetXMLDesc`.
    DomainManagedSaveGetXmlDesc = 388, Ordinary, access: [domain.read, domain.read_secure if With(0x1)], since: "3.7.0";
        args DomainManagedSaveGetXmlDescArgs, ret DomainManagedSaveGetXmlDescRet;
    /// `virDomainManagedSaveDefineXML`.
    DomainManagedSaveDefineXml = 389, Ordinary, access: [domain.write, domain.hibernate], since: "3.7.0";
        args DomainManagedSaveDefineXmlArgs, ret ();
    /// `virDomainStartDirtyRateCalc`.
    DomainStartDirtyRateCalc = 427, Ordinary, access: [domain.write], since: "7.2.0";
        args DomainStartDirtyRateCalcArgs, ret ();
    /// `virDomainSaveParams`.
    DomainSaveParams = 440, Ordinary, access: [domain.hibernate], since: "8.4.0";
        args DomainSaveParamsArgs, ret ();
    /// `virDomainRestoreParams`.
    DomainRestoreParams = 441, Ordinary, access: [domain.start, domain.write], since: "8.4.0";
        args DomainRestoreParamsArgs, ret ();
    /// `virDomainAbortJobFlags`.
    DomainAbortJobFlags = 442, Ordinary, access: [domain.write], since: "8.5.0";
        args DomainAbortJobFlagsArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`DomainSave`].
    pub struct DomainSaveArgs {
        dom: NonnullDomain,
        to: String,
    }

    /// Arguments of [`DomainSaveFlags`].
    pub struct DomainSaveFlagsArgs {
        dom: NonnullDomain,
        to: String,
        dxml: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainSaveParams`].
    pub struct DomainSaveParamsArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_SAVE_PARAMS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainRestore`].
    pub struct DomainRestoreArgs {
        from: String,
    }

    /// Arguments of [`DomainRestoreFlags`].
    pub struct DomainRestoreFlagsArgs {
        from: String,
        dxml: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainRestoreParams`].
    pub struct DomainRestoreParamsArgs {
        params: List<TypedParam, { limits::DOMAIN_SAVE_PARAMS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainSaveImageGetXmlDesc`].
    pub struct DomainSaveImageGetXmlDescArgs {
        file: String,
        flags: u32,
    }

    /// Results of [`DomainSaveImageGetXmlDesc`].
    pub struct DomainSaveImageGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`DomainSaveImageDefineXml`].
    pub struct DomainSaveImageDefineXmlArgs {
        file: String,
        dxml: String,
        flags: u32,
    }

    /// Arguments of [`DomainCoreDump`].
    pub struct DomainCoreDumpArgs {
        dom: NonnullDomain,
        to: String,
        flags: u32,
    }

    /// Arguments of [`DomainCoreDumpWithFormat`].
    pub struct DomainCoreDumpWithFormatArgs {
        dom: NonnullDomain,
        to: String,
        dumpformat: u32,
        flags: u32,
    }

    /// Arguments of [`DomainGetJobInfo`].
    pub struct DomainGetJobInfoArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetJobInfo`].
    pub struct DomainGetJobInfoRet {
        kind: i32,
        time_elapsed: u64,
        time_remaining: u64,
        data_total: u64,
        data_processed: u64,
        data_remaining: u64,
        mem_total: u64,
        mem_processed: u64,
        mem_remaining: u64,
        file_total: u64,
        file_processed: u64,
        file_remaining: u64,
    }

    /// Arguments of [`DomainGetJobStats`].
    pub struct DomainGetJobStatsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetJobStats`].
    pub struct DomainGetJobStatsRet {
        kind: i32,
        params: List<TypedParam, { limits::DOMAIN_JOB_STATS_MAX }>,
    }

    /// Arguments of [`DomainAbortJob`].
    pub struct DomainAbortJobArgs {
        dom: NonnullDomain,
    }

    /// Arguments of [`DomainAbortJobFlags`].
    pub struct DomainAbortJobFlagsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainManagedSave`].
    pub struct DomainManagedSaveArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainManagedSaveRemove`].
    pub struct DomainManagedSaveRemoveArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Arguments of [`DomainManagedSaveGetXmlDesc`].
    pub struct DomainManagedSaveGetXmlDescArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainManagedSaveGetXmlDesc`].
    pub struct DomainManagedSaveGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`DomainManagedSaveDefineXml`].
    pub struct DomainManagedSaveDefineXmlArgs {
        dom: NonnullDomain,
        dxml: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainStartDirtyRateCalc`].
    pub struct DomainStartDirtyRateCalcArgs {
        dom: NonnullDomain,
        seconds: i32,
        flags: u32,
    }
}
