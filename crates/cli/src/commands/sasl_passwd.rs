//! `fv sasl-passwd`: who may log in to the daemon by name and password.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::PathBuf;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use sasl::{Password, Store, StoreError, Verifier};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;

/// Longest password. **Units**: bytes.
const PASSWORD_BYTES_MAX: u64 = 1024;

command!("sasl-passwd", "Let a user log in by name and password, or no longer", [
    Opt::value("user", "name of the user"),
    Opt::flag("delete", "the user may no longer log in"),
    Opt::flag("list", "show the names of all users"),
    Opt::flag("password-stdin", "read the password from standard input, without asking"),
    Opt::named("file", "the daemon's password file"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let path = args.value("file").map_or_else(default_file, |path| Ok(PathBuf::from(path)))?;
    let store = Store::at(path);
    if args.has("list") {
        let users = store.users().map_err(failure)?;
        return users.iter().try_for_each(|user| cx.line(user));
    }
    let missing = || Failure::usage("command 'sasl-passwd' requires <user> option");
    let user = args.value("user").ok_or_else(missing)?;
    if args.has("delete") {
        store.remove(user).map_err(failure)?;
        return cx.remark(format!("User '{user}' may no longer log in"));
    }
    if !sasl::is_name(user) {
        return Err(failure(StoreError::Name(user.to_owned())));
    }
    let password = match args.has("password-stdin") {
        true => read_line()?,
        false => ask_twice(user)?,
    };
    if password.is_empty() {
        return Err(Failure::new("the password is empty"));
    }
    let verifier =
        Verifier::of(user, &password).map_err(|error| Failure::io("no random bytes", &error))?;
    store.put(user, &verifier).map_err(failure)?;
    cx.remark(format!("User '{user}' may log in; the password is set"))
}

fn failure(error: StoreError) -> Failure {
    Failure::new(error.to_string())
}

/// Where the daemon of this user has it.
fn default_file() -> Result<PathBuf, Failure> {
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/etc/ferrovirt/sasl.db"));
    }
    let directory = |name: &str| {
        std::env::var_os(name).map(PathBuf::from).filter(|directory| directory.is_absolute())
    };
    directory("XDG_CONFIG_HOME")
        .or_else(|| Some(directory("HOME")?.join(".config")))
        .map(|base| base.join("ferrovirt/sasl.db"))
        .ok_or_else(|| Failure::new("neither XDG_CONFIG_HOME nor HOME names a directory"))
}

fn ask_twice(user: &str) -> Result<Password, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("there is no terminal to ask at; give --password-stdin"));
    }
    let first = ask(&format!("Password for '{user}': "))?;
    let again = ask("Once more: ")?;
    if first == again { Ok(first) } else { Err(Failure::new("the passwords differ")) }
}

/// Asks without showing what is typed.
fn ask(prompt: &str) -> Result<Password, Failure> {
    let stdin = std::io::stdin();
    let failed = |error: std::io::Error| Failure::io("cannot ask for a password", &error);
    let shown = tcgetattr(&stdin).map_err(|error| failed(error.into()))?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    let mut stderr = std::io::stderr();
    write!(stderr, "{prompt}").and_then(|()| stderr.flush()).map_err(failed)?;
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).map_err(|error| failed(error.into()))?;
    let answer = read_line();
    let restored = tcsetattr(&stdin, OptionalActions::Now, &shown);
    writeln!(stderr).map_err(failed)?;
    restored.map_err(|error| failed(error.into()))?;
    answer
}

fn read_line() -> Result<Password, Failure> {
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(PASSWORD_BYTES_MAX);
    input
        .read_line(&mut line)
        .map_err(|error| Failure::io("cannot read a password", &error))?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(Password::new(line))
}
