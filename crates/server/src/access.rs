//! What a read-only connection may not do.

use api::procedure::{Row, When};
use api::remote::{
    DomainCheckpointGetXmlDesc, DomainGetVcpusFlags, DomainGetXmlDesc, DomainInterfaceAddresses,
    DomainManagedSaveGetXmlDesc, DomainSnapshotGetXmlDesc,
};
use api::xdr::{self, Reader, Xdr};
use api::{Error, ErrorCode, ErrorDomain, Procedure};

/// Whether a read-only connection may make this call with these arguments.
///
/// # Errors
/// OPERATION_DENIED when not.
pub(crate) fn check_read_only(row: &Row, args: &[u8]) -> Result<(), Error> {
    if !row.is_read_only() {
        let detail = format!("read only access prevents {}", row.api_name());
        return Err(denied(row, detail));
    }
    let conditions = || {
        row.access
            .iter()
            .filter(|access| access.when != When::Always && !access.permission.only_reads())
    };
    if conditions().next().is_none() {
        return Ok(());
    }
    // Arguments that cannot be decoded are refused as such right after this.
    let Some(word) = deciding_word(row, args).transpose() else {
        return Err(denied(row, format!("read only access prevents {}", row.api_name())));
    };
    let Ok(word) = word else { return Ok(()) };
    let holds = |when: When| match when {
        When::Always => true,
        When::With(bits) => word & bits != 0,
        When::Without(bits) => word & bits == 0,
        When::Source(source) => word == source,
    };
    match conditions().find(|access| holds(access.when)) {
        None => Ok(()),
        Some(access) if access.permission.name == "read_secure" => {
            Err(denied(row, format!("{} with secure flag", row.api_name())))
        }
        Some(_) => Err(denied(row, format!("read only access prevents {}", row.api_name()))),
    }
}

/// The argument that the conditions of a row are about; none for a row that is not known here.
/// Found by decoding: what a client appends behind the arguments must not count.
fn deciding_word(row: &Row, args: &[u8]) -> Result<Option<u32>, xdr::Error> {
    macro_rules! word {
        ($($procedure:ident . $field:ident),*) => {
            $(if (row.program, row.number) == ($procedure::ROW.program, $procedure::ROW.number) {
                let args = <$procedure as Procedure>::Args::decode(&mut Reader::new(args))?;
                return Ok(Some(args.$field));
            })*
        };
    }
    word!(
        DomainGetXmlDesc.flags,
        DomainSnapshotGetXmlDesc.flags,
        DomainCheckpointGetXmlDesc.flags,
        DomainManagedSaveGetXmlDesc.flags,
        DomainGetVcpusFlags.flags,
        DomainInterfaceAddresses.source
    );
    Ok(None)
}

fn denied(row: &Row, detail: String) -> Error {
    Error::new(ErrorCode::OPERATION_DENIED, error_domain(row), detail)
}

/// The domain of errors that are raised before any driver sees the call: libvirt's, by the object
/// that the call is about.
pub(crate) fn error_domain(row: &Row) -> ErrorDomain {
    if row.program != api::remote::PROGRAM.number {
        return ErrorDomain::NONE;
    }
    let objects = [
        ("DomainSnapshot", ErrorDomain::DOMAIN_SNAPSHOT),
        ("DomainCheckpoint", ErrorDomain::DOMAIN_CHECKPOINT),
        ("Domain", ErrorDomain::DOMAIN),
        ("NetworkPort", ErrorDomain::NETWORK),
        ("Network", ErrorDomain::NETWORK),
        ("Storage", ErrorDomain::STORAGE),
        ("NodeDevice", ErrorDomain::NODEDEV),
        ("Secret", ErrorDomain::SECRET),
        ("Nwfilter", ErrorDomain::NWFILTER),
        ("Interface", ErrorDomain::INTERFACE),
    ];
    // `ConnectListAllDomains` is about domains, `NodeGetInfo` about none of these.
    let about = |name: &str| match row.name.strip_prefix("Connect") {
        Some(rest) => rest.contains(name),
        None => row.name.starts_with(name),
    };
    objects.iter().find(|(name, _)| about(name)).map_or(ErrorDomain::NONE, |(_, domain)| *domain)
}

#[cfg(test)]
mod tests {
    use api::procedure::{Lane, When};
    use api::remote::{ConnectGetHostname, DomainDestroy, DomainGetXmlDesc, DomainGetXmlDescArgs};
    use api::{ErrorCode, ErrorDomain, Procedure, xdr};

    use super::{check_read_only, deciding_word};

    fn xml_desc_args(flags: u32) -> Vec<u8> {
        xdr::to_bytes(&DomainGetXmlDescArgs { flags, ..DomainGetXmlDescArgs::default() }).unwrap()
    }

    #[test]
    fn a_read_only_connection_may_look_but_not_touch() {
        assert_eq!(check_read_only(ConnectGetHostname::ROW, &[]), Ok(()));
        let error = check_read_only(DomainDestroy::ROW, &[]).unwrap_err();
        assert_eq!((error.code, error.domain), (ErrorCode::OPERATION_DENIED, ErrorDomain::DOMAIN));
        assert_eq!(
            error.message,
            "operation forbidden: read only access prevents virDomainDestroy"
        );
    }

    #[test]
    fn secrets_in_documents_stay_secret() {
        assert_eq!(check_read_only(DomainGetXmlDesc::ROW, &xml_desc_args(2)), Ok(()));
        let mut args = xml_desc_args(1);
        // A harmless word behind the arguments does not help.
        args.extend([0; 4]);
        let error = check_read_only(DomainGetXmlDesc::ROW, &args).unwrap_err();
        assert_eq!(error.message, "operation forbidden: virDomainGetXMLDesc with secure flag");
    }

    #[test]
    fn every_condition_on_a_reading_call_can_be_checked() {
        for row in api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows()) {
            let conditional = row
                .access
                .iter()
                .any(|access| access.when != When::Always && !access.permission.only_reads());
            if row.lane != Lane::Event && row.is_read_only() && conditional {
                let found = deciding_word(row, &[]);
                assert!(found.is_err(), "{} is not among the deciding words", row.name);
            }
        }
    }
}
