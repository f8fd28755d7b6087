//! The contract: every call, type, constant, event and error of libvirt's wire protocol.
//!
//! Each procedure is one row (see [`procedure`]); names in traces, routes, clients and tests all
//! come from it. Nothing in this crate does I/O, and nothing here knows how a call is served.
//!
//! Types and rows stand together by object in [`remote`], with the small programs [`qemu`],
//! [`lxc`], [`admin`] and [`keepalive`] beside it. Names are libvirt's, in Rust's case:
//! `remote_domain_get_block_info_args` is [`remote::DomainGetBlockInfoArgs`].
#![forbid(unsafe_code)]

pub mod admin;
mod constants;
mod error;
mod feature;
pub mod keepalive;
pub mod limits;
pub mod lxc;
pub mod procedure;
pub mod qemu;
pub mod remote;
mod typed_param;
mod uuid;

pub use constants::*;
pub use error::{Error, Result};
pub use feature::Feature;
pub use procedure::{EventMessage, Procedure, Program, Row};
pub use typed_param::{Params, TypedParam, TypedParamValue};
pub use uuid::{Uuid, UuidError};
pub use xdr;

/// The programs that the main socket serves.
pub static MAIN_PROGRAMS: [&Program; 3] = [&remote::PROGRAM, &qemu::PROGRAM, &lxc::PROGRAM];

/// The version of libvirt whose behaviour this contract describes: 11.3.0.
///
/// **Units**: major * 1,000,000 + minor * 1,000 + release.
pub const LIBVIRT_VERSION: u64 = 11_003_000;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::{MAIN_PROGRAMS, Procedure, admin, keepalive, qemu, remote};

    #[test]
    fn numbers_and_names_are_unique_in_each_program() {
        for program in MAIN_PROGRAMS.into_iter().chain([&admin::PROGRAM, &keepalive::PROGRAM]) {
            let numbers: HashSet<_> = program.rows().map(|row| row.number).collect();
            let names: HashSet<_> = program.rows().map(|row| row.name).collect();
            assert_eq!(numbers.len(), program.rows().count(), "{}", program.name);
            assert_eq!(names.len(), program.rows().count(), "{}", program.name);
        }
        assert_eq!(remote::PROGRAM.rows().count(), 453);
    }

    #[test]
    fn a_row_knows_its_name_in_c() {
        let names = [
            (remote::DomainGetXmlDesc::ROW, "virDomainGetXMLDesc"),
            (remote::NodeDeviceLookupScsiHostByWwn::ROW, "virNodeDeviceLookupSCSIHostByWWN"),
            (remote::DomainGetBlockIoTune::ROW, "virDomainGetBlockIoTune"),
            (qemu::DomainMonitorCommand::ROW, "virDomainQemuMonitorCommand"),
            (
                qemu::ConnectDomainMonitorEventRegister::ROW,
                "virConnectDomainQemuMonitorEventRegister",
            ),
        ];
        for (row, name) in names {
            assert_eq!(row.api_name(), name);
        }
    }

    #[test]
    fn a_type_names_its_own_row() {
        assert_eq!(remote::DomainGetBlockInfo::ROW.number, 194);
        assert_eq!(remote::DomainGetBlockInfo::ROW.name, "DomainGetBlockInfo");
        assert!(remote::DomainGetBlockInfo::ROW.is_read_only());
        assert!(!remote::DomainDestroy::ROW.is_read_only());
    }
}
