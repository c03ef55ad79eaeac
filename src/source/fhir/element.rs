//! One element of a resource, as small trees that are kept only until they have become what they say.
//!
//! JSON and XML give the same trees: a repeated element stands once for each time, `_name` of JSON is laid over `name`,
//! an attribute of XML is a child. Elements that no reader here needs are not in [`known`] and are passed over while
//! parsing.

/// An element with its primitive value, its children, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: &'static str,
    /// The primitive value as written; numbers keep their digits.
    pub(super) value: Option<String>,
    /// True if JSON has the value as a number or a boolean rather than as a string.
    pub(super) bare: bool,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// The children of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The primitive value of the first child of a name, white space at the ends aside; `None` if it is blank.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.first(name)?.own_text()
    }

    pub(super) fn own_text(&self) -> Option<&str> {
        self.value.as_deref().map(str::trim).filter(|value| !value.is_empty())
    }

    pub(super) fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.text(name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The child that holds `value[x]`: `valueCode`, `valueString`…
    pub(super) fn typed_value(&self) -> Option<&Element> {
        let is_value = |name: &str| name.len() > "value".len() && name.starts_with("value") && name != "valueSet";
        self.children.iter().find(|child| is_value(child.name))
    }

    /// The extensions of a URL.
    pub(super) fn extensions<'a>(&'a self, url: &'a str) -> impl Iterator<Item = &'a Element> {
        self.all("extension").filter(move |extension| extension.text("url") == Some(url))
    }

    /// The value of the first extension of a URL, or of the first part of that name inside an extension.
    pub(super) fn extension_text(&self, url: &str) -> Option<&str> {
        let extension = self.children.iter().find(|child| child.name == "extension" && child.text("url") == Some(url));
        extension?.typed_value()?.own_text()
    }
}

/// The elements that readers here need, in the order of their bytes.
#[rustfmt::skip]
const NAMES: [&str; 108] = [
    "abstract", "additionalUse", "attribute", "authoritative", "caseSensitive", "code",
    "comment", "compose", "compositional", "concept", "contained", "contains", "content", "copyright",
    "count", "date", "definition", "dependsOn", "description", "designation", "display", "effectivePeriod", "element",
    "end", "entry", "equivalence", "exclude", "expansion", "experimental", "extension", "filter", "group",
    "hierarchyMeaning", "id", "identifier", "immutable", "inactive", "include", "kind", "language", "lockedDate",
    "mode", "modifierExtension", "name", "noMap", "offset", "op", "otherMap", "parameter", "period", "preferred",
    "product", "property", "publisher", "purpose", "relationship", "resource", "resourceType", "responsible",
    "source", "sourceCanonical", "sourceScopeCanonical", "sourceScopeUri", "sourceUri", "sourceVersion", "start",
    "status", "supplements", "system", "target", "targetCanonical", "targetScopeCanonical", "targetScopeUri",
    "targetUri", "targetVersion", "text", "timestamp", "title", "total", "type", "uniqueId", "unmapped", "uri", "url",
    "usage", "use", "value", "valueBoolean", "valueCanonical", "valueCode", "valueCoding", "valueDate",
    "valueDateTime", "valueDecimal", "valueId", "valueInstant", "valueInteger", "valueInteger64", "valueMarkdown",
    "valuePeriod", "valuePositiveInt", "valueSet", "valueString", "valueUnsignedInt", "valueUri", "valueUrl",
    "version", "versionNeeded",
];

/// The one copy of an element's name, if a reader here needs it.
pub(super) fn known(name: &str) -> Option<&'static str> {
    let at = NAMES.binary_search(&name).ok()?;
    NAMES.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        assert!(NAMES.is_sorted());
        for name in NAMES {
            assert_eq!(known(name), Some(name));
        }
        assert_eq!(known("div"), None);
    }
}
