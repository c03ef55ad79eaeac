//! Which list this is: a code system, its edition, and the dates between which the edition is in force.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// A day of the Gregorian calendar, without a time zone.
///
/// Editions change at midnight where the patient is treated, so an instant must be turned into a local
/// day first: [`Date::from_unix_seconds`] takes the offset (Vietnam is [`Date::VIETNAM_UTC_OFFSET`]).
///
/// ```
/// use medterm::Date;
/// let end: Date = "2026-07-01".parse()?;
/// assert!(end > Date::new(2026, 6, 30)?);
/// // 2026-06-30T17:30Z is already 1 July in Vietnam.
/// assert_eq!(Date::from_unix_seconds(1_782_840_600, Date::VIETNAM_UTC_OFFSET), end);
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// Seconds that Vietnamese local time is ahead of UTC, all year round.
    pub const VIETNAM_UTC_OFFSET: i32 = 7 * 3600;

    /// A day, or an [`Error::Argument`] if the calendar has none such. Years run from 1 to 9999.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        if (1..=9999).contains(&year) && (1..=days).contains(&day) {
            Ok(Self { year, month, day })
        } else {
            Err(Error::Argument {
                what: "date",
                value: format!("{year:04}-{month:02}-{day:02}"),
                expected: "a day of the calendar as YYYY-MM-DD".into(),
            })
        }
    }

    /// The local day of an instant given in seconds since 1970-01-01T00:00Z, `utc_offset` seconds ahead of UTC.
    /// Instants outside the years 1 to 9999 give the nearest day inside them.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64, utc_offset: i32) -> Self {
        let days = seconds.saturating_add(i64::from(utc_offset)).div_euclid(86_400);
        // 0001-01-01 and 9999-12-31, counted from 1970-01-01.
        let days = days.clamp(-719_162, 2_932_896);
        // Civil-from-days of H. Hinnant, "chrono-compatible low-level date algorithms".
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the clamp above bounds all three")]
        Self { year: year as i32, month: month as u8, day: day as u8 }
    }

    /// Days since 1970-01-01; negative before it.
    pub(crate) fn days_since_epoch(self) -> i64 {
        // Days-from-civil of H. Hinnant, the inverse of the above.
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let y = i64::from(self.year) - i64::from(month <= 2);
        let era = y.div_euclid(400);
        let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let yoe = y.rem_euclid(400);
        era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = Error;

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self> {
        let number = |part: Option<&str>, width: usize| {
            part.filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|p| p.parse::<i32>().ok())
        };
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (number(parts.next(), 4), number(parts.next(), 2), number(parts.next(), 2));
        match (year, month.map(u8::try_from), day.map(u8::try_from)) {
            (Some(year), Some(Ok(month)), Some(Ok(day))) => Self::new(year, month, day),
            _ => Err(Error::Argument {
                what: "date",
                value: text.chars().take(40).collect(),
                expected: "a day of the calendar as YYYY-MM-DD".into(),
            }),
        }
    }
}

/// As `YYYY-MM-DD`, the form of FHIR.
#[cfg(feature = "serde")]
impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The days on which an edition is in force, both ends included; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct InForce {
    /// First day in force; `None` if it always was, or if that is not known.
    pub from: Option<Date>,
    /// Last day in force; `None` if no end is set.
    pub until: Option<Date>,
}

impl InForce {
    /// True if `day` lies between the ends.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// One release of a code system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Edition {
    /// Short name of the code system, as used on a command line: `icd10-vn`, `icd10-cm`.
    pub system: String,
    /// Canonical URL of the code system, as in FHIR `CodeSystem.url`.
    pub url: String,
    /// Version of this edition, as in FHIR `CodeSystem.version`: `tt06`, `2025-04`.
    pub version: String,
    /// Title for people.
    pub title: String,
    /// The document that issued the edition, or who publishes it.
    pub issued_by: String,
    /// When it is in force.
    pub in_force: InForce,
    /// Other names and URLs under which the code system is asked for.
    pub aliases: Vec<String>,
}

impl Edition {
    /// True if the code system is asked for under this name: its short name, its URL or an alias, in any letter case.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.has_own_name(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// True if both are the same version of the same system.
    pub(crate) fn is_same_release(&self, other: &Self) -> bool {
        (&self.system, &self.version) == (&other.system, &other.version)
    }

    /// True if this is its short name or its URL.
    pub(crate) fn has_own_name(&self, name: &str) -> bool {
        self.system.eq_ignore_ascii_case(name) || (!name.is_empty() && self.url.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Edition {
    /// `system|version`, the form that [`Terminology`](crate::Terminology) resolves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.system, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar() {
        assert!(Date::new(2024, 2, 29).is_ok());
        assert!(Date::new(2026, 2, 29).is_err());
        assert!(Date::new(1900, 2, 29).is_err());
        for bad in ["", "2026-7-1", "2026-07-01T00", "20260701", "2026-13-01", "+026-07-01", "2026-07-0١"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert_eq!(Date::from_unix_seconds(0, 0).to_string(), "1970-01-01");
        assert_eq!(Date::from_unix_seconds(-1, 0).to_string(), "1969-12-31");
        assert_eq!(Date::from_unix_seconds(i64::MAX, 0).to_string(), "9999-12-31");
        assert_eq!(Date::from_unix_seconds(i64::MIN, 0).to_string(), "0001-01-01");
        assert_eq!(Date::from_unix_seconds(951_782_400, 0).to_string(), "2000-02-29");
        for days in (-719_162..2_932_896).step_by(97) {
            assert_eq!(Date::from_unix_seconds(days * 86_400, 0).days_since_epoch(), days);
        }
    }

    #[test]
    fn in_force_includes_both_ends() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let old = InForce { from: Some(day("2020-11-01")), until: Some(day("2026-06-30")) };
        assert!(old.contains(day("2026-06-30")) && !old.contains(day("2026-07-01")));
        assert!(InForce::default().contains(day("1999-01-01")));
    }
}
