//! Secrets.

use api::remote;
use api::xdr::Opaque;
use api::{ConnectListAllSecretsFlags, SecretDefineFlags, SecretUsageType, Uuid};

use super::{object, object_calls};
use crate::connection::Connection;
use crate::error::Result;

object! {
    /// A secret of a connection.
    Secret(NonnullSecret) by secret
}

impl Secret {
    /// What kind of thing it is for.
    pub fn usage_type(&self) -> SecretUsageType {
        SecretUsageType(self.reference.usage_type)
    }

    /// What it is for; empty when it is for nothing in particular.
    pub fn usage_id(&self) -> &str {
        &self.reference.usage_id
    }
}

object_calls! { Secret as secret;
    /// Its document, which never has the value.
    ///
    /// # Errors
    /// Code 66 when it is gone.
    xml() -> String = |ret: remote::SecretGetXmlDescRet| ret.xml,
        SecretGetXmlDesc, SecretGetXmlDescArgs { flags: 0 };

    /// Its value.
    ///
    /// # Errors
    /// Code 65 when it is private, 66 when it has none.
    value() -> Vec<u8> = |ret: remote::SecretGetValueRet| ret.value.0,
        SecretGetValue, SecretGetValueArgs { flags: 0 };

    /// Sets its value, of at least one byte.
    ///
    /// # Errors
    /// Code 66 when it is gone.
    set_value(value: &[u8]), SecretSetValue,
        SecretSetValueArgs { value: Opaque(value.to_vec()), flags: 0 };

    /// Takes it and its value away.
    ///
    /// # Errors
    /// Code 66 when it is gone.
    undefine(), SecretUndefine, SecretUndefineArgs {};
}

impl Connection {
    /// Secrets that match; the empty filter matches all.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn secrets(&self, filter: ConnectListAllSecretsFlags) -> Result<Vec<Secret>> {
        let args = remote::ConnectListAllSecretsArgs { need_results: 1, flags: filter.0 };
        let ret = self.call::<remote::ConnectListAllSecrets>(args).await?;
        Ok(ret.secrets.into_iter().map(|reference| self.secret(reference)).collect())
    }

    /// The secret with this UUID.
    ///
    /// # Errors
    /// Code 66 when there is none.
    pub async fn secret_with(&self, uuid: Uuid) -> Result<Secret> {
        let args = remote::SecretLookupByUuidArgs { uuid };
        Ok(self.secret(self.call::<remote::SecretLookupByUuid>(args).await?.secret))
    }

    /// The secret that is for this.
    ///
    /// # Errors
    /// Code 66 when there is none.
    pub async fn secret_for(&self, kind: SecretUsageType, id: &str) -> Result<Secret> {
        let args = remote::SecretLookupByUsageArgs { usage_type: kind.0, usage_id: id.to_owned() };
        Ok(self.secret(self.call::<remote::SecretLookupByUsage>(args).await?.secret))
    }

    /// Defines a secret, without its value, or changes its definition.
    ///
    /// # Errors
    /// What is wrong with the document; code 1 when another is for the same.
    pub async fn define_secret(&self, xml: &str, flags: SecretDefineFlags) -> Result<Secret> {
        let args = remote::SecretDefineXmlArgs { xml: xml.to_owned(), flags: flags.0 };
        Ok(self.secret(self.call::<remote::SecretDefineXml>(args).await?.secret))
    }
}
