//! `<rule>`: what happens to packets that match.

use std::sync::LazyLock;

use xml::{Count, Element, Error, Field, Kind, Node, Shape, Value, ValueKind, View, Writer, words};

use super::datum::{Datum, IpSetDirection};
use super::protocol::{Attribute, PROTOCOLS, Protocol};
use crate::Code;
use crate::kind::rule as broken;

words! {
    /// What happens to a packet.
    pub enum Action { Drop = "drop", Accept = "accept", Reject = "reject", Return = "return", Continue = "continue" }
    /// Where a packet goes, seen from the guest.
    pub enum Direction { In = "in", Out = "out", Inout = "inout" }
}

/// `<rule>`
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What happens.
    pub action: Action,
    /// Where packets go.
    pub direction: Direction,
    /// Order among rules, from -1000 to 1000.
    pub priority: i32,
    /// Whether connections are followed.
    pub statematch: StateMatch,
    /// What packets are of; any if not said.
    pub protocol: Option<&'static Protocol>,
    /// What they are matched by, in the protocol's order.
    pub matches: Vec<Match>,
}

/// Whether connections are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateMatch {
    /// They are, so that what belongs to one that was let through is let through.
    Followed,
    /// Each packet stands for itself.
    Ignored,
}

/// One thing that packets are matched by.
#[derive(Clone, Debug)]
pub struct Match {
    /// Which.
    pub attribute: &'static Attribute,
    /// What it says.
    pub datum: Datum,
    /// Whether what does not match matches.
    pub negated: bool,
}

impl PartialEq for Match {
    fn eq(&self, other: &Self) -> bool {
        self.attribute.name == other.attribute.name
            && self.datum == other.datum
            && self.negated == other.negated
    }
}

/// Order of a rule that says none.
const USUAL_PRIORITY: i32 = 500;
/// Largest priority, either way.
const FARTHEST: i32 = 1000;
/// Protocols of which packets with ports are.
const WITH_PORTS: &[u32] = &[6, 17, 33, 132];

impl Rule {
    /// What it matches by `attribute`.
    pub fn matched(&self, attribute: &str) -> Option<&Match> {
        self.matches.iter().find(|matched| matched.attribute.name == attribute)
    }

    /// Reads the elements of the first known protocol; a later one adds to and replaces what an earlier one said.
    fn read_matches(&mut self, node: Node<'_, '_>) -> Result<(), Error> {
        for child in node.elements() {
            let Some(protocol) = Protocol::named(child.name()) else { continue };
            if **self.protocol.get_or_insert(protocol) == *protocol {
                self.read_element(child, protocol)?;
            }
        }
        Ok(())
    }

    fn read_element(
        &mut self,
        node: Node<'_, '_>,
        protocol: &'static Protocol,
    ) -> Result<(), Error> {
        let negated = node.attribute("match") == Some("no");
        for attribute in protocol.attributes() {
            let Some(text) = node.attribute(attribute.name) else { continue };
            let Some(datum) = Datum::read(attribute.shape, text) else {
                let what = format!("{} has illegal value {text}", attribute.name);
                return Err(broken(node, Code::InternalError, what));
            };
            self.matches.retain(|matched| matched.attribute.name != attribute.name);
            self.matches.push(Match { attribute, datum, negated });
        }
        Ok(())
    }

    /// What belongs together is negated together; the set of addresses has its directions.
    fn settle(&mut self) {
        let Some(protocol) = self.protocol else { return };
        for at in 0..self.matches.len() {
            let Some(first) = self.matches[at].attribute.follows else { continue };
            let negated = self.matched(first).is_some_and(|first| first.negated);
            self.matches[at].negated = negated;
        }
        if !protocol.name.starts_with("all") {
            self.settle_ipset(protocol);
        }
        let place = |matched: &Match| protocol.attribute(matched.attribute.name).map(|(at, _)| at);
        self.matches.sort_by_key(place);
    }

    /// The source is looked up in a set of addresses that says no directions; directions without a set are none.
    fn settle_ipset(&mut self, protocol: &Protocol) {
        let Some((_, attribute)) = protocol.attribute("ipsetflags") else { return };
        if self.matched("ipset").is_none() {
            self.matches.retain(|matched| matched.attribute.name != attribute.name);
        } else if self.matched("ipsetflags").is_none() {
            let datum = Datum::IpSetFlags(vec![IpSetDirection::Source]);
            self.matches.push(Match { attribute, datum, negated: false });
        }
    }

    fn check_ports(&self, node: Node<'_, '_>) -> Result<(), Error> {
        let family = match self.protocol.map(|protocol| protocol.name) {
            Some("ip") => "IP",
            Some("ipv6") => "IPv6",
            _ => return Ok(()),
        };
        let has_ports = self.matches.iter().any(|matched| matched.attribute.name.contains("port"));
        let of = self.matched("protocol").map(|matched| &matched.datum);
        let may = match of {
            Some(Datum::Number(number, _) | Datum::Named(number, _)) => WITH_PORTS.contains(number),
            _ => false,
        };
        if !has_ports || may {
            return Ok(());
        }
        let what = format!(
            "{family} rule with port specification requires protocol specification with protocol to be \
             either one of tcp(6), udp(17), dccp(33), or sctp(132)"
        );
        Err(broken(node, Code::InternalError, what))
    }
}

/// How many attributes a rule has.
const ATTRIBUTES: usize = 4;

/// What a rule is declared as: its attributes, and an element for each protocol.
const FIELDS: [Field; ATTRIBUTES + PROTOCOLS.len()] = {
    let statematch = "Whether connections are followed: `false` if not.";
    let mut fields =
        [Field::attribute("statematch", statematch, ValueKind::Text); ATTRIBUTES + PROTOCOLS.len()];
    fields[0] = Field::attribute("action", "What happens.", Action::KIND);
    fields[1] = Field::attribute("direction", "Where packets go.", Direction::KIND);
    fields[2] = Field::attribute("priority", "Order, from -1000 to 1000.", ValueKind::Number);
    let mut at = 0;
    while at < PROTOCOLS.len() {
        fields[ATTRIBUTES + at] = Field {
            name: PROTOCOLS[at].name,
            doc: "What packets of this protocol are matched by.",
            kind: Kind::Child { shape: conditions, count: Count::Many },
            view: View::PLAIN,
        };
        at += 1;
    }
    fields
};

/// What an element of any protocol may say; each has some of it.
fn conditions() -> &'static Shape {
    static CONDITIONS: LazyLock<Shape> = LazyLock::new(|| {
        let condition =
            |name| Field::attribute(name, "What packets are compared with.", ValueKind::Text);
        let negated = "Whether it is about packets that are not so: `no` if it is.";
        let mut fields = vec![Field::attribute("match", negated, ValueKind::Text)];
        for attribute in PROTOCOLS.iter().flat_map(Protocol::attributes) {
            if fields.iter().all(|field| field.name != attribute.name) {
                fields.push(condition(attribute.name));
            }
        }
        Shape::of("What packets are matched by.", fields.leak())
    });
    &CONDITIONS
}

impl Element for Rule {
    const NAMES: &'static [&'static str] = &["action", "direction", "priority", "statematch"];
    const SHAPE: &'static Shape = &Shape::of("A rule.", &FIELDS);

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        for name in ["action", "direction"] {
            if node.attribute(name).is_none() {
                let what = format!("rule node requires {name} attribute");
                return Err(broken(node, Code::InternalError, what));
            }
        }
        let said = |text: &str| {
            text.trim_ascii_start().parse().ok().filter(|p| (-FARTHEST..=FARTHEST).contains(p))
        };
        let ignored = node
            .attribute("statematch")
            .is_some_and(|text| text == "0" || text.eq_ignore_ascii_case("false"));
        let mut rule = Self {
            action: node.required("action")?,
            direction: node.required("direction")?,
            priority: node.attribute("priority").and_then(said).unwrap_or(USUAL_PRIORITY),
            statematch: if ignored { StateMatch::Ignored } else { StateMatch::Followed },
            protocol: None,
            matches: Vec::new(),
        };
        rule.read_matches(node)?;
        rule.settle();
        rule.check_ports(node)?;
        Ok(rule)
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("action", self.action.word());
        w.attribute("direction", self.direction.word());
        w.attribute("priority", &self.priority.to_string());
        if self.statematch == StateMatch::Ignored {
            w.attribute("statematch", "false");
        }
    }

    fn write_children(&self, w: &mut Writer) {
        let Some(protocol) = self.protocol else { return };
        if self.matches.is_empty() {
            w.leaf(protocol.name, "");
        }
        for run in self.matches.chunk_by(|a, b| a.negated == b.negated) {
            w.nest(protocol.name, |w| {
                if run.iter().any(|matched| matched.negated) {
                    w.attribute("match", "no");
                }
                for matched in run {
                    w.attribute(matched.attribute.name, &matched.datum.print());
                }
            });
        }
    }
}
