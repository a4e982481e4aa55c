//! `okta-mcp plugin build`: sources to package, or a check that a package is what its sources give.
//! `okta-mcp plugin check`: what a package does when it is treated badly.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use sandbox::{Engine, Package};

use super::{BAD_INPUT, PROBLEMS};
use crate::check;
use crate::package_file::{self, PackageFileError};
use crate::toolchain::{Comparison, Project, Way, Wish, compare};

pub(super) async fn build(
    dirs: &[PathBuf],
    wish: Wish,
    check: bool,
    install: bool,
) -> anyhow::Result<ExitCode> {
    let engine = Engine::new()?;
    let projects = dirs
        .iter()
        .map(|dir| Project::open(dir))
        .collect::<Result<Vec<_>, _>>()?;
    let way = Way::choose(wish, install)?;
    anstream::eprintln!("with {way}");
    let mut sound = true;
    for project in &projects {
        let bytes = project.build(&engine, &way).await?;
        if check {
            sound &= report(project, &bytes)?;
        } else {
            write(project, &bytes)?;
        }
    }
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(BAD_INPUT)
    })
}

/// Writes the package whole: to a file beside it, which then takes its name.
fn write(project: &Project, bytes: &[u8]) -> anyhow::Result<()> {
    let path = project.package_path();
    let package = Package::parse(bytes).context("the package that was just made")?;
    let beside = path.with_extension("wasm.new");
    std::fs::write(&beside, bytes).with_context(|| beside.display().to_string())?;
    std::fs::rename(&beside, &path).with_context(|| path.display().to_string())?;
    anstream::println!(
        "{}: {} bytes, sha256 {}, imports {}",
        path.display(),
        bytes.len(),
        package.digest(),
        package.imports().join(" ")
    );
    Ok(())
}

fn report(project: &Project, bytes: &[u8]) -> anyhow::Result<bool> {
    let path = project.package_path();
    let committed = std::fs::read(&path).with_context(|| path.display().to_string())?;
    let (committed, built) = (Package::parse(committed)?, Package::parse(bytes)?);
    let (sound, text) = match compare(&committed, &built) {
        Comparison::Identical => (true, "the same bytes".to_owned()),
        Comparison::Equivalent { recorded } => (
            true,
            format!(
                "the same manifest, tools and imports; other bytes, since it was made with {recorded}"
            ),
        ),
        Comparison::Different(what) => {
            (false, format!("{what}; run `okta-mcp plugin build` on it"))
        }
    };
    anstream::println!("{}: {text}", path.display());
    Ok(sound)
}

pub(super) async fn check(path: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let package = match package_file::read(path) {
        Ok(package) => Ok(package),
        // What is wrong with a package is a finding; that there is none to look at is not.
        Err(PackageFileError::NoPackage { problem, .. }) => Err(problem),
        Err(error) => return Err(error.into()),
    };
    let engine = Engine::new()?;
    let report = check::check(&engine, &path.display().to_string(), package).await;
    if json {
        anstream::println!("{}", serde_json::to_string_pretty(&report.json())?);
    } else {
        anstream::println!("{report}");
    }
    Ok(if report.problems() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PROBLEMS)
    })
}
