//! What a document says that no declaration has.

use crate::shape::flatten;
use crate::{Kind, Node, Position, Shape};

/// An element or attribute that nothing reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where it stands: `/domain/pm/nap`, `/domain/vcpu/@colour`.
    pub path: String,
    /// Where the element begins, its own or the one that has the attribute.
    pub position: Position,
}

/// Most that are listed.
const MOST: usize = 1000;

/// What `node` and all below it say that `shape` does not have, in the document's order.
pub fn unknown(node: Node<'_, '_>, shape: &'static Shape) -> Vec<Unknown> {
    let mut search = Search { found: Vec::new(), path: format!("/{}", node.name()) };
    search.element(node, shape);
    search.found
}

struct Search {
    found: Vec<Unknown>,
    path: String,
}

impl Search {
    fn element(&mut self, node: Node<'_, '_>, shape: &'static Shape) {
        if shape.opaque {
            return;
        }
        let fields = flatten(shape, &|tag| node.attribute(tag).map(str::to_owned));
        for attribute in node.raw().attributes() {
            let known = attribute.namespace().is_none()
                && fields.iter().any(|field| {
                    matches!(field.kind, Kind::Attribute { .. }) && field.name == attribute.name()
                });
            if !known {
                self.add(&format!("@{}", attribute.name()), node);
            }
        }
        for child in node.elements() {
            let mixed = fields.iter().filter_map(|field| match field.kind {
                Kind::Mixed(inner) => Some(inner),
                _ => None,
            });
            let kind = fields
                .iter()
                .chain(mixed.flatten())
                .filter(|field| {
                    !matches!(field.kind, Kind::Attribute { .. } | Kind::Text(_) | Kind::Mixed(_))
                })
                .find(|field| child.is(field.name))
                .map(|field| field.kind);
            match kind {
                None => self.add(child.name(), child),
                Some(Kind::Child { shape, .. }) => self.inside(child, shape()),
                Some(Kind::Foreign) => {}
                Some(_) => self.inside(child, &EMPTY),
            }
        }
    }

    fn inside(&mut self, child: Node<'_, '_>, shape: &'static Shape) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(child.name());
        self.element(child, shape);
        self.path.truncate(length);
    }

    fn add(&mut self, name: &str, node: Node<'_, '_>) {
        if self.found.len() < MOST {
            let path = format!("{}/{name}", self.path);
            self.found.push(Unknown { path, position: node.position() });
        }
    }
}

/// An element with neither attributes nor children.
const EMPTY: Shape = Shape::of("", &[]);
