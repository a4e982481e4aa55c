//! Pages of a list and the `Link` headers that lead from one to the next.

use url::form_urlencoded;

use crate::query_string::Parameters;

/// The order in which Okta writes the parameters of a link; all others follow.
const LINK_ORDER: &[&str] = &[
    "after",
    "limit",
    "sortBy",
    "sortOrder",
    "q",
    "filter",
    "search",
];

/// One page: what is on it, and whether something comes after it.
#[derive(Debug)]
pub(crate) struct Page<'a, T> {
    pub(crate) items: &'a [T],
    /// False on a full last page: recordings since 2021 carry no `next` there.
    pub(crate) more: bool,
}

/// The page of `limit` items that begins at `start`.
pub(crate) fn page<T>(items: &[T], start: usize, limit: usize) -> Page<'_, T> {
    let rest = items.get(start..).unwrap_or_default();
    let items = rest.get(..limit).unwrap_or(rest);
    Page {
        items,
        more: rest.len() > items.len(),
    }
}

/// The links of one answer, without the org's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    pub(crate) this: Option<String>,
    pub(crate) next: Option<String>,
    /// What `next` would be if the last page had one: an empty page.
    pub(crate) beyond: Option<String>,
}

impl Links {
    /// `self` with the effective limit, and `next` when there is `more` behind the cursor `last`.
    ///
    /// Choice [?]: the path is the one that was asked for, byte for byte, also where a user was
    /// named by login.
    pub(crate) fn paged(
        raw_path: &str,
        parameters: &Parameters,
        limit: usize,
        last: Option<&str>,
        more: bool,
    ) -> Links {
        let here = parameters.filled("after");
        let behind = last.map(|cursor| target(raw_path, parameters, Some(limit), Some(cursor)));
        let (next, beyond) = if more { (behind, None) } else { (None, behind) };
        Links {
            this: Some(target(raw_path, parameters, Some(limit), here)),
            next,
            beyond,
        }
    }

    /// `self` alone.
    pub(crate) fn unpaged(raw_path: &str, parameters: &Parameters, limit: Option<usize>) -> Links {
        let this = target(raw_path, parameters, limit, parameters.filled("after"));
        Links {
            this: Some(this),
            ..Links::default()
        }
    }
}

fn target(
    raw_path: &str,
    parameters: &Parameters,
    limit: Option<usize>,
    after: Option<&str>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in LINK_ORDER {
        match *name {
            "after" => {
                if let Some(after) = after {
                    query.append_pair(name, after);
                }
            }
            "limit" => {
                if let Some(limit) = limit {
                    query.append_pair(name, &limit.to_string());
                }
            }
            _ => {
                if let Some(value) = parameters.get(name) {
                    query.append_pair(name, value);
                }
            }
        }
    }
    for (name, value) in parameters
        .iter()
        .filter(|(name, _)| !LINK_ORDER.contains(name))
    {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() {
        raw_path.to_owned()
    } else {
        format!("{raw_path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_have_oktas_order_and_encoding() {
        let parameters =
            Parameters::parse("filter=status%20eq%20%22ACTIVE%22&expand=x&limit=1&q=portal");
        let links = Links::paged("/api/v1/apps", &parameters, 1, Some("0oa9"), true);
        assert_eq!(
            links.this.as_deref(),
            Some("/api/v1/apps?limit=1&q=portal&filter=status+eq+%22ACTIVE%22&expand=x")
        );
        assert_eq!(
            links.next.as_deref(),
            Some("/api/v1/apps?after=0oa9&limit=1&q=portal&filter=status+eq+%22ACTIVE%22&expand=x")
        );
    }

    #[test]
    fn a_full_last_page_has_nothing_after_it() {
        let items = [1, 2, 3, 4];
        assert!(page(&items, 0, 2).more);
        assert!(!page(&items, 2, 2).more);
        assert_eq!(page(&items, 9, 2).items, [0i32; 0]);
    }
}
