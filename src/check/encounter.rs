//! What is checked: the coded diagnoses of one encounter, and the little that must be known of the patient.

use std::fmt;
use std::str::FromStr;

use crate::edition::Date;
use crate::{Error, Result};

/// The coded diagnoses of one encounter.
///
/// Nothing is needed but what is to be checked; what is left out is not guessed, and rules that need it are silent or say
/// so. Fields hold text as it stands in the record: see [`CodeList`](crate::code::CodeList) for what is understood.
///
/// ```
/// use medterm::check::{Birth, Encounter, Sex};
/// let encounter = Encounter::new()
///     .start("2026-06-30".parse()?)
///     .end("2026-07-02".parse()?)
///     .sex(Sex::Female)
///     .birth(Birth::InYear(1990))
///     .main("J18.9")
///     .secondary(";E11.9;I10");
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encounter {
    pub(super) start: Option<Date>,
    pub(super) end: Option<Date>,
    pub(super) sex: Option<Sex>,
    pub(super) birth: Option<Birth>,
    /// The text of each role's field.
    pub(super) fields: [Option<String>; Role::ALL.len()],
    pub(super) service: Option<String>,
    pub(super) setting: Option<String>,
}

impl Encounter {
    /// An encounter of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The day on which it began. Ages are judged over the whole stay.
    #[must_use]
    pub fn start(self, day: Date) -> Self {
        Self { start: Some(day), ..self }
    }

    /// The day on which it ended, in Vietnam's time ([`day_in_vietnam`]): it chooses the edition and the rules.
    #[must_use]
    pub fn end(self, day: Date) -> Self {
        Self { end: Some(day), ..self }
    }

    /// The patient's sex.
    #[must_use]
    pub fn sex(self, sex: Sex) -> Self {
        Self { sex: Some(sex), ..self }
    }

    /// When the patient was born, as far as it is known.
    #[must_use]
    pub fn birth(self, birth: Birth) -> Self {
        Self { birth: Some(birth), ..self }
    }

    /// The main diagnosis.
    #[must_use]
    pub fn main(self, text: &str) -> Self {
        self.diagnosis(Role::Main, text)
    }

    /// Secondary diagnoses: one code or a list.
    #[must_use]
    pub fn secondary(self, text: &str) -> Self {
        self.diagnosis(Role::Secondary, text)
    }

    /// Adds a code, or a list of them, to the field of a role. What is added later stands behind a `;`.
    #[must_use]
    pub fn diagnosis(mut self, role: Role, text: &str) -> Self {
        if let Some(field) = self.fields.get_mut(role as usize) {
            match field {
                Some(field) => {
                    field.push(';');
                    field.push_str(text);
                }
                None => *field = Some(text.to_owned()),
            }
        }
        self
    }

    /// The code of a service for which the diagnoses stand.
    #[must_use]
    pub fn service(self, code: &str) -> Self {
        Self { service: Some(code.to_owned()), ..self }
    }

    /// The kind of visit, as claims code it (`MA_LOAI_KCB`): the text `01`, not the number 1.
    #[must_use]
    pub fn setting(self, code: &str) -> Self {
        Self { setting: Some(code.to_owned()), ..self }
    }

    /// The text of a role's field; `None` if it has none.
    #[must_use]
    pub fn field(&self, role: Role) -> Option<&str> {
        self.fields.get(role as usize)?.as_deref()
    }
}

/// The part that a code plays on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Role {
    /// The main diagnosis (`MA_BENH_CHINH`).
    Main,
    /// Other diagnoses (`MA_BENH_KT`).
    Secondary,
    /// The cause of death.
    DeathCause,
    /// Diagnoses of traditional medicine (`MA_BENH_YHCT`).
    Traditional,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Main, Self::Secondary, Self::DeathCause, Self::Traditional];

    /// Its name in tables and JSON: `main`, `secondary`, `death-cause`, `traditional`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Secondary => "secondary",
            Self::DeathCause => "death-cause",
            Self::Traditional => "traditional",
        }
    }

    /// How the claim format calls its field, if it has one.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Main => "MA_BENH_CHINH",
            Self::Secondary => "MA_BENH_KT",
            Self::DeathCause => "nguyên nhân tử vong",
            Self::Traditional => "MA_BENH_YHCT",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = Error;

    /// Reads what [`as_str`](Role::as_str) gives.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| Error::Argument {
            what: "role",
            value: text.to_owned(),
            expected: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}

/// The patient's sex, as far as rules ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Sex {
    /// Female (`GIOI_TINH` 2).
    Female,
    /// Male (`GIOI_TINH` 1).
    Male,
    /// Neither, or not determined (`GIOI_TINH` 3): no rule of sex applies.
    Other,
}

impl FromStr for Sex {
    type Err = Error;

    /// Reads `female`, `male`, `other`, `nữ`, `nam`, and the codes of claims: `1` male, `2` female, `3` other.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_lowercase().as_str() {
            "female" | "f" | "2" | "nữ" | "nu" => Ok(Self::Female),
            "male" | "m" | "1" | "nam" => Ok(Self::Male),
            "other" | "unknown" | "3" => Ok(Self::Other),
            _ => Err(Error::Argument {
                what: "sex",
                value: text.to_owned(),
                expected: "female, male or other; or 1 (male), 2 (female), 3 (other)".into(),
            }),
        }
    }
}

/// When the patient was born, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Birth {
    /// On this day.
    On(Date),
    /// In this year.
    InYear(i32),
    /// So long ago that this was the age in completed years during the encounter.
    Aged(u16),
}

impl FromStr for Birth {
    type Err = Error;

    /// Reads a day as [`day_in_vietnam`] does, or a year alone: `1990`, `1990-00-00`, `199000000000`.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_year = digits.get(4..).is_some_and(|rest| rest.bytes().all(|digit| digit == b'0'))
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_year && let Some(year) = digits.get(..4).and_then(|year| year.parse().ok()) {
            return Ok(Self::InYear(Date::new(year, 1, 1)?.year()));
        }
        day_in_vietnam(text).map(Self::On)
    }
}

/// The day in Vietnam of a point in time.
///
/// Understood are days (`2026-07-01`, `20260701`), local times (`2026-07-01T00:30`, `2026-07-01 00:30:00`,
/// `202607010030`), which are taken as Vietnam's, and instants that tell their offset, which are brought to Vietnam's time.
///
/// ```
/// use medterm::check::day_in_vietnam;
/// // In Vietnam it is already 1 July.
/// assert_eq!(day_in_vietnam("2026-06-30T17:30Z")?.to_string(), "2026-07-01");
/// assert_eq!(day_in_vietnam("202606302359")?.to_string(), "2026-06-30");
/// # Ok::<(), medterm::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Argument`] for anything else, and for days and hours that no calendar has.
pub fn day_in_vietnam(text: &str) -> Result<Date> {
    let text = text.trim();
    read_day(text).ok_or_else(|| Error::Argument {
        what: "day",
        value: text.chars().take(40).collect(),
        expected: "2026-07-01, 20260701, 2026-07-01T00:30 (Vietnam's time), 202607010030 or 2026-06-30T17:30Z".into(),
    })
}

fn read_day(text: &str) -> Option<Date> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
        if !matches!(text.len(), 8 | 12 | 14) {
            return None;
        }
        let day = Date::new(text.get(..4)?.parse().ok()?, part(4..6)?, part(6..8)?).ok()?;
        let is_time = text.len() == 8 || (part(8..10)? < 24 && part(10..12)? < 60);
        return is_time.then_some(day);
    }
    let day: Date = text.get(..10)?.parse().ok()?;
    let Some(time) = text.get(10..).filter(|time| !time.is_empty()) else { return Some(day) };
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, Some(offset_minutes(time.get(at..)?)?)),
        None => (time, None),
    };
    let mut parts = clock.trim_end().split(':');
    let mut number = |limit: i64| -> Option<i64> {
        let part = parts.next()?;
        let number = part.parse::<i64>().ok().filter(|number| (0..limit).contains(number))?;
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
    };
    let minutes = number(24)? * 60 + number(60)?;
    if let Some(seconds) = parts.next() {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        // A leap second is a second.
        if !is_number(whole) || !is_number(fraction) || whole.len() != 2 || whole.parse::<u8>().ok()? > 60 {
            return None;
        }
    }
    if parts.next().is_some() {
        return None;
    }
    let vietnam = i64::from(Date::VIETNAM_UTC_OFFSET) / 60;
    let local = minutes - offset.unwrap_or(vietnam) + vietnam;
    Some(Date::from_unix_seconds((day.days_since_epoch() * 1440 + local) * 60, 0))
}

/// Minutes ahead of UTC: `Z`, `+07:00`, `+0700`, `+07`.
fn offset_minutes(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'Z' | b'z' => return (text.len() == 1).then_some(0),
        b'+' => 1,
        _ => -1,
    };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 =
        digits.get(2..).filter(|minutes| !minutes.is_empty()).map_or(Some(0), |part| part.parse().ok())?;
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_vietnam() {
        for (text, day) in [
            ("2026-06-30", "2026-06-30"),
            (" 2026-07-01 ", "2026-07-01"),
            ("20260701", "2026-07-01"),
            ("202606302359", "2026-06-30"),
            ("20260630235959", "2026-06-30"),
            ("2026-06-30T23:59", "2026-06-30"),
            ("2026-06-30 23:59:59", "2026-06-30"),
            ("2026-06-30T16:59:59Z", "2026-06-30"),
            ("2026-06-30T17:00Z", "2026-07-01"),
            ("2026-06-30T17:30Z", "2026-07-01"),
            ("2026-06-30T17:30:00.123Z", "2026-07-01"),
            ("2026-06-30T23:30+07:00", "2026-06-30"),
            ("2026-07-01T00:30+0700", "2026-07-01"),
            ("2026-07-01T01:30+09:00", "2026-06-30"),
            ("2026-06-30T11:30-06", "2026-07-01"),
            ("2026-01-01T00:30+14:00", "2025-12-31"),
        ] {
            assert_eq!(day_in_vietnam(text).unwrap().to_string(), day, "{text}");
        }
        for bad in [
            "",
            "2026",
            "2026-6-30",
            "2026-02-30",
            "20260230",
            "202606302460",
            "2026-06-30T",
            "2026-06-30T25:00",
            "2026-06-30T1:00",
            "2026-06-30T10:00+1",
            "2026-06-30T10:00Zulu",
            "2026-06-30T10",
            "2026-06-30T10:00:00:00",
            "30/06/2026",
            "ổ026-06-30",
        ] {
            assert!(day_in_vietnam(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn births_and_sexes() {
        let day = "1990-01-31".parse().unwrap();
        for (text, birth) in [
            ("1990-01-31", Birth::On(day)),
            ("199001310000", Birth::On(day)),
            ("1990", Birth::InYear(1990)),
            ("1990-00-00", Birth::InYear(1990)),
            ("19900000", Birth::InYear(1990)),
            ("199000000000", Birth::InYear(1990)),
        ] {
            assert_eq!(text.parse::<Birth>().unwrap(), birth, "{text}");
        }
        for bad in ["", "0000", "90", "1990-13-01", "x"] {
            assert!(bad.parse::<Birth>().is_err(), "{bad:?}");
        }
        for (text, sex) in
            [("1", Sex::Male), ("2", Sex::Female), ("3", Sex::Other), ("Nữ", Sex::Female), ("male", Sex::Male)]
        {
            assert_eq!(text.parse::<Sex>().unwrap(), sex);
        }
        assert!("4".parse::<Sex>().is_err());
        assert!("first".parse::<Role>().is_err());
        assert_eq!("death-cause".parse::<Role>().unwrap(), Role::DeathCause);
    }

    #[test]
    fn fields_are_kept_as_written() {
        let encounter = Encounter::new().secondary(";A04.9").secondary("E87.8").main(" J18,9 ");
        assert_eq!(encounter.field(Role::Secondary), Some(";A04.9;E87.8"));
        assert_eq!(encounter.field(Role::Main), Some(" J18,9 "));
        assert_eq!(encounter.field(Role::Traditional), None);
    }
}
