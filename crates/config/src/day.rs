use cmlint_engine::Date;

/// The day of a text: `2026-07-01`, or the day of a moment (`2026-07-01T08:15:00Z`), as it is written there.
pub fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let date = match text.find(['T', 't', ' ']) {
        Some(at) if text[at + 1..].starts_with(|c: char| c.is_ascii_digit()) => &text[..at],
        Some(_) => return None,
        None => text,
    };
    // `2026-7-1` and `+002026-07-01` are dates elsewhere; a file says them in one way.
    let plain = date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if plain { date.parse().ok() } else { None }
}

/// The day, in UTC, of a number of seconds since 1970 (`SOURCE_DATE_EPOCH`).
pub fn day_of_epoch(seconds: i64) -> Option<Date> {
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(moment).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_a_day_of_utc() {
        assert_eq!(day_of_epoch(1_782_863_999), day("2026-06-30"));
        assert_eq!(day_of_epoch(1_782_864_000), day("2026-07-01"));
        assert_eq!(day_of_epoch(i64::MAX), None);
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day("2026-07-01").map(|d| d.to_string()).as_deref(), Some("2026-07-01"));
        assert_eq!(day("2026-07-01T23:59:59+02:00"), day("2026-07-01"));
        for text in ["2026-7-1", "2026-02-30", "01.07.2026", "", "tomorrow", "20260701", "2026-07-01Tx"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
