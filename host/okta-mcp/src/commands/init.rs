//! `okta-mcp init`: the questions, a try, and the file.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::PROBLEMS;
use crate::cli::{InitArguments, Options};
use crate::config::{self, Given, Settings};
use crate::doctor;
use crate::findings::counted;
use crate::init::answers::Answers;
use crate::init::file::{Existing, write};
use crate::init::questions::Questions;

pub(super) async fn run(options: &Options, own: &InitArguments) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        !options.demo,
        "the example org needs no configuration: `okta-mcp install CLIENT --demo` enters it in a client"
    );
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("off"))?;
    let env = |name: &str| std::env::var(name).ok();
    let named = config::named_file(&super::given(options), &env);
    let usual = config::own_file(&env);
    let path = named
        .or_else(|| usual.clone())
        .context("HOME is not set: name the file to write with --config FILE")?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut questions = Questions::new(std::io::stdin().lock(), std::io::stdout(), own.yes);
    questions.say(&format!(
        "The answers go to {}. Ctrl-C ends this, and nothing is written.",
        path.display()
    ))?;
    let Some(existing) = existing(&path, own, &mut questions)? else {
        anstream::println!("Nothing was written.");
        return Ok(ExitCode::SUCCESS);
    };
    let answers = Answers::gather(options, own, &mut questions)?;
    let text = answers.file();
    if !own.no_test && !tried(&path, &text, &answers).await {
        let all_the_same = questions.agree("Write the file all the same?")?;
        if !all_the_same {
            anstream::println!(
                "Nothing was written. Mend it and run init again, or write without trying: --no-test"
            );
            return Ok(ExitCode::from(PROBLEMS));
        }
    }
    let before = write(&path, &text, existing)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    anstream::println!("Wrote {}.", path.display());
    if let Some(before) = before {
        anstream::println!("What was there before: {}", before.display());
    }
    next(&path, usual, &answers);
    Ok(ExitCode::SUCCESS)
}

/// What happens to a file that is there; none where it is to stay, and nothing is to be written.
fn existing<R: BufRead, W: Write>(
    path: &Path,
    own: &InitArguments,
    questions: &mut Questions<R, W>,
) -> anyhow::Result<Option<Existing>> {
    if !path.exists() {
        return Ok(Some(Existing::Stays));
    }
    if own.yes {
        anyhow::ensure!(
            own.replace,
            "{} is there already, and was left as it is; --replace replaces it and keeps a copy",
            path.display()
        );
        return Ok(Some(Existing::IsReplaced));
    }
    let agreed = questions.agree(&format!(
        "{} is there already. Replace it, and keep a copy?",
        path.display()
    ))?;
    Ok(agreed.then_some(Existing::IsReplaced))
}

/// Tries the connection with the file that would be written; whether nothing is wrong with it.
async fn tried(path: &Path, text: &str, answers: &Answers) -> bool {
    // The file alone, as a client would start the server with it: of this shell only what the answers said.
    let secret = answers.variable();
    let env = |name: &str| {
        let of_okta = name.starts_with("OKTA_") && Some(name) != secret;
        std::env::var(name).ok().filter(|_| !of_okta)
    };
    if let Some(variable) = secret.filter(|name| env(name).is_none_or(|value| value.is_empty())) {
        anstream::println!("untried  {variable} is not set here, so the connection was not tried");
        return true;
    }
    let settings = match Settings::of_text(text, path, &Given::default(), &env) {
        Ok(settings) => settings,
        Err(error) => {
            anstream::println!("problem  config: {error}");
            return false;
        }
    };
    let findings = doctor::connection(settings).await;
    anstream::println!("{findings}{}", counted(findings.problems()));
    findings.problems() == 0
}

fn next(path: &Path, usual: Option<PathBuf>, answers: &Answers) {
    if let Some(variable) = answers.variable() {
        anstream::println!(
            "Whoever starts this server has to set {variable}. Desktop clients do not pass your shell's environment on: \
             VS Code asks for an API token by itself; elsewhere a file or the keyring is easier (run init again)."
        );
    }
    let config = if usual.as_deref() == Some(path) {
        String::new()
    } else {
        format!(" --config {}", path.display())
    };
    anstream::println!("Next: okta-mcp install claude-desktop{config}");
    anstream::println!("  (or claude-code, vscode, cursor, codex, gemini)");
    anstream::println!("When something does not work: okta-mcp doctor{config}");
}
