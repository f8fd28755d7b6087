//! What every command works with: the connection, and standard output.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use ferrovirt::{Connection, Domain, ErrorCode, Uuid};
use tokio::sync::OnceCell;

use crate::arguments::{Form, Globals};
use crate::failure::{Failure, WhileDoing};

/// What a command gives back.
pub(crate) type Outcome = Result<(), Failure>;

/// What every command works with.
pub(crate) struct Context {
    globals: Globals,
    connection: OnceCell<Connection>,
    json: AtomicBool,
}

/// By what a domain may be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Id of the running guest, then UUID, then name.
    Any,
    /// UUID, then name.
    UuidOrName,
    /// Id, then name.
    IdOrName,
    /// Id, then UUID.
    IdOrUuid,
}

impl Context {
    pub(crate) fn new(globals: Globals) -> Self {
        Self { globals, connection: OnceCell::new(), json: AtomicBool::new(false) }
    }

    /// The connection; the first use opens it.
    pub(crate) async fn connection(&self) -> Result<&Connection, Failure> {
        self.connection.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Connection, Failure> {
        let builder = Connection::builder(&self.uri());
        let builder = if self.globals.read_only { builder.read_only() } else { builder };
        builder.open().await.while_doing(|| "failed to connect to the hypervisor".to_owned())
    }

    /// The URI of the connection.
    pub(crate) fn uri(&self) -> String {
        self.globals.uri.clone().unwrap_or_else(default_uri)
    }

    /// Closes the connection, if one was opened.
    pub(crate) async fn close(&self) {
        if let Some(connection) = self.connection.get() {
            // What was asked for is done by now, so a server that is gone makes no difference.
            let _ = connection.clone().close().await;
        }
    }

    /// The domain that `word` names.
    pub(crate) async fn domain(&self, word: &str) -> Result<Domain, Failure> {
        self.domain_by(word, By::Any).await
    }

    /// The domain that `word` names in one of the given ways.
    pub(crate) async fn domain_by(&self, word: &str, by: By) -> Result<Domain, Failure> {
        let connection = self.connection().await?;
        let failed = || format!("failed to get domain '{word}'");
        let found = |outcome: ferrovirt::Result<Domain>| match outcome {
            Ok(domain) => Ok(Some(domain)),
            Err(error) if error.is(ErrorCode::NO_DOMAIN) => Ok(None),
            Err(error) => Err(error),
        };
        if matches!(by, By::Any | By::IdOrName | By::IdOrUuid)
            && let Ok(id @ 0..) = word.parse::<i32>()
            && let Some(domain) = found(connection.lookup_id(id).await).while_doing(failed)?
        {
            return Ok(domain);
        }
        if by != By::IdOrName
            && word.len() == 36
            && let Ok(uuid) = word.parse::<Uuid>()
            && let Some(domain) = found(connection.lookup_uuid(uuid).await).while_doing(failed)?
        {
            return Ok(domain);
        }
        if by != By::IdOrUuid
            && let Some(domain) = found(connection.lookup_name(word).await).while_doing(failed)?
        {
            return Ok(domain);
        }
        Err(Failure::new(failed()))
    }

    /// Prints as it is.
    pub(crate) fn print(&self, text: &str) -> Outcome {
        print(text)
    }

    /// Prints a line.
    pub(crate) fn line(&self, text: impl AsRef<str>) -> Outcome {
        print(&format!("{}\n", text.as_ref()))
    }

    /// Prints what `--quiet` leaves out.
    pub(crate) fn remark(&self, text: impl AsRef<str>) -> Outcome {
        if self.globals.quiet { Ok(()) } else { self.line(text) }
    }

    /// Prints what is known about something: a line a fact, or a JSON object.
    pub(crate) fn facts(&self, form: Form, facts: Vec<(&'static str, String)>) -> Outcome {
        if form == Form::Json {
            let object = facts.into_iter().map(|(key, value)| (key.to_owned(), value.into()));
            return self.json(&serde_json::Value::Object(object.collect()));
        }
        for (key, value) in facts {
            let key = if key.is_empty() { key.to_owned() } else { format!("{key}:") };
            self.line(format!("{key:<15} {value}"))?;
        }
        Ok(())
    }

    /// Prints a JSON document on a line of its own; the blank line at the end is left out.
    pub(crate) fn json(&self, value: &serde_json::Value) -> Outcome {
        self.json.store(true, Ordering::Relaxed);
        self.line(value.to_string())
    }

    /// Leaves out the blank line at the end: what is printed has a form of its own.
    pub(crate) fn without_blank_line(&self) {
        self.json.store(true, Ordering::Relaxed);
    }

    /// Whether headings and remarks are left out.
    pub(crate) fn is_quiet(&self) -> bool {
        self.globals.quiet
    }

    /// Ends the output as virsh does, with a line end after whatever a command that began said.
    pub(crate) fn end_of_output(&self, outcome: &Outcome) -> Outcome {
        let ran = outcome.as_ref().err().is_none_or(Failure::was_run);
        if ran && !self.globals.quiet && !self.json.load(Ordering::Relaxed) {
            return print("\n");
        }
        Ok(())
    }
}

/// Prints to standard output at once, so that what reads it sees it in time.
pub(crate) fn print(text: &str) -> Outcome {
    write(text.as_bytes())
}

/// Writes bytes to standard output at once.
pub(crate) fn write(bytes: &[u8]) -> Outcome {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| Failure::output(&error))
}

/// Reads a document that the user named.
pub(crate) fn read_file(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(Path::new(path))
        .map_err(|error| Failure::io(&format!("Failed to open file '{path}'"), &error))
}

/// `$FERROVIRT_URI`, then libvirt's variables, then the daemon of the machine or of the user.
fn default_uri() -> String {
    let set = |name| std::env::var(name).ok().filter(|uri| !uri.is_empty());
    ["FERROVIRT_URI", "VIRSH_DEFAULT_CONNECT_URI", "LIBVIRT_DEFAULT_URI"]
        .into_iter()
        .find_map(set)
        .unwrap_or_else(|| match rustix::process::geteuid().is_root() {
            true => "qemu:///system".to_owned(),
            false => "qemu:///session".to_owned(),
        })
}
