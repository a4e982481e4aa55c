//! The endpoints of one tool, their parameters and their fields.

use crate::review::{EndpointFacts, FieldFacts, ParameterFacts};
use crate::sensitivity::Sensitivity;

use super::super::Category;
use super::{Findings, Place};

/// The parameter by which Okta is asked for more objects in an answer.
const EXPAND: &str = "expand";

pub(super) fn all(
    findings: &mut Findings,
    tool: &str,
    old: &[EndpointFacts],
    new: &[EndpointFacts],
) {
    for after in new {
        let about = About {
            tool,
            endpoint: after,
        };
        match old.iter().find(|before| before.get == after.get) {
            Some(before) => about.changed(findings, before),
            None => about.added(findings),
        }
    }
    for before in old {
        if !new.iter().any(|after| after.get == before.get) {
            About {
                tool,
                endpoint: before,
            }
            .removed(findings);
        }
    }
}

/// One endpoint of one tool.
#[derive(Clone, Copy)]
struct About<'a> {
    tool: &'a str,
    endpoint: &'a EndpointFacts,
}

impl About<'_> {
    fn place<'b>(&'b self, name: Option<&'b str>) -> Place<'b> {
        Place {
            tool: Some(self.tool),
            endpoint: Some(&self.endpoint.get),
            name,
        }
    }

    fn added(&self, findings: &mut Findings) {
        let fields = names(&self.endpoint.fields);
        findings.add(
            Category::EndpointAdded,
            self.place(None),
            self.endpoint.sensitivity,
            (None, Some(fields.clone())),
            format!(
                "Tool {} can now read {} and sees {fields}.",
                self.tool, self.endpoint.subject
            ),
        );
        if is_sensitive(self.endpoint) {
            self.sensitive(findings);
        }
        for parameter in self.endpoint.query.iter().filter(|p| p.name == EXPAND) {
            self.parameter_added(findings, parameter);
        }
    }

    fn removed(&self, findings: &mut Findings) {
        findings.add(
            Category::EndpointRemoved,
            self.place(None),
            self.endpoint.sensitivity,
            (Some(names(&self.endpoint.fields)), None),
            format!(
                "Tool {} can no longer read {}.",
                self.tool, self.endpoint.subject
            ),
        );
        if is_sensitive(self.endpoint) {
            self.no_longer_sensitive(findings);
        }
    }

    fn changed(&self, findings: &mut Findings, before: &EndpointFacts) {
        match (is_sensitive(before), is_sensitive(self.endpoint)) {
            (false, true) => self.sensitive(findings),
            (true, false) => self.no_longer_sensitive(findings),
            _ => {}
        }
        if before.why != self.endpoint.why {
            findings.add(
                Category::ReasonChanged,
                self.place(None),
                Sensitivity::Ordinary,
                (Some(before.why.clone()), Some(self.endpoint.why.clone())),
                format!(
                    "The author gives another reason why {} reads {}.",
                    self.tool, self.endpoint.subject
                ),
            );
        }
        for after in &self.endpoint.path {
            if let Some(before) = before.path.iter().find(|p| p.name == after.name) {
                self.parameter_changed(findings, "path", before, after);
            }
        }
        for after in &self.endpoint.query {
            match before.query.iter().find(|p| p.name == after.name) {
                Some(before) => self.parameter_changed(findings, "query", before, after),
                None => self.parameter_added(findings, after),
            }
        }
        for gone in &before.query {
            if !self.endpoint.query.iter().any(|p| p.name == gone.name) {
                self.parameter_removed(findings, gone);
            }
        }
        self.fields(findings, &before.fields);
    }

    fn sensitive(&self, findings: &mut Findings) {
        findings.add(
            Category::SensitiveEndpoint,
            self.place(None),
            Sensitivity::Credential,
            (None, Some(self.endpoint.why.clone())),
            format!(
                "Tool {} can now reach credentials in {}.",
                self.tool, self.endpoint.subject
            ),
        );
    }

    fn no_longer_sensitive(&self, findings: &mut Findings) {
        findings.add(
            Category::SensitiveEndpointRemoved,
            self.place(None),
            Sensitivity::Credential,
            (Some(self.endpoint.get.clone()), None),
            format!(
                "Tool {} can no longer reach credentials in {}.",
                self.tool, self.endpoint.subject
            ),
        );
    }

    fn parameter_added(&self, findings: &mut Findings, parameter: &ParameterFacts) {
        let (category, text) = if parameter.name == EXPAND {
            (
                Category::ExpandAdded,
                format!(
                    "Tool {} may now ask for more objects in the answers of GET {}: {}.",
                    self.tool, self.endpoint.get, parameter.accepts
                ),
            )
        } else {
            (
                Category::QueryParameterAdded,
                format!(
                    "Tool {} may now send {} to GET {}: {}.",
                    self.tool, parameter.name, self.endpoint.get, parameter.accepts
                ),
            )
        };
        findings.add(
            category,
            self.place(Some(&format!("query.{}", parameter.name))),
            self.endpoint.sensitivity,
            (None, Some(parameter.accepts.clone())),
            text,
        );
    }

    fn parameter_removed(&self, findings: &mut Findings, parameter: &ParameterFacts) {
        let (category, text) = if parameter.name == EXPAND {
            (
                Category::ExpandRemoved,
                format!(
                    "Tool {} may no longer ask for more objects in the answers of GET {}.",
                    self.tool, self.endpoint.get
                ),
            )
        } else {
            (
                Category::QueryParameterRemoved,
                format!(
                    "Tool {} may no longer send {} to GET {}.",
                    self.tool, parameter.name, self.endpoint.get
                ),
            )
        };
        findings.add(
            category,
            self.place(Some(&format!("query.{}", parameter.name))),
            self.endpoint.sensitivity,
            (Some(parameter.accepts.clone()), None),
            text,
        );
    }

    fn parameter_changed(
        &self,
        findings: &mut Findings,
        kind: &str,
        before: &ParameterFacts,
        after: &ParameterFacts,
    ) {
        if before.grammar == after.grammar {
            return;
        }
        let expand = after.name == EXPAND;
        let category = match (after.grammar.is_within(&before.grammar), expand) {
            (false, false) => Category::ParameterWidened,
            (false, true) => Category::ExpandAdded,
            (true, false) => Category::ParameterNarrowed,
            (true, true) => Category::ExpandRemoved,
        };
        // Alike in words and different in the names that an expression may use.
        let told = |parameter: &ParameterFacts| match &parameter.grammar {
            crate::grammar::Grammar::Expression { names, .. } if !names.is_empty() => {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                format!(
                    "{}, which may also name {}",
                    parameter.accepts,
                    names.join(", ")
                )
            }
            _ => parameter.accepts.clone(),
        };
        findings.add(
            category,
            self.place(Some(&format!("{kind}.{}", after.name))),
            self.endpoint.sensitivity,
            (Some(told(before)), Some(told(after))),
            format!(
                "The parameter {} of tool {} in GET {} is now {} instead of {}.",
                after.name,
                self.tool,
                self.endpoint.get,
                told(after),
                told(before)
            ),
        );
    }

    fn fields(&self, findings: &mut Findings, before: &[FieldFacts]) {
        let after = &self.endpoint.fields;
        let covered = |by: &[FieldFacts], field: &FieldFacts| {
            by.iter().any(|own| own.path.includes(&field.path))
        };
        for field in after.iter().filter(|field| !covered(before, field)) {
            let path = field.path.to_string();
            findings.add(
                Category::ResponseFieldAdded,
                self.place(Some(&path)),
                field.sensitivity,
                (None, Some(path.clone())),
                format!(
                    "Tool {} can now see {path} of {}{}.",
                    self.tool,
                    self.endpoint.subject,
                    if field.broad {
                        ": any key in the place of *, custom attributes too"
                    } else {
                        ""
                    }
                ),
            );
        }
        for field in before.iter().filter(|field| !covered(after, field)) {
            let path = field.path.to_string();
            findings.add(
                Category::ResponseFieldRemoved,
                self.place(Some(&path)),
                field.sensitivity,
                (Some(path.clone()), None),
                format!(
                    "Tool {} can no longer see {path} of {}.",
                    self.tool, self.endpoint.subject
                ),
            );
        }
    }
}

fn is_sensitive(endpoint: &EndpointFacts) -> bool {
    endpoint.declared_sensitive || endpoint.sensitivity == Sensitivity::Credential
}

fn names(fields: &[FieldFacts]) -> String {
    let names: Vec<String> = fields.iter().map(|field| field.path.to_string()).collect();
    names.join(", ")
}
