//! Rules about the codes beside each other.

use std::collections::HashMap;

use super::Edition;
use super::encounter::Role;
use super::facts::Flags;
use super::pairs::chapter;
use super::rule::Rule;
use super::run::{Coded, Message, Run};
use crate::code::Mark;
use crate::concept::Concept;
use crate::{ConceptId, Result};

/// The most codes that are suggested or named where a rule has many.
const MOST_NAMED: usize = 20;

impl Run<'_> {
    pub(super) fn about_the_set(&mut self, codes: &[Coded<'_>]) -> Result<()> {
        let diagnoses: Vec<&Coded<'_>> =
            codes.iter().filter(|coded| coded.is_diagnosis() && !coded.is_foreign()).collect();
        if let Some((_, edition)) = self.edition {
            for coded in &diagnoses {
                if coded.flags.has(Flags::ASTERISK) {
                    self.asterisk(edition, coded, &diagnoses)?;
                } else if coded.mark == Mark::Dagger {
                    self.dagger(edition, coded, &diagnoses)?;
                }
            }
        }
        self.duplicates(&diagnoses);
        let traditional: Vec<&Coded<'_>> = codes.iter().filter(|coded| coded.role == Role::Traditional).collect();
        self.duplicates(&traditional);
        self.parents(&diagnoses);
        self.symptom(&diagnoses);
        self.injury(codes, &diagnoses);
        Ok(())
    }

    /// A manifestation is never the main diagnosis, and needs the code of the underlying disease.
    fn asterisk(&mut self, edition: &Edition<'_>, coded: &Coded<'_>, diagnoses: &[&Coded<'_>]) -> Result<()> {
        let Some(concept) = &coded.concept else { return Ok(()) };
        let code = coded.item.code.as_ref();
        let known = edition.pairs.daggers(concept.id()).filter(|known| !known.is_empty());
        let others = || diagnoses.iter().filter(|other| other.key != coded.key && !other.flags.has(Flags::ASTERISK));
        let is_partner = |other: &&&Coded<'_>| {
            other.concept.as_ref().is_some_and(|other| known.is_some_and(|known| known.contains(other.id())))
        };
        let partners: Vec<Concept<'_>> = others().filter(is_partner).filter_map(|other| other.concept).collect();
        if coded.role == Role::Main {
            let suggest = partners.iter().map(Concept::marked_code).collect::<Result<_>>()?;
            let message = Message::new(
                format!(
                    "{code} là mã biểu hiện (*), không được dùng làm bệnh chính; bệnh chính là bệnh nguyên nhân (†)."
                ),
                format!(
                    "{code} is a manifestation (*) and must not be the main diagnosis; the underlying disease (†) is."
                ),
            );
            self.add(Rule::AsteriskAsMain, coded, message, suggest);
        }
        if !partners.is_empty() {
            return Ok(());
        }
        let Some(known) = known else {
            let message = Message::new(
                format!("{code} cần kèm mã bệnh nguyên nhân (†), nhưng dữ liệu đang nạp không cho biết cặp mã nào."),
                format!(
                    "{code} needs the code of its underlying disease (†), but the loaded data tell of no pair with it."
                ),
            );
            self.add_unknown(Rule::AsteriskWithoutDagger, coded, message, Vec::new());
            return Ok(());
        };
        let mut is_open = false;
        for other in others() {
            is_open |= match &other.concept {
                // A code that is not known may be the one.
                None => true,
                Some(_) if edition.pairs.is_listed(concept.id()) => false,
                Some(other_concept) => {
                    other.mark == Mark::Dagger || is_of_their_chapters(edition, other_concept.id(), known)?
                }
            };
        }
        let suggest = if known.len() as usize <= MOST_NAMED {
            let system = edition.facts.system;
            edition.fitting(self.purpose(coded), known.iter().filter_map(|id| system.concept(id)))?
        } else {
            Vec::new()
        };
        if is_open {
            let message = Message::new(
                format!(
                    "{code} cần kèm mã bệnh nguyên nhân (†); không rõ một trong các mã còn lại có phải là mã đó không."
                ),
                format!(
                    "{code} needs the code of its underlying disease (†); whether another code here is that one is not known."
                ),
            );
            self.add_unknown(Rule::AsteriskWithoutDagger, coded, message, suggest);
        } else {
            let message = Message::new(
                format!("{code} cần kèm mã bệnh nguyên nhân (†); không có mã nào phù hợp."),
                format!("{code} needs the code of its underlying disease (†); none that goes with it is there."),
            );
            self.add(Rule::AsteriskWithoutDagger, coded, message, suggest);
        }
        Ok(())
    }

    fn dagger(&mut self, edition: &Edition<'_>, coded: &Coded<'_>, diagnoses: &[&Coded<'_>]) -> Result<()> {
        let Some(concept) = &coded.concept else { return Ok(()) };
        if self.provision(Rule::DaggerWithoutAsterisk).is_none() {
            return Ok(());
        }
        let manifestations = || diagnoses.iter().filter(|other| other.flags.has(Flags::ASTERISK));
        let known = edition.pairs.asterisks(concept.id());
        let is_partner = |other: &&Coded<'_>| other.concept.as_ref().is_some_and(|other| known.contains(&other.id()));
        if manifestations().any(|other| is_partner(other) || known.is_empty()) {
            return Ok(());
        }
        let system = edition.facts.system;
        let mut suggest = Vec::new();
        if known.len() <= MOST_NAMED {
            // As a secondary code, whatever this one is.
            let purpose = super::suggest::Purpose { role: Role::Secondary, sex: self.encounter.sex };
            suggest = edition.fitting(purpose, known.iter().filter_map(|id| system.concept(*id)))?;
        }
        let code = coded.item.code.as_ref();
        let message = Message::new(
            format!("{code} là mã bệnh nguyên nhân (†); có thể ghi thêm mã biểu hiện (*)."),
            format!("{code} is an underlying disease (†); the code of its manifestation (*) may be added."),
        );
        self.add(Rule::DaggerWithoutAsterisk, coded, message, suggest);
        Ok(())
    }

    fn duplicates(&mut self, codes: &[&Coded<'_>]) {
        let mut first: HashMap<&str, &Coded<'_>> = HashMap::new();
        for coded in codes {
            let Some(earlier) = first.get(coded.key.as_str()) else {
                first.insert(&coded.key, coded);
                continue;
            };
            let (code, field, position) = (&coded.item.code, earlier.role.field(), earlier.position);
            let message = Message::new(
                format!("{code} đã có ở {field}, vị trí {position}."),
                format!("{code} stands in {field} already, at position {position}."),
            );
            self.add(Rule::DuplicateCode, coded, message, Vec::new());
        }
    }

    /// Codes whose finer codes are there too.
    fn parents(&mut self, diagnoses: &[&Coded<'_>]) {
        for coded in diagnoses.iter().filter(|coded| coded.concept.is_some()) {
            let is_finer = |other: &&&Coded<'_>| {
                other.concept.is_some()
                    && other.key.len() > coded.key.len()
                    && other.key.starts_with(coded.key.as_str())
            };
            let mut finer: Vec<&str> =
                diagnoses.iter().filter(is_finer).map(|other| other.item.code.as_ref()).collect();
            if finer.is_empty() || coded.key.contains('-') {
                continue;
            }
            finer.sort_unstable();
            finer.dedup();
            let (code, finer) = (&coded.item.code, finer.join(", "));
            let message = Message::new(
                format!("{code} trùng ý với mã chi tiết hơn đã có: {finer}."),
                format!("{code} says no more than the finer codes that are there: {finer}."),
            );
            self.add(Rule::ParentWithChild, coded, message, Vec::new());
        }
    }

    fn symptom(&mut self, diagnoses: &[&Coded<'_>]) {
        let is_of = |coded: &Coded<'_>, letters: &str| {
            coded.concept.is_some() && coded.key.starts_with(|first| letters.contains(first))
        };
        // Chapters of diseases and injuries: neither symptoms, external causes nor reasons for contact.
        let definite = |coded: &&&Coded<'_>| coded.role == Role::Secondary && is_of(coded, "ABCDEFGHIJKLMNOPQSTU");
        let mut definite: Vec<&str> = diagnoses.iter().filter(definite).map(|coded| coded.item.code.as_ref()).collect();
        definite.sort_unstable();
        let Some(other) = definite.first() else { return };
        for coded in diagnoses.iter().filter(|coded| coded.role == Role::Main && is_of(coded, "R")) {
            let code = &coded.item.code;
            let message = Message::new(
                format!("{code} là triệu chứng; bệnh kèm theo đã có chẩn đoán xác định ({other})."),
                format!("{code} is a symptom, and there is a definite diagnosis ({other}) beside it."),
            );
            self.add(Rule::SymptomAsMain, coded, message, Vec::new());
        }
    }

    fn injury(&mut self, codes: &[Coded<'_>], diagnoses: &[&Coded<'_>]) {
        if self.provision(Rule::InjuryWithoutCause).is_none() {
            return;
        }
        if codes.iter().any(|coded| coded.key.starts_with(['V', 'W', 'X', 'Y'])) {
            return;
        }
        for coded in diagnoses.iter().filter(|coded| coded.concept.is_some() && coded.key.starts_with(['S', 'T'])) {
            let code = &coded.item.code;
            let message = Message::new(
                format!("{code} là chấn thương hoặc ngộ độc nhưng không có mã nguyên nhân bên ngoài (V01–Y98)."),
                format!("{code} is an injury or poisoning, and no external cause (V01–Y98) is given."),
            );
            self.add(Rule::InjuryWithoutCause, coded, message, Vec::new());
        }
    }
}

/// True if a code is in a chapter from which one of the known dagger codes comes: it may be another of them, which the
/// loaded data do not tell of.
fn is_of_their_chapters(edition: &Edition<'_>, code: ConceptId, known: &crate::ConceptSet) -> Result<bool> {
    let system = edition.facts.system;
    let own = chapter(system, code)?;
    for id in known.iter() {
        if chapter(system, id)? == own {
            return Ok(true);
        }
    }
    Ok(false)
}
