use super::*;
use crate::{Facts, Format, Image};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

const CLUSTER: usize = 512;

/// A small image: header, refcount table at cluster 1, one refcount block at cluster 2.
#[derive(Debug, Clone)]
pub(crate) struct Builder {
    bytes: Vec<u8>,
    extensions: usize,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let mut builder =
            Self { bytes: vec![0; 3 * CLUSTER], extensions: VERSION_3_LENGTH as usize };
        builder.put(0, b"QFI\xfb");
        builder.put(4, &3u32.to_be_bytes());
        builder.put(20, &9u32.to_be_bytes());
        builder.put(24, &(1u64 << 20).to_be_bytes());
        builder.put(48, &(CLUSTER as u64).to_be_bytes());
        builder.put(56, &1u32.to_be_bytes());
        builder.put(96, &4u32.to_be_bytes());
        builder.put(100, &VERSION_3_LENGTH.to_be_bytes());
        builder.put(CLUSTER, &(2 * CLUSTER as u64).to_be_bytes());
        for cluster in 0..3 {
            builder = builder.refcount(cluster);
        }
        builder
    }

    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.put(at, bytes);
        self
    }

    fn refcount(self, cluster: usize) -> Self {
        self.with(2 * CLUSTER + 2 * cluster, &[0, 1])
    }

    fn extension(mut self, kind: u32, data: &[u8]) -> Self {
        let at = self.extensions;
        self.put(at, &kind.to_be_bytes());
        self.put(at + 4, &(data.len() as u32).to_be_bytes());
        self.put(at + 8, data);
        self.extensions = at + 8 + data.len().next_multiple_of(8);
        self
    }

    pub(crate) fn backing(self, name: &str, format: Option<&str>) -> Self {
        let image = match format {
            Some(format) => self.extension(BACKING_FORMAT, format.as_bytes()),
            None => self,
        };
        let at = image.extensions + 8;
        image
            .with(8, &(at as u64).to_be_bytes())
            .with(16, &(name.len() as u32).to_be_bytes())
            .with(at, name.as_bytes())
    }

    pub(crate) fn data_file(self, name: &str) -> Self {
        self.with(79, &[4]).extension(DATA_FILE_NAME, name.as_bytes())
    }

    pub(crate) fn write(&self, path: &Path) {
        fs::write(path, &self.bytes).unwrap();
    }

    fn facts(&self) -> Result<Facts, ImageError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        self.write(file.path());
        Facts::read(&Image::open(file.path()).unwrap(), Format::Qcow2)
    }

    fn highest_offset(&self) -> Result<HighestOffset, ImageError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        self.write(file.path());
        let image = Image::open(file.path()).unwrap();
        let facts = Facts::read(&image, Format::Qcow2)?;
        facts.qcow2.unwrap().highest_offset(&image)
    }
}

/// The field that an image is refused for.
fn refused(outcome: Result<impl std::fmt::Debug, ImageError>) -> &'static str {
    match outcome.unwrap_err() {
        ImageError::Malformed { fault, .. } => fault.field,
        other => panic!("{other}"),
    }
}

#[test]
fn a_header_is_read() {
    let facts = Builder::new().backing("base", Some("raw")).facts().unwrap();
    assert_eq!(facts.capacity, Some(1 << 20));
    assert_eq!(facts.backing, Some(Reference { name: "base".into(), format: Some("raw".into()) }));
    assert!(!facts.encrypted);
}

#[test]
fn a_data_file_is_found() {
    let facts = Builder::new().data_file("data.raw").facts().unwrap();
    assert_eq!(facts.data_file.unwrap().name, "data.raw");
    assert!(facts.qcow2.unwrap().has_data_file());
}

#[test]
fn fields_that_cannot_be_true_are_named() {
    let image = Builder::new;
    let word = |at, value: u32| image().with(at, &value.to_be_bytes()).facts();
    let long = |at, value: u64| image().with(at, &value.to_be_bytes()).facts();
    assert_eq!(refused(word(4, 4)), "the version");
    for bits in [0, 8, 22, 64, u32::MAX] {
        assert_eq!(refused(word(20, bits)), "cluster_bits");
    }
    assert_eq!(refused(long(24, u64::MAX)), "the virtual size");
    assert_eq!(refused(word(36, u32::MAX)), "the size of the L1 table");
    assert_eq!(refused(long(48, 1)), "the offset of the refcount table");
    assert_eq!(refused(long(48, u64::MAX << 9)), "the offset of the refcount table");
    assert_eq!(refused(word(56, u32::MAX)), "the size of the refcount table");
    assert_eq!(refused(word(96, 7)), "refcount_order");
    assert_eq!(refused(word(100, 8)), "the length of the header");
    assert_eq!(refused(long(8, u64::MAX)), "the offset of the backing image's name");
    let long_name = image().backing("base", None).with(16, &(1u32 << 31).to_be_bytes());
    assert_eq!(refused(long_name.facts()), "the offset of the backing image's name");
    assert_eq!(
        refused(image().backing("a\0b", None).facts()),
        "the offset of the backing image's name"
    );
    assert_eq!(refused(image().with(0, b"raw!").facts()), "the magic");
}

#[test]
fn an_extension_that_does_not_fit_is_none() {
    let mut image = Builder::new().backing("base", Some("raw"));
    image.put(VERSION_3_LENGTH as usize + 4, &u32::MAX.to_be_bytes());
    assert_eq!(image.facts().unwrap().backing.unwrap().format, None);
}

#[test]
fn the_highest_offset_is_the_end_of_the_last_cluster_in_use() {
    let bytes = |image: Builder| image.highest_offset().unwrap().bytes;
    assert_eq!(bytes(Builder::new()), 3 * CLUSTER as u64);
    assert_eq!(bytes(Builder::new().refcount(200)), 201 * CLUSTER as u64);
    assert_eq!(bytes(Builder::new().with(CLUSTER, &[0; 8])), 0);
}

#[test]
fn lazy_refcounts_make_it_a_lower_bound() {
    assert_eq!(Builder::new().highest_offset().unwrap().certainty, Certainty::Exact);
    assert_eq!(
        Builder::new().with(79, &[1]).highest_offset().unwrap().certainty,
        Certainty::AtLeast
    );
}

#[test]
fn refcounts_outside_the_image_are_refused() {
    for offset in [1u64 << 40, 3 * CLUSTER as u64, u64::MAX] {
        let image = Builder::new().with(CLUSTER, &offset.to_be_bytes());
        assert_eq!(refused(image.highest_offset()), "the offset of a refcount block");
    }
}

proptest! {
    #[test]
    fn any_image_is_survived(changes in prop::collection::vec((0usize..3 * CLUSTER, any::<u8>()), 0..40)) {
        let mut image = Builder::new().backing("base", Some("raw"));
        for (at, byte) in changes {
            image.put(at, &[byte]);
        }
        let _ = image.highest_offset();
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600), magic in 0usize..4) {
        let mut bytes = bytes;
        let magic: &[u8] = [&b"QFI\xfb\0\0\0\x03"[..], b"QFI\xfb\0\0\0\x01", b"QED\0", b"KDMV"][magic];
        bytes.splice(0..magic.len().min(bytes.len()), magic.iter().copied());
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &bytes).unwrap();
        let image = Image::open(file.path()).unwrap();
        let _ = Facts::read(&image, Format::probe(&bytes));
    }
}
