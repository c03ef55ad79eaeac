//! The accessory files.

use super::build::{Builder, Origin, SYSTEM, grouper};
use crate::Result;
use crate::source::csv_table::CsvTable;
use crate::source::{DesignationUse, DraftConcept, EdgeKind, Place, PropertyKind, PropertyValue, Severity};

impl Builder<'_> {
    pub(super) fn add_replacements(&mut self, file: &mut CsvTable) -> Result<()> {
        let [number, target, comment] = file.columns(["LOINC", "MAP_TO", "COMMENT"])?;
        let replaced_by = self.property("replaced-by", PropertyKind::Code, "A term to use in its place (MapTo.csv)");
        let meaning = "When that term is to be used: the term, a colon and the comment (MapTo.csv)";
        let comments = self.property("replacement-comment", PropertyKind::Text, meaning);
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            let Some(concept) = self.known(&origin) else { continue };
            let (target, comment) = (file.field(target), file.field(comment));
            if target.is_empty() {
                self.tell(Severity::Refused, "missing-code", &origin, "the row has no term to use in its place");
                continue;
            }
            self.set(concept, replaced_by, PropertyValue::Code(target.to_owned()));
            if !comment.is_empty() {
                self.set(concept, comments, PropertyValue::Text(format!("{target}: {comment}")));
            }
        }
        Ok(())
    }

    pub(super) fn add_consumer_names(&mut self, file: &mut CsvTable) -> Result<()> {
        let [number, name] = file.columns(["LoincNumber", "ConsumerName"])?;
        let r#use = DesignationUse::Other { system: SYSTEM.into(), code: "ConsumerName".into() };
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            if let Some(concept) = self.known(&origin) {
                self.name(concept, "en", r#use.clone(), file.field(name));
            }
        }
        Ok(())
    }

    pub(super) fn add_parts(&mut self, file: &mut CsvTable) -> Result<()> {
        let [number, kind, name, display, status] =
            file.columns(["PartNumber", "PartTypeName", "PartName", "PartDisplayName", "Status"])?;
        let types = self.property("part-type", PropertyKind::Text, "What a part is a part as (PartTypeName)");
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            let inactive = ["DEPRECATED", "INACTIVE"].iter().any(|word| file.field(status).eq_ignore_ascii_case(word));
            let Some(concept) = self.list(&origin, DraftConcept { inactive, ..grouper() }) else { continue };
            let (name, display) = (file.field(name), file.field(display));
            if name.is_empty() && display.is_empty() {
                self.tell(Severity::Doubtful, "missing-name", &origin, "the part has no name");
            }
            self.name(concept, "en", DesignationUse::Preferred, if display.is_empty() { name } else { display });
            self.name(concept, "en", DesignationUse::Synonym, name);
            if !file.field(kind).is_empty() {
                self.set(concept, types, PropertyValue::Text(file.field(kind).to_owned()));
            }
        }
        Ok(())
    }

    /// Which parts a term is made of. The property is told by a URL: `http://loinc.org/property/TIME_ASPCT`.
    pub(super) fn add_part_links(&mut self, file: &mut CsvTable) -> Result<()> {
        let [number, part, property] = file.columns(["LoincNumber", "PartNumber", "Property"])?;
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            let Some(concept) = self.known(&origin) else { continue };
            let url = file.field(property);
            let name = match url.rsplit('/').next().unwrap_or_default() {
                "TIME_ASPCT" => "time-aspect".to_owned(),
                "SCALE_TYP" => "scale-type".to_owned(),
                "METHOD_TYP" => "method-type".to_owned(),
                other => other.to_ascii_lowercase().replace(['_', ' '], "-"),
            };
            if self.index_of(file.field(part)).is_none() {
                let message = format!("its part {} is not listed", file.field(part));
                self.tell(Severity::Refused, "unknown-code", &origin, message);
                continue;
            }
            let property =
                self.property(&format!("{name}-part"), PropertyKind::Code, &format!("The part that is {url}"));
            self.set(concept, property, PropertyValue::Code(file.field(part).to_owned()));
        }
        Ok(())
    }

    /// One row for each place of a code in the tree, its parent's row before it.
    pub(super) fn add_hierarchy(&mut self, file: &mut CsvTable) -> Result<()> {
        let [parent, code, text] = file.columns(["IMMEDIATE_PARENT", "CODE", "CODE_TEXT"])?;
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(code) };
            let child = match self.index_of(origin.code) {
                Some(known) => known,
                None if origin.code.to_ascii_uppercase().starts_with("LP") => {
                    let Some(listed) = self.list(&origin, grouper()) else { continue };
                    self.name(listed, "en", DesignationUse::Preferred, file.field(text));
                    listed
                }
                None => {
                    self.tell(Severity::Refused, "unknown-code", &origin, "no file lists this code");
                    continue;
                }
            };
            let parent = file.field(parent);
            if parent.is_empty() {
                continue;
            }
            let Some(above) = self.index_of(parent) else {
                let message = format!("its parent {parent:?} is not listed: the edge was left out");
                self.tell(Severity::Doubtful, "unknown-parent", &origin, message);
                continue;
            };
            let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            self.links.push((index(child), index(above), EdgeKind::IsA));
            self.link_places.push(Place::line(file.name(), line));
        }
        Ok(())
    }

    /// One row for each answer of each list; lists that others define have none.
    pub(super) fn add_answer_lists(&mut self, file: &mut CsvTable) -> Result<()> {
        let [list, list_name, answer, text] =
            file.columns(["AnswerListId", "AnswerListName", "AnswerStringId", "DisplayText"])?;
        let optional = |heading| file.column(heading);
        let [oid, link, score, local, description, external, external_system] = [
            "AnswerListOID",
            "ExtDefinedAnswerListLink",
            "Score",
            "LocalAnswerCode",
            "Description",
            "ExtCodeId",
            "ExtCodeSystem",
        ]
        .map(optional);
        let text_property = PropertyKind::Text;
        let answers = self.property("answer", PropertyKind::Code, "An answer of the list, in the list's order");
        let oids = self.property("answer-list-oid", text_property, "Object identifier of the list (AnswerListOID)");
        let links = self.property(
            "external-answer-list",
            text_property,
            "Where others define the list (ExtDefinedAnswerListLink)",
        );
        let external_codes = self.property(
            "external-code",
            text_property,
            "The answer's code in another system: the system's URL, | and the code (ExtCodeSystem, ExtCodeId)",
        );
        let in_list = [
            (score, "answer-score", "An answer's score in this list: the answer, = and the score (Score)"),
            (local, "local-answer-code", "An answer's code in this list: the answer, = and the code (LocalAnswerCode)"),
            (
                description,
                "answer-description",
                "What an answer means in this list: the answer, = and words (Description)",
            ),
        ]
        .map(|(column, name, meaning)| (column, self.property(name, text_property, meaning)));
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(list) };
            let owner = match self.index_of(origin.code) {
                Some(known) => known,
                None => {
                    let Some(listed) = self.list(&origin, grouper()) else { continue };
                    self.name(listed, "en", DesignationUse::Preferred, file.field(list_name));
                    for (column, property) in [(oid, oids), (link, links)] {
                        if !file.field(column).is_empty() {
                            self.set(listed, property, PropertyValue::Text(file.field(column).to_owned()));
                        }
                    }
                    listed
                }
            };
            let answer_origin = Origin { code: file.field(answer), ..origin };
            if answer_origin.code.is_empty() {
                continue;
            }
            let shown = file.field(text);
            match self.index_of(answer_origin.code) {
                None => {
                    let Some(listed) = self.list(&answer_origin, DraftConcept::default()) else { continue };
                    self.name(listed, "en", DesignationUse::Preferred, shown);
                    if !file.field(external).is_empty() {
                        let code = format!("{}|{}", file.field(external_system), file.field(external));
                        self.set(listed, external_codes, PropertyValue::Text(code));
                    }
                }
                Some(known) => {
                    let mut texts = self.concepts.get(known).into_iter().flat_map(|concept| &concept.designations);
                    if !texts.any(|term| term.text == shown) {
                        let message = format!("in {} its text is {shown:?}, which became a synonym", file.field(list));
                        self.tell(Severity::Doubtful, "answer-text", &answer_origin, message);
                        self.name(known, "en", DesignationUse::Synonym, shown);
                    }
                }
            }
            let code = answer_origin.code;
            self.set(owner, answers, PropertyValue::Code(code.to_owned()));
            for (column, property) in in_list {
                if !file.field(column).is_empty() {
                    let value = format!("{code}={}", file.field(column));
                    self.set(owner, property, PropertyValue::Text(value));
                }
            }
        }
        Ok(())
    }

    pub(super) fn add_answer_list_links(&mut self, file: &mut CsvTable) -> Result<()> {
        let [number, list, kind] = file.columns(["LoincNumber", "AnswerListId", "AnswerListLinkType"])?;
        let context = file.column("ApplicableContext");
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            let Some(concept) = self.known(&origin) else { continue };
            let (list, kind) = (file.field(list), file.field(kind));
            if self.index_of(list).is_none() {
                self.tell(Severity::Refused, "unknown-code", &origin, format!("its answer list {list} is not listed"));
                continue;
            }
            let name = format!("{}-answer-list", kind.to_ascii_lowercase());
            let meaning = format!("A list of answers; the link is {kind} (AnswerListLinkType)");
            let property = self.property(&name, PropertyKind::Code, &meaning);
            self.set(concept, property, PropertyValue::Code(list.to_owned()));
            if !file.field(context).is_empty() {
                let meaning = "Where an answer list applies: the list, = and the context (ApplicableContext)";
                let property = self.property("answer-list-context", PropertyKind::Text, meaning);
                let value = format!("{list}={}", file.field(context));
                self.set(concept, property, PropertyValue::Text(value));
            }
        }
        Ok(())
    }

    /// The list of linguistic variants: by number, the tag of its language.
    pub(super) fn add_variants(&mut self, file: &mut CsvTable) -> Result<()> {
        let [id, language, country] = file.columns(["ID", "ISO_LANGUAGE", "ISO_COUNTRY"])?;
        while self.next(file)?.is_some() {
            let tag = match (file.field(language), file.field(country)) {
                (language, "") => language.to_owned(),
                (language, country) => format!("{language}-{country}"),
            };
            self.variants.insert(file.field(id).to_owned(), tag);
        }
        Ok(())
    }

    /// Whether a linguistic variant, told by its file's name, is among those asked for.
    pub(super) fn is_wanted(&self, name: &str) -> bool {
        self.options.wants(&self.tag_of(name))
    }

    /// The language tag of a variant: that of its number in the list of variants, else what its file's name begins with
    /// (`ptBR11LinguisticVariant.csv`).
    fn tag_of(&self, name: &str) -> String {
        let front = name.split_at_checked(name.len().saturating_sub("LinguisticVariant.csv".len()));
        let front = front.map_or(name, |(front, _)| front);
        let number = front.trim_start_matches(|sign: char| !sign.is_ascii_digit());
        if let Some(tag) = self.variants.get(number) {
            return tag.clone();
        }
        match front.trim_end_matches(|sign: char| sign.is_ascii_digit()).split_at_checked(2) {
            Some((language, "")) => language.to_owned(),
            Some((language, country)) => format!("{language}-{country}"),
            None => front.to_owned(),
        }
    }

    pub(super) fn add_variant(&mut self, file: &mut CsvTable, name: &str) -> Result<()> {
        let [number, long] = file.columns(["LOINC_NUM", "LONG_COMMON_NAME"])?;
        let axes = file.columns(["COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP"])?;
        let [short, display, related] =
            ["SHORTNAME", "LinguisticVariantDisplayName", "RELATEDNAMES2"].map(|heading| file.column(heading));
        let tag = self.tag_of(name);
        let mut from_axes = 0_usize;
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            let Some(concept) = self.known(&origin) else { continue };
            let (long, display) = (file.field(long), file.field(display));
            if !long.is_empty() {
                self.name(concept, &tag, DesignationUse::Preferred, long);
                self.name(concept, &tag, DesignationUse::Synonym, display);
            } else if !display.is_empty() {
                self.name(concept, &tag, DesignationUse::Preferred, display);
            } else {
                let joined = axes.map(|axis| file.field(axis)).join(":");
                let joined = joined.trim_end_matches(':');
                if !joined.is_empty() {
                    from_axes += 1;
                    self.name(concept, &tag, DesignationUse::Preferred, joined);
                }
            }
            self.name(concept, &tag, DesignationUse::Abbreviated, file.field(short));
            self.index_terms(concept, &tag, file.field(related));
        }
        if from_axes > 0 {
            let message =
                format!("{from_axes} terms have no name in {tag}: their axes, joined by colons, serve as name");
            self.report.add(Severity::Note, "name-from-axes", Place::file(file.name()), None, message);
        }
        Ok(())
    }
}
