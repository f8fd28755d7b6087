//! JSON text in a readable shape, value by value as it was written.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The same text with a member a line, or none when it is no JSON.
pub(crate) fn pretty(text: &str) -> Option<String> {
    let compact: &RawValue = serde_json::from_str(text.trim()).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for c in compact.get().chars() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                depth += 1;
                out.push(c);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => {
                in_string = c == '"';
                out.push(c);
            }
        }
    }
    Some(out)
}

fn new_line(out: &mut String, depth: usize) {
    // Of an empty list or object, the line that would be empty bears no indent.
    let kept = out.trim_end_matches(' ').len();
    if out[..kept].ends_with('\n') {
        out.truncate(kept);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// One member of an object, as text; none when it is missing.
pub(crate) fn member(text: &str, name: &str) -> Option<String> {
    let object: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text.trim()).ok()?;
    object.get(name).map(|value| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{member, pretty};

    #[test]
    fn members_stand_on_lines_of_their_own() {
        let text = r#"{"a": [1,2.50],"b":"x\"{,:\\","c":{}}"#;
        let expected = "{\n  \"a\": [\n    1,\n    2.50\n  ],\n  \"b\": \"x\\\"{,:\\\\\",\n  \"c\": {\n\n  }\n}";
        assert_eq!(pretty(text).as_deref(), Some(expected));
        assert_eq!(pretty("not json"), None);
    }

    #[test]
    fn a_member_is_taken_out_as_it_was_written() {
        assert_eq!(
            member(r#"{"return":{"x":1.0},"id":"7"}"#, "return").as_deref(),
            Some(r#"{"x":1.0}"#)
        );
        assert_eq!(member(r#"{"error":1}"#, "return"), None);
    }
}
