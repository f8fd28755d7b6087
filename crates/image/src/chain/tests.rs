use super::*;
use crate::qcow2::tests::Builder;
use crate::usage;
use std::fs;

fn local(directory: &Path, name: &str) -> PathBuf {
    directory.join(name)
}

fn source(path: PathBuf) -> Source {
    Source { path, format: Some(Format::Qcow2) }
}

#[test]
fn three_layers_are_followed_by_relative_and_absolute_names() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name| local(directory.path(), name);
    fs::create_dir(at("sub")).unwrap();
    fs::write(at("sub/base.img"), vec![0; 4096]).unwrap();
    Builder::new().backing("sub/base.img", Some("raw")).write(&at("mid"));
    Builder::new().backing(at("mid").to_str().unwrap(), Some("qcow2")).write(&at("top"));
    let layers = chain(&source(at("top"))).unwrap();
    let found: Vec<_> = layers.iter().map(|layer| (layer.location.clone(), layer.format)).collect();
    let expected = [("top", Format::Qcow2), ("mid", Format::Qcow2), ("sub/base.img", Format::Raw)];
    assert_eq!(found, expected.map(|(name, format)| (Location::Local(at(name)), Some(format))));
    assert_eq!(layers[2].facts.capacity, Some(4096));
}

#[test]
fn a_missing_layer_is_named_with_who_refers_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name| local(directory.path(), name);
    Builder::new().backing("gone", Some("raw")).write(&at("top"));
    let error = chain(&source(at("top"))).unwrap_err();
    assert_eq!(error.missing(), Some((&at("gone"), Some(&at("top")))));
}

#[test]
fn a_loop_is_noticed_under_any_name() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name| local(directory.path(), name);
    Builder::new().backing("link", Some("qcow2")).write(&at("top"));
    std::os::unix::fs::symlink("mid", at("link")).unwrap();
    Builder::new().backing("./top", Some("qcow2")).write(&at("mid"));
    let error = chain(&source(at("top"))).unwrap_err();
    assert!(matches!(error, ChainError::Loop { referrer, .. } if referrer == at("link")));
}

#[test]
fn a_chain_has_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..=CHAIN_LIMIT {
        let image = Builder::new().backing(&format!("{}", number + 1), Some("qcow2"));
        image.write(&directory.path().join(number.to_string()));
    }
    let top = |number: usize| chain(&source(directory.path().join(number.to_string())));
    assert!(matches!(top(0), Err(ChainError::TooDeep { limit: CHAIN_LIMIT, .. })));
    fs::write(directory.path().join((CHAIN_LIMIT + 1).to_string()), "").unwrap();
    Builder::new().write(&directory.path().join(CHAIN_LIMIT.to_string()));
    assert_eq!(top(1).unwrap().len(), CHAIN_LIMIT);
}

#[test]
fn a_guess_leads_to_no_further_file() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name| local(directory.path(), name);
    fs::write(at("secret"), "x").unwrap();
    Builder::new().backing("secret", Some("raw")).write(&at("mid"));
    Builder::new().backing("mid", None).write(&at("top"));
    let error = chain(&source(at("top"))).unwrap_err();
    assert!(
        matches!(error, ChainError::FormatNotRecorded { backing, image } if backing == "mid" && image == at("top"))
    );
    Builder::new().data_file("secret").write(&at("mid"));
    assert!(matches!(chain(&source(at("top"))), Err(ChainError::FormatNotRecorded { .. })));
    let unnamed = Source { path: at("top"), format: None };
    assert!(matches!(chain(&unnamed), Err(ChainError::FormatNotRecorded { .. })));
}

#[test]
fn a_guess_that_leads_nowhere_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name| local(directory.path(), name);
    Builder::new().write(&at("base"));
    Builder::new().backing("base", None).write(&at("top"));
    let layers = chain(&source(at("top"))).unwrap();
    assert_eq!(
        (layers[1].format, layers[1].format_origin),
        (Some(Format::Qcow2), FormatOrigin::Guessed)
    );
}

#[test]
fn what_is_elsewhere_ends_the_chain() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["nbd://host:10809/disk", "json:{\"driver\":\"nbd\"}", "rbd:pool/a"] {
        Builder::new().backing(name, Some("raw")).write(&directory.path().join("top"));
        let layers = chain(&source(directory.path().join("top"))).unwrap();
        assert_eq!(layers[1].location, Location::Elsewhere(name.into()));
        assert_eq!((layers.len(), layers[1].format), (2, Some(Format::Raw)));
    }
}

#[test]
fn names_mean_what_qemu_says() {
    let locate = |name: &str| locate(Path::new("/images/top"), OsStr::new(name));
    assert_eq!(locate("a:b"), Location::Elsewhere("a:b".into()));
    for (name, path) in [
        ("./a:b", "/images/./a:b"),
        ("file:///x/y", "/x/y"),
        ("file:x", "/images/x"),
        ("/a:b", "/a:b"),
    ] {
        assert_eq!(locate(name), Location::Local(path.into()), "{name}");
    }
}

#[test]
fn an_unknown_format_is_named() {
    let directory = tempfile::tempdir().unwrap();
    Builder::new().backing("x", Some("zfs")).write(&directory.path().join("top"));
    let error = chain(&source(directory.path().join("top"))).unwrap_err();
    assert!(matches!(error, ChainError::UnknownFormat { format, .. } if format == "zfs"));
}

#[test]
fn a_pipe_is_no_image_and_does_not_hang() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert!(matches!(Image::open(&pipe), Err(ImageError::NotAnImage { .. })));
    assert!(matches!(Image::open(directory.path()), Err(ImageError::NotAnImage { .. })));
}

#[test]
fn a_sparse_file_takes_less_than_its_length() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sparse");
    fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let usage = usage(&Image::open(&path).unwrap(), Format::Raw).unwrap();
    assert_eq!((usage.capacity, usage.physical), (1 << 30, 1 << 30));
    assert!(usage.allocation < 1 << 20);
}
