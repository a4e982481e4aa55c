//! Entries in JSON that people write by hand: comments, order and indentation stay.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstObject, CstObjectProp, CstRootNode};

use super::Installed;
use super::client::Shape;
use super::entry::{Asked, Entry};

/// Comments and trailing commas, as VS Code reads them, and no other liberty.
const DIALECT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// `text` with the entry in it.
pub(super) fn put(text: &str, shape: Shape, entry: &Entry) -> Result<String, String> {
    let root = read(text)?;
    let object = root
        .object_value_or_create()
        .ok_or("the file is not a JSON object")?;
    let servers = object
        .object_value_or_create(shape.servers)
        .ok_or_else(|| format!("`{}` is not an object", shape.servers))?;
    let value = server(shape, entry);
    match servers.get(&entry.name) {
        // The same entry again must not move a byte.
        Some(own) if own.to_serde_value() == plain(&value) => {}
        Some(own) => own.set_value(value),
        None => {
            servers.append(&entry.name, value);
        }
    }
    if shape.asks {
        forget_inputs(&object, &entry.name, Some(entry))?;
        for asked in &entry.asked {
            let inputs = object
                .array_value_or_create("inputs")
                .ok_or("`inputs` is not an array")?;
            if position(&inputs, &entry.input(asked)).is_none() {
                inputs.append(input(entry, asked));
            }
        }
    }
    Ok(written(&root))
}

/// `text` without the entry called `name`, and without the inputs that only it used.
pub(super) fn take(text: &str, shape: Shape, name: &str) -> Result<String, String> {
    let root = read(text)?;
    let Some(object) = root.object_value() else {
        return Ok(text.to_owned());
    };
    let Some(own) = object
        .object_value(shape.servers)
        .and_then(|servers| servers.get(name))
    else {
        return Ok(text.to_owned());
    };
    own.remove();
    if shape.asks {
        forget_inputs(&object, name, None)?;
    }
    Ok(written(&root))
}

/// The servers in `text` that a program is started for.
pub(super) fn servers(text: &str, shape: Shape) -> Result<Vec<Installed>, String> {
    let root = read(text)?;
    let Some(servers) = root
        .object_value()
        .and_then(|object| object.object_value(shape.servers))
    else {
        return Ok(Vec::new());
    };
    let named = |property: CstObjectProp| {
        let name = property.name()?.decoded_value().ok()?;
        let value = property.to_serde_value()?;
        let arguments = value.get("args").and_then(|args| args.as_array());
        Some(Installed {
            name,
            command: value.get("command")?.as_str()?.to_owned(),
            arguments: arguments
                .into_iter()
                .flatten()
                .filter_map(|argument| argument.as_str().map(str::to_owned))
                .collect(),
        })
    };
    Ok(servers.properties().into_iter().filter_map(named).collect())
}

fn read(text: &str) -> Result<CstRootNode, String> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    CstRootNode::parse(text, &DIALECT).map_err(|error| {
        let problem = capability::text::clean(&error.kind().to_string(), 100);
        format!("line {}: {problem}", error.line_display())
    })
}

fn written(root: &CstRootNode) -> String {
    let text = root.to_string();
    if text.ends_with('\n') {
        text
    } else {
        text + "\n"
    }
}

fn server(shape: Shape, entry: &Entry) -> CstInputValue {
    let mut members = Vec::new();
    if shape.typed {
        members.push(("type".to_owned(), "stdio".into()));
    }
    members.push(("command".to_owned(), entry.command.as_str().into()));
    let arguments = entry
        .arguments
        .iter()
        .map(|argument| argument.as_str().into());
    members.push(("args".to_owned(), CstInputValue::Array(arguments.collect())));
    let mut environment: Vec<(String, CstInputValue)> = entry
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    if shape.asks {
        for asked in &entry.asked {
            let reference = format!("${{input:{}}}", entry.input(asked));
            environment.push((asked.variable.to_owned(), reference.into()));
        }
    }
    if !environment.is_empty() {
        members.push(("env".to_owned(), CstInputValue::Object(environment)));
    }
    CstInputValue::Object(members)
}

fn input(entry: &Entry, asked: &Asked) -> CstInputValue {
    CstInputValue::Object(vec![
        ("type".to_owned(), "promptString".into()),
        ("id".to_owned(), entry.input(asked).into()),
        ("description".to_owned(), asked.prompt.into()),
        ("password".to_owned(), asked.secret.into()),
    ])
}

/// Removes the inputs of the entry called `name` but for those that `kept` still uses.
fn forget_inputs(object: &CstObject, name: &str, kept: Option<&Entry>) -> Result<(), String> {
    let Some(property) = object.get("inputs") else {
        return Ok(());
    };
    let inputs = property.array_value().ok_or("`inputs` is not an array")?;
    for asked in [super::entry::ORG_URL, super::entry::API_TOKEN] {
        let id = format!("{name}_{}", asked.variable.to_ascii_lowercase());
        let used = kept.is_some_and(|entry| entry.asked.contains(&asked));
        if let (false, Some(index)) = (used, position(&inputs, &id))
            && let Some(element) = inputs.elements().into_iter().nth(index)
        {
            element.remove();
        }
    }
    if inputs.elements().is_empty() {
        property.remove();
    }
    Ok(())
}

/// Where the input with this id is.
fn position(inputs: &CstArray, id: &str) -> Option<usize> {
    inputs.elements().iter().position(|element| {
        element
            .to_serde_value()
            .is_some_and(|value| value.get("id").and_then(|own| own.as_str()) == Some(id))
    })
}

/// The value as serde knows it.
fn plain(value: &CstInputValue) -> Option<serde_json::Value> {
    use serde_json::Value;
    Some(match value {
        CstInputValue::Null => Value::Null,
        CstInputValue::Bool(value) => Value::Bool(*value),
        CstInputValue::Number(text) => serde_json::from_str(text).ok()?,
        CstInputValue::String(text) => Value::String(text.clone()),
        CstInputValue::Array(values) => {
            Value::Array(values.iter().map(plain).collect::<Option<_>>()?)
        }
        CstInputValue::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| Some((name.clone(), plain(value)?)))
                .collect::<Option<_>>()?,
        ),
    })
}
