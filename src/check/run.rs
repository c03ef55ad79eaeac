//! One check of one encounter: which edition and rules apply, what its codes are, and the findings as they come.

use super::encounter::{Encounter, Role, Sex};
use super::facts::Flags;
use super::finding::Finding;
use super::rule::{Provision, Rule, RulePack, Severity};
use super::suggest::Purpose;
use super::{Checker, Edition};
use crate::Result;
use crate::code::{CodeGrammar, CodeList, CodeShape, ListItem, Mark};
use crate::concept::Concept;
use crate::edition::Date;
use crate::system::CodeSystem;

/// A code of the encounter and what is known of it.
pub(super) struct Coded<'r> {
    pub(super) role: Role,
    /// Counted from 1.
    pub(super) position: usize,
    pub(super) item: ListItem<'r>,
    pub(super) shape: Option<CodeShape>,
    /// Its row in the edition, if it has one.
    pub(super) concept: Option<Concept<'r>>,
    pub(super) flags: Flags,
    /// The code without dot and mark, by which codes are compared.
    pub(super) key: String,
    /// The mark as typed, or else as the edition has it.
    pub(super) mark: Mark,
}

impl Coded<'_> {
    /// True if it is to be a diagnosis of the claim, and not of another kind of list.
    pub(super) fn is_diagnosis(&self) -> bool {
        matches!(self.role, Role::Main | Role::Secondary)
    }

    /// True if it looks like a code of another system: rules of ICD-10 do not ask it.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self.shape, Some(CodeShape::TraditionalMedicine | CodeShape::Service | CodeShape::Supply))
    }
}

/// The two texts of a message.
pub(super) struct Message {
    pub(super) vi: String,
    pub(super) en: String,
}

impl Message {
    pub(super) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

pub(super) struct Run<'r> {
    pub(super) checker: &'r Checker<'r>,
    pub(super) encounter: &'r Encounter,
    pub(super) pack: RulePack,
    /// The edition that answers, and its place among the checker's; `None` if none is loaded for that day.
    pub(super) edition: Option<(usize, &'r Edition<'r>)>,
    pub(super) codes: Vec<Coded<'r>>,
    findings: Vec<Finding>,
}

impl<'r> Run<'r> {
    pub(super) fn of(checker: &'r Checker<'_>, encounter: &'r Encounter) -> Result<Self> {
        let day = encounter.end.or(checker.terminology.date());
        let edition = edition_at(checker, day);
        let pack = match (day, edition) {
            (Some(day), _) => RulePack::at(day),
            (None, Some((_, edition))) => assumed_pack(edition.facts.system),
            (None, None) => RulePack::Circular06,
        };
        let mut run = Self { checker, encounter, pack, edition, codes: Vec::new(), findings: Vec::new() };
        for role in Role::ALL {
            let list = CodeList::parse(encounter.field(role).unwrap_or_default());
            for (position, item) in (1..).zip(list.items()) {
                let coded = run.resolve(role, position, item.clone())?;
                run.codes.push(coded);
            }
        }
        Ok(run)
    }

    /// Finds out what a code is.
    fn resolve(&self, role: Role, position: usize, item: ListItem<'r>) -> Result<Coded<'r>> {
        let shape = CodeShape::of(&item.code);
        let typed = CodeGrammar::Icd10.parse(&item.code);
        let key = typed.map_or_else(|| item.code.to_uppercase(), |key| key.as_str().to_owned());
        let mut coded = Coded {
            role,
            position,
            item,
            shape,
            concept: None,
            flags: Flags::default(),
            key,
            mark: typed.map_or(Mark::None, |key| key.mark()),
        };
        if let Some((_, edition)) = self.edition
            && role != Role::Traditional
        {
            // Of twins, the one with the mark that was typed, or else the one without.
            coded.concept = edition.facts.system.lookup(&coded.item.code)?.concept();
            if let Some(concept) = &coded.concept {
                coded.flags = edition.facts.flags(concept.id());
                if coded.mark == Mark::None {
                    coded.mark = concept.mark()?;
                }
            }
        }
        Ok(coded)
    }

    pub(super) fn findings(mut self) -> Result<Vec<Finding>> {
        self.about_the_edition();
        self.about_fields();
        self.about_service()?;
        let codes = std::mem::take(&mut self.codes);
        for coded in &codes {
            self.about_code(coded)?;
        }
        self.about_the_set(&codes)?;
        self.findings.sort_by_key(|finding| (finding.role, finding.position, finding.rule));
        Ok(self.findings)
    }

    /// The rule as it is in force here, if it is to be checked.
    pub(super) fn provision(&self, rule: Rule) -> Option<Provision> {
        self.checker.settings.provision(rule, self.pack)
    }

    /// How a code would be used, to suggest what fits.
    pub(super) fn purpose(&self, coded: &Coded<'_>) -> Purpose {
        Purpose { role: coded.role, sex: self.encounter.sex }
    }

    /// Adds a finding about a code.
    pub(super) fn add(&mut self, rule: Rule, coded: &Coded<'_>, message: Message, suggest: Vec<String>) {
        if let Some(provision) = self.provision(rule) {
            self.push(rule, provision, Some(coded), message, suggest);
        }
    }

    /// Adds a finding that something cannot be told about a code.
    pub(super) fn add_unknown(&mut self, rule: Rule, coded: &Coded<'_>, message: Message, suggest: Vec<String>) {
        if let Some(provision) = self.provision(rule) {
            let provision = Provision { severity: Severity::Unknown, ..provision };
            self.push(rule, provision, Some(coded), message, suggest);
        }
    }

    fn push(
        &mut self,
        rule: Rule,
        provision: Provision,
        coded: Option<&Coded<'_>>,
        Message { vi, en }: Message,
        suggest: Vec<String>,
    ) {
        let Provision { severity, basis } = provision;
        // It says only that something is not known, whatever the caller made of it.
        let severity = if rule == Rule::ListNotLoaded { Severity::Unknown } else { severity };
        self.findings.push(Finding {
            rule,
            severity,
            role: coded.map(|coded| coded.role),
            position: coded.map(|coded| coded.position),
            code: coded.map(|coded| coded.item.text.to_owned()),
            message_vi: vi,
            message_en: en,
            basis,
            suggest,
        });
    }

    /// Adds a finding about a field.
    pub(super) fn add_to_field(&mut self, rule: Rule, role: Role, message: Message) {
        if let Some(provision) = self.provision(rule) {
            self.push(rule, provision, None, message, Vec::new());
            if let Some(finding) = self.findings.last_mut() {
                finding.role = Some(role);
            }
        }
    }

    /// Adds a finding about the encounter, or about its service or kind of visit, which have no role.
    pub(super) fn add_to_encounter(
        &mut self,
        rule: Rule,
        severity: Option<Severity>,
        code: Option<&str>,
        message: Message,
        suggest: Vec<String>,
    ) {
        if let Some(provision) = self.provision(rule) {
            let provision = Provision { severity: severity.unwrap_or(provision.severity), ..provision };
            self.push(rule, provision, None, message, suggest);
            if let Some(finding) = self.findings.last_mut() {
                finding.code = code.map(str::to_owned);
            }
        }
    }

    /// What is assumed where no end date is given, and which rules the list cannot answer.
    fn about_the_edition(&mut self) {
        if self.encounter.end.is_none() {
            let assumed = self.edition.map(|(_, edition)| edition.facts.system.edition().to_string());
            let (vi, en) = match assumed {
                Some(edition) => (
                    format!("Không có ngày kết thúc: kiểm tra tạm theo {edition}."),
                    format!("There is no end date: provisionally checked against {edition}."),
                ),
                None => ("Không có ngày kết thúc.".to_owned(), "There is no end date.".to_owned()),
            };
            self.add_to_encounter(Rule::NoEndDate, None, None, Message { vi, en }, Vec::new());
        }
        let Some((_, edition)) = self.edition else { return };
        let asked = |role: &dyn Fn(Role) -> bool| self.codes.iter().any(|coded| role(coded.role));
        let is_main = asked(&|role| role == Role::Main);
        let is_listed = asked(&|role| role != Role::Traditional);
        let is_of_a_sex = matches!(self.encounter.sex, Some(Sex::Female | Sex::Male));
        let needs = [
            (Rule::NeverMain, Flags::NEVER_MAIN, is_main),
            (Rule::DiscouragedMain, Flags::DISCOURAGED_MAIN, is_main),
            (Rule::DeathCauseOnly, Flags::DEATH_CAUSE_ONLY, is_listed),
            (Rule::ImplausibleSex, Flags::FEMALE.or(Flags::MALE), is_listed && is_of_a_sex),
        ];
        let untold: Vec<&str> = needs
            .into_iter()
            .filter(|(rule, flag, is_asked)| {
                *is_asked && !edition.facts.told.has(*flag) && self.provision(*rule).is_some()
            })
            .map(|(rule, ..)| rule.id())
            .collect();
        if !untold.is_empty() {
            let (edition, rules) = (edition.facts.system.edition(), untold.join(", "));
            let message = Message::new(
                format!("Danh mục {edition} đang nạp không có dữ liệu cho các quy tắc: {rules}; không kiểm tra được."),
                format!("The loaded list {edition} has no data for these rules, which could not be checked: {rules}."),
            );
            self.add_to_encounter(Rule::ListNotLoaded, None, None, message, Vec::new());
        }
    }

    /// The day that chooses the edition, for messages.
    pub(super) fn day(&self) -> Option<Date> {
        self.encounter.end.or(self.checker.terminology.date())
    }
}

/// The edition that answers on a day, or without one by default, and its place among the checker's.
fn edition_at<'r>(checker: &'r Checker<'_>, day: Option<Date>) -> Option<(usize, &'r Edition<'r>)> {
    let name = &checker.settings.icd10;
    let terminology = checker.terminology;
    let dated = day.map(|day| terminology.as_of(day));
    let system = dated.as_ref().unwrap_or(terminology).system(name)?;
    checker.editions.iter().enumerate().find(|(_, edition)| edition.facts.system.is_same(system))
}

/// The rules that go with an edition that is assumed.
fn assumed_pack(system: &CodeSystem) -> RulePack {
    system.edition().in_force.until.map_or(RulePack::Circular06, RulePack::at)
}
