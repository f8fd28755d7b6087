//! What somebody may do, and why: for people who write rules.

use api::ferrovirt::{AccessCheckArgs, AccessCheckRet};
use api::procedure::{Lane, Permission, Row, When};
use api::{Error, ErrorDomain, Result, Uuid};
use driver::{Client, Driver, Identity, Key, ObjectKind, Reference};

use super::Access;
use super::engine::{Question, Subject, Target};

/// Errors of questions that make no sense.
const ADMIN: ErrorDomain = ErrorDomain::ADMIN;

impl Access {
    /// Answers `fv can-i`: for the client that asks, unless the question names somebody.
    ///
    /// # Errors
    /// When the question makes no sense, or its object is not there.
    pub(crate) async fn explain(
        &self,
        driver: &dyn Driver,
        client: &Client,
        args: AccessCheckArgs,
    ) -> Result<AccessCheckRet> {
        if self.is_open() {
            let reason = "no access driver is configured: whoever gets in may".to_owned();
            return Ok(AccessCheckRet { allowed: 1, reason });
        }
        let needs = wanted(&args.permission)?;
        let object = object(driver, &args)?;
        let who = who(client, &args);
        let mut reasons = Vec::with_capacity(needs.len());
        for permission in needs {
            let target = target(permission, object.as_ref())?;
            let question = Question { driver: driver.name(), permission, target };
            let decision = self.decide(&who, &question).get().await;
            let reason = format!("{permission} on {target}, {who}: {}", decision.reason);
            if !decision.allowed {
                return Ok(AccessCheckRet { allowed: 0, reason });
            }
            reasons.push(reason);
        }
        if reasons.is_empty() {
            reasons.push("everybody may call it".to_owned());
        }
        Ok(AccessCheckRet { allowed: 1, reason: reasons.join("\n") })
    }
}

/// The permissions that a word stands for: one, or what a call always needs.
fn wanted(word: &str) -> Result<Vec<Permission>> {
    if let Some(permission) = Permission::named(word) {
        return Ok(vec![permission]);
    }
    let row = call(word).ok_or_else(|| {
        let detail = format!("'{word}' is neither a permission such as domain.start nor a call");
        Error::invalid_arg(ADMIN, detail)
    })?;
    let always = row.access.iter().filter(|access| access.when == When::Always);
    Ok(always.map(|access| access.permission).collect())
}

/// The call of that name: `domain_destroy`, `DomainDestroy` or `virDomainDestroy`.
fn call(word: &str) -> Option<&'static Row> {
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let word = plain(word);
    let mut rows = api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows());
    rows.find(|row| {
        row.lane != Lane::Event && (plain(row.name) == word || plain(&row.api_name()) == word)
    })
}

/// Somebody whom the question names, or else the client itself.
fn who(client: &Client, args: &AccessCheckArgs) -> Subject {
    let AccessCheckArgs { uid, gid, sasl_name, tls_name, .. } = args;
    if uid.is_none() && gid.is_none() && sasl_name.is_none() && tls_name.is_none() {
        return Subject::from(client);
    }
    let (sasl_name, tls_name) = (sasl_name.clone(), tls_name.clone());
    Subject { uid: *uid, gid: *gid, process: None, sasl_name, tls_name }
}

/// The object that the question names.
fn object(driver: &dyn Driver, args: &AccessCheckArgs) -> Result<Option<Identity>> {
    let Some(name) = &args.name else { return Ok(None) };
    let kind = args.object.as_deref().unwrap_or_default();
    let kind = ObjectKind::named(kind)
        .ok_or_else(|| Error::invalid_arg(ADMIN, format!("'{kind}' is no kind of object")))?;
    let by_name = || driver.identify(&Reference { kind, key: Key::Name(name.clone()) });
    let identity = match name.parse::<Uuid>() {
        Ok(uuid) => {
            let key = Key::Uuid { uuid, name: String::new() };
            driver.identify(&Reference { kind, key }).or_else(|_| by_name())?
        }
        Err(_) => by_name()?,
    };
    let none = || {
        let detail = format!("the driver {} has no {}", driver.name(), kind.name());
        Error::operation_unsupported(ADMIN, detail)
    };
    identity.map(Some).ok_or_else(none)
}

fn target(permission: Permission, object: Option<&Identity>) -> Result<Target<'_>> {
    match (ObjectKind::named(permission.object), object) {
        (None, _) => Ok(Target::Connection),
        (Some(kind), None) => Ok(Target::Some(kind)),
        (Some(kind), Some(object)) if object.kind == kind => Ok(Target::Object(object)),
        (Some(_), Some(object)) => {
            let detail = format!("{permission} is nothing that a {} has", object.kind.name());
            Err(Error::invalid_arg(ADMIN, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;

    fn names(word: &str) -> Vec<String> {
        wanted(word).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_word_is_a_permission_or_a_call_by_any_of_its_names() {
        assert_eq!(names("domain.start"), ["domain.start"]);
        for call in ["domain_define_xml", "DomainDefineXml", "virDomainDefineXML"] {
            assert_eq!(names(call), ["domain.write", "domain.save"]);
        }
        assert!(names("auth_list").is_empty());
        assert!(wanted("domain.fly").is_err() && wanted("domain_event_lifecycle").is_err());
    }
}
