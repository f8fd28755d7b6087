//! The form of the policy file, and what it means.

use serde::Deserialize;
use toml::Spanned;

use super::accounts::Accounts;
use super::bundle::PermissionSet;
use super::file::PolicyError;
use super::glob::Glob;
use super::{Group, Kind, On, Policy, Rule, Who};
use driver::ObjectKind;

/// Most rules of a file.
const RULES_MAX: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    #[serde(default)]
    rule: Vec<Spanned<RuleForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    name: Option<String>,
    who: Vec<Spanned<WhoForm>>,
    #[serde(default)]
    may: Vec<Spanned<String>>,
    #[serde(default)]
    may_not: Vec<Spanned<String>>,
    on: Option<Vec<Spanned<OnForm>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhoForm {
    #[serde(default)]
    anyone: bool,
    uid: Option<Id>,
    gid: Option<Id>,
    sasl: Option<String>,
    tls: Option<String>,
}

/// A user or a group.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u32),
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnForm {
    kind: Option<String>,
    name: Option<String>,
    uuid: Option<String>,
    tag: Option<String>,
}

impl Policy {
    /// The policy that `text` is; messages and decisions call it `name`.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str, name: &str, accounts: &Accounts) -> Result<Self, PolicyError> {
        let form: FileForm =
            toml::from_str(text).map_err(|error| PolicyError::Syntax(Box::new(error)))?;
        if form.rule.len() > RULES_MAX {
            return Err(PolicyError::TooManyRules { limit: RULES_MAX });
        }
        let reading = Reading { text, name, accounts };
        let rules = form.rule.into_iter().map(|rule| reading.rule(rule));
        Ok(Self { rules: rules.collect::<Result<_, _>>()? })
    }
}

/// What is at hand while a file is read.
struct Reading<'a> {
    text: &'a str,
    name: &'a str,
    accounts: &'a Accounts,
}

impl Reading<'_> {
    fn line<T>(&self, place: &Spanned<T>) -> usize {
        let before = self.text.as_bytes().get(..place.span().start).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
    }

    fn wrong<T>(&self, place: &Spanned<T>, what: impl Into<String>) -> PolicyError {
        PolicyError::Rule { line: self.line(place), what: what.into() }
    }

    fn rule(&self, place: Spanned<RuleForm>) -> Result<Rule, PolicyError> {
        let line = self.line(&place);
        let form = place.get_ref();
        if form.who.is_empty() {
            return Err(self.wrong(&place, "'who' is empty"));
        }
        if form.may.is_empty() && form.may_not.is_empty() {
            return Err(self.wrong(&place, "neither 'may' nor 'may_not' says anything"));
        }
        if form.on.as_ref().is_some_and(Vec::is_empty) {
            return Err(
                self.wrong(&place, "'on' is empty; without it the rule is about everything")
            );
        }
        let who = form.who.iter().map(|who| self.who(who)).collect::<Result<_, _>>()?;
        let on = form.on.as_ref().map(|on| on.iter().map(|on| self.on(on)).collect());
        let origin = match &form.name {
            Some(name) => format!("rule '{name}', {}:{line}", self.name),
            None => format!("rule at {}:{line}", self.name),
        };
        Ok(Rule {
            origin: origin.into(),
            who,
            may: self.permissions(&form.may)?,
            may_not: self.permissions(&form.may_not)?,
            on: on.transpose()?,
        })
    }

    fn permissions(&self, words: &[Spanned<String>]) -> Result<PermissionSet, PolicyError> {
        words.iter().try_fold(PermissionSet::NONE, |set, word| {
            let named = PermissionSet::named(word.get_ref()).ok_or_else(|| {
                let what = format!("'{}' is neither a permission nor a bundle", word.get_ref());
                self.wrong(word, what)
            })?;
            Ok(set.with(named))
        })
    }

    fn who(&self, place: &Spanned<WhoForm>) -> Result<Who, PolicyError> {
        let WhoForm { anyone, uid, gid, sasl, tls } = place.get_ref();
        let unknown = |what: &str, name: &str| {
            self.wrong(place, format!("there is no {what} '{name}' on this system"))
        };
        let uid = match uid {
            Some(Id::Number(uid)) => Some(*uid),
            Some(Id::Name(name)) => {
                Some(self.accounts.uid(name).ok_or_else(|| unknown("user", name))?)
            }
            None => None,
        };
        let gid = match gid {
            Some(Id::Number(gid)) => Some(*gid),
            Some(Id::Name(name)) => {
                Some(self.accounts.gid(name).ok_or_else(|| unknown("group", name))?)
            }
            None => None,
        };
        let somebody = uid.is_some() || gid.is_some() || sasl.is_some() || tls.is_some();
        if somebody == *anyone {
            let what = "'who' must name uid, gid, sasl or tls, or else say anyone = true";
            return Err(self.wrong(place, what));
        }
        let group = gid.map(|gid| Group { gid, members: self.accounts.members(gid) });
        let glob = |text: &Option<String>| text.as_deref().map(Glob::new);
        Ok(Who { uid, group, sasl: glob(sasl), tls: glob(tls) })
    }

    fn on(&self, place: &Spanned<OnForm>) -> Result<On, PolicyError> {
        let OnForm { kind, name, uuid, tag } = place.get_ref();
        if kind.is_none() && name.is_none() && uuid.is_none() && tag.is_none() {
            return Err(self.wrong(place, "'on' must say kind, name, uuid or tag"));
        }
        let kind = kind.as_deref().map(|kind| match (kind, ObjectKind::named(kind)) {
            ("connect", _) => Ok(Kind::Connection),
            (_, Some(kind)) => Ok(Kind::Object(kind)),
            (kind, None) => Err(self.wrong(place, format!("'{kind}' is no kind of object"))),
        });
        let uuid = uuid.as_deref().map(|uuid| {
            uuid.parse().map_err(|_| self.wrong(place, format!("'{uuid}' is no UUID")))
        });
        let glob = |text: &Option<String>| text.as_deref().map(Glob::new);
        let on = On {
            kind: kind.transpose()?,
            name: glob(name),
            uuid: uuid.transpose()?,
            tag: glob(tag),
        };
        if on.kind == Some(Kind::Connection) && !on.is_about_whole_kind() {
            return Err(self.wrong(place, "the connection has no name, UUID or tag"));
        }
        Ok(on)
    }
}
