//! Documents to JSON and back: nothing is lost, whatever document it is.

mod machine;

use config::domain::{FormatFlags, ParseFlags};
use config::{Domain, DomainName, Element};
use proptest::prelude::*;
use serde_json::{Value, json};

use machine::{difference, documents};

const ALL: FormatFlags = FormatFlags::INACTIVE.with(FormatFlags::SECURE);

fn there_and_back(domain: &Domain, print: FormatFlags, read: ParseFlags) -> Option<String> {
    let json = domain.to_json(print).expect("the document is XML");
    let text = serde_json::to_string(&json).expect("JSON prints");
    let again: Value = serde_json::from_str(&text).expect("JSON reads");
    match Domain::from_json(&again, read) {
        Ok(again) => difference(&domain.format(print), &again.format(print)),
        Err(error) => Some(format!("{error} in {text}")),
    }
}

#[test]
fn every_document_survives() {
    let mut failures = Vec::new();
    for path in documents() {
        let text = std::fs::read_to_string(path.with_extension("out.xml")).unwrap_or_default();
        for text in [std::fs::read_to_string(&path).unwrap(), text] {
            let Ok(domain) = Domain::parse(&text, ParseFlags::Live) else { continue };
            let live = ALL.with(FormatFlags::LIVE).with(FormatFlags::STATUS);
            let failure = there_and_back(&domain, ALL, ParseFlags::Inactive)
                .or_else(|| there_and_back(&domain, live, ParseFlags::Live));
            failures.extend(failure.map(|failure| format!("{}: {failure}", path.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const DOCUMENT: &str = "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>a</name>
  <metadata>
    <x:y xmlns:x=\"urn:x\">&lt;t</x:y>
  </metadata>
  <memory unit='KiB'>1024</memory>
  <vcpu placement='static' current='1'>2</vcpu>
  <iothreads>1</iothreads>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/a.img'/>
      <target dev='vda' bus='virtio'/>
      <readonly/>
    </disk>
    <controller type='pci' index='0' model='pcie-root-port'>
      <model name='pcie-root-port'/>
    </controller>
    <graphics type='vnc' port='-1' autoport='yes' listen='::1'>
      <listen type='address' address='::1'/>
    </graphics>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-x'/>
  </qemu:commandline>
</domain>
";

#[test]
fn the_shape_is_the_documents_own() {
    let domain = Domain::parse(DOCUMENT, ParseFlags::Inactive).unwrap();
    let json = domain.to_json(ALL).unwrap();
    let expected = json!({
        "type": "kvm",
        "name": "a",
        "metadata": ["<x:y xmlns:x=\"urn:x\">&lt;t</x:y>"],
        "memory": {"unit": "KiB", "value": 1024},
        "vcpu": {"placement": "static", "current": 1, "value": 2},
        "iothreads": 1,
        "os": {"type": {"arch": "x86_64", "machine": "q35", "value": "hvm"}},
        "devices": {
            "disk": [{
                "type": "file",
                "device": "disk",
                "source": {"file": "/a.img"},
                "target": {"dev": "vda", "bus": "virtio"},
                "readonly": true,
            }],
            "controller": [
                {"type": "pci", "index": 0, "@model": "pcie-root-port", "model": {"name": "pcie-root-port"}},
            ],
            "graphics": [{
                "type": "vnc", "port": -1, "autoport": "yes", "@listen": "::1",
                "listen": [{"type": "address", "address": "::1"}],
            }],
        },
        "qemu:commandline": {"qemu:arg": [{"value": "-x"}]},
    });
    assert_eq!(json, expected, "{json:#}");
}

#[test]
fn what_is_short_or_in_another_order_is_understood() {
    let json = json!({
        "os": {"type": "hvm"},
        "devices": {"graphics": [{"autoport": true, "type": "vnc"}], "emulator": null},
        "vcpu": 2,
        "name": "a",
        "type": "kvm",
    });
    let domain = Domain::from_json(&json, ParseFlags::Inactive).unwrap();
    let expected = "<domain type='kvm'>\n  <name>a</name>\n  <vcpu>2</vcpu>\n  <os>\n    <type>hvm</type>\n  </os>\n  \
                    <devices>\n    <graphics type='vnc' autoport='yes'/>\n  </devices>\n</domain>\n";
    assert_eq!(domain.format(ALL), expected);
}

#[test]
fn what_is_wrong_is_told_by_its_path() {
    let refused =
        |json: Value| Domain::from_json(&json, ParseFlags::Inactive).unwrap_err().to_string();
    let with = |key: &str, value: Value| {
        let mut json = json!({"type": "kvm", "name": "a", "os": {"type": "hvm"}});
        json[key] = value;
        refused(json)
    };
    assert_eq!(with("colour", json!(1)), ": 'colour' is not known here");
    assert_eq!(with("devices", json!({"disk": {}})), "/devices/disk: an array is expected");
    let disk = json!({"disk": [{"type": "file", "source": {"dev": "/x"}}]});
    assert_eq!(with("devices", disk), "/devices/disk/0/source: 'dev' is not known here");
    assert_eq!(with("vcpu", json!([1])), "/vcpu: there can be only one, not an array");
    assert_eq!(with("name", json!({})), "/name: a string or a number is expected");
    assert_eq!(with("vcpu", json!(-1)), "XML error: maximum vcpus count must be an integer");
    assert_eq!(with("name", json!("a/b")), "XML error: name a/b cannot contain '/'");
    assert!(with("metadata", json!(["<a"])).contains("domain_definition"));
    let mut deep = json!({});
    for _ in 0..1000 {
        deep = json!({"type": "file", "format": {"type": "raw"}, "backingStore": deep});
    }
    let disk = json!({"disk": [{"type": "file", "target": {"dev": "a"}, "backingStore": deep}]});
    assert!(with("devices", disk).ends_with("nested too deep"));
}

/// Texts with everything that XML, JSON and libvirt treat in their own way.
fn text() -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        Just('a'),
        Just(' '),
        Just('\''),
        Just('"'),
        Just('<'),
        Just('>'),
        Just('&'),
        Just('\\'),
        Just('\t'),
        Just('\n'),
        Just('ä'),
        Just('\u{1f980}'),
        Just('0'),
        Just('-'),
        Just(']'),
    ];
    proptest::collection::vec(letters, 1..12).prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #[test]
    fn a_changed_document_survives(
        title in text(), file in text(), serial in text(), cmdline in text(),
        memory in any::<u32>(), count in 1..9999u32, current in proptest::option::of(any::<u32>()),
    ) {
        let mut domain = Domain::parse(DOCUMENT, ParseFlags::Inactive).unwrap();
        domain.title = Some(title.into());
        domain.os.cmdline = Some(cmdline.into());
        domain.memory.as_mut().unwrap().size.0 = u64::from(memory);
        domain.vcpu = Some(config::domain::Vcpu::new(count).with(|vcpu| vcpu.current = current));
        let disk = &mut domain.devices.disks[0];
        disk.serial = Some(serial.into());
        disk.source = config::domain::storage::StorageSource::File(
            config::domain::storage::FileStorage::default().with(|storage| storage.source.file = Some(file.into())),
        );
        prop_assert_eq!(there_and_back(&domain, ALL, ParseFlags::Inactive), None);
    }

    #[test]
    fn any_name_is_a_name_or_refused(name in text()) {
        let json = json!({"type": "kvm", "name": name.clone(), "os": {"type": "hvm"}});
        let read = Domain::from_json(&json, ParseFlags::Inactive);
        match name.parse::<DomainName>() {
            Ok(name) => prop_assert_eq!(read.unwrap().name, name),
            Err(_) => prop_assert!(read.is_err()),
        }
    }
}
