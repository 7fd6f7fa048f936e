//! Points in time, in the forms in which directories and providers write them.

pub use jiff::Timestamp as Moment;

use jiff::civil::DateTime;
use jiff::tz::Offset;

/// The day in UTC, `2025-04-24`.
pub fn day(moment: Moment) -> String {
    moment.strftime("%F").to_string()
}

/// Intervals of 100 nanoseconds since 1601-01-01 (FILETIME, MS-DTYP 2.3.3), as `pwdLastSet` and `accountExpires`
/// are written. `None` for 0 and for the largest values, which stand for "never".
pub fn filetime(text: &str) -> Option<Moment> {
    const TICKS: i64 = 10_000_000;
    /// Seconds from 1601-01-01 to 1970-01-01.
    const EPOCH: i64 = 11_644_473_600;
    let ticks: i64 = text.trim().parse().ok().filter(|ticks| *ticks > 0)?;
    Moment::from_second(ticks / TICKS - EPOCH).ok()
}

/// Generalized time (`20240422101500.0Z`, RFC 4517 3.3.13), as `whenCreated` is written.
pub fn generalized(text: &str) -> Option<Moment> {
    let digits = text.trim().strip_suffix('Z')?.split('.').next()?;
    utc(digits)
}

/// RFC 3339, or the form of WMI (`20240422101500.000000+000`: the last three digits are minutes from UTC, `***` where
/// it is not told), as the provider writes dates.
pub fn provider(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let local = utc(text.get(..14)?)?;
    let minutes: i64 = text.get(21..).and_then(|m| m.parse().ok()).unwrap_or(0);
    local.checked_sub(jiff::SignedDuration::from_mins(minutes)).ok()
}

/// `20240422101500` in UTC.
fn utc(digits: &str) -> Option<Moment> {
    let time = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(read: Option<Moment>, time: &str) {
        assert_eq!(read.map(|t| t.to_string()).as_deref(), Some(time));
    }

    #[test]
    fn each_form_is_read() {
        same(filetime("133900000000000000"), "2025-04-24T20:26:40Z");
        same(generalized("20220310080500.0Z"), "2022-03-10T08:05:00Z");
        same(provider("2025-03-11T16:04:00Z"), "2025-03-11T16:04:00Z");
        same(provider("20250311160400.000000+060"), "2025-03-11T15:04:00Z");
        same(provider("20250311160400.000000+***"), "2025-03-11T16:04:00Z");
    }

    #[test]
    fn never_and_nonsense_are_no_times() {
        for text in ["0", "9223372036854775807", "-1", "", "soon"] {
            assert_eq!(filetime(text), None, "{text}");
        }
        assert_eq!(generalized("2022031008"), None);
        assert_eq!(provider("yesterday at noon, perhaps"), None);
        assert_eq!(provider("ä20250311160400.000000+060"), None);
    }
}
