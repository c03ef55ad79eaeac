//! Ages over a stay, and the windows of ages for which codes are valid.

use super::encounter::Birth;
use crate::edition::Date;

/// A window as [`source::qd4469`](crate::source::qd4469) writes it: `0d..365d`, `>15y..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    low: Option<Bound>,
    high: Option<Bound>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bound {
    value: i64,
    in_years: bool,
    /// The number itself is outside.
    exclusive: bool,
}

impl Window {
    /// `None` if the text is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (low, high) = text.split_once("..")?;
        let bound = |text: &str| -> Option<Option<Bound>> {
            if text.is_empty() {
                return Some(None);
            }
            let (text, exclusive) = text.strip_prefix('>').map_or((text, false), |text| (text, true));
            let (value, in_years) = match text.strip_suffix('y') {
                Some(value) => (value, true),
                None => (text.strip_suffix('d')?, false),
            };
            Some(Some(Bound { value: i64::from(value.parse::<u16>().ok()?), in_years, exclusive }))
        };
        Some(Self { low: bound(low)?, high: bound(high)? })
    }

    /// True if the patient may have been of an age in the window at some time of the stay. Where the rule leaves open
    /// what it means, the reading that admits more is taken: "up to 19 years" ends with the twentieth birthday, "over 15
    /// years" begins with the fifteenth.
    pub(super) fn may_hold(&self, ages: Ages) -> bool {
        let low = self.low.is_none_or(|low| match (low.in_years, low.exclusive) {
            (true, _) => ages.most_years >= low.value,
            (false, true) => ages.most_days > low.value,
            (false, false) => ages.most_days >= low.value,
        });
        let high = self.high.is_none_or(|high| match high.in_years {
            true => ages.least_years <= high.value,
            false => ages.least_days <= high.value,
        });
        low && high
    }
}

/// The least and the greatest age that the patient may have had during a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ages {
    least_days: i64,
    most_days: i64,
    least_years: i64,
    most_years: i64,
}

impl Ages {
    /// `None` if no day of the stay is known, or the patient was born behind it: nothing can be said then. A day of today
    /// is never assumed.
    pub(super) fn over(birth: Birth, start: Option<Date>, end: Option<Date>) -> Option<Self> {
        let ages = match birth {
            Birth::Aged(years) => {
                let years = i64::from(years);
                // Any leap years, and a birthday during the stay.
                let birthday = i64::from(start != end && start.is_some() && end.is_some());
                let most = years + birthday;
                Self { least_days: years * 365, most_days: most * 366 + 366, least_years: years, most_years: most }
            }
            Birth::On(day) => Self::between(day, day, start, end)?,
            Birth::InYear(year) => {
                Self::between(Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?, start, end)?
            }
        };
        (ages.most_days >= 0).then_some(ages)
    }

    fn between(earliest: Date, latest: Date, start: Option<Date>, end: Option<Date>) -> Option<Self> {
        let (first, last) = (start.or(end)?, end.or(start)?);
        // A start behind the end is a mistake elsewhere; the stay is what lies between the two.
        let (first, last) = (first.min(last), first.max(last));
        Some(Self {
            least_days: first.days_since_epoch() - latest.days_since_epoch(),
            most_days: last.days_since_epoch() - earliest.days_since_epoch(),
            least_years: completed_years(latest, first),
            most_years: completed_years(earliest, last),
        })
    }
}

/// Birthdays up to a day, that day included. Who was born on 29 February has a birthday on 1 March of other years.
fn completed_years(birth: Date, day: Date) -> i64 {
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    i64::from(day.year() - birth.year()) - i64::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(window: &str, birth: &str, start: &str, end: &str) -> bool {
        let day = |text: &str| text.parse().ok();
        let birth = match birth.strip_prefix("age ") {
            Some(age) => Birth::Aged(age.parse().unwrap()),
            None => birth.parse().unwrap(),
        };
        Window::parse(window).unwrap().may_hold(Ages::over(birth, day(start), day(end)).unwrap())
    }

    #[test]
    fn windows_over_a_stay() {
        for (window, birth, start, end, expected) in [
            ("0d..365d", "2026-01-01", "", "2026-07-01", true),
            ("0d..365d", "2025-07-01", "", "2026-07-01", true),
            ("0d..365d", "2025-06-30", "", "2026-07-01", false),
            // Young enough when admitted.
            ("0d..365d", "2025-06-30", "2026-06-30", "2026-07-09", true),
            (">27d..", "2026-06-10", "", "2026-07-07", false),
            (">27d..", "2026-06-10", "", "2026-07-08", true),
            // Old enough when discharged.
            (">27d..", "2026-06-10", "2026-06-20", "2026-07-08", true),
            ("9y..60y", "2017-07-02", "", "2026-07-01", false),
            ("9y..60y", "2017-07-01", "", "2026-07-01", true),
            ("9y..60y", "1965-07-02", "", "2026-07-01", true),
            ("9y..60y", "1965-07-01", "", "2026-07-01", false),
            (">15y..", "2011-07-02", "", "2026-07-01", false),
            (">15y..", "2011-07-01", "", "2026-07-01", true),
            ("0d..2y", "2023-07-02", "", "2026-07-01", true),
            ("0d..2y", "2023-07-01", "", "2026-07-01", false),
            // A year alone: any day of it may be the birthday.
            ("0d..365d", "2025", "", "2026-07-01", true),
            ("0d..365d", "2024", "", "2026-07-01", false),
            (">15y..", "2011", "", "2026-07-01", true),
            (">15y..", "2012", "", "2026-07-01", false),
            ("0d..365d", "2026", "", "2026-07-01", true),
            ("9y..60y", "age 8", "", "2026-07-01", false),
            ("9y..60y", "age 9", "", "", true),
            ("9y..60y", "age 61", "", "2026-07-01", false),
            ("0d..365d", "age 0", "", "2026-07-01", true),
            ("0d..365d", "age 1", "", "2026-07-01", true),
            ("0d..365d", "age 2", "", "2026-07-01", false),
            (">27d..", "age 0", "", "2026-07-01", true),
            ("1y..", "2025-07-02", "", "2026-07-01", false),
        ] {
            assert_eq!(holds(window, birth, start, end), expected, "{window} {birth} {start}..{end}");
        }
    }

    #[test]
    fn nothing_is_assumed() {
        let birth = Birth::On("2027-01-01".parse().unwrap());
        assert_eq!(Ages::over(birth, None, None), None);
        assert_eq!(Ages::over(birth, None, "2026-07-01".parse().ok()), None);
        assert_eq!(Ages::over(Birth::InYear(0), None, "2026-07-01".parse().ok()), None);
        for bad in ["", "..1", "1..2y", "x..", "0d", "99999y.."] {
            assert_eq!(Window::parse(bad), None, "{bad}");
        }
    }
}
