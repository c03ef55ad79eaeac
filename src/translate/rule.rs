//! The rules of RF2 complex and extended maps (`mapRule`), read and held against what is known of a patient.
//!
//! The published forms, by the grammar of SNOMED International's *SNOMED CT to ICD-10 Map Specification* (appendix A) and
//! of the *Release File Specification*:
//!
//! | form | holds if |
//! |---|---|
//! | `TRUE` | always |
//! | `OTHERWISE TRUE` | no row before it in its group holds |
//! | `IFA 248152002 \| Female (finding) \|`, `IFA 248153007 \| Male (finding) \|` | that is the patient's sex |
//! | `IFA <id> \| <finding> \|` | the patient has the finding |
//! | `IFA 445518008 \| Age at onset of clinical finding (observable entity) \| >= 12.0 years` | the finding began at such an age; `<`, `<=`, `>`, `>=`, `=` and days, weeks, months or years |
//! | `IFA 424144002 \| Current chronological age (observable entity) \| < 18.0 years` | the patient is of such an age |
//! | `IFA <id> \| <observable> \| <operator> <value>` | something else was observed; what is known of a patient here never tells |
//! | several of them with `AND` between | all hold |
//!
//! Whatever has another form is no rule, and [`Rule::parse`] gives an error that tells where.
//!
//! A rule is true, false, or **undecided**: what is not known of the patient makes no rule true or false. Ages are
//! compared in completed units of the rule's own unit, as people count them: who is fifteen is `<= 15.0 years` until the
//! sixteenth birthday.

use std::fmt;
use std::str::FromStr;

use super::patient::{Age, AgeUnit, Fact, PatientContext, Sex};
use crate::{Error, Result};

/// A condition of an RF2 map.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// `TRUE`.
    True,
    /// `OTHERWISE TRUE`.
    OtherwiseTrue,
    /// All of these.
    All(Vec<Clause>),
}

/// One `IFA …` of a rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Clause {
    /// The patient has a finding; the sexes are findings.
    Finding {
        /// Its SNOMED CT identifier.
        code: String,
        /// Its name as written.
        term: String,
    },
    /// The patient's age, now or when the finding began.
    Age {
        /// True for the age at onset, false for the age now.
        at_onset: bool,
        /// How the age must stand to the number.
        comparison: Comparison,
        /// The number.
        count: f64,
        /// What is counted.
        unit: AgeUnit,
    },
    /// The value of something else that can be observed.
    Observable {
        /// Its SNOMED CT identifier.
        code: String,
        /// Its name as written.
        term: String,
        /// How its value must stand to the one of the rule.
        comparison: Comparison,
        /// The value as written: a number with its unit, or a concept.
        value: String,
    },
}

/// How a value must stand to that of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}

/// Whether a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// What is known does not tell.
    Undecided,
}

impl Truth {
    fn of(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::True,
            Some(false) => Self::False,
            None => Self::Undecided,
        }
    }
}

/// How a rule stands to what is known of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds.
    pub truth: Truth,
    /// Of a rule that is undecided, what would have to be known; of one that is false, what makes it so.
    pub facts: Vec<Fact>,
}

const FEMALE: &str = "248152002";
const MALE: &str = "248153007";
const AGE: &str = "424144002";
const AGE_AT_ONSET: &str = "445518008";

impl Rule {
    /// Reads a rule. White space around its parts and letter case of its words do not matter.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if it has none of the published forms.
    pub fn parse(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is = |expected: &[&str]| {
            words.len() == expected.len()
                && words.iter().zip(expected).all(|(word, one)| word.eq_ignore_ascii_case(one))
        };
        if is(&["TRUE"]) {
            return Ok(Self::True);
        }
        if is(&["OTHERWISE", "TRUE"]) {
            return Ok(Self::OtherwiseTrue);
        }
        let mut rest = Rest { text: text.trim_start(), whole: text };
        let mut clauses = Vec::new();
        loop {
            clauses.push(rest.clause()?);
            if rest.text.is_empty() {
                return Ok(Self::All(clauses));
            }
            rest.word("AND")?;
        }
    }

    /// Whether it holds of a patient. `OTHERWISE TRUE` holds: that no row before it does is for whoever walks the rows.
    #[must_use]
    pub fn verdict(&self, patient: &PatientContext) -> Verdict {
        let Self::All(clauses) = self else { return Verdict { truth: Truth::True, facts: Vec::new() } };
        let truths: Vec<Truth> = clauses.iter().map(|clause| clause.truth(patient)).collect();
        let has = |truth| truths.contains(&truth);
        // One false part makes the whole false, whatever the others are.
        let truth = match (has(Truth::False), has(Truth::Undecided)) {
            (true, _) => Truth::False,
            (false, true) => Truth::Undecided,
            (false, false) => return Verdict { truth: Truth::True, facts: Vec::new() },
        };
        let mut facts = Vec::new();
        for (clause, found) in clauses.iter().zip(truths) {
            let fact = clause.fact();
            if found == truth && !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        Verdict { truth, facts }
    }
}

impl FromStr for Rule {
    type Err = Error;

    /// As [`Rule::parse`].
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl Clause {
    fn truth(&self, patient: &PatientContext) -> Truth {
        Truth::of(match self {
            Self::Finding { code, .. } if code == FEMALE => patient.sex.map(|sex| sex == Sex::Female),
            Self::Finding { code, .. } if code == MALE => patient.sex.map(|sex| sex == Sex::Male),
            Self::Finding { code, .. } => {
                let has = patient.findings.contains(code);
                (has || patient.no_other_findings).then_some(has)
            }
            Self::Age { at_onset: false, comparison, count, unit } => {
                let age = patient.age.map(|age| age.in_completed(*unit));
                age.and_then(|age| comparison.holds(age, *count))
            }
            Self::Age { at_onset: true, comparison, count, unit } => {
                let age = match (patient.age_at_onset, patient.age) {
                    (Some(age), _) => Some(age.in_completed(*unit)),
                    // It began some time between birth and now.
                    (None, Some(now)) => Some((0, Age::in_completed(now, *unit).1)),
                    (None, None) => None,
                };
                age.and_then(|age| comparison.holds(age, *count))
            }
            Self::Observable { .. } => None,
        })
    }

    fn fact(&self) -> Fact {
        match self {
            Self::Finding { code, .. } if code == FEMALE || code == MALE => Fact::Sex,
            Self::Finding { code, term } => Fact::Finding { code: code.clone(), term: term.clone() },
            Self::Age { at_onset: false, .. } => Fact::Age,
            Self::Age { at_onset: true, .. } => Fact::AgeAtOnset,
            Self::Observable { code, term, .. } => Fact::Observable { code: code.clone(), term: term.clone() },
        }
    }
}

impl Comparison {
    /// Whether it holds of a number that lies between two, both included; `None` if of some of them only.
    fn holds(self, (low, high): (u32, u32), count: f64) -> Option<bool> {
        let (low, high) = (f64::from(low), f64::from(high));
        // A part of a unit cuts through a completed one, and more than the age is then needed.
        let cut = count.fract() != 0.0 && low <= count && count.floor() <= high;
        let (all, none) = match self {
            _ if cut => (false, false),
            Self::Less => (high < count, low >= count),
            Self::AtMost => (high <= count, low > count),
            Self::Greater => (low > count, high <= count),
            Self::AtLeast => (low >= count, high < count),
            Self::Equal => (low == count && high == count, high < count || low > count),
        };
        (all || none).then_some(all)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
        })
    }
}

/// What is not yet read of a rule.
struct Rest<'r> {
    text: &'r str,
    whole: &'r str,
}

impl<'r> Rest<'r> {
    fn clause(&mut self) -> Result<Clause> {
        self.word("IFA")?;
        let (code, term) = self.concept()?;
        let Some(comparison) = self.comparison() else { return Ok(Clause::Finding { code, term }) };
        let at_onset = code == AGE_AT_ONSET;
        if at_onset || code == AGE {
            let (count, _) = self.number()?;
            let word = self.take(|letter| letter.is_ascii_alphabetic());
            let unit = AgeUnit::of_word(word).ok_or_else(|| self.problem("days, weeks, months or years"))?;
            return Ok(Clause::Age { at_onset, comparison, count, unit });
        }
        Ok(Clause::Observable { code, term, comparison, value: self.value()? })
    }

    /// An identifier and a name between bars.
    fn concept(&mut self) -> Result<(String, String)> {
        let code = self.take(|digit| digit.is_ascii_digit());
        if !(6..=18).contains(&code.len()) {
            return Err(self.problem("a SNOMED CT identifier"));
        }
        let named = self.text.strip_prefix('|').and_then(|rest| rest.split_once('|'));
        let (term, rest) = named.ok_or_else(|| self.problem("a name between two bars"))?;
        self.text = rest.trim_start();
        Ok((code.to_owned(), term.trim().to_owned()))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let signs = [
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("=", Comparison::Equal),
        ];
        let (rest, comparison) =
            signs.into_iter().find_map(|(sign, comparison)| Some((self.text.strip_prefix(sign)?, comparison)))?;
        self.text = rest.trim_start();
        Some(comparison)
    }

    fn number(&mut self) -> Result<(f64, &'r str)> {
        let text = self.take(|letter| letter.is_ascii_digit() || letter == '.');
        let number = text.parse().ok().filter(|_| text.starts_with(|first: char| first.is_ascii_digit()));
        number.map(|number| (number, text)).ok_or_else(|| self.problem("a number"))
    }

    /// A concept, or a number and its unit.
    fn value(&mut self) -> Result<String> {
        let start = self.text;
        let is_concept = start.trim_start_matches(|digit: char| digit.is_ascii_digit()).trim_start().starts_with('|');
        if is_concept {
            self.concept()?;
        } else {
            self.number()?;
            if !self.begins_with("AND") {
                self.take(|letter| !letter.is_whitespace());
            }
        }
        let value = start.strip_suffix(self.text).unwrap_or(start);
        Ok(value.trim_end().to_owned())
    }

    fn begins_with(&self, word: &str) -> bool {
        let own = self.text.split(|letter: char| !letter.is_ascii_alphabetic()).next();
        own.is_some_and(|own| own.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> Result<()> {
        if !self.begins_with(word) {
            return Err(self.problem(word));
        }
        self.take(|letter| letter.is_ascii_alphabetic());
        Ok(())
    }

    /// Takes what is of a kind, and the white space behind it.
    fn take(&mut self, is: impl Fn(char) -> bool) -> &'r str {
        let rest = self.text.trim_start_matches(is);
        let taken = self.text.strip_suffix(rest).unwrap_or_default();
        self.text = rest.trim_start();
        taken
    }

    fn problem(&self, expected: &str) -> Error {
        let shown: String = self.text.chars().take(40).collect();
        let place = if shown.is_empty() { "its end".to_owned() } else { format!("{shown:?}") };
        Error::Argument {
            what: "map rule",
            value: self.whole.chars().take(200).collect(),
            expected: format!("{expected} at {place}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Undecided};
    use super::*;
    use proptest::prelude::*;

    const MEN: &str = "IFA 248153007 | Male (finding) |";
    const WOMEN: &str = "IFA 248152002 | Female (finding) |";
    const NEWBORN: &str = "IFA 445518008 | Age at onset of clinical finding (observable entity) | < 28.0 days";
    const YOUNG: &str = "IFA 445518008 | Age at onset of clinical finding (observable entity) | >= 12.0 years AND \
                         IFA 445518008 | Age at onset of clinical finding (observable entity) | < 19.0 years";
    const OLD: &str = "IFA 424144002 | Current chronological age (observable entity) | >= 65.0 years";
    const FIFTEEN: &str = "IFA 445518008 | Age at onset of clinical finding (observable entity) | <= 15.0 years";
    const RENAL: &str = "IFA 46177005 | End-stage renal disease (disorder) |";

    fn patient(text: &str) -> PatientContext {
        text.split_whitespace().fold(PatientContext::new(), |patient, word| match word.split_once(':') {
            Some(("now", age)) => patient.age(age.parse().unwrap()),
            Some(("onset", age)) => patient.age_at_onset(age.parse().unwrap()),
            Some((_, code)) => patient.finding(code),
            None if word == "only" => patient.no_other_findings(),
            None => patient.sex(word.parse().unwrap()),
        })
    }

    /// Rules as they are published, and patients: what the specification says of each.
    #[test]
    fn worked_rules() {
        for (rule, known, expected, facts) in [
            ("TRUE", "", True, &[][..]),
            ("otherwise  true ", "", True, &[]),
            (MEN, "male", True, &[]),
            (MEN, "female", False, &["sex"]),
            (MEN, "other", False, &["sex"]),
            (MEN, "now:34", Undecided, &["sex"]),
            (WOMEN, "female", True, &[]),
            (WOMEN, "other", False, &["sex"]),
            // An age in years tells of days only that a year has more.
            (NEWBORN, "onset:27d", True, &[]),
            (NEWBORN, "onset:28d", False, &["age at onset"]),
            (NEWBORN, "onset:3w", True, &[]),
            (NEWBORN, "onset:4w", False, &["age at onset"]),
            (NEWBORN, "onset:0m", Undecided, &["age at onset"]),
            (NEWBORN, "onset:1m", False, &["age at onset"]),
            (NEWBORN, "onset:0y", Undecided, &["age at onset"]),
            (NEWBORN, "onset:1y", False, &["age at onset"]),
            // A finding of somebody of 20 days began in the newborn; of an adult, who knows?
            (NEWBORN, "now:20d", True, &[]),
            (NEWBORN, "now:45", Undecided, &["age at onset"]),
            (NEWBORN, "", Undecided, &["age at onset"]),
            (YOUNG, "onset:11", False, &["age at onset"]),
            (YOUNG, "onset:12", True, &[]),
            (YOUNG, "onset:18", True, &[]),
            (YOUNG, "onset:19", False, &["age at onset"]),
            (YOUNG, "onset:143m", False, &["age at onset"]),
            (YOUNG, "onset:144m", True, &[]),
            (YOUNG, "onset:227m", True, &[]),
            (YOUNG, "onset:228m", False, &["age at onset"]),
            (YOUNG, "onset:4380d", False, &["age at onset"]),
            (YOUNG, "onset:4400d", True, &[]),
            // At eleven it cannot have begun later; at forty it may have begun at any age.
            (YOUNG, "now:11", False, &["age at onset"]),
            (YOUNG, "now:15", Undecided, &["age at onset"]),
            (YOUNG, "now:40", Undecided, &["age at onset"]),
            (YOUNG, "now:40 onset:15", True, &[]),
            (OLD, "now:64", False, &["age"]),
            (OLD, "now:65", True, &[]),
            (OLD, "onset:70", Undecided, &["age"]),
            // As people count years: fifteen until the sixteenth birthday.
            (FIFTEEN, "onset:15", True, &[]),
            (FIFTEEN, "onset:191m", True, &[]),
            (FIFTEEN, "onset:16", False, &["age at onset"]),
            (FIFTEEN, "now:15", True, &[]),
            (RENAL, "has:46177005", True, &[]),
            (RENAL, "has:38341003", Undecided, &["finding 46177005 |End-stage renal disease (disorder)|"]),
            (RENAL, "has:38341003 only", False, &["finding 46177005 |End-stage renal disease (disorder)|"]),
            // Age and sex together: one that fails is enough, and what fails is told.
            (&format!("{WOMEN} AND {OLD}"), "female now:70", True, &[]),
            (&format!("{WOMEN} AND {OLD}"), "male", False, &["sex"]),
            (&format!("{WOMEN} AND {OLD}"), "now:10", False, &["age"]),
            (&format!("{WOMEN} AND {OLD}"), "female", Undecided, &["age"]),
            (&format!("{WOMEN} AND {OLD}"), "", Undecided, &["sex", "age"]),
            (&format!("{RENAL} AND {NEWBORN}"), "has:46177005 onset:2d", True, &[]),
            (
                "IFA 263502005|Clinical course (attribute)|=19939008|Subacute AND OR (qualifier value)|",
                "male",
                Undecided,
                &["value of 263502005 |Clinical course (attribute)|"],
            ),
            (
                "IFA 50373000 | Body height measure (observable entity) | >= 150 cm AND IFA 248153007 | Male (finding) |",
                "female",
                False,
                &["sex"],
            ),
            ("IFA 424144002 | Age | = 1.0 year", "now:1", True, &[]),
            ("IFA 424144002 | Age | > 1 month", "now:1m", False, &["age"]),
            ("IFA 424144002 | Age | > 1 month", "now:2m", True, &[]),
            // Half a year cuts through a completed one.
            ("IFA 424144002 | Age | < 1.5 years", "now:1", Undecided, &["age"]),
            ("IFA 424144002 | Age | < 1.5 years", "now:0", True, &[]),
            ("IFA 424144002 | Age | < 1.5 years", "now:2", False, &["age"]),
        ] {
            let verdict = Rule::parse(rule).unwrap().verdict(&patient(known));
            let told: Vec<String> = verdict.facts.iter().map(Fact::to_string).collect();
            assert_eq!(
                (verdict.truth, told),
                (expected, facts.iter().map(|fact| (*fact).to_owned()).collect()),
                "{rule} of {known:?}"
            );
        }
    }

    #[test]
    fn rules_are_taken_apart() {
        let Rule::All(clauses) = Rule::parse(YOUNG).unwrap() else { panic!("{YOUNG}") };
        let age = |comparison, count| Clause::Age { at_onset: true, comparison, count, unit: AgeUnit::Years };
        assert_eq!(clauses, [age(Comparison::AtLeast, 12.0), age(Comparison::Less, 19.0)]);
        let rule =
            "IFA 50373000 | Body height AND IFA | >= 150 cm AND IFA 1234567 | Pair = 1 | = 19939008 | Subacute |";
        let Rule::All(clauses) = Rule::parse(rule).unwrap() else { panic!("{rule}") };
        let values: Vec<_> = clauses
            .iter()
            .map(|clause| match clause {
                Clause::Observable { term, value, comparison, .. } => format!("{term} {comparison} {value}"),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(values, ["Body height AND IFA >= 150 cm", "Pair = 1 = 19939008 | Subacute |"]);
    }

    #[test]
    fn other_forms_are_no_rules() {
        for (text, expected) in [
            ("", "IFA at its end"),
            ("FALSE", "IFA at \"FALSE\""),
            ("TRUE AND TRUE", "IFA at"),
            ("IFA", "identifier at its end"),
            ("IFA 12 | X |", "identifier"),
            ("IFA 248153007", "a name between two bars at its end"),
            ("IFA 248153007 | Male", "a name between two bars"),
            ("IFA 248153007 | Male | OR IFA 248152002 | Female |", "AND at \"OR IFA"),
            ("IFA 248153007 | Male | AND", "IFA at its end"),
            ("NOT IFA 248153007 | Male |", "IFA at \"NOT"),
            ("IFA 248153007 | Male | IFA 248152002 | Female |", "AND at"),
            ("IFA 424144002 | Age | < 28.0", "days, weeks, months or years at its end"),
            ("IFA 424144002 | Age | < 28.0 hours", "days, weeks"),
            ("IFA 424144002 | Age | < many years", "a number"),
            ("IFA 424144002 | Age | < 1.2.3 years", "a number"),
            ("IFA 424144002 | Age | <> 1 year", "a number"),
            ("IFA 50373000 | Height | = tall", "a number"),
            ("ANDIFA 248153007 | Male |", "IFA at"),
        ] {
            let error = Rule::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_rule_or_none(text in "\\PC{0,40}", parts in prop::collection::vec("IFA |AND |TRUE|OTHERWISE |424144002 |[|] |[|]Age[|]|<|<=|=|1|[.]|0 |years |\\PC", 0..16)) {
            for text in [text, parts.concat()] {
                if let Ok(rule) = Rule::parse(&text) {
                    let _ = rule.verdict(&PatientContext::new());
                }
            }
        }

        /// To know more never turns a verdict round: it only decides what was open.
        #[test]
        fn what_is_decided_stays_decided(age in 0..100_u32, onset in 0..100_u32, bound in 0..100_u32, sign in 0..5_usize, at_onset: bool) {
            let comparison = [Comparison::Less, Comparison::AtMost, Comparison::Greater, Comparison::AtLeast, Comparison::Equal][sign];
            let rule = Rule::All(vec![Clause::Age { at_onset, comparison, count: bound.into(), unit: AgeUnit::Years }]);
            let years = |count| Age::completed(count, AgeUnit::Years);
            let little = PatientContext::new().age(years(age.max(onset)));
            let much = little.clone().age_at_onset(years(age.min(onset)));
            let (before, after) = (rule.verdict(&little).truth, rule.verdict(&much).truth);
            prop_assert!(before == after || before == Undecided, "{:?} became {:?}", before, after);
            prop_assert_ne!(after, Undecided);
        }
    }
}
