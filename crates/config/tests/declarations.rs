//! What must hold of every declaration for JSON to be able to say it.

use std::collections::HashSet;

use config::DocumentKind;
use xml::{Kind, Shape};

/// Calls `check` with every shape below `shape`, once each, and with its name.
fn walk(
    name: &str,
    shape: &'static Shape,
    seen: &mut HashSet<*const Shape>,
    check: &mut dyn FnMut(&str, &'static Shape),
) {
    if !seen.insert(std::ptr::from_ref(shape)) {
        return;
    }
    check(name, shape);
    for field in shape.fields {
        match field.kind {
            Kind::Child { shape, .. } => walk(field.name, shape(), seen, check),
            Kind::Part(shape) => walk(name, shape(), seen, check),
            Kind::Mixed(inner) => {
                for field in inner {
                    if let Kind::Child { shape, .. } = field.kind {
                        walk(field.name, shape(), seen, check);
                    }
                }
            }
            _ => {}
        }
    }
    for variant in shape.choice.iter().flat_map(|choice| choice.variants) {
        if let Some(shape) = variant.shape {
            walk(name, shape(), seen, check);
        }
    }
}

/// Calls `check` with every shape of every kind of document.
fn walk_all(check: &mut dyn FnMut(&str, &'static Shape)) {
    let mut seen = HashSet::new();
    for kind in DocumentKind::ALL {
        walk(kind.word(), kind.shape(), &mut seen, check);
    }
}

#[test]
fn no_element_is_opaque() {
    walk_all(&mut |name, shape| {
        assert!(!shape.opaque, "<{name}> does not say what it has");
    });
}

#[test]
fn no_element_with_text_has_anything_called_value() {
    walk_all(&mut |name, shape| {
        let text = shape.fields.iter().any(|field| matches!(field.kind, Kind::Text(_)));
        let value = shape.fields.iter().any(|field| field.name == "value");
        assert!(!(text && value), "<{name}>");
    });
}

#[test]
fn a_name_is_declared_once_in_an_element() {
    walk_all(&mut |name, shape| {
        let mut names = HashSet::new();
        for field in shape.fields.iter().filter(|field| !field.name.is_empty()) {
            let attribute = matches!(field.kind, Kind::Attribute { .. });
            assert!(names.insert((field.name, attribute)), "{} twice in <{name}>", field.name);
        }
    });
}
