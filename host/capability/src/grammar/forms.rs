//! Whether a text has a form, form by form: what [`Grammar::accepts`](super::Grammar::accepts) asks.

/// Logins are at most 100 characters in Okta's user schema.
pub(super) const MAX_LOGIN: usize = 100;

pub(super) fn is_id(value: &str) -> bool {
    (15..=36).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub(super) fn is_login(value: &str) -> bool {
    (3..=MAX_LOGIN).contains(&value.len())
        && value.contains('@')
        && value.bytes().any(|b| b.is_ascii_alphanumeric())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-+'@!$&*=^~".contains(&b))
}

pub(super) fn is_name(value: &str) -> bool {
    (1..=100).contains(&value.len())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

pub(super) fn is_text(value: &str, limit: usize) -> bool {
    !value.is_empty()
        && value.len() <= limit
        && !value
            .chars()
            .any(|c| crate::text::is_hidden(c) || c.len_utf8() > 3)
}

/// Quotes close, parentheses match, and a backslash inside quotes takes the next character with it.
/// It does not judge the expression: Okta does, and says what is wrong with it.
pub(super) fn is_balanced(value: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for character in value.chars() {
        match (quoted, escaped, character) {
            (true, true, _) => escaped = false,
            (true, false, '\\') => escaped = true,
            (_, false, '"') => quoted = !quoted,
            (false, _, '(') => depth += 1,
            (false, _, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    !quoted && depth == 0
}

/// `YYYY-MM-DDTHH:MM:SS[.fff]Z` with every part in range; whether the day exists is Okta's to say.
pub(super) fn is_timestamp(value: &str) -> bool {
    let Some((date, time)) = value
        .strip_suffix('Z')
        .and_then(|rest| rest.split_once('T'))
    else {
        return false;
    };
    let (clock, fraction) = time
        .split_once('.')
        .map_or((time, None), |(a, b)| (a, Some(b)));
    let within = |part: Option<&str>, digits: usize, range: std::ops::RangeInclusive<u32>| {
        part.is_some_and(|text| {
            text.len() == digits
                && text.bytes().all(|b| b.is_ascii_digit())
                && text.parse().is_ok_and(|n| range.contains(&n))
        })
    };
    let (mut date, mut clock) = (date.split('-'), clock.split(':'));
    within(date.next(), 4, 1970..=9999)
        && within(date.next(), 2, 1..=12)
        && within(date.next(), 2, 1..=31)
        && date.next().is_none()
        && within(clock.next(), 2, 0..=23)
        && within(clock.next(), 2, 0..=59)
        && within(clock.next(), 2, 0..=60)
        && clock.next().is_none()
        && fraction.is_none_or(|text| {
            (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        })
}
