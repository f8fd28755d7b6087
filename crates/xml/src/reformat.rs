//! An element printed anew as libxml2 does: for what is kept without being understood.

use crate::Node;

impl Node<'_, '_> {
    /// The element with all below it, standing alone: its namespaces declared, its lines after the first
    /// indented for an element at `depth`.
    ///
    /// As libxml2 formats: an element with text among its children stays as it is, any other gets a line for
    /// each child; blanks between elements go, comments stay.
    pub fn reformatted(&self, depth: usize) -> String {
        self.print(depth, Renaming::None)
    }

    /// The same, with what is in no namespace put into `uri`, called by `prefix`.
    pub fn reformatted_into(&self, depth: usize, prefix: &str, uri: &str) -> String {
        self.print(depth, Renaming::Into { prefix, uri })
    }

    /// The same, with what is in the namespace `uri` taken out of it.
    pub fn reformatted_out_of(&self, depth: usize, uri: &str) -> String {
        self.print(depth, Renaming::OutOf { uri })
    }

    /// Declarations of the namespaces that an element of its own has, and of those that what is below it
    /// has from above: where libxml2 puts them in a copy of the element, in order of first use.
    pub fn namespace_declarations(&self) -> Vec<String> {
        let node = self.raw();
        let mut found: Vec<(Option<&str>, &str)> = Vec::new();
        let above = |name| node.parent_element().and_then(|it| it.lookup_namespace_uri(name));
        for own in node.namespaces().filter(|it| above(it.name()) != Some(it.uri())) {
            found.push((own.name(), own.uri()));
        }
        for below in node.descendants().filter(|it| it.is_element() && *it != node) {
            let of_attributes = below.attributes().filter_map(|attribute| attribute.namespace());
            for uri in below.tag_name().namespace().into_iter().chain(of_attributes) {
                let prefix = below.lookup_prefix(uri).filter(|prefix| !prefix.is_empty());
                let outside = node.lookup_namespace_uri(prefix) == Some(uri);
                if outside && prefix != Some("xml") && !found.contains(&(prefix, uri)) {
                    found.push((prefix, uri));
                }
            }
        }
        let declare = |(prefix, uri): (Option<&str>, &str)| {
            let mut printer = Printer { out: String::new(), renaming: Renaming::None };
            match prefix {
                Some(prefix) => printer.attribute(Some("xmlns"), prefix, uri),
                None => printer.attribute(None, "xmlns", uri),
            }
            printer.out.trim_ascii_start().to_owned()
        };
        found.into_iter().map(declare).collect()
    }

    fn print(&self, depth: usize, renaming: Renaming<'_>) -> String {
        let mut printer = Printer { out: String::new(), renaming };
        printer.element(self.raw(), depth, true, None);
        printer.out
    }
}

/// What happens to the namespaces of elements on the way.
#[derive(Clone, Copy)]
enum Renaming<'r> {
    None,
    Into { prefix: &'r str, uri: &'r str },
    OutOf { uri: &'r str },
}

struct Printer<'r> {
    out: String,
    renaming: Renaming<'r>,
}

type Raw<'a, 'i> = roxmltree::Node<'a, 'i>;

impl Printer<'_> {
    /// Recursion is bounded by [`MAX_DEPTH`](crate::MAX_DEPTH).
    fn element(
        &mut self,
        node: Raw<'_, '_>,
        depth: usize,
        format: bool,
        parent: Option<Raw<'_, '_>>,
    ) {
        self.out.push('<');
        let name = self.name(node);
        self.out.push_str(&name);
        if let (Renaming::Into { prefix, uri }, None) = (self.renaming, parent) {
            self.attribute(Some("xmlns"), prefix, uri);
        }
        self.namespaces(node, parent);
        for attribute in node.attributes() {
            let prefix = attribute
                .namespace()
                .and_then(|uri| node.lookup_prefix(uri))
                .filter(|p| !p.is_empty());
            self.attribute(prefix, attribute.name(), attribute.value());
        }
        let children: Vec<_> = node.children().filter(|c| !is_blank(*c)).collect();
        if children.is_empty() {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        let format = format && !children.iter().any(|c| c.is_text());
        for child in children {
            if format {
                self.line(depth + 1);
            }
            self.child(child, node, depth + 1, format);
        }
        if format {
            self.line(depth);
        }
        self.out.push_str("</");
        self.out.push_str(&name);
        self.out.push('>');
    }

    fn child(&mut self, child: Raw<'_, '_>, parent: Raw<'_, '_>, depth: usize, format: bool) {
        if child.is_element() {
            self.element(child, depth, format, Some(parent));
        } else if child.is_comment() {
            self.out.push_str("<!--");
            self.out.push_str(child.text().unwrap_or_default());
            self.out.push_str("-->");
        } else if let Some(pi) = child.pi() {
            self.out.push_str("<?");
            self.out.push_str(pi.target);
            if let Some(value) = pi.value {
                self.out.push(' ');
                self.out.push_str(value);
            }
            self.out.push_str("?>");
        } else {
            let source = child.document().input_text().get(child.range()).unwrap_or_default();
            if source.contains("<![CDATA[") {
                // Escaped or not: it stands as its application wrote it.
                self.out.push_str(source);
            } else {
                self.escape(child.text().unwrap_or_default(), false);
            }
        }
    }

    fn name(&self, node: Raw<'_, '_>) -> String {
        let namespace = node.tag_name().namespace();
        match self.renaming {
            Renaming::Into { prefix, .. } if namespace.is_none() => {
                format!("{prefix}:{}", node.tag_name().name())
            }
            Renaming::OutOf { uri } if namespace == Some(uri) => node.tag_name().name().to_owned(),
            _ => qualified(node),
        }
    }

    /// Declares what is in scope here and was not in the parent's.
    fn namespaces(&mut self, node: Raw<'_, '_>, parent: Option<Raw<'_, '_>>) {
        for namespace in node.namespaces() {
            if namespace.name() == Some("xml") {
                continue;
            }
            if matches!(self.renaming, Renaming::OutOf { uri } if uri == namespace.uri()) {
                continue;
            }
            let inherited = match parent {
                Some(parent) => {
                    parent.lookup_namespace_uri(namespace.name()) == Some(namespace.uri())
                }
                None => !self.is_own(node, namespace),
            };
            if inherited {
                continue;
            }
            match namespace.name() {
                Some(prefix) => self.attribute(Some("xmlns"), prefix, namespace.uri()),
                None => self.attribute(None, "xmlns", namespace.uri()),
            }
        }
    }

    /// Whether the top element declares a namespace itself or uses it: it must stand alone.
    fn is_own(&self, node: Raw<'_, '_>, namespace: &roxmltree::Namespace<'_>) -> bool {
        let outer = node.parent_element().and_then(|p| p.lookup_namespace_uri(namespace.name()));
        outer != Some(namespace.uri()) || node.tag_name().namespace() == Some(namespace.uri())
    }

    fn attribute(&mut self, prefix: Option<&str>, name: &str, value: &str) {
        self.out.push(' ');
        if let Some(prefix) = prefix {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.escape(value, true);
        self.out.push('"');
    }

    fn escape(&mut self, text: &str, attribute: bool) {
        for c in text.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '"' if attribute => self.out.push_str("&quot;"),
                '\n' if attribute => self.out.push_str("&#10;"),
                '\t' if attribute => self.out.push_str("&#9;"),
                '\r' => self.out.push_str("&#13;"),
                c => self.out.push(c),
            }
        }
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }
}

/// Blank text that libxml2 leaves out: beside elements, unless their parent begins with other text.
fn is_blank(node: Raw<'_, '_>) -> bool {
    let empty = |n: Raw<'_, '_>| {
        n.is_text() && n.text().is_some_and(|t| t.bytes().all(|b| b.is_ascii_whitespace()))
    };
    let alone = node.prev_sibling().is_none() && node.next_sibling().is_none();
    let mixed = node
        .parent()
        .and_then(|p| p.first_child())
        .is_some_and(|first| first.is_text() && !empty(first));
    empty(node) && !alone && !mixed
}

fn qualified(node: Raw<'_, '_>) -> String {
    let name = node.tag_name();
    match name.namespace().and_then(|uri| node.lookup_prefix(uri)).filter(|p| !p.is_empty()) {
        Some(prefix) => format!("{prefix}:{}", name.name()),
        None => name.name().to_owned(),
    }
}
