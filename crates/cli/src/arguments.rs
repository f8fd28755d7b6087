//! The command line, by virsh's rules: an option with a value is given by name, or by its place
//! among those not yet given; a word that begins with `--` is always a name, until `--` alone.
//!
//! clap is not used because it cannot have one argument that is both named and positional, and
//! because the words of its errors are not virsh's.

use std::collections::HashMap;

use crate::failure::Failure;

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing: it is there or not.
    Nothing,
    /// A text or a number.
    Value,
    /// A text or a number, which may only be given by name.
    NamedValue,
    /// All that is left.
    Rest,
}

/// One option of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opt {
    /// Name, without dashes.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    /// Whether the command cannot do without it.
    pub(crate) required: bool,
    /// A line of help.
    pub(crate) help: &'static str,
    /// A letter that, behind one dash, stands for its name.
    pub(crate) short: Option<char>,
}

impl Opt {
    /// An option that is there or not.
    pub(crate) const fn flag(name: &'static str, help: &'static str) -> Self {
        Self { name, takes: Takes::Nothing, required: false, help, short: None }
    }

    /// An option that has a value, by name or place.
    pub(crate) const fn value(name: &'static str, help: &'static str) -> Self {
        Self { name, takes: Takes::Value, required: false, help, short: None }
    }

    /// An option that has a value, by name only.
    pub(crate) const fn named(name: &'static str, help: &'static str) -> Self {
        Self { name, takes: Takes::NamedValue, required: false, help, short: None }
    }

    /// An option that takes all words that are left.
    pub(crate) const fn rest(name: &'static str, help: &'static str) -> Self {
        Self { name, takes: Takes::Rest, required: false, help, short: None }
    }

    /// The same option, without which the command cannot do.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same option, with a letter for short.
    pub(crate) const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    fn is_short(&self, word: &str) -> bool {
        let letter = word.strip_prefix('-').and_then(|rest| rest.parse().ok());
        letter.is_some() && letter == self.short
    }
}

/// What the command line is read against: a command's name and what it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    /// Name.
    pub(crate) name: &'static str,
    /// What it takes, positional ones in their order.
    pub(crate) options: &'static [Opt],
}

/// How facts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A line a fact.
    Lines,
    /// An object.
    Json,
}

/// Options that stand before the command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Globals {
    /// The connection's URI.
    pub(crate) uri: Option<String>,
    /// Whether the connection may only look.
    pub(crate) read_only: bool,
    /// Whether headings and remarks are left out.
    pub(crate) quiet: bool,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Help,
    Version,
    Command { globals: Globals, name: String, rest: Vec<String> },
}

impl Globals {
    /// Reads what stands before the command.
    pub(crate) fn parse(words: Vec<String>) -> Result<Parsed, Failure> {
        let mut globals = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-h" | "--help" => return Ok(Parsed::Help),
                "-v" | "-V" | "--version" => return Ok(Parsed::Version),
                "-q" | "--quiet" => globals.quiet = true,
                "-r" | "--readonly" => globals.read_only = true,
                "-c" | "--connect" => {
                    let missing = || Failure::usage(format!("option {word} needs a URI"));
                    globals.uri = Some(words.next().ok_or_else(missing)?);
                }
                _ => match word.strip_prefix("--connect=") {
                    Some(uri) => globals.uri = Some(uri.to_owned()),
                    None if word.starts_with('-') => {
                        return Err(Failure::usage(format!("unsupported option '{word}'")));
                    }
                    None => {
                        return Ok(Parsed::Command { globals, name: word, rest: words.collect() });
                    }
                },
            }
        }
        Ok(Parsed::Help)
    }
}

/// What a command was given.
#[derive(Debug, Default)]
pub(crate) struct Args {
    flags: Vec<&'static str>,
    values: HashMap<&'static str, String>,
    rest: Vec<String>,
}

impl Args {
    /// Reads `words` by the table of `command`.
    pub(crate) fn parse(command: Syntax, words: Vec<String>) -> Result<Self, Failure> {
        let mut args = Self::default();
        let mut words = words.into_iter();
        let mut names_end = false;
        while let Some(word) = words.next() {
            match word.strip_prefix("--").filter(|_| !names_end) {
                Some("") => names_end = true,
                Some(name) => args.take_named(command, name, &mut words)?,
                None => match command.options.iter().find(|opt| opt.is_short(&word)) {
                    Some(opt) if !names_end => args.take_named(command, opt.name, &mut words)?,
                    Some(_) | None => args.take_by_place(command, word)?,
                },
            }
        }
        match command.options.iter().find(|opt| opt.required && !args.has(opt.name)) {
            None => Ok(args),
            Some(opt) => Err(Failure::usage(format!(
                "command '{}' requires {} option",
                command.name,
                shown(opt),
            ))),
        }
    }

    fn take_named(
        &mut self,
        command: Syntax,
        word: &str,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), Failure> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let opt = command.options.iter().find(|opt| opt.name == name).ok_or_else(|| {
            Failure::usage(format!("command '{}' doesn't support option --{name}", command.name))
        })?;
        if opt.takes != Takes::Rest && self.has(opt.name) {
            return Err(Failure::usage(format!("option --{name} already seen")));
        }
        if opt.takes == Takes::Nothing {
            return match value {
                Some(_) => Err(Failure::usage(format!("invalid '=' after option --{name}"))),
                None => {
                    self.flags.push(opt.name);
                    Ok(())
                }
            };
        }
        let value = value
            .or_else(|| words.next())
            .ok_or_else(|| Failure::usage(format!("expected syntax: --{name} <string>")))?;
        self.put(opt, value);
        Ok(())
    }

    fn take_by_place(&mut self, command: Syntax, word: String) -> Result<(), Failure> {
        let place = command.options.iter().find(|opt| match opt.takes {
            Takes::Value => !self.has(opt.name),
            Takes::Rest => true,
            Takes::Nothing | Takes::NamedValue => false,
        });
        match place {
            Some(opt) => {
                self.put(opt, word);
                Ok(())
            }
            None => Err(Failure::usage(format!("unexpected data '{word}'"))),
        }
    }

    fn put(&mut self, opt: &Opt, value: String) {
        match opt.takes {
            Takes::Rest => self.rest.push(value),
            Takes::Nothing | Takes::Value | Takes::NamedValue => {
                self.values.insert(opt.name, value);
            }
        }
        self.flags.push(opt.name);
    }

    /// Whether the option was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.flags.contains(&name)
    }

    /// The value of the option.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of a required option, whose presence [`Args::parse`] has checked.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
    }

    /// The value of the option as a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let Some(text) = self.value(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Failure::new(format!(
                "Numeric value '{text}' for <{name}> option is malformed or out of range"
            ))
        })
    }

    /// How facts are to be printed.
    pub(crate) fn form(&self) -> Form {
        if self.has("json") { Form::Json } else { Form::Lines }
    }

    /// The words that are left.
    pub(crate) fn rest(&self) -> &[String] {
        &self.rest
    }

    /// Refuses options that contradict each other, pair by pair.
    pub(crate) fn exclusive(&self, names: &[&str]) -> Result<(), Failure> {
        let mut given = names.iter().filter(|name| self.has(name));
        match (given.next(), given.next()) {
            (Some(first), Some(second)) => Err(Failure::new(format!(
                "Options --{first} and --{second} are mutually exclusive"
            ))),
            _ => Ok(()),
        }
    }

    /// The union of the bits whose option was given.
    pub(crate) fn bits(&self, table: &[(&str, u32)]) -> u32 {
        table.iter().filter(|(name, _)| self.has(name)).fold(0, |bits, (_, bit)| bits | bit)
    }
}

fn shown(opt: &Opt) -> String {
    match opt.takes {
        Takes::Nothing | Takes::NamedValue => format!("--{}", opt.name),
        Takes::Value | Takes::Rest => format!("<{}>", opt.name),
    }
}

#[cfg(test)]
mod tests {
    use super::{Args, Globals, Parsed};
    use crate::commands::find;

    fn parse(command: &str, line: &str) -> Result<Args, super::Failure> {
        Args::parse(
            find(command).unwrap().syntax,
            line.split_whitespace().map(str::to_owned).collect(),
        )
    }

    #[test]
    fn options_are_given_by_name_or_place_in_any_order() {
        for line in ["g1 vda --human", "--human --device vda g1", "--domain=g1 vda --human"] {
            let args = parse("domblkinfo", line).unwrap();
            assert_eq!((args.required("domain"), args.value("device")), ("g1", Some("vda")));
            assert!(args.has("human") && !args.has("all"));
        }
    }

    #[test]
    fn an_option_may_have_a_letter() {
        let args = parse("trace", "-v rpc").unwrap();
        assert!(args.has("verbose") && args.value("feed") == Some("rpc"));
        assert_eq!(parse("trace", "rpc -- -v").unwrap().value("target"), Some("-v"));
        assert!(parse("dominfo", "-v").unwrap().value("domain") == Some("-v"), "virsh's rule");
    }

    #[test]
    fn the_rest_collects_what_is_left() {
        let args = parse("send-key", "g1 --holdtime 5 KEY_A --keycode KEY_B KEY_C").unwrap();
        assert_eq!(args.rest(), ["KEY_A", "KEY_B", "KEY_C"]);
        assert_eq!(args.number::<u32>("holdtime"), Ok(Some(5)));
        let args = parse("qemu-monitor-command", "g1 --hmp -- --x y").unwrap();
        assert_eq!(args.rest(), ["--x", "y"]);
    }

    #[test]
    fn a_command_line_that_makes_no_sense_is_refused_in_virshs_words() {
        let refused = |command, line| format!("{:?}", parse(command, line).unwrap_err());
        assert!(refused("dominfo", "").contains("command 'dominfo' requires <domain> option"));
        assert!(refused("dominfo", "g1 extra").contains("unexpected data 'extra'"));
        assert!(
            refused("dominfo", "--nosuch").contains("'dominfo' doesn't support option --nosuch")
        );
        assert!(refused("dominfo", "g1 --domain g2").contains("option --domain already seen"));
    }

    #[test]
    fn global_options_stand_before_the_command() {
        let words = ["-q", "-c", "test:///x", "list", "--all"].map(str::to_owned).to_vec();
        let Ok(Parsed::Command { globals, name, rest }) = Globals::parse(words) else {
            panic!("no command");
        };
        assert!(globals.quiet && !globals.read_only);
        assert_eq!(globals.uri.as_deref(), Some("test:///x"));
        assert_eq!((name.as_str(), rest), ("list", vec!["--all".to_owned()]));
    }
}
