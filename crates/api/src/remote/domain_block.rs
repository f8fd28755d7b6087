//! Disks of a domain: figures, block jobs, tuning.

use xdr::{List, Opaque};

use super::domain::DomainDiskError;
use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Requests and bytes of one disk since it was started.
    ///
    /// **Source**: `virDomainBlockStats`.
    DomainBlockStats = 64, Ordinary, access: [domain.read], since: "0.3.2";
        args DomainBlockStatsArgs, ret DomainBlockStatsRet;
    /// Bytes of a disk, at an offset, as the guest sees them.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virDomainBlockPeek`.
    DomainBlockPeek = 103, Ordinary, access: [domain.block_read], since: "0.4.2";
        args DomainBlockPeekArgs, ret DomainBlockPeekRet;
    /// Bytes of the guest's memory, at a virtual or physical address.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virDomainMemoryPeek`.
    DomainMemoryPeek = 104, Ordinary, access: [domain.mem_read], since: "0.4.2";
        args DomainMemoryPeekArgs, ret DomainMemoryPeekRet;
    /// Sizes of one disk: capacity, allocation, physical, in bytes.
    ///
    /// **Source**: `virDomainGetBlockInfo`.
    DomainGetBlockInfo = 194, Ordinary, access: [domain.read], since: "0.8.1";
        args DomainGetBlockInfoArgs, ret DomainGetBlockInfoRet;
    /// Ends a disk's job, or by flag lets the guest go on with the copy.
    ///
    /// **Source**: `virDomainBlockJobAbort`.
    DomainBlockJobAbort = 237, Ordinary, access: [domain.write], since: "0.9.4";
        args DomainBlockJobAbortArgs, ret ();
    /// How far a disk's job has come; `found` is 0 when there is none.
    ///
    /// **Units**: of `bandwidth` MiB/s, or by flag bytes/s; of `cur` and `end` the job's own.
    ///
    /// **Source**: `virDomainGetBlockJobInfo`.
    DomainGetBlockJobInfo = 238, Ordinary, access: [domain.read], since: "0.9.4";
        args DomainGetBlockJobInfoArgs, ret DomainGetBlockJobInfoRet;
    /// Limits how fast a disk's job goes.
    ///
    /// **Units**: MiB/s, or by flag bytes/s.
    ///
    /// **Source**: `virDomainBlockJobSetSpeed`.
    DomainBlockJobSetSpeed = 239, Ordinary, access: [domain.write], since: "0.9.4";
        args DomainBlockJobSetSpeedArgs, ret ();
    /// Copies everything from a disk's backing chain into its top image.
    ///
    /// **Units**: MiB/s, or by flag bytes/s.
    ///
    /// **Source**: `virDomainBlockPull`.
    DomainBlockPull = 240, Ordinary, access: [domain.block_write], since: "0.9.4";
        args DomainBlockPullArgs, ret ();
    /// Requests, bytes and times of one disk, as typed parameters.
    ///
    /// **Source**: `virDomainBlockStatsFlags`.
    DomainBlockStatsFlags = 243, Ordinary, access: [domain.read], since: "0.9.5";
        args DomainBlockStatsFlagsArgs, ret DomainBlockStatsFlagsRet;
    /// Changes the size of a running guest's disk.
    ///
    /// **Units**: KiB, or by flag bytes.
    ///
    /// **Source**: `virDomainBlockResize`.
    DomainBlockResize = 251, Ordinary, access: [domain.block_write], since: "0.9.8";
        args DomainBlockResizeArgs, ret ();
    /// Limits a disk's I/O, by typed parameters.
    ///
    /// **Units**: bytes or operations a second, seconds of bursts.
    ///
    /// **Source**: `virDomainSetBlockIoTune`.
    DomainSetBlockIoTune = 252, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.8";
        args DomainSetBlockIoTuneArgs, ret ();
    /// The limits of a disk's I/O.
    ///
    /// **Units**: as for [`DomainSetBlockIoTune`].
    ///
    /// **Source**: `virDomainGetBlockIoTune`.
    DomainGetBlockIoTune = 253, Ordinary, access: [domain.read], since: "0.9.8";
        args DomainGetBlockIoTuneArgs, ret DomainGetBlockIoTuneRet;
    /// Which disks have failed, and how: no space, or something else.
    ///
    /// **Source**: `virDomainGetDiskErrors`.
    DomainGetDiskErrors = 263, Ordinary, access: [domain.read], since: "0.9.10";
        args DomainGetDiskErrorsArgs, ret DomainGetDiskErrorsRet;
    /// Copies a part of a disk's backing chain into its top image, or by flag mirrors the disk to a
    /// file.
    ///
    /// **Units**: MiB/s, or by flag bytes/s.
    ///
    /// **Source**: `virDomainBlockRebase`.
    DomainBlockRebase = 266, Ordinary, access: [domain.block_write], since: "0.9.10";
        args DomainBlockRebaseArgs, ret ();
    /// Writes a part of a disk's backing chain down into an image below it.
    ///
    /// **Units**: MiB/s, or by flag bytes/s.
    ///
    /// **Source**: `virDomainBlockCommit`.
    DomainBlockCommit = 290, Ordinary, access: [domain.block_write], since: "0.10.2";
        args DomainBlockCommitArgs, ret ();
    /// Mirrors a disk to the one that a document describes.
    ///
    /// **Units**: of the parameters bytes/s and bytes.
    ///
    /// **Source**: `virDomainBlockCopy`.
    DomainBlockCopy = 345, Ordinary, access: [domain.block_write], since: "1.2.8";
        args DomainBlockCopyArgs, ret ();
    /// Sets the mark past which a guest's write is told as an event.
    ///
    /// **Units**: bytes from the start of the image.
    ///
    /// **Source**: `virDomainSetBlockThreshold`.
    DomainSetBlockThreshold = 386, Ordinary, access: [domain.write], since: "3.1.0";
        args DomainSetBlockThresholdArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`DomainBlockResize`].
    pub struct DomainBlockResizeArgs {
        dom: NonnullDomain,
        disk: String,
        /// **Units**: KiB, or bytes by flag 1.
        size: u64,
        flags: u32,
    }

    /// Arguments of [`DomainBlockStats`].
    pub struct DomainBlockStatsArgs {
        dom: NonnullDomain,
        path: String,
    }

    /// Results of [`DomainBlockStats`].
    pub struct DomainBlockStatsRet {
        rd_req: i64,
        rd_bytes: i64,
        wr_req: i64,
        wr_bytes: i64,
        errs: i64,
    }

    /// Arguments of [`DomainBlockStatsFlags`].
    pub struct DomainBlockStatsFlagsArgs {
        dom: NonnullDomain,
        path: String,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainBlockStatsFlags`].
    pub struct DomainBlockStatsFlagsRet {
        params: List<TypedParam, { limits::DOMAIN_BLOCK_STATS_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainBlockPeek`].
    pub struct DomainBlockPeekArgs {
        dom: NonnullDomain,
        path: String,
        /// **Units**: bytes.
        offset: u64,
        /// **Units**: bytes.
        size: u32,
        flags: u32,
    }

    /// Results of [`DomainBlockPeek`].
    pub struct DomainBlockPeekRet {
        buffer: Opaque<{ limits::DOMAIN_BLOCK_PEEK_BUFFER_MAX }>,
    }

    /// Arguments of [`DomainMemoryPeek`].
    pub struct DomainMemoryPeekArgs {
        dom: NonnullDomain,
        /// **Units**: bytes.
        offset: u64,
        /// **Units**: bytes.
        size: u32,
        flags: u32,
    }

    /// Results of [`DomainMemoryPeek`].
    pub struct DomainMemoryPeekRet {
        buffer: Opaque<{ limits::DOMAIN_MEMORY_PEEK_BUFFER_MAX }>,
    }

    /// Arguments of [`DomainGetBlockInfo`].
    pub struct DomainGetBlockInfoArgs {
        dom: NonnullDomain,
        path: String,
        flags: u32,
    }

    /// Results of [`DomainGetBlockInfo`].
    pub struct DomainGetBlockInfoRet {
        /// **Units**: bytes.
        allocation: u64,
        /// **Units**: bytes.
        capacity: u64,
        /// **Units**: bytes.
        physical: u64,
    }

    /// Arguments of [`DomainBlockJobAbort`].
    pub struct DomainBlockJobAbortArgs {
        dom: NonnullDomain,
        path: String,
        flags: u32,
    }

    /// Arguments of [`DomainGetBlockJobInfo`].
    pub struct DomainGetBlockJobInfoArgs {
        dom: NonnullDomain,
        path: String,
        flags: u32,
    }

    /// Results of [`DomainGetBlockJobInfo`].
    pub struct DomainGetBlockJobInfoRet {
        found: i32,
        kind: i32,
        /// **Units**: MiB/s, or bytes/s by flag 1.
        bandwidth: u64,
        cur: u64,
        end: u64,
    }

    /// Arguments of [`DomainBlockJobSetSpeed`].
    pub struct DomainBlockJobSetSpeedArgs {
        dom: NonnullDomain,
        path: String,
        /// **Units**: MiB/s, or bytes/s by flag 1; 0: no limit.
        bandwidth: u64,
        flags: u32,
    }

    /// Arguments of [`DomainBlockPull`].
    pub struct DomainBlockPullArgs {
        dom: NonnullDomain,
        path: String,
        /// **Units**: MiB/s, or bytes/s by flag 64; 0: no limit.
        bandwidth: u64,
        flags: u32,
    }

    /// Arguments of [`DomainBlockRebase`].
    pub struct DomainBlockRebaseArgs {
        dom: NonnullDomain,
        path: String,
        base: Option<String>,
        /// **Units**: MiB/s, or bytes/s by flag 64; 0: no limit.
        bandwidth: u64,
        flags: u32,
    }

    /// Arguments of [`DomainBlockCopy`].
    pub struct DomainBlockCopyArgs {
        dom: NonnullDomain,
        path: String,
        destxml: String,
        params: List<TypedParam, { limits::DOMAIN_BLOCK_COPY_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainBlockCommit`].
    pub struct DomainBlockCommitArgs {
        dom: NonnullDomain,
        disk: String,
        base: Option<String>,
        top: Option<String>,
        /// **Units**: MiB/s, or bytes/s by flag 16; 0: no limit.
        bandwidth: u64,
        flags: u32,
    }

    /// Arguments of [`DomainSetBlockIoTune`].
    pub struct DomainSetBlockIoTuneArgs {
        dom: NonnullDomain,
        disk: String,
        params: List<TypedParam, { limits::DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetBlockIoTune`].
    pub struct DomainGetBlockIoTuneArgs {
        dom: NonnullDomain,
        disk: Option<String>,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainGetBlockIoTune`].
    pub struct DomainGetBlockIoTuneRet {
        params: List<TypedParam, { limits::DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainGetDiskErrors`].
    pub struct DomainGetDiskErrorsArgs {
        dom: NonnullDomain,
        maxerrors: u32,
        flags: u32,
    }

    /// Results of [`DomainGetDiskErrors`].
    pub struct DomainGetDiskErrorsRet {
        errors: List<DomainDiskError, { limits::DOMAIN_DISK_ERRORS_MAX }>,
        nerrors: i32,
    }

    /// Arguments of [`DomainSetBlockThreshold`].
    pub struct DomainSetBlockThresholdArgs {
        dom: NonnullDomain,
        dev: String,
        /// **Units**: bytes from the start of the image.
        threshold: u64,
        flags: u32,
    }
}
