//! A `<cpu>` document of a client's: a machine's CPU, or one that a guest asks for.

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::cpu::{Cpu, CpuFeature, CpuMatch, CpuMode, FeaturePolicy};
use xml::{Document, Node, Value, View};

use super::data::FeatureSet;
use super::models::Model;
use crate::capabilities::Arch;

/// Whose CPU a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A machine's; it names its architecture.
    Host,
    /// Whichever it is: with an architecture a machine's, else a guest's.
    Either,
}

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenCpu {
    /// The architecture, of a machine's CPU only.
    pub arch: Option<Arch>,
    /// The model; none where the document leaves that to the host.
    pub model: Option<String>,
    /// The vendor that the host must have.
    pub vendor: Option<String>,
    /// How a host must match.
    pub matching: CpuMatch,
    features: Vec<(String, FeaturePolicy)>,
}

fn malformed(what: impl Into<String>) -> Error {
    Error::new(ErrorCode::XML_ERROR, ErrorDomain::CPU, what)
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::config_unsupported(ErrorDomain::CPU, what)
}

/// An attribute or element has a value that it cannot have.
fn invalid(attribute: &str, element: &str, text: &str) -> Error {
    malformed(format!("Invalid value for attribute '{attribute}' in element '{element}': {text}"))
}

impl WrittenCpu {
    /// Reads a document.
    ///
    /// # Errors
    /// `XML_DETAIL`, `XML_ERROR`, `CONFIG_UNSUPPORTED`, with what is wrong with it.
    pub fn read(text: &str, kind: Kind) -> Result<Self> {
        let detail = |error: xml::Error| {
            Error::new(ErrorCode::XML_DETAIL, ErrorDomain::XML, format!("(CPU_definition):{error}"))
        };
        let document = Document::parse(text).map_err(detail)?;
        let root = document.root("cpu", View::PLAIN).map_err(|e| malformed(e.to_string()))?;
        let is_host = kind == Kind::Host || root.child("arch").is_some();
        let mode = mode(root, is_host)?;
        let matching = matching(root, is_host)?;
        let arch = if is_host { Some(arch(root)?) } else { None };
        let leaf = |name| {
            let text = root.child(name).map(|node| node.text().into_owned());
            text.filter(|text| !text.is_empty())
        };
        let (model, vendor) = (leaf("model"), leaf("vendor"));
        if is_host && model.is_none() {
            return Err(malformed("Missing CPU model name"));
        }
        if vendor.is_some() && model.is_none() {
            return Err(malformed("CPU vendor specified without CPU model"));
        }
        check_topology(root)?;
        let features = features(root, is_host)?;
        if !features.is_empty() && model.is_none() && mode == CpuMode::Custom {
            return Err(malformed("Non-empty feature list specified without CPU model"));
        }
        Ok(Self { arch, model, vendor, matching, features })
    }

    /// The CPU that a guest's document asks for.
    pub fn of_guest(cpu: &Cpu) -> Self {
        let policy = |feature: &CpuFeature| feature.policy.unwrap_or(FeaturePolicy::Require);
        let features = cpu.features.iter();
        Self {
            arch: None,
            model: cpu.model.as_ref().map(|model| model.name.to_string()),
            vendor: cpu.vendor.as_deref().map(str::to_owned),
            matching: cpu.matching.unwrap_or(CpuMatch::Exact),
            features: features.map(|known| (known.name.to_string(), policy(known))).collect(),
        }
    }

    /// The model and what it is made of; none if the document names none.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` when there is no such model or feature.
    pub fn known_model(&self) -> Result<Option<&'static Model>> {
        let unknown = |what, name: &str| {
            Error::internal(ErrorDomain::CPU, format!("Unknown CPU {what} {name}"))
        };
        let find = |name: &String| Model::by_name(name).ok_or_else(|| unknown("model", name));
        let model = self.model.as_ref().map(find).transpose()?;
        match self.features.iter().find(|(name, _)| !FeatureSet::knows(name)) {
            Some((name, _)) => Err(unknown("feature", name)),
            None => Ok(model),
        }
    }

    /// The features of which the document says one of these.
    pub fn features(&self, policies: &[FeaturePolicy]) -> FeatureSet {
        let named = self.features.iter().filter(|(_, policy)| policies.contains(policy));
        named.map(|(name, _)| name.as_str()).collect()
    }
}

fn mode(root: Node<'_, '_>, is_host: bool) -> Result<CpuMode> {
    let Some(text) = root.attribute("mode") else { return Ok(CpuMode::Custom) };
    if is_host {
        return Err(unsupported("Attribute mode is only allowed for guest CPU"));
    }
    CpuMode::parse(text).ok_or_else(|| unsupported(format!("Invalid mode attribute '{text}'")))
}

fn matching(root: Node<'_, '_>, is_host: bool) -> Result<CpuMatch> {
    let Some(text) = root.attribute("match").filter(|_| !is_host) else {
        return Ok(CpuMatch::Exact);
    };
    CpuMatch::parse(text).ok_or_else(|| invalid("match", "cpu", &format!("'{text}'.")))
}

fn arch(root: Node<'_, '_>) -> Result<Arch> {
    let node = root.child("arch").ok_or_else(|| malformed("Missing CPU architecture"))?;
    let text = node.text();
    Arch::by_name(&text).ok_or_else(|| unsupported(format!("Unknown architecture {text}")))
}

fn check_topology(root: Node<'_, '_>) -> Result<()> {
    let Some(topology) = root.child("topology") else { return Ok(()) };
    for (name, needed) in [("sockets", true), ("dies", false), ("cores", true), ("threads", true)] {
        match topology.attribute(name) {
            None if needed => {
                return Err(malformed(format!(
                    "Missing required attribute '{name}' in element 'topology'"
                )));
            }
            None => {}
            Some(text) => match text.parse::<u32>() {
                Ok(0) => return Err(invalid(name, "topology", "Zero is not permitted")),
                Ok(_) => {}
                Err(_) => {
                    let what = format!("Expected integer value but got '{text}'");
                    return Err(invalid(name, "topology", &what));
                }
            },
        }
    }
    Ok(())
}

fn features(root: Node<'_, '_>, is_host: bool) -> Result<Vec<(String, FeaturePolicy)>> {
    let mut features: Vec<(String, FeaturePolicy)> = Vec::new();
    for node in root.children("feature") {
        let policy = match node.attribute("policy").filter(|_| !is_host) {
            None => FeaturePolicy::Require,
            Some(text) => FeaturePolicy::parse(text)
                .ok_or_else(|| unsupported("Invalid CPU feature policy"))?,
        };
        let name = node.attribute("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| malformed("Invalid CPU feature name"))?;
        if features.iter().any(|(known, _)| known == name) {
            return Err(malformed(format!("CPU feature '{name}' specified more than once")));
        }
        features.push((name.to_owned(), policy));
    }
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, kind: Kind) -> (i32, String) {
        let error = WrittenCpu::read(text, kind).unwrap_err();
        (error.code.0, error.message)
    }

    #[test]
    fn with_an_architecture_it_is_a_machines() {
        let read = |text| WrittenCpu::read(text, Kind::Either).unwrap();
        let host = read("<cpu><arch>x86_64</arch><model>486</model><feature name='vme'/></cpu>");
        assert_eq!(host.arch.unwrap().name, "x86_64");
        let guest = read("<cpu match='strict'><model>486</model></cpu>");
        assert_eq!((guest.arch, guest.matching), (None, CpuMatch::Strict));
        assert_eq!(read("<cpu mode='host-model'/>").model, None);
        // A machine has what its document names, whatever else is written there.
        let host = read(
            "<cpu><arch>i686</arch><model>486</model><feature policy='disable' name='vme'/></cpu>",
        );
        assert!(host.features(&[FeaturePolicy::Require]).contains("vme"));
    }

    #[test]
    fn what_is_wrong_is_said_as_clients_know_it() {
        let cases = [
            ("<cpu><model>486</model></cpu>", Kind::Host, "XML error: Missing CPU architecture"),
            ("<cpu><arch>x86_64</arch></cpu>", Kind::Either, "XML error: Missing CPU model name"),
            (
                "<cpu mode='custom'><arch>x86_64</arch><model>486</model></cpu>",
                Kind::Either,
                "unsupported configuration: Attribute mode is only allowed for guest CPU",
            ),
            (
                "<cpu><model>486</model><feature name='a'/><feature name='a'/></cpu>",
                Kind::Either,
                "XML error: CPU feature 'a' specified more than once",
            ),
            (
                "<cpu><model>486</model><topology sockets='0' cores='1' threads='1'/></cpu>",
                Kind::Either,
                "XML error: Invalid value for attribute 'sockets' in element 'topology': Zero is not \
                 permitted",
            ),
            (
                "<cpu mode='custom'><feature name='vme'/></cpu>",
                Kind::Either,
                "XML error: Non-empty feature list specified without CPU model",
            ),
        ];
        for (text, kind, message) in cases {
            assert_eq!(refusal(text, kind).1, message, "{text}");
        }
        assert_eq!(refusal("<cpu", Kind::Host).0, ErrorCode::XML_DETAIL.0);
    }
}
