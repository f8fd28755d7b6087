//! Jobs: save, dump, dirty rate.

use xdr::List;

use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Writes a guest's memory to a file of the host.
    ///
    /// **Source**: `virDomainCoreDump`.
    DomainCoreDump = 53, Ordinary, access: [domain.core_dump], since: "0.1.9";
        args DomainCoreDumpArgs, ret ();
    /// Starts a domain from a file that holds its saved state.
    ///
    /// **Source**: `virDomainRestore`.
    DomainRestore = 54, Ordinary, access: [domain.start, domain.write], since: "0.0.3";
        args DomainRestoreArgs, ret ();
    /// Writes a domain's state to a file and stops it.
    ///
    /// **Source**: `virDomainSave`.
    DomainSave = 55, Ordinary, access: [domain.hibernate], since: "0.0.3";
        args DomainSaveArgs, ret ();
    /// How far the domain's job has come.
    ///
    /// **Units**: milliseconds, bytes.
    ///
    /// **Source**: `virDomainGetJobInfo`.
    DomainGetJobInfo = 163, Ordinary, access: [domain.read], since: "0.7.7";
        args DomainGetJobInfoArgs, ret DomainGetJobInfoRet;
    /// Gives up the domain's job.
    ///
    /// **Source**: `virDomainAbortJob`.
    DomainAbortJob = 164, Ordinary, access: [domain.write], since: "0.7.7";
        args DomainAbortJobArgs, ret ();
    /// Writes a domain's state to a place of the daemon's and stops it; its next start goes on from
    /// there.
    ///
    /// **Source**: `virDomainManagedSave`.
    DomainManagedSave = 182, Ordinary, access: [domain.hibernate], since: "0.8.0";
        args DomainManagedSaveArgs, ret ();
    /// Deletes what [`DomainManagedSave`] kept.
    ///
    /// **Source**: `virDomainManagedSaveRemove`.
    DomainManagedSaveRemove = 184, Ordinary, access: [domain.hibernate], since: "0.8.0";
        args DomainManagedSaveRemoveArgs, ret ();
    /// As [`DomainSave`], with another document and by flag another state.
    ///
    /// **Source**: `virDomainSaveFlags`.
    DomainSaveFlags = 232, Ordinary, access: [domain.hibernate], since: "0.9.4";
        args DomainSaveFlagsArgs, ret ();
    /// As [`DomainRestore`], with another document and by flag another state.
    ///
    /// **Source**: `virDomainRestoreFlags`.
    DomainRestoreFlags = 233, Ordinary, access: [domain.start, domain.write], since: "0.9.4";
        args DomainRestoreFlagsArgs, ret ();
    /// The document in a file that holds a domain's saved state.
    ///
    /// **Source**: `virDomainSaveImageGetXMLDesc`.
    DomainSaveImageGetXmlDesc = 235, Quick, access: [domain.write], since: "0.9.4";
        args DomainSaveImageGetXmlDescArgs, ret DomainSaveImageGetXmlDescRet;
    /// Replaces the document in a file that holds a domain's saved state.
    ///
    /// **Source**: `virDomainSaveImageDefineXML`.
    DomainSaveImageDefineXml = 236, Quick, access: [domain.write, domain.hibernate], since: "0.9.4";
        args DomainSaveImageDefineXmlArgs, ret ();
    /// The figures of the domain's job, by flag of the last one.
    ///
    /// **Units**: milliseconds, bytes, bytes/s.
    ///
    /// **Source**: `virDomainGetJobStats`.
    DomainGetJobStats = 298, Ordinary, access: [domain.read], since: "1.0.3";
        args DomainGetJobStatsArgs, ret DomainGetJobStatsRet;
    /// As [`DomainCoreDump`], in a format of choice.
    ///
    /// **Source**: `virDomainCoreDumpWithFormat`.
    DomainCoreDumpWithFormat = 334, Ordinary, access: [domain.core_dump], since: "1.2.3";
        args DomainCoreDumpWithFormatArgs, ret ();
    /// The document in what [`DomainManagedSave`] kept.
    ///
    /// **Source**: `virDomainManagedSaveGetXMLDesc`.
    DomainManagedSaveGetXmlDesc = 388, Ordinary, access: [domain.read, domain.read_secure if With(0x1)], since: "3.7.0";
        args DomainManagedSaveGetXmlDescArgs, ret DomainManagedSaveGetXmlDescRet;
    /// Replaces the document in what [`DomainManagedSave`] kept.
    ///
    /// **Source**: `virDomainManagedSaveDefineXML`.
    DomainManagedSaveDefineXml = 389, Ordinary, access: [domain.write, domain.hibernate], since: "3.7.0";
        args DomainManagedSaveDefineXmlArgs, ret ();
    /// Begins to measure how fast the guest writes to its memory.
    ///
    /// **Units**: seconds.
    ///
    /// **Source**: `virDomainStartDirtyRateCalc`.
    DomainStartDirtyRateCalc = 427, Ordinary, access: [domain.write], since: "7.2.0";
        args DomainStartDirtyRateCalcArgs, ret ();
    /// As [`DomainSave`], with everything in typed parameters.
    ///
    /// **Source**: `virDomainSaveParams`.
    DomainSaveParams = 440, Ordinary, access: [domain.hibernate], since: "8.4.0";
        args DomainSaveParamsArgs, ret ();
    /// As [`DomainRestore`], with everything in typed parameters.
    ///
    /// **Source**: `virDomainRestoreParams`.
    DomainRestoreParams = 441, Ordinary, access: [domain.start, domain.write], since: "8.4.0";
        args DomainRestoreParamsArgs, ret ();
    /// Gives up the domain's job; by flag turns a post-copy migration back.
    ///
    /// **Source**: `virDomainAbortJobFlags`.
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
        /// **Units**: milliseconds.
        time_elapsed: u64,
        /// **Units**: milliseconds.
        time_remaining: u64,
        /// **Units**: bytes.
        data_total: u64,
        data_processed: u64,
        data_remaining: u64,
        /// **Units**: bytes.
        mem_total: u64,
        mem_processed: u64,
        mem_remaining: u64,
        /// **Units**: bytes.
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
        /// **Units**: seconds.
        seconds: i32,
        flags: u32,
    }
}
