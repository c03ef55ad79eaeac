//! Section *designations*: which concept, language and use each term belongs to.
//!
//! Terms are numbered by group, a group being the terms of one language and one use; inside a group by
//! concept. So a group needs no number per term, and the preferred names of a language usually need
//! nothing at all beyond the texts.
//!
//! ```text
//! groups varint | for each group, sorted by language then use:
//!   language text | use u8 [system text, code text, for use 255]
//!   | dialects varint, for each: its name text, acceptability u8 (0 preferred, 1 acceptable)
//!   | terms varint | part: members (concept of each term)
//! ```
//! The earliest files of format version 1 have groups without the line of dialects. A section is read so if it does
//! not fit the present layout: the two do not pass for one another, since a section must end with its last group, and
//! a number of terms is no number of dialect names.
//!
//! Uses: 0 preferred, 1 synonym, 2 abbreviated, 3 former name, 4 index term, 5 inclusion, 255 other.
//!
//! Section *inactive designations*, in files that have such: numbers of the groups that are withdrawn, ascending,
//! each a varint; the first group is 0. Active and withdrawn terms never share a group.
//!
//! Section *designation ids*, in files that have such: sparse texts, by term: the publisher's identifier of the term.

use super::bytes::{Cursor, put_part, put_text, put_varint};
use super::members::Members;
use crate::source::{Acceptabilities, Acceptability, Designation, DesignationStatus, DesignationUse, SharedText};
use crate::{Error, Result};

const NAME: &str = "designations";
/// More languages and uses than any publisher distinguishes.
const MOST_GROUPS: u64 = 4096;

/// The terms of one language and one use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) language: SharedText,
    pub(crate) r#use: DesignationUse,
    acceptability: Acceptabilities,
    pub(crate) status: DesignationStatus,
    /// Number of its first term.
    pub(crate) first_term: u32,
    pub(crate) terms: u32,
    /// Where its members stand in the section.
    members: std::ops::Range<usize>,
}

impl Group {
    /// A term of this group as a designation.
    pub(crate) fn designation(&self, text: String) -> Designation {
        let (language, r#use) = (self.language.clone(), self.r#use.clone());
        let acceptability = self.acceptability.clone();
        Designation { text, language, r#use, acceptability, status: self.status, ..Designation::default() }
    }

    pub(crate) fn members<'a>(&self, section: &'a [u8], count: u32) -> Result<Members<'a>> {
        let members = section.get(self.members.clone()).and_then(|bytes| Members::open(bytes, count));
        members.filter(|members| members.len() == self.terms).ok_or(Error::corrupt(NAME, "members do not fit"))
    }

    /// The numbers of a concept's terms in this group, in order of preference.
    pub(crate) fn terms_of(&self, section: &[u8], count: u32, concept: u32) -> Result<std::ops::Range<u32>> {
        let positions = self.members(section, count)?.positions(concept);
        Ok(self.first_term.saturating_add(positions.start)..self.first_term.saturating_add(positions.end))
    }
}

/// What a group is when an index is written: its language and use, and the concept of each term.
pub(crate) type GroupInput<'d> = (GroupKey<'d>, Vec<u32>);

/// What the terms of a group have in common.
///
/// Groups sort by language; within a language the active and searchable uses come first, so that the terms of a
/// search section are consecutive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey<'d> {
    pub(crate) language: &'d str,
    pub(crate) status: DesignationStatus,
    pub(crate) r#use: &'d DesignationUse,
    pub(crate) acceptability: &'d Acceptabilities,
}

impl GroupKey<'_> {
    /// Whether search looks at the terms.
    pub(crate) fn is_searchable(&self) -> bool {
        self.status == DesignationStatus::Active && self.r#use.is_searchable()
    }
}

/// The section of inactive groups, empty if there are none.
pub(crate) fn encode_inactive(groups: &[GroupInput<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, (key, _)) in (0..).zip(groups) {
        if key.status == DesignationStatus::Inactive {
            put_varint(&mut out, number);
        }
    }
    out
}

/// Marks the groups that are withdrawn.
pub(crate) fn read_inactive(section: &[u8], groups: &mut [Group]) -> Result<()> {
    let mut cursor = Cursor::new(section);
    while !cursor.is_empty() {
        let group = cursor.varint().and_then(|number| groups.get_mut(usize::try_from(number).ok()?));
        group.ok_or(Error::corrupt("inactive designations", "it names no group"))?.status = DesignationStatus::Inactive;
    }
    Ok(())
}

pub(crate) fn encode(groups: &[GroupInput<'_>], count: u32) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, groups.len() as u64);
    for (key, concepts) in groups {
        put_text(&mut out, key.language);
        match key.r#use {
            DesignationUse::Preferred => out.push(0),
            DesignationUse::Synonym => out.push(1),
            DesignationUse::Abbreviated => out.push(2),
            DesignationUse::FormerName => out.push(3),
            DesignationUse::IndexTerm => out.push(4),
            DesignationUse::Inclusion => out.push(5),
            DesignationUse::Other { system, code } => {
                out.push(255);
                put_text(&mut out, system);
                put_text(&mut out, code);
            }
        }
        put_varint(&mut out, key.acceptability.len() as u64);
        for (dialect, acceptability) in key.acceptability.iter() {
            put_text(&mut out, dialect);
            out.push(match acceptability {
                Acceptability::Preferred => 0,
                Acceptability::Acceptable => 1,
            });
        }
        put_varint(&mut out, concepts.len() as u64);
        put_part(&mut out, &Members::encode(concepts, count));
    }
    out
}

/// Reads the groups; there are as many as languages and uses, not as many as terms.
pub(crate) fn read_groups(section: &[u8]) -> Result<Vec<Group>> {
    let groups = parse(section, read_dialects).or_else(|| parse(section, |_| Some(Acceptabilities::new())));
    groups.ok_or(Error::corrupt(NAME, "a group is cut off or unknown"))
}

fn read_dialects(cursor: &mut Cursor<'_>) -> Option<Acceptabilities> {
    let mut acceptability = Vec::new();
    for _ in 0..cursor.varint()? {
        let dialect = cursor.text()?;
        let accepted = match cursor.u8()? {
            0 => Acceptability::Preferred,
            1 => Acceptability::Acceptable,
            _ => return None,
        };
        acceptability.push((dialect, accepted));
    }
    Some(acceptability.into_iter().collect())
}

fn parse(section: &[u8], read_dialects: impl Fn(&mut Cursor<'_>) -> Option<Acceptabilities>) -> Option<Vec<Group>> {
    let mut cursor = Cursor::new(section);
    let mut groups = Vec::new();
    let mut first_term = 0_u32;
    for _ in 0..cursor.varint().filter(|groups| *groups <= MOST_GROUPS)? {
        let language = cursor.text()?.into();
        let r#use = match cursor.u8()? {
            0 => DesignationUse::Preferred,
            1 => DesignationUse::Synonym,
            2 => DesignationUse::Abbreviated,
            3 => DesignationUse::FormerName,
            4 => DesignationUse::IndexTerm,
            5 => DesignationUse::Inclusion,
            255 => DesignationUse::Other { system: cursor.text()?.into(), code: cursor.text()?.into() },
            _ => return None,
        };
        let acceptability = read_dialects(&mut cursor)?;
        let terms = cursor.varint_u32()?;
        let members = cursor.part()?.len();
        let end = section.len() - cursor.remaining();
        let (status, members) = (DesignationStatus::Active, end - members..end);
        groups.push(Group { language, r#use, acceptability, status, first_term, terms, members });
        first_term = first_term.checked_add(terms)?;
    }
    cursor.is_empty().then_some(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_round_trip() {
        let other =
            DesignationUse::Other { system: "http://snomed.info/sct".into(), code: "900000000000003001".into() };
        let silent = Acceptabilities::new();
        let british = Acceptabilities::from([("en-GB", Acceptability::Acceptable)]);
        let status = DesignationStatus::Active;
        let key = |language, r#use, acceptability| GroupKey { language, status, r#use, acceptability };
        let withdrawn = GroupKey { status: DesignationStatus::Inactive, ..key("en", &other, &silent) };
        let input: [GroupInput<'_>; 4] = [
            (key("vi", &DesignationUse::Preferred, &silent), vec![0, 1, 2]),
            (key("vi", &DesignationUse::Synonym, &silent), vec![1, 1]),
            (key("en", &other, &british), vec![2]),
            (withdrawn, vec![0, 1]),
        ];
        let section = encode(&input, 3);
        let mut groups = read_groups(&section).unwrap();
        assert_eq!(groups.len(), 4);
        read_inactive(&encode_inactive(&input), &mut groups).unwrap();
        let statuses: Vec<_> = groups.iter().map(|group| group.status).collect();
        assert_eq!(statuses, [status, status, status, DesignationStatus::Inactive]);
        assert!(read_inactive(&[4], &mut groups).is_err() && read_inactive(&[0x80], &mut groups).is_err());
        assert_eq!((groups[2].language.as_str(), &groups[2].r#use, groups[2].first_term), ("en", &other, 5));
        assert_eq!(groups[2].designation("x".into()).acceptability, british);
        assert_eq!(groups[1].terms_of(&section, 3, 1).unwrap(), 3..5);
        assert!(groups[1].terms_of(&section, 3, 0).unwrap().is_empty());
        for length in 0..section.len() {
            assert!(read_groups(&section[..length]).is_err(), "{length}");
        }
    }
}
