//! What the rows say of themselves.

use std::collections::HashSet;

use crate::{ADMIN_PROGRAMS, EventMessage, MAIN_PROGRAMS, Procedure, keepalive, qemu, remote};

#[test]
fn numbers_and_names_are_unique_in_each_program() {
    for program in MAIN_PROGRAMS.into_iter().chain(ADMIN_PROGRAMS).chain([&keepalive::PROGRAM]) {
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
        (qemu::ConnectDomainMonitorEventRegister::ROW, "virConnectDomainQemuMonitorEventRegister"),
    ];
    for (row, name) in names {
        assert_eq!(row.api_name(), name);
    }
}

#[test]
fn a_row_knows_its_name_on_the_wire() {
    let names = [
        (remote::DomainGetBlockInfo::ROW, "domain_get_block_info"),
        (remote::DomainMigratePrepareTunnel3Params::ROW, "domain_migrate_prepare_tunnel3_params"),
        (remote::DomainEventBlockJob2::ROW, "domain_event_block_job_2"),
        (keepalive::Ping::ROW, "ping"),
    ];
    for (row, name) in names {
        assert_eq!(row.wire_name(), name);
    }
}

#[test]
fn a_type_names_its_own_row() {
    assert_eq!(remote::DomainGetBlockInfo::ROW.number, 194);
    assert_eq!(remote::DomainGetBlockInfo::ROW.name, "DomainGetBlockInfo");
    assert!(remote::DomainGetBlockInfo::ROW.is_read_only());
    assert!(!remote::DomainDestroy::ROW.is_read_only());
}
