//! What a read-only connection may not do.

use api::procedure::{Row, When};
use api::{Error, ErrorCode, ErrorDomain};

use super::needs::Words;

/// Whether a read-only connection may make this call with these arguments.
///
/// # Errors
/// OPERATION_DENIED when not.
pub(crate) fn check_read_only(row: &Row, args: &[u8]) -> Result<(), Error> {
    if !row.is_read_only() {
        let detail = format!("read only access prevents {}", row.api_name());
        return Err(denied(row, detail));
    }
    // Arguments that cannot be decoded are refused as such right after this.
    let Ok(words) = Words::read(row, args) else { return Ok(()) };
    let refused = row.access.iter().find(|access| {
        access.when != When::Always && !access.permission.only_reads() && words.meet(access.when)
    });
    match refused {
        None => Ok(()),
        Some(access) if access.permission.name == "read_secure" => {
            Err(denied(row, format!("{} with secure flag", row.api_name())))
        }
        Some(_) => Err(denied(row, format!("read only access prevents {}", row.api_name()))),
    }
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
    // libvirt counts what is about the host among the domains' calls.
    objects.iter().find(|(name, _)| about(name)).map_or(ErrorDomain::DOMAIN, |(_, domain)| *domain)
}

#[cfg(test)]
mod tests {
    use api::remote::{ConnectGetHostname, DomainDestroy, DomainGetXmlDesc, DomainGetXmlDescArgs};
    use api::{ErrorCode, ErrorDomain, Procedure, xdr};

    use super::check_read_only;

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
}
