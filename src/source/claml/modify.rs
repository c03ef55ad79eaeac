//! Modifiers: codes of further characters that a ClaML file tells only once for many classes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::xml::Element;
use super::super::{Designation, DesignationUse, DraftConcept, EdgeKind, Parent, PropertyValue, Usability};
use super::{Class, Saying};
use crate::code::{CodeGrammar, Mark};

/// How many codes modifiers may make. ICD-10-GM, with the most, has fewer than 20 000.
const MOST_CODES: usize = 200_000;
/// How many modifiers may follow each other.
const MOST_MODIFIERS: usize = 4;

/// That a class is modified.
#[derive(Clone, Debug)]
pub(super) struct ModifiedBy {
    modifier: String,
    /// The only classes of the modifier that are valid; empty if all are.
    valid: Vec<String>,
    /// True if the code without the further character may be used too.
    pub(super) optional: bool,
    position: Option<usize>,
}

impl ModifiedBy {
    pub(super) fn of(element: &Element) -> Self {
        let optional = |meta: &Element| {
            meta.attribute_or_empty("name") == "usage" && meta.attribute_or_empty("value") == "optional"
        };
        let valid = element.named("ValidModifierClass").map(|class| class.attribute_or_empty("code").to_owned());
        Self {
            modifier: element.attribute_or_empty("code").to_owned(),
            valid: valid.filter(|_| element.attribute("all") != Some("true")).collect(),
            optional: element.named("Meta").any(optional),
            position: element.attribute("position").and_then(|position| position.trim().parse().ok()),
        }
    }
}

/// A value of a modifier.
struct ModifierClass {
    saying: Saying,
    /// Classes of modifiers before it with which it does not go together.
    not_after: Vec<(String, String)>,
}

/// The modifiers of a file.
#[derive(Default)]
pub(super) struct Modifiers {
    classes: BTreeMap<String, Vec<ModifierClass>>,
    notes: HashMap<String, Vec<String>>,
    known: HashSet<(String, String)>,
}

impl Modifiers {
    pub(super) fn add(&mut self, modifier: &str, saying: Saying, not_after: Vec<(String, String)>) {
        if self.known.insert((modifier.to_owned(), saying.code.clone())) {
            self.classes.entry(modifier.to_owned()).or_default().push(ModifierClass { saying, not_after });
        }
    }

    pub(super) fn describe(&mut self, modifier: &str, notes: Vec<String>) {
        if !notes.is_empty() {
            self.notes.insert(modifier.to_owned(), notes);
        }
    }

    pub(super) fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }
}

/// The making of codes.
pub(super) struct Expansion<'a> {
    modifiers: &'a Modifiers,
    grammar: CodeGrammar,
    /// Keys of the codes that there are already.
    keys: HashSet<String>,
    made: usize,
    /// Classes, by number, and a modifier that they name; true if it is in force all the same.
    pub(super) findings: Vec<(usize, String, bool)>,
    /// Codes that cannot be made, with the line of the modifier class.
    pub(super) unfit: Vec<(u64, String)>,
    /// The property for what modifiers say of themselves.
    note: Option<usize>,
}

/// More codes than any edition has.
pub(super) struct TooMany;

impl<'a> Expansion<'a> {
    pub(super) fn new(
        modifiers: &'a Modifiers,
        grammar: CodeGrammar,
        keys: HashSet<String>,
        note: Option<usize>,
    ) -> Self {
        Self { modifiers, grammar, keys, made: 0, findings: Vec::new(), unfit: Vec::new(), note }
    }

    /// The modifiers of each class: its own, and those of the classes above it.
    pub(super) fn in_force(&mut self, classes: &[Class], parents: &[Vec<usize>]) -> Vec<Vec<ModifiedBy>> {
        let mut in_force: Vec<Option<Vec<ModifiedBy>>> = vec![None; classes.len()];
        for start in 0..classes.len() {
            // Upwards along first parents to what is known, then down again. There are no circles.
            let mut path = vec![start];
            while let Some(above) = path.last().and_then(|last| parents.get(*last)).and_then(|above| above.first()) {
                if in_force.get(*above).is_some_and(Option::is_some) {
                    break;
                }
                path.push(*above);
            }
            while let Some(index) = path.pop() {
                if in_force.get(index).is_some_and(Option::is_some) {
                    continue;
                }
                let above = parents.get(index).and_then(|above| above.first());
                let mut modifiers = above.and_then(|above| in_force.get(*above)?.clone()).unwrap_or_default();
                if let Some(class) = classes.get(index) {
                    self.own(index, class, &mut modifiers);
                }
                if let Some(slot) = in_force.get_mut(index) {
                    *slot = Some(modifiers);
                }
            }
        }
        in_force.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn own(&mut self, index: usize, class: &Class, modifiers: &mut Vec<ModifiedBy>) {
        modifiers.retain(|modifier| !class.saying.excluded.contains(&modifier.modifier));
        for own in class.modified_by.iter().take(MOST_MODIFIERS) {
            modifiers.retain(|modifier| modifier.modifier != own.modifier);
            modifiers.push(own.clone());
            if !self.modifiers.classes.contains_key(&own.modifier) {
                self.findings.push((index, own.modifier.clone(), false));
            }
        }
        for link in class.links.iter().take(MOST_MODIFIERS) {
            let known = modifiers.iter().any(|modifier| modifier.modifier == *link);
            if !known && self.modifiers.classes.contains_key(link) && !class.saying.excluded.contains(link) {
                let modifier = link.clone();
                modifiers.push(ModifiedBy { modifier, valid: Vec::new(), optional: true, position: None });
                self.findings.push((index, link.clone(), true));
            }
        }
        modifiers.truncate(MOST_MODIFIERS);
    }

    /// Appends the codes that modifiers make of a class, which is the last concept so far.
    pub(super) fn expand(
        &mut self,
        concepts: &mut Vec<DraftConcept>,
        class: &Saying,
        in_force: &[ModifiedBy],
        has_finer: bool,
    ) -> Result<(), TooMany> {
        let modifiers = self.modifiers;
        let is_fourth = |modifier: &&ModifiedBy| {
            let classes = modifiers.classes.get(&modifier.modifier);
            classes.and_then(|classes| classes.first()).is_some_and(|class| class.saying.code.starts_with('.'))
        };
        let (fourth, finer): (Vec<&ModifiedBy>, Vec<&ModifiedBy>) = in_force.iter().partition(is_fourth);
        if let (Some(note), Some(concept)) = (self.note, concepts.last_mut()) {
            let notes = in_force.iter().filter_map(|modifier| self.modifiers.notes.get(&modifier.modifier)).flatten();
            concept.properties.extend(notes.map(|text| (note, PropertyValue::Text(text.clone()))));
        }
        let is_category = !class.code.contains('.');
        let mut chain: Vec<&ModifiedBy> = Vec::new();
        if is_category {
            // A category that has subcategories leaves the finer characters to them.
            chain.extend(fourth.iter().copied());
        }
        if !has_finer || !chain.is_empty() {
            chain.extend(finer);
        }
        if chain.is_empty() || (has_finer && !is_category) {
            return Ok(());
        }
        self.append(concepts, class, &chain, &[])
    }

    fn append(
        &mut self,
        concepts: &mut Vec<DraftConcept>,
        base: &Saying,
        chain: &[&ModifiedBy],
        before: &[(String, String)],
    ) -> Result<(), TooMany> {
        let modifiers = self.modifiers;
        let Some((modifier, rest)) = chain.split_first() else { return Ok(()) };
        for class in modifiers.classes.get(&modifier.modifier).into_iter().flatten() {
            let suffix = class.saying.code.as_str();
            let is_valid = modifier.valid.is_empty() || modifier.valid.iter().any(|valid| valid == suffix);
            if !is_valid || class.not_after.iter().any(|not_after| before.contains(not_after)) {
                continue;
            }
            let made = combined(base, &class.saying, &with_suffix(&base.code, suffix, modifier));
            let Some(key) = self.grammar.parse(&made.code).filter(|key| key.mark() == Mark::None) else {
                self.unfit.push((class.saying.line, made.code));
                continue;
            };
            if !self.keys.insert(key.as_str().to_owned()) {
                // The file has the class itself, which tells more.
                continue;
            }
            self.made += 1;
            if self.made > MOST_CODES {
                return Err(TooMany);
            }
            let at = concepts.len();
            concepts.push(DraftConcept {
                code: made.code.clone(),
                mark: made.mark,
                designations: made.designations.clone(),
                parents: vec![Parent { code: base.code.clone(), kind: EdgeKind::IsA }],
                properties: made.properties.clone(),
                ..DraftConcept::default()
            });
            let rest: Vec<_> = rest.iter().copied().filter(|next| !made.excluded.contains(&next.modifier)).collect();
            let mut before = before.to_vec();
            before.push((modifier.modifier.clone(), suffix.to_owned()));
            self.append(concepts, &made, &rest, &before)?;
            let has_finer = concepts.len() > at + 1;
            if let Some(concept) = concepts.get_mut(at)
                && has_finer
                && rest.iter().any(|next| !next.optional)
            {
                concept.usability = Usability::Heading;
            }
        }
        Ok(())
    }
}

fn with_suffix(code: &str, suffix: &str, modifier: &ModifiedBy) -> String {
    if code.contains('.') || suffix.starts_with('.') {
        return format!("{code}{suffix}");
    }
    let position = modifier.position.or_else(|| modifier.modifier.rsplit_once('_')?.1.parse().ok());
    if position == Some(5) { format!("{code}.X{suffix}") } else { format!("{code}.{suffix}") }
}

/// What a class says with a further character.
fn combined(base: &Saying, class: &Saying, code: &str) -> Saying {
    let is_name = |designation: &&Designation| designation.r#use == DesignationUse::Preferred;
    let mut designations: Vec<Designation> = Vec::new();
    for name in base.designations.iter().filter(is_name) {
        if designations.iter().any(|made| made.language == name.language) {
            continue;
        }
        let own = class.designations.iter().filter(is_name).find(|own| own.language == name.language);
        if let Some(own) = own.or(class.designations.first()) {
            designations.push(Designation::preferred(name.language.as_str(), format!("{}: {}", name.text, own.text)));
        }
    }
    Saying {
        line: class.line,
        code: code.to_owned(),
        mark: if class.mark == Mark::None { base.mark } else { class.mark },
        designations,
        properties: class.properties.clone(),
        excluded: class.excluded.clone(),
    }
}
