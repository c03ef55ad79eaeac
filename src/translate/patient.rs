//! What is known of a patient, as far as rules of maps ask for it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::edition::Date;
use crate::source::MapCondition;
use crate::{Error, Result};

pub use crate::check::Sex;

/// A unit in which ages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgeUnit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months of the calendar.
    Months,
    /// Years.
    Years,
}

impl AgeUnit {
    /// The unit of a word: `day`, `days`, `Years`.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "day" | "days" => Some(Self::Days),
            "week" | "weeks" => Some(Self::Weeks),
            "month" | "months" => Some(Self::Months),
            "year" | "years" => Some(Self::Years),
            _ => None,
        }
    }

    /// Its name: `years`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }
}

/// How old a patient is or was: completed units of time, or two days of the calendar.
///
/// An age in years leaves the days open: whether a patient of no years is younger than 28 days is not known.
///
/// ```
/// use medterm::translate::{Age, AgeUnit};
/// assert_eq!("34".parse::<Age>()?, Age::completed(34, AgeUnit::Years));
/// assert_eq!("20 days".parse::<Age>()?, Age::completed(20, AgeUnit::Days));
/// let age = Age::on("2026-06-10".parse()?, "2026-07-07".parse()?)?;
/// assert_eq!(age.in_completed(AgeUnit::Days), (27, 27));
/// assert_eq!(Age::completed(0, AgeUnit::Years).in_completed(AgeUnit::Days), (0, 365));
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Age(Known);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Known {
    Completed(u32, AgeUnit),
    Dates { birth: Date, day: Date },
}

/// Ages beyond this many of any unit are not told apart from it.
const MOST: u32 = 10_000_000;

impl Age {
    /// An age in completed units: 34 years until the day before the 35th birthday.
    #[must_use]
    pub fn completed(count: u32, unit: AgeUnit) -> Self {
        Self(Known::Completed(count.min(MOST), unit))
    }

    /// The age on a day, of somebody born on another.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the birth lies behind the day.
    pub fn on(birth: Date, day: Date) -> Result<Self> {
        if birth > day {
            return Err(Error::Argument {
                what: "date of birth",
                value: birth.to_string(),
                expected: format!("a day not later than {day}"),
            });
        }
        Ok(Self(Known::Dates { birth, day }))
    }

    /// The least and the greatest number of completed units that it may be.
    #[must_use]
    pub fn in_completed(self, unit: AgeUnit) -> (u32, u32) {
        use AgeUnit::{Days, Months, Weeks, Years};
        let (count, from) = match self.0 {
            Known::Completed(count, from) => (count, from),
            Known::Dates { birth, day } => {
                let exact = match unit {
                    Days => days_between(birth, day),
                    Weeks => days_between(birth, day) / 7,
                    Months => months_between(birth, day),
                    Years => months_between(birth, day) / 12,
                };
                return (exact, exact);
            }
        };
        // Of months and years, no more is taken for granted than holds at any time of the calendar.
        let within = |least: u32, length: u32| (least, least + length - 1);
        match (from, unit) {
            (Days, Days) | (Weeks, Weeks) | (Months, Months) | (Years, Years) => (count, count),
            (Days, Weeks) => (count / 7, count / 7),
            (Months, Years) => (count / 12, count / 12),
            (Weeks, Days) => within(count * 7, 7),
            (Years, Months) => within(count * 12, 12),
            (Years, Days) => (shortest(count * 12), longest(count * 12 + 12) - 1),
            (Months, Days) => (shortest(count), longest(count + 1) - 1),
            (Years, Weeks) => (shortest(count * 12) / 7, (longest(count * 12 + 12) - 1) / 7),
            (Months, Weeks) => (shortest(count) / 7, (longest(count + 1) - 1) / 7),
            (Days, Months) => months_of(count, count),
            (Weeks, Months) => months_of(count * 7, count * 7 + 6),
            (Days, Years) => years_of(count, count),
            (Weeks, Years) => years_of(count * 7, count * 7 + 6),
        }
    }
}

fn years_of(least: u32, most: u32) -> (u32, u32) {
    let (low, high) = months_of(least, most);
    (low / 12, high / 12)
}

/// Completed months of so many days, at least and at most.
fn months_of(least: u32, most: u32) -> (u32, u32) {
    let guess = |days: u32| u32::try_from(u64::from(days) * 4800 / 146_097).unwrap_or(MOST);
    let low = (0..4).rev().map(|more| (guess(least) + more).saturating_sub(2)).find(|months| longest(*months) <= least);
    let high = (0..4).rev().map(|more| guess(most) + more).find(|months| shortest(*months) <= most);
    (low.unwrap_or(0), high.unwrap_or(MOST))
}

/// The fewest days that so many months of the calendar have.
fn shortest(months: u32) -> u32 {
    let (years, rest) = (months / 12, months % 12);
    // One leap year in four is certain only of four whole years, and a century may lack one.
    let leap_days = (years / 4).saturating_sub(years.div_ceil(100));
    years * 365 + leap_days + [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334].get(rest as usize).unwrap_or(&0)
}

/// The most days that so many months of the calendar have.
fn longest(months: u32) -> u32 {
    let (years, rest) = (months / 12, months % 12);
    let days = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];
    years * 365 + years.div_ceil(4) + u32::from(rest > 0) + days.get(rest as usize).unwrap_or(&0)
        - u32::from(rest > 0 && years == 0)
}

/// Days since a day of long ago.
fn day_number(date: Date) -> u32 {
    let (month, day) = (u32::from(date.month()), u32::from(date.day()));
    let year = u32::try_from(date.year()).unwrap_or(1) - u32::from(month <= 2);
    let since_march = (month + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * since_march + 2) / 5 + day
}

fn days_between(birth: Date, day: Date) -> u32 {
    day_number(day).saturating_sub(day_number(birth))
}

/// Completed months. Who was born on the 31st completes a month on the first of the next where a month has no 31st.
fn months_between(birth: Date, day: Date) -> u32 {
    let months = |date: Date| u32::try_from(date.year()).unwrap_or(0) * 12 + u32::from(date.month());
    let begun = u32::from(day.day() < birth.day());
    (months(day) - months(birth)).saturating_sub(begun)
}

impl FromStr for Age {
    type Err = Error;

    /// Reads a number of years (`34`), or a number and a unit: `20 days`, `3w`, `18 months`, `2y`.
    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = trimmed.split_at(digits);
        let unit = match unit.trim() {
            "" | "y" => Some(AgeUnit::Years),
            "m" => Some(AgeUnit::Months),
            "w" => Some(AgeUnit::Weeks),
            "d" => Some(AgeUnit::Days),
            word => AgeUnit::of_word(word),
        };
        match (count.parse(), unit) {
            (Ok(count), Some(unit)) if count <= MOST => Ok(Self::completed(count, unit)),
            _ => Err(Error::Argument {
                what: "age",
                value: text.chars().take(40).collect(),
                expected: "completed years, as 34, or a number of days, weeks, months or years, as `20 days` or 20d"
                    .into(),
            }),
        }
    }
}

/// What is known of a patient. What is not given is not known, and a rule that needs it is neither true nor false.
///
/// ```
/// use medterm::translate::{Age, AgeUnit, PatientContext, Sex};
/// let patient = PatientContext::new().sex(Sex::Female).age(Age::completed(30, AgeUnit::Years)).finding("46177005");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatientContext {
    pub(super) sex: Option<Sex>,
    pub(super) age: Option<Age>,
    pub(super) age_at_onset: Option<Age>,
    pub(super) findings: BTreeSet<String>,
    pub(super) no_other_findings: bool,
    pub(super) facts: Vec<(String, String)>,
}

impl PatientContext {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The patient's sex.
    #[must_use]
    pub fn sex(self, sex: Sex) -> Self {
        Self { sex: Some(sex), ..self }
    }

    /// The patient's age now, at the encounter. Of the age at which the finding began it says only that it was not
    /// greater.
    #[must_use]
    pub fn age(self, age: Age) -> Self {
        Self { age: Some(age), ..self }
    }

    /// The patient's age when the finding that is translated began. For what began now it is the [`age`](Self::age).
    #[must_use]
    pub fn age_at_onset(self, age: Age) -> Self {
        Self { age_at_onset: Some(age), ..self }
    }

    /// A finding that the patient has, by its SNOMED CT identifier. A rule that asks for a more general finding asks for
    /// another identifier: give that too.
    #[must_use]
    pub fn finding(mut self, code: impl Into<String>) -> Self {
        self.findings.insert(code.into());
        self
    }

    /// The patient has no findings but those given: a rule that asks for another is false, where it would be undecided.
    #[must_use]
    pub fn no_other_findings(self) -> Self {
        Self { no_other_findings: true, ..self }
    }

    /// Another fact, as conditions of FHIR maps ask for it: an attribute and its value. An attribute may have several
    /// values; one that was given has no others.
    #[must_use]
    pub fn fact(mut self, attribute: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((attribute.into(), value.into()));
        self
    }
}

/// Something that a rule needs to know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Fact {
    /// The patient's sex.
    Sex,
    /// The patient's age now. An age in years may be known already, where a rule counts days.
    Age,
    /// The patient's age when the finding began.
    AgeAtOnset,
    /// Whether the patient has a finding.
    Finding {
        /// Its SNOMED CT identifier.
        code: String,
        /// Its name in the rule.
        term: String,
    },
    /// The value of something else that can be observed.
    Observable {
        /// Its SNOMED CT identifier.
        code: String,
        /// Its name in the rule.
        term: String,
    },
    /// Whether a condition of a FHIR map holds.
    Condition {
        /// What the condition is about.
        attribute: String,
        /// Its value.
        value: String,
    },
    /// What a rule means that is of no published form.
    Rule {
        /// The rule, as written.
        text: String,
    },
    /// Whether a code that kept its letters from one edition to the next kept its meaning.
    Meaning {
        /// The code.
        code: String,
    },
}

impl From<&MapCondition> for Fact {
    fn from(condition: &MapCondition) -> Self {
        Self::Condition { attribute: condition.attribute.clone(), value: condition.value.clone() }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sex => f.write_str("sex"),
            Self::Age => f.write_str("age"),
            Self::AgeAtOnset => f.write_str("age at onset"),
            Self::Finding { code, term } => write!(f, "finding {code} |{term}|"),
            Self::Observable { code, term } => write!(f, "value of {code} |{term}|"),
            Self::Condition { attribute, value } => write!(f, "condition {attribute} = {value}"),
            Self::Rule { text } => write!(f, "rule of unknown form: {text}"),
            Self::Meaning { code } => write!(f, "whether {code} still means the same"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNITS: [AgeUnit; 4] = [AgeUnit::Days, AgeUnit::Weeks, AgeUnit::Months, AgeUnit::Years];

    #[test]
    fn ages_between_days() {
        for (birth, day, expected) in [
            ("2026-06-10", "2026-07-07", [27, 3, 0, 0]),
            ("2026-06-10", "2026-07-10", [30, 4, 1, 0]),
            ("2024-02-29", "2025-02-28", [365, 52, 11, 0]),
            ("2024-02-29", "2025-03-01", [366, 52, 12, 1]),
            ("2024-01-31", "2024-02-29", [29, 4, 0, 0]),
            ("1990-01-31", "2026-07-02", [13_301, 1900, 437, 36]),
            ("2026-07-02", "2026-07-02", [0, 0, 0, 0]),
        ] {
            let age = Age::on(birth.parse().unwrap(), day.parse().unwrap()).unwrap();
            assert_eq!(UNITS.map(|unit| age.in_completed(unit)), expected.map(|count| (count, count)), "{birth} {day}");
        }
        assert!(Age::on("2026-07-02".parse().unwrap(), "2026-07-01".parse().unwrap()).is_err());
    }

    #[test]
    fn ages_are_read() {
        for (text, count, unit) in [
            ("34", 34, AgeUnit::Years),
            (" 2 years ", 2, AgeUnit::Years),
            ("1 Day", 1, AgeUnit::Days),
            ("20d", 20, AgeUnit::Days),
            ("3w", 3, AgeUnit::Weeks),
            ("18m", 18, AgeUnit::Months),
        ] {
            assert_eq!(text.parse::<Age>().unwrap(), Age::completed(count, unit), "{text}");
        }
        for text in ["", "-1", "1.5", "y", "3 hours", "99999999999", "12000000", "2y3m", "３"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
        assert!("girl".parse::<Sex>().is_err());
    }

    fn date() -> impl Strategy<Value = Date> {
        (1880..2100_i32, 1..=12_u8, 1..=31_u8)
            .prop_filter_map("a day", |(year, month, day)| Date::new(year, month, day).ok())
    }

    proptest! {
        /// Whoever is so old in one unit is, counted in another, within what that leaves open.
        #[test]
        fn what_is_open_holds_what_is(a in date(), b in date()) {
            let exact = Age::on(a.min(b), a.max(b)).unwrap();
            for from in UNITS {
                let age = Age::completed(exact.in_completed(from).0, from);
                for to in UNITS {
                    let ((low, high), (count, _)) = (age.in_completed(to), exact.in_completed(to));
                    prop_assert!((low..=high).contains(&count), "{:?} in {:?}: {} not in {}..={}", age, to, count, low, high);
                    // And no more is open than some days.
                    if from < to {
                        prop_assert!(high - low <= 1, "{age:?} in {to:?}: {low}..={high}");
                    }
                }
            }
        }

        #[test]
        fn any_count_has_an_answer(count in any::<u32>()) {
            for (from, to) in UNITS.into_iter().flat_map(|from| UNITS.map(|to| (from, to))) {
                let (low, high) = Age::completed(count, from).in_completed(to);
                prop_assert!(low <= high);
            }
        }
    }
}
