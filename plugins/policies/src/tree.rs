//! A part of a policy whose shape depends on its type.

use serde_json::Value;

/// The value less all that says nothing: nulls, empty lists and empty objects. None where nothing is left.
pub(crate) fn pruned(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(elements) => {
            let kept: Vec<Value> = elements.into_iter().filter_map(pruned).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(members) => {
            let kept: serde_json::Map<String, Value> = members
                .into_iter()
                .filter_map(|(key, value)| Some((key, pruned(value)?)))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        scalar => Some(scalar),
    }
}

/// As [`pruned`], where a policy may lack the part or have something that is not an object there.
pub(crate) fn object(value: Option<Value>) -> Option<Value> {
    value.and_then(pruned).filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_says_nothing_goes_and_what_says_no_stays() {
        let value = json!({"people": {"users": {"exclude": []}}, "required": false, "minutes": 0, "none": null, "list": [null, {}, "x"]});
        assert_eq!(
            object(Some(value)),
            Some(json!({"required": false, "minutes": 0, "list": ["x"]}))
        );
        assert_eq!(object(Some(json!({"a": {"b": [{}]}}))), None);
        assert_eq!((object(Some(json!("text"))), object(None)), (None, None));
    }
}
