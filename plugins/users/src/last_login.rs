//! Users by their last sign-in.
//!
//! Okta's search does not know `lastLogin`, so this range is checked here, over pages of what the other
//! conditions let through. A call looks at no more than [`PAGES`] pages and says so when it stops. What it
//! stopped at is in the cursor: a page, and how many of its users were looked at; nothing is answered twice
//! and nothing is left out.

use crate::timestamp::Timestamp;
use okta_plugin::user::{User, UserRow};
use okta_plugin::{Answer, Detail, Directory, Error, Failure, Get, Listing, Page, Place, Rows};

/// Pages that one call looks at.
const PAGES: u32 = 10;

/// Users in a page: as many as Okta gives at once.
const PAGE_SIZE: u32 = 200;

/// Characters of the longest cursor: which page a scan ends in is not known before.
const CURSOR: usize = 2_800;

/// When the last sign-in must have been.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) after: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
}

impl Range {
    /// Whether nothing is asked.
    pub(crate) fn is_open(self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    /// Who never signed in has not signed in since any day, but not after any day either.
    fn holds(self, user: &User<'_>) -> bool {
        match user.last_login.as_deref().and_then(Timestamp::parse) {
            Some(login) => {
                self.after.is_none_or(|after| login > after)
                    && self.before.is_none_or(|before| login < before)
            }
            None => self.after.is_none(),
        }
    }
}

/// A search whose users are looked at one by one.
pub(crate) struct Scan {
    /// The search, without limit and cursor.
    pub(crate) request: Get,
    pub(crate) range: Range,
    /// Rows to answer at most.
    pub(crate) wanted: usize,
    pub(crate) detail: Detail,
}

/// What a scan has found so far.
struct Found {
    rows: Rows,
    looked_at: usize,
}

impl Scan {
    /// Looks at users from `cursor` on until there are enough rows, no more pages, or no more budget.
    pub(crate) fn run(self, cursor: Option<&str>, okta: &dyn Directory) -> Result<Answer, Failure> {
        let mut place = Place::parse(cursor)?;
        let mut found = Found {
            rows: Rows::beside(CURSOR),
            looked_at: 0,
        };
        let request = self.request.clone().query("limit", PAGE_SIZE);
        for done in 0..PAGES {
            let page = match okta.get(&request.clone().cursor(place.page.clone())) {
                Ok(page) => page,
                Err(error) if done > 0 && is_passing(&error) => {
                    return interrupted(found, place, error);
                }
                Err(error) => return Err(error.into()),
            };
            if let Some(index) = self.look_at(&page, place.passed, &mut found)? {
                place.passed = index;
                return stopped(found, place);
            }
            match page.next {
                None => return complete(found),
                Some(next) => place = Place::start_of(next),
            }
            let message = format!(
                "{} users looked at, {} match",
                found.looked_at,
                found.rows.len()
            );
            okta.progress(done + 1, None, &message);
            if found.rows.len() == self.wanted {
                break;
            }
        }
        stopped(found, place)
    }

    /// Takes the rows of a page that match. Where there is one too many, or one too long, the answer is its index.
    fn look_at(
        &self,
        page: &Page,
        from: usize,
        found: &mut Found,
    ) -> Result<Option<usize>, Failure> {
        let users: Vec<User<'_>> = page.read()?;
        for (index, user) in users.into_iter().enumerate().skip(from) {
            if self.range.holds(&user) {
                let wanted = found.rows.len() < self.wanted;
                if !wanted || !found.rows.add(&UserRow::new(user, self.detail))? {
                    return Ok(Some(index));
                }
            }
            found.looked_at += 1;
        }
        Ok(None)
    }
}

/// Whether later pages may well be had a little later, so that what was found is worth answering.
fn is_passing(error: &Error) -> bool {
    matches!(
        error,
        Error::RateLimited(_) | Error::Exhausted(_) | Error::Unavailable(_)
    )
}

fn complete(found: Found) -> Result<Answer, Failure> {
    Listing::new(found.rows, None)
        .if_empty("No user matches. Widen the last_login range or drop a condition.")
        .answer()
}

fn interrupted(found: Found, place: Place, error: Error) -> Result<Answer, Failure> {
    let why = Failure::from(error);
    let hint = format!(
        "Incomplete: {} users looked at. {} Then go on with next_cursor.",
        found.looked_at,
        why.text()
    );
    Listing::new(found.rows, Some(place)).hint(hint).answer()
}

fn stopped(found: Found, place: Place) -> Result<Answer, Failure> {
    let advice = format!(
        "This call looked at {} users. last_login is checked one user at a time; status, department or created dates make it faster.",
        found.looked_at
    );
    Listing::new(found.rows, Some(place))
        .if_more(&advice)
        .answer()
}
