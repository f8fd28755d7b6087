//! Every procedure that the driver serves.

use api::remote::*;
use driver::Routes;

use crate::driver::SecretDriver;

/// The driver's table of contents.
pub(crate) fn routes() -> Routes<SecretDriver> {
    driver::routes! { SecretDriver:
        ConnectNumOfSecrets,
        ConnectListSecrets,
        ConnectListAllSecrets,
        SecretLookupByUuid,
        SecretLookupByUsage,
        SecretDefineXml,
        SecretUndefine,
        SecretGetXmlDesc,
        SecretGetValue,
        SecretSetValue,
    }
}
