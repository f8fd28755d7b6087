//! Logging in: whatever the server wants to know before it talks.

mod file;

use api::remote::{
    AuthList, AuthPolkit, AuthSaslInit, AuthSaslStart, AuthSaslStartArgs, AuthSaslStep,
    AuthSaslStepArgs, AuthType,
};
use api::{ErrorCode, remote};
use sasl::client::Login;
use sasl::{Mechanism, Password, Wire};

use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::uri::{Parameters, UriParts};
use file::AuthFile;

/// Steps after which an exchange has gone astray.
const STEPS_MAX: usize = 8;

/// Where name and password come from, by the URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    host: String,
    wire: Wire,
    /// Only this mechanism may be used.
    mechanism: Option<String>,
    /// A file of the URI's own.
    file: Option<String>,
}

impl Source {
    pub(crate) fn of(uri: &str) -> Self {
        let UriParts { transport, host, query } = UriParts::of(uri);
        let parameters = Parameters::parse(query);
        let parameter = |name| parameters.as_ref()?.get(name).map(str::to_owned);
        let mechanism =
            parameter("auth").and_then(|auth| auth.strip_prefix("sasl.").map(str::to_owned));
        let wire = match transport {
            Some("tls") => Wire::Encrypted,
            Some("unix" | "ssh") => Wire::Local,
            None if host.is_empty() => Wire::Local,
            None => Wire::Encrypted,
            Some(_) => Wire::Open,
        };
        let host = if host.is_empty() { "localhost" } else { host };
        Self { host: host.to_owned(), wire, mechanism, file: parameter("authfile") }
    }
}

/// Asks how to authenticate and does it; being asked is what lets a trusted peer in.
pub(crate) async fn authenticate(connection: &Connection, source: &Source) -> Result<()> {
    let types = connection.call::<AuthList>(()).await?.types.0;
    match types.first().copied().unwrap_or(AuthType::NONE) {
        AuthType::NONE => Ok(()),
        AuthType::SASL => by_sasl(connection, source).await,
        AuthType::POLKIT => by_polkit(connection).await,
        AuthType(kind) => Err(Error::Authentication { kind }),
    }
}

/// Polkit asks the peer's user itself; there is nothing to say but that it shall.
async fn by_polkit(connection: &Connection) -> Result<()> {
    match connection.call::<AuthPolkit>(()).await {
        Ok(ret) if ret.complete != 0 => Ok(()),
        Ok(_) => Err(login_failed("polkit has not decided")),
        Err(error) => Err(error),
    }
}

async fn by_sasl(connection: &Connection, source: &Source) -> Result<()> {
    let offered = connection.call::<AuthSaslInit>(()).await?.mechlist;
    let mechanism = choose(&offered, source)?;
    let (user, password) = credentials(source)?;
    let failed = |fault: sasl::client::Fault| login_failed(fault.to_string());
    let (mut login, first) = Login::begin(mechanism, &user, &password).map_err(failed)?;
    let mech = mechanism.name().to_owned();
    let args = AuthSaslStartArgs { mech, nil: 0, data: signed(first).into() };
    let remote::AuthSaslStartRet { mut complete, mut data, .. } =
        connection.call::<AuthSaslStart>(args).await?;
    for _ in 0..STEPS_MAX {
        let said: Vec<u8> = data.0.iter().map(|byte| byte.cast_unsigned()).collect();
        let answer = login.next(&said).map_err(failed)?;
        if complete != 0 {
            return match login.is_done() {
                true => Ok(()),
                false => Err(login_failed("the server broke the exchange off")),
            };
        }
        let nil = i32::from(answer.is_none());
        let data_out = signed(answer.unwrap_or_default()).into();
        let args = AuthSaslStepArgs { nil, data: data_out };
        remote::AuthSaslStepRet { complete, data, .. } =
            connection.call::<AuthSaslStep>(args).await?;
    }
    Err(login_failed("the exchange has no end"))
}

/// The best of what the server offers that is fit for the transport.
fn choose(offered: &str, source: &Source) -> Result<Mechanism> {
    let wanted = |name: &&str| source.mechanism.as_deref().is_none_or(|wanted| wanted == *name);
    let names: Vec<&str> = offered.split([',', ' ']).map(str::trim).filter(wanted).collect();
    [Mechanism::ScramSha256, Mechanism::Plain]
        .into_iter()
        .find(|mechanism| mechanism.fits(source.wire) && names.contains(&mechanism.name()))
        .ok_or_else(|| {
            login_failed(format!("no mechanism of '{offered}' can be used over this transport"))
        })
}

fn credentials(source: &Source) -> Result<(String, Password)> {
    let file = AuthFile::find(source.file.as_deref())?;
    let missing = || {
        let host = &source.host;
        login_failed(format!("no auth file has name and password for service libvirt on '{host}'"))
    };
    let file = file.ok_or_else(missing)?;
    let value = |key| file.credential("libvirt", &source.host, key);
    let (user, password) = value("authname").zip(value("password")).ok_or_else(missing)?;
    Ok((user.to_owned(), Password::new(password.to_owned())))
}

fn login_failed(reason: impl Into<String>) -> Error {
    let domain = api::ErrorDomain::REMOTE;
    api::Error::new(ErrorCode::AUTH_FAILED, domain, reason.into()).into()
}

fn signed(bytes: Vec<u8>) -> Vec<i8> {
    bytes.into_iter().map(u8::cast_signed).collect()
}

#[cfg(test)]
mod tests {
    use sasl::{Mechanism, Wire};

    use super::{Source, choose};

    #[test]
    fn the_uri_says_where_to_look_and_how_safe_it_is_there() {
        let source = Source::of("qemu+tls://host:16514/system?auth=sasl.PLAIN&authfile=/a%20b");
        assert_eq!((source.host.as_str(), source.wire), ("host", Wire::Encrypted));
        assert_eq!(source.mechanism.as_deref(), Some("PLAIN"));
        assert_eq!(source.file.as_deref(), Some("/a b"));
        let local = Source::of("qemu:///system");
        assert_eq!((local.host.as_str(), local.wire), ("localhost", Wire::Local));
        assert_eq!(Source::of("qemu://root@host/system").wire, Wire::Encrypted);
        assert_eq!(Source::of("qemu://root@[::1]:7/system").host, "::1");
        assert_eq!(Source::of("qemu+tcp://host/system").wire, Wire::Open);
        assert_eq!(Source::of("").wire, Wire::Local);
    }

    #[test]
    fn a_password_is_not_shown_to_whoever_listens() {
        let chosen = |uri, offered| choose(offered, &Source::of(uri)).ok();
        let all = "DIGEST-MD5,PLAIN,SCRAM-SHA-256";
        assert_eq!(chosen("qemu:///system", all), Some(Mechanism::ScramSha256));
        assert_eq!(chosen("qemu://host/system", "PLAIN"), Some(Mechanism::Plain));
        assert_eq!(chosen("qemu://host/system?auth=sasl.PLAIN", all), Some(Mechanism::Plain));
        assert_eq!(chosen("qemu+tcp://host/system", all), None);
        assert_eq!(chosen("qemu:///system", "PLAIN"), None);
        assert_eq!(chosen("qemu:///system", "GSSAPI"), None);
    }
}
