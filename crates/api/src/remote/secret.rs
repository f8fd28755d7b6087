//! Secrets.

use xdr::{List, Opaque};

use super::shared::NonnullSecret;
use crate::{Uuid, limits, procedure::procedures};

procedures! { REMOTE
    /// How many secrets there are.
    ///
    /// **Source**: `virConnectNumOfSecrets`.
    ConnectNumOfSecrets = 139, Quick, access: [connect.search_secrets], filter: secret.getattr, since: "0.7.1";
        args (), ret ConnectNumOfSecretsRet;
    /// UUIDs of the secrets as texts, at most `maxuuids`.
    ///
    /// **Source**: `virConnectListSecrets`.
    ConnectListSecrets = 140, Quick, access: [connect.search_secrets], filter: secret.getattr, since: "0.7.1";
        args ConnectListSecretsArgs, ret ConnectListSecretsRet;
    /// Finds a secret by its UUID.
    ///
    /// **Source**: `virSecretLookupByUUID`.
    SecretLookupByUuid = 141, Quick, access: [secret.getattr], since: "0.7.1";
        args SecretLookupByUuidArgs, ret SecretLookupByUuidRet;
    /// Defines a secret, without its value, or changes its definition.
    ///
    /// **Source**: `virSecretDefineXML`.
    SecretDefineXml = 142, Quick, access: [secret.write, secret.save], since: "0.7.1";
        args SecretDefineXmlArgs, ret SecretDefineXmlRet;
    /// The secret's document, which never has the value.
    ///
    /// **Source**: `virSecretGetXMLDesc`.
    SecretGetXmlDesc = 143, Quick, access: [secret.read], since: "0.7.1";
        args SecretGetXmlDescArgs, ret SecretGetXmlDescRet;
    /// Sets a secret's value.
    ///
    /// **Source**: `virSecretSetValue`.
    SecretSetValue = 144, Quick, access: [secret.write], since: "0.7.1";
        args SecretSetValueArgs, ret ();
    /// A secret's value, unless it is private.
    ///
    /// **Source**: `virSecretGetValue`.
    SecretGetValue = 145, Quick, access: [secret.read_secure], since: "0.7.1";
        args SecretGetValueArgs, ret SecretGetValueRet;
    /// Takes away a secret and its value.
    ///
    /// **Source**: `virSecretUndefine`.
    SecretUndefine = 146, Quick, access: [secret.delete], since: "0.7.1";
        args SecretUndefineArgs, ret ();
    /// Finds a secret by what it is for.
    ///
    /// **Source**: `virSecretLookupByUsage`.
    SecretLookupByUsage = 147, Quick, access: [secret.getattr], since: "0.7.1";
        args SecretLookupByUsageArgs, ret SecretLookupByUsageRet;
    /// The secrets, by flag some of them.
    ///
    /// **Source**: `virConnectListAllSecrets`.
    ConnectListAllSecrets = 287, Quick, access: [connect.search_secrets], filter: secret.getattr, since: "0.10.2";
        args ConnectListAllSecretsArgs, ret ConnectListAllSecretsRet;
    /// Registers for one kind of event of secrets, of one or of all; the reply has the callback id.
    ///
    /// **Source**: `virConnectSecretEventRegisterAny`.
    ConnectSecretEventRegisterAny = 380, Quick, access: [connect.search_secrets], filter: secret.getattr, since: "3.0.0";
        args ConnectSecretEventRegisterAnyArgs, ret ConnectSecretEventRegisterAnyRet;
    /// Ends a registration by its callback id.
    ///
    /// **Source**: `virConnectSecretEventDeregisterAny`.
    ConnectSecretEventDeregisterAny = 381, Quick, access: [connect.read], since: "3.0.0";
        args ConnectSecretEventDeregisterAnyArgs, ret ();
    /// Event: a secret was defined or undefined.
    SecretEventLifecycle = 382, Event, since: "3.0.0";
        args SecretEventLifecycleMsg, ret ();
    /// Event: a secret has another value.
    SecretEventValueChanged = 383, Event, since: "3.0.0";
        args SecretEventValueChangedMsg, ret ();
}

xdr::structs! {
    /// Results of [`ConnectNumOfSecrets`].
    pub struct ConnectNumOfSecretsRet {
        num: i32,
    }

    /// Arguments of [`ConnectListSecrets`].
    pub struct ConnectListSecretsArgs {
        maxuuids: i32,
    }

    /// Results of [`ConnectListSecrets`].
    pub struct ConnectListSecretsRet {
        uuids: List<String, { limits::SECRET_LIST_MAX }>,
    }

    /// Arguments of [`SecretLookupByUuid`].
    pub struct SecretLookupByUuidArgs {
        uuid: Uuid,
    }

    /// Results of [`SecretLookupByUuid`].
    pub struct SecretLookupByUuidRet {
        secret: NonnullSecret,
    }

    /// Arguments of [`SecretDefineXml`].
    pub struct SecretDefineXmlArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`SecretDefineXml`].
    pub struct SecretDefineXmlRet {
        secret: NonnullSecret,
    }

    /// Arguments of [`SecretGetXmlDesc`].
    pub struct SecretGetXmlDescArgs {
        secret: NonnullSecret,
        flags: u32,
    }

    /// Results of [`SecretGetXmlDesc`].
    pub struct SecretGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`SecretSetValue`].
    pub struct SecretSetValueArgs {
        secret: NonnullSecret,
        value: Opaque<{ limits::SECRET_VALUE_MAX }>,
        flags: u32,
    }

    /// Arguments of [`SecretGetValue`].
    pub struct SecretGetValueArgs {
        secret: NonnullSecret,
        flags: u32,
    }

    /// Results of [`SecretGetValue`].
    pub struct SecretGetValueRet {
        value: Opaque<{ limits::SECRET_VALUE_MAX }>,
    }

    /// Arguments of [`SecretUndefine`].
    pub struct SecretUndefineArgs {
        secret: NonnullSecret,
    }

    /// Arguments of [`SecretLookupByUsage`].
    pub struct SecretLookupByUsageArgs {
        usage_type: i32,
        usage_id: String,
    }

    /// Results of [`SecretLookupByUsage`].
    pub struct SecretLookupByUsageRet {
        secret: NonnullSecret,
    }

    /// Arguments of [`ConnectListAllSecrets`].
    pub struct ConnectListAllSecretsArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllSecrets`].
    pub struct ConnectListAllSecretsRet {
        secrets: List<NonnullSecret, { limits::SECRET_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`ConnectSecretEventRegisterAny`].
    pub struct ConnectSecretEventRegisterAnyArgs {
        event_id: i32,
        secret: Option<NonnullSecret>,
    }

    /// Results of [`ConnectSecretEventRegisterAny`].
    pub struct ConnectSecretEventRegisterAnyRet {
        callback_id: i32,
    }

    /// Arguments of [`ConnectSecretEventDeregisterAny`].
    pub struct ConnectSecretEventDeregisterAnyArgs {
        callback_id: i32,
    }

    /// Body of [`SecretEventLifecycle`].
    pub struct SecretEventLifecycleMsg {
        callback_id: i32,
        secret: NonnullSecret,
        event: i32,
        detail: i32,
    }

    /// Body of [`SecretEventValueChanged`].
    pub struct SecretEventValueChangedMsg {
        callback_id: i32,
        secret: NonnullSecret,
    }
}
