//! `okta-mcp approve`: what a package can do beyond what was approved of it, and then its approval.
//!
//! The file is read once; what is shown, checked and approved is that buffer. Everything that can be wrong is
//! told before anything is written.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use capability::diff::Diff;
use capability::lock::{Approval, Granted, Lock, SensitiveItem, is_approver, sensitive_items};
use capability::reach::Reach;
use capability::review::{Facts, Operator};
use capability::snapshot::Snapshot;
use capability::surface::{Finding, NotAccepted, Origin};
use sandbox::{Engine, Package, Plugin};

use super::BAD_INPUT;
use super::packages::snapshot;
use crate::admission::{Admission, Offer};
use crate::approval::signature::SigningKey;
use crate::approval::{Approvals, Signature};
use crate::builtin;
use crate::cli::ApproveArguments;
use crate::config::Settings;
use crate::host;
use crate::package_file;
use crate::registry::Registry;
use crate::report::words::visible;
use crate::table;

pub(super) async fn run(
    mut settings: Settings,
    given: &ApproveArguments,
) -> anyhow::Result<ExitCode> {
    // What one process offers is not what is approved: that is the operator's file.
    settings.admission.offer = Offer::default();
    let package = package_file::read(&given.file)?;
    let name = package.manifest().name.clone();
    if builtin::ALL.iter().any(|builtin| builtin.name == name) {
        bail!(
            "`{name}` is built in and needs no approval; give a package of your own another name"
        );
    }
    let own = settings.plugins.remove(&name).unwrap_or_default();
    let admission = &settings.admission;
    let reach = admission
        .reach(&package, &own)
        .map_err(anyhow::Error::msg)?;
    admission.bound(&reach).map_err(anyhow::Error::msg)?;
    let by = approver(given)?;
    if let Some(day) = given.expires.filter(|day| *day < admission.today) {
        bail!("--expires {day} is past; today is {}", admission.today);
    }
    let key = signing_key(&admission.approvals, given.sign_key.as_deref())?;
    let current = admission.approvals.read().map_err(Clone::clone)?.clone();
    let old = current.lock.plugins.get(&name);

    let signature = Signature::of(&package, &given.file, &admission.package_keys)?;
    let approved = snapshot(&package, &signature);
    show(&approved, &signature, old)?;
    if !words_are_accepted(&settings, &package, &reach)? {
        return Ok(ExitCode::from(BAD_INPUT));
    }
    let Some(sensitive) = consent(given, old, &reach)? else {
        return Ok(ExitCode::from(BAD_INPUT));
    };
    compile(&settings, &package, &reach).await?;
    let mut lock = current.lock.clone();
    lock.plugins.insert(
        name.clone(),
        Approval {
            by,
            on: admission.today,
            expires: given.expires,
            sensitive,
            granted: Granted::of(&reach),
            snapshot: approved,
        },
    );
    write(&admission.approvals, lock, key.as_ref())?;
    let until = match given.expires {
        Some(day) => format!(" until {day}"),
        None => String::new(),
    };
    anstream::println!(
        "{} {name} {} (sha256 {}){until}, in {}.",
        table::strong("Approved:"),
        package.manifest().version,
        package.digest(),
        admission.approvals.file().path().display()
    );
    if own.package.is_none() {
        anstream::println!(
            "To load it, name it in the configuration: \"plugins\": {{\"{name}\": {{\"package\": \"{}\"}}}}",
            given.file.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Compiles the package as its first call would, and keeps the code for it: what cannot run is not approved, and
/// the seconds that an interpreter's component takes are spent here.
async fn compile(settings: &Settings, package: &Package, reach: &Reach) -> anyhow::Result<()> {
    let name = &package.manifest().name;
    if std::io::stderr().is_terminal() {
        anstream::eprintln!("Compiling {name} ...");
    }
    let engine = host::engine(&settings.sandbox)?;
    Plugin::new(&engine, package.clone(), reach.limits)
        .prepare()
        .await
        .with_context(|| format!("{name} is not approved, because it cannot run"))
}

/// Writes `lock` with the next serial number, and remembers it.
pub(super) fn write(
    approvals: &Approvals,
    mut lock: Lock,
    key: Option<&SigningKey>,
) -> anyhow::Result<()> {
    lock.serial = lock
        .serial
        .checked_add(1)
        .context("the lock's serial number cannot rise any more")?;
    let path = approvals.file().path();
    let written = approvals
        .file()
        .write(&lock, key)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    if let Err(error) = approvals.remember(&written) {
        // The lock is written: what is missing is what tells an older one from it on this machine.
        tracing::warn!("an older lock would not be known as one: {error}");
    }
    Ok(())
}

/// The key to sign with; none where nobody asks for a signature and the lock has none yet.
pub(super) fn signing_key(
    approvals: &Approvals,
    file: Option<&std::path::Path>,
) -> anyhow::Result<Option<SigningKey>> {
    let Some(file) = file else {
        if approvals.wants_signature() {
            bail!(
                "lock.requireSignatureBy asks for a signature; name the secret key with --sign-key FILE (one of {})",
                approvals.keys().ids()
            );
        }
        if approvals.file().is_signed() {
            bail!(
                "{} is signed; sign it again with --sign-key FILE, or remove {}",
                approvals.file().path().display(),
                approvals.file().signature_path().display()
            );
        }
        return Ok(None);
    };
    let key = SigningKey::read(file)?;
    if approvals.wants_signature() && !approvals.keys().know(&key.id()) {
        bail!(
            "{} is the key {}; lock.requireSignatureBy names {}",
            file.display(),
            key.id(),
            approvals.keys().ids()
        );
    }
    Ok(Some(key))
}

fn approver(given: &ApproveArguments) -> anyhow::Result<String> {
    let from_env = || {
        ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()))
    };
    match given.by.clone().or_else(from_env) {
        Some(by) if is_approver(&by) => Ok(by),
        Some(_) => bail!("--by is one line of 1 to 100 visible characters"),
        None => bail!("say who approves, with --by NAME"),
    }
}

/// What the package can do, and what of it is new since `old`.
fn show(package: &Snapshot, signature: &Signature, old: Option<&Approval>) -> anyhow::Result<()> {
    let whole = Operator::default();
    let facts = package.facts(&whole).context("the package's manifest")?;
    // A manifest that this version of the program cannot read any more makes everything new.
    let old_facts: Option<Facts> = old.and_then(|old| old.snapshot.facts(&whole).ok());
    anstream::println!(
        "{} {}: {}",
        table::strong(&facts.plugin),
        facts.version,
        facts.summary
    );
    for sentence in facts
        .says
        .iter()
        .chain(facts.tools.iter().flat_map(|tool| &tool.says))
    {
        anstream::println!("  {sentence}");
    }
    anstream::println!(
        "  OAuth scopes: {}. Imports: {}.",
        if facts.scopes.is_empty() {
            "none".to_owned()
        } else {
            facts.scopes.join(" ")
        },
        facts.imports.join(" ")
    );
    anstream::println!("  Signer: {}.", visible(&signature.text()));
    match old {
        None => anstream::println!("Nothing of this name is approved: all of it is new."),
        Some(old) => {
            let diff = Diff::between(old_facts.as_ref(), &facts);
            anstream::println!(
                "Approved is {} by {} on {}.",
                diff.old
                    .as_ref()
                    .map_or("another package", |old| old.version.as_str()),
                old.by,
                old.on
            );
            if old.snapshot.digest == facts.digest {
                anstream::println!("These are the same bytes.");
            } else if diff.is_empty() {
                anstream::println!("It can do the same things and no more; only its code differs.");
            }
            for finding in &diff.findings {
                let mark = if finding.widens { "more" } else { "less" };
                anstream::println!("  {mark}: {} ({})", finding.text, finding.id);
            }
        }
    }
    Ok(())
}

/// Whether nothing is to be said about the tools' texts that nobody accepted; what is, is shown with what to do.
fn words_are_accepted(
    settings: &Settings,
    package: &Package,
    reach: &Reach,
) -> anyhow::Result<bool> {
    let registry = Registry::load(
        &Engine::new()?,
        &builtin::ALL,
        &settings.plugins,
        &settings.base,
        &settings.admission,
    )?;
    let findings = registry.findings(package, Origin::Added, reach);
    let admission = &settings.admission;
    let open: Vec<(&Finding, NotAccepted)> = findings
        .iter()
        .filter_map(|finding| {
            Some((
                finding,
                admission.accepted.of(finding, admission.today).err()?,
            ))
        })
        .collect();
    for finding in &findings {
        if !open.iter().any(|(open, _)| *open == finding) {
            anstream::println!("  accepted: {finding} ({})", finding.id());
        }
    }
    for (finding, why) in &open {
        tell(admission, finding, *why);
    }
    Ok(open.is_empty())
}

fn tell(admission: &Admission, finding: &Finding, why: NotAccepted) {
    let reason = finding.category.reason();
    match why {
        NotAccepted::Never => {
            anstream::eprintln!("okta-mcp: refused: {finding} ({}). {reason}", finding.id());
        }
        NotAccepted::Open | NotAccepted::Expired(_) => {
            let until = match why {
                NotAccepted::Expired(day) => format!("was accepted until {day}"),
                _ => "is not accepted".to_owned(),
            };
            anstream::eprintln!(
                "okta-mcp: {finding} ({}); that {until}. {reason} To accept it, add to the file of acceptedFindings: \
                 [[accepted]] finding = \"{}\", reason, owner, expires (such as \"{}\")",
                finding.id(),
                finding.id(),
                admission.today.saturating_add(jiff::Span::new().months(6)),
            );
        }
    }
}

/// The ids that are approved, all of them or none: by flag, or asked for on a terminal.
fn consent(
    given: &ApproveArguments,
    old: Option<&Approval>,
    reach: &Reach,
) -> anyhow::Result<Option<Vec<String>>> {
    let items = sensitive_items(&reach.manifest);
    if let Some(stray) = given
        .yes_sensitive
        .iter()
        .find(|id| !items.iter().any(|item| item.id == **id))
    {
        let known: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        bail!(
            "--yes-sensitive {}: it has no such item; it has {}",
            capability::text::clean(stray, 120),
            if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            }
        );
    }
    let mut missing = Vec::new();
    for item in &items {
        let before = old.is_some_and(|old| old.sensitive.contains(&item.id));
        anstream::println!(
            "  {}: {} ({}{})",
            table::bad("sensitive"),
            item.what,
            item.id,
            if before { ", approved before" } else { "" }
        );
        if !before && !given.yes_sensitive.contains(&item.id) && !asked(item)? {
            missing.push(item.id.as_str());
        }
    }
    if missing.is_empty() {
        return Ok(Some(items.into_iter().map(|item| item.id).collect()));
    }
    for id in missing {
        anstream::eprintln!(
            "okta-mcp: not approved: `{id}` is sensitive; say so with --yes-sensitive {id}"
        );
    }
    Ok(None)
}

/// Asks a person, if one is there, to write the id.
fn asked(item: &SensitiveItem) -> anyhow::Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(false);
    }
    anstream::print!("Write {} to approve that, or nothing: ", item.id);
    std::io::stdout().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(answer.trim() == item.id)
}
