//! Asking a person, or a script that answers line by line.

use std::io::{BufRead, Write};

use capability::text::clean;

/// Questions and their answers.
pub(crate) struct Questions<R, W> {
    answers: R,
    shown: W,
    /// Whether nobody is asked: what is not given has to have a usual answer.
    silent: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The input ended.
    #[error("the answers ended before the last question; nothing was written")]
    Ended,
    /// Nobody is to be asked, and there is no usual answer.
    #[error("--yes asks nothing, so {0} has to say it; nothing was written")]
    Silent(&'static str),
    /// A flag's value does not fit.
    #[error("{flag}: {problem}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The terminal or the pipe broke.
    #[error("the questions cannot be asked: {0}")]
    Io(#[from] std::io::Error),
}

/// One thing to be known.
pub(crate) struct Question<'a> {
    /// The flag that answers it.
    pub(crate) flag: &'static str,
    /// What the flag says, if it was given.
    pub(crate) given: Option<String>,
    /// What is asked, without a colon.
    pub(crate) text: &'a str,
    /// What an empty line means.
    pub(crate) usual: Option<&'a str>,
}

impl<R: BufRead, W: Write> Questions<R, W> {
    /// Asks on `shown` and reads from `answers`; `silent` asks nothing.
    pub(crate) fn new(answers: R, shown: W, silent: bool) -> Self {
        Self {
            answers,
            shown,
            silent,
        }
    }

    /// Says something that needs no answer.
    pub(crate) fn say(&mut self, text: &str) -> Result<(), NoAnswer> {
        if !self.silent {
            writeln!(self.shown, "{text}")?;
        }
        Ok(())
    }

    /// The answer that `parse` takes; a person is asked again until it does.
    pub(crate) fn ask<T>(
        &mut self,
        question: Question<'_>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, NoAnswer> {
        let Question {
            flag,
            given,
            text,
            usual,
        } = question;
        if let Some(given) = given {
            return parse(&given).map_err(|problem| NoAnswer::Flag { flag, problem });
        }
        if self.silent {
            let usual = usual.ok_or(NoAnswer::Silent(flag))?;
            return parse(usual).map_err(|problem| NoAnswer::Flag { flag, problem });
        }
        loop {
            match usual {
                Some(usual) if !usual.is_empty() => write!(self.shown, "{text} [{usual}]: ")?,
                _ => write!(self.shown, "{text}: ")?,
            }
            self.shown.flush()?;
            let line = self.line()?;
            let answer = match (line.trim(), usual) {
                ("", Some(usual)) => usual,
                ("", None) => continue,
                (answer, _) => answer,
            };
            match parse(answer) {
                Ok(answer) => return Ok(answer),
                Err(problem) => writeln!(self.shown, "  {}", clean(&problem, 300))?,
            }
        }
    }

    /// Whether a person agrees; nobody who is not asked does.
    pub(crate) fn agree(&mut self, text: &str) -> Result<bool, NoAnswer> {
        if self.silent {
            return Ok(false);
        }
        write!(self.shown, "{text} [y/N]: ")?;
        self.shown.flush()?;
        let line = self.line()?;
        Ok(matches!(
            line.trim().to_ascii_lowercase().as_str(),
            "y" | "yes"
        ))
    }

    fn line(&mut self) -> Result<String, NoAnswer> {
        let mut line = String::new();
        match self.answers.read_line(&mut line)? {
            0 => Err(NoAnswer::Ended),
            _ => Ok(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u8, String> {
        text.parse().map_err(|_| "give a number".to_owned())
    }

    fn ask(
        answers: &str,
        given: Option<&str>,
        usual: Option<&str>,
        silent: bool,
    ) -> (Result<u8, NoAnswer>, String) {
        let mut shown = Vec::new();
        let mut questions = Questions::new(answers.as_bytes(), &mut shown, silent);
        let question = Question {
            flag: "--age",
            given: given.map(str::to_owned),
            text: "How old",
            usual,
        };
        let answer = questions.ask(question, number);
        (answer, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn a_person_is_asked_until_the_answer_fits() {
        let (answer, shown) = ask("\nold\n 7 \n", None, None, false);
        assert_eq!(answer.unwrap(), 7);
        assert_eq!(shown, "How old: How old:   give a number\nHow old: ");
    }

    #[test]
    fn an_empty_line_is_the_usual_answer_where_there_is_one() {
        let (answer, shown) = ask("\n", None, Some("42"), false);
        assert_eq!(answer.unwrap(), 42);
        assert_eq!(shown, "How old [42]: ");
    }

    #[test]
    fn a_flag_is_not_asked_for_and_a_wrong_one_is_an_error() {
        assert_eq!(ask("", Some("3"), None, false).0.unwrap(), 3);
        let error = ask("", Some("x"), None, false).0.unwrap_err();
        assert_eq!(error.to_string(), "--age: give a number");
    }

    #[test]
    fn nobody_is_asked_who_is_not_to_be() {
        let (answer, shown) = ask("7\n", None, None, true);
        assert!(
            answer
                .unwrap_err()
                .to_string()
                .contains("so --age has to say it")
        );
        assert_eq!(shown, "");
        assert_eq!(ask("", None, Some("42"), true).0.unwrap(), 42);
    }

    #[test]
    fn the_end_of_the_answers_is_no_answer() {
        let (answer, _) = ask("old\n", None, None, false);
        assert!(matches!(answer, Err(NoAnswer::Ended)));
        let mut questions = Questions::new(&b""[..], Vec::new(), false);
        assert!(matches!(questions.agree("Really?"), Err(NoAnswer::Ended)));
    }

    #[test]
    fn only_a_yes_is_one() {
        for (line, yes) in [
            ("y\n", true),
            ("YES\n", true),
            ("\n", false),
            ("yep\n", false),
        ] {
            let mut questions = Questions::new(line.as_bytes(), Vec::new(), false);
            assert_eq!(questions.agree("Really?").unwrap(), yes, "{line}");
        }
    }
}
