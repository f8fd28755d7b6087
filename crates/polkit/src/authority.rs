//! The conversation with `org.freedesktop.PolicyKit1`.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use trace::probes;
use zbus::{Connection, fdo};

use crate::{Decision, Interaction, PolkitError, Subject};

const NAME: &str = "org.freedesktop.PolicyKit1";
const PATH: &str = "/org/freedesktop/PolicyKit1/Authority";
const INTERFACE: &str = "org.freedesktop.PolicyKit1.Authority";
/// The question.
const CHECK: &str = "CheckAuthorization";

/// How long polkit may take when nobody is asked; its rules may be programs.
const RULES_DEADLINE: Duration = Duration::from_secs(10);
/// What the connection to the bus may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// Flag of `CheckAuthorization`: the user may be asked.
const ALLOW_USER_INTERACTION: u32 = 1;

/// The system's authority on who may do what.
#[derive(Debug, Default)]
pub struct Polkit {
    /// Where the bus is; none for where the system has it.
    address: Option<String>,
    connection: Mutex<Option<Connection>>,
    /// Names questions, so that they can be taken back.
    questions: AtomicU64,
}

impl Polkit {
    /// The one at the system bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// The one at another bus: a D-Bus address, such as `unix:path=/run/bus`.
    pub fn at(address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::default() }
    }

    /// Whether `subject` may do what `action` names, such as `org.libvirt.unix.manage`. Rules and
    /// dialogues may use `details`. Dropping the future takes the question back.
    ///
    /// # Errors
    /// See [`PolkitError`]. Without a decision nobody may do anything.
    pub async fn check(
        &self,
        action: &str,
        subject: Subject,
        details: &[(&str, &str)],
        interaction: Interaction,
    ) -> Result<Decision, PolkitError> {
        let deadline = match interaction {
            Interaction::None => RULES_DEADLINE,
            Interaction::Within(deadline) => deadline,
        };
        tokio::time::timeout(deadline, self.ask_twice(action, subject, details, interaction))
            .await
            .unwrap_or(Err(PolkitError::Deadline(deadline)))
    }

    /// A bus that was restarted shows only when it is used; then it is asked once more.
    async fn ask_twice(
        &self,
        action: &str,
        subject: Subject,
        details: &[(&str, &str)],
        interaction: Interaction,
    ) -> Result<Decision, PolkitError> {
        let connection = self.connection().await?;
        match self.ask(&connection, action, subject, details, interaction).await {
            Err(_) if connection.is_closed() => {
                let connection = self.connection().await?;
                self.ask(&connection, action, subject, details, interaction).await
            }
            outcome => outcome,
        }
    }

    async fn ask(
        &self,
        connection: &Connection,
        action: &str,
        subject: Subject,
        details: &[(&str, &str)],
        interaction: Interaction,
    ) -> Result<Decision, PolkitError> {
        let details: HashMap<&str, &str> = details.iter().copied().collect();
        let (flags, question) = match interaction {
            Interaction::None => (0, None),
            Interaction::Within(_) => (ALLOW_USER_INTERACTION, Some(self.question(connection))),
        };
        let id = question.as_ref().map_or("", |question| question.id.as_str());
        let arguments = (subject.to_dbus(), action, details, flags, id);
        probes::dbus_method_call(INTERFACE, CHECK, PATH, NAME);
        let reply =
            connection.call_method(Some(NAME), PATH, Some(INTERFACE), CHECK, &arguments).await;
        match &reply {
            Ok(_) => probes::dbus_method_reply(INTERFACE, CHECK, PATH, NAME),
            Err(error) => {
                let (name, message) = (|| error_name(error), || error.to_string());
                probes::dbus_method_error(INTERFACE, CHECK, PATH, NAME, &name, &message);
            }
        }
        if let Some(question) = question {
            question.answered();
        }
        let reply = reply.map_err(fault)?;
        let ((allowed, challenge, details),): ((bool, bool, HashMap<String, String>),) =
            reply.body().deserialize().map_err(fault)?;
        Ok(if allowed {
            Decision::Allowed
        } else if details.contains_key("polkit.dismissed") {
            Decision::Dismissed
        } else if challenge {
            Decision::NoAgent
        } else {
            Decision::Denied
        })
    }

    fn question(&self, connection: &Connection) -> Question {
        let number = self.questions.fetch_add(1, Ordering::Relaxed);
        let id = format!("ferrovirt-{}-{number}", std::process::id());
        Question { connection: Some(connection.clone()), id }
    }

    /// The connection that is there, or a new one.
    async fn connection(&self) -> Result<Connection, PolkitError> {
        let known = self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| !known.is_closed()) {
            return Ok(known);
        }
        let builder = match &self.address {
            Some(address) => zbus::connection::Builder::address(address.as_str()),
            None => zbus::connection::Builder::system(),
        };
        // Two may connect at the same time: either connection serves both.
        let new = tokio::time::timeout(CONNECT_DEADLINE, builder.build())
            .await
            .map_err(|_| PolkitError::Deadline(CONNECT_DEADLINE))?
            .map_err(PolkitError::NoBus)?;
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = Some(new.clone());
        Ok(new)
    }
}

/// A question that is taken back when it is dropped without an answer.
struct Question {
    connection: Option<Connection>,
    id: String,
}

impl Question {
    fn answered(mut self) {
        self.connection = None;
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let id = std::mem::take(&mut self.id);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let method = "CancelCheckAuthorization";
            let told = connection.call_method(Some(NAME), PATH, Some(INTERFACE), method, &id);
            match tokio::time::timeout(RULES_DEADLINE, told).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::debug!(%error, "polkit keeps a question for nothing"),
                Err(_) => tracing::debug!("polkit does not answer"),
            }
        });
    }
}

/// The name of an error that came over the bus; empty for one of our own side.
fn error_name(error: &zbus::Error) -> String {
    match error {
        zbus::Error::MethodError(name, ..) => name.to_string(),
        _ => String::new(),
    }
}

fn fault(error: zbus::Error) -> PolkitError {
    match error {
        zbus::Error::FDO(error) => match *error {
            fdo::Error::ServiceUnknown(text)
            | fdo::Error::NameHasNoOwner(text)
            | fdo::Error::NoReply(text) => PolkitError::NoAuthority(text),
            fdo::Error::ZBus(error) => fault(error),
            other => PolkitError::Failed(other.to_string()),
        },
        zbus::Error::MethodError(name, text, _)
            if name.starts_with("org.freedesktop.DBus.Error.Spawn") =>
        {
            PolkitError::NoAuthority(text.unwrap_or_else(|| name.to_string()))
        }
        zbus::Error::MethodError(name, text, _) => {
            PolkitError::Failed(text.unwrap_or_else(|| name.to_string()))
        }
        error @ zbus::Error::InputOutput(_) => PolkitError::NoBus(error),
        other => PolkitError::Failed(other.to_string()),
    }
}
