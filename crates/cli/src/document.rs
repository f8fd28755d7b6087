//! What commands look up in a domain's document.

use roxmltree::{Document, Node};

use crate::failure::Failure;

/// A disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disk {
    pub(crate) kind: String,
    pub(crate) device: String,
    pub(crate) target: String,
    /// None for a drive without a medium.
    pub(crate) source: Option<String>,
}

/// A network card.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) target: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) mac: Option<String>,
}

/// A way to see the screen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Graphics {
    pub(crate) kind: String,
    listen: Option<String>,
    port: Option<u16>,
    tls_port: Option<u16>,
    password: Option<String>,
    socket: Option<String>,
}

fn parse(xml: &str) -> Result<Document<'_>, Failure> {
    Document::parse(xml).map_err(|error| Failure::new(format!("cannot read the document: {error}")))
}

fn devices<'a>(document: &'a Document<'_>, name: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    let all = document.root_element().children().filter(|node| node.has_tag_name("devices"));
    all.flat_map(|devices| devices.children()).filter(move |node| node.has_tag_name(name))
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn attribute(node: Node<'_, '_>, element: &str, name: &str) -> Option<String> {
    child(node, element)?.attribute(name).map(str::to_owned)
}

/// All disks, in the document's order.
pub(crate) fn disks(xml: &str) -> Result<Vec<Disk>, Failure> {
    let document = parse(xml)?;
    let disk = |node: Node<'_, '_>| Disk {
        kind: node.attribute("type").unwrap_or_default().to_owned(),
        device: node.attribute("device").unwrap_or("disk").to_owned(),
        target: attribute(node, "target", "dev").unwrap_or_default(),
        source: disk_source(node),
    };
    Ok(devices(&document, "disk").map(disk).collect())
}

fn disk_source(disk: Node<'_, '_>) -> Option<String> {
    let source = child(disk, "source")?;
    if disk.attribute("type") == Some("nvme") {
        return nvme(source);
    }
    ["file", "dev", "dir", "name", "volume"]
        .iter()
        .find_map(|name| source.attribute(*name))
        .map(str::to_owned)
}

/// Such as `nvme://0000:01:00.0/1`.
fn nvme(source: Node<'_, '_>) -> Option<String> {
    let address = child(source, "address")?;
    let hex = |name| {
        let text = address.attribute(name)?;
        u32::from_str_radix(text.trim_start_matches("0x"), 16).ok()
    };
    let (domain, bus, slot) = (hex("domain")?, hex("bus")?, hex("slot")?);
    let (function, namespace) = (hex("function")?, source.attribute("namespace")?);
    Some(format!("nvme://{domain:04x}:{bus:02x}:{slot:02x}.{function}/{namespace}"))
}

/// All network cards, in the document's order.
pub(crate) fn interfaces(xml: &str) -> Result<Vec<Interface>, Failure> {
    let document = parse(xml)?;
    let interface = |node: Node<'_, '_>| Interface {
        target: attribute(node, "target", "dev"),
        kind: node.attribute("type").map(str::to_owned),
        source: ["network", "bridge", "dev", "name", "path"]
            .iter()
            .find_map(|name| attribute(node, "source", name)),
        model: attribute(node, "model", "type"),
        mac: attribute(node, "mac", "address"),
    };
    Ok(devices(&document, "interface").map(interface).collect())
}

/// All ways to see the screen, in the document's order.
pub(crate) fn graphics(xml: &str) -> Result<Vec<Graphics>, Failure> {
    let document = parse(xml)?;
    let graphics = |node: Node<'_, '_>| {
        let own = |name| node.attribute(name).map(str::to_owned);
        // -1 stands for a port that is not there.
        let port = |name| node.attribute(name).and_then(|text| text.parse().ok());
        Graphics {
            kind: own("type").unwrap_or_default(),
            listen: own("listen").or_else(|| attribute(node, "listen", "address")),
            port: port("port").filter(|port| *port > 0),
            tls_port: port("tlsPort").filter(|port| *port > 0),
            password: own("passwd"),
            socket: own("socket").or_else(|| attribute(node, "listen", "socket")),
        }
    };
    Ok(devices(&document, "graphics").map(graphics).collect())
}

/// The first port of VNC; screens are counted from there.
const VNC_PORT: u16 = 5900;

impl Graphics {
    /// The URI for a viewer on this machine; none when nothing listens.
    pub(crate) fn uri(&self) -> Option<String> {
        let password = self.password.as_ref();
        if let Some(socket) = &self.socket {
            return Some(format!("{}+unix://{socket}", self.kind));
        }
        if self.port.is_none() && self.tls_port.is_none() {
            return None;
        }
        let host = match self.listen.as_deref() {
            None | Some("0.0.0.0" | "::" | "") => "localhost".to_owned(),
            Some(address) if address.contains(':') => format!("[{address}]"),
            Some(address) => address.to_owned(),
        };
        let is_vnc = self.kind == "vnc";
        let secret = password.filter(|_| is_vnc).map_or_else(String::new, |it| format!(":{it}@"));
        let mut uri = format!("{}://{secret}{host}", self.kind);
        if let Some(port) = self.port {
            let number = if is_vnc { port.checked_sub(VNC_PORT)? } else { port };
            uri.push_str(&format!(":{number}"));
        }
        let mut parameters = Vec::new();
        parameters.extend(self.tls_port.map(|port| format!("tls-port={port}")));
        parameters.extend(password.filter(|_| !is_vnc).map(|it| format!("password={it}")));
        if !parameters.is_empty() {
            uri.push_str(&format!("?{}", parameters.join("&")));
        }
        Some(uri)
    }

    /// Address and number of a VNC screen.
    pub(crate) fn vnc_address(&self) -> Option<String> {
        if self.kind != "vnc" {
            return None;
        }
        if let Some(socket) = &self.socket {
            return Some(socket.clone());
        }
        let number = self.port?.checked_sub(VNC_PORT)?;
        match self.listen.as_deref() {
            None | Some("0.0.0.0" | "::" | "") => Some(format!(":{number}")),
            Some(address) if address.contains(':') => Some(format!("[{address}]:{number}")),
            Some(address) => Some(format!("{address}:{number}")),
        }
    }
}

/// The terminal of the first console.
pub(crate) fn console_tty(xml: &str) -> Result<Option<String>, Failure> {
    let document = parse(xml)?;
    let Some(console) = devices(&document, "console").next() else { return Ok(None) };
    Ok(console.attribute("tty").map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::{disks, graphics, interfaces};

    #[test]
    fn sources_of_every_kind_of_disk_are_found() {
        let xml = "<domain><devices>
            <disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk>
            <disk type='network'><source protocol='rbd' name='pool/b'/><target dev='vdb'/></disk>
            <disk type='nvme'><source namespace='1'><address domain='0x0000' bus='0x01'
              slot='0x0a' function='0x0'/></source><target dev='vdc'/></disk>
            <disk type='file' device='cdrom'><target dev='sda'/></disk>
            </devices></domain>";
        let found: Vec<_> =
            disks(xml).unwrap().into_iter().map(|disk| (disk.target, disk.source)).collect();
        let expected = [
            ("vda", Some("/a")),
            ("vdb", Some("pool/b")),
            ("vdc", Some("nvme://0000:01:0a.0/1")),
            ("sda", None),
        ];
        assert_eq!(found, expected.map(|(t, s)| (t.to_owned(), s.map(str::to_owned))));
    }

    #[test]
    fn a_screen_that_listens_everywhere_is_seen_on_this_host() {
        let screen = |attributes: &str| {
            let xml = format!("<domain><devices><graphics {attributes}/></devices></domain>");
            let screen = graphics(&xml).unwrap().remove(0);
            (screen.uri().unwrap_or_default(), screen.vnc_address().unwrap_or_default())
        };
        let pair = |uri: &str, address: &str| (uri.to_owned(), address.to_owned());
        assert_eq!(
            screen("type='vnc' port='5901' listen='0.0.0.0' passwd='x'"),
            pair("vnc://:x@localhost:1", ":1"),
        );
        assert_eq!(screen("type='vnc' port='5900' listen='::1'"), pair("vnc://[::1]:0", "[::1]:0"),);
        assert_eq!(
            screen("type='spice' port='5902' tlsPort='5903' listen='127.0.0.1'"),
            pair("spice://127.0.0.1:5902?tls-port=5903", ""),
        );
        assert_eq!(screen("type='vnc' port='-1'"), pair("", ""));
    }

    #[test]
    fn cards_without_a_name_on_the_host_are_listed() {
        let xml = "<domain><devices><interface type='user'><mac address='52:54:00:00:00:01'/>
            <model type='virtio'/></interface></devices></domain>";
        let card = interfaces(xml).unwrap().remove(0);
        assert_eq!((card.target, card.source), (None, None));
        assert_eq!(card.kind.as_deref(), Some("user"));
        assert_eq!(card.model.as_deref(), Some("virtio"));
    }
}
