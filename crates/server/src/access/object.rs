//! The object that a call is about, from the front of its arguments.

use api::Uuid;
use api::procedure::Row;
use api::remote::{
    NonnullDomain, NonnullDomainCheckpoint, NonnullDomainSnapshot, NonnullInterface,
    NonnullNetwork, NonnullNetworkPort, NonnullNodeDevice, NonnullNwfilter, NonnullNwfilterBinding,
    NonnullSecret, NonnullStoragePool, NonnullStorageVol,
};
use api::xdr::{self, Reader, Shape, Xdr};
use driver::{Key, ObjectKind, Reference};

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum About {
    /// The connection, and with it the host.
    Connection,
    /// The object that it names.
    Object(Reference),
    /// An object that a document, a file or a migrating peer describes.
    Described(ObjectKind),
}

/// Finds what the call is about. Nothing behind the words that name it is looked at.
///
/// # Errors
/// When those words cannot be decoded.
pub(super) fn about(row: &Row, args: &[u8]) -> Result<About, xdr::Error> {
    let object = row.access.first().map_or("connect", |access| access.permission.object);
    let Some(kind) = ObjectKind::named(object) else { return Ok(About::Connection) };
    let Shape::Struct { fields, .. } = row.args else { return Err(nameless()) };
    let mut fields = fields.iter();
    let mut next = || fields.next().map(|(name, shape)| (*name, *shape));
    let Some((name, shape)) = next() else { return Err(nameless()) };
    let mut input = Reader::new(args);
    let key = match shape.name() {
        Some(named) => by_struct(kind, named, next().map(|(name, _)| name), &mut input)?,
        None => by_field(kind, name, shape, &mut input)?,
    };
    Ok(match key {
        Some(key) => About::Object(Reference { kind, key }),
        None => About::Described(kind),
    })
}

/// A call whose first argument is an object: that one, or one that belongs to it.
fn by_struct(
    kind: ObjectKind,
    named: &str,
    second: Option<&str>,
    input: &mut Reader<'_>,
) -> Result<Option<Key>, xdr::Error> {
    use ObjectKind as Kind;
    Ok(Some(match (kind, named) {
        (Kind::Domain, "NonnullDomain") => domain(NonnullDomain::decode(input)?),
        (Kind::Domain, "NonnullDomainSnapshot") => {
            domain(NonnullDomainSnapshot::decode(input)?.dom)
        }
        (Kind::Domain, "NonnullDomainCheckpoint") => {
            domain(NonnullDomainCheckpoint::decode(input)?.dom)
        }
        (Kind::Network, "NonnullNetwork") => {
            let NonnullNetwork { name, uuid } = Xdr::decode(input)?;
            Key::Uuid { uuid, name }
        }
        (Kind::NetworkPort, "NonnullNetworkPort") => {
            let NonnullNetworkPort { net, uuid } = Xdr::decode(input)?;
            Key::Port { network: net.uuid, uuid }
        }
        (Kind::NetworkPort, "NonnullNetwork") if second == Some("uuid") => {
            let network = NonnullNetwork::decode(input)?.uuid;
            Key::Port { network, uuid: Uuid::decode(input)? }
        }
        (Kind::Interface, "NonnullInterface") => Key::Name(NonnullInterface::decode(input)?.name),
        (Kind::NodeDevice, "NonnullNodeDevice") => {
            Key::Name(NonnullNodeDevice::decode(input)?.name)
        }
        (Kind::Nwfilter, "NonnullNwfilter") => {
            let NonnullNwfilter { name, uuid } = Xdr::decode(input)?;
            Key::Uuid { uuid, name }
        }
        (Kind::NwfilterBinding, "NonnullNwfilterBinding") => {
            Key::Name(NonnullNwfilterBinding::decode(input)?.portdev)
        }
        (Kind::Secret, "NonnullSecret") => {
            let uuid = NonnullSecret::decode(input)?.uuid;
            Key::Uuid { uuid, name: String::new() }
        }
        (Kind::StoragePool, "NonnullStoragePool") => {
            let NonnullStoragePool { name, uuid } = Xdr::decode(input)?;
            Key::Uuid { uuid, name }
        }
        (Kind::StoragePool | Kind::StorageVol, "NonnullStorageVol") => {
            let NonnullStorageVol { pool, name, key } = Xdr::decode(input)?;
            Key::Volume { pool, name, key }
        }
        (Kind::StorageVol, "NonnullStoragePool") if second == Some("name") => {
            let pool = NonnullStoragePool::decode(input)?.name;
            Key::Volume { pool, name: String::decode(input)?, key: String::new() }
        }
        // What is made in a network or a pool: a document says what.
        (Kind::NetworkPort, "NonnullNetwork") | (Kind::StorageVol, "NonnullStoragePool")
            if second == Some("xml") =>
        {
            return Ok(None);
        }
        _ => return Err(nameless()),
    }))
}

fn domain(domain: NonnullDomain) -> Key {
    Key::Uuid { uuid: domain.uuid, name: domain.name }
}

/// A call that looks an object up, names it by a plain text, or brings a description.
fn by_field(
    kind: ObjectKind,
    name: &str,
    shape: &Shape,
    input: &mut Reader<'_>,
) -> Result<Option<Key>, xdr::Error> {
    use ObjectKind as Kind;
    Ok(Some(match (name, shape) {
        ("uuid", Shape::Bytes(_)) => Key::Uuid { uuid: Uuid::decode(input)?, name: String::new() },
        ("name" | "dname", Shape::String) => Key::Name(String::decode(input)?),
        ("id", Shape::I32) => Key::Id(i32::decode(input)?),
        ("mac", Shape::String) => Key::Mac(String::decode(input)?),
        ("key", Shape::String) => Key::VolumeKey(String::decode(input)?),
        ("path", Shape::String) => Key::Path(String::decode(input)?),
        ("usage_type", Shape::I32) => {
            Key::Usage { kind: i32::decode(input)?, id: String::decode(input)? }
        }
        ("wwnn", Shape::String) => {
            Key::Wwn { node: String::decode(input)?, port: String::decode(input)? }
        }
        ("xml" | "xml_desc", Shape::String) => return Ok(None),
        // Saved images and migrations bring their domain along; so does a foreign process.
        ("from" | "file" | "uri_in" | "cookie_in" | "params" | "flags" | "pid_value", _)
            if kind == Kind::Domain =>
        {
            return Ok(None);
        }
        _ => return Err(nameless()),
    }))
}

/// A row that nobody has said how to read: nobody gets through.
fn nameless() -> xdr::Error {
    xdr::Error::Unexpected { what: "arguments that name no object", value: 0 }
}

#[cfg(test)]
mod tests {
    use api::procedure::Lane;
    use api::remote::*;
    use api::xdr::{self, Xdr};
    use api::{Procedure, Row, Uuid};
    use driver::{Key, ObjectKind};

    use super::{About, about};

    fn calls() -> impl Iterator<Item = &'static Row> {
        let rows = api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows());
        rows.filter(|row| row.lane != Lane::Event && !row.access.is_empty())
    }

    #[test]
    fn every_row_names_its_object_or_brings_a_description() {
        let mut described = Vec::new();
        for row in calls() {
            match about(row, &[0; 4096]) {
                Ok(About::Described(_)) => described.push(row.name),
                Ok(About::Object(object)) => {
                    assert_eq!(object.kind.name(), row.access[0].permission.object);
                }
                Ok(About::Connection) => {
                    assert_eq!(row.access[0].permission.object, "connect", "{}", row.name);
                }
                Err(fault) => panic!("{}: {fault}", row.name),
            }
        }
        described.sort_unstable();
        let expected = [
            "DomainAttach",
            "DomainCreateXml",
            "DomainCreateXmlWithFiles",
            "DomainDefineXml",
            "DomainDefineXmlFlags",
            "DomainMigrateFinish3Params",
            "DomainMigratePrepare",
            "DomainMigratePrepare2",
            "DomainMigratePrepare3",
            "DomainMigratePrepare3Params",
            "DomainMigratePrepareTunnel",
            "DomainMigratePrepareTunnel3",
            "DomainMigratePrepareTunnel3Params",
            "DomainRestore",
            "DomainRestoreFlags",
            "DomainRestoreParams",
            "DomainSaveImageDefineXml",
            "DomainSaveImageGetXmlDesc",
            "InterfaceDefineXml",
            "NetworkCreateXml",
            "NetworkCreateXmlFlags",
            "NetworkDefineXml",
            "NetworkDefineXmlFlags",
            "NetworkPortCreateXml",
            "NodeDeviceCreateXml",
            "NodeDeviceDefineXml",
            "NwfilterBindingCreateXml",
            "NwfilterDefineXml",
            "NwfilterDefineXmlFlags",
            "SecretDefineXml",
            "StoragePoolCreateXml",
            "StoragePoolDefineXml",
            "StorageVolCreateXml",
            "StorageVolCreateXmlFrom",
        ];
        assert_eq!(described, expected);
    }

    #[test]
    fn one_row_is_about_one_kind_of_object() {
        for row in calls() {
            let first = row.access[0].permission.object;
            assert!(row.access.iter().all(|access| access.permission.object == first));
        }
    }

    fn key<P: Procedure>(args: &P::Args) -> Key {
        match about(P::ROW, &xdr::to_bytes(args).unwrap()).unwrap() {
            About::Object(object) => object.key,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn objects_are_known_by_what_the_call_says() {
        let uuid = Uuid([7; 16]);
        let dom = NonnullDomain { name: "vm".to_owned(), uuid, id: 3 };
        let vm = Key::Uuid { uuid, name: "vm".to_owned() };
        assert_eq!(key::<DomainDestroy>(&DomainDestroyArgs { dom: dom.clone() }), vm);
        let snap = NonnullDomainSnapshot { name: "s".to_owned(), dom };
        assert_eq!(key::<DomainSnapshotDelete>(&DomainSnapshotDeleteArgs { snap, flags: 0 }), vm);
        assert_eq!(key::<DomainLookupById>(&DomainLookupByIdArgs { id: 3 }), Key::Id(3));
        let name = "vda".to_owned();
        let pool = NonnullStoragePool { name: "images".to_owned(), uuid };
        let args = StorageVolLookupByNameArgs { pool, name: name.clone() };
        let volume = Key::Volume { pool: "images".to_owned(), name, key: String::new() };
        assert_eq!(key::<StorageVolLookupByName>(&args), volume);
    }

    #[test]
    fn nothing_behind_the_object_is_looked_at() {
        let uuid = Uuid([7; 16]);
        let mut args = xdr::to_bytes(&NonnullDomain { name: String::new(), uuid, id: 1 }).unwrap();
        args.extend([0xff; 64]);
        let About::Object(object) = about(DomainBlockPeek::ROW, &args).unwrap() else {
            panic!("a disk belongs to a domain");
        };
        assert_eq!(object.kind, ObjectKind::Domain);
        assert!(DomainBlockPeekArgs::decode(&mut xdr::Reader::new(&args)).is_err());
    }
}
