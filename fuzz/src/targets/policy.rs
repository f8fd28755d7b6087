//! The policy file, and decisions by whatever it says. Nobody in particular may do nothing unless a
//! rule is for anyone.

use api::Uuid;
use api::procedure::Permission;
use driver::{Identity, ObjectKind, Tags};
use server::access::{Accounts, Policy, Subject, Target as On};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "policy",
    run,
    seeds,
    words: &[
        "[[rule]]\n",
        "who = [{ anyone = true }]\n",
        "{ uid = 1000 }",
        "{ sasl = \"*\" }",
        "may = [\"domain:*\"]\n",
        "may_not = [\"*\"]\n",
        "on = [{ name = \"a*\" }]\n",
        "tag = \"",
    ],
};

fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let accounts = Accounts::parse("ann:x:1000:1000::/:/bin/sh\n", "wheel:x:10:ann\n");
    let Ok(policy) = Policy::parse(text, "policy.toml", &accounts) else { return };
    assert!(policy.is_empty() || text.contains("rule"), "rules from nowhere");
    let identity = Identity {
        kind: ObjectKind::Domain,
        name: "a*b".to_owned(),
        uuid: Some(Uuid([7; 16])),
        tags: Tags::default(),
        details: Vec::new(),
    };
    let everybody = Subject {
        uid: Some(1000),
        gid: Some(1000),
        process: None,
        sasl_name: Some("ann".to_owned()),
        tls_name: Some("CN=ann".to_owned()),
    };
    for target in [On::Connection, On::Object(&identity), On::Some(ObjectKind::Domain)] {
        for name in ["read", "write", "start"] {
            let permission = Permission { object: "domain", name };
            let decision = policy.decide(&everybody, permission, target);
            assert!(!decision.reason.to_string().is_empty(), "a decision has a reason");
            let nobody = policy.decide(&Subject::default(), permission, target);
            assert!(!nobody.allowed || text.contains("anyone"), "nobody may do something");
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "[[rule]]\nname = \"all\"\nwho = [{ uid = \"ann\" }, { gid = 10 }]\nmay = [\"*\"]\n",
        "[[rule]]\nwho = [{ sasl = \"a*\" }]\nmay = [\"domain.read\"]\nmay_not = [\"domain.write\"]\n\
         on = [{ kind = \"domain\", name = \"web-*\" }, { tag = \"x\" }]\n",
        "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"connect.getattr\"]\n",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
