//! JSON text to JSON text, without giving numbers or key order a chance to change.

/// The same JSON without space between tokens and with characters instead of `\u` escapes.
///
/// Keys keep their order, numbers their digits. This is the form in which libvirt hands QEMU's replies and
/// event data to its clients. Text that is not JSON comes back in some form, never as a panic.
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(quote) = rest.find('"') {
        let (between, string) = rest.split_at(quote);
        push_without_space(&mut out, between);
        let (string, after) = string.split_at(string_length(string));
        push_string(&mut out, string);
        rest = after;
    }
    push_without_space(&mut out, rest);
    out
}

/// Bytes of the string literal that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return position.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

fn push_without_space(out: &mut String, tokens: &str) {
    out.extend(tokens.chars().filter(|character| !matches!(character, ' ' | '\t' | '\r' | '\n')));
}

fn push_string(out: &mut String, literal: &str) {
    let plain =
        if literal.contains('\\') { serde_json::from_str::<String>(literal).ok() } else { None };
    match plain {
        Some(plain) => out.push_str(&serde_json::Value::from(plain).to_string()),
        None => out.push_str(literal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_key_order_survive() {
        let text = "{\"b\": 1e400, \"a\": [18446744073709551616, 1.50 ],\r\n \"c d\": \" x \"}";
        assert_eq!(
            compact(text),
            "{\"b\":1e400,\"a\":[18446744073709551616,1.50],\"c d\":\" x \"}"
        );
    }

    #[test]
    fn escapes_become_characters() {
        assert_eq!(compact(r#"["h\u00e9\"\u0001\/x", "\ud800"]"#), r#"["hé\"\u0001/x","\ud800"]"#);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC*|[\"\\\\ a{]*") {
            compact(&text);
        }

        #[test]
        fn strings_keep_their_meaning(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let back: String = serde_json::from_str(&compact(&json)).unwrap();
            prop_assert_eq!(back, text);
        }
    }
}
