//! The parameters of a request, in the order in which they were sent.

use std::str::FromStr;

use url::form_urlencoded;

use crate::refusal::Refusal;

/// Decoded names and values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// The parameters in the part of a request target after `?`.
    pub(crate) fn parse(raw_query: &str) -> Parameters {
        Parameters {
            pairs: form_urlencoded::parse(raw_query.as_bytes())
                .into_owned()
                .collect(),
        }
    }

    /// The value of a parameter. Choice [?]: of a repeated one, the first.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that is not empty. Choice [?]: an empty value counts as none.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The effective `limit`.
    ///
    /// Choice [?]: above the maximum it is the maximum, as `self` then says; anything that is not a
    /// positive number is refused with E0000001.
    pub(crate) fn limit(&self, default: usize, maximum: usize) -> Result<usize, Refusal> {
        match self.filled("limit") {
            None => Ok(default),
            Some(text) => match usize::from_str(text) {
                Ok(limit) if limit > 0 => Ok(limit.min(maximum)),
                _ => Err(Refusal::Validation {
                    what: "limit",
                    cause: "limit: must be a positive number".to_owned(),
                }),
            },
        }
    }

    /// Names and values in the order of sending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
