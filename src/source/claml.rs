//! ClaML, the format in which WHO and its collaborating centres publish ICD-10.
//!
//! | source | elements | use |
//! |---|---|---|
//! | ClaML 2.0.0 (EN 14463 and its later DTD), as WHO published ICD-10 from 2008 to 2019, and national editions of that form | `Title` | name and version of the edition |
//! | | `Class` of kind `chapter` or `block` | groupers |
//! | | `Class` of other kinds, `usage` | codes; `dagger` and `aster` are their marks, any other usage is a property |
//! | | `SuperClass`, `SubClass` | parents; `SubClass` is believed where the other side is silent |
//! | | `ModifiedBy`, `ValidModifierClass`, `ExcludeModifier`, `Modifier`, `ModifierClass` | codes of further characters, see below |
//! | | `Rubric` `preferredLong`, `preferred`, `inclusion` | names, in this order of preference, and inclusion terms |
//! | | `Rubric` of any other kind | a text property per rubric: `exclusion-note`, `coding-note`, and for the rest the kind's own name |
//! | | `Reference`, `Fragment`, `Term`, `Para`, `List`, `Table` | one text, as it is printed: `Tuberculous meningitis (G01*)` |
//! | | `Reference` with a usage, in names and inclusion terms | property `paired-asterisk` or `paired-dagger` |
//! | | `Meta` of a class | a text property per name, such as `mort-b-code` |
//! | | `ClassKinds`, `RubricKinds`, `Authors`, `Variants`, `History` | ignored: they describe the file or its making |
//!
//! # Modifiers
//!
//! A class that is `ModifiedBy` a modifier, and every class below it, has codes of one more character, one for each
//! `ModifierClass` that is valid there. A `ModifierClass` whose code begins with a dot gives fourth characters to classes
//! of three. Any other follows the finest codes: `I70.0` and `1` make `I70.01`. Where such a code has only three
//! characters, the modifier's `position` or the end of its name (`S20W00_4`, `S13M40_5`) says whether the character is the
//! fourth; if it is the fifth, `X` fills the fourth (`M45.X0`), as volume 2 of ICD-10 recommends. Several modifiers follow
//! each other. Names are joined by a colon, as WHO's own long names are. A class whose modifier is `optional` stays usable.
//! Inclusion terms of a `ModifierClass` make no sense alone ("clavicle"): they are the property `inclusion-note`.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-code` | refused | a class without a code, or with one that ICD-10 cannot have, or a modifier that would make one |
//! | `duplicate-code` | refused | the code was listed before, which is kept |
//! | `missing-name` | doubtful | a class or modifier class without preferred rubric: it is named by its code |
//! | `unknown-parent` | doubtful | a `SuperClass` that is not in the file; the edge is left out |
//! | `unknown-subclass` | doubtful | a `SubClass` that is not in the file |
//! | `hierarchy-cycle` | refused | an edge that would put a class above itself |
//! | `unknown-modifier` | doubtful | `ModifiedBy` a modifier that has no classes |
//! | `modifier-link-only` | repaired | a `modifierlink` rubric names a modifier that the class lacks: taken as optional |
//! | `unknown-language` | doubtful | a label whose language is no language tag, or one too many: taken as English |
//! | `unknown-usage` | doubtful | a usage that the file does not define and that is no dagger or asterisk |
//! | `too-many-rubric-kinds` | refused | a rubric or `Meta` of one kind too many |
//! | `missing-title` | doubtful | the file does not say what it is: taken as WHO's ICD-10 |
//! | `malformed-attribute`, `unknown-entity` | doubtful | XML that is damaged in a detail |
//!
//! Licence: ICD-10 is WHO's. Use in a product, and every copy or translation, needs a licence from WHO, or from the centre
//! that publishes the national edition.

mod modify;
mod text;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use super::reader::{begin_one, read_version};
use super::xml::{Element, Node, XmlReader};
use super::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Format, Input, Parent, PropertyDefinition,
    PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity, Usability,
};
use crate::code::{CodeGrammar, Mark};
use crate::{Edition, Error, Result};
use modify::{ModifiedBy, Modifiers};

/// Kinds of rubrics with the properties that they become.
const RUBRICS: [(&str, &str, &str); 9] = [
    ("exclusion", "exclusion-note", "What the class excludes, as printed"),
    ("coding-hint", "coding-note", "How the code is used, as printed"),
    ("introduction", "introduction", "Introduction to the class"),
    ("note", "note", "Note on the class"),
    ("text", "text", "Text below the class's title"),
    ("footnote", "footnote", "Footnote"),
    ("definition", "definition", "Definition of the class"),
    ("modifierlink", "modifier-link", "Where the subdivisions of the class are printed"),
    ("inclusion", "inclusion-note", "What the class's last character includes, as printed"),
];
/// How many properties a file may have.
const MOST_PROPERTIES: usize = 200;
/// How many languages a file may have.
const MOST_LANGUAGES: usize = 16;

/// Reads a ClaML file.
///
/// `version` is the edition's version; without it, the file's title gives it (`2016`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Argument`] if there is no version; [`Error::Source`] if it is no
/// ClaML, is no well-formed XML, is cut off, or if its modifiers make more codes than any edition has.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open(path)?, version)
}

/// Reads ClaML from a stream; `name` is what the report calls it. See [`read`].
///
/// Memory is proportional to the draft.
pub fn read_from(name: &str, input: impl Read, version: Option<&str>) -> Result<(Draft, Report)> {
    read_xml(XmlReader::new(name, input), version, Report::default())
}

/// Reads the one ClaML file of an input. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Claml
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let (draft, report) = read_xml(XmlReader::of(entry)?, options.version.as_deref(), report)?;
        options.finish(draft, report)
    }
}

fn read_xml<R: Read>(xml: XmlReader<'_, R>, version: Option<&str>, report: Report) -> Result<(Draft, Report)> {
    let mut list = List {
        xml,
        report,
        title: Title::default(),
        usages: HashMap::new(),
        properties: Vec::new(),
        languages: Vec::new(),
        classes: Vec::new(),
        modifiers: Modifiers::default(),
    };
    list.read()?;
    list.draft(version)
}

#[derive(Default)]
struct Title {
    name: String,
    version: String,
    text: String,
    authority: String,
}

/// What a class or a modifier class says of itself.
#[derive(Clone, Default)]
struct Saying {
    line: u64,
    /// Code as written.
    code: String,
    mark: Mark,
    /// Names and inclusion terms, best first.
    designations: Vec<Designation>,
    properties: Vec<(usize, PropertyValue)>,
    /// Modifiers that must not follow.
    excluded: Vec<String>,
}

struct Class {
    saying: Saying,
    groups: bool,
    above: Vec<String>,
    below: Vec<String>,
    modified_by: Vec<ModifiedBy>,
    /// Modifiers that rubrics of kind `modifierlink` name.
    links: Vec<String>,
}

struct List<'a, R: Read> {
    xml: XmlReader<'a, R>,
    report: Report,
    title: Title,
    /// The sign of each kind of usage that the file defines.
    usages: HashMap<String, String>,
    properties: Vec<PropertyDefinition>,
    languages: Vec<String>,
    classes: Vec<Class>,
    modifiers: Modifiers,
}

impl<R: Read> List<'_, R> {
    /// Reads the whole file.
    fn read(&mut self) -> Result<()> {
        match self.xml.next()? {
            Some(Node::Start(root)) if root.name == "ClaML" => {}
            _ => return Err(self.xml.error("this is no ClaML: its element is not ClaML")),
        }
        while let Some(node) = self.xml.next()? {
            let Node::Start(element) = node else { continue };
            match element.name.as_str() {
                "Class" => {
                    let element = self.xml.complete(element)?;
                    self.class(&element);
                }
                "ModifierClass" => {
                    let element = self.xml.complete(element)?;
                    self.modifier_class(&element);
                }
                "Modifier" => {
                    let element = self.xml.complete(element)?;
                    self.report.rows += 1;
                    let notes = element.named("Rubric").flat_map(|rubric| rubric.named("Label")).map(Element::text);
                    let notes = notes.filter(|note| !note.is_empty()).collect();
                    self.modifiers.describe(element.attribute_or_empty("code"), notes);
                }
                "Title" => {
                    let element = self.xml.complete(element)?;
                    self.title.name = element.attribute_or_empty("name").to_owned();
                    self.title.version = element.attribute_or_empty("version").to_owned();
                    self.title.text = element.text();
                }
                "Identifier" => {
                    self.title.authority = element.attribute_or_empty("authority").to_owned();
                    self.xml.skip()?;
                }
                "UsageKinds" => {
                    let element = self.xml.complete(element)?;
                    for kind in element.named("UsageKind") {
                        let (name, sign) = (kind.attribute_or_empty("name"), kind.attribute_or_empty("mark"));
                        self.usages.insert(name.to_owned(), sign.to_owned());
                    }
                }
                _ => self.xml.skip()?,
            }
            self.report.check()?;
        }
        Ok(())
    }

    fn class(&mut self, element: &Element) {
        self.report.rows += 1;
        let (saying, links) = self.saying(element, false);
        let codes = |name| element.named(name).map(|class| class.attribute_or_empty("code").to_owned()).collect();
        let class = Class {
            saying,
            groups: matches!(element.attribute_or_empty("kind"), "chapter" | "block"),
            above: codes("SuperClass"),
            below: codes("SubClass"),
            modified_by: element.named("ModifiedBy").map(ModifiedBy::of).collect(),
            links,
        };
        self.classes.push(class);
    }

    fn modifier_class(&mut self, element: &Element) {
        self.report.rows += 1;
        let (saying, _) = self.saying(element, true);
        let code = saying.code.trim_start_matches('.');
        let is_code = !code.is_empty() && code.len() <= 4 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_code {
            let message = "a modifier class without a code of letters or digits";
            let place = self.xml.place(saying.line);
            return self.report.add(Severity::Refused, "malformed-code", place, Some(&saying.code), message);
        }
        let preceding = element
            .named("Meta")
            .filter(|meta| meta.attribute_or_empty("name") == "excludeOnPrecedingModifier")
            .filter_map(|meta| meta.attribute_or_empty("value").split_once(' '))
            .map(|(modifier, class)| (modifier.to_owned(), class.trim().to_owned()))
            .collect();
        self.modifiers.add(element.attribute_or_empty("modifier"), saying, preceding);
    }

    /// Reads what classes and modifier classes have in common, and the modifiers that rubrics link to.
    fn saying(&mut self, element: &Element, is_modifier: bool) -> (Saying, Vec<String>) {
        let mut saying = Saying {
            line: element.line,
            code: element.attribute_or_empty("code").to_owned(),
            excluded: element
                .named("ExcludeModifier")
                .map(|class| class.attribute_or_empty("code").to_owned())
                .collect(),
            ..Saying::default()
        };
        self.usage(element, &mut saying);
        for meta in element.named("Meta").filter(|_| !is_modifier) {
            let name = meta.attribute_or_empty("name");
            let value = PropertyValue::Text(meta.attribute_or_empty("value").to_owned());
            if let Some(at) = self.property(&kebab(name), &format!("Meta {name} of ClaML"), &saying) {
                saying.properties.push((at, value));
            }
        }
        let mut links = Vec::new();
        let (mut long, mut names, mut inclusions) = (Vec::new(), Vec::new(), Vec::new());
        for rubric in element.named("Rubric") {
            let kind = rubric.attribute_or_empty("kind");
            let names_class = matches!(kind, "preferred" | "preferredLong");
            for label in rubric.named("Label") {
                let text = text::of(label, &self.usages);
                if kind == "modifierlink" {
                    links.extend(text.linked);
                }
                if text.lines.is_empty() {
                    continue;
                }
                if names_class || (kind == "inclusion" && !is_modifier) {
                    let designation = Designation {
                        text: text.lines.replace('\n', " "),
                        language: self.language(label, &saying).into(),
                        r#use: if names_class { DesignationUse::Preferred } else { DesignationUse::Inclusion },
                        id: rubric.attribute("id").map(str::to_owned),
                        ..Designation::default()
                    };
                    match kind {
                        "preferredLong" => long.push(designation),
                        "preferred" => names.push(designation),
                        _ => inclusions.push(designation),
                    }
                    for (mark, code) in text.paired {
                        let name = if mark == Mark::Dagger { "paired-dagger" } else { "paired-asterisk" };
                        let value = PropertyValue::Code(code + mark.as_str());
                        if let Some(at) = self.property(name, "The code that stands beside this one", &saying)
                            && !saying.properties.iter().rev().take(64).any(|known| *known == (at, value.clone()))
                        {
                            saying.properties.push((at, value));
                        }
                    }
                    continue;
                }
                let known = RUBRICS.iter().find(|(known, ..)| *known == kind);
                let own = (kebab(kind), format!("Rubric of kind {kind}"));
                let (name, description) =
                    known.map_or((own.0.as_str(), own.1.as_str()), |(_, name, description)| (*name, *description));
                if let Some(at) = self.property(name, description, &saying) {
                    saying.properties.push((at, PropertyValue::Text(text.lines)));
                }
            }
        }
        if names.is_empty() && long.is_empty() {
            let message = "has no preferred name: named by its code";
            let place = self.xml.place(saying.line);
            self.report.add(Severity::Doubtful, "missing-name", place, Some(&saying.code), message);
            names.push(Designation::preferred("en", saying.code.as_str()));
        }
        saying.designations = long.into_iter().chain(names).chain(inclusions).collect();
        (saying, links)
    }

    /// The language of a label. Where it is none, or one too many, it is taken as English.
    fn language(&mut self, label: &Element, saying: &Saying) -> String {
        let tag = label.attribute("xml:lang").unwrap_or("en").trim();
        let known = self.languages.iter().any(|known| known == tag);
        let is_tag =
            (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !known && (!is_tag || self.languages.len() >= MOST_LANGUAGES) {
            let message = format!("{:?} is taken as English", tag.chars().take(40).collect::<String>());
            let place = self.xml.place(label.line);
            self.report.add(Severity::Doubtful, "unknown-language", place, Some(&saying.code), message);
            return "en".to_owned();
        }
        if !known {
            self.languages.push(tag.to_owned());
        }
        tag.to_owned()
    }

    fn usage(&mut self, element: &Element, saying: &mut Saying) {
        let usage = element.attribute_or_empty("usage");
        if usage.is_empty() {
            return;
        }
        saying.mark = text::mark(usage, &self.usages);
        if saying.mark != Mark::None {
            return;
        }
        if !self.usages.contains_key(usage) {
            let message = format!("has usage {usage:?}, which the file does not define");
            let place = self.xml.place(saying.line);
            self.report.add(Severity::Doubtful, "unknown-usage", place, Some(&saying.code), message);
        }
        if let Some(at) = self.property("usage", "Usage of the code in the dual classification", saying) {
            saying.properties.push((at, PropertyValue::Text(usage.to_owned())));
        }
    }

    /// The number of a property, which is defined if it is new; `None` if there are too many.
    fn property(&mut self, name: &str, description: &str, saying: &Saying) -> Option<usize> {
        if let Some(at) = self.properties.iter().position(|known| known.name == name) {
            return Some(at);
        }
        if self.properties.len() >= MOST_PROPERTIES || name.is_empty() {
            let message = format!("no property can be made for kind {:?}", name.chars().take(40).collect::<String>());
            let place = self.xml.place(saying.line);
            self.report.add(Severity::Refused, "too-many-rubric-kinds", place, Some(&saying.code), message);
            return None;
        }
        let kind = if name.starts_with("paired-") { PropertyKind::Code } else { PropertyKind::Text };
        self.properties.push(PropertyDefinition { name: name.to_owned(), description: description.to_owned(), kind });
        Some(self.properties.len() - 1)
    }

    /// Makes the draft of what was read.
    fn draft(mut self, version: Option<&str>) -> Result<(Draft, Report)> {
        let (edition, grammar) = self.edition(version)?;
        let by_code = self.keep_valid(grammar);
        let parents = self.parents(&by_code);
        let mut has_finer = vec![false; self.classes.len()];
        for parent in parents.iter().flatten() {
            if let Some(flag) = has_finer.get_mut(*parent) {
                *flag = true;
            }
        }
        let note = self.modifier_note();
        let modifiers = std::mem::take(&mut self.modifiers);
        let keys = self.classes.iter().filter_map(|class| grammar.parse(&class.saying.code));
        let keys: HashSet<String> = keys.map(|key| key.as_str().to_owned()).collect();
        let mut modify = modify::Expansion::new(&modifiers, grammar, keys, note);
        let in_force = modify.in_force(&self.classes, &parents);
        self.report_modifiers(&modify);
        let mut concepts = Vec::new();
        for (((class, parents), has_finer), in_force) in
            self.classes.iter().zip(&parents).zip(&has_finer).zip(&in_force)
        {
            let first = concepts.len();
            let codes_of = |index: &usize| self.classes.get(*index).map(|class| class.saying.code.clone());
            concepts.push(DraftConcept {
                code: class.saying.code.clone(),
                mark: class.saying.mark,
                usability: match (class.groups, has_finer) {
                    (true, _) => Usability::Grouper,
                    (false, true) => Usability::Heading,
                    (false, false) => Usability::Usable,
                },
                designations: class.saying.designations.clone(),
                parents: parents.iter().filter_map(codes_of).map(|code| Parent { code, kind: EdgeKind::IsA }).collect(),
                properties: class.saying.properties.clone(),
                ..DraftConcept::default()
            });
            if !class.groups && modify.expand(&mut concepts, &class.saying, in_force, *has_finer).is_err() {
                return Err(self.xml.error("the modifiers make more codes than any edition has"));
            }
            let mandatory = concepts.len() > first + 1 && in_force.iter().any(|modifier| !modifier.optional);
            if let Some(base) = concepts.get_mut(first).filter(|_| mandatory) {
                base.usability = Usability::Heading;
            }
        }
        for (line, code) in std::mem::take(&mut modify.unfit) {
            let message = "a modifier would make it, but it is no code";
            let place = self.xml.place(line);
            self.report.add(Severity::Refused, "malformed-code", place, Some(&code), message);
        }
        self.report.check()?;
        if !concepts.iter().any(|concept| concept.usability == Usability::Usable) {
            return Err(self.xml.error("there are no classes with codes"));
        }
        let language = concepts.iter().flat_map(|concept| &concept.designations).next();
        let draft = Draft {
            edition,
            grammar,
            language: language.map_or_else(|| "en".to_owned(), |designation| designation.language.to_string()),
            properties: self.properties,
            concepts,
            ..Draft::default()
        };
        self.xml.finish(&mut self.report);
        Ok((draft, self.report))
    }

    fn modifier_note(&mut self) -> Option<usize> {
        let has_notes = self.modifiers.has_notes();
        let description = "What the subdivisions of the class are for, as printed";
        has_notes.then(|| self.property("modifier-note", description, &Saying::default())).flatten()
    }

    fn edition(&mut self, version: Option<&str>) -> Result<(Edition, CodeGrammar)> {
        let title = std::mem::take(&mut self.title);
        let name = title.name.to_ascii_lowercase();
        if name.is_empty() && title.text.is_empty() {
            let place = self.xml.place(1);
            let message = "no Title says what the list is: taken as WHO's ICD-10";
            self.report.add(Severity::Doubtful, "missing-title", place, None, message);
        }
        let given = version.unwrap_or(&title.version).to_owned();
        if given.is_empty() {
            return Err(Error::Argument {
                what: "version",
                value: String::new(),
                expected: "a version such as 2016, since the file tells none".into(),
            });
        }
        let is_icd = name.is_empty() || name.starts_with("icd-10") || name.starts_with("icd10");
        let (system, url) = match name.as_str() {
            name if name.starts_with("icd-10-gm") || name.starts_with("icd10gm") => {
                ("icd10-gm".to_owned(), "http://fhir.de/CodeSystem/bfarm/icd-10-gm")
            }
            _ if is_icd => ("icd10-who".to_owned(), "http://hl7.org/fhir/sid/icd-10"),
            name => (kebab(name), ""),
        };
        let text = if title.text.is_empty() { "ICD-10".to_owned() } else { title.text };
        let edition = Edition {
            title: format!("{text}, {given}"),
            issued_by: match title.authority {
                authority if authority.is_empty() && system == "icd10-who" => "World Health Organization".to_owned(),
                authority => authority,
            },
            system,
            url: url.to_owned(),
            version: given,
            ..Edition::default()
        };
        Ok((edition, if is_icd { CodeGrammar::Icd10 } else { CodeGrammar::Verbatim }))
    }

    /// Refuses classes whose code is none or is there already.
    fn keep_valid(&mut self, grammar: CodeGrammar) -> HashMap<String, usize> {
        let mut by_code: HashMap<String, usize> = HashMap::new();
        let mut keys: HashMap<String, u64> = HashMap::new();
        let mut kept = Vec::with_capacity(self.classes.len());
        for class in std::mem::take(&mut self.classes) {
            let (line, code) = (class.saying.line, class.saying.code.as_str());
            let refused = match grammar.parse(code).filter(|key| key.mark() == Mark::None) {
                None => Some(("malformed-code", format!("{code:?} is no code"))),
                Some(key) => keys
                    .insert(key.as_str().to_owned(), line)
                    .map(|first| ("duplicate-code", format!("already listed in line {first}, which is kept"))),
            };
            if let Some((rule, message)) = refused {
                self.report.add(Severity::Refused, rule, self.xml.place(line), Some(code), message);
                continue;
            }
            by_code.insert(code.to_owned(), kept.len());
            kept.push(class);
        }
        self.classes = kept;
        by_code
    }

    /// The classes above each class.
    fn parents(&mut self, by_code: &HashMap<String, usize>) -> Vec<Vec<usize>> {
        let mut parents: Vec<Vec<usize>> = Vec::with_capacity(self.classes.len());
        for class in &self.classes {
            let mut above = Vec::new();
            for code in &class.above {
                match by_code.get(code) {
                    Some(parent) if !above.contains(parent) => above.push(*parent),
                    Some(_) => {}
                    None => {
                        let message = format!("its SuperClass {code} is not in the file: the edge is left out");
                        let place = self.xml.place(class.saying.line);
                        self.report.add(Severity::Doubtful, "unknown-parent", place, Some(&class.saying.code), message);
                    }
                }
            }
            parents.push(above);
        }
        for (index, class) in self.classes.iter().enumerate() {
            for code in &class.below {
                let Some(child) = by_code.get(code) else {
                    let message = format!("its SubClass {code} is not in the file");
                    let place = self.xml.place(class.saying.line);
                    let code = Some(class.saying.code.as_str());
                    self.report.add(Severity::Doubtful, "unknown-subclass", place, code, message);
                    continue;
                };
                if let Some(above) = parents.get_mut(*child).filter(|above| above.is_empty()) {
                    above.push(index);
                }
            }
        }
        self.cut_cycles(&mut parents);
        parents
    }

    /// Takes away the edges of classes that lie above themselves.
    fn cut_cycles(&mut self, parents: &mut [Vec<usize>]) {
        // A class is settled when all above it are: what is left over lies in a circle or below one.
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
        let mut waits_for: Vec<usize> = parents.iter().map(Vec::len).collect();
        for (child, above) in parents.iter().enumerate() {
            for parent in above {
                if let Some(list) = below.get_mut(*parent) {
                    list.push(child);
                }
            }
        }
        let mut settled: Vec<usize> = (0..parents.len()).filter(|class| waits_for.get(*class) == Some(&0)).collect();
        let mut next = 0;
        loop {
            while let Some(class) = settled.pop() {
                for child in below.get(class).into_iter().flatten() {
                    if let Some(count) = waits_for.get_mut(*child).filter(|count| **count > 0) {
                        *count -= 1;
                        if *count == 0 {
                            settled.push(*child);
                        }
                    }
                }
            }
            while waits_for.get(next) == Some(&0) {
                next += 1;
            }
            let (Some(count), Some(above), Some(class)) =
                (waits_for.get_mut(next), parents.get_mut(next), self.classes.get(next))
            else {
                return;
            };
            *count = 0;
            above.clear();
            settled.push(next);
            let message = "lies above itself: its edges are left out";
            let place = self.xml.place(class.saying.line);
            self.report.add(Severity::Refused, "hierarchy-cycle", place, Some(&class.saying.code), message);
        }
    }

    fn report_modifiers(&mut self, modify: &modify::Expansion<'_>) {
        for (index, modifier, repaired) in &modify.findings {
            let Some(class) = self.classes.get(*index) else { continue };
            let (severity, rule, message) = if *repaired {
                let message = format!("a rubric names modifier {modifier}, which is taken as an optional one");
                (Severity::Repaired, "modifier-link-only", message)
            } else {
                let message = format!("modifier {modifier} has no classes in the file");
                (Severity::Doubtful, "unknown-modifier", message)
            };
            let place = self.xml.place(class.saying.line);
            self.report.add(severity, rule, place, Some(&class.saying.code), message);
        }
    }
}

/// A name of the file as a property's: `MortBCode` is `mort-b-code`.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '-';
    for c in name.chars().take(60) {
        if c.is_alphanumeric() {
            if c.is_uppercase() && before != '-' {
                out.push('-');
            }
            out.extend(c.to_lowercase());
            before = c;
        } else if before != '-' {
            out.push('-');
            before = '-';
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
