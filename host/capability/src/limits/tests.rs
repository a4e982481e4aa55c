use super::*;

#[test]
fn the_least_of_default_manifest_and_operator_wins() {
    let manifest = LimitWish {
        requests: Some(10),
        memory: Some(u64::MAX),
        ..LimitWish::default()
    };
    let operator = LimitWish {
        requests: Some(20),
        cpu: Some(Duration::from_millis(1)),
        ..LimitWish::default()
    };
    let limits = Limits::DEFAULT.least(&manifest).least(&operator);
    assert_eq!(limits.requests, 10);
    assert_eq!(limits.cpu, Duration::from_millis(1));
    assert_eq!(limits.memory, Limits::DEFAULT.memory);
}

/// Whatever is in the table: lowered by either, raised by neither.
#[test]
fn every_limit_can_be_lowered_and_none_can_be_raised() {
    let least = |unit: &str| match unit {
        "B" | "KiB" | "MiB" | "GiB" => Written::Text("1 B"),
        "ms" | "s" => Written::Text("1 ms"),
        _ => Written::Number(1),
    };
    let most = |written: Written<'_>| match written {
        Written::Text("1 B") => Written::Text("1000 GiB"),
        Written::Text(_) => Written::Text("1000 min"),
        Written::Number(_) => Written::Number(u32::MAX),
    };
    let defaults = Limits::DEFAULT.written();
    assert_eq!(defaults.len(), LimitWish::KEYS.len());
    for (at, (key, default)) in defaults.iter().enumerate() {
        let low = least(default.split_once(' ').map_or("", |(_, unit)| unit));
        let with = |written| {
            let mut wish = LimitWish::default();
            wish.set(key, written).unwrap();
            Limits::DEFAULT.least(&wish).written()
        };
        assert_ne!(with(low)[at].1, *default, "{key}");
        assert_eq!(with(most(low)), defaults, "{key}");
        assert!(
            with(low)
                .iter()
                .zip(&defaults)
                .all(|(a, b)| a == b || a.0 == *key),
            "{key} changes another limit"
        );
    }
}

#[test]
fn what_is_written_is_read_back_and_nothing_else_is() {
    for (key, value) in Limits::DEFAULT.written() {
        let mut wish = LimitWish::default();
        let written = match value.parse() {
            Ok(number) => Written::Number(number),
            Err(_) => Written::Text(&value),
        };
        assert_eq!(wish.set(key, written), Ok(()), "{key}");
        for bad in [
            Written::Text(""),
            Written::Text("0 MiB"),
            Written::Number(0),
        ] {
            let error = wish.set(key, bad).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("write it as in `{value}`, and at least 1")
            );
        }
    }
    let error = LimitWish::default()
        .set("cpus", Written::Number(1))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("there is no such limit; there are memory, cpu, time"),
        "{error}"
    );
}

#[test]
fn the_operator_s_keys_are_the_manifest_s_in_camel_case() {
    for (key, camel) in LimitWish::KEYS {
        let mut words = key.split('_');
        let mut expected = words.next().unwrap().to_owned();
        for word in words {
            let (first, rest) = word.split_at(1);
            expected.push_str(&first.to_uppercase());
            expected.push_str(rest);
        }
        assert_eq!(*camel, expected);
    }
}

#[test]
fn sizes_and_durations_have_one_spelling() {
    assert_eq!(parse_size("32 MiB"), Some(32 << 20));
    assert_eq!(parse_duration("500 ms"), Some(Duration::from_millis(500)));
    for bad in [
        "",
        "32",
        "32MiB",
        "32 MB",
        "-1 MiB",
        "0 MiB",
        "1.5 MiB",
        "99999999999999999999 B",
        "18446744073709551615 GiB",
    ] {
        assert_eq!(parse_size(bad), None, "{bad}");
    }
    for bad in ["", "5", "5s", "0 s", "5 h"] {
        assert_eq!(parse_duration(bad), None, "{bad}");
    }
}
