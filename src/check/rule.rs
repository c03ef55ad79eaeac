//! The rules as data: identifiers, severities and legal bases, for each of the packs that dates choose between.

use std::fmt;
use std::str::FromStr;

use crate::edition::Date;
use crate::{Error, Result};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Severity {
    /// Nothing is wrong; somebody may want to know.
    Information,
    /// It cannot be told whether anything is wrong: a list or a fact is missing.
    Unknown,
    /// It is probably wrong, or discouraged.
    Warning,
    /// It breaks a rule.
    Error,
}

impl Severity {
    /// Its name in tables and JSON: `error`, `warning`, `information`, `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = Error;

    /// Reads what [`as_str`](Severity::as_str) gives.
    fn from_str(text: &str) -> Result<Self> {
        let all = [Self::Error, Self::Warning, Self::Information, Self::Unknown];
        all.into_iter().find(|severity| severity.as_str() == text).ok_or_else(|| Error::Argument {
            what: "severity",
            value: text.to_owned(),
            expected: all.map(Self::as_str).join(", "),
        })
    }
}

/// The rules that were in force together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RulePack {
    /// Encounters that ended up to 30 June 2026: Decision 4469/QĐ-BYT.
    Decision4469,
    /// Encounters that ended from 1 July 2026 on: Circular 06/2026/TT-BYT.
    Circular06,
}

impl RulePack {
    /// The rules for an encounter that ended on a day.
    #[must_use]
    pub fn at(end: Date) -> Self {
        // The circular's first day: 1 July 2026.
        if (end.year(), end.month()) < (2026, 7) { Self::Decision4469 } else { Self::Circular06 }
    }
}

/// What a rule is in one pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provision {
    /// How much a breach matters unless the caller says otherwise.
    pub severity: Severity,
    /// The document that the rule rests on, in Vietnamese; for a rule of practice, that it is one.
    pub basis: &'static str,
}

/// A rule that diagnoses are held against.
///
/// | rule | severity until 30 June 2026 | from 1 July 2026 |
/// |---|---|---|
#[doc = include_str!("rules.md")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Rule {
    /// There is no end date, so the edition and the rules are assumed; the finding tells which.
    NoEndDate,
    /// The list that would answer is not loaded, or not in full. Always [`Severity::Unknown`].
    ListNotLoaded,
    /// The kind of visit is not coded as claims code it.
    VisitType,
    /// More codes stand in a field than the claim format allows.
    TooManyCodes,
    /// A field has more characters than the claim format allows.
    FieldTooLong,
    /// A field has more bytes than the claim format allows characters. Whether bytes are counted is not verified.
    FieldBytes,
    /// A code or its separator had to be repaired to be read.
    RepairedCode,
    /// A code of traditional medicine stands in a field for ICD-10.
    TraditionalCode,
    /// An ICD-10 code stands in the field for traditional medicine.
    IcdCode,
    /// A code of another system stands among diagnoses, or a diagnosis in place of a service.
    WrongSystem,
    /// The edition does not list the code. [`Severity::Unknown`] if only a part of the edition is loaded.
    UnknownCode,
    /// A heading, block or chapter is used where finer codes exist.
    Heading,
    /// An asterisk code, a manifestation, is the main diagnosis.
    AsteriskAsMain,
    /// The code must not be the main diagnosis. Asterisk codes are left to [`Rule::AsteriskAsMain`].
    NeverMain,
    /// The code is discouraged as main diagnosis.
    DiscouragedMain,
    /// The code is for the cause of death only.
    DeathCauseOnly,
    /// An asterisk code stands without a dagger code that it is known to go with. [`Severity::Unknown`] if no such pair
    /// is known, or if a code stands there that may be one.
    AsteriskWithoutDagger,
    /// A dagger code stands without an asterisk code.
    DaggerWithoutAsterisk,
    /// The code is only or mostly for the other sex.
    ImplausibleSex,
    /// The patient was at no time of the stay of an age for which the code is valid.
    AgeWindow,
    /// The code stands among the diagnoses already.
    DuplicateCode,
    /// A finer code below this one stands among the diagnoses.
    ParentWithChild,
    /// A symptom is the main diagnosis although a definite diagnosis is there.
    SymptomAsMain,
    /// An injury or poisoning stands without an external cause. Off unless the caller switches it on.
    InjuryWithoutCause,
}

const CLAIM: &str = "Quyết định 130/QĐ-BYT năm 2023 (sửa đổi bởi 4750/QĐ-BYT năm 2023 và 3176/QĐ-BYT năm 2024)";
const LIST_4469: &str = "Quyết định 4469/QĐ-BYT năm 2020";
const LIST_06: &str = "Thông tư 06/2026/TT-BYT";
const WHO_PAIRS: &str = "ICD-10 (WHO), tập 2, mục 3.1.3";
const WHO_MAIN: &str = "ICD-10 (WHO), tập 2, mục 4.4";
const PRACTICE: &str = "thực hành giám định, không có quy định riêng";

impl Rule {
    /// All rules, in the order in which findings about one code stand.
    pub const ALL: [Self; 24] = [
        Self::NoEndDate,
        Self::ListNotLoaded,
        Self::VisitType,
        Self::TooManyCodes,
        Self::FieldTooLong,
        Self::FieldBytes,
        Self::RepairedCode,
        Self::TraditionalCode,
        Self::IcdCode,
        Self::WrongSystem,
        Self::UnknownCode,
        Self::Heading,
        Self::AsteriskAsMain,
        Self::NeverMain,
        Self::DiscouragedMain,
        Self::DeathCauseOnly,
        Self::AsteriskWithoutDagger,
        Self::DaggerWithoutAsterisk,
        Self::ImplausibleSex,
        Self::AgeWindow,
        Self::DuplicateCode,
        Self::ParentWithChild,
        Self::SymptomAsMain,
        Self::InjuryWithoutCause,
    ];

    /// Its identifier, which never changes: `never-main`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::NoEndDate => "no-end-date",
            Self::ListNotLoaded => "list-not-loaded",
            Self::VisitType => "visit-type",
            Self::TooManyCodes => "too-many-codes",
            Self::FieldTooLong => "field-too-long",
            Self::FieldBytes => "field-bytes",
            Self::RepairedCode => "repaired-code",
            Self::TraditionalCode => "traditional-code",
            Self::IcdCode => "icd-code",
            Self::WrongSystem => "wrong-system",
            Self::UnknownCode => "unknown-code",
            Self::Heading => "heading",
            Self::AsteriskAsMain => "asterisk-as-main",
            Self::NeverMain => "never-main",
            Self::DiscouragedMain => "discouraged-main",
            Self::DeathCauseOnly => "death-cause-only",
            Self::AsteriskWithoutDagger => "asterisk-without-dagger",
            Self::DaggerWithoutAsterisk => "dagger-without-asterisk",
            Self::ImplausibleSex => "implausible-sex",
            Self::AgeWindow => "age-window",
            Self::DuplicateCode => "duplicate-code",
            Self::ParentWithChild => "parent-with-child",
            Self::SymptomAsMain => "symptom-as-main",
            Self::InjuryWithoutCause => "injury-without-cause",
        }
    }

    /// What it is in a pack; `None` if that pack does not have it.
    #[must_use]
    pub fn provision(self, pack: RulePack) -> Option<Provision> {
        use Severity::{Error, Information, Unknown, Warning};
        let (severity, before, after) = match self {
            Self::NoEndDate => (Information, LIST_06, LIST_06),
            Self::ListNotLoaded => (Unknown, LIST_4469, LIST_06),
            Self::VisitType => (Error, CLAIM, "Quyết định 1804/QĐ-BYT năm 2026"),
            Self::TooManyCodes | Self::FieldTooLong | Self::FieldBytes | Self::TraditionalCode | Self::IcdCode => {
                let severity = if self == Self::FieldBytes { Information } else { Error };
                (severity, CLAIM, CLAIM)
            }
            Self::RepairedCode => (Information, CLAIM, CLAIM),
            Self::WrongSystem | Self::UnknownCode => (Error, LIST_4469, LIST_06),
            // The decision has no column that forbids headings; its list merely has finer codes.
            Self::Heading if pack == RulePack::Decision4469 => (Warning, LIST_4469, LIST_06),
            Self::Heading => (Error, LIST_4469, "Thông tư 06/2026/TT-BYT, phụ lục, cột 26"),
            Self::AsteriskAsMain => (Error, WHO_PAIRS, "Thông tư 06/2026/TT-BYT, phụ lục, cột 24"),
            Self::NeverMain => {
                (Error, "Quyết định 4469/QĐ-BYT năm 2020, phụ lục A2", "Thông tư 06/2026/TT-BYT, phụ lục, cột 24")
            }
            Self::DiscouragedMain | Self::DeathCauseOnly if pack == RulePack::Decision4469 => return None,
            Self::DiscouragedMain => (Warning, LIST_4469, "Thông tư 06/2026/TT-BYT, phụ lục, cột 25"),
            Self::DeathCauseOnly => (Error, LIST_4469, "Thông tư 06/2026/TT-BYT, phụ lục, cột 27"),
            Self::AsteriskWithoutDagger => (Error, WHO_PAIRS, WHO_PAIRS),
            Self::DaggerWithoutAsterisk => (Information, WHO_PAIRS, WHO_PAIRS),
            Self::ImplausibleSex => (
                Warning,
                "Quyết định 4469/QĐ-BYT năm 2020, phụ lục A4.1 và A4.2",
                "Thông tư 06/2026/TT-BYT, phụ lục, cột 28 và 29",
            ),
            Self::AgeWindow => {
                let severity = if pack == RulePack::Decision4469 { Warning } else { Information };
                let after = "Quyết định 4469/QĐ-BYT năm 2020, phụ lục A3.1 đến A3.10 (đã hết hiệu lực)";
                (severity, "Quyết định 4469/QĐ-BYT năm 2020, phụ lục A3.1 đến A3.10", after)
            }
            Self::DuplicateCode | Self::ParentWithChild => (Warning, PRACTICE, PRACTICE),
            Self::SymptomAsMain => (Information, WHO_MAIN, WHO_MAIN),
            Self::InjuryWithoutCause => (Warning, WHO_MAIN, WHO_MAIN),
        };
        let basis = if pack == RulePack::Decision4469 { before } else { after };
        Some(Provision { severity, basis })
    }

    /// False if it is checked only when the caller switches it on.
    #[must_use]
    pub fn is_on_by_default(self) -> bool {
        self != Self::InjuryWithoutCause
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Rule {
    type Err = Error;

    /// Reads an identifier.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|rule| rule.id() == text).ok_or_else(|| Error::Argument {
            what: "rule",
            value: text.to_owned(),
            expected: Self::ALL.map(Self::id).join(", "),
        })
    }
}

/// Which rules are checked, how much they matter, and which lists answer.
///
/// ```
/// use medterm::check::{Rule, Settings, Severity};
/// let settings = Settings::new()
///     .on(Rule::InjuryWithoutCause)
///     .off(Rule::FieldBytes)
///     .severity(Rule::DuplicateCode, Severity::Error);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    on: [bool; Rule::ALL.len()],
    severities: [Option<Severity>; Rule::ALL.len()],
    pub(super) icd10: String,
    pub(super) traditional: String,
    pub(super) services: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on: Rule::ALL.map(Rule::is_on_by_default),
            severities: [None; Rule::ALL.len()],
            icd10: "icd10-vn".into(),
            traditional: "yhct".into(),
            services: "service".into(),
        }
    }
}

impl Settings {
    /// All rules but those that are off by default, with their own severities; the lists `icd10-vn`, `yhct`, `service`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks a rule.
    #[must_use]
    pub fn on(self, rule: Rule) -> Self {
        self.switch(rule, true)
    }

    /// Leaves a rule out.
    #[must_use]
    pub fn off(self, rule: Rule) -> Self {
        self.switch(rule, false)
    }

    fn switch(mut self, rule: Rule, is_on: bool) -> Self {
        if let Some(on) = self.on.get_mut(rule as usize) {
            *on = is_on;
        }
        self
    }

    /// Gives the breaches of a rule another severity. What cannot be told stays [`Severity::Unknown`].
    #[must_use]
    pub fn severity(mut self, rule: Rule, severity: Severity) -> Self {
        if let Some(own) = self.severities.get_mut(rule as usize) {
            *own = Some(severity);
        }
        self
    }

    /// The name of the list of diseases, as [`Terminology::system`](crate::Terminology::system) takes it; `icd10-vn` if it
    /// is not set.
    #[must_use]
    pub fn icd10(self, name: &str) -> Self {
        Self { icd10: name.to_owned(), ..self }
    }

    /// The name of the list of diseases of traditional medicine; `yhct` if it is not set.
    #[must_use]
    pub fn traditional(self, name: &str) -> Self {
        Self { traditional: name.to_owned(), ..self }
    }

    /// The name of the list of services; `service` if it is not set.
    #[must_use]
    pub fn services(self, name: &str) -> Self {
        Self { services: name.to_owned(), ..self }
    }

    /// What a rule is in a pack under these settings; `None` if it is not to be checked.
    pub(super) fn provision(&self, rule: Rule, pack: RulePack) -> Option<Provision> {
        let provision = rule.provision(pack).filter(|_| self.on.get(rule as usize) == Some(&true))?;
        let own = self.severities.get(rule as usize).copied().flatten();
        Some(Provision { severity: own.unwrap_or(provision.severity), ..provision })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn rules_stand_in_their_order() {
        for (place, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(rule as usize, place);
            assert_eq!(rule.id().parse::<Rule>().unwrap(), rule);
            #[cfg(feature = "serde")]
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.id());
        }
        assert!("no-such-rule".parse::<Rule>().is_err());
    }

    #[test]
    fn the_boundary_between_packs() {
        for (day, pack) in [
            ("2026-06-30", RulePack::Decision4469),
            ("2026-07-01", RulePack::Circular06),
            ("2025-12-31", RulePack::Decision4469),
            ("2027-01-01", RulePack::Circular06),
        ] {
            assert_eq!(RulePack::at(day.parse().unwrap()), pack, "{day}");
        }
    }

    #[test]
    fn the_documented_table_is_true() {
        let mut table = String::new();
        for rule in Rule::ALL {
            let cell = |pack| rule.provision(pack).map_or("—", |provision| provision.severity.as_str());
            let off = if rule.is_on_by_default() { "" } else { " (off by default)" };
            let (before, after) = (cell(RulePack::Decision4469), cell(RulePack::Circular06));
            writeln!(table, "| `{rule}`{off} | {before} | {after} |").unwrap();
        }
        assert_eq!(include_str!("rules.md"), table);
    }

    #[test]
    fn settings_change_rules() {
        let settings = Settings::new()
            .on(Rule::InjuryWithoutCause)
            .off(Rule::Heading)
            .severity(Rule::DuplicateCode, Severity::Error);
        let severity = |settings: &Settings, rule| {
            settings.provision(rule, RulePack::Circular06).map(|provision| provision.severity)
        };
        assert_eq!(severity(&settings, Rule::InjuryWithoutCause), Some(Severity::Warning));
        assert_eq!(severity(&settings, Rule::Heading), None);
        assert_eq!(severity(&settings, Rule::DuplicateCode), Some(Severity::Error));
        assert_eq!(severity(&Settings::new(), Rule::InjuryWithoutCause), None);
        assert_eq!(
            Settings::new().on(Rule::DeathCauseOnly).provision(Rule::DeathCauseOnly, RulePack::Decision4469),
            None
        );
    }
}
