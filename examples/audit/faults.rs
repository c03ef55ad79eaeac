//! What is wrong with each row, and which rows are missing.

use std::collections::{HashMap, HashSet};

use medterm::code::{CodeGrammar, CodeList, Mark, Repair};
use medterm::source::Usability;
use medterm::translate::{Change, Migration};
use medterm::{CodeSystem, Concept, ConceptId};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::support::{Problem, grouped};
use crate::table::{Row, Table};

/// A kind of fault, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Damaged,
    Unknown,
    Withdrawn,
    Heading,
    Renamed,
    Duplicate,
    Missing,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Damaged, Self::Unknown, Self::Withdrawn, Self::Heading, Self::Renamed, Self::Duplicate, Self::Missing];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Unknown => "unknown",
            Self::Withdrawn => "withdrawn",
            Self::Heading => "heading",
            Self::Renamed => "renamed",
            Self::Duplicate => "duplicate",
            Self::Missing => "missing",
        }
    }
}

/// One thing that is wrong with the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    /// The line of the file; none for what is missing.
    pub(crate) row: Option<u64>,
    pub(crate) fault: Kind,
    /// The code as the table has it; of a missing row, as it ought to stand there.
    pub(crate) code: String,
    /// The name as the table has it, or as the list has it for a missing row.
    pub(crate) name: String,
    /// What would mend it without a decision: the code or the name to put in its place.
    pub(crate) new_code: Option<String>,
    pub(crate) new_name: Option<String>,
    /// Codes for a person to choose from.
    pub(crate) suggest: Vec<String>,
    pub(crate) message: String,
}

/// All that is wrong with a table.
pub(crate) struct Audit {
    pub(crate) edition: String,
    pub(crate) rows: usize,
    pub(crate) faults: Vec<Fault>,
    /// What is not wrong, but worth knowing.
    pub(crate) notes: Vec<String>,
    /// The codes that the table has, as keys without dot and mark.
    pub(crate) keys: HashSet<String>,
    /// The lines of codes that were cut short, and so are others than they look.
    cut: HashSet<u64>,
}

impl Audit {
    pub(crate) fn of(table: &Table, edition: &CodeSystem, others: &[&CodeSystem]) -> Result<Self, Problem> {
        let mut list = List::of(edition)?;
        let resolved: Vec<Option<ConceptId>> =
            table.rows.iter().map(|row| list.resolve(row)).collect::<medterm::Result<_>>()?;
        list.learn_writing(table, &resolved)?;
        let mut audit = Self {
            edition: edition.edition().to_string(),
            rows: table.rows.len(),
            faults: Vec::new(),
            notes: list.notes(),
            keys: HashSet::new(),
            cut: HashSet::new(),
        };
        let former = others.iter().filter(|other| !other.is_fragment());
        let migrations: Vec<Migration> =
            former.map(|former| Migration::between(former, edition)).collect::<medterm::Result<_>>()?;
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut held: HashSet<ConceptId> = HashSet::new();
        let held_as_written: HashSet<ConceptId> = resolved.iter().copied().flatten().collect();
        for (row, concept) in table.rows.iter().zip(&resolved) {
            let concept = concept.and_then(|id| edition.concept(id));
            let found = match concept {
                Some(concept) => audit.listed(&list, row, concept, &held_as_written, &migrations)?,
                None => audit.unlisted(&list, row, &migrations, others)?,
            };
            let (key, code) = match found {
                Some(concept) => {
                    held.insert(concept.id());
                    (concept.marked_code()?, concept.code()?)
                }
                None => {
                    let code = read(edition.identity().grammar, &row.code).0;
                    let bare = Mark::split(&code).0.to_owned();
                    (code, bare)
                }
            };
            audit.keys.insert(code.replace('.', ""));
            if let Some(first) = seen.get(&key).filter(|_| !key.is_empty()) {
                let message = format!("stands in line {first} already");
                audit.add(row, Kind::Duplicate, message, Mend::default());
            } else {
                seen.insert(key, row.line);
            }
        }
        audit.headings(table, &list, &held, &resolved)?;
        audit.missing(&list, &held)?;
        audit.faults.sort_by_key(|fault| (fault.fault, fault.row.unwrap_or(u64::MAX)));
        Ok(audit)
    }

    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.faults.iter().filter(|fault| fault.fault == kind).count()
    }

    fn add(&mut self, row: &Row, fault: Kind, message: String, mend: Mend) {
        self.faults.push(Fault {
            row: Some(row.line),
            fault,
            code: row.code.clone(),
            name: row.name.clone(),
            new_code: mend.code,
            new_name: mend.name,
            suggest: mend.suggest,
            message,
        });
    }

    /// A row whose code is in the edition, perhaps not as it is written there; returns the concept that is meant.
    fn listed<'e>(
        &mut self,
        list: &List<'e>,
        row: &Row,
        concept: Concept<'e>,
        held: &HashSet<ConceptId>,
        migrations: &[Migration],
    ) -> Result<Option<Concept<'e>>, Problem> {
        if !concept.is_active()? {
            self.add(row, Kind::Withdrawn, "the edition has withdrawn it".into(), Mend::default());
            return Ok(Some(concept));
        }
        let own_name = concept.display()?;
        let is_named = row.name.trim().is_empty() || list.has_name(&concept, &row.name)?;
        if !is_named
            && let Some(other) = list.cut_from(&row.name, &concept)?
            && !held.contains(&other.id())
        {
            let code = list.written(&other)?;
            let message = format!("the name is that of {code}: the code was cut short");
            self.add(row, Kind::Damaged, message, Mend::code(code));
            self.cut.insert(row.line);
            return Ok(Some(other));
        }
        let expected = list.written(&concept)?;
        let as_printed = concept.source_code()?;
        if row.code != expected && as_printed != Some(row.code.as_str()) {
            let message = list.damage(&row.code, &expected);
            self.add(row, Kind::Damaged, message, Mend::code(expected));
        }
        if !is_named && has_moved(row, migrations)? {
            let message =
                format!("meant something else: today's name is {own_name}; look through what was coded with it");
            self.add(row, Kind::Renamed, message, Mend::default());
        } else if !is_named {
            let message = format!("is now called {own_name}");
            self.add(row, Kind::Renamed, message, Mend { name: Some(own_name), ..Mend::default() });
        }
        Ok(Some(concept))
    }

    /// A row whose code is not in the edition as it stands; returns the concept that is meant, if it is certain.
    fn unlisted<'e>(
        &mut self,
        list: &List<'e>,
        row: &Row,
        migrations: &[Migration],
        others: &[&CodeSystem],
    ) -> Result<Option<Concept<'e>>, Problem> {
        let (code, _) = read(list.edition.identity().grammar, &row.code);
        for migration in migrations {
            let Some(migrated) = migration.migrate(&code)? else { continue };
            let from = migration.former().edition();
            let (targets, what) = match &migrated.change {
                Change::Withdrawn { suggestions } => (suggestions.as_slice(), "gone"),
                change => (change.targets(), "gone, the code above it is usable"),
            };
            let mut suggest = Vec::new();
            for target in targets.iter().filter_map(|target| list.edition.concept(target.id())) {
                if target.is_usable()? {
                    suggest.push(list.written(&target)?);
                }
            }
            let kept = matches!(migrated.change, Change::FinerCodeGone { .. });
            let new_code = suggest.first().filter(|_| kept).cloned();
            self.add(
                row,
                Kind::Withdrawn,
                format!("is in {from}: {what}"),
                Mend { code: new_code, suggest, name: None },
            );
            return Ok(None);
        }
        for other in others {
            if other.lookup(&code)?.concept().is_some() {
                self.add(row, Kind::Withdrawn, format!("is only in {}", other.edition()), Mend::default());
                return Ok(None);
            }
        }
        if let Some((concept, message)) = list.damaged(row)? {
            let code = list.written(&concept)?;
            self.add(row, Kind::Damaged, message, Mend::code(code));
            return Ok(Some(concept));
        }
        let candidates = list.same_number(&row.code);
        if row.code.trim().is_empty() {
            self.add(row, Kind::Damaged, "the code is empty".into(), Mend::default());
        } else if row.code.trim().parse::<f64>().is_ok() {
            let message = "is a number: zeros at its ends are lost, or it never was a code".to_owned();
            let code = candidates.first().filter(|_| candidates.len() == 1).cloned();
            self.add(row, Kind::Damaged, message, Mend { code, suggest: candidates, name: None });
        } else {
            self.add(row, Kind::Unknown, "is in no loaded list".into(), Mend::default());
        }
        Ok(None)
    }

    /// Headings that staff may pick. In a table that has the whole hierarchy they are there to structure it, unless nothing
    /// below them is there.
    fn headings(
        &mut self,
        table: &Table,
        list: &List<'_>,
        held: &HashSet<ConceptId>,
        resolved: &[Option<ConceptId>],
    ) -> Result<(), Problem> {
        let is_whole = list.has_most(held, Usability::Heading)?;
        let mut structure = 0;
        for (row, id) in table.rows.iter().zip(resolved) {
            let Some(concept) = id.and_then(|id| list.edition.concept(id)) else { continue };
            if concept.usability()? != Usability::Heading || self.cut.contains(&row.line) {
                continue;
            }
            let mut finer = Vec::new();
            for below in concept.usable_codes()? {
                finer.push((below.id(), list.written(&below)?));
            }
            if is_whole && finer.iter().any(|(id, _)| held.contains(id)) {
                structure += 1;
                continue;
            }
            let suggest = finer.into_iter().map(|(_, code)| code).collect();
            let message = "has finer codes, one of which must be used".to_owned();
            self.add(row, Kind::Heading, message, Mend { suggest, ..Mend::default() });
        }
        if structure > 0 {
            let count = grouped(structure);
            self.notes.push(format!("{count} headings stand above their finer codes; see that nobody can pick them"));
        }
        Ok(())
    }

    fn missing(&mut self, list: &List<'_>, held: &HashSet<ConceptId>) -> Result<(), Problem> {
        let with_headings = list.has_most(held, Usability::Heading)?;
        for concept in list.edition.concepts() {
            let is_wanted = match concept.usability()? {
                Usability::Usable => true,
                Usability::Heading => with_headings,
                Usability::Grouper => false,
            };
            if !is_wanted || !concept.is_active()? || held.contains(&concept.id()) {
                continue;
            }
            let (code, name) = (list.written(&concept)?, concept.display()?);
            self.faults.push(Fault {
                row: None,
                fault: Kind::Missing,
                new_code: Some(code.clone()),
                new_name: Some(name.clone()),
                message: name.clone(),
                code,
                name,
                suggest: Vec::new(),
            });
        }
        Ok(())
    }
}

/// True if the row has a former name of its code, and the code now means something else as far as names tell.
fn has_moved(row: &Row, migrations: &[Migration]) -> Result<bool, Problem> {
    for migration in migrations {
        if let Some(migrated) = migration.migrate(row.code.trim())?
            && migrated.change.as_str() == "meaning-in-doubt"
        {
            for source in &migrated.sources {
                if plain(&source.display()?) == plain(&row.name) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// What would mend a row.
#[derive(Default)]
struct Mend {
    code: Option<String>,
    name: Option<String>,
    suggest: Vec<String>,
}

impl Mend {
    fn code(code: String) -> Self {
        Self { suggest: vec![code.clone()], code: Some(code), name: None }
    }
}

/// The edition, its names, and how the table writes its codes.
struct List<'e> {
    edition: &'e CodeSystem,
    /// Concepts by what is left of their names without case and white space.
    by_name: HashMap<String, Vec<ConceptId>>,
    with_dots: bool,
    with_marks: bool,
}

impl<'e> List<'e> {
    fn of(edition: &'e CodeSystem) -> Result<Self, Problem> {
        let mut by_name: HashMap<String, Vec<ConceptId>> = HashMap::new();
        for concept in edition.concepts() {
            if concept.usability()? != Usability::Grouper {
                by_name.entry(plain(&concept.display()?)).or_default().push(concept.id());
            }
        }
        Ok(Self { edition, by_name, with_dots: true, with_marks: true })
    }

    fn resolve(&self, row: &Row) -> medterm::Result<Option<ConceptId>> {
        let (code, _) = read(self.edition.identity().grammar, &row.code);
        Ok(self.edition.lookup(&code)?.concept().map(|concept| concept.id()))
    }

    /// Dots and marks that most rows leave out are left out on purpose.
    fn learn_writing(&mut self, table: &Table, resolved: &[Option<ConceptId>]) -> Result<(), Problem> {
        if self.edition.identity().grammar != CodeGrammar::Icd10 {
            return Ok(());
        }
        // Rows with a dot or mark weigh against those that left it out.
        let (mut dots, mut marks) = (0_i64, 0_i64);
        let vote = |is_there: bool| if is_there { 1 } else { -1 };
        for (row, id) in table.rows.iter().zip(resolved) {
            let Some(concept) = id.and_then(|id| self.edition.concept(id)) else { continue };
            if concept.code()?.contains('.') {
                dots += vote(row.code.contains(['.', ',']));
            }
            if concept.mark()? != Mark::None {
                marks += vote(Mark::split(row.code.trim()).1 != Mark::None);
            }
        }
        self.with_dots = dots >= 0;
        self.with_marks = marks >= 0;
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.with_dots {
            notes.push("the table writes codes without dots; taken as its way of writing them".to_owned());
        }
        if !self.with_marks {
            notes.push("the table writes codes without † and *; taken as its way of writing them".to_owned());
        }
        notes
    }

    /// A code as the table would write it.
    fn written(&self, concept: &Concept<'_>) -> medterm::Result<String> {
        let code = if self.with_marks { concept.marked_code()? } else { concept.code()? };
        Ok(if self.with_dots { code } else { code.replace('.', "") })
    }

    /// True if it is one of the concept's names in use, but for white space and case.
    fn has_name(&self, concept: &Concept<'_>, name: &str) -> medterm::Result<bool> {
        let name = plain(name);
        if plain(&concept.display()?) == name {
            return Ok(true);
        }
        let synonyms = concept.designations_of(&medterm::source::DesignationUse::Synonym)?;
        Ok(synonyms.iter().any(|synonym| plain(&synonym.text) == name))
    }

    /// The one concept that has the name.
    fn named(&self, name: &str) -> Option<Concept<'e>> {
        match self.by_name.get(&plain(name)).map(Vec::as_slice) {
            Some([id]) if !name.trim().is_empty() => self.edition.concept(*id),
            _ => None,
        }
    }

    /// The concept that has the name, if the row's code is the beginning of its code.
    fn cut_from(&self, name: &str, cut: &Concept<'_>) -> Result<Option<Concept<'e>>, Problem> {
        let Some(whole) = self.named(name) else { return Ok(None) };
        let (whole_code, cut_code) = (whole.code()?, cut.code()?);
        Ok(Some(whole).filter(|_| whole_code.len() > cut_code.len() && whole_code.starts_with(&cut_code)))
    }

    /// In what way a code that was understood is not written as it ought to be.
    fn damage(&self, written: &str, expected: &str) -> String {
        let (bare, mark) = Mark::split(expected);
        if mark != Mark::None && written == bare {
            return format!("lost its {}", mark.as_str());
        }
        let (_, repairs) = read(self.edition.identity().grammar, written);
        if repairs.is_empty() {
            return format!("is written otherwise than {expected}");
        }
        let how: Vec<&str> = repairs.into_iter().map(Repair::as_str).collect();
        format!("is misspelt for {expected} ({})", how.join(", "))
    }

    /// The concept that a damaged code stands for, and in what way it is damaged.
    fn damaged(&self, row: &Row) -> Result<Option<(Concept<'e>, String)>, Problem> {
        let code = row.code.trim();
        let (bare, mark) = Mark::split(code);
        if mark != Mark::None
            && let Some(concept) = self.edition.lookup(bare)?.concept()
        {
            return Ok(Some((concept, "has another mark than the list".to_owned())));
        }
        // What became of a mark that some program could not write: `A17.0?`, `A17.0â€`.
        let trimmed = code.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if trimmed != code
            && let Some(concept) = self.edition.lookup(trimmed)?.concept()
        {
            return Ok(Some((concept, "ends in characters that are no part of a code".to_owned())));
        }
        Ok(self.named(&row.name).map(|concept| (concept, "is no code; it is known by its name".to_owned())))
    }

    /// The codes that are the same number: `1.5` may be `01.5` or `01.50`.
    fn same_number(&self, code: &str) -> Vec<String> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(wanted) = number(code) else { return Vec::new() };
        let codes = self.edition.concepts().filter_map(|concept| concept.code().ok());
        codes.filter(|code| number(code).is_some_and(|number| (number - wanted).abs() < 1e-6)).collect()
    }

    /// True if the table has at least half of the codes of a kind.
    fn has_most(&self, held: &HashSet<ConceptId>, kind: Usability) -> Result<bool, Problem> {
        let (mut all, mut here) = (0_usize, 0_usize);
        for concept in self.edition.concepts() {
            if concept.usability()? == kind {
                all += 1;
                here += usize::from(held.contains(&concept.id()));
            }
        }
        Ok(all > 0 && here * 2 >= all)
    }
}

/// The code that a field means, and what had to be repaired to read it.
fn read(grammar: CodeGrammar, field: &str) -> (String, Vec<Repair>) {
    let list = CodeList::parse(field);
    match list.items() {
        [item] if grammar == CodeGrammar::Icd10 => (item.code.to_string(), item.repairs.clone()),
        _ => (field.trim().to_owned(), Vec::new()),
    }
}

/// A name without case and white space.
fn plain(name: &str) -> String {
    name.nfc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}
