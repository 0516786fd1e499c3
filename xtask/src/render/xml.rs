//! XML that we write: elements with attributes, text and children, escaped by construction.

use crate::render::language::Language;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// An element without content. The name is ours, not a user's.
    pub fn new(name: &str) -> Element {
        assert!(
            name.starts_with(|it: char| it.is_ascii_alphabetic())
                && name
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "_-:.".contains(it)),
            "`{name}` can be the name of an element"
        );
        Element {
            name: name.to_owned(),
            ..Element::default()
        }
    }

    /// An element that holds a text.
    pub fn text(name: &str, text: impl Into<String>) -> Element {
        let mut element = Element::new(name);
        element.children.push(Node::Text(text.into()));
        element
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Element {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a child.
    #[must_use]
    pub fn child(mut self, child: Element) -> Element {
        self.children.push(Node::Element(child));
        self
    }

    /// Adds children.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    /// The text of the document with its declaration, two spaces a level, line feeds.
    pub fn document(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        out.extend([&indent, "<", &self.name]);
        for (name, value) in &self.attributes {
            out.extend([" ", name, "=\"", &attribute(value), "\""]);
        }
        let is_text = self.children.iter().any(|it| matches!(it, Node::Text(_)));
        if self.children.is_empty() {
            out.push_str(" />\n");
        } else if is_text {
            out.push('>');
            for node in &self.children {
                match node {
                    Node::Text(text) => out.push_str(&Language::Xml.literal(text)),
                    Node::Element(it) => {
                        let mut inner = String::new();
                        it.write(&mut inner, 0);
                        out.push_str(inner.trim_end_matches('\n'));
                    }
                }
            }
            out.extend(["</", &self.name, ">\n"]);
        } else {
            out.push_str(">\n");
            for node in &self.children {
                if let Node::Element(it) = node {
                    it.write(out, depth + 1);
                }
            }
            out.extend([&indent, "</", &self.name, ">\n"]);
        }
    }
}

/// XML 1.0 § 3.3.3: a reader turns line feeds and tabs of attributes into spaces unless they are references.
fn attribute(value: &str) -> String {
    Language::Xml
        .literal(value)
        .replace('\n', "&#10;")
        .replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out() {
        let text = "a <b>&amp; \"c\" ]]> \u{1f980}\nd";
        let document = Element::new("package")
            .with("xmlns", "urn:x")
            .with("note", text)
            .child(Element::text("id", text))
            .child(Element::new("files").child(Element::new("file").with("src", "a")))
            .document();
        let read = roxmltree::Document::parse(&document).unwrap();
        let root = read.root_element();
        assert_eq!(root.attribute("note"), Some(text));
        assert_eq!(
            root.children()
                .find(|it| it.has_tag_name(("urn:x", "id")))
                .unwrap()
                .text(),
            Some(text)
        );
        assert!(
            document.contains("  <files>\n    <file src=\"a\" />\n  </files>\n"),
            "{document}"
        );
    }
}
