//! Help: of the program, and of each command from its table.

use std::fmt::Write;

use crate::arguments::{Opt, Takes};
use crate::commands::{self, Command, GROUPS};
use crate::failure::Failure;

/// What the program is and has.
pub(crate) fn overview() -> String {
    let mut text = String::from(
        "fv [OPTION]... COMMAND [ARGUMENT]...\n\n\
         \x20 -c, --connect URI  the daemon to talk to; else $FERROVIRT_URI, $LIBVIRT_DEFAULT_URI,\n\
         \x20                    qemu:///system for root and qemu:///session for others\n\
         \x20 -r, --readonly     a connection that may only look\n\
         \x20 -q, --quiet        no headings, no remarks\n\
         \x20 -v, --version      the version of fv\n\
         \x20 -h, --help         this text; `fv COMMAND --help` for a command's\n\n\
         Exit code: 0 when it was done, 1 when it was not.\n",
    );
    for (group, commands) in GROUPS {
        push(&mut text, format_args!("\n{group}:\n"));
        for command in *commands {
            push(&mut text, format_args!("  {:<22} {}\n", command.syntax.name, command.summary));
        }
    }
    text
}

/// The help that `fv help COMMAND` asks for.
pub(crate) fn of(name: &str) -> Result<String, Failure> {
    if name.is_empty() {
        return Ok(overview());
    }
    let unknown = || Failure::usage(format!("command or command group '{name}' doesn't exist"));
    commands::find(name).map(command).ok_or_else(unknown)
}

/// What a command does and takes.
pub(crate) fn command(command: &Command) -> String {
    let mut text = format!("{}\n\nfv {}", command.summary, command.syntax.name);
    for opt in command.syntax.options {
        push(&mut text, format_args!(" {}", synopsis(opt)));
    }
    text.push('\n');
    if !command.syntax.options.is_empty() {
        text.push('\n');
    }
    for opt in command.syntax.options {
        let name = match opt.takes {
            Takes::Nothing => format!("--{}", opt.name),
            Takes::NamedValue => format!("--{} VALUE", opt.name),
            Takes::Value => format!("[--{}] VALUE", opt.name),
            Takes::Rest => format!("[--{}] VALUE...", opt.name),
        };
        let name = opt.short.map(|letter| format!("-{letter}, ")).unwrap_or_default() + &name;
        push(&mut text, format_args!("  {name:<24} {}\n", opt.help));
    }
    text
}

fn synopsis(opt: &Opt) -> String {
    let text = match opt.takes {
        Takes::Nothing => format!("--{}", opt.name),
        Takes::NamedValue => format!("--{} VALUE", opt.name),
        Takes::Value => opt.name.to_uppercase(),
        Takes::Rest => format!("{}...", opt.name.to_uppercase()),
    };
    if opt.required { text } else { format!("[{text}]") }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a String takes all that is written to it");
}
