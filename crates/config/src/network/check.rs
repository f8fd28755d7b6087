//! What reading a network would pass over, refused.

use xml::{Error, Node, Value};

use crate::Code;
use crate::ip::Ip;
use crate::kind::rule;

/// Longest name of a port profile.
const LONGEST_PROFILE: usize = 39;

pub(super) fn refuse(network: Node<'_, '_>) -> Result<(), Error> {
    if network.child("name").is_none_or(|name| name.text().is_empty()) {
        return Err(rule(network, Code::NoName, "missing name information"));
    }
    let ports = |owner: Node<'_, '_>| {
        owner.children("bandwidth").try_for_each(bandwidth)?;
        owner.children("virtualport").try_for_each(virtualport)
    };
    ports(network)?;
    // A group may leave it to the network.
    let mut own = network.children("virtualport");
    if let Some(port) = own.find(|port| port.attribute("type").is_none()) {
        return Err(rule(port, Code::XmlError, "missing required virtualport type"));
    }
    network.children("dns").try_for_each(dns)?;
    network.children("portgroup").try_for_each(ports)?;
    network.children("forward").try_for_each(forward)
}

/// Hosts of the name server and of DHCP are both called `host`, but are refused in different ways.
fn dns(dns: Node<'_, '_>) -> Result<(), Error> {
    for host in dns.children("host") {
        let what = match host.attribute("ip") {
            None => "Missing IP address in DNS HOST record",
            Some(ip) if Ip::parse(ip).is_none() => "Invalid IP address in DNS HOST record",
            Some(_) if host.children("hostname").all(|name| name.text().is_empty()) => {
                "Missing hostname in DNS HOST record"
            }
            Some(_) => continue,
        };
        return Err(rule(host, Code::XmlDetail, what));
    }
    Ok(())
}

fn forward(forward: Node<'_, '_>) -> Result<(), Error> {
    only_one(forward, "pf", "forward", Code::XmlError)?;
    let lists_others = forward.child("pf").is_some() || forward.child("address").is_some();
    if lists_others && forward.attribute("dev").is_some_and(|dev| !dev.is_empty()) {
        let what = "the <forward> 'dev' attribute cannot be used when <address> or <pf> sub-elements are present";
        return Err(rule(forward, Code::XmlError, what));
    }
    only_one(forward, "nat", "forward", Code::XmlError)?;
    forward.children("nat").try_for_each(|nat| {
        only_one(nat, "address", "nat", Code::XmlError)?;
        only_one(nat, "port", "nat", Code::XmlError)
    })
}

fn bandwidth(bandwidth: Node<'_, '_>) -> Result<(), Error> {
    crate::kind::refuse_class(bandwidth)?;
    for direction in ["inbound", "outbound"] {
        only_one(bandwidth, direction, "bandwidth", Code::XmlDetail)?;
        let Some(rate) = bandwidth.child(direction) else { continue };
        if rate.attribute("floor").is_some_and(|floor| floor != "0") {
            let what = "floor attribute is not supported for this config";
            return Err(rule(rate, Code::ConfigUnsupported, what));
        }
        if rate.attribute("average").is_none() {
            let what = "Missing mandatory average or floor attributes";
            return Err(rule(rate, Code::XmlDetail, what));
        }
    }
    Ok(())
}

fn virtualport(port: Node<'_, '_>) -> Result<(), Error> {
    let Some(parameters) = port.child("parameters") else { return Ok(()) };
    if parameters.attribute("profileid").is_some_and(|id| id.len() > LONGEST_PROFILE) {
        return Err(rule(parameters, Code::XmlError, "profileid parameter too long"));
    }
    let may: &[&str] = match port.attribute("type") {
        Some("802.1Qbg") => &["managerid", "typeid", "typeidversion", "instanceid"],
        Some("802.1Qbh") => &["profileid"],
        Some("openvswitch") => &["interfaceid", "profileid"],
        Some("midonet") => &["interfaceid"],
        _ => return Ok(()),
    };
    let all = ["managerid", "typeid", "typeidversion", "instanceid", "profileid", "interfaceid"];
    let given = |name: &&&str| parameters.attribute(name).is_some_and(|text| !text.is_empty());
    match all.iter().filter(|name| !may.contains(name)).find(given) {
        None => Ok(()),
        Some(name) => {
            let kind = port.attribute("type").unwrap_or_default();
            let what = format!("extra {name} unsupported in <virtualport type='{kind}'>");
            Err(rule(parameters, Code::XmlError, what))
        }
    }
}

fn only_one(node: Node<'_, '_>, child: &str, within: &str, code: Code) -> Result<(), Error> {
    match node.children(child).nth(1) {
        None => Ok(()),
        Some(second) => {
            Err(rule(second, code, format!("Only one <{child}> element is allowed in <{within}>")))
        }
    }
}
