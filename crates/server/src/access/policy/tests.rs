use std::sync::Arc;

use api::Uuid;
use api::procedure::Permission;
use driver::{Identity, ObjectKind};
use proptest::prelude::*;

use super::{Accounts, Policy};
use crate::access::{Subject, Target};

fn parse(text: &str) -> Result<Policy, String> {
    let accounts = Accounts::parse("ann:x:1000:1000::/:\nbob:x:1001:1001::/:\n", "ops:x:50:ann\n");
    Policy::parse(text, "access.toml", &accounts).map_err(|error| error.to_string())
}

fn domain(name: &str, tags: &[&str]) -> Identity {
    let tags: Vec<Box<str>> = tags.iter().map(|tag| (*tag).into()).collect();
    Identity::domain(name, Uuid([7; 16]), Arc::from(tags))
}

fn user(uid: u32) -> Subject {
    Subject { uid: Some(uid), gid: Some(uid), ..Subject::default() }
}

fn decide(policy: &Policy, who: &Subject, permission: &str, target: Target<'_>) -> (bool, String) {
    let permission = Permission::named(permission).unwrap();
    let decision = policy.decide(who, permission, target);
    (decision.allowed, decision.reason.to_string())
}

const POLICY: &str = r#"
[[rule]]
name = "root"
who = [{ uid = 0 }]
may = ["admin"]

[[rule]]
who = [{ gid = "ops" }, { sasl = "*@EXAMPLE.COM" }, { tls = "CN=web*,O=Example" }]
may = ["visitor"]

[[rule]]
name = "the web team"
who = [{ gid = "ops" }]
may = ["operator", "domain.write"]
on = [{ kind = "domain", tag = "web" }, { kind = "domain", name = "web-?" }]

[[rule]]
name = "never"
who = [{ anyone = true }]
may_not = ["domain.stop"]
on = [{ tag = "precious" }]
"#;

#[test]
fn rules_add_up_and_what_may_not_be_wins() {
    let policy = parse(POLICY).unwrap();
    let (web, db) = (domain("a", &["x", "web"]), domain("db", &[]));
    let ask = |who: &Subject, permission, object: &Identity| {
        decide(&policy, who, permission, Target::Object(object))
    };
    let ann = user(1000);
    let allowed = ask(&ann, "domain.start", &web);
    assert_eq!(allowed, (true, "rule 'the web team', access.toml:11".to_owned()));
    assert_eq!(ask(&ann, "domain.start", &db), (false, "no rule allows it".to_owned()));
    assert!(ask(&ann, "domain.start", &domain("web-1", &[])).0);
    assert!(!ask(&ann, "domain.start", &domain("web-10", &[])).0);
    assert!(!ask(&ann, "domain.read_secure", &web).0);
    assert!(ask(&user(0), "domain.read_secure", &db).0);
    let precious = domain("p", &["web", "precious"]);
    for who in [&ann, &user(0)] {
        let denied = ask(who, "domain.stop", &precious);
        assert_eq!(denied, (false, "rule 'never', access.toml:17".to_owned()));
    }
    assert!(ask(&ann, "domain.start", &precious).0);
}

#[test]
fn everybody_is_known_by_what_they_proved() {
    let policy = parse(POLICY).unwrap();
    let may = |who: &Subject| decide(&policy, who, "connect.getattr", Target::Connection).0;
    let sasl = |name: &str| Subject { sasl_name: Some(name.to_owned()), ..Subject::default() };
    let tls = |name: &str| Subject { tls_name: Some(name.to_owned()), ..Subject::default() };
    assert!(may(&user(1000)), "a supplementary group counts");
    assert!(may(&Subject { gid: Some(50), ..user(77) }), "so does the peer's own");
    assert!(!may(&user(1001)));
    assert!(may(&sasl("bob@EXAMPLE.COM")) && !may(&sasl("bob@example.org")));
    assert!(may(&tls("CN=web1,O=Example")) && !may(&tls("CN=db,O=Example")));
    assert!(!may(&Subject::default()));
}

#[test]
fn a_rule_about_objects_is_not_about_the_host() {
    let text = "[[rule]]\nwho = [{ uid = 1000 }]\nmay = [\"admin\"]\non = [{ name = \"*\" }]";
    let policy = parse(text).unwrap();
    let ann = user(1000);
    assert!(!decide(&policy, &ann, "connect.write", Target::Connection).0);
    assert!(decide(&policy, &ann, "domain.write", Target::Object(&domain("x", &[]))).0);
    let text = "[[rule]]\nwho = [{ uid = 1000 }]\nmay = [\"admin\"]\non = [{ kind = \"connect\" }]";
    let policy = parse(text).unwrap();
    assert!(decide(&policy, &ann, "connect.write", Target::Connection).0);
    assert!(!decide(&policy, &ann, "domain.write", Target::Object(&domain("x", &[]))).0);
}

#[test]
fn before_a_document_is_read_some_object_is_enough() {
    let policy = parse(POLICY).unwrap();
    let some =
        |who: &Subject, permission, kind| decide(&policy, who, permission, Target::Some(kind)).0;
    let ann = user(1000);
    assert!(some(&ann, "domain.write", ObjectKind::Domain));
    assert!(some(&ann, "domain.stop", ObjectKind::Domain), "not all of them are precious");
    assert!(!some(&ann, "network.write", ObjectKind::Network));
    assert!(!some(&user(1001), "domain.write", ObjectKind::Domain));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line() {
    let rule = |rest: &str| format!("\n[[rule]]\nwho = [{{ uid = 1 }}]\n{rest}\n");
    for (text, line, word) in [
        ("[[rules]]\n".to_owned(), "line 1", "rules"),
        (rule("may = [\"admin\"]\nmy = 1"), "line 5", "my"),
        (rule("may = [\"admin\",\n\"domain.fly\"]"), "line 5", "domain.fly"),
        (rule(""), "line 2", "may_not"),
        (rule("may = [\"admin\"]\non = []"), "line 2", "'on' is empty"),
        (rule("may = [\"admin\"]\non = [{}]"), "line 5", "'on' must"),
        (rule("may = [\"admin\"]\non = [{ kind = \"dragon\" }]"), "line 5", "dragon"),
        (rule("may = [\"admin\"]\non = [{ uuid = \"7\" }]"), "line 5", "no UUID"),
        (
            rule("may = [\"admin\"]\non = [{ kind = \"connect\", name = \"x\" }]"),
            "line 5",
            "no name",
        ),
        (rule("may = [\"admin\"]\non = [{ nmae = \"x\" }]"), "line 5", "nmae"),
        ("[[rule]]\nwho = []\nmay = [\"admin\"]".to_owned(), "line 1", "'who' is empty"),
        ("[[rule]]\nwho = [{}]\nmay = [\"admin\"]".to_owned(), "line 2", "anyone"),
        (
            "[[rule]]\nwho = [{ uid = 1, anyone = true }]\nmay = [\"admin\"]".to_owned(),
            "line 2",
            "anyone",
        ),
        ("[[rule]]\nwho = [{ uid = \"eve\" }]\nmay = [\"admin\"]".to_owned(), "line 2", "eve"),
        ("[[rule]]\nwho = [{ gid = \"eves\" }]\nmay = [\"admin\"]".to_owned(), "line 2", "eves"),
        ("[[rule]]\nmay = [\"admin\"]".to_owned(), "line 1", "who"),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(error.contains(line) && error.contains(word), "{text}: {error}");
    }
}

#[test]
fn the_guide_is_right() {
    let guide = include_str!("../../../../../docs/access.md");
    let example = guide.split("```toml\n").find(|block| block.contains("[[rule]]")).unwrap();
    let example = example.split("```").next().unwrap();
    let accounts = Accounts::parse("", "web:x:100:\n");
    assert_eq!(Policy::parse(example, "access.toml", &accounts).unwrap().len(), 4);
    for (object, names) in api::permission::PERMISSIONS {
        let line = guide.lines().find(|line| line.starts_with(&format!("| `{object}` |"))).unwrap();
        for name in *names {
            assert!(line.contains(&format!("`{name}`")), "{object}.{name} is not in the guide");
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    let permissions: Vec<String> = Permission::all().map(|known| known.to_string()).collect();
    prop_oneof![
        proptest::sample::select(permissions),
        proptest::sample::select(vec!["domain.*".to_owned(), "viewer".to_owned()]),
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\[\\]{}=\"a-z_,.*0-9 \n]{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn words_within_a_rule_do_not_either(
        key in "(who|may|may_not|on|name)",
        value in "[\\[\\]{}=\"a-z_,.* ]{0,60}",
    ) {
        let _ = parse(&format!("[[rule]]\nwho = [{{ uid = 1 }}]\nmay = [\"admin\"]\n{key} = {value}"));
    }

    #[test]
    fn a_rule_gives_what_it_says_to_whom_it_says_and_nothing_else(
        uid in 0u32..4, asks in 0u32..4,
        may in proptest::collection::vec(word(), 1..4),
        not in proptest::collection::vec(word(), 0..3),
        asked in word(),
        name in "[ab]{1,2}", has in "[ab]{1,2}",
    ) {
        let Some(permission) = Permission::named(&asked) else { return Ok(()) };
        let text = format!(
            "[[rule]]\nwho = [{{ uid = {uid} }}]\nmay = {may:?}\nmay_not = {not:?}\n\
             on = [{{ kind = \"domain\", name = {name:?} }}]"
        );
        let object = domain(&has, &[]);
        let decision = parse(&text).unwrap().decide(&user(asks), permission, Target::Object(&object));
        let names = |words: &[String]| words.iter().any(|word| {
            *word == asked
                || (word == "domain.*" && permission.object == "domain")
                || (word == "viewer" && (matches!(permission.name, "getattr" | "read")
                    || permission.name.starts_with("search_")))
        });
        let expected = uid == asks && name == has && names(&may) && !names(&not);
        prop_assert_eq!(decision.allowed, expected);
    }
}
