//! The audit report in the form that its reader needs: a terminal, a program, a spreadsheet, a pull request.
//!
//! The facts come from [`audit::report`]; here they are only laid out. All forms say the same. The page has the frame of
//! every report, [`report::page`](crate::report::page).

mod chart;
mod html;
mod sections;
mod since;
mod tables;

use audit::report::Report;

pub use since::{Since, SinceError};

/// A form of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal
    #[default]
    Text,
    /// For programs; `audit schema --report` prints its JSON Schema
    Json,
    /// For a spreadsheet: one row for everything that is counted
    Csv,
    /// For a pull request or a ticket
    Markdown,
    /// One file for a browser; needs no network and no script
    Html,
}

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// None that can be met: a report is JSON.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// None that can be met: it is written to memory.
    #[error("the report cannot be written as CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// The report in its form, with a line break at its end.
///
/// # Errors
/// None that can be met.
pub fn render(report: &Report, format: Format) -> Result<String, RenderError> {
    Ok(match format {
        Format::Text => tables::text(report),
        Format::Json => serde_json::to_string_pretty(report)? + "\n",
        Format::Csv => tables::csv(report)?,
        Format::Markdown => tables::markdown(report),
        Format::Html => html::render(report),
    })
}
