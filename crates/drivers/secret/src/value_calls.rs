//! Setting and telling values.

use std::sync::Arc;

use api::remote::{
    SecretGetValue, SecretGetValueArgs, SecretGetValueRet, SecretSetValue, SecretSetValueArgs,
};
use api::xdr::Opaque;
use api::{Error, ErrorCode, Result};
use definitions::flags;
use driver::{CallContext, Handler, SecretEventBody};

use crate::driver::SecretDriver;
use crate::kind::SECRET;
use crate::value::{self, Value};

impl Handler<SecretSetValue> for SecretDriver {
    async fn handle(&self, _: &CallContext, args: SecretSetValueArgs) -> Result<()> {
        let SecretSetValueArgs { secret, value: Opaque(bytes), flags } = args;
        // Owned by what clears it before anything can fail.
        let value = Arc::new(Value::new(bytes));
        flags::only(flags, 0, SECRET, "secretSetValue")?;
        if value.bytes().is_empty() {
            let message = "value in virSecretSetValue must not be NULL";
            return Err(flags::refused(SECRET, message));
        }
        let secret = self.find(&secret)?;
        let order = self.secrets.order(&secret).await?;
        let document = Arc::clone(&order.view.document);
        let kept = (!document.ephemeral.0).then(|| Arc::clone(&value));
        let keep = move |files: &definitions::Files, uuid: &str| {
            kept.map_or(Ok(()), |value| value::save(files, uuid, &value))
        };
        order.set_state(Some(value), keep, "cannot save the value").await?;
        self.tell(secret.uuid, &document, SecretEventBody::ValueChanged);
        Ok(())
    }
}

impl Handler<SecretGetValue> for SecretDriver {
    async fn handle(&self, _: &CallContext, args: SecretGetValueArgs) -> Result<SecretGetValueRet> {
        flags::only(args.flags, 0, SECRET, "secretGetValue")?;
        let secret = self.find(&args.secret)?;
        let view = secret.view()?;
        if view.document.private.0 {
            return Err(Error::new(ErrorCode::INVALID_SECRET, SECRET, "secret is private"));
        }
        let value = view.state.as_ref().ok_or_else(|| {
            let detail = format!("secret '{}' does not have a value", secret.uuid);
            Error::new(ErrorCode::NO_SECRET, SECRET, detail)
        })?;
        Ok(SecretGetValueRet { value: Opaque(value.bytes().to_vec()) })
    }
}
