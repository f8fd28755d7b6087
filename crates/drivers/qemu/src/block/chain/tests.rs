use std::fs;
use std::path::Path;

use config::domain::{FormatFlags, ParseFlags};

use super::*;

/// A qcow2 header of 1 MiB that refers to `backing`, a raw image.
fn overlay(path: &Path, backing: &str) {
    let mut header = vec![0u8; 64 << 10];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"QFI\xfb\0\0\0\x03");
    put(20, &16u32.to_be_bytes());
    put(24, &(1u64 << 20).to_be_bytes());
    put(36, &1u32.to_be_bytes());
    put(40, &(3u64 << 16).to_be_bytes());
    put(48, &(1u64 << 16).to_be_bytes());
    put(56, &1u32.to_be_bytes());
    put(96, &4u32.to_be_bytes());
    put(100, &104u32.to_be_bytes());
    let format = b"\xe2\x79\x2a\xca\0\0\0\x03raw\0\0\0\0\0";
    put(104, format);
    put(104 + 24, backing.as_bytes());
    put(8, &128u64.to_be_bytes());
    put(16, &u32::try_from(backing.len()).unwrap().to_be_bytes());
    header.resize(4 << 16, 0);
    fs::write(path, header).unwrap();
}

fn domain(disks: &str) -> config::Domain {
    let xml = format!(
        "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices>{disks}</devices></domain>"
    );
    config::Domain::parse(&xml, ParseFlags::Inactive).unwrap()
}

fn disk(path: &Path, format: &str, dev: &str, more: &str) -> String {
    format!(
        "<disk type='file' device='cdrom'><driver name='qemu' type='{format}'/>\
         <source file='{}' {more}/><target dev='{dev}'/></disk>",
        path.display()
    )
}

#[tokio::test]
async fn a_chain_is_followed_and_numbered_as_libvirt_does() {
    let directory = tempfile::tempdir().unwrap();
    let (base, top) = (directory.path().join("base.img"), directory.path().join("top.qcow2"));
    fs::write(&base, [0; 512]).unwrap();
    overlay(&top, "base.img");
    let empty = "<disk type='file' device='cdrom'><target dev='sdb'/></disk>";
    let disks = [disk(&top, "qcow2", "vda", ""), disk(&base, "raw", "sda", ""), empty.to_owned()];
    let mut document = domain(&disks.concat());
    resolve(&mut document).await.unwrap();
    let disks = &document.devices.disks;
    let numbers: Vec<_> =
        disks.iter().flat_map(disk_layers).map(|layer| (layer.index, layer.place.path())).collect();
    let (top, base) = (top.to_str(), base.to_str());
    assert_eq!(numbers, [(Some(3), top), (Some(4), base), (Some(2), base), (None, None)]);
    let printed = document.format(FormatFlags::LIVE);
    assert!(printed.contains("<backingStore type='file' index='4'>"), "{printed}");
    assert_eq!(document.devices.disks[1].backing, Some(BackingStore::End));
}

#[tokio::test]
async fn a_missing_image_is_named_with_who_refers_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let (base, top) = (directory.path().join("none"), directory.path().join("top.qcow2"));
    overlay(&top, "none");
    let mut document = domain(&disk(&top, "qcow2", "vda", ""));
    let error = resolve(&mut document).await.unwrap_err();
    let expected = format!(
        "Cannot access backing file '{}' of storage file '{}' (as uid:{}, gid:{}): No such file or directory",
        base.display(),
        top.display(),
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw()
    );
    assert_eq!((error.code, error.message), (api::ErrorCode::SYSTEM_ERROR, expected));
}

#[tokio::test]
async fn a_chain_that_the_document_ends_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (base, top) = (directory.path().join("base"), directory.path().join("top.qcow2"));
    fs::write(&base, [0; 512]).unwrap();
    overlay(&top, "base");
    let mut document = domain(&disk(&top, "qcow2", "vda", ""));
    document.devices.disks[0].backing = Some(BackingStore::End);
    resolve(&mut document).await.unwrap();
    assert_eq!(document.devices.disks[0].backing, Some(BackingStore::End));
}

#[tokio::test]
async fn an_optional_medium_may_be_missing() {
    let nowhere = Path::new("/nonexistent/cd.iso");
    let mut document = domain(&disk(nowhere, "raw", "sda", "startupPolicy='optional'"));
    resolve(&mut document).await.unwrap();
    assert_eq!(DiskLayer::top(&document.devices.disks[0]).place, Place::Empty);
    let mut document = domain(&disk(nowhere, "raw", "sda", ""));
    assert!(resolve(&mut document).await.is_err());
}

#[tokio::test]
async fn an_image_below_itself_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path().join("top.qcow2");
    overlay(&top, "top.qcow2");
    let mut bytes = fs::read(&top).unwrap();
    bytes[104 + 4..104 + 13].copy_from_slice(b"\0\0\0\x05qcow2");
    fs::write(&top, bytes).unwrap();
    let error = resolve(&mut domain(&disk(&top, "qcow2", "vda", ""))).await.unwrap_err();
    assert_eq!(error.code, api::ErrorCode::INTERNAL_ERROR);
    assert!(error.message.contains("below itself"), "{error}");
}
