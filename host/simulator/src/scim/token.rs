//! Expressions cut into tokens.

use std::iter::Peekable;
use std::str::Chars;

use super::ScimError;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    /// A value in double quotes, without them.
    Quoted(String),
    /// Anything else: an attribute, an operator, a keyword, a bare value.
    Word(String),
}

/// The tokens of `text`, or a syntax error for an unclosed quote or a stray character.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ScimError> {
    let mut characters = text.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(&character) = characters.peek() {
        match character {
            ' ' | '\t' => {
                characters.next();
            }
            '(' => {
                characters.next();
                tokens.push(Token::Open);
            }
            ')' => {
                characters.next();
                tokens.push(Token::Close);
            }
            '"' => {
                characters.next();
                tokens.push(Token::Quoted(quoted(&mut characters)?));
            }
            other if is_word(other) => tokens.push(Token::Word(word(&mut characters))),
            _ => return Err(ScimError::Syntax),
        }
    }
    Ok(tokens)
}

/// Attribute names, operators, numbers and booleans are made of these.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '+' | ':' | '$')
}

fn word(characters: &mut Peekable<Chars<'_>>) -> String {
    let mut word = String::new();
    while let Some(&character) = characters.peek() {
        if !is_word(character) {
            break;
        }
        word.push(character);
        characters.next();
    }
    word
}

fn quoted(characters: &mut Peekable<Chars<'_>>) -> Result<String, ScimError> {
    let mut value = String::new();
    loop {
        match characters.next() {
            None => return Err(ScimError::Syntax),
            Some('"') => return Ok(value),
            // Choice [?]: `\"` is documented; `\\` is needed to write a backslash; nothing else.
            Some('\\') => match characters.next() {
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                _ => return Err(ScimError::Syntax),
            },
            Some(character) => value.push(character),
        }
    }
}
