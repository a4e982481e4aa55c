use super::*;

/// What an answer may have in all.
const MOST: usize = 1 << 20;

fn done(structured: Option<&str>, content: Vec<content::Block>) -> Result<Outcome, CallError> {
    Outcome::of(
        Ok(wit::Outcome::Done(wit::Output {
            structured: structured.map(str::to_owned),
            content,
        })),
        MOST,
    )
}

fn refusal(result: Result<Outcome, CallError>) -> String {
    match result {
        Err(CallError::BadResult(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn structured_is_an_object_of_at_most_a_mebibyte() {
    let fits = format!("{{\"a\":\"{}\"}}", "x".repeat(MOST - 8));
    assert_eq!(fits.len(), MOST);
    assert!(done(Some(&fits), vec![]).is_ok());
    assert!(refusal(done(Some(&format!("{fits} ")), vec![])).contains("at most 1048576"));
    assert_eq!(
        refusal(done(Some("[]"), vec![])),
        "structured is not a JSON object"
    );
    assert!(refusal(done(Some("{"), vec![])).starts_with("structured is not JSON (EOF"));
}

#[test]
fn content_is_bounded_in_blocks_bytes_and_labels() {
    let text = |n: usize| content::Block::Text("x".repeat(n));
    assert!(done(None, vec![text(1); limits::MAX_BLOCKS]).is_ok());
    assert!(refusal(done(None, vec![text(1); limits::MAX_BLOCKS + 1])).contains("33 blocks"));
    let half = MOST / 2;
    assert!(done(None, vec![text(half), text(half)]).is_ok());
    assert!(refusal(done(None, vec![text(half), text(half + 1)])).contains("1048577 bytes"));
    let structured = format!("{{\"a\":\"{}\"}}", "x".repeat(half - 8));
    assert!(done(Some(&structured), vec![text(half)]).is_ok());
    assert!(
        refusal(done(Some(&structured), vec![text(half + 1)]))
            .starts_with("the answer has 1048577 bytes")
    );
    let image = |n: usize| {
        content::Block::Image(content::Blob {
            data: vec![1],
            mime_type: "x".repeat(n),
        })
    };
    assert!(done(None, vec![image(limits::MAX_LABEL_BYTES)]).is_ok());
    assert!(
        refusal(done(
            None,
            vec![text(1), image(limits::MAX_LABEL_BYTES + 1)]
        ))
        .starts_with("content[1].mime-type has 2049 bytes")
    );
}

#[test]
fn a_pause_asks_something_and_each_thing_once() {
    let pause = |keys: &[&str], request: &str, state: usize| {
        Outcome::of(
            Ok(wit::Outcome::NeedsInput(wit::Pause {
                questions: keys
                    .iter()
                    .map(|key| content::Question {
                        key: (*key).to_owned(),
                        request: request.to_owned(),
                    })
                    .collect(),
                state: Some(vec![0; state]),
            })),
            MOST,
        )
    };
    assert!(pause(&["a", "b"], "{}", limits::MAX_STATE_BYTES).is_ok());
    assert!(refusal(pause(&["a"], "{}", limits::MAX_STATE_BYTES + 1)).starts_with("state has"));
    assert_eq!(refusal(pause(&[], "{}", 0)), "questions is empty");
    assert!(refusal(pause(&["a", "a"], "{}", 0)).contains("earlier question"));
    assert!(refusal(pause(&["a"], "7", 0)).contains("not a JSON object"));
}

#[test]
fn a_plugins_words_are_one_line_and_bounded() {
    let failed = |text: &str| Outcome::of(Err(wit::ToolError::Failed(text.to_owned())), MOST);
    assert_eq!(
        failed("a\nb\u{1b}[31m"),
        Err(CallError::Failed("a b[31m".to_owned()))
    );
    let Err(CallError::Failed(text)) = failed(&"x".repeat(9_000)) else {
        panic!()
    };
    assert_eq!(text.chars().count(), limits::MAX_ERROR_TEXT + 1);
    assert_eq!(
        failed(" "),
        Err(CallError::Failed(
            "the plugin failed and did not say why".to_owned()
        ))
    );
}
