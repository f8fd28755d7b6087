//! Values of secrets for the drivers of guests.

use api::{Error, ErrorCode, ErrorDomain, Result, SecretUsageType};
use driver::{SecretKey, SecretStore, no_secret};
use zeroize::Zeroizing;

use crate::driver::SecretDriver;
use crate::kind::SECRET;

impl SecretStore for SecretDriver {
    fn value(&self, key: &SecretKey, usage: SecretUsageType) -> Result<Zeroizing<Vec<u8>>> {
        let found = match key {
            SecretKey::Uuid(uuid) => self.secrets.find(*uuid, ""),
            SecretKey::Usage(id) => self.for_usage(usage.0, id),
        };
        let secret = found.map_err(|_| no_secret(key))?;
        let view = secret.view()?;
        let uuid = secret.uuid;
        // One that is for nothing in particular is for everything.
        let kind = SecretUsageType(view.document.usage_type());
        if kind != SecretUsageType::NONE && kind != usage {
            let (is, wanted) = (word(kind), word(usage));
            let detail =
                format!("secret with uuid {uuid} is of type '{is}' not expected '{wanted}' type");
            return Err(Error::invalid_arg(ErrorDomain::NONE, detail));
        }
        let value = view.state.as_ref().ok_or_else(|| {
            let detail = format!("secret '{uuid}' does not have a value");
            Error::new(ErrorCode::NO_SECRET, SECRET, detail)
        })?;
        Ok(Zeroizing::new(value.bytes().to_vec()))
    }
}

fn word(usage: SecretUsageType) -> &'static str {
    match usage {
        SecretUsageType::NONE => "none",
        SecretUsageType::VOLUME => "volume",
        SecretUsageType::CEPH => "ceph",
        SecretUsageType::ISCSI => "iscsi",
        SecretUsageType::TLS => "tls",
        SecretUsageType::VTPM => "vtpm",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use api::remote::{
        NonnullSecret, SecretDefineXml, SecretDefineXmlArgs, SecretSetValue, SecretSetValueArgs,
    };
    use api::xdr::Opaque;
    use api::{Procedure, Uuid};
    use definitions::Place;
    use driver::{CallContext, Client, ClientAccess, Handler, Peer};

    use super::*;

    fn context<P: Procedure>() -> CallContext {
        let client = Arc::new(Client::new(1, Peer::default()));
        CallContext::new(P::ROW, client, ClientAccess::ReadWrite, Vec::new())
    }

    async fn define(driver: &SecretDriver, n: u8, usage: &str) -> NonnullSecret {
        let uuid = Uuid([n; 16]);
        let xml =
            format!("<secret ephemeral='yes' private='yes'><uuid>{uuid}</uuid>{usage}</secret>");
        let args = SecretDefineXmlArgs { xml, flags: 0 };
        let cx = context::<SecretDefineXml>();
        Handler::<SecretDefineXml>::handle(driver, &cx, args).await.unwrap().secret
    }

    #[tokio::test]
    async fn a_private_value_is_told_for_its_use_and_for_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let driver = crate::load(&Place::plain(directory.path().into())).unwrap();
        let ceph = define(&driver, 1, "<usage type='ceph'><name>c</name></usage>").await;
        let any = define(&driver, 2, "").await;
        let by_uuid = |n| SecretKey::Uuid(Uuid([n; 16]));
        let error = driver.value(&by_uuid(1), SecretUsageType::CEPH).unwrap_err();
        assert_eq!(error.code, ErrorCode::NO_SECRET, "{error:?}");
        assert!(error.message.ends_with("does not have a value"), "{}", error.message);
        for secret in [ceph, any] {
            let value = Opaque(b"geheim".to_vec());
            let args = SecretSetValueArgs { secret, value, flags: 0 };
            let cx = context::<SecretSetValue>();
            Handler::<SecretSetValue>::handle(&*driver, &cx, args).await.unwrap();
        }
        for key in [by_uuid(1), by_uuid(2), SecretKey::Usage("c".into())] {
            assert_eq!(**driver.value(&key, SecretUsageType::CEPH).unwrap(), *b"geheim");
        }
        let error = driver.value(&by_uuid(1), SecretUsageType::ISCSI).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_ARG);
        assert!(error.message.contains("type 'ceph' not expected 'iscsi'"), "{}", error.message);
        for key in [by_uuid(3), SecretKey::Usage("d".into())] {
            let error = driver.value(&key, SecretUsageType::CEPH).unwrap_err();
            assert_eq!(error.code, ErrorCode::NO_SECRET);
        }
    }
}
