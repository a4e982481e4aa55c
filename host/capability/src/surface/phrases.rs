//! Phrases that tell a model what to do instead of what a tool does. A closed list, each with its reason.
//!
//! A pattern is words in order: `a|b` is either, `stem*` any word that begins so, `..n` up to n words in
//! between. They are compared as [`words`](super::words) folds them, so look-alike letters, letter case,
//! punctuation and `snake_case` hide nothing. What is legitimate and matches all the same ("always call
//! list_groups first" in a plugin that has it) is what a reviewer accepts; a pattern that matched ordinary
//! documentation would teach him to accept everything.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::words::{Word, fold};

/// One thing that a text should not do, and the ways to say it.
pub(super) struct Rule {
    /// What the finding calls it.
    pub(super) name: &'static str,
    /// Why it matters, for the reviewer.
    pub(super) why: &'static str,
    patterns: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        name: "override",
        why: "it sets aside what the model was told by others",
        patterns: &[
            "ignore|disregard|forget|override|overrule|bypass ..3 previous|prior|above|earlier|preceding|other|all ..2 instruction*|rule*|prompt*|guideline*|message*|polic*|context|direction*|tool*",
            "ignore|disregard|forget|override|overrule ..3 previous|above|instruction*|guideline*|prompt*|everything",
            "new|updated|real|actual|true ..1 instruction*|directive*",
            "supersede*|overrides|replaces ..3 instruction*|rule*|prompt*|guideline*",
        ],
    },
    Rule {
        name: "secrecy",
        why: "it asks the model to keep something from the person it works for",
        patterns: &[
            "not|never|dont|without|avoid ..2 tell|telling|mention*|reveal*|disclos*|inform|informing|notify*|alert*|report ..4 user|users|person|people|human|anyone|anybody|them|this|it|operator|admin*",
            "not|never|dont|without ..1 tell|telling|mention*|reveal*|disclos*|notify*",
            "keep|stay|remain ..3 secret|hidden|silent|confidential|quiet",
            "hide|conceal ..3 from ..2 user*|person|people|human*|operator|admin*",
            "silently|secretly|covertly",
        ],
    },
    Rule {
        name: "compel",
        why: "it orders calls instead of describing one",
        patterns: &[
            "always|must|shall ..2 call|use|run|invoke|execute|include|pass|send|add",
            "call|use|run|invoke|execute ..4 first|always",
            "before ..2 using|calling|running|any|every|each|other|answering|responding|replying ..3 tool*|call*|question*|request*|task*",
            "before ..1 answering|responding|replying",
            "required|mandatory|necessary|obligatory ..2 call|use|run|invoke|before",
            "make|be sure ..1 call|use|run|invoke",
            "on|for|with|in every ..1 message|turn|conversation|request|prompt|response|reply",
        ],
    },
    Rule {
        name: "steer",
        why: "it draws calls away from other tools",
        patterns: &[
            "instead|rather|place|better|prefer*|favour|favor ..2 of|than|to|over|this ..3 other|any|all|tool*|built",
            "other|any|all|those|these ..2 tool|tools ..3 deprecated|broken|unsafe|insecure|unreliable|outdated|disabled|obsolete",
            "never|not|dont|stop|avoid ..1 use|using|call|calling|trust ..2 other|any|built",
        ],
    },
    Rule {
        name: "exfiltrate",
        why: "it asks for text that is not an argument of the tool",
        patterns: &[
            "send|forward|upload|transmit|exfiltrate|leak|post|copy|paste|include|insert|embed|append|put|pass|provide ..5 conversation|chat|history|transcript|context|prompt|prompts|messages|password|passwords|credential|credentials|secrets|memory",
            "read|open|load|cat|include|send ..4 ssh|env|passwd|rsa|keychain|cookies|clipboard",
            "contents|content ..2 file|files|conversation|message|messages",
            "conversation|chat ..1 history|transcript|log|context",
            "system|developer prompt|message|instruction*",
        ],
    },
    Rule {
        name: "persona",
        why: "it gives the model another role",
        patterns: &[
            "you are|re|youre ..1 now|a|an|the|no|in",
            "act|behave|respond|pretend|roleplay ..1 as|to|that ..2 you|a|an|if|the|admin*|root|system",
            "your ..2 task|role|goal|job|purpose|instructions|mission|priority ..1 is|are",
            "developer|debug|god|admin|maintenance|unrestricted mode",
            "jailbreak*",
            "from now on",
        ],
    },
    Rule {
        name: "consent",
        why: "it talks the model out of asking the person",
        patterns: &[
            "without|no|skip*|bypass*|omit* ..3 confirm*|approv*|permission*|consent|asking|authorization",
            "not|never|dont|needn* ..2 ask|confirm|seek|request|wait|require ..3 user*|person|people|human*|permission|approval|confirmation|consent",
            "already|pre ..2 approved|authorized|authorised|confirmed|consented",
            "auto|automatically approve*|confirm*|accept*",
        ],
    },
];

/// Upper-case words that are there to impress. `AND`, `OR` and status names of Okta's are not among them.
const ALARMS: &[&str] = &[
    "IMPORTANT",
    "CRITICAL",
    "URGENT",
    "WARNING",
    "ATTENTION",
    "ALWAYS",
    "NEVER",
    "MUST",
    "MANDATORY",
    "STOP",
    "OVERRIDE",
    "INSTRUCTION",
    "INSTRUCTIONS",
];

/// A match: the rule, and the words it holds.
pub(super) struct Match {
    pub(super) rule: &'static Rule,
    pub(super) words: Range<usize>,
}

/// The longest match that a pattern can have, in words; two texts are compared over this much of each.
pub(super) fn longest() -> usize {
    PATTERNS.longest
}

/// Every rule that `words` breaks, each once, with the first place.
pub(super) fn find(words: &[Word]) -> Vec<Match> {
    matches(words, |_| true)
}

/// Every rule that `words` breaks across the border before the word `border`: with words of both sides.
pub(super) fn find_across(words: &[&Word], border: usize) -> Vec<Match> {
    matches(words, |range| range.start < border && border < range.end)
}

/// The word of [`ALARMS`] that `text` holds.
pub(super) fn alarm(text: &str) -> Option<&'static str> {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| ALARMS.iter().copied().find(|alarm| *alarm == word))
}

/// How far a pattern got at the end of a text, or is still to come at the beginning of the next one: the
/// pattern's and the step's place.
pub(super) type Joint = (usize, usize);

/// The patterns that may have begun in `words`, each with the last step that may have been taken there.
pub(super) fn begun(words: &[Word]) -> Vec<Joint> {
    let mut joints = Vec::new();
    for (start, word) in words.iter().enumerate() {
        for (number, step) in PATTERNS.starting_with(&word.folded) {
            debug_assert_eq!(step, 0);
            let Some(pattern) = PATTERNS.all.get(number) else {
                continue;
            };
            for last in 0..pattern.steps.len().saturating_sub(1) {
                let taken = pattern.steps.get(1..=last).unwrap_or_default();
                if complete(taken, words, start + 1).is_none() {
                    break;
                }
                joints.push((number, last));
            }
        }
    }
    joints.sort_unstable();
    joints.dedup();
    joints
}

/// The patterns that may end in `words` when they began before it, each with the last step that must have been
/// taken there.
pub(super) fn awaited(words: &[Word]) -> Vec<Joint> {
    let mut joints = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for (number, step) in PATTERNS.later_with(&word.folded) {
            let rest = PATTERNS
                .all
                .get(number)
                .and_then(|pattern| pattern.steps.get(step + 1..))
                .unwrap_or_default();
            if complete(rest, words, at + 1).is_some() {
                joints.push((number, step - 1));
            }
        }
    }
    joints.sort_unstable();
    joints.dedup();
    joints
}

fn matches<W: Borrow<Word>>(words: &[W], fits: impl Fn(&Range<usize>) -> bool) -> Vec<Match> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for (start, word) in words.iter().enumerate() {
        let begin = PATTERNS.starting_with(&word.borrow().folded);
        starts.extend(begin.map(|(number, _)| (number, start)));
    }
    // By pattern, and then by place: each rule is told with its first pattern's first place.
    starts.sort_unstable();
    let mut found: Vec<Match> = Vec::new();
    for (number, start) in starts {
        let Some(pattern) = PATTERNS.all.get(number) else {
            continue;
        };
        let known = found
            .iter()
            .any(|known| std::ptr::eq(known.rule, pattern.rule));
        if known {
            continue;
        }
        let rest = pattern.steps.get(1..).unwrap_or_default();
        let range = complete(rest, words, start + 1).map(|end| start..end);
        if let Some(words) = range.filter(|range| fits(range)) {
            found.push(Match {
                rule: pattern.rule,
                words,
            });
        }
    }
    found
}

/// All patterns, and which of their steps each word fits: most words of a text fit none.
struct Patterns {
    all: Vec<Pattern>,
    longest: usize,
    words: HashMap<String, Vec<Joint>>,
    stems: Vec<(String, Joint)>,
}

impl Patterns {
    fn new() -> Self {
        let all: Vec<Pattern> = RULES
            .iter()
            .flat_map(|rule| {
                rule.patterns.iter().map(move |text| Pattern {
                    rule,
                    steps: steps(text),
                })
            })
            .collect();
        let mut words: HashMap<String, Vec<Joint>> = HashMap::new();
        let mut stems = Vec::new();
        for (number, pattern) in all.iter().enumerate() {
            for (at, step) in pattern.steps.iter().enumerate() {
                for word in &step.words {
                    words.entry(word.clone()).or_default().push((number, at));
                }
                stems.extend(step.stems.iter().map(|stem| (stem.clone(), (number, at))));
            }
        }
        let longest = all
            .iter()
            .map(|pattern| pattern.steps.iter().map(|step| step.skip + 1).sum())
            .max()
            .unwrap_or(0);
        Self {
            all,
            longest,
            words,
            stems,
        }
    }

    /// The steps that `word` fits; one that fits in two ways comes twice.
    fn fitted_by(&self, word: &str) -> impl Iterator<Item = Joint> {
        let exact = self.words.get(word).into_iter().flatten().copied();
        let stems = self
            .stems
            .iter()
            .filter(move |(stem, _)| word.starts_with(stem.as_str()))
            .map(|(_, joint)| *joint);
        exact.chain(stems)
    }

    fn starting_with(&self, word: &str) -> impl Iterator<Item = Joint> {
        self.fitted_by(word).filter(|(_, step)| *step == 0)
    }

    fn later_with(&self, word: &str) -> impl Iterator<Item = Joint> {
        self.fitted_by(word).filter(|(_, step)| *step > 0)
    }
}

struct Pattern {
    rule: &'static Rule,
    steps: Vec<Step>,
}

/// One word of a pattern, and how many words may stand before it.
struct Step {
    skip: usize,
    words: Vec<String>,
    stems: Vec<String>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(Patterns::new);

fn steps(pattern: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut skip = 0;
    for part in pattern.split(' ') {
        if let Some(number) = part.strip_prefix("..") {
            skip = number.parse().unwrap_or(0);
            continue;
        }
        let (stems, words): (Vec<&str>, Vec<&str>) =
            part.split('|').partition(|word| word.ends_with('*'));
        steps.push(Step {
            skip: std::mem::take(&mut skip),
            words: words.into_iter().map(fold).collect(),
            stems: stems
                .iter()
                .map(|stem| fold(stem.trim_end_matches('*')))
                .collect(),
        });
    }
    steps
}

/// Where the rest of a pattern ends that goes on at `at`. Patterns have at most five steps: the recursion ends.
fn complete<W: Borrow<Word>>(steps: &[Step], words: &[W], at: usize) -> Option<usize> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(at);
    };
    (at..=at + step.skip).find_map(|place| {
        step.fits(&words.get(place)?.borrow().folded)
            .then(|| complete(rest, words, place + 1))?
    })
}

impl Step {
    fn fits(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
            || self
                .stems
                .iter()
                .any(|stem| word.starts_with(stem.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::words::words;
    use super::*;

    /// Words of the patterns themselves, as a text would have them, and some that are in none.
    fn vocabulary() -> Vec<String> {
        let patterns = RULES.iter().flat_map(|rule| rule.patterns.iter());
        let mut all: Vec<String> = patterns
            .flat_map(|pattern| pattern.split([' ', '|']))
            .filter(|word| !word.starts_with(".."))
            .map(|word| word.trim_end_matches('*').to_owned())
            .chain(["groups", "lists", "of", "a"].map(str::to_owned))
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// A text of the steps of one pattern, cut in two: what the border is for.
    fn split() -> impl Strategy<Value = (String, String)> {
        let steps: Vec<Vec<String>> = (RULES.iter().flat_map(|rule| rule.patterns.iter()))
            .map(|pattern| {
                let steps = pattern.split(' ').filter(|step| !step.starts_with(".."));
                let first =
                    |step: &str| step.split('|').next().unwrap_or_default().replace('*', "");
                steps.map(first).collect()
            })
            .collect();
        (prop::sample::select(steps), 0_usize..5).prop_map(|(steps, at)| {
            let (before, after) = steps.split_at(at.min(steps.len()));
            (before.join(" "), after.join(" "))
        })
    }

    fn text() -> impl Strategy<Value = String> {
        vec(prop::sample::select(vocabulary()), 0..8).prop_map(|words| words.join(" "))
    }

    proptest! {
        /// What is not looked at because of this would not have been found.
        #[test]
        fn a_phrase_over_two_texts_has_begun_in_the_one_and_is_awaited_in_the_other(
            (one, other) in prop_oneof![(text(), text()), split()]
        ) {
            let (one, other) = (words(&one), words(&other));
            let (tail, head) = (
                &one[one.len().saturating_sub(longest())..],
                &other[..other.len().min(longest())],
            );
            let together: Vec<&Word> = tail.iter().chain(head).collect();
            if !find_across(&together, tail.len()).is_empty() {
                let awaited = awaited(head);
                prop_assert!(begun(tail).iter().any(|joint| awaited.contains(joint)));
            }
        }
    }

    #[test]
    fn every_pattern_of_several_words_is_found_over_a_border() {
        let (mut found, mut several) = (0, 0);
        for pattern in RULES.iter().flat_map(|rule| rule.patterns.iter()) {
            let steps: Vec<String> = pattern
                .split(' ')
                .filter(|step| !step.starts_with(".."))
                .map(|step| step.split('|').next().unwrap().replace('*', ""))
                .collect();
            if steps.len() < 2 {
                continue;
            }
            several += 1;
            let (one, other) = (words(&steps[0]), words(&steps[1..].join(" ")));
            let together: Vec<&Word> = one.iter().chain(&other).collect();
            let begun = begun(&one);
            let meet = awaited(&other).iter().any(|joint| begun.contains(joint));
            found += usize::from(meet && !find_across(&together, one.len()).is_empty());
        }
        assert!(several > 20);
        assert_eq!(found, several);
    }
}
