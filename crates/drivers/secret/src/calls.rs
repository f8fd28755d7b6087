//! Finding, listing, defining and undefining secrets.

use api::remote::*;
use api::xdr::List;
use api::{
    ConnectListAllSecretsFlags as Flag, Error, Result, SecretDefineFlags, SecretEventLifecycleType,
    Uuid,
};
use config::secret::Secret;
use definitions::{
    Candidate, Kind, Others, SystemEntropy, admits, answers, at_most, count, document_error, flags,
};
use driver::{CallContext, Handler, SecretEventBody};

use crate::driver::{SecretDriver, is_for, reference};
use crate::kind::{SECRET, Secrets};

answers! { SecretDriver;
    SecretLookupByUuid(driver, args) => {
        let found = driver.secrets.find(args.uuid, "")?;
        Ok(SecretLookupByUuidRet { secret: reference(found.uuid, &found.view()?.document) })
    };
    SecretLookupByUsage(driver, args) => {
        let found = driver.for_usage(args.usage_type, &args.usage_id)?;
        Ok(SecretLookupByUsageRet { secret: reference(found.uuid, &found.view()?.document) })
    };
    SecretGetXmlDesc(driver, args) => {
        flags::only(args.flags, 0, SECRET, "secretGetXMLDesc")?;
        let xml = driver.find(&args.secret)?.view()?.document.format();
        Ok(SecretGetXmlDescRet { xml })
    };
}

impl Handler<ConnectListAllSecrets> for SecretDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListAllSecretsArgs,
    ) -> Result<ConnectListAllSecretsRet> {
        let known = Flag::EPHEMERAL | Flag::NO_EPHEMERAL | Flag::PRIVATE | Flag::NO_PRIVATE;
        flags::only(args.flags, known.0, SECRET, "secretConnectListAllSecrets")?;
        let mut all = self.secrets.visible(cx).await;
        all.retain(|(_, view)| is_wanted(args.flags, &view.document));
        let secrets = all.iter().map(|(it, view)| reference(it.uuid, &view.document));
        let (ret, wanted) = (count(all.len()).cast_unsigned(), args.need_results != 0);
        Ok(ConnectListAllSecretsRet { secrets: List(secrets.filter(|_| wanted).collect()), ret })
    }
}

fn is_wanted(flags: u32, secret: &Secret) -> bool {
    let (ephemeral, private) = (secret.ephemeral.0, secret.private.0);
    admits(
        flags,
        &[
            &[(Flag::EPHEMERAL.0, ephemeral), (Flag::NO_EPHEMERAL.0, !ephemeral)],
            &[(Flag::PRIVATE.0, private), (Flag::NO_PRIVATE.0, !private)],
        ],
    )
}

impl Handler<ConnectListSecrets> for SecretDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListSecretsArgs,
    ) -> Result<ConnectListSecretsRet> {
        let most = at_most(args.maxuuids, SECRET, "maxuuids in virConnectListSecrets")?;
        let all = self.secrets.visible(cx).await;
        let uuids = all.iter().map(|(secret, _)| secret.uuid.to_string());
        Ok(ConnectListSecretsRet { uuids: List(uuids.take(most).collect()) })
    }
}

impl Handler<ConnectNumOfSecrets> for SecretDriver {
    async fn handle(&self, cx: &CallContext, (): ()) -> Result<ConnectNumOfSecretsRet> {
        Ok(ConnectNumOfSecretsRet { num: count(self.secrets.visible(cx).await.len()) })
    }
}

impl Handler<SecretDefineXml> for SecretDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: SecretDefineXmlArgs,
    ) -> Result<SecretDefineXmlRet> {
        let validate = SecretDefineFlags::VALIDATE.0;
        flags::only(args.flags, validate, SECRET, "secretDefineXML")?;
        let refused = |error| document_error(&error, SECRET);
        let mut written = Secret::parse(&args.xml).map_err(refused)?;
        if args.flags & validate != 0 {
            config::refuse_unprinted(&args.xml, &written.format()).map_err(refused)?;
        }
        written.complete(&mut SystemEntropy);
        let candidate = candidate(written)?;
        let (secret, view) = self.secrets.define(cx, &candidate).await?;
        let event = SecretEventLifecycleType::DEFINED;
        self.tell(secret.uuid, &view.document, SecretEventBody::Lifecycle { event, detail: 0 });
        Ok(SecretDefineXmlRet { secret: reference(secret.uuid, &view.document) })
    }
}

fn candidate(secret: Secret) -> Result<Candidate<Secrets>> {
    let uuid = Secrets::uuid(&secret)
        .ok_or_else(|| Error::internal(SECRET, "the definition has no uuid"))?;
    Ok(Candidate {
        uuid,
        name: Secrets::name(&secret),
        identity: Secrets::identity(&secret),
        complete: Box::new(move |others| check(uuid, &secret, others).map(|()| secret.clone())),
    })
}

/// A secret keeps its use and stays private; no two are for the same.
fn check(uuid: Uuid, secret: &Secret, others: &Others<'_, Secrets>) -> Result<()> {
    let refused = |detail| Err(Error::internal(SECRET, detail));
    let (kind, id) = (secret.usage_type(), secret.usage_id());
    if let Some(known) = others.itself() {
        if known.usage_id() != id {
            let known = known.usage_id();
            return refused(format!(
                "a secret with UUID {uuid} is already defined for use with {known}"
            ));
        }
        if known.private.0 && !secret.private.0 {
            return refused("cannot change private flag on existing secret".to_owned());
        }
    }
    let other = others.documents().find(|other| kind != 0 && is_for(other, kind, id));
    match other.and_then(|other| Secrets::uuid(&other)) {
        Some(other) => {
            refused(format!("a secret with UUID {other} already defined for use with {id}"))
        }
        None => Ok(()),
    }
}

impl Handler<SecretUndefine> for SecretDriver {
    async fn handle(&self, _: &CallContext, args: SecretUndefineArgs) -> Result<()> {
        let secret = self.find(&args.secret)?;
        let view = self.secrets.undefine(&secret).await?;
        let event = SecretEventLifecycleType::UNDEFINED;
        self.tell(secret.uuid, &view.document, SecretEventBody::Lifecycle { event, detail: 0 });
        Ok(())
    }
}
